"""The one call behind `gradcli profile`: where the time of an expression and its gradient goes, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from gradcli.calculator.kernel.compute import constants_of, cotangent_of, gradients_of, leaves_of, value_of
from gradcli.calculator.kernel.prepare import Prepared, prepare, refuse_missing
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.engine.graph import ordered, source_of
from gradcli.engine.memory import owner
from gradcli.engine.tensor import Tensor
from gradcli.lang.unparse import unparse
from gradcli.torch.autograd.profiler import profile as profiler
from gradcli.torch.autograd.profiler_util import EventList, FunctionEventAvg

Run = tuple[dict[str, Tensor], Tensor]

WRAPPER = "autograd::engine::evaluate_function: "
"""Events that take exactly the time of the node within them."""


@dataclass(frozen=True)
class Saved:
    """What the nodes of one name keep for the backward pass: how many arrays, and their bytes."""

    node: str
    arrays: int
    size: int


@dataclass(frozen=True)
class Profile:
    """Where the time goes.

    repeat   how often value and gradient were computed while it was measured
    forward  seconds of one evaluation, without the profiler: the least of the repeated ones; `backward` likewise
    events   everything that was recorded
    rows     an average for each name, or each name and list of shapes; the longest first. Times are microseconds
    saved    what is kept when the forward pass is over, the most first; an array that several nodes keep counts for the
             first of them; None if that was not asked for
    """

    understood: str
    notes: tuple[str, ...]
    dtype: str
    repeat: int
    forward: float
    backward: float
    events: EventList
    rows: tuple[FunctionEventAvg, ...]
    saved: tuple[Saved, ...] | None


def profile(question: DerivativeQuestion, *, repeat: int, shapes: bool, memory: bool) -> Profile:
    """The times of value and gradient.

    shapes  tell operations on different shapes apart
    memory  find out what is kept for the backward pass
    Raises InputError for an input that cannot be used, with its place, and for a result that needs a cotangent.
    """
    prepared = prepare(question)
    refuse_missing(prepared)
    saved = _saved(_forward(prepared)) if memory else None
    _backward(prepared, _forward(prepared))  # the first time, what is kept for later is made
    clock = [_timed(prepared) for _ in range(repeat)]
    with profiler(record_shapes=shapes) as recorded:
        for _ in range(repeat):
            _backward(prepared, _forward(prepared))
    assert recorded is not None
    events = recorded.function_events
    rows = EventList(event for event in events if not event.name.startswith(WRAPPER)).key_averages(shapes)
    return Profile(
        understood=unparse(prepared.parsed.program),
        notes=prepared.notes,
        dtype=question.dtype,
        repeat=repeat,
        forward=min(forward for forward, _ in clock),
        backward=min(backward for _, backward in clock),
        events=events,
        rows=tuple(sorted(rows, key=lambda row: row.self_cpu_time_total, reverse=True)),
        saved=saved,
    )


def _forward(prepared: Prepared) -> Run:
    """The variables, as fresh leaves, and the constants, all by name; and the result."""
    inputs = leaves_of(prepared) | constants_of(prepared)
    return inputs, value_of(prepared, inputs)


def _backward(prepared: Prepared, run: Run) -> None:
    inputs, result = run
    leaves = {name: inputs[name] for name in prepared.at}
    gradients_of(result, cotangent_of(prepared, result), leaves, create_graph=False)


def _timed(prepared: Prepared) -> tuple[float, float]:
    """Seconds of the forward and of the backward pass."""
    start = perf_counter()
    run = _forward(prepared)
    middle = perf_counter()
    _backward(prepared, run)
    return middle - start, perf_counter() - middle


def _saved(run: Run) -> tuple[Saved, ...]:
    """What the nodes behind the result keep beside the variables and constants, which are there anyway.

    Nothing of it is freed before the backward pass, so this is the most there ever is.
    """
    inputs, result = run
    found: dict[str, list[int]] = {}
    seen = {id(owner(tensor.array)) for tensor in inputs.values()}
    for node in reversed(ordered([source_of(result)]) if result.tracked else []):
        kept = [owner(value) for value in node.saved or () if isinstance(value, (np.ndarray, np.generic))]
        for array in kept:
            if id(array) not in seen:
                seen.add(id(array))
                found.setdefault(node.name(), []).append(array.nbytes)
    totals = (Saved(name, len(sizes), sum(sizes)) for name, sizes in found.items())
    return tuple(sorted(totals, key=lambda saved: saved.size, reverse=True))
