"""Comparison, logic and other functions with no derivative: their results are never recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.op import elementwise, not_differentiable
from gradcli.engine.type_names import not_implemented


def _of_one(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    return elementwise(name, "", function, domain=REAL, x=not_differentiable)


def _of_two(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    return elementwise(name, "", function, domain=(REAL, REAL), a=not_differentiable, b=not_differentiable)


def _order(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Declares a comparison of numbers that have an order: complex ones have none."""

    def compare(a: Any, b: Any) -> Any:
        if a.dtype.kind == "c":
            raise not_implemented(f"{name}_cpu", a.dtype)
        return function(a, b)

    return elementwise(
        name, "", compare, domain=(REAL, REAL), numpy=[function], a=not_differentiable, b=not_differentiable
    )


lt = _order("lt", np.less)
le = _order("le", np.less_equal)
gt = _order("gt", np.greater)
ge = _order("ge", np.greater_equal)
eq = _of_two("eq", np.equal)
ne = _of_two("ne", np.not_equal)

logical_and = _of_two("logical_and", np.logical_and)
logical_or = _of_two("logical_or", np.logical_or)
logical_xor = _of_two("logical_xor", np.logical_xor)
logical_not = _of_one("logical_not", np.logical_not)

isnan = _of_one("isnan", np.isnan)
isinf = _of_one("isinf", np.isinf)
isfinite = _of_one("isfinite", np.isfinite)
signbit = _of_one("signbit", np.signbit)

zeros_like = _of_one("zeros_like", np.zeros_like)
ones_like = _of_one("ones_like", np.ones_like)
