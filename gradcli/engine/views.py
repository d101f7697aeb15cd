"""Operations whose result shows the memory of their argument, and the ties between a Tensor and its views."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from gradcli.engine.domain import Domain
from gradcli.engine.locks import TABLES, Installed
from gradcli.engine.memory import give_memory
from gradcli.engine.modes import THREAD
from gradcli.engine.op import NodeName, Op, Rule, declare, unary
from gradcli.engine.tensor import Tensor

MANY_VIEWS = 64
"""Views of one Tensor among which the dead ones are looked for before another is noted."""


def _caller(op: Op) -> Callable[..., Any]:
    apply = unary(op)

    def call(x: Any, *rest: Any, **keywords: Any) -> Any:
        if isinstance(x, Tensor) and type(x.array) is not np.ndarray:
            give_memory(x)
        result = apply(x, *rest, **keywords)
        if isinstance(result, Tensor) and result.array.base is not None:
            tie(result, x)
        return result

    return call


class Origin(NamedTuple):
    """Why a Tensor must not be changed in place, at least where that is recorded.

    mode    "no_grad" or "inference" for a view that was made in that mode; "inferred" for what was made in inference
            mode and is no view of anything else; None for one of several views that one call made
    number  its place among the results of a call that gives several views
    """

    mode: str | None
    number: int = 0


def tie(view: Tensor, x: Tensor) -> None:
    """Notes that `view` shows the memory of `x`."""
    base = x if x.base is None else x.base
    view.base = base
    if hasattr(view, "made"):
        view.made = getattr(x, "made", 0)
    if hasattr(x, "origin"):
        view.origin = Origin(x.origin.mode)
    elif not (mode := THREAD.mode).enabled:
        view.origin = Origin("inference" if mode.inference else "no_grad")
    with TABLES:  # a view that another thread's loses would not be told of a change
        if base.views is None:
            base.views = []
        elif (n := len(base.views)) >= MANY_VIEWS and n & (n - 1) == 0:  # at powers of two, for all may be alive
            base.views = [each for each in base.views if each() is not None]
        base.views.append(weakref.ref(view))


def is_inference(x: Tensor) -> bool:
    """Whether it was made in inference mode, or shows the memory of a Tensor that was."""
    return hasattr(x, "origin") and x.origin.mode == "inferred"


_make = Tensor.__init__


def _make_and_note(tensor: Tensor, *args: Any, **keywords: Any) -> None:
    _make(tensor, *args, **keywords)
    mode = THREAD.mode
    if mode.inference:
        tensor.origin = Origin("inferred")
    if mode.transforms:
        tensor.made = mode.transforms[-1].number


def _noting() -> None:
    Tensor.__init__ = _make_and_note  # type: ignore[assignment,method-assign]


def _making() -> None:
    Tensor.__init__ = _make  # type: ignore[method-assign]


INFERRING = Installed(_noting, _making)
"""While a thread is in inference mode or transforms a function, the Tensors that it makes are noted.

Else making one costs nothing more.
"""


def of_one_call(views: Iterable[Any]) -> tuple[Any, ...]:
    """The views, noted as the results of one call."""
    results = tuple(views)
    for number, view in enumerate(results):
        if isinstance(view, Tensor) and not hasattr(view, "origin"):
            view.origin = Origin(None, number)
    return results


def view_of(
    name: str, node: NodeName, forward: Callable[..., Any], *, domain: Domain, numpy: Sequence[Any] = (), **rules: Rule
) -> Callable[..., Any]:
    """Declares an operation that gives a view of its array argument `x`, of which its rule uses just the shape."""
    return declare(Op(name, node, forward, rules, domain, shapes_only=("x",)), _caller, numpy)
