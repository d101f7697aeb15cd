"""The one call behind `gradcli plot`: an expression and its derivatives over an interval, and where they break off."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from gradcli.calculator.commands.plot_breaks import breaks
from gradcli.calculator.commands.plot_sample import PlaceSample, PlaceVerdict
from gradcli.calculator.kernel.compute import all_orders, constants_of, leaves_of, value_of
from gradcli.calculator.kernel.differentiate import PATIENCE
from gradcli.calculator.kernel.field import Field, outputs_of, scalar_cotangent
from gradcli.calculator.kernel.prepare import Array, Prepared, maker_of, prepare, refuse_missing
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.engine.modes import no_grad
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError, Span
from gradcli.lang.unparse import unparse
from gradcli.lang.values import read_value, read_values
from gradcli.plot.scale import LARGEST

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

POINTS = 200
"""How many points there are if nothing is said of it."""
MAX_POINTS = 10_000


@dataclass(frozen=True)
class Interval:
    """Where to plot: `count` points of one variable from `start` to `stop`."""

    name: str
    start: float
    stop: float
    count: int


@dataclass(frozen=True)
class Curve:
    """An output of the program, or its derivative of some order, over the interval.

    values  nan or infinite where it has none
    breaks  where it must not be joined: a pole or a jump, between two points, each by its place
    """

    label: str
    order: int
    values: Array
    breaks: tuple[float, ...]


@dataclass(frozen=True)
class Plot:
    """The places and the curves over them, each output followed by its derivatives."""

    understood: str
    notes: tuple[str, ...]
    interval: Interval
    places: Array
    curves: tuple[Curve, ...]
    verdicts: tuple[PlaceVerdict, ...]


def plot(question: DerivativeQuestion, over: str, derivatives: int, worker: SympyWorker | None) -> Plot:
    """The curves of a question whose `at` is empty.

    over         "x=0:2*pi" or "x=0:2*pi:200"
    derivatives  up to this order
    worker       the SymPy process to ask about some of the numbers drawn; None if nothing is to be checked
    Raises InputError for an input that cannot be used, with its place, and for a result that is no number.
    """
    interval = read_interval(over, question)
    if interval.name in read_values(question.let, "--let", maker_of(question)):
        raise InputError("duplicate", f"{interval.name!r} is given by --over and by --let")
    prepared = prepare(replace(question, at=(f"{interval.name}={interval.start!r}",)))
    refuse_missing(prepared, "give values with --let")
    places = np.linspace(interval.start, interval.stop, interval.count)
    samples = [
        PlaceSample(question, output.prepared, places, _curves(output, interval.name, places, derivatives))
        for output in outputs_of(prepared)
    ]
    deadline = time.monotonic() + PATIENCE
    verdicts = [] if worker is None else [one for sample in samples for one in sample.verdicts(worker, deadline)]
    curves = tuple(curve for sample in samples for curve in sample.curves)
    understood = unparse(prepared.parsed.program)
    return Plot(understood, prepared.notes, interval, places, curves, tuple(verdicts))


def read_interval(text: str, question: DerivativeQuestion) -> Interval:
    """The interval that "NAME=START:STOP" or "NAME=START:STOP:COUNT" means. Raises InputError for any other text."""
    name, _, rest = text.partition("=")
    parts = rest.split(":")
    if not 2 <= len(parts) <= 3:
        raise InputError(
            "syntax",
            "--over wants NAME=START:STOP or NAME=START:STOP:COUNT",
            span=Span(text, 0, len(text), "--over"),
            hint='for instance --over "x=0:2*pi:200"',
        )
    maker, source = maker_of(question), f"--over {name.strip()}"
    (variable,) = read_values([f"{name}=0"], "--over", maker)  # refuses what is no name
    start, stop, *count = (_number(read_value(part, source, maker), source) for part in parts)
    if not start < stop:
        raise InputError("interval", f"{source}: the interval from {start:g} to {stop:g} has no inside")
    if max(abs(start), abs(stop)) > LARGEST or stop - start < 1 / LARGEST:
        bounds = f"an interval lies between {-LARGEST:g} and {LARGEST:g}, and is at least {1 / LARGEST:g} long"
        raise InputError("interval", f"{source}: {start:g} to {stop:g} cannot be drawn: {bounds}")
    points = count[0] if count else POINTS
    if points != int(points) or not 2 <= points <= MAX_POINTS:
        message = f"{source}: the count must be a whole number from 2 to {MAX_POINTS:,}, not {points:g}"
        raise InputError("interval", message)
    return Interval(variable, start, stop, int(points))


def _number(array: Array, source: str) -> float:
    if np.size(array) != 1 or not np.all(np.isfinite(array)):
        raise InputError("interval", f"{source}: start, stop and count are numbers, not {np.asarray(array).tolist()}")
    return float(np.reshape(array, ()))


def _curves(output: Field, name: str, places: Array, derivatives: int) -> list[Curve]:
    """The output and its derivatives."""
    prepared = output.prepared

    @cache
    def at(place: float) -> list[float]:
        here = replace(prepared, at={name: np.float64(place)}, wrt=(name,))
        with np.errstate(all="ignore"):
            result, found = all_orders(here, leaves_of(here), derivatives) if derivatives else (_result(here), [])
        numbers = [float(np.reshape(tensor.array, ())) for tensor in (result, *(level[name] for level in found))]
        # A rule may give a number where the function has none: 1/x for log(x) at -1.
        return [number if np.all(np.isfinite(numbers[:order])) else np.nan for order, number in enumerate(numbers)]

    def of_order(order: int) -> Callable[[float], float]:
        return lambda place: at(place)[order]

    scalar_cotangent(_result(prepared))  # refuses several numbers
    rows = np.array([at(place) for place in places.tolist()])
    return [
        Curve(output.label, order, values, breaks(places, values, of_order(order)))
        for order, values in enumerate(rows.T)
    ]


def _result(prepared: Prepared) -> Tensor:
    """The result at the point, not recorded."""
    with no_grad():
        return value_of(prepared, constants_of(prepared) | leaves_of(prepared))
