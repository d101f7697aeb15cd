"""What holds in a thread: what is recorded (`no_grad`, `inference_mode` ...), how much a node keeps, who is told.

Each thread has a Mode of its own, and starts with a new one, as in PyTorch. Like there, asyncio's tasks share that of
their thread: a mode must not be left on over an `await`.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

import numpy as np

from gradcli.engine.locks import TABLES, Installed

F = TypeVar("F", bound=Callable[..., Any])


class Watchers:
    """Functions that are told of what is done.

    nodes     of each Node that is made
    passes    of the roots and cotangents of each backward pass, before it
    steps     of each node that was gone back through, with its cotangent and the contributions to its arguments
    failures  of the node at which a backward pass fails, before the error goes on
    """

    __slots__ = ("failures", "nodes", "passes", "steps")

    def __init__(self) -> None:
        self.nodes: tuple[Callable[..., None], ...] = ()
        self.passes: tuple[Callable[..., None], ...] = ()
        self.steps: tuple[Callable[..., None], ...] = ()
        self.failures: tuple[Callable[..., None], ...] = ()


class Mode(Watchers):
    """What holds in one thread.

    enabled     operations are recorded
    inference   whether `inference_mode` is on
    keep_all    a node keeps every argument, not just what its rules need
    levels      how many forward passes are under way; their tangents follow what was recorded, so it must not be off
    unheard     hooks are not run
    undrawn     random numbers must not be drawn
    transforms  what `grad`, `vmap` and their like are making of a function that runs now, the innermost last
    former      for each switch that is on, in order, what it found: whether operations were recorded, and inference
    """

    __slots__ = ("enabled", "former", "inference", "keep_all", "levels", "transforms", "undrawn", "unheard")

    def __init__(self) -> None:
        super().__init__()
        self.enabled = True
        self.inference = False
        self.keep_all = EVERYWHERE.keep_all
        self.levels = 0
        self.unheard = False
        self.undrawn = False
        self.transforms: tuple[Any, ...] = ()
        self.former: list[tuple[object, bool, bool]] = []


class _Everywhere(Watchers):
    """Who is told of what is done in any thread, and whether nodes keep every argument in threads that begin now."""

    __slots__ = ("keep_all",)

    def __init__(self) -> None:
        super().__init__()
        self.keep_all = False


EVERYWHERE = _Everywhere()


class _Thread(threading.local):
    """Where each thread finds its own Mode. An attribute in `__slots__` would be that of all threads."""

    def __init__(self) -> None:
        self.mode = Mode()
        # Like PyTorch, the engine says nan and inf in its results, not in warnings. NumPy is told so once a thread: to
        # tell it at every operation takes a tenth of the time of a small one. What the user has set otherwise stays.
        quiet: dict[str, Literal["ignore"]] = {kind: "ignore" for kind, way in np.geterr().items() if way == "warn"}
        np.seterr(**quiet)


THREAD = _Thread()
INFERRING = Installed()
"""While a thread is in inference mode or transforms a function, the Tensors that it makes are noted (`ties`).

Else making one costs nothing more.
"""
"""`THREAD.mode` is read once an operation and once a backward pass: it takes as long as five other attributes."""


@contextlib.contextmanager
def told(kind: str, watcher: Callable[..., None], *, everywhere: bool = False) -> Iterator[None]:
    """Inside, `watcher` is told of one kind of what is done (see Watchers) in this thread, or in all of them."""
    watchers = EVERYWHERE if everywhere else THREAD.mode
    with TABLES:
        setattr(watchers, kind, (*getattr(watchers, kind), watcher))
    try:
        yield
    finally:
        with TABLES:
            rest = list(getattr(watchers, kind))
            rest.remove(watcher)
            setattr(watchers, kind, tuple(rest))


@contextlib.contextmanager
def recording(enabled: bool) -> Iterator[None]:
    """Inside, operations of this thread are recorded or not, whatever its switches say."""
    mode = THREAD.mode
    former, mode.enabled = mode.enabled, enabled
    try:
        yield
    finally:
        mode.enabled = former


class _Switch:
    """Sets recording on or off, as a context manager or as a decorator, and puts the former state back.

    One that several threads use finds, in each, what it found there.
    """

    def __init__(self, enabled: bool, inference: bool | None = None) -> None:
        self._enabled = enabled
        self._inference = inference

    def __enter__(self) -> None:
        mode = THREAD.mode
        found = self, mode.enabled, mode.inference
        _record(self._enabled, self._inference)
        mode.former.append(found)

    def __exit__(self, *_: object) -> None:
        mode = THREAD.mode
        for i in reversed(range(len(mode.former))):
            switch, enabled, inference = mode.former[i]
            if switch is self:
                del mode.former[i]
                mode.enabled = enabled
                _infer(inference)
                return

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


def _record(enabled: bool, inference: bool | None = None) -> None:
    mode = THREAD.mode
    if mode.levels and not enabled:
        raise NotImplementedError("forward mode follows what is recorded: recording cannot be turned off in it")
    if inference is not None:
        _infer(inference)
    mode.enabled = enabled and not mode.inference


def _infer(wanted: bool) -> None:
    mode = THREAD.mode
    if mode.inference is not wanted:
        mode.inference = wanted
        if wanted:
            INFERRING.__enter__()
        else:
            INFERRING.__exit__()


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

    What is made inside must not be changed in place outside, get a gradient, or be saved for a backward pass.
    """

    def __new__(cls, mode: Any = True) -> Any:
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool = True) -> None:
        super().__init__(enabled=not mode, inference=mode)
        self.mode = mode


class set_grad_enabled(_Switch):
    """Sets recording at once; used as a context manager or decorator it puts the former state back."""

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            kind = type(mode).__name__
            raise TypeError(f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {kind}")
        super().__init__(mode)
        self._before = THREAD.mode.enabled
        _record(mode)

    def __enter__(self) -> None:
        mode = THREAD.mode
        _record(self._enabled)
        mode.former.append((self, self._before, mode.inference))

    def __call__(self, function: F) -> F:
        THREAD.mode.enabled = self._before
        return super().__call__(function)


def is_inference_mode_enabled() -> bool:
    """True inside `inference_mode`."""
    return THREAD.mode.inference


def is_grad_enabled() -> bool:
    """True where operations are recorded."""
    return THREAD.mode.enabled


def reset() -> None:
    """Puts the thread's switches where they are in a new thread."""
    mode = THREAD.mode
    mode.former.clear()
    mode.enabled = True
    _infer(wanted=False)


@contextlib.contextmanager
def record_all(*, threads: bool = False) -> Iterator[None]:
    """Nodes recorded inside keep every argument, so that the graph can be read back whole.

    threads  also those of threads that begin inside
    """
    changed: tuple[Mode | _Everywhere, ...] = (THREAD.mode, EVERYWHERE) if threads else (THREAD.mode,)
    former = [each.keep_all for each in changed]
    for each in changed:
        each.keep_all = True
    try:
        yield
    finally:
        for each, kept in zip(changed, former, strict=True):
            each.keep_all = kept


def refuse_transformed(method: str, also: str = "") -> None:
    """Raises RuntimeError for a method of a Tensor while a function that calls it is transformed.

    also  what else calls it, in words
    """
    if THREAD.mode.transforms:
        raise RuntimeError(
            f"You are attempting to call Tensor.{method}(){also} inside of a function being transformed by a functorch "
            "transform. This is unsupported, please attempt to use the functorch transforms (e.g. grad, vjp, jacrev, "
            f"jacfwd, hessian) or call {method}() outside of a function being transformed instead."
        )
