"""The same question put to PyTorch itself, when it is installed: the tree is walked with PyTorch's own functions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from importlib.util import find_spec
from typing import Any

import numpy as np

from gradcli.calculator.kernel.prepare import Array, Prepared
from gradcli.errors import InputError
from gradcli.lang.call_arguments import defaults
from gradcli.lang.emit import TARGETS, helper
from gradcli.lang.evaluate import CONSTANTS, PYTHON
from gradcli.lang.functions import functions
from gradcli.lang.tree import Call, Expr, Index, List, Name, Slice, fold

RENAMED = TARGETS["torch"].keywords
METHODS = ("expand", "reshape", "permute", "flatten", "squeeze", "unsqueeze", "flip")


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
    """The program's value as PyTorch computes it."""
    known: dict[str, Any] = CONSTANTS | {
        name: torch.tensor(np.asarray(array)) for name, array in prepared.fixed.items()
    }
    known |= leaves
    dtype = torch.float32 if any(np.asarray(a).dtype == np.float32 for a in prepared.at.values()) else torch.float64

    def tensor(value: Any) -> Any:
        if isinstance(value, list):
            return torch.stack([tensor(item) for item in value]) if value else torch.zeros(0, dtype=dtype)
        return value if isinstance(value, torch.Tensor) else torch.tensor(float(value), dtype=dtype)

    def visit(node: Expr, parts: list[Any]) -> Any:
        if isinstance(node, Call):
            return _call(torch, node, parts, tensor)
        if isinstance(node, Index):
            return tensor(parts[0])[tuple(parts[1:])]
        if isinstance(node, Slice):
            return slice(*parts)
        if isinstance(node, List):
            return parts
        return known[node.id] if isinstance(node, Name) else node.value

    for step in prepared.program.assignments:
        known[step.name] = tensor(fold(step.value, visit))
    return tensor(fold(prepared.program.result, visit))


def _call(torch: Any, node: Call, parts: list[Any], tensor: Any) -> Any:
    function = functions()[node.function]
    args = parts[: len(node.args)]
    keywords = dict(zip((name for name, _ in node.keywords), parts[len(args) :], strict=True))
    if node.function == "floor_divide":
        return torch.div(tensor(args[0]), tensor(args[1]), rounding_mode="floor")
    if node.function in PYTHON:
        operands = [tensor(arg) if isinstance(arg, list) else arg for arg in args]
        return PYTHON[node.function](*operands)
    keywords |= {name: value for name, value in defaults(function, node).items() if name == "axis"}
    named = {RENAMED.get(name, name): value for name, value in keywords.items() if value is not None}
    if node.function in METHODS:
        return getattr(tensor(args[0]), node.function)(*args[1:], **named)
    if node.function in ("stack", "cat"):
        return getattr(torch, node.function)([tensor(item) for item in args[0]], *args[1:], **named)
    required = sum(parameter.default is None for parameter in function.parameters)
    operands = [tensor(arg) for arg in args[:required]] + args[required:]
    spelling = function.torch or node.function
    if "(" not in spelling:
        return reduce(getattr, spelling.split("."), torch)(*operands, **named)
    scope: dict[str, Any] = {"torch": torch}
    exec(helper(function, spelling), scope)  # noqa: S102  # a line of the function table
    return scope[node.function](*operands, **keywords)
