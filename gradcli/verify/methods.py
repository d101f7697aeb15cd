"""What each independent method says of the engine's numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcli.engine.modes import no_grad
from gradcli.engine.tensor import Tensor
from gradcli.lang.evaluate import evaluate
from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.verify.probes import Index, Probe

AGREES, DIFFERS, ROUNDING = "agrees", "differs", "differs by no more than rounding explains"

_FEW = 8  # units in the last place, or times the spread of perturbed runs: rounding
_CLOSE = 1000  # units in the last place of the largest element: no error of a rule is so small
_NOISY = 1e-3  # an estimate with a larger error, relative to the largest element, says nothing


@dataclass(frozen=True)
class Finding:
    """The outcome of one method: AGREES, DIFFERS, ROUNDING, or why it has no answer; and the element that decides.

    tolerance  the bound of `error` at the element `worst`
    """

    method: str
    outcome: str
    error: float | None = None
    tolerance: float | None = None
    worst: Index | None = None
    found: float | None = None
    expected: float | None = None


@dataclass(frozen=True)
class _Pair:
    """An engine's number beside a method's; `index` is None for a derivative along a direction."""

    index: Index | None
    found: float
    expected: float
    error: float


def _finding(method: str, outcome: str, pairs: Sequence[_Pair], limits: Any) -> Finding:
    worst = _worst(np.array([pair.error for pair in pairs]), np.asarray(limits))
    pair = pairs[worst]
    return Finding(method, outcome, pair.error, float(limits[worst]), pair.index, pair.found, pair.expected)


def _worst(errors: Any, limits: Any) -> int:
    """The flat index of the error that is largest, measured by its limit."""
    with np.errstate(all="ignore"):
        return int(np.argmax(np.where(limits > 0, errors / limits, np.where(errors > 0, np.inf, 0.0))))


def _allowed(tol: float, pairs: Sequence[_Pair]) -> Any:
    return np.array([tol * max(1.0, abs(pair.expected)) for pair in pairs])


def _ulps(array: Any, dtype: Any) -> Any:
    return _FEW * np.spacing(np.abs(np.asarray(array)).astype(dtype)).astype(np.float64)


def symbolic(
    array: Any,
    entry: Mapping[str, Any] | None,
    reason: str,
    values: Mapping[str, Any],
    spread: Callable[[], Any],
    tol: float | None,
) -> Finding:
    """Compares an array with SymPy's formulas, as the engine computes them.

    entry   an entry of the worker's answer with "elements"; None where there is no answer, for `reason`
    values  the arrays of the names in the formulas
    spread  what rounding can do to each element; it is called only where a few units in the last place do not suffice
    """
    places = [] if entry is None else entry["elements"]
    if any(len(place) != array.ndim for place, _ in places):
        return Finding("sympy", "has a result of another shape")
    pairs = _computed(array, places, values)
    if entry is None or not pairs:
        return Finding("sympy", reason if entry is None else "has no number here")
    errors = np.array([pair.error for pair in pairs])
    limits = _ulps([pair.expected for pair in pairs], array.dtype)
    largest = max(np.max(np.abs(array)), *(abs(pair.expected) for pair in pairs))
    eps = np.finfo(array.dtype).eps
    lost = False
    if np.any(errors > limits):
        strays = np.array([spread()[pair.index] for pair in pairs])
        explained = (errors > limits) & (errors <= _FEW * strays)
        lost = bool(np.any(explained & (strays > np.sqrt(eps) * largest)))
        limits = np.maximum(limits, _FEW * strays)
    bounds = np.maximum(limits, _CLOSE * eps * largest) if tol is None else _allowed(tol, pairs)
    if np.all(errors <= limits) and (lost or np.any(errors > bounds)):
        return _finding("sympy", ROUNDING, pairs, limits)
    return _finding("sympy", DIFFERS if np.any(errors > bounds) else AGREES, pairs, bounds)


def _computed(array: Any, places: Sequence[tuple[list[int], str | None]], values: Mapping[str, Any]) -> list[_Pair]:
    """The array's elements beside the formulas' numbers, where these are numbers."""
    wide = {name: Tensor(np.asarray(value, np.float64)[()]) for name, value in values.items()}
    pairs = []
    for place, text in places:
        if text is None:
            continue
        parsed = parse(text, find, bound=values)
        with np.errstate(all="ignore"), no_grad():
            expected = float(getattr(result := evaluate(parsed.program, wide, parsed.source), "array", result))
        if np.isfinite(expected):
            found = float(array[tuple(place)])
            pairs.append(_Pair(tuple(place), found, expected, abs(found - expected)))
    return pairs


def peer(method: str, array: Any, theirs: Any, tol: float | None) -> Finding:
    """Compares with another library's gradient, all of whose elements carry rounding errors like these."""
    found, expected = np.asarray(array, np.float64), np.asarray(theirs, np.float64)
    if not found.size:
        return Finding(method, AGREES)
    with np.errstate(all="ignore"):
        errors, sizes = np.abs(found - expected), np.abs(expected)
        close = _CLOSE * np.finfo(array.dtype).eps * np.max(sizes)
        bounds = np.full(found.shape, close) if tol is None else tol * np.maximum(1.0, sizes)
    place = np.unravel_index(_worst(errors, bounds), found.shape)
    index = tuple(int(i) for i in place)
    return Finding(
        method,
        AGREES if bool(np.all(errors <= bounds)) else DIFFERS,
        error=float(errors[index]),
        tolerance=float(bounds[index]),
        worst=index,
        found=float(found[index]),
        expected=float(expected[index]),
    )


