"""`out=`: a result written into a Tensor that is there already."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

from gradcli.catalogue import catalogue
from gradcli.engine.dtypes import DType
from gradcli.engine.inplace import refuse_higher_category, refuse_overlap, refuse_partial_overlap, write
from gradcli.engine.modes import THREAD
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.torch.argument_checks import numpy_dtype
from gradcli.torch.storage import lie_like, resize_

RESIZED = (
    "An output with one or more elements was resized since it had shape {found}, which does not match the required "
    "output shape {wanted}. This behavior is deprecated, and in a future PyTorch release outputs will not be resized "
    "unless they have zero elements. You can explicitly reuse an out tensor t by resizing it, inplace, to zero "
    "elements with t.resize_(0)."
)


def _ways() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in catalogue():
        names = [row.name, *row.other_names, *([f"linalg.{row.name}"] if row.linalg else [])]
        found |= dict.fromkeys(names, row.out.split())
    return found


WAYS = _ways()
"""How each function writes into `out`, by its names in PyTorch."""


def writes(name: str, *ways: str) -> bool:
    """Whether the function of that name writes into `out` in one of these ways, by the catalogue.

    elementwise  into any dtype of at least the result's category; inputs must not share a part of its memory
    joining      the same, and they must share none
    casting      into any such dtype; other functions want the result's own
    limited      as "elementwise" if a limit is a Tensor, else as "same"
    same         into the result's dtype alone, and calls another wrong in other words; memory as "elementwise"
    apart        inputs must share none of its memory
    """
    return not set(ways).isdisjoint(WAYS.get(name, ()))


def refuse_history(name: str, out: Tensor, result: Tensor | None = None) -> None:
    """Raises RuntimeError where a gradient is needed."""
    if THREAD.mode.enabled and (out.requires_grad or (result is not None and result.requires_grad)):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )


def require_out(name: str, out: Any) -> None:
    """Raises TypeError for anything but a Tensor."""
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}")


def wanted_dtype(name: str, dtype: Any, out: Any) -> DType | None:
    """The dtype that is asked for, or that of `out`, which must not be another and must not need a gradient."""
    wanted = numpy_dtype(name, dtype)
    if out is None:
        return wanted
    require_out(name, out)
    refuse_history(f"aten::{name}", out)
    own: DType = out.array.dtype
    if wanted is not None and wanted != own:
        names = [TYPE_NAMES[each.name].scalar for each in (wanted, own)]
        raise RuntimeError(f"dtype {names[0]} does not match dtype of out parameter ({names[1]})")
    return own


def shaped(out: Tensor, shape: tuple[int, ...], *, warned: bool = True) -> Tensor:
    """`out` in that shape, on its own memory; its elements are not moved. Warns of it, if it has elements."""
    if out.array.shape != shape:
        if out.array.size and warned:
            warnings.warn(RESIZED.format(found=[*out.array.shape], wanted=[*shape]), UserWarning, stacklevel=5)
        resize_(out, shape)
    return out


def into(name: str, out: Any, result: Any, inputs: tuple[Any, ...] = ()) -> Any:
    """`out` with the values of `result`: a Tensor, or a tuple of them for a function with several results.

    Raises RuntimeError where a gradient is needed, for a dtype that the function does not write, and where the output
    shares a part of the memory of an input. Another shape is taken, with a warning.
    """
    if isinstance(result, tuple):
        if not isinstance(out, (tuple, list)):
            raise TypeError(f"{name}(): argument 'out' must be tuple of Tensors, not {type(out).__name__}")
        if len(out) != len(result):
            raise TypeError(f"expected tuple of {len(result)} elements but got {len(out)}")
        return type(result)(*(into(name, each, part, inputs) for each, part in zip(out, result, strict=True)))
    require_out(name, out)
    refuse_history(name, out, result)
    _refuse_dtype(name, out, result, limits=len(_tensors(inputs)) > 1)
    joined = inputs[0] if inputs and isinstance(inputs[0], (tuple, list)) else inputs
    if writes(name, "joining", "apart"):
        refuse_overlap(out, *joined)
    elif name == "where" or writes(name, "elementwise", "limited", "same"):
        refuse_partial_overlap(out, *joined)
    if out.array.shape != result.array.shape:
        shaped(out, result.array.shape)
        lie_like(out, result.array)
    write(out, result.array, aside=True)
    return out


def _tensors(inputs: tuple[Any, ...]) -> list[Tensor]:
    return [x for x in inputs if isinstance(x, Tensor)]


def _refuse_dtype(name: str, out: Tensor, result: Tensor, *, limits: bool) -> None:
    """Raises PyTorch's RuntimeError for an output of a dtype that the function does not write.

    limits  whether another argument than the first is a Tensor
    """
    found, wanted = TYPE_NAMES[out.array.dtype.name], TYPE_NAMES[result.array.dtype.name]
    if name == "bernoulli":  # writes ones and zeros into anything
        return
    if writes(name, "elementwise", "joining", "casting") or (limits and writes(name, "limited")):
        refuse_higher_category(out, result)
    elif name == "where" and found != wanted:
        raise RuntimeError(f"Expected out type to be {wanted.scalar} but got {found.scalar}")
    elif name in ("all", "any"):
        if found.scalar not in ("Bool", "Byte"):
            raise RuntimeError(f"{name} only supports bool tensor for result, got: {found.scalar}")
    elif found != wanted:
        if writes(name, "same", "limited"):
            refuse_higher_category(out, result)
            raise RuntimeError(f"Found dtype {found.scalar} but expected {wanted.scalar}")
        raise RuntimeError(f"Expected out tensor to have dtype {wanted.cpp}, but got {found.cpp} instead")


def with_out(function: Callable[..., Any], name: str = "") -> Callable[..., Any]:
    """`function` with the keyword `out`; `name` is what errors call it, if not by its own."""
    called = name or function.__name__

    @functools.wraps(function)
    def call(*args: Any, out: Any = None, **keywords: Any) -> Any:
        result = function(*args, **keywords)
        return result if out is None else into(called, out, result, (*args, *keywords.values()))

    return call
