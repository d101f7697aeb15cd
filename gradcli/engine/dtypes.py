"""The dtypes by PyTorch's names, and PyTorch's promotion of operands.

A promoted dtype depends on the operands' categories (bool < integer < float < complex) and, within the highest of
them, on whether an operand has dimensions, is 0-d, or is a Python number, in that order of precedence.
Source: PyTorch's notes on type promotion, checked by experiment.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradcli.engine.bfloat16 import BFLOAT16

NAMES: dict[str, Any] = {
    "bool": np.bool_, "uint8": np.uint8, "int8": np.int8, "int16": np.int16, "int32": np.int32, "int64": np.int64,
    "float16": np.float16, "float32": np.float32, "float64": np.float64,
    "complex64": np.complex64, "complex128": np.complex128, "bfloat16": BFLOAT16,
}  # fmt: skip
CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2, "V": 2, "c": 3}  # V is bfloat16
PYTHON_CATEGORY = {bool: 0, int: 1, float: 2, complex: 3}

NOT_COMPUTED = "gradcli.torch stores, converts and prints bfloat16, but computes nothing with it: use .float()"
NO_COMPLEX32 = "gradcli.torch has no complex32, which is what float16 and complex numbers make"

Array = np.ndarray[Any, Any]
DType = np.dtype[Any]


class dtype:
    """A dtype as PyTorch names and prints it: `torch.float32`. One object per name."""

    __slots__ = ("name", "numpy")

    def __init__(self, name: str) -> None:
        self.name = name
        self.numpy: DType = np.dtype(NAMES[name])

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return by_name, (self.name,)

    @property
    def is_floating_point(self) -> bool:
        """True for float16, bfloat16, float32 and float64."""
        return self.numpy.kind == "f" or self.numpy == BFLOAT16

    @property
    def is_complex(self) -> bool:
        """True for complex64 and complex128."""
        return self.numpy.kind == "c"

    @property
    def is_signed(self) -> bool:
        """True for what holds negative numbers."""
        return self.numpy.kind not in "bu"

    @property
    def itemsize(self) -> int:
        """Bytes an element."""
        return self.numpy.itemsize

    def to_complex(self) -> dtype:
        """The complex dtype whose parts are of this one."""
        return BY_NUMPY[np.result_type(self.numpy, np.complex64)]

    def to_real(self) -> dtype:
        """The dtype of the parts of this one."""
        return BY_NUMPY[np.empty(0, self.numpy).real.dtype]


BY_NAME = {name: dtype(name) for name in NAMES}
BY_NUMPY = {known.numpy: known for known in BY_NAME.values()}


def by_name(name: str) -> dtype:
    """The dtype of that name."""
    return BY_NAME[name]


class Default:
    """The dtype of floating-point numbers that come without one."""

    float: DType = np.dtype(np.float32)
    complex: DType = np.dtype(np.complex64)


def default_for(category: int) -> DType:
    """The dtype a Python number of `category` takes when no tensor operand has that category."""
    return (np.dtype(np.bool_), np.dtype(np.int64), Default.float, Default.complex)[category]


def _rank(operand: Any) -> int:
    """2 for an array with dimensions, 1 for a 0-d one, 0 for a Python number."""
    return 0 if type(operand) in PYTHON_CATEGORY else 2 if operand.ndim else 1


def result_type(*operands: Any) -> DType:
    """The dtype in which PyTorch combines arrays, 0-d arrays and Python numbers.

    Raises TypeError for an operand that is none of these.
    """
    best: dict[int, DType | None] = {0: None, 1: None, 2: None}
    highest = {0: -1, 1: -1, 2: -1}
    for operand in operands:
        if getattr(operand, "dtype", None) == BFLOAT16:
            raise NotImplementedError(NOT_COMPUTED)
        rank = _rank(operand)
        kind = PYTHON_CATEGORY[type(operand)] if rank == 0 else CATEGORY[operand.dtype.kind]
        this = default_for(kind) if rank == 0 else operand.dtype
        if kind > highest[rank]:
            highest[rank], best[rank] = kind, _higher(best[rank], this)
        elif kind == highest[rank]:
            best[rank] = np.promote_types(best[rank] or this, this)
        else:
            best[rank] = _higher(this, best[rank])
    chosen, category = best[2], highest[2]
    for rank in (1, 0):
        if highest[rank] > category:
            chosen, category = _raise_to(chosen, best[rank]), highest[rank]
    assert chosen is not None, "result_type needs an operand"
    return chosen


def _higher(lower: DType | None, higher: DType | None) -> DType | None:
    """`higher`, but as precise as a float of the same rank, if it is complex."""
    if lower is not None and higher is not None and higher.kind == "c" and lower.kind == "f":
        return np.promote_types(lower, higher)
    return higher


def _raise_to(lower: DType | None, higher: DType | None) -> DType | None:
    """`higher`, except that a complex number keeps the precision of a float64 beside it."""
    if lower is not None and higher is not None and higher.kind == "c" and lower.kind == "f":
        if lower == np.float16:
            raise NotImplementedError(NO_COMPLEX32)
        return np.promote_types(lower, np.complex64)
    return higher


_constants: dict[tuple[Any, type, DType], Array] = {}


def constant(value: Any, dtype: DType) -> Array:
    """A Python number as a read-only 0-d array, kept: NumPy combines those twice as fast as Python numbers."""
    key = (value, type(value), dtype)
    try:
        return _constants[key]
    except KeyError:
        array = _array_of(value, dtype)
        array.flags.writeable = False
        if value != 0 and len(_constants) < 4096:  # 0.0 == -0.0 would share a key
            _constants[key] = array
        return array


def _array_of(value: Any, dtype: DType) -> Array:
    try:
        with np.errstate(over="ignore"):
            array = np.array(value).astype(dtype)
    except OverflowError:
        raise OverflowError("int too big to convert") from None
    if dtype == np.float16 and np.isinf(array) and not math.isinf(value):
        raise NotImplementedError(
            f"{value} is more than float16 holds, in which this would be computed; PyTorch computes it in float32: use "
            "float() on the tensor first"
        )
    return array


_FLOATS = (np.float64, np.float32)
"""NumPy scalars that keep their dtype beside a Python number, as PyTorch's 0-d tensors do."""