def numeric(probes: Sequence[Probe], gradient: Any, spread: Callable[[], Any], tol: float | None) -> Finding:
    """Compares with extrapolated differences, as far as their error estimates reach."""
    if not probes:
        return Finding("numeric", AGREES)
    estimates = [probe.estimate() for probe in probes]
    pairs = [
        _Pair(probe.index, probe.found, estimate.value, abs(probe.found - estimate.value))
        for probe, estimate in zip(probes, estimates, strict=True)
    ]
    errors = np.array([estimate.error for estimate in estimates])
    if tol is None:
        numbers = np.abs([(pair.found, pair.expected) for pair in pairs])
        largest = float(np.max(numbers, where=np.isfinite(numbers), initial=0.0))
        # A gradient of exactly 0 can be told from one of a usual size, but there is nothing to compare it with.
        usable = errors <= _NOISY * np.array([largest or estimate.usual for estimate in estimates])
    else:
        usable = errors <= _allowed(tol, pairs)
    if not np.any(usable):
        return Finding("numeric", f"too noisy: the estimate {pairs[0].expected:.6g} may be off by {errors[0]:.1g}")
    pairs, errors = [pair for pair, use in zip(pairs, usable, strict=True) if use], errors[usable]
    bounds = _FEW / 2 * errors + _ulps([pair.found for pair in pairs], gradient.dtype)
    if tol is not None:
        bounds = _allowed(tol, pairs)
    elif any(pair.error > bound for pair, bound in zip(pairs, bounds, strict=True)):
        strays = spread()
        bounds += [_FEW * float(np.sum(strays) if pair.index is None else strays[pair.index]) for pair in pairs]
    agrees = all(pair.error <= bound for pair, bound in zip(pairs, bounds, strict=True))
    return _finding("numeric", AGREES if agrees else DIFFERS, pairs, bounds)


def between_sides(probes: Sequence[Probe], gradient: Any, tol: float | None) -> Finding:
    """Whether the slopes at kinks lie between the derivatives from the two sides, or beyond both."""
    if not probes:
        return Finding("numeric", AGREES)
    estimates = [probe.estimate() for probe in probes]
    pairs = []
    for probe, estimate in zip(probes, estimates, strict=True):
        nearest = min((estimate.left, estimate.right), key=lambda side: abs(side - probe.found))
        pairs.append(_Pair(probe.index, probe.found, nearest, estimate.beyond(probe.found)))
    if tol is not None:
        bounds = _allowed(tol, pairs)
    else:
        bounds = _ulps([pair.found for pair in pairs], gradient.dtype) + _FEW * np.array(
            [estimate.side_error for estimate in estimates]
        )
    agrees = all(pair.error <= bound for pair, bound in zip(pairs, bounds, strict=True))
    return _finding("numeric", AGREES if agrees else DIFFERS, pairs, bounds)
