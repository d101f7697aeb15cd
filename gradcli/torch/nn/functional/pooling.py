"""Pooling over one, two or three axes. Lines are planes of height 1, as in PyTorch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from gradcli.engine import ops
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import not_implemented
from gradcli.torch.argument_checks import require_tensor
from gradcli.torch.nn.functional.numbers_per_axis import lengths_of
from gradcli.torch.out import with_out

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d",
    "max_pool1d", "max_pool2d", "max_pool3d",
]  # fmt: skip


def _named(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"As `torch.nn.functional.{name}`."
    return function


def _check_lengths(name: str, input: Tensor, axes: int) -> None:
    """Raises PyTorch's RuntimeErrors for images without elements, or with other axes; a batch may be empty."""
    shape = [*input.shape]
    images = shape[len(shape) - axes - 1 :]
    if axes == 3:
        kernel = "max_pool3d_with_indices_out_cpu_template" if name == "max_pool3d" else name
        if len(shape) not in (4, 5):
            raise RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input")
        if 0 in images:
            raise RuntimeError(
                f"{kernel}(): Expected input's non-batch dimensions to have positive length, but input has a shape of "
                f"{shape} and non-batch dimension {images.index(0)} has length zero!"
            )
    elif len(shape) not in (3, 4) or 0 in images:
        raise RuntimeError(
            f"Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:{shape}"
        )


def _as_plane(name: str, line: Tensor) -> Any:
    require_tensor(name, "input", line, 1)
    if line.ndim not in (2, 3) or (name == "max_pool1d" and 0 in line.shape[-2:]):
        raise RuntimeError(
            f"{name}: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but "
            f"got:{[*line.shape]}"
        )
    return ops.unsqueeze(line, -2)


def _along_line(value: Any, across: int) -> tuple[int, int]:
    """A number for a line as one for a plane, where `across` stands for the other axis."""
    (along,) = lengths_of("", 1, value)
    return across, along


def _stride(stride: Any, kernel_size: Any) -> Any:
    return kernel_size if stride is None or stride == () else stride


# Maximum


def _max_pool(axes: int) -> Callable[..., Any]:
    name = f"max_pool{axes}d"

    def function(
        input: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        require_tensor(name, "input", input, 1)
        if input.ndim not in (axes + 1, axes + 2):
            raise RuntimeError(f"non-empty {axes + 1}D or {axes + 2}D (batch mode) tensor expected for input")
        kernel, stride, padding, dilation = (
            lengths_of(name, axes, value) for value in (kernel_size, _stride(stride, kernel_size), padding, dilation)
        )
        if min(dilation) <= 0:
            each = " ".join(f"dilation{axis}: {d}" for axis, d in zip("THW"[-axes:], dilation, strict=True))
            raise RuntimeError(f"dilation should be greater than zero, but got {each}")
        _check_lengths(name, input, axes)
        result = ops.max_pool(input, kernel, stride, padding, dilation, ceil_mode)
        if not return_indices:
            return result
        positions = ops.max_positions(input.array, result.array, kernel, stride, padding, dilation)
        return result, Tensor(positions % math.prod(input.shape[-axes:]))

    return _named(name, function)


max_pool2d, max_pool3d = map(_max_pool, (2, 3))


def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """As `torch.nn.functional.max_pool1d`."""
    plane = _as_plane("max_pool1d", input)
    if not return_indices and input.array.dtype.kind in "iub":
        raise not_implemented("max_pool1d_impl", input.array.dtype)
    kernel, pad = _along_line(kernel_size, 1), _along_line(padding, 0)
    if pad[1] > kernel[1] // 2:
        raise RuntimeError(
            f"max_pool1d() padding should be at most half of kernel size, but got padding={pad[1]} and "
            f"kernel_size={kernel[1]}"
        )
    stride, dilation = _along_line(_stride(stride, kernel_size), 1), _along_line(dilation, 1)
    if dilation[1] <= 0:
        raise RuntimeError(f"max_pool1d() dilation must be greater than zero, but got {dilation[1]}")
    result = max_pool2d(plane, kernel, stride, pad, dilation, ceil_mode, return_indices)
    return tuple(ops.squeeze(part, -2) for part in result) if return_indices else ops.squeeze(result, -2)


# Mean


def _avg_pool(axes: int) -> Callable[..., Any]:
    name = f"avg_pool{axes}d"

    def function(
        input: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> Any:
        require_tensor(name, "input", input, 1)
        if input.ndim <= axes < 3:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-input.ndim}, {input.ndim - 1}], but got "
                f"{-axes - 1})"
            )
        kernel, stride, padding = (
            lengths_of(name, axes, value) for value in (kernel_size, _stride(stride, kernel_size), padding)
        )
        _check_lengths(name, input, axes)
        return ops.avg_pool(input, kernel, stride, padding, ceil_mode, count_include_pad, divisor_override)

    return with_out(_named(name, function))


avg_pool2d, avg_pool3d = map(_avg_pool, (2, 3))


def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """As `torch.nn.functional.avg_pool1d`."""
    plane = _as_plane("avg_pool1d", input)
    kernel, pad = _along_line(kernel_size, 1), _along_line(padding, 0)
    stride = _along_line(_stride(stride, kernel_size), 1)
    return ops.squeeze(avg_pool2d(plane, kernel, stride, pad, ceil_mode, count_include_pad), -2)


def _adaptive_avg_pool(axes: int) -> Callable[..., Any]:
    name = f"adaptive_avg_pool{axes}d"

    def function(input: Tensor, output_size: Any) -> Any:
        require_tensor(name, "input", input, 1)
        if isinstance(output_size, (tuple, list)) and input.ndim <= len(output_size):
            raise ValueError(f"Input dimension should be at least {len(output_size) + 1}")
        if input.ndim not in (axes + 1, axes + 2):
            raise RuntimeError(f"{name}(): Expected {axes + 1}D or {axes + 2}D tensor, but got {[*input.shape]}")
        wanted = lengths_of(name, axes, output_size)
        count = tuple(n if w is None else w for n, w in zip(input.shape[-axes:], wanted, strict=True))
        if min(count) < 0:
            listed = ", ".join(map(str, count))
            raise RuntimeError(
                f"{name}: elements of output_size must be greater than or equal to 0 but received {{{listed}}}"
            )
        for axis in range(input.ndim - axes, input.ndim):
            if not input.shape[axis]:
                raise RuntimeError(
                    f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
                    f"{[*input.shape]} with dimension {axis} being empty"
                )
        if set(count) == {1}:
            return ops.mean(input, tuple(range(-1, -axes - 1, -1)), True)
        return ops.adaptive_avg_pool(input, count)

    return _named(name, function)


adaptive_avg_pool2d, adaptive_avg_pool3d = map(_adaptive_avg_pool, (2, 3))


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Any:
    """As `torch.nn.functional.adaptive_avg_pool1d`."""
    return ops.squeeze(adaptive_avg_pool2d(_as_plane("adaptive_avg_pool1d", input), _along_line(output_size, 1)), -2)
