"""PyTorch's words for shapes that do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcli.engine.bfloat16 import BFLOAT16
from gradcli.engine.dtypes import NOT_COMPUTED

SYMBOLS = {
    "add": "+", "sub": "-", "rsub": "-", "mul": "*", "div": "/", "floor_divide": "//", "remainder_tensor": "%",
    "pow_tensor": "** or pow()", "bitwise_and": "&", "bitwise_or": "|", "bitwise_xor": "^", "left_shift": "<<",
    "right_shift": ">>",
}  # fmt: skip
"""What an operator is called in the error for operands that it cannot take."""


def no_difference(both: bool) -> RuntimeError:
    """The error for the difference of truth values: of two, or of one and a number."""
    if both:
        return RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        )
    return RuntimeError(
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use "
        "the `~` or `logical_not()` operator instead."
    )


def refusal(name: str, x: Any, y: Any) -> Exception | None:
    """PyTorch's error for operands that the operation of that name cannot take; None if it is no fault of theirs."""
    for operand in (x, y):
        if not isinstance(operand, (bool, int, float, complex)) and not hasattr(operand, "dtype"):
            kinds = ["Tensor" if hasattr(each, "dtype") else type(each).__name__ for each in (x, y)]
            return TypeError(
                f"unsupported operand type(s) for {SYMBOLS.get(name, name)}: '{kinds[0]}' and '{kinds[1]}'"
            )
    if error := uncomputed(x, y):
        return error
    if name == "sub" and x.dtype.kind == y.dtype.kind == "b":
        return no_difference(both=True)
    return size_mismatch(x.shape, y.shape)


def uncomputed(*values: Any) -> NotImplementedError | None:
    """The error for bfloat16 among the values, if there is any."""
    return NotImplementedError(NOT_COMPUTED) if any(getattr(x, "dtype", None) == BFLOAT16 for x in values) else None


def output_mismatch(shape: Sequence[int], source: Sequence[int]) -> RuntimeError:
    """The error for what is written to having another shape than it and what is written to it broadcast to."""
    broadcast = np.broadcast_shapes(tuple(shape), tuple(source))
    return RuntimeError(f"output with shape {[*shape]} doesn't match the broadcast shape {[*broadcast]}")


def size_mismatch(a: Sequence[int], b: Sequence[int]) -> RuntimeError | None:
    """The error for two shapes that do not broadcast, naming the last axis that is wrong; None if they do."""
    for back in range(1, min(len(a), len(b)) + 1):
        if a[-back] != b[-back] and 1 not in (a[-back], b[-back]):
            axis = max(len(a), len(b)) - back
            return RuntimeError(
                f"The size of tensor a ({a[-back]}) must match the size of tensor b ({b[-back]}) "
                f"at non-singleton dimension {axis}"
            )
    return None