def align(x: Any, y: Any) -> tuple[Any, Any]:
    """Both operands as NumPy values of the dtype that PyTorch would combine them in.

    Raises TypeError for an operand that is neither an array nor a number.
    """
    if type(y) is float or type(y) is int:  # by far the most frequent, so first
        if type(x) in _FLOATS:
            return x, y
        if type(x) is np.ndarray and x.dtype.kind == "f":
            return x, constant(y, x.dtype)
    for operand in (x, y):
        if type(operand) not in PYTHON_CATEGORY and not isinstance(operand, (np.ndarray, np.generic)):
            raise TypeError(f"unsupported operand type: '{type(operand).__name__}'")
    common = result_type(x, y)
    return _cast(x, common), _cast(y, common)


def align_arrays(x: Any, y: Any) -> tuple[Any, Any]:
    """As `align`, of a Tensor's value and a NumPy array beside it: in the dtype that NumPy, and so PyTorch, takes."""
    if BFLOAT16 in (x.dtype, y.dtype):
        return align(x, y)
    common = np.result_type(x, y)
    return _cast(x, common), _cast(y, common)


def align_floats(x: Any, y: Any) -> tuple[Any, Any]:
    """As `align`, for an operation that takes whole numbers as the default float dtype."""
    common = result_type(x, y)
    common = common if common.kind in "fc" else Default.float
    return _cast(x, common), _cast(y, common)


def accumulator(x: Any) -> Any:
    """The dtype that sums and products are formed in, if not that of `x`: int64 for bools and all integers.

    For float16 it is float32, and the result is float16 again.
    """
    kind = x.dtype.kind
    return np.int64 if kind not in "fc" else np.float32 if x.dtype == np.float16 else None


def as_float(x: Any) -> Any:
    """An array, in the default float dtype if it holds integers or bools; NumPy's functions would take float64.

    A Python number, which takes the dtype of what is beside it, stays as it is.
    """
    return x if type(x) in PYTHON_CATEGORY or x.dtype.kind in "fc" else x.astype(Default.float)


def _cast(operand: Any, dtype: DType) -> Any:
    if type(operand) in PYTHON_CATEGORY:
        return constant(operand, dtype)
    return operand if operand.dtype is dtype else operand.astype(dtype)
