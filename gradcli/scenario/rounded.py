"""Answers with numbers in them that were rounded: to how many digits they are right.

A number is right to the digits that it gives if the truth, rounded to so many, is that number; 4.041 is not 4.04.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np

from gradcli.lang.tree import Call, Expr, List, Number, Program, fold, postorder, with_children

Array = Any

ENOUGH = 3
"""Significant digits that a rounded answer has at least."""
CLOSE = 2
"""With so many it is only close."""
PRINTED = 4
"""Decimals that PyTorch prints."""
SMALLEST = 1e-3
"""Arrays with smaller numbers are not printed so."""
MOST = 50
"""Rounded numbers in a formula."""
FINEST = 30
"""Decimals of such a number."""
NOISE = 1e-9
"""The relative error of a number that was computed."""


def is_array(answer: Expr, value: Array, truth: Array) -> bool:
    """Whether an answer without names is an array: as it is printed where it is made of literals, else as computed."""
    if _typed(answer) is not None:
        return certain_digits(answer, truth) == math.inf
    value, truth = np.asarray(value), np.asarray(truth)
    return value.shape in ((), truth.shape) and bool(np.allclose(value, truth, NOISE, NOISE * _scale(truth), True))


def certain_digits(answer: Expr, truth: Array) -> float:
    """The significant digits to which every number of an answer is right; 0 where one is wrong, or more than a number.

    Infinity where it gives four digits, all that there are, or all that PyTorch prints.
    """
    texts, truth = _typed(answer), np.asarray(truth)
    if texts is None or texts.shape not in ((), truth.shape):
        return 0
    sizes = np.abs(truth[np.isfinite(truth) & (truth != 0)])
    is_printed = float(np.min(sizes, initial=1.0)) >= SMALLEST
    noise = 0.0 if sizes.size == truth.size else NOISE * _scale(truth)
    pairs = zip(np.broadcast_to(texts, truth.shape).flat, truth.flat, strict=True)
    return min((_digits(str(text), float(number), noise, is_printed=is_printed) for text, number in pairs), default=0)


def is_rounded(program: Program, evaluate: Callable[[Program], Array], truth: Array) -> bool:
    """Whether a formula is right up to the rounding of numbers in it that have four digits or more, and a fraction.

    evaluate  the values of such a formula, flat, where `truth` are the right ones

    The numbers that would make it right are solved for, in halves of their last digits: each must be less than one off.
    """
    numbers = [node for node in postorder(program.result) if isinstance(node, Number) and _has_decimals(node.text)]
    if not 0 < len(numbers) <= MOST or _typed(program.result) is not None:
        return False
    found = evaluate(program)
    is_finite = np.isfinite(found) & np.isfinite(truth)
    if found.shape != truth.shape or not is_finite.any():
        return False
    up, down = ([evaluate(_moved(program, node, sign)) for node in numbers] for sign in (1, -1))
    slopes = np.stack([(a - b)[is_finite] / 2 for a, b in zip(up, down, strict=True)], axis=-1)
    missing = (truth - found)[is_finite]
    halves = np.linalg.lstsq(slopes, missing, rcond=None)[0]
    left = np.abs(slopes @ halves - missing)
    return bool(np.all(np.abs(halves) <= 1 + 1e-6) and np.all(left <= 1e-7 * _scale(truth[is_finite])))


def _has_decimals(text: str) -> bool:
    _, digits, exponent = Decimal(text).as_tuple()
    return -FINEST <= int(exponent) < 0 and len(digits) > ENOUGH


def _moved(program: Program, number: Number, sign: int) -> Program:
    """The program with half of its last digit added to a number, or taken from it."""
    new = Number(f"{Decimal(number.text) + sign * _half(number.text):f}")
    visit = lambda node, parts: new if node is number else with_children(node, parts)  # noqa: E731
    return Program(program.assignments, fold(program.result, visit))


def _half(text: str) -> Decimal:
    """Half of the last digit of a number."""
    return Decimal((0, (5,), int(Decimal(text).as_tuple().exponent) - 1))


def _digits(text: str, truth: float, noise: float, *, is_printed: bool) -> float:
    """The digits to which one number is right; infinity where those are all."""
    typed, single = float(text), np.float32(truth)
    if typed == truth or math.isclose(typed, truth, rel_tol=1e-14, abs_tol=noise * (truth == 0)):
        return math.inf
    if not math.isfinite(truth) or not math.isfinite(typed):
        return math.inf if math.isnan(typed) and math.isnan(truth) else 0
    if typed in (float(single), float(str(single))):  # as single precision has it
        return math.inf
    number, exact = Decimal(text), Decimal(truth)
    _, digits, exponent = number.as_tuple()
    decimals = -int(exponent)
    tolerance = Decimal("1e-12") * abs(exact)
    if is_printed and decimals <= PRINTED and abs(number - exact) <= Decimal("5e-5") + tolerance:
        return math.inf  # trailing zeros may be left out
    if abs(number - exact) > _half(text) + tolerance:
        return 0
    return math.inf if len(digits) > ENOUGH or (is_printed and decimals >= PRINTED) else len(digits)


def _scale(truth: Array) -> float:
    """The greatest size among numbers, 1 where all are zeros."""
    return float(np.max(np.abs(truth[np.isfinite(truth)]), initial=0.0)) or 1.0


def _typed(answer: Expr) -> Array:
    """The numbers as they were typed, in an array as deep as the lists; None for anything else."""
    try:
        return np.array(_texts(answer))
    except (TypeError, ValueError):
        return None


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
