"""Pickles of plain data and arrays, read as the text that they are: nothing in them is run, or sets a size.

A pickle is a program for a machine with a stack. Python's own machine imports and calls what a pickle names, and takes
as much memory as it says. This one knows the few steps that data are written with, and notes calls instead of making
them.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_STEPS = 300_000
"""A CIFAR-10 batch has about 60,000."""
LARGEST_INT = 2**63
_MARK = object()

ARRAY = "numpy.ndarray"
CALLS = {
    "numpy.core.multiarray._reconstruct": ARRAY,
    "numpy._core.multiarray._reconstruct": ARRAY,
    "numpy.ndarray": ARRAY,
    "numpy.dtype": "numpy.dtype",
    "_codecs.encode": "_codecs.encode",
}
"""The names that a pickle may hold, all of which an array is written with; and what they make."""


class PickleError(ValueError):
    """Why a pickle cannot be read."""


class ForbiddenError(PickleError):
    """It names what is not needed for data, and would be imported."""


@dataclass
class Made:
    """What a call would make: of which kind, from which arguments, with which state."""

    kind: str
    arguments: tuple[Any, ...]
    state: Any = None


@dataclass(frozen=True)
class _Named:
    kind: str


def read_pickle(content: bytes) -> Any:
    """The dictionaries, lists, tuples, numbers, strings and `Made` in a pickle; strings of Python 2 are bytes.

    Raises PickleError for everything else, ForbiddenError for a name that data do not need.
    """
    machine = _Machine()
    for count, (step, argument, _) in enumerate(_steps(content)):
        if count == MOST_STEPS:
            raise PickleError(f"it has more than {MOST_STEPS:,} steps")
        if step.name == "STOP":
            return machine.pop()
        machine.do(step.name, argument)
    raise PickleError("it has no end")


def _steps(content: bytes) -> Any:
    try:
        yield from pickletools.genops(content)
    except Exception as error:  # noqa: BLE001  # that reader raises errors of many kinds for damaged input
        raise PickleError(str(error) or type(error).__name__) from None


class _Machine:
    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def do(self, step: str, argument: Any) -> None:
        """One step. Raises PickleError for one that is not known, or finds what it cannot work with."""
        if step in _CONSTANTS:
            self.stack.append(_CONSTANTS[step]())
        elif step in _VALUES:
            self.stack.append(_VALUES[step](argument))
        elif step in _STEPS:
            _STEPS[step](self, argument)
        elif step not in ("PROTO", "FRAME"):
            raise PickleError(f"it has the step {step}, which data do not need")

    def pop(self, kind: type | tuple[type, ...] = object) -> Any:
        """What lies on top, which is to be of that kind."""
        if not self.stack or not isinstance(self.stack[-1], kind) or self.stack[-1] is _MARK:
            raise PickleError("its steps do not fit together")
        return self.stack.pop()

    def popped(self) -> list[Any]:
        """What lies above the last mark."""
        found: list[Any] = []
        while self.stack and self.stack[-1] is not _MARK:
            found.append(self.stack.pop())
        if not self.stack:
            raise PickleError("its steps do not fit together")
        self.stack.pop()
        return found[::-1]

    def put(self, place: int) -> None:
        top = self.pop()
        self.memo[place] = top
        self.stack.append(top)

    def get(self, place: int) -> None:
        if place not in self.memo:
            raise PickleError("its steps do not fit together")
        self.stack.append(self.memo[place])

    def group(self, count: int) -> None:
        self.stack.append(tuple([self.pop() for _ in range(count)][::-1]))

    def append(self, items: list[Any]) -> None:
        found = self.pop(list)
        found += items
        self.stack.append(found)

    def update(self, items: list[Any]) -> None:
        found = self.pop(dict)
        keys, values = items[::2], items[1::2]
        # A key of tuples of tuples may take years to be hashed.
        if len(keys) != len(values) or not all(isinstance(key, (str, bytes, int)) for key in keys):
            raise PickleError("it has keys that are no names")
        found.update(zip(keys, values, strict=True))
        self.stack.append(found)

    def dictionary(self) -> None:
        items = self.popped()
        self.stack.append({})
        self.update(items)

    def name(self, module: str, name: str) -> None:
        kind = CALLS.get(f"{module}.{name}")
        if kind is None:
            raise ForbiddenError(f"{module}.{name}"[:80])
        self.stack.append(_Named(kind))

    def call(self) -> None:
        arguments, named = self.pop(tuple), self.pop(_Named)
        match named.kind, arguments:
            case "_codecs.encode", (str() as text, "latin1" | b"latin1"):  # bytes, as Python 3 writes them for Python 2
                try:
                    self.stack.append(text.encode("latin-1"))
                except UnicodeEncodeError:
                    raise PickleError("it has bytes that are none") from None
            case "_codecs.encode", _:
                raise ForbiddenError("_codecs.encode to another encoding")
            case _:
                self.stack.append(Made(named.kind, arguments))

    def build(self) -> None:
        state, made = self.pop(), self.pop(Made)
        made.state = state
        self.stack.append(made)


def _int(number: Any) -> int:
    if abs(number) >= LARGEST_INT:
        raise PickleError("it has a number that is too large")
    return number  # type: ignore[no-any-return]  # pickletools has no types for arguments


def _python2(text: str) -> bytes:
    return text.encode("latin-1")


_CONSTANTS: dict[str, Callable[[], Any]] = {
    "MARK": lambda: _MARK,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
}
_VALUES: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("INT", "LONG", "BININT", "BININT1", "BININT2", "LONG1"), _int),
    **dict.fromkeys(("STRING", "BINSTRING", "SHORT_BINSTRING"), _python2),
    **dict.fromkeys(("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"), str),
    **dict.fromkeys(("BINBYTES", "SHORT_BINBYTES", "BINBYTES8"), bytes),
}
_STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _Machine.put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _Machine.get),
    "MEMOIZE": lambda machine, _: machine.put(len(machine.memo)),
    "TUPLE1": lambda machine, _: machine.group(1),
    "TUPLE2": lambda machine, _: machine.group(2),
    "TUPLE3": lambda machine, _: machine.group(3),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.popped())),
    "LIST": lambda machine, _: machine.stack.append(machine.popped()),
    "APPEND": lambda machine, _: machine.append([machine.pop()]),
    "APPENDS": lambda machine, _: machine.append(machine.popped()),
    "DICT": lambda machine, _: machine.dictionary(),
    "SETITEM": lambda machine, _: machine.update([machine.pop(), machine.pop()][::-1]),
    "SETITEMS": lambda machine, _: machine.update(machine.popped()),
    "GLOBAL": lambda machine, names: machine.name(*names.split(" ", 1)),
    "STACK_GLOBAL": lambda machine, _: machine.name(*[machine.pop(str), machine.pop(str)][::-1]),
    "REDUCE": lambda machine, _: machine.call(),
    "BUILD": lambda machine, _: machine.build(),
}
