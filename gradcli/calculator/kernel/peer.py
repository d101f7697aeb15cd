"""The same question put to PyTorch itself, when it is installed: it runs the program that `--emit torch` writes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np

from gradcli.calculator.kernel.prepare import Array, Prepared
from gradcli.errors import InputError
from gradcli.lang.emit import Emitter


def torch_gradients(prepared: Prepared, order: int) -> dict[str, list[Array]]:
    """PyTorch's gradients of every order up to `order`, by name. Raises InputError if it cannot be imported."""
    if find_spec("torch") is None:
        hint = 'pip install "gradcli[oracle]"'
        raise InputError("missing-extra", "--against torch needs PyTorch, which is not installed", hint=hint)
    try:
        import torch
    except Exception as error:  # whatever an installation that is broken raises
        raise InputError("pytorch", f"PyTorch cannot be imported: {error}") from error
    leaves = {name: torch.tensor(np.asarray(array), requires_grad=True) for name, array in prepared.at.items()}
    result = _result(torch, prepared, leaves)
    cotangent = None if prepared.cotangent is None else torch.tensor(prepared.cotangent).reshape(result.shape)
    found: dict[str, list[Array]] = {name: [] for name in leaves}
    gradients = _gradients(torch, result, leaves, cotangent)
    for level in range(order):
        for name, gradient in gradients.items():
            found[name].append(gradient.detach().numpy())
        if level + 1 < order:
            (name,) = prepared.wrt
            gradients = _gradients(torch, gradients[name], {name: leaves[name]}, None)
    return found


def _gradients(torch: Any, result: Any, leaves: Mapping[str, Any], cotangent: Any) -> dict[str, Any]:
    if not result.requires_grad:
        return {name: torch.zeros_like(leaf) for name, leaf in leaves.items()}
    options = {"create_graph": True, "materialize_grads": True}
    gradients = torch.autograd.grad(result, list(leaves.values()), cotangent, **options)
    return dict(zip(leaves, gradients, strict=True))


def _result(torch: Any, prepared: Prepared, leaves: Mapping[str, Any]) -> Any:
    """The program's value: that of the source which `--emit torch` writes."""
    fixed = {name: torch.tensor(np.asarray(array)) for name, array in prepared.fixed.items()}
    known = {**fixed, **leaves}
    emitter = Emitter("torch")
    source = emitter.function(prepared.program, list(known))
    scope: dict[str, Any] = {"torch": torch}
    exec("\n\n".join([*emitter.helpers.values(), source]), scope)  # noqa: S102  # our own, without a text of the user's
    before = torch.get_default_dtype()
    torch.set_default_dtype(_dtype(torch, prepared))
    try:
        result = scope["f"](*known.values())
        return torch.stack(result) if isinstance(result, tuple) else result
    finally:
        torch.set_default_dtype(before)


def _dtype(torch: Any, prepared: Prepared) -> Any:
    single = any(np.asarray(array).dtype == np.float32 for array in prepared.at.values())
    return torch.float32 if single else torch.float64
