"""Answers in plain numbers that were rounded: to how many digits they are right."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np

from gradcli.lang.tree import Call, Expr, List, Number, Program, postorder
from gradcli.scenario.derivative import Array, same

ENOUGH = 3
"""Significant digits that a rounded answer has at least."""
CLOSE = 2
"""With so many it is only close."""


def certain_digits(answer: Expr, truth: Array) -> float:
    """The significant digits to which every number of an answer is right; 0 where one is wrong, or more than a number.

    A number is right to the digits that it gives if the truth, rounded to so many, is that number.
    """
    try:
        texts = np.array(_texts(answer))
        texts, truth = np.broadcast_arrays(texts, truth) if texts.ndim == 0 else (texts, np.asarray(truth))
    except (TypeError, ValueError):
        return 0
    if texts.shape != truth.shape:
        return 0
    return min((_digits(text, float(number)) for text, number in zip(texts.flat, truth.flat, strict=True)), default=0)


def has_decimals(program: Program) -> bool:
    """Whether a number with four significant digits or more, and a fraction, stands in a formula: 0.6931 for log(2)."""
    numbers = (Decimal(node.text) for node in postorder(program.result) if isinstance(node, Number))
    return any(number % 1 and len(number.as_tuple().digits) > ENOUGH for number in numbers)


def _digits(text: str, truth: float) -> float:
    """The digits to which one number is right; infinity where it is near enough anyway."""
    if same(float(text), truth, rounded=True):
        return math.inf
    typed = Decimal(str(text))
    _, digits, exponent = typed.as_tuple()
    unit = Decimal((0, (1,), int(exponent)))
    is_right = math.isfinite(truth) and abs(typed - Decimal(truth)) <= unit / 2
    return len(digits) if is_right else 0


def _texts(node: Expr) -> Any:
    """The numbers as they were typed, in lists as deep. Raises TypeError for anything else."""
    match node:
        case Number():
            return node.text
        case Call(function="neg", args=(Number() as number,)):
            return f"-{number.text}"
        case List():
            return [_texts(item) for item in node.items]
    raise TypeError
