"""`torch.testing.assert_close`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import gradcli.torch.namespace  # noqa: F401  # attaches the methods of Tensor
from gradcli.engine.bfloat16 import readable
from gradcli.engine.dtypes import PYTHON_CATEGORY, as_float
from gradcli.engine.tensor import Tensor
from gradcli.torch.absent import absent_names
from gradcli.torch.creation_from_data import tensor
from gradcli.torch.dtypes import promote_types

TOLERANCES = {
    "float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7),
    "complex64": (1.3e-6, 1e-5), "complex128": (1e-7, 1e-7),
}  # fmt: skip
"""The relative and the absolute tolerance by dtype; none for whole numbers."""


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Raises AssertionError, which says where and by how much, unless |actual - expected| <= atol + rtol * |expected|.

    Takes Tensors, arrays, numbers, and sequences and mappings of them. There is one device and one layout, so asking
    for those is always satisfied. Raises ValueError for one tolerance without the other.
    """
    del check_device, check_layout
    if (rtol is None) != (atol is None):
        lacking = "rtol" if rtol is None else "atol"
        raise ValueError(f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {lacking}.")
    if not allow_subclasses and type(actual) is not type(expected):
        kinds = f"{type(actual)} and {type(expected)}"
        raise TypeError(f"Except for Python scalars, type equality is required, but got {kinds} instead.")

    def compare(a: Any, b: Any, where: str) -> None:
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            if a.keys() != b.keys():
                raise _mismatch(f"The keys of the mappings do not match:{where}", msg)
            for key in a:
                compare(a[key], b[key], f"{where}[{key!r}]")
        elif isinstance(a, Sequence) and isinstance(b, Sequence) and not isinstance(a, str):
            if len(a) != len(b):
                raise _mismatch(f"The length of the sequences mismatch: {len(a)} != {len(b)}", msg)
            for i, pair in enumerate(zip(a, b, strict=True)):
                compare(*pair, f"{where}[{i}]")
        else:
            words = _difference(a, b, rtol, atol, equal_nan, check_dtype, check_stride)
            if words:
                raise _mismatch(words + (f"\n\nThe failure occurred for item {where}" if where else ""), msg)

    compare(actual, expected, "")


def _mismatch(words: str, msg: str | Callable[[str], str] | None) -> AssertionError:
    return AssertionError(words if msg is None else msg(words) if callable(msg) else msg)


def _difference(
    a: Any, b: Any, rtol: float | None, atol: float | None, equal_nan: bool, check_dtype: bool, check_stride: bool
) -> str:
    """In what two Tensors or numbers differ; nothing if they are close. Raises TypeError if they cannot be compared."""
    scalars = type(a) in PYTHON_CATEGORY and type(b) in PYTHON_CATEGORY
    if not scalars and isinstance(a, Tensor) != isinstance(b, Tensor):
        raise TypeError(f"No comparison pair was able to handle inputs of type {type(a)} and {type(b)}.")
    x, y = (
        each if isinstance(each, Tensor) else tensor(np.float64(each) if type(each) is float else each)
        for each in (a, b)
    )
    attributes: dict[str, tuple[Any, Any]] = {"shape": (x.shape, y.shape)}
    if check_stride:
        attributes["stride()"] = (x.stride(), y.stride())
    if check_dtype and not scalars:
        attributes["dtype"] = (x.dtype, y.dtype)
    for name, (found, wanted) in attributes.items():
        if found != wanted:
            return f"The values for attribute '{name}' do not match: {found} != {wanted}."
    defaults = TOLERANCES.get(promote_types(x.dtype, y.dtype).name, (0.0, 0.0))
    relative, absolute = defaults if rtol is None or atol is None else (rtol, atol)
    p, q = (np.asarray(readable(each.array)) for each in (x, y))
    kind = np.result_type(p, q)
    p, q = (each.astype(kind if kind.kind != "b" else np.int64) for each in (p, q))
    bad = ~np.isclose(p, q, relative, absolute, equal_nan)
    if not bad.any():
        return ""
    return _described(p, q, bad, relative, absolute)


def _described(p: Any, q: Any, bad: Any, relative: float, absolute: float) -> str:
    """PyTorch's words for the places where two arrays are not close."""
    exact = relative == absolute == 0
    gap = np.abs(p - q)
    with np.errstate(all="ignore"):
        ratio = as_float(gap) / as_float(np.abs(q))
    gap, ratio = (np.where(bad, each, 0) for each in (gap, ratio))
    if p.ndim == 0:
        lines = [f"Scalars are not {'equal' if exact else 'close'}!", "", f"Expected {q.item()} but got {p.item()}."]
        for word, each, limit in (("Absolute", gap, absolute), ("Relative", ratio, relative)):
            lines.append(f"{word} difference: {each.item()}" + ("" if exact else f" (up to {limit} allowed)"))
        return "\n".join(lines)
    count, total = int(bad.sum()), bad.size
    lines = [
        f"Tensor-likes are not {'equal' if exact else 'close'}!", "",
        f"Mismatched elements: {count} / {total} ({count / total:.1%})",
    ]  # fmt: skip
    for word, each, limit in (("absolute", gap, absolute), ("relative", ratio, relative)):
        place = tuple(int(i) for i in np.unravel_index(int(np.argmax(each)), each.shape))
        allowed = "" if exact else f" (up to {limit} allowed)"
        lines.append(f"Greatest {word} difference: {each[place].item()} at index {place}{allowed}")
    return "\n".join(lines)


__getattr__ = absent_names(__name__)
