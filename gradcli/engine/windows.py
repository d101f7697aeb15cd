"""Windows that slide over the last axes of an array: what convolution and pooling have in common."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

Lengths = tuple[int, ...]


class Windows(NamedTuple):
    """One number per axis that the windows slide over, which are the last axes of an array.

    kernel    elements of a window
    stride    from one window to the next
    padding   elements added to the array at either end
    dilation  from one element of a window to the next
    """

    kernel: Lengths
    stride: Lengths
    padding: Lengths
    dilation: Lengths

    @property
    def extent(self) -> Lengths:
        """How many elements of the array a window reaches over."""
        return tuple([d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True)])

    def fitting(self, lengths: Lengths, *, ceil: bool = False) -> Lengths:
        """How many windows fit; with `ceil`, the last one may reach beyond the padding if it begins before it."""
        found = []
        for n, extent, s, p in zip(lengths, self.extent, self.stride, self.padding, strict=True):
            windows = (n + 2 * p - extent + (s - 1 if ceil else 0)) // s + 1
            found.append(windows - 1 if ceil and (windows - 1) * s >= n + p else windows)
        return tuple(found)

    def padded(self, x: Any, count: Lengths, fill: Any = 0) -> Any:
        """`x` with as much padding as `count` windows need; `x` itself if they need none."""
        lengths = x.shape[-len(count) :]
        needed = self._needed(lengths, count)
        if needed == lengths:
            return x
        padded = np.full((*x.shape[: -len(count)], *needed), fill, x.dtype)
        inside: Any = (..., *self._inside(lengths))
        padded[inside] = x
        return padded

    def columns(self, x: Any, count: Lengths) -> Any:
        """All windows of `x` after padding, as a view of shape (..., *kernel, *count)."""
        axes = len(count)
        x = self.padded(x, count)
        steps = x.strides[-axes:]
        within = [d * step for d, step in zip(self.dilation, steps, strict=True)]
        between = [s * step for s, step in zip(self.stride, steps, strict=True)]
        shape, strides = (*x.shape[:-axes], *self.kernel, *count), (*x.strides[:-axes], *within, *between)
        return as_strided(x, shape, strides, writeable=False)

    def folded(self, columns: Any, lengths: Lengths) -> Any:
        """The transpose of `columns`: what all windows contribute to each element of an array of these `lengths`.

        Here the windows come first: from (*kernel, *count, rest) to (*lengths, rest). The axes are folded one after the
        other, each window along one as a whole.
        """
        axes = len(lengths)
        count, total = columns.shape[axes : 2 * axes], columns
        needed = self._needed(lengths, count)
        for axis in reversed(range(axes)):  # (*kernel[:axis + 1], *count[:axis + 1], *needed[axis + 1:], rest)
            parts = np.moveaxis(total, axis, 0)
            shape, before = [*parts.shape[1:]], (slice(None),) * (2 * axis)
            shape[2 * axis] = needed[axis]
            total = np.zeros(shape, columns.dtype)
            for key, part in zip(self.along(axis, count[axis]), parts, strict=True):
                total[(*before, key)] += part
        return total[tuple(self._inside(lengths))]

    def places(self, count: Lengths) -> Iterator[Any]:
        """For each place in a window, the key of the elements of the padded array that are there in one of them."""
        return ((..., *key) for key in itertools.product(*[self.along(axis, n) for axis, n in enumerate(count)]))

    def along(self, axis: int, count: int) -> list[slice]:
        """As `places`, for one axis."""
        s, d = self.stride[axis], self.dilation[axis]
        return [slice(i * d, i * d + (count - 1) * s + 1, s) for i in range(self.kernel[axis])]

    def _inside(self, lengths: Lengths) -> list[slice]:
        return [slice(p, p + n) for p, n in zip(self.padding, lengths, strict=True)]

    def _needed(self, lengths: Lengths, count: Lengths) -> Lengths:
        """The lengths after padding."""
        each = zip(lengths, self.padding, self.stride, self.extent, count, strict=True)
        return tuple([max(p + n, (windows - 1) * s + extent) for n, p, s, extent, windows in each])
