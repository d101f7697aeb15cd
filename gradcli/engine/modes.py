"""Whether operations are recorded (`no_grad`, `enable_grad`, `set_grad_enabled`), and how much a node keeps."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Mode:
    """`enabled`: operations are recorded. `keep_all`: a node keeps every argument, not just what its rules need."""

    __slots__ = ("enabled", "keep_all")

    def __init__(self) -> None:
        self.enabled = True
        self.keep_all = False


MODE = Mode()


class _Switch:
    """Sets recording on or off, as a context manager or as a decorator, and puts the former state back."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._former: list[bool] = []

    def __enter__(self) -> None:
        self._former.append(MODE.enabled)
        MODE.enabled = self._enabled

    def __exit__(self, *_: object) -> None:
        MODE.enabled = self._former.pop()

    def __call__(self, function: F) -> F:
        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return switched  # type: ignore[return-value]  # wraps() keeps the signature


class no_grad(_Switch):
    """Operations inside are not recorded."""

    def __init__(self) -> None:
        super().__init__(enabled=False)


class enable_grad(_Switch):
    """Operations inside are recorded, also within `no_grad`."""

    def __init__(self) -> None:
        super().__init__(enabled=True)


class set_grad_enabled(_Switch):
    """Sets recording at once; used as a context manager or decorator it puts the former state back."""

    def __init__(self, mode: bool) -> None:
        super().__init__(mode)
        self._before = MODE.enabled
        MODE.enabled = mode

    def __enter__(self) -> None:
        self._former.append(self._before)
        MODE.enabled = self._enabled

    def __call__(self, function: F) -> F:
        MODE.enabled = self._before
        return super().__call__(function)


def is_grad_enabled() -> bool:
    """True where operations are recorded."""
    return MODE.enabled


@contextlib.contextmanager
def record_all() -> Iterator[None]:
    """Nodes recorded inside keep every argument, so that the graph can be read back whole."""
    former, MODE.keep_all = MODE.keep_all, True
    try:
        yield
    finally:
        MODE.keep_all = former
