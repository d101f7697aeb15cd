"""A product or a quotient added to something, and interpolation: one node each, as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.domain import NON_ZERO, REAL
from gradcli.engine.dtypes import result_type
from gradcli.engine.errors import size_mismatch
from gradcli.engine.fitting import fitting
from gradcli.engine.layout import laid
from gradcli.engine.op import general
from gradcli.engine.ops.products import bmm, matmul, mm, mv, outer, scalar_name
from gradcli.engine.ops.shape import expand, t, transpose
from gradcli.engine.type_names import TYPE_NAMES, not_implemented

MATRIX = REAL.shaped(3, 3)
VECTOR = REAL.shaped(3)
BATCH = REAL.shaped(2, 3, 3)


def _together(*arrays: Any) -> list[Any]:
    """The arrays in the dtype that they are combined in. Raises RuntimeError where their shapes do not broadcast."""
    shape: tuple[int, ...] = ()
    for array in arrays:
        if wrong := size_mismatch(shape, array.shape):
            raise wrong
        shape = np.broadcast_shapes(shape, array.shape)
    dtype = result_type(*arrays)
    return [array.astype(dtype, copy=False) for array in arrays]


def _addcmul(x: Any, a: Any, b: Any, value: float = 1) -> Any:
    x, a, b = _together(x, a, b)
    return laid(x + fitting(value, x.dtype) * a * b, x, a, b)


def _addcdiv(x: Any, a: Any, b: Any, value: float = 1) -> Any:
    if all(array.dtype.kind not in "fc" for array in (a, b)):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a "
            "true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value "
            "* torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value "
            "* tensor1 / tensor2), for all dtypes."
        )
    x, a, b = _together(x, a, b)
    return laid(x + fitting(value, x.dtype) * (a / b), x, a, b)


addcmul = general(
    "addcmul",
    "AddcmulBackward0",
    _addcmul,
    domain=(REAL, REAL, REAL),
    x=lambda g: g,
    a=lambda g, b, value: g * (b * value),
    b=lambda g, a, value: g * (a * value),
)
addcdiv = general(
    "addcdiv",
    "AddcdivBackward0",
    _addcdiv,
    domain=(REAL, REAL, NON_ZERO),
    x=lambda g: g,
    a=lambda g, b, value: g * (value / b),
    b=lambda g, a, b, value: -g * (value * a / (b * b)),
)


def _lerp(start: Any, end: Any, weight: Any) -> Any:
    """Computed from the nearer end, so that both ends are hit exactly."""
    for name, array in (("end", end), ("weight", weight)):
        if hasattr(array, "dtype") and array.dtype != start.dtype and (array.ndim or name == "end"):
            names = [TYPE_NAMES[a.dtype.name].cpp for a in (start, array)]
            raise RuntimeError(f"expected dtype {names[0]} for `{name}` but got dtype {names[1]}")
    if start.dtype.kind not in "fc":
        raise not_implemented("lerp_kernel_scalar", start.dtype)
    weight = weight if hasattr(weight, "shape") else fitting(weight, start.dtype)
    _together(start, end, weight)
    result = np.where(np.abs(weight) < 0.5, start + weight * (end - start), end - (end - start) * (1 - weight))[()]
    return laid(result, start, end)


lerp = general(
    "lerp",
    lambda start, end, weight: "LerpBackward1" if isinstance(weight, (np.ndarray, np.generic)) else "LerpBackward0",
    _lerp,
    domain=(REAL, REAL, REAL),
    start=lambda g, weight: g * (1 - weight),
    end=lambda g, weight: g * weight,
    weight=lambda g, start, end: g * (end - start),
)


def _times(x: Any, factor: float) -> Any:
    """`x` times a number that is nearly always 1."""
    return x if factor == 1 else x * factor


def _scaled(x: Any, factor: float, product: Any, alpha: float) -> Any:
    """factor * x + alpha * product; a factor of 0 leaves `x` out, whatever is in it.

    Where the dtype is of whole numbers, both factors lose their fractions.
    """
    if x.dtype != product.dtype:
        raise RuntimeError(
            f"self and mat2 must have the same dtype, but got {scalar_name(x)} and {scalar_name(product)}"
        )
    if x.shape != product.shape and x.shape != product.shape[-1:]:
        expand(x, product.shape)  # which says what is wrong with the shape
    factor, alpha = (number if number == 1 else fitting(number, x.dtype) for number in (factor, alpha))
    product = _times(product, alpha)
    if factor:
        product += _times(x, factor)
    return product


def _by_blas(product: Any, alpha: float) -> Any:
    """A product that BLAS multiplies by alpha: 0 times it is 0, whatever is in it."""
    return product if alpha else np.zeros_like(product)


def _addmm(x: Any, a: Any, b: Any, beta: float = 1, alpha: float = 1) -> Any:
    if a.ndim != 2 or b.ndim != 2:
        name, matrix = ("mat1", a) if a.ndim != 2 else ("mat2", b)
        raise RuntimeError(f"{name} must be a matrix, got {matrix.ndim}-D tensor")
    if a.dtype != b.dtype:
        raise RuntimeError(f"self and mat2 must have the same dtype, but got {scalar_name(a)} and {scalar_name(b)}")
    return _scaled(x, beta, _by_blas(mm(a, b), alpha), alpha)


def _addmv(x: Any, a: Any, b: Any, beta: float = 1, alpha: float = 1) -> Any:
    if a.ndim == 2 and b.ndim == 1 and (a.shape[1] != b.shape[0] or x.shape not in ((a.shape[0],), (1,), ())):
        raise RuntimeError(f"size mismatch, got input ({x.size}), mat ({a.shape[0]}x{a.shape[1]}), vec ({b.shape[0]})")
    return _scaled(x, beta, _by_blas(mv(a, b), alpha), alpha)


def _baddbmm(x: Any, a: Any, b: Any, beta: float = 1, alpha: float = 1) -> Any:
    return _scaled(x, beta, bmm(a, b), alpha)


def _addbmm(x: Any, a: Any, b: Any, beta: float = 1, alpha: float = 1) -> Any:
    products = bmm(a, b)
    return _scaled(x, beta, _by_blas(np.add.reduce(products, 0, products.dtype), alpha), alpha)


def _addr(x: Any, a: Any, b: Any, beta: float = 1, alpha: float = 1) -> Any:
    for name, factor in (("beta", beta), ("alpha", alpha)):
        if isinstance(factor, bool) and x.dtype.kind != "b":
            raise RuntimeError(f"Boolean {name} only supported for Boolean results.")
        if isinstance(factor, float) and x.dtype.kind in "bui":
            raise RuntimeError(f"For integral input tensors, argument {name} must not be a floating point number.")
    dtype = result_type(x, a, b)
    return laid(_scaled(x.astype(dtype), beta, outer(a, b).astype(dtype), alpha), x)


addmm: Callable[..., Any] = general(
    "addmm",
    "AddmmBackward0",
    _addmm,
    domain=(MATRIX, MATRIX, MATRIX),
    shapes_only=["x"],
    x=lambda g, beta: _times(g, beta),
    a=lambda g, b, alpha: _times(mm(g, t(b)), alpha),
    b=lambda g, a, alpha: _times(t(mm(t(g), a)), alpha),  # as `mm` has it
)
addmv = general(
    "addmv",
    "AddmvBackward0",
    _addmv,
    domain=(VECTOR, MATRIX, VECTOR),
    shapes_only=["x"],
    x=lambda g, beta: _times(g, beta),
    a=lambda g, b, alpha: _times(outer(g, b), alpha),
    b=lambda g, a, alpha: _times(mv(t(a), g), alpha),
)
baddbmm = general(
    "baddbmm",
    "BaddbmmBackward0",
    _baddbmm,
    domain=(BATCH, BATCH, BATCH),
    shapes_only=["x"],
    x=lambda g, beta: _times(g, beta),
    a=lambda g, b, alpha: _times(bmm(g, transpose(b, 1, 2)), alpha),
    b=lambda g, a, alpha: _times(bmm(transpose(a, 1, 2), g), alpha),
)
addbmm = general(
    "addbmm",
    "AddbmmBackward0",
    _addbmm,
    domain=(MATRIX, BATCH, BATCH),
    shapes_only=["x"],
    x=lambda g, beta: _times(g, beta),
    a=lambda g, b, alpha: _times(matmul(g, transpose(b, 1, 2)), alpha),
    b=lambda g, a, alpha: _times(matmul(transpose(a, 1, 2), g), alpha),
)
addr = general(
    "addr",
    "AddrBackward0",
    _addr,
    domain=(MATRIX, VECTOR, VECTOR),
    shapes_only=["x"],
    x=lambda g, beta: _times(g, beta),
    a=lambda g, b, alpha: _times(mv(g, b), alpha),
    b=lambda g, a, alpha: _times(mv(t(g), a), alpha),
)
