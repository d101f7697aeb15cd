"""The dtypes by all their names, what they can hold, and what becomes of two of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine import dtypes
from gradcli.engine.bfloat16 import BFLOAT16, BFLOAT16_MAX
from gradcli.engine.dtypes import BY_NAME, BY_NUMPY, PYTHON_CATEGORY, Default
from gradcli.engine.tensor import Tensor

__all__ = ["can_cast", "finfo", "get_default_dtype", "iinfo", "promote_types", "result_type", "set_default_dtype"]

SHORT = {
    "half": "float16", "float": "float32", "double": "float64", "short": "int16", "int": "int32", "long": "int64",
    "cfloat": "complex64", "cdouble": "complex128",
}  # fmt: skip

DTYPES = BY_NAME | {short: BY_NAME[name] for short, name in SHORT.items()}


def set_default_dtype(d: Any, /) -> None:
    """Sets the dtype of floating-point numbers that come without one; that of complex numbers follows."""
    if not isinstance(d, dtypes.dtype):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    Default.float = d.numpy
    Default.complex = np.result_type(d.numpy, np.complex64)


def get_default_dtype() -> dtypes.dtype:
    """The dtype of floating-point numbers that come without one."""
    return BY_NUMPY[Default.float]


def _operand(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.array
    if type(value) in PYTHON_CATEGORY:
        return value
    raise TypeError(f"result_type(): argument must be Tensor or Number, not {type(value).__name__}")


def result_type(tensor1: Any, tensor2: Any) -> dtypes.dtype:
    """The dtype in which two Tensors or Python numbers are combined."""
    return BY_NUMPY[dtypes.result_type(_operand(tensor1), _operand(tensor2))]


def promote_types(type1: dtypes.dtype, type2: dtypes.dtype) -> dtypes.dtype:
    """The smallest dtype of at least the category of both that holds both."""
    return BY_NUMPY[dtypes.result_type(*(np.empty(1, each.numpy) for each in (type1, type2)))]


def can_cast(from_: dtypes.dtype, to: dtypes.dtype) -> bool:
    """Whether a result of the one dtype may be written into a Tensor of the other, whose category is no lower."""
    kinds = from_.numpy.kind, to.numpy.kind
    return dtypes.CATEGORY[kinds[0]] <= dtypes.CATEGORY[kinds[1]]


class finfo:
    """The limits of a floating-point dtype; of a complex one, those of its parts."""

    def __init__(self, type: dtypes.dtype | None = None) -> None:
        of = get_default_dtype() if type is None else type
        if not isinstance(of, dtypes.dtype):
            raise TypeError(f"finfo(): argument 'type' (position 1) must be torch.dtype, not {of.__class__.__name__}")
        if of.numpy.kind not in "fcV":
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'"
            )
        if of.numpy == BFLOAT16:
            self.bits, self.eps, self.resolution, self.dtype = 16, 2.0**-7, 0.01, of.name
            self.max = BFLOAT16_MAX
            self.min, self.tiny = -self.max, 2.0**-126
            self.smallest_normal = self.tiny
            return
        limits = np.finfo(of.numpy)
        self.bits = int(limits.bits)
        self.eps = float(limits.eps)
        self.max = float(limits.max)
        self.min = float(limits.min)
        self.tiny = self.smallest_normal = float(limits.smallest_normal)
        self.resolution = float(f"{limits.resolution:.0e}")
        self.dtype = limits.dtype.name

    def __repr__(self) -> str:
        names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        return f"finfo({', '.join(f'{name}={getattr(self, name):g}' for name in names)}, dtype={self.dtype})"


class iinfo:
    """The limits of an integer dtype."""

    def __init__(self, type: dtypes.dtype) -> None:
        if not isinstance(type, dtypes.dtype):
            raise TypeError(f"iinfo(): argument 'type' (position 1) must be torch.dtype, not {type.__class__.__name__}")
        if type.numpy.kind not in "iu":
            raise TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'")
        limits = np.iinfo(type.numpy)
        self.bits, self.min, self.max, self.dtype = limits.bits, int(limits.min), int(limits.max), type.name

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
