"""Complex numbers: their parts, and arrays of them from those. None of this is recorded: gradients stay real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.dtypes import NO_COMPLEX32, as_float
from gradcli.engine.errors import uncomputed
from gradcli.engine.memory import give_memory
from gradcli.engine.modes import THREAD
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES, not_implemented


def _unrecorded(name: str, forward: Callable[..., Any]) -> Callable[..., Any]:
    """`forward` on Tensors. Raises NotImplementedError where the result would need a history."""

    def function(*tensors: Tensor) -> Tensor:
        if THREAD.mode.enabled and any(x.requires_grad for x in tensors):
            raise NotImplementedError(f"{name}() of a tensor that requires grad: gradients of complex numbers")
        arrays = [*map(give_memory, tensors)]
        try:
            return Tensor(forward(*arrays))
        except (TypeError, RuntimeError) as error:
            raise uncomputed(*arrays) or error from None

    function.__name__ = function.__qualname__ = name
    function.__doc__ = forward.__doc__
    return function


def _scalar(x: Any) -> str:
    return TYPE_NAMES[x.dtype.name].scalar


def _imag(x: Any) -> Any:
    if x.dtype.kind != "c":
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return x.imag


def _angle(x: Any) -> Any:
    if x.dtype.kind == "c":
        return np.angle(x)
    x = as_float(x)
    return np.where(np.isnan(x), x, np.where(x < 0, x.dtype.type(np.pi), x.dtype.type(0)))


def _sgn(x: Any) -> Any:
    size = np.abs(x)
    return np.where(size == 0, 0, x / np.where(size == 0, 1, size)).astype(x.dtype)


def _pair(name: str, a: Any, b: Any) -> None:
    if a.dtype not in (np.float16, np.float32, np.float64) or b.dtype.kind != "f":
        raise RuntimeError(
            f"Expected both inputs to be Half, Float or Double tensors but got {_scalar(a)} and {_scalar(b)}"
        )
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"Expected object of scalar type {_scalar(a)} but got scalar type {_scalar(b)} for second argument"
        )


def _complex(real: Any, imag: Any) -> Any:
    _pair("complex", real, imag)
    if real.dtype == np.float16:
        raise NotImplementedError(NO_COMPLEX32)
    result = np.empty(np.broadcast_shapes(real.shape, imag.shape), np.result_type(real.dtype, np.complex64))
    result.real, result.imag = real, imag
    return result


def _polar(size: Any, angle: Any) -> Any:
    _pair("polar", size, angle)
    if size.dtype == np.float16:
        raise not_implemented("polar_cpu", size.dtype)
    return _complex(size * np.cos(angle), size * np.sin(angle))


def _view_as_real(x: Any) -> Any:
    if x.dtype.kind != "c":
        raise RuntimeError("view_as_real is only supported for complex tensors")
    return x[..., None].view(x.real.dtype)


def _view_as_complex(x: Any) -> Any:
    if x.dtype.kind != "f":
        raise RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: "
            f"{_scalar(x)}"
        )
    if not x.ndim or x.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    if x.strides[-1] != x.itemsize:
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    if any(stride % (2 * x.itemsize) for stride in x.strides[:-1]):
        raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
    return x.view(np.result_type(x.dtype, np.complex64))[..., 0]


imag = _unrecorded("imag", _imag)
conjugate = _unrecorded("conj", np.conj)
real_part = _unrecorded("real", lambda x: x.real)
angle = _unrecorded("angle", _angle)
sgn_complex = _unrecorded("sgn", _sgn)
complex = _unrecorded("complex", _complex)
polar = _unrecorded("polar", _polar)
view_as_real = _unrecorded("view_as_real", _view_as_real)
view_as_complex = _unrecorded("view_as_complex", _view_as_complex)


def real(x: Tensor) -> Tensor:
    """The real part, in the same memory; a real Tensor itself."""
    return real_part(x) if x.dtype.is_complex else x


def conj(x: Any) -> Any:
    """The conjugate; what is real itself."""
    if getattr(x, "array", x).dtype.kind != "c":
        return x
    return conjugate(x) if isinstance(x, Tensor) else np.conj(x)
