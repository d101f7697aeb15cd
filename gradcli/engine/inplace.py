"""Changing a Tensor in place: its memory takes new values, and its history becomes that of those values.

A change through a view changes the history of the view's base: a CopySlices node, into which the new values flow. Views
of a Tensor whose history changed are told: they show the new history from then on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.bfloat16 import BFLOAT16, converted
from gradcli.engine.domain import REAL
from gradcli.engine.dtypes import CATEGORY, PYTHON_CATEGORY
from gradcli.engine.errors import output_mismatch
from gradcli.engine.fitting import fitting
from gradcli.engine.graph import Node, source_of
from gradcli.engine.layout import overlaps_partly
from gradcli.engine.memory import give_memory, tick, touch, version, version_at
from gradcli.engine.modes import THREAD
from gradcli.engine.op import Op
from gradcli.engine.staleness import arrays_in
from gradcli.engine.tensor import Tensor
from gradcli.engine.ties import is_inference
from gradcli.engine.transforms import is_leaf, refuse_captured
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.engine.views import places


def change(target: Tensor, compute: Callable[[Tensor], Any]) -> Tensor:
    """`target` with the values that `compute` makes of it. Raises RuntimeError, as PyTorch does, if it must not."""
    refuse_leaf(target)
    # Rules may need the old values, which are about to be overwritten.
    result = compute(_copied(target) if THREAD.mode.enabled and target.tracked else target)
    if result.tracked and not target.tracked:  # what it takes needs a gradient, which nothing told before
        result = compute(_copied(target))
    refuse_origin(target, recorded=result.tracked)
    _refuse_other_shape(target, result)
    refuse_higher_category(target, result)
    write(target, result.array)
    if THREAD.mode.enabled and (result.tracked or target.tracked):
        if result.array.dtype != target.array.dtype:
            result = ops.cast(result, target.array.dtype)
        _keep_written(result, target)
        adopt(target, result)
    return target


def _keep_written(result: Tensor, target: Tensor) -> None:
    """Has a node that saved its result save the memory that this was written into: a later change makes it stale.

    What else it saved of that memory is stale already.
    """
    node = result.grad_fn
    if node is None or not node.saved or node.saved[0] is not result.array or not node.op.reads(node, 0):
        return
    others = [array for slot, _, array in arrays_in(node.saved) if slot]
    if all(version(array) == version_at(array, node.seq) for array in others):
        node.saved = (target.array, *node.saved[1:])
        node.seq = tick()


def _copied(target: Tensor) -> Tensor:
    return Tensor(np.array(target.array), target.tracked, target.grad_fn)


def assign(target: Tensor, key: Any, value: Any) -> None:
    """`target[key] = value`."""
    if hasattr(target, "origin"):
        refuse_origin(ops.getitem(target, key), recorded=isinstance(value, Tensor) and value.tracked)
    refuse_leaf(target, view=True)
    value = value if isinstance(value, Tensor) else _number_for(target, value)
    give_memory(target)
    shown = ops.getitem(Tensor(target.array), key)
    chosen = ops.getitem(Tensor(np.arange(target.array.size).reshape(target.array.shape)), key).array
    basic = np.shares_memory(shown.array, target.array)
    if basic:
        refuse_partial_overlap(shown, value)
    else:
        value = _of_one_dtype(target, key, value)
    value = _fitted(value, chosen.shape, basic=basic)
    _refuse_overlap(shown.array if basic else target.array)
    target.array.flat[chosen.ravel()] = np.broadcast_to(value.array, chosen.shape).ravel()
    touch(target.array)
    if THREAD.mode.enabled and (value.tracked or target.tracked) and takes_history(target):
        base = target if target.base is None else target.base
        _copy_slices(base, _places(target, base).ravel()[chosen], value)


def _of_one_dtype(target: Tensor, key: Any, value: Tensor) -> Tensor:
    """A value for places that an index lists, which takes no other dtype; where a mask tells them, one number may have.

    Raises PyTorch's RuntimeErrors.
    """
    if value.array.dtype == target.array.dtype:
        return value
    keys = key if isinstance(key, tuple) else (key,)
    if value.array.size == 1 and all(isinstance(each, Tensor) and each.array.dtype == bool for each in keys):
        fitting(value.array.reshape(()), target.array.dtype)
        return value
    names = [TYPE_NAMES[x.array.dtype.name].scalar for x in (target, value)]
    raise RuntimeError(
        f"Index put requires the source and destination dtypes match, got {names[0]} for the destination and "
        f"{names[1]} for the source."
    )


def _number_for(target: Tensor, value: Any) -> Tensor:
    """A number in the dtype of `target`. Raises PyTorch's errors for one that it cannot hold, and for no number."""
    dtype = target.array.dtype
    if type(value) not in PYTHON_CATEGORY and not isinstance(value, np.generic):
        kind = "numpy.ndarray" if isinstance(value, np.ndarray) else type(value).__name__
        raise TypeError(f"can't assign a {kind} to a torch.{TYPE_NAMES[dtype.name].scalar}Tensor")
    return Tensor(fitting(value.item() if isinstance(value, np.generic) else value, dtype))


