"""Shapes: the same elements in another shape or order. What PyTorch returns as a view shares memory here too."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine.axes import Axes, axes_in, axis_in, no_axes
from gradcli.engine.domain import REAL
from gradcli.engine.layout import copied_like, in_rows, laid, own_copy
from gradcli.engine.op import general
from gradcli.engine.tensor import NUMPY, Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.engine.views import view_of, writable

MATRIX = REAL.shaped(3, 4)

# The same elements in another shape


def _reshape(x: Any, shape: int | Sequence[int]) -> Any:
    sizes = [shape] if isinstance(shape, int) else [*shape]
    try:
        if min(sizes, default=0) >= -1:  # NumPy takes any negative number for -1
            return x.reshape(sizes)
    except ValueError:
        pass
    raise _cannot_reshape(x.size, sizes)


def _cannot_reshape(size: int, shape: list[int]) -> RuntimeError:
    if shape.count(-1) > 1:
        return RuntimeError("only one dimension can be inferred")
    for i, n in enumerate(shape):
        if n < -1:
            return RuntimeError(f"invalid shape dimension {n} at index {i} of shape {shape}")
    if size == 0 and -1 in shape:
        return RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {shape} because the unspecified dimension size -1 can be "
            "any value and is ambiguous"
        )
    return RuntimeError(f"shape '{shape}' is invalid for input of size {size}")


_view = view_of(
    "reshape",
    "ViewBackward0",
    _reshape,
    domain=REAL.shaped(6),
    numpy=[np.reshape],
    x=lambda g, x: reshape(g, x.shape),
)
unsafe_view = general(
    "unsafe_view",
    "UnsafeViewBackward0",
    lambda x, shape: x.reshape(shape),
    domain=REAL.shaped(6),
    shapes_only=["x"],
    x=lambda g, x: reshape(g, x.shape),
)


def _cloned(x: Any, preserve: bool = False) -> Any:
    """A copy in the order of its axes; to `preserve` is to keep the order in which they lie in memory."""
    return copied_like(x, x) if preserve and x.ndim > 1 and not x.flags.c_contiguous else x.copy()


clone = general("clone", "CloneBackward0", _cloned, domain=REAL, numpy=[np.copy], x=lambda g: g)


def reshape(x: Any, shape: int | Sequence[int]) -> Any:
    """The same elements in another shape, viewed where that can be; otherwise, as PyTorch has it, a view of a copy."""
    if isinstance(x, Tensor) and x.requires_grad and not x.array.flags.c_contiguous:
        shaped = _reshape(x.array, shape)
        if not np.may_share_memory(shaped, x.array):
            return unsafe_view(clone(x), shaped.shape)
    return _view(x, shape)


def flatten(x: Any, start_axis: int = 0, end_axis: int = -1) -> Any:
    """The axes from `start_axis` to `end_axis` as one; `x` itself if that is one axis already."""
    start, end = axis_in(start_axis, x.ndim), axis_in(end_axis, x.ndim)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if x.ndim and start == end:
        return x
    return reshape(x, (*x.shape[:start], int(np.prod(x.shape[start : end + 1])), *x.shape[end + 1 :]))


def _expand(x: Any, shape: Sequence[int]) -> Any:
    """-1 keeps the length of an axis."""
    lead = len(shape) - x.ndim
    if lead < 0:
        raise RuntimeError(
            f"expand(torch.{TYPE_NAMES[x.dtype.name].scalar}Tensor{{{[*x.shape]}}}, size={[*shape]}): the number of "
            f"sizes provided ({len(shape)}) must be greater or equal to the number of dimensions in the tensor "
            f"({x.ndim})"
        )
    lowest = min(shape, default=0)
    if lowest < -1:
        raise RuntimeError(f"expand: a size must not be negative, but got {lowest}")
    if -1 in shape[:lead]:
        raise RuntimeError(
            f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {shape.index(-1)}"
        )
    sizes = tuple(x.shape[i - lead] if n == -1 else n for i, n in enumerate(shape))
    for i, n in enumerate(x.shape, lead):
        if n not in (1, sizes[i]):
            raise RuntimeError(
                f"The expanded size of the tensor ({sizes[i]}) must match the existing size ({n}) at non-singleton "
                f"dimension {i}.  Target sizes: {[*shape]}.  Tensor sizes: {[*x.shape]}"
            )
    return writable(np.broadcast_to(x, sizes), x)


expand = view_of("expand", "ExpandBackward0", _expand, domain=REAL.shaped(3, 1), numpy=[np.broadcast_to], x=lambda g: g)


def _squeeze(x: Any, axis: Axes = None) -> Any:
    if axis is None:
        return x.squeeze()
    return x.squeeze(tuple([i for i in axes_in(axis, x.ndim) or () if x.shape[i] == 1]))


def _squeeze_name(x: Any, axis: Axes) -> str:
    if axis is None:
        return "SqueezeBackward0"
    return "SqueezeBackward2" if isinstance(axis, Sequence) else "SqueezeBackward1"


squeeze: Callable[..., Any] = view_of(
    "squeeze", _squeeze_name, _squeeze, domain=REAL.shaped(3, 1), x=lambda g, x: reshape(g, x.shape)
)


def _unsqueeze(x: Any, axis: int | Sequence[int]) -> Any:
    if isinstance(axis, Sequence):
        return np.expand_dims(x, axes_in(axis, x.ndim + len(axis)) or ())
    return x[(slice(None),) * axis_in(axis, x.ndim + 1) + (None,)]


unsqueeze = view_of(
    "unsqueeze",
    "UnsqueezeBackward0",
    _unsqueeze,
    domain=REAL,
    numpy=[np.expand_dims],
    x=lambda g, axis: squeeze(g, axis),
)

# The axes in another order


def _transpose(x: Any, axis0: int, axis1: int) -> Any:
    axis0, axis1 = axis_in(axis0, x.ndim), axis_in(axis1, x.ndim)
    return x.swapaxes(axis0, axis1) if x.ndim else x


transpose: Callable[..., Any] = view_of(
    "transpose",
    "TransposeBackward0",
    _transpose,
    domain=MATRIX,
    numpy=[np.swapaxes],
    x=lambda g, axis0, axis1: transpose(g, axis0, axis1),
)
swapaxes = transpose


def _permute(x: Any, axes: Sequence[int] | None = None) -> Any:
    """None reverses the axes."""
    if axes is None:
        return x.transpose()
    if len(axes) != x.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {x.ndim} is not equal to len(dims) = {len(axes)}"
        )
    order = [axis_in(axis, x.ndim) for axis in axes]
    if len(set(order)) < len(order):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return x.transpose(order)


def _inverse(axes: Sequence[int] | None) -> list[int] | None:
    """The order that undoes the order `axes`."""
    return None if axes is None else sorted(range(len(axes)), key=[axis % len(axes) for axis in axes].__getitem__)


permute: Callable[..., Any] = view_of(
    "permute",
    "PermuteBackward0",
    _permute,
    domain=MATRIX,
    numpy=[np.transpose],
    x=lambda g, axes: permute(g, _inverse(axes)),
)


def moveaxis(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> Any:
    """The axes `source` moved to the places `destination`; the others keep their order."""
    if isinstance(source, Sequence) != isinstance(destination, Sequence):
        names = ", ".join(type(axes).__name__ for axes in (source, destination))
        raise TypeError(f"movedim() received an invalid combination of arguments - got ({names})")
    given = [[*axes] if isinstance(axes, Sequence) else [axes] for axes in (source, destination)]
    if len(given[0]) != len(given[1]):
        dims = [f"{axes} dims" for axes in given]
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({dims[0]}) should contain the same number of dims "
            f"as destination ({dims[1]})"
        )
    moved, places = ([axis_in(axis, x.ndim) for axis in axes] for axes in given)
    for name, axes in (("source", moved), ("destination", places)):
        if len(set(axes)) < len(axes):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({axes})")
    order = [axis for axis in range(x.ndim) if axis not in moved]
    if not x.ndim:
        return permute(x, order)
    for place, axis in sorted(zip(places, moved, strict=True)):
        order.insert(place, axis)
    return permute(x, order)


NUMPY[np.moveaxis] = moveaxis


def _t(x: Any) -> Any:
    if x.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {x.ndim}D")
    return x.transpose()


t: Callable[..., Any] = view_of("t", "TBackward0", _t, domain=MATRIX, x=lambda g: t(g))

# Moved, masked, repeated: copies, as in PyTorch


def _flip(x: Any, axis: Axes = None) -> Any:
    """None stands for all axes, an empty sequence for none."""
    return laid(np.flip(x, axes_in(axis, x.ndim) if axis is None or np.size(axis) else ()).copy(), x)


flip: Callable[..., Any] = general("flip", "FlipBackward0", _flip, domain=REAL, x=lambda g, axis: flip(g, axis))


def _roll(x: Any, shift: int | Sequence[int], axis: Axes = None) -> Any:
    """Without an axis, the elements in their order are rolled."""
    shifts = shift if isinstance(shift, Sequence) else (shift,)
    given = () if axis is None else axis if isinstance(axis, Sequence) else (axis,)
    if not shifts:
        raise RuntimeError("`shifts` required")
    if len(shifts) != (len(given) or 1):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(given)}")
    if not given or not x.size:
        return in_rows(np.roll(x, shifts[0]))
    if not x.ndim:
        raise no_axes(given[0])
    return in_rows(np.roll(x, shifts, [axis_in(axis, x.ndim) for axis in given]))


roll: Callable[..., Any] = general(
    "roll",
    "RollBackward0",
    _roll,
    domain=REAL,
    x=lambda g, shift, axis: roll(g, [-n for n in shift] if isinstance(shift, Sequence) else -shift, axis),
)


def _at_least_matrix(x: Any, name: str) -> Any:
    if x.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    return x


def _tril(x: Any, k: int = 0) -> Any:
    return np.tril(_at_least_matrix(x, "tril"), k)


def _triu(x: Any, k: int = 0) -> Any:
    return np.triu(_at_least_matrix(x, "triu"), k)


tril: Callable[..., Any] = general(
    "tril", "TrilBackward0", _tril, domain=MATRIX, numpy=[np.tril], x=lambda g, k: tril(g, k)
)
triu: Callable[..., Any] = general(
    "triu", "TriuBackward0", _triu, domain=MATRIX, numpy=[np.triu], x=lambda g, k: triu(g, k)
)


def _repeat(x: Any, repeats: Sequence[int]) -> Any:
    if len(repeats) < x.ndim:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    if any(n < 0 for n in repeats):
        shape = [n * m for n, m in zip(repeats, (1,) * (len(repeats) - x.ndim) + x.shape, strict=True)]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(shape)}: {shape}")
    return np.tile(own_copy(x), repeats)


def _add_repeats(g: Any, x: Any, repeats: Sequence[int]) -> Any:
    """`g`, summed over the repetitions."""
    if not repeats:
        return g
    shape = (1,) * (len(repeats) - x.ndim) + x.shape
    split = [n for pair in zip(repeats, shape, strict=True) for n in pair]
    return np.sum(reshape(g, split), axis=tuple(range(0, len(split), 2)))


repeat = general("repeat", "RepeatBackward0", _repeat, domain=REAL, shapes_only=["x"], x=_add_repeats)


def tile(x: Any, reps: int | Sequence[int]) -> Any:
    """`x` repeated along its axes, the last ones if `reps` has fewer."""
    counts = tuple(map(operator.index, reps)) if isinstance(reps, Sequence) else (reps,)
    return repeat(x, (1,) * (x.ndim - len(counts)) + counts)


NUMPY[np.tile] = tile
