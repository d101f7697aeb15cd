"""Runs in which every operation is off by one unit in the last place."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.op import Op, unary
from gradcli.engine.tensor import Tensor
from gradcli.lang.evaluate import After

# Not `mul`: the rules that are judged must have no part in the measure of rounding.
_scale = unary(
    Op("scale", "", lambda x, factors: x * factors, {"x": lambda g, factors: _scale(g, factors)}, domain=REAL)
)


def jitter(seed: int) -> After:
    """For `evaluate`: moves the result of each call by one unit in the last place, up or down at random.

    The factors are part of the graph, so they move the cotangents on their way back too: the gradients of such runs
    spread as far as rounding can move them, forward and backward.
    """
    random = np.random.default_rng(seed)

    def move(_node: Any, value: Any) -> Any:
        if not isinstance(value, Tensor) or value.array.dtype.kind != "f":
            return value
        dtype = value.array.dtype
        factors = 1 + np.finfo(dtype).eps * random.choice([-1.0, 1.0], value.array.shape)
        moved = _scale(value, np.asarray(factors, dtype)[()])
        node = value.grad_fn
        if node is not None and node.saved is not None and node.saved[0] is not None:
            node.saved = (moved.array, *node.saved[1:])  # rules such as 1 - tanh(x)**2 work on the result
        return moved

    return move
