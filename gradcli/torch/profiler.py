"""`torch.profiler`: `autograd.profiler` under its newer name and arguments."""

from __future__ import annotations

import enum
import warnings
from collections.abc import Callable, Iterable
from time import perf_counter_ns
from typing import Any, Self

from gradcli.torch.absent import absent_names
from gradcli.torch.argument_checks import only_default
from gradcli.torch.autograd import profiler
from gradcli.torch.autograd.profiler import record_function as record_function
from gradcli.torch.autograd.profiler_util import EventList

__getattr__ = absent_names(__name__)


class ProfilerActivity(enum.Enum):
    """What can be profiled; here just the CPU."""

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3


class profile(profiler.profile):
    """A context manager that records the operations in its block.

    activities      what to profile: other devices than the CPU are not there, which a warning says
    on_trace_ready  is called with this object at the end
    """

    def __init__(
        self,
        *,
        activities: Iterable[ProfilerActivity] | None = None,
        schedule: Callable[[int], Any] | None = None,
        on_trace_ready: Callable[[profile], Any] | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
    ) -> None:
        only_default("profiler.profile", "schedule", schedule)
        super().__init__(
            record_shapes=record_shapes, profile_memory=profile_memory, with_stack=with_stack, with_flops=with_flops,
            with_modules=with_modules,
        )  # fmt: skip
        for activity in activities or ():
            if activity is not ProfilerActivity.CPU:
                message = f"{activity.name} is not available, disabling {activity.name} profiling"
                warnings.warn(message, UserWarning, stacklevel=2)
        self._on_trace_ready = on_trace_ready
        self._steps = 0
        self._step_began = 0.0

    def __enter__(self) -> Self:
        super().__enter__()
        self._step_began = perf_counter_ns() / 1000
        return self

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        if self._on_trace_ready is not None:
            self._on_trace_ready(self)

    def step(self) -> None:
        """Ends a step: what happened since the last one is an event of its own."""
        self.note(f"ProfilerStep#{self._steps}", self._step_began, [])
        self._steps += 1
        self._step_began = perf_counter_ns() / 1000

    def events(self) -> EventList:
        """All events in the order in which they began."""
        return self.function_events

    __str__ = object.__repr__