def refuse_leaf(target: Tensor, *, view: bool = False) -> None:
    """Raises RuntimeError if `target` is a leaf that needs a gradient, or shows the memory of one.

    Also if a function that is transformed must not change it.
    """
    if not isinstance(target, Tensor):
        raise TypeError(
            f"descriptor for 'torch._C.TensorBase' objects doesn't apply to a '{type(target).__name__}' object"
        )
    refuse_captured(target)
    refuse_origin(target)
    if not (THREAD.mode.enabled and target.tracked):
        return
    if is_leaf(target):
        what = "a view of a leaf Variable" if view else "a leaf Variable"
        raise RuntimeError(f"{what} that requires grad is being used in an in-place operation.")
    if target.base is not None and target.base.tracked and is_leaf(target.base):
        raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")


_IN_MODE = (
    "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both "
    "the view and the inplace either both inside the {0} block (if you don't want the inplace to be tracked) or both "
    "outside (if you want the inplace to be tracked)."
)
_INFERRED = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal "
    "tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
)
_OF_ONE_CALL = (
    "This view is the output of a function that returns multiple views. Such functions do not allow the output views "
    "to be modified inplace. You should replace the inplace operation by an out-of-place one."
)


def refuse_origin(view: Tensor, *, recorded: bool = False) -> None:
    """Raises RuntimeError for an inferred Tensor outside inference mode, and for a view that must not be changed.

    Such a view may be, as long as nothing is recorded and its memory is not tracked.

    recorded  whether what it takes needs a gradient
    """
    if not hasattr(view, "origin"):
        return
    if is_inference(view):
        if not THREAD.mode.inference:
            raise RuntimeError(_INFERRED)
    elif THREAD.mode.enabled and view.base is not None and (recorded or view.tracked or view.base.tracked):
        raise RuntimeError(_forbidden(view, "is being"))


def _forbidden(view: Tensor, changed: str) -> str:
    """What PyTorch says of a view that must not be changed; `changed` says that it is, or its memory was."""
    mode, number, _ = view.origin
    if mode == "inference":
        happened = f"A view was created in inference mode and {changed} modified inplace in normal mode."
    elif view.grad_fn is None:
        happened = f"A view was created in no_grad mode and {changed} modified inplace with grad mode enabled."
    else:
        function = view.grad_fn.name().removesuffix("Backward0")
        happened = f"Output {number} of {function} is a view and {changed} modified inplace."
    block = "inference_mode" if mode == "inference" else mode
    return f"{happened} {_IN_MODE.format(block) if mode else _OF_ONE_CALL}"


class Invalid:
    """Stands for the history of a view whose memory was changed although that is forbidden: to use it is an error."""

    __slots__ = ("_message",)

    def __init__(self, view: Tensor) -> None:
        self._message = _forbidden(view, "its base or another view of its base has been")

    def name(self) -> str:
        """The name that PyTorch prints."""
        return "Invalid"

    def __bool__(self) -> bool:
        raise RuntimeError(self._message)


