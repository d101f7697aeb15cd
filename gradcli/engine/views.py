"""Operations whose result shows the memory of their argument, and the ties between a Tensor and its views."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

import numpy as np

from gradcli.engine.domain import Domain
from gradcli.engine.graph import Node, each_node
from gradcli.engine.locks import TABLES, Installed
from gradcli.engine.memory import give_memory
from gradcli.engine.modes import THREAD
from gradcli.engine.op import NodeName, Op, declare, unary
from gradcli.engine.rules import Rule
from gradcli.engine.staleness import arrays_in
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
    tracked
            what it shows requires grad; so it says that it does, as in PyTorch, though no operation on it is recorded
    """

    mode: str | None
    number: int = 0
    tracked: bool = False


def tie(view: Tensor, x: Tensor) -> None:
    """Notes that `view` shows the memory of `x`."""
    base = x if x.base is None else x.base
    view.base = base
    if hasattr(view, "made"):
        view.made = getattr(x, "made", 0)
    if is_inference(x):
        infer(view)
    elif hasattr(x, "origin"):
        view.origin = Origin(x.origin.mode, tracked=x.origin.tracked)
    elif not (mode := THREAD.mode).enabled:
        view.origin = Origin("inference" if mode.inference else "no_grad", tracked=base.tracked)
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
        give_memory(tensor)
        infer(tensor)
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
INFERRED = (
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
    "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it in "
    "autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
)
_inferred: dict[int, tuple[weakref.ref[Any], list[weakref.ref[Tensor]]]] = {}
"""By id() of an array: itself, and the inferred Tensors whose array it is."""
_refusing = ExitStack()
"""Where new nodes are watched, as long as there are any."""


def infer(tensor: Tensor) -> None:
    """Notes that a Tensor is an inferred one, which no node may save."""
    tensor.origin = Origin("inferred")
    key = id(tensor.array)

    def forget(_: object) -> None:
        with TABLES:
            del _inferred[key]
            if not _inferred:
                _refusing.close()

    with TABLES:
        if not _inferred:
            _refusing.enter_context(each_node(_refuse_inferred, everywhere=True))
        if key not in _inferred:
            _inferred[key] = weakref.ref(tensor.array, forget), []
        tensors = _inferred[key][1]
        tensors[:] = [*(each for each in tensors if each() is not None), weakref.ref(tensor)]


def _refuse_inferred(node: Node) -> None:
    """Raises RuntimeError if a node saves the array of an inferred Tensor; but a transform's own graph ends with it."""
    if THREAD.mode.transforms:
        return
    for slot, number, array in arrays_in(node.saved or ()):
        if id(array) in _inferred and node.op.reads(node, slot, number):
            tensors = [known() for known in _inferred[id(array)][1]]
            if any(tensor is not None and is_inference(tensor) for tensor in tensors):
                raise RuntimeError(INFERRED)


def show(view: Tensor, x: Tensor) -> Tensor:
    """`view`, a Tensor without a history that has the array of `x`; it is an inferred one just if `x` is."""
    if is_inference(x):
        infer(view)
    elif hasattr(view, "origin"):
        del view.origin
    return view


def writable(view: Any, x: Any) -> Any:
    """An array that NumPy made a view of `x` for reading only, for writing if `x` is."""
    if isinstance(x, np.ndarray) and x.flags.writeable and not isinstance(view, np.generic):
        view.flags.writeable = True
    return view


def places(view: Any, base: Any) -> Any:
    """For each element of an array, the number of the base's element that it is, counted along the last axis first.

    -1 where it shows memory that the base does not. Raises NotImplementedError for another dtype, and for a base in
    which elements share memory.
    """
    if view.dtype != base.dtype:
        raise NotImplementedError("the history of a view that shows its base's memory as another dtype")
    start = (view.__array_interface__["data"][0] - base.__array_interface__["data"][0]) // base.itemsize
    found = _offsets(view) + start
    if base.flags.c_contiguous:
        return np.where((found >= 0) & (found < base.size), found, -1)
    offsets = _offsets(base).ravel()
    if len(np.unique(offsets)) < base.size:
        raise NotImplementedError("the history of a view of a tensor in which elements share memory")
    numbers = np.full(offsets.max(initial=0) + 1, -1)
    numbers[offsets] = np.arange(base.size)
    return np.where((found >= 0) & (found < numbers.size), numbers[found.clip(0, numbers.size - 1)], -1)


def _offsets(array: Any) -> Any:
    """How far in memory each element lies behind the first one, in elements."""
    offsets: Any = np.asarray(0)
    for n, stride in zip(array.shape, array.strides, strict=True):
        offsets = offsets[..., None] + np.arange(n) * (stride // array.itemsize)
    return offsets


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
