"""The fields of a JSON document: read one by one, written back, and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np

from gradcli.errors import InputError
from gradcli.lang.tree import NoFormError

Array = Any
T = TypeVar("T")

DTYPES = ("float64", "float32", "int64", "bool")
"""Of arrays."""


class RefusedError(Exception):
    """A field that cannot be, or does not follow from the others."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}" if path else why)
        self.path = path
        self.why = why


@contextmanager
def within(path: str) -> Iterator[None]:
    """Whatever is wrong inside is refused as a part of this field."""
    try:
        yield
    except RefusedError as error:
        raise RefusedError(f"{path}.{error.path}" if error.path else path, error.why) from None
    except (InputError, NoFormError, ValueError, TypeError, IndexError, KeyError, ArithmeticError) as error:
        raise RefusedError(path, str(error) or type(error).__name__) from error


class At:
    """A field, read as what it must be; RefusedError comes where it is not."""

    def __init__(self, value: Any, path: str = "") -> None:
        self.value = value
        self.path = path

    def __getitem__(self, key: str) -> At:
        path = f"{self.path}.{key}" if self.path else key
        if key not in self.a(dict):
            raise RefusedError(path, "is missing")
        return At(self.value[key], path)

    def a(self, kind: type[T]) -> T:
        """The value, of this type and no other."""
        if type(self.value) is not kind:
            raise RefusedError(self.path, f"not a {kind.__name__}")
        return self.value

    def items(self) -> list[At]:
        """Of a list."""
        return [At(value, f"{self.path}[{i}]") for i, value in enumerate(self.a(list))]

    def named(self) -> dict[str, At]:
        """Of an object, by name."""
        return {name: self[name] for name in self.a(dict)}

    def maybe(self, read: Callable[[At], T]) -> T | None:
        """What is read of it, if it is not null."""
        return None if self.value is None else read(self)

    def double(self) -> float:
        """The number of a text in hexadecimal."""
        with within(self.path):
            return float.fromhex(self.a(str))

    def array(self) -> Array:
        """The array; see `written`."""
        dtype = self["dtype"].a(str)
        if dtype not in DTYPES:
            raise RefusedError(self["dtype"].path, f"{dtype!r} is none")
        each = At.double if dtype.startswith("float") else lambda one: one.a(bool if dtype == "bool" else int)
        numbers = [each(one) for one in self["numbers"].items()]
        shape = [one.a(int) for one in self["shape"].items()]
        with within(self.path), np.errstate(over="ignore"):
            return np.array(numbers, dtype).reshape(shape)[()]


def written(array: Array) -> dict[str, Any]:
    """The array with floating-point numbers in hexadecimal, whole ones and truths as they are."""
    array = np.asarray(array)
    numbers = array.reshape(-1).tolist()
    hexadecimal = array.dtype.kind == "f"
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "numbers": [number.hex() for number in numbers] if hexadecimal else numbers,
    }


def compare(stored: Any, made: Any, path: str = "") -> None:
    """Raises RefusedError for the first field of the one document that differs from the other's."""
    if isinstance(stored, dict) and isinstance(made, dict):
        for name in {**made, **stored}:
            where = f"{path}.{name}" if path else name
            if name not in stored or name not in made:
                raise RefusedError(where, "is missing" if name in made else "does not belong here")
            compare(stored[name], made[name], where)
    elif isinstance(stored, list) and isinstance(made, list) and len(stored) == len(made):
        for i, (one, other) in enumerate(zip(stored, made, strict=True)):
            compare(one, other, f"{path}[{i}]")
    elif type(stored) is not type(made) or stored != made:
        raise RefusedError(path, f"{_short(stored)} does not follow: it is {_short(made)}")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