def own_memory(target: Tensor, *, aside: bool = False) -> None:
    """Gives a 0-d result, a NumPy scalar, memory that can be written.

    aside  for what of all transforms only `vmap` refuses to change: running statistics, an `out=`

    Raises RuntimeError where elements overlap, and for what a function that is transformed must not change.
    """
    refuse_captured(target, aside=aside)
    give_memory(target)
    _refuse_overlap(target.array)


def _refuse_overlap(array: Any) -> None:
    if array.size and any(n > 1 and stride == 0 for n, stride in zip(array.shape, array.strides, strict=True)):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )


_SHARED = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
    "location. Please clone() the tensor before performing the operation."
)


def refuse_partial_overlap(target: Tensor, *others: Any) -> None:
    """Raises PyTorch's RuntimeError if another Tensor shows a part of the memory of `target`, or shows it otherwise."""
    for other in others:
        if isinstance(other, Tensor) and overlaps_partly(target.array, other.array):
            raise RuntimeError(_SHARED)


def refuse_overlap(target: Tensor, *others: Any) -> None:
    """Raises PyTorch's RuntimeError if another Tensor shows any of the memory of `target`."""
    for other in others:
        if isinstance(other, Tensor) and np.may_share_memory(target.array, other.array):
            raise RuntimeError(_SHARED)


def write(target: Tensor, values: Any, *, aside: bool = False) -> None:
    """Writes into the memory of `target`, whatever its history. `aside` as for `own_memory`."""
    own_memory(target, aside=aside)
    if BFLOAT16 in (target.array.dtype, getattr(values, "dtype", None)):
        values = converted(values, target.array.dtype)
    np.copyto(np.asarray(target.array), values, casting="unsafe")
    touch(target.array)


def zero_gradient(x: Tensor) -> None:
    """Sets the `.grad` of `x`, if it has one, to zero in place; it loses its history."""
    if (gradient := x.grad) is not None:
        gradient.grad_fn, gradient.tracked = None, False
        write(gradient, 0)


def _refuse_other_shape(target: Tensor, result: Tensor) -> None:
    if result.array.shape != target.array.shape:
        raise output_mismatch(target.array.shape, result.array.shape)


def refuse_higher_category(target: Tensor, result: Tensor) -> None:
    """Raises RuntimeError if values of the dtype of `result`, say floats, cannot go into `target`, say integers."""
    found, wanted = result.array.dtype, target.array.dtype
    if CATEGORY[found.kind] > CATEGORY[wanted.kind]:
        names = [TYPE_NAMES[name].scalar if name in TYPE_NAMES else name for name in (found.name, wanted.name)]
        raise RuntimeError(f"result type {names[0]} can't be cast to the desired output type {names[1]}")


def _fitted(value: Tensor, shape: tuple[int, ...], *, basic: bool) -> Tensor:
    """The value without leading axes of length 1 that the part which is assigned to does not have.

    Raises RuntimeError if it does not broadcast to that.
    """
    found: tuple[int, ...] = value.array.shape
    while len(found) > len(shape) and found[0] == 1:
        found = found[1:]
    if len(found) <= len(shape) and all(n in (1, m) for n, m in zip(reversed(found), reversed(shape), strict=False)):
        return value if found == value.array.shape else ops.reshape(value, found)
    if basic:
        ops.expand(Tensor(value.array), shape)  # which says what is wrong
    raise RuntimeError(
        f"shape mismatch: value tensor of shape {[*value.array.shape]} cannot be broadcast to indexing result of shape "
        f"{[*shape]}"
    )


# Histories


def takes_history(target: Tensor) -> bool:
    """Whether what is copied into it may need a gradient there: as whole numbers and truth values it does not."""
    return target.array.dtype.kind in "fcV"


def adopt(target: Tensor, result: Tensor) -> None:
    """Gives `target` the history of `result`, whose values it has taken."""
    if target.base is None:
        if result.grad_fn is None:
            target.grad_fn, target.tracked = None, result.tracked
        else:
            target.rebase(result.grad_fn)
        tell_views(target)
    else:
        _copy_slices(target.base, _places(target, target.base), result)
        if target.grad_fn is None or not target.tracked:
            _show(target, target.base)


