"""The ties between a Tensor and its views, and what is noted of Tensors that inference mode made."""

from __future__ import annotations

import weakref
from contextlib import ExitStack
from typing import Any, NamedTuple

from gradcli.engine.graph import Node, each_node
from gradcli.engine.locks import TABLES
from gradcli.engine.memory import give_memory
from gradcli.engine.modes import INFERRING, THREAD
from gradcli.engine.staleness import arrays_in
from gradcli.engine.tensor import Tensor

MANY_VIEWS = 64
"""Views of one Tensor among which the dead ones are looked for before another is noted."""


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


INFERRING.installs(_noting, _making)
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
