"""Runs in which every operation, and every variable where it is used, is off by one unit in the last place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.op import Op, unary
from gradcli.engine.tensor import Tensor
from gradcli.lang.evaluate import After
from gradcli.lang.tree import Expr, Name

# Not `mul`: the rules that are judged must have no part in the measure of rounding.
_scale: Callable[..., Any] = unary(
    Op("scale", "", lambda x, factors: x * factors, {"x": lambda g, factors: _scale(g, factors)}, domain=REAL)
)


def jitter(seed: int) -> After:
    """For `evaluate`: moves the result of each call by one unit in the last place, up or down at random.

    A name is moved at each of its uses: a rule that rounds within itself is right for arguments beside those given,
    and for others at each place, so that what cancels in exact arithmetic (`atan2(x, x)`) need not cancel. The factors
    are part of the graph, so they move the cotangents on their way back too: the gradients of such runs spread as far
    as rounding can move them, forward and backward. Two runs 2k and 2k + 1 move everything in opposite directions, so
    that what one operation does to an element shows in every pair, by no chance in none.
    """
    directions = _Directions(seed)

    def move(expr: Expr, value: Any) -> Any:
        if not isinstance(value, Tensor) or value.array.dtype.kind != "f":
            return value
        result, node = _scale(value, directions.factors(value.array)), value.grad_fn
        if isinstance(expr, Name):
            return result
        if node is not None and node.saved is not None and node.saved[0] is not None:
            node.saved = (result.array, *node.saved[1:])  # a rule such as 1 - tanh(x)**2 works on the rounded result
        return result

    return move


def moved(array: Any, seed: int) -> Any:
    """The array with every element moved by one unit in the last place, as by rounding inside an operation."""
    return (array * _Directions(seed).factors(array))[()]


class _Directions:
    """Up or down, at random for each element."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed // 2)
        self.units = [-1.0, 1.0] if seed % 2 else [1.0, -1.0]

    def factors(self, array: Any) -> Any:
        """By what each element is multiplied."""
        factors = 1 + np.finfo(array.dtype).eps * self.random.choice(self.units, array.shape)
        return np.asarray(factors, array.dtype)[()]
