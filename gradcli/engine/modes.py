"""Whether operations are recorded (`no_grad`, `enable_grad`, `inference_mode` ...), and how much a node keeps."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Mode:
    """What is recorded.

    enabled    operations are
    keep_all   a node keeps every argument, not just what its rules need
    inference  whether `inference_mode` is on
    levels     how many forward passes are under way; their tangents follow what was recorded, so it must not be off
    """

    __slots__ = ("enabled", "inference", "keep_all", "levels")

    def __init__(self) -> None:
        self.enabled = True
        self.inference = False
        self.keep_all = False
        self.levels = 0


MODE = Mode()


class _Switch:
    """Sets recording on or off, as a context manager or as a decorator, and puts the former state back."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._former: list[bool] = []

    def __enter__(self) -> None:
        self._former.append(MODE.enabled)
        _record(self._enabled)

    def __exit__(self, *_: object) -> None:
        MODE.enabled = self._former.pop()

    def __call__(self, function: F) -> F:
        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        @functools.wraps(function)
        def switched_in_steps(*args: Any, **kwargs: Any) -> Any:
            generator, sent = function(*args, **kwargs), None
            while True:
                with self:
                    try:
                        item = generator.send(sent)
                    except StopIteration as end:
                        return end.value
                sent = yield item

        return switched_in_steps if inspect.isgeneratorfunction(function) else switched  # type: ignore[return-value]


def _record(enabled: bool) -> None:
    if MODE.levels and not enabled:
        raise NotImplementedError("forward mode follows what is recorded: recording cannot be turned off in it")
    MODE.enabled = enabled and not MODE.inference


def _infer(wanted: bool) -> None:
    from gradcli.engine.views import note_inferred  # which needs this module

    MODE.inference = wanted
    note_inferred(wanted)


class no_grad(_Switch):
    """Operations inside are not recorded. A function can be decorated with it, with parentheses or without."""

    def __new__(cls, orig_func: Any = None) -> Any:
        return super().__new__(cls) if orig_func is None else cls()(orig_func)

    def __init__(self, orig_func: None = None) -> None:
        super().__init__(enabled=False)


class enable_grad(_Switch):
    """Operations inside are recorded, also within `no_grad`. It decorates as `no_grad` does."""

    def __new__(cls, orig_func: Any = None) -> Any:
        return super().__new__(cls) if orig_func is None else cls()(orig_func)

    def __init__(self, orig_func: None = None) -> None:
        super().__init__(enabled=True)


class inference_mode(_Switch):
    """As `no_grad`, and `is_inference_mode_enabled()` says so; with mode=False, as `enable_grad`.

    What is made inside must not be changed in place outside, nor get a gradient. It may take part in what is recorded
    later, which PyTorch refuses if it had to be saved.
    """

    def __new__(cls, mode: Any = True) -> Any:
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool = True) -> None:
        super().__init__(enabled=not mode)
        self.mode = mode
        self._outer: list[bool] = []

    def __enter__(self) -> None:
        self._outer.append(MODE.inference)
        _infer(self.mode)
        super().__enter__()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        _infer(self._outer.pop())


class set_grad_enabled(_Switch):
    """Sets recording at once; used as a context manager or decorator it puts the former state back."""

    def __init__(self, mode: bool) -> None:
        super().__init__(mode)
        self._before = MODE.enabled
        _record(mode)

    def __enter__(self) -> None:
        self._former.append(self._before)
        _record(self._enabled)

    def __call__(self, function: F) -> F:
        MODE.enabled = self._before
        return super().__call__(function)


def is_inference_mode_enabled() -> bool:
    """True inside `inference_mode`."""
    return MODE.inference


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
