"""What floating-point numbers are made of: their sign, their exponent, their neighbours, what is no number."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.dtypes import as_float
from gradcli.engine.layout import laid
from gradcli.engine.op import elementwise, general, missing
from gradcli.engine.type_names import not_implemented

copysign = elementwise(
    "copysign",
    "CopysignBackward0",
    np.copysign,
    domain=(REAL, REAL),
    floating=True,
    kinks=lambda a, b: (a == 0) | (b == 0),
    a=lambda g, result, a: g * np.where(a == 0, 0, result / a),
    b=lambda g: np.zeros_like(g),
)


def _nextafter(a: Any, b: Any) -> Any:
    if a.dtype.kind != "f":
        raise not_implemented("nextafter_cpu", a.dtype)
    return np.nextafter(a, b)


nextafter = elementwise(
    "nextafter",
    "NextafterBackward0",
    _nextafter,
    domain=(REAL, REAL),
    a=lambda g, a, b: np.where(a == b, 0, g),
    b=lambda g: np.zeros_like(g),
)


def _same_dtype(x: Any, y: Any) -> tuple[Any, Any]:
    if x.dtype == y.dtype:
        return x, y
    raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")


heaviside = elementwise(
    "heaviside",
    "torch::autograd::NotImplemented",
    lambda a, b: np.where(a == 0, b, a > 0).astype(a.dtype)[()],
    domain=(REAL, REAL),
    align=_same_dtype,
    a=missing,
    b=missing,
)


def _ldexp(a: Any, b: Any) -> Any:
    a = as_float(a)
    return a * np.exp2(b, dtype=a.dtype)


ldexp = elementwise(
    "ldexp",
    "LdexpBackward0",
    _ldexp,
    domain=(REAL, REAL),
    floating=True,
    a=lambda g, b: g * np.exp2(b),
    b=lambda g, result: g * (result * np.log(2)),
)


def _nan_to_num(x: Any, nan: float | None = None, posinf: float | None = None, neginf: float | None = None) -> Any:
    """None stands for 0 and for the largest and the lowest number of the dtype."""
    return laid(np.nan_to_num(x, nan=nan or 0.0, posinf=posinf, neginf=neginf), x)


nan_to_num = general(
    "nan_to_num",
    "NanToNumBackward0",
    _nan_to_num,
    domain=REAL,
    x=lambda g, x: g * np.isfinite(x),  # a product, as in PyTorch
)
