"""Calls of every function with arguments of a kind, and what comes of them; golden/calls.json has PyTorch's outcomes.

A line of calls.txt is an expression of `torch`, `F` and the names below. Every name in ARRAYS may need a gradient.

    gradients  each name of the expression, alone, needs a gradient: the gradients of the weighted results
    complex    every array has an imaginary part
    nan        the first element of every array is NaN
"""

from __future__ import annotations

import ast
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np

CALLS = (Path(__file__).parent / "calls.txt").read_text("utf-8").splitlines()
_rng = np.random.default_rng(5)


def _drawn(*shape: int) -> Any:
    return np.round(_rng.normal(size=shape), 2)


_SQUARE = _drawn(3, 3)
ARRAYS = {
    "x": _drawn(2, 3), "y": _drawn(2, 3), "p": np.abs(_drawn(2, 3)) + 0.3,
    "u": np.round(_rng.uniform(0.1, 0.9, (2, 3)), 2), "s": np.array(0.7), "v": np.array([0.5, 1.5, -1.2]),
    "w": _drawn(3), "M": _drawn(3, 3) + 2 * np.eye(3), "S": _SQUARE @ _SQUARE.T + 2 * np.eye(3),
    "T": _drawn(2, 3, 4), "D": _drawn(2, 4, 3), "W1": _drawn(3, 3, 2), "W2": _drawn(3, 2, 2),
    "W3": _drawn(2, 1, 2, 2), "Q": _drawn(1, 1, 4, 4), "Z": _drawn(1, 4, 4), "P4": _drawn(1, 4, 2, 2),
}  # fmt: skip
"""Floats: p is positive, u between 0 and 1, S symmetric and positive definite."""
FIXED = {
    "k": [[True, False, True], [False, True, True]], "i": [[0, 2, 2], [1, 0, 1]], "j": [0, 2, 0], "c": [2, 0],
}  # fmt: skip
"""A mask, indices, and classes."""


def names_in(call: str) -> set[str]:
    """The arrays that a call names."""
    return {node.id for node in ast.walk(ast.parse(call)) if isinstance(node, ast.Name)} & ARRAYS.keys()


def keys() -> dict[str, tuple[str, str, str]]:
    """Every case by its name: the call, the kind of its arguments, and the array that needs a gradient."""
    found = {}
    for call in CALLS:
        found |= {f"gradients {call} of {name}": (call, "gradients", name) for name in sorted(names_in(call))}
        found |= {f"{kind} {call}": (call, kind, "") for kind in ("complex", "nan")}
    return found


def _array(name: str, kind: str) -> Any:
    array = ARRAYS[name]
    if kind == "complex":
        if name == "S":
            skew = np.triu(array, 1) / 10
            return array + 1j * (skew - skew.T)
        return array + 0.5j * np.roll(array.ravel(), 1).reshape(array.shape)
    if kind == "nan" and name not in "SM":
        array = array.copy()
        array.flat[0] = np.nan
    return array


def outcome(torch: Any, call: str, kind: str, needing: str) -> str:
    """What comes of the call: dtypes, shapes and figures; the gradients; or the errors."""
    names = {name: _tensor(torch, _array(name, kind)) for name in names_in(call)}
    names |= {name: torch.tensor(values) for name, values in FIXED.items()}
    if needing:
        names[needing].requires_grad_()
    torch.manual_seed(0)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            result = eval(call, {"torch": torch, "F": torch.nn.functional} | names)  # noqa: S307  # a line of calls.txt
        except Exception as error:  # noqa: BLE001  # whichever it is: it must be PyTorch's
            return f"raises {type(error).__name__}"
        text = _described(result)
        return f"{text} {_gradient(torch, result, names[needing])}" if needing else text


def _tensor(torch: Any, array: Any) -> Any:
    return torch.tensor(array.tolist(), dtype=getattr(torch, str(array.dtype)))


def _parts(result: Any) -> list[Any]:
    if isinstance(result, (tuple, list)):
        return [part for each in result for part in _parts(each)]
    return [result]


def _described(result: Any) -> str:
    return "; ".join(
        f"{str(part.dtype)[6:]}{[*part.shape]} {_figures(part.detach().clone().reshape(-1).tolist())}"
        if hasattr(part, "detach")
        else str(part)
        for part in _parts(result)
    )


def _figures(numbers: list[Any]) -> str:
    return " ".join(
        f"{_figures([number.real])} {_figures([number.imag])}i"
        if isinstance(number, complex)
        else str(number)
        if isinstance(number, (bool, int))
        else "nan"
        if math.isnan(number)
        else f"{number + 0.0:.5g}"
        for number in numbers
    )


def _gradient(torch: Any, result: Any, leaf: Any) -> str:
    """Which results need a gradient, and the gradient of their sum, in which each element has a weight of its own."""
    parts = [part for part in _parts(result) if hasattr(part, "requires_grad")]
    flags = "".join("+" if part.requires_grad else "-" for part in parts)
    roots = [part for part in parts if part.requires_grad]
    if not roots or not leaf.is_leaf or not leaf.requires_grad:
        return flags
    weights = [
        (torch.arange(1.0, root.numel() + 1, dtype=torch.float64) / 2).reshape(root.shape).to(root.dtype)
        for root in roots
    ]
    try:
        (gradient,) = torch.autograd.grad(roots, [leaf], weights, materialize_grads=True)
    except Exception as error:  # noqa: BLE001  # whichever it is: it must be PyTorch's
        return f"{flags} raises {type(error).__name__}"
    return f"{flags} {_described(gradient)}"
