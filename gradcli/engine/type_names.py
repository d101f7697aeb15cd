"""What PyTorch's error messages call a dtype."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike


class TypeName(NamedTuple):
    """`scalar` is the name in "not implemented for", `cpp` the one in "out of bounds for"."""

    scalar: str
    cpp: str


TYPE_NAMES = {
    "bool": TypeName("Bool", "bool"),
    "uint8": TypeName("Byte", "unsigned char"),
    "int8": TypeName("Char", "signed char"),
    "int16": TypeName("Short", "short int"),
    "int32": TypeName("Int", "int"),
    "int64": TypeName("Long", "long int"),
    "float16": TypeName("Half", "c10::Half"),
    "float32": TypeName("Float", "float"),
    "float64": TypeName("Double", "double"),
    "void16": TypeName("BFloat16", "c10::BFloat16"),
    "complex64": TypeName("ComplexFloat", "c10::complex<float>"),
    "complex128": TypeName("ComplexDouble", "c10::complex<double>"),
}


def not_implemented(kernel: str, dtype: DTypeLike) -> NotImplementedError:
    """PyTorch's error for a kernel that lacks the dtype."""
    name = np.dtype(dtype).name
    called = TYPE_NAMES[name].scalar if name in TYPE_NAMES else name
    return NotImplementedError(f'"{kernel}" not implemented for {called!r}')
