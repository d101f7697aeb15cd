"""NumPy's .npy format, read without trust in what a file says of itself.

`numpy.load` takes the memory that the head of a file asks for before it looks what is there, and raises errors of many
kinds for a damaged head. Here the head is compared with the size of the file first.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from gradcli.files import up_to

MAGIC = b"\x93NUMPY"
LONGEST_HEAD = 2**16
"""Bytes."""
_LENGTHS = {1: 2, 2: 4, 3: 4}
"""How many bytes the length of the head takes, by version."""
_LONG = re.compile(r"(?<=\d)L\b")  # a length, as Python 2 wrote it


class DamagedError(ValueError):
    """No .npy file, or a damaged one."""


@dataclass(frozen=True)
class Head:
    """What a file says of its array.

    fortran  whether the first axis varies fastest
    start    the byte of the file at which the array's elements begin
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool
    start: int

    @property
    def nbytes(self) -> int:
        """Bytes of the elements."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_head(file: BinaryIO, size: int) -> Head:
    """The head of a file of `size` bytes, which is open at its beginning.

    Raises DamagedError for a head that is none, that tells of objects, and that tells of more than the file has.
    """
    start = file.read(8)
    if start[:6] != MAGIC:
        archive = start.startswith(b"PK")
        raise DamagedError(
            "it is an archive of arrays, not one array" if archive else "it does not begin as a .npy file"
        )
    width = _LENGTHS.get(start[6]) if len(start) == 8 else None
    if width is None:
        raise DamagedError("it is of a version that is not known")
    length = int.from_bytes(file.read(width), "little")
    if length > LONGEST_HEAD:
        raise DamagedError(f"its head has {length:,} bytes; the limit is {LONGEST_HEAD:,}")
    text = file.read(length)
    if len(text) < length:
        raise DamagedError("it ends within its head")
    head = _parsed(text.decode("utf-8" if start[6] == 3 else "latin-1", "replace"), 8 + width + length)
    if head.dtype.hasobject:
        raise DamagedError("it holds Python objects, which are not read")
    if head.start + head.nbytes > size:
        found = f"the file has {max(size - head.start, 0):,}"
        raise DamagedError(f"an array of shape {head.shape} takes {head.nbytes:,} bytes, and {found}")
    return head


def read_array(file: BinaryIO, size: int) -> NDArray[Any]:
    """The array in a file of `size` bytes, which is open at its beginning. Raises DamagedError as `read_head` does."""
    head = read_head(file, size)
    data = up_to(file, head.nbytes)
    if len(data) < head.nbytes:
        raise DamagedError("it is shorter than it should be")
    if not data:
        return np.empty(head.shape, head.dtype)
    array: NDArray[Any] = np.frombuffer(data, head.dtype)
    return array.reshape(head.shape, order="F" if head.fortran else "C")


def _parsed(text: str, start: int) -> Head:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that digits run into letters, for instance
            fields = _literal(text)
            dtype = np.lib.format.descr_to_dtype(fields["descr"])
            shape, fortran = fields["shape"], fields["fortran_order"]
    except Exception as error:  # noqa: BLE001  # Python's and NumPy's readers raise errors of many kinds
        raise DamagedError(f"its head cannot be read ({type(error).__name__})") from None
    if len(fields) > 3 or type(fortran) is not bool:
        raise DamagedError("its head says what none says")
    if type(shape) is not tuple or not all(type(length) is int and length >= 0 for length in shape):
        raise DamagedError("its head tells of lengths that are none")
    if len(shape) > 32 or not 0 < math.prod(filter(None, shape)) * dtype.itemsize < 2**62:
        raise DamagedError(f"its head tells of {len(shape)} axes of {dtype}, which is no array")
    return Head(dtype, shape, fortran, start)


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except SyntaxError:
        return ast.literal_eval(_LONG.sub("", text))
