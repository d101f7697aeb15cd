"""Operations whose result shows the memory of their argument, and the ties between a Tensor and its views."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine.domain import Domain
from gradcli.engine.op import NodeName, Op, Rule, declare, unary
from gradcli.engine.tensor import Tensor

MANY_VIEWS = 64
"""Views of one Tensor among which the dead ones are looked for before another is noted."""


def _caller(op: Op) -> Callable[..., Any]:
    apply = unary(op)

    def call(x: Any, *rest: Any, **keywords: Any) -> Any:
        if isinstance(x, Tensor) and type(x.array) is not np.ndarray:
            x.array = np.asarray(x.array)  # a scalar has no memory to show
        result = apply(x, *rest, **keywords)
        if isinstance(result, Tensor) and result.array.base is not None:
            tie(result, x)
        return result

    return call


def tie(view: Tensor, x: Tensor) -> None:
    """Notes that `view` shows the memory of `x`."""
    base = x if x.base is None else x.base
    view.base = base
    if view.tracked:
        known = base.views or []
        if len(known) >= MANY_VIEWS:
            known = [each for each in known if each() is not None]
        base.views = [*known, weakref.ref(view)]


def view_of(
    name: str, node: NodeName, forward: Callable[..., Any], *, domain: Domain, numpy: Sequence[Any] = (), **rules: Rule
) -> Callable[..., Any]:
    """Declares an operation that gives a view of its array argument `x`, of which its rule uses just the shape."""
    return declare(Op(name, node, forward, rules, domain, shapes_only=("x",)), _caller, numpy)