def forget(target: Tensor, node: str) -> None:
    """Gives `target` the history of values that depend on nothing, from a node of that name: its gradient is 0."""
    if THREAD.mode.enabled and target.tracked:
        adopt(target, Tensor(target.array, True, Node(_DRAWN, (source_of(target),), (None, None), target.array, node)))


def flat(before: Tensor, other: Any, values: Any, node: str) -> Tensor:
    """Values that two Tensors, or one and a number, were compared to, with a node of that name: gradients are 0."""
    edges = (source_of(before), source_of(other) if isinstance(other, Tensor) else None)
    values = values.astype(before.array.dtype)
    if not THREAD.mode.enabled or edges == (None, None):
        return Tensor(values)
    return Tensor(values, True, Node(_FLAT, edges, (None, None, None), values, node))


def _copy_slices(base: Tensor, places: Any, value: Tensor) -> None:
    """Gives `base` the history of a copy in which the elements at `places` came from `value`."""
    new = ops.expand(value, places.shape) if value.array.shape != places.shape else value
    kept = (base.array.copy(), base.array.copy(), np.array(new.array)) if THREAD.mode.keep_all else (None,) * 3
    edges = (source_of(base), source_of(new))
    base.rebase(Node(_COPY_SLICES, edges, (*kept, places), base.array, str(_COPY_SLICES.node)))
    tell_views(base)


def tell_views(base: Tensor) -> None:
    """Has the views of `base`, whose history has changed, show the new one."""
    for known in [*(base.views or ())]:
        view = known()
        if view is not None:
            _show(view, base)


def _show(view: Tensor, base: Tensor) -> None:
    """Gives a view the history of a look at its base as that is now."""
    if hasattr(view, "origin"):
        if not isinstance(view.grad_fn, Invalid):
            view.grad_fn, view.tracked = Invalid(view), True  # type: ignore[assignment]  # no operation accepts it
        return
    look(view, base)


def look(view: Tensor, base: Tensor) -> None:
    """Gives `view` the history of a look at the memory of `base`, which need not hold all that it shows."""
    found = places(view.array, base.array)
    view.rebase(Node(_AS_STRIDED, (source_of(base),), (None, base.array, found), view.array, "AsStridedBackward0"))


def _places(view: Tensor, base: Tensor) -> Any:
    """As `places`. Raises NotImplementedError for a view that shows memory which its base does not."""
    if view is base:
        return np.arange(base.array.size).reshape(base.array.shape)
    found = places(view.array, base.array)
    if found.min(initial=0) < 0:
        raise NotImplementedError("changing a view that shows more memory than its base in place is not supported yet")
    return found


def _without(g: Any, places: Any) -> Any:
    """A cotangent without the elements at `places`, which were overwritten."""
    mask = np.zeros(g.shape, bool)
    mask.reshape(-1)[places] = True
    return np.where(mask, 0, g)


def _looked_back(g: Any, x: Any, places: Any) -> Any:
    """A look's cotangent at the elements of `x`; what was looked at beyond them, numbered -1, comes last and is cut."""
    count = math.prod(x.shape)
    spread = ops.scatter(g, (count + 1,), (places,))
    return ops.reshape(ops.slice_axis(spread, 0, 0, count, 1), x.shape)


_COPY_SLICES = Op(
    "copy_slices",
    "torch::autograd::CopySlices",
    lambda base, value, places: base,
    {"base": _without, "value": lambda g, places: ops.index(ops.reshape(g, (-1,)), (places,))},
    (REAL, REAL),
)
_DRAWN = Op("drawn", "", lambda x: x, {"x": lambda g: np.zeros_like(g)}, REAL)
_FLAT = Op(
    "flat", "", lambda x, other: x, {"x": lambda g: np.zeros_like(g), "other": lambda g: np.zeros_like(g)}, (REAL, REAL)
)
_AS_STRIDED = Op(
    "as_strided",
    "AsStridedBackward0",
    lambda x, places: x,
    {"x": _looked_back},
    REAL,
    shapes_only=("x",),
)
