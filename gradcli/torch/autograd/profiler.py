"""`autograd.profiler`: how often each operation ran, and how long it took.

While a thread makes a profile every operation's forward is replaced by one that notes the time; so profiling costs
nothing while it is off. A profile is of the operations of its own thread, as in PyTorch. An operation is listed by the
name of its node, "aten::mm" for MmBackward0, and counts once: the parts that PyTorch makes an operation of
(aten::empty, aten::as_strided ...) are not told apart. A node of a backward pass has an event of its own, in which lies
what its rule called.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ContextDecorator, ExitStack, contextmanager
from os import PathLike
from time import perf_counter_ns
from typing import Any, Self

from gradcli.engine.autograd import observed, witness
from gradcli.engine.graph import Node
from gradcli.engine.locks import Installed
from gradcli.engine.op import OPS, Op
from gradcli.torch.absent import absent_names
from gradcli.torch.argument_checks import only_default
from gradcli.torch.autograd.profiler_util import EventList, FunctionEvent, FunctionEventAvg, Shapes, nested

__getattr__ = absent_names(__name__)


class _Current(threading.local):
    """The profile that the thread is making, if any."""

    profile: profile | None = None


_CURRENT = _Current()


def _now() -> float:
    """Microseconds on a clock of its own."""
    return perf_counter_ns() / 1000


class profile:
    """A context manager that records the operations in its block.

    enabled        False records nothing
    record_shapes  notes the shapes of the arguments
    use_cuda and the like are accepted if they say what is done anyway: no other device, no memory, no stacks
    """

    def __init__(
        self,
        enabled: bool = True,
        *,
        use_cuda: bool = False,
        use_device: str | None = None,
        record_shapes: bool = False,
        with_flops: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_modules: bool = False,
        use_kineto: bool = False,
        use_cpu: bool = True,
    ) -> None:
        unsupported = {
            "use_cuda": use_cuda, "with_flops": with_flops, "profile_memory": profile_memory, "with_stack": with_stack,
            "with_modules": with_modules, "use_kineto": use_kineto,
        }  # fmt: skip
        for name, value in unsupported.items():
            only_default("autograd.profiler.profile", name, value, default=False)
        only_default("autograd.profiler.profile", "use_device", use_device)
        only_default("autograd.profiler.profile", "use_cpu", use_cpu, default=True)
        self.enabled = enabled
        self.record_shapes = record_shapes
        self._events: list[FunctionEvent] = []
        self._finished: EventList | None = None
        self._instruments = ExitStack()

    def __enter__(self) -> Self | None:
        if not self.enabled:
            return None
        if _CURRENT.profile is not None:
            raise RuntimeError("Profiler context manager is not reentrant")
        _CURRENT.profile = self
        self._instruments.enter_context(_TIMED)
        self._instruments.enter_context(_timed_backward(self))
        return self

    def __exit__(self, *_: object) -> None:
        if self.enabled:
            self._instruments.close()
            _CURRENT.profile = None
            self._finished = nested(self._events)

    def note(self, name: str, start: float, shapes: Shapes) -> None:
        """Records an event that began at `start` and ends now."""
        self._events.append(FunctionEvent(name, start, _now(), shapes))

    @property
    def function_events(self) -> EventList:
        """All events in the order in which they began. Raises AssertionError before the end of the block."""
        if self._finished is None:
            raise AssertionError("Expected profiling results")
        return self._finished

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0, group_by_overload_name: bool = False
    ) -> EventList:
        """As `EventList.key_averages`."""
        return self.function_events.key_averages(group_by_input_shape, group_by_stack_n, group_by_overload_name)

    def total_average(self) -> FunctionEventAvg:
        """As `EventList.total_average`."""
        return self.function_events.total_average()

    def table(self, *args: Any, **keywords: Any) -> str:
        """As `EventList.table`."""
        return self.function_events.table(*args, **keywords)

    def export_chrome_trace(self, path: str | PathLike[str]) -> None:
        """As `EventList.export_chrome_trace`."""
        self.function_events.export_chrome_trace(path)

    @property
    def self_cpu_time_total(self) -> float:
        """As `EventList.self_cpu_time_total`."""
        return self.function_events.self_cpu_time_total

    def __str__(self) -> str:
        return "<unfinished torch.autograd.profile>" if self._finished is None else str(self._finished)


class record_function(ContextDecorator):
    """Records its block, or the calls of a function that it decorates, as an event of this name."""

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name = name
        self._started: list[float] = []

    def __enter__(self) -> Self:
        self._started.append(_now())
        return self

    def __exit__(self, *_: object) -> None:
        start = self._started.pop()
        if _CURRENT.profile is not None:
            _CURRENT.profile.note(self.name, start, [])


@functools.cache
def _aten(node: str) -> str:
    """PyTorch's name for the operation of a node: "aten::mm" for "MmBackward0"."""
    words = re.sub(r"Backward\d*$", "", node)
    return "aten::" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words).lower()


_forwards: dict[Op, Callable[..., Any]] = {}
"""The operations' own forwards, while others stand in for them."""


def _time() -> None:
    for op in OPS.values():
        _forwards[op] = op.forward
        op.forward = _noting(op, op.forward)


def _stop_timing() -> None:
    for op, forward in _forwards.items():
        op.forward = forward
    _forwards.clear()


_TIMED = Installed(_time, _stop_timing)


def _noting(op: Op, forward: Callable[..., Any]) -> Callable[..., Any]:
    """The forward, which tells the profile that its thread is making, if any, of its calls."""

    def noted(*values: Any) -> Any:
        profile = _CURRENT.profile
        if profile is None:
            return forward(*values)
        start = _now()
        result = forward(*values)
        node = op.node if isinstance(op.node, str) else op.node(*values)
        shapes = [list(getattr(value, "shape", ())) for value in values] if profile.record_shapes else []
        profile.note(_aten(node if "Backward" in node else op.name), start, shapes)
        return result

    return noted


@contextmanager
def _timed_backward(profile: profile) -> Iterator[None]:
    """Every node of a backward pass tells the profile when it is done; it began when the one before it was."""
    last = 0.0

    def begin(*_: Any) -> None:
        nonlocal last
        last = _now()

    def done(node: Node, g: Any, contributions: Sequence[Any]) -> None:
        profile.note(node.name(), last, [])
        profile.note(f"autograd::engine::evaluate_function: {node.name()}", last, [])
        begin()

    with witness(begin), observed(done):
        yield
