"""What is proved at points and on ranges, as certificates have it: with balls, and nothing of search or verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from time import monotonic
from typing import Any, TypeVar

import numpy as np

from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.lang.tree import Program
from gradcli.lang.unparse import unparse
from gradcli.verify.balls.differences import Box, Difference
from gradcli.verify.balls.enclosures import OPEN, PRECISIONS, Enclosed, Enclosures
from gradcli.verify.balls.facts import UNDECIDED, Fact, fact, power
from gradcli.verify.balls.ranges import LISTED, middle_of
from gradcli.verify.balls.tape import LateError
from gradcli.verify.fields import RefusedError, within, written

SECONDS = 60.0
"""For the enclosures of one point, and for the leaves of one range."""
HIGHEST = 10
"""Order."""

Array = Any
Found = Sequence[float | None]
"""The numbers that are judged, flat; None where there is none."""
T = TypeVar("T")


@dataclass(frozen=True)
class Derivative:
    """What is differentiated at a point, and the numbers that are judged.

    names      of the variables
    row        the place of the result's element that is differentiated; None for the whole, weighted by the cotangent
    tangents   a direction: if given, it is the derivative along it that is differentiated
    found      numbers, by name
    claims     formulas as text, by name
    """

    names: tuple[str, ...]
    order: int = 1
    row: int | None = None
    cotangent: Array | None = None
    tangents: Mapping[str, Array] | None = None
    found: Mapping[str, Found] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    """A program at a point; `found` is the value that is judged, if one is."""

    program: str
    values: Mapping[str, Array]
    derivatives: tuple[Derivative, ...]
    found: Found | None = None


@dataclass(frozen=True)
class Range:
    """A formula that is claimed for the derivative of a program by the first of the names, on a whole range.

    values      of the other names
    over        the range; its sides, like those of all boxes, are in the order of the names
    leaves      boxes on each of which the formula is proved
    exceptions  boxes in between, of whose numbers each is looked at; there are such in one variable only
    bound       of |derivative - claim| / max(1, |derivative|)
    """

    program: str
    claim: str
    names: tuple[str, ...]
    values: Mapping[str, Array]
    over: Box
    leaves: tuple[Box, ...]
    exceptions: tuple[Box, ...]
    bound: float


def each(path: str, parts: Iterable[T], made: Callable[[T], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What is made of each; what is refused is told with its place."""
    for i, part in enumerate(parts):
        with within(f"{path}[{i}]"):
            yield made(part)


def elements(part: Any) -> Iterator[dict[str, Any]]:
    """The elements in a part of a document."""
    if isinstance(part, dict) and "word" in part:
        yield part
    elif isinstance(part, dict | list):
        for one in part.values() if isinstance(part, dict) else part:
            yield from elements(one)


# Points


def _enclosures(
    first: int, program: Program, values: Mapping[str, Array], wrt: Sequence[str], dtype: str, ends: float
) -> Enclosures:
    return Enclosures(program, values, wrt, dtype, ends - monotonic(), first=first)


def _program(text: str, values: Collection[str]) -> Program:
    """The program of a text, written as programs are. Raises RefusedError for another spelling."""
    program = parse(text, find, bound=values).program
    if unparse(program) != text:
        raise RefusedError("", f"{text!r} is written {unparse(program)!r}")
    return program


def point_document(point: Point, dtype: str, start: int) -> dict[str, Any]:
    """What is proved at a point, with the least precision that tells all, if one does."""
    made, ends = [], monotonic() + SECONDS
    for first in PRECISIONS[start:]:
        made.append(_point_from(first, point, dtype, ends))
        if not _undecided(made[-1]) or monotonic() > ends:
            break
    return min(made, key=_undecided)


def _undecided(part: Any) -> int:
    return sum(element["word"] == UNDECIDED for element in elements(part))


def _point_from(first: int, point: Point, dtype: str, ends: float) -> dict[str, Any]:
    with within("program"):
        program = _program(point.program, point.values)
    names = tuple(dict.fromkeys(name for one in point.derivatives for name in one.names))
    enclosures = _enclosures(first, program, point.values, names, dtype, ends)

    _refuse_orders(point.derivatives)

    def made(one: Derivative) -> dict[str, Any]:
        return _derivative(first, enclosures, one, point.values)

    return {
        "program": point.program,
        "values": {name: written(array) for name, array in point.values.items()},
        "value": _judged(enclosures.value(), point.found, dtype),
        "derivatives": list(each("derivatives", point.derivatives, made)),
    }


def _refuse_orders(derivatives: Sequence[Derivative]) -> None:
    """Raises RefusedError for an order without the one below: only where this exists there can be a higher one."""
    before = 0
    for i, one in enumerate(derivatives):
        plain = len(one.names) == 1 and all(how is None for how in (one.row, one.cotangent, one.tangents))
        if one.order != 1 and not (plain and 1 < one.order == before + 1 <= HIGHEST):
            raise RefusedError(f"derivatives[{i}].order", f"{one.order} after {before}")
        before = one.order


def _derivative(first: int, enclosures: Enclosures, one: Derivative, values: Mapping[str, Array]) -> dict[str, Any]:
    dtype, ends = enclosures.dtype, enclosures.deadline
    cotangent = one.cotangent
    if one.row is not None:
        size = len(enclosures.trace.results)
        if not 0 <= one.row < size:
            raise RefusedError("row", f"{one.row} of {size}")
        cotangent = np.eye(1, size, one.row)[0]
    found = enclosures.gradient(enclosures.goal(cotangent, one.tangents, one.order))
    claims = {name: _claimed(first, text, values, dtype, ends) for name, text in one.claims.items()}
    return {
        "order": one.order,
        "row": one.row,
        "cotangent": None if one.cotangent is None else written(one.cotangent),
        "tangents": None if one.tangents is None else {name: written(way) for name, way in one.tangents.items()},
        "claims": dict(one.claims),
        "elements": {name: _judged(found[name], one.found.get(name), dtype, claims.get(name)) for name in one.names},
    }


def _claimed(first: int, text: str, values: Mapping[str, Array], dtype: str, ends: float) -> list[Enclosed]:
    with within("claims"):
        return _enclosures(first, _program(text, values), values, (), dtype, ends).value()


def _judged(
    enclosed: Sequence[Enclosed],
    found: Found | None,
    dtype: str,
    claimed: Sequence[Enclosed] | None = None,
) -> list[dict[str, Any]]:
    """What is proved of each element; a claim of one number is one of every element."""
    nothing = [None] * len(enclosed)
    claims = list(claimed) * (len(enclosed) // len(claimed)) if claimed else nothing
    every = zip(enclosed, claims, found or nothing, strict=True)
    return [fact(one, claim).document(dtype, number) for one, claim, number in every]


# Ranges


def range_document(one: Range, dtype: str, start: int) -> dict[str, Any]:
    """What is proved on a range. Raises RefusedError where something is not."""
    with within("program"):
        program = _program(one.program, {*one.names, *one.values})
    with within("claim"):
        claim = _program(one.claim, {*one.names, *one.values})
    _tiled(one.over, [*one.leaves, *one.exceptions])
    spots = _Spots(program, claim, one, dtype, start)
    first = [spots.at(tuple(middle_of(leaf, dtype))) for leaf in one.leaves[:1]]
    apart = [[spots.at((number,)) for number in _numbers(box, dtype)] for box in one.exceptions]
    known = power([spots.gap, Fraction(one.bound)])
    bound = power([spots.gap, *_leaf_bounds(program, claim, one, dtype, known)])
    return {
        "program": one.program,
        "claim": one.claim,
        "names": list(one.names),
        "values": {name: written(array) for name, array in one.values.items()},
        "over": _hex(one.over),
        "leaves": [_hex(leaf) for leaf in one.leaves],
        "bound": bound.hex(),
        "first": first,
        "exceptions": [{"box": _hex(box), "at": at} for box, at in zip(one.exceptions, apart, strict=True)],
    }


def _leaf_bounds(program: Program, claim: Program, one: Range, dtype: str, known: float) -> Iterator[Fraction]:
    """What the claim differs by on each leaf. Raises RefusedError for a leaf on which that is more than is known."""
    held = {name: np.array(low, dtype) for name, (low, _) in zip(one.names, one.over, strict=True)}
    ends = monotonic() + SECONDS
    difference = Difference(program, claim, one.names, {**one.values, **held}, dtype, known, ends)
    for i, leaf in enumerate(one.leaves):
        with within(f"leaves[{i}]"):
            try:
                found = difference.on(leaf, middle_of(leaf, dtype))
            except LateError:
                raise RefusedError("", "not proved in time") from None
            if not found.bound <= known:
                raise RefusedError("", f"not proved: the claim may differ by more than {known:g} on this box")
            yield Fraction(found.bound)


class _Spots:
    """The claim of a range at single numbers; `gap` is what it differs by at most at those looked at."""

    def __init__(self, program: Program, claim: Program, one: Range, dtype: str, start: int) -> None:
        self.program = program
        self.claim = claim
        self.one = one
        self.dtype = dtype
        self.start = start
        self.gap = Fraction(0)

    def at(self, numbers: Sequence[float]) -> dict[str, Any]:
        """What is proved there. Raises RefusedError where the claim is not what is between the slopes."""
        slope, value = self.looked(numbers)
        gap = slope.gap
        if gap is None:
            raise RefusedError("exceptions", f"not proved at {', '.join(map(repr, numbers))}")
        self.gap = max(self.gap, gap)
        documents = {"derivative": slope.document(self.dtype), "value": value.document(self.dtype)}
        return {"at": [number.hex() for number in numbers], **documents}

    def looked(self, numbers: Sequence[float]) -> tuple[Fact, Fact]:
        """The derivative and the value there, with the least precision that tells both."""
        one, dtype = self.one, self.dtype
        there = {name: np.array(number, dtype) for name, number in zip(one.names, numbers, strict=True)}
        values = {**one.values, **there}
        ends = monotonic() + SECONDS
        for first in PRECISIONS[self.start :]:
            enclosures = _enclosures(first, self.program, values, one.names[:1], dtype, ends)
            claimed = _enclosures(first, self.claim, values, (), dtype, ends).value()[0]
            slope, value = fact(enclosures.gradient()[one.names[0]][0], claimed), fact(enclosures.value()[0])
            if OPEN not in (slope.kind, value.kind):
                break
        return slope, value


def _numbers(box: Box, dtype: str) -> Iterator[float]:
    """All numbers of a box of one variable. Raises RefusedError for more than a break has."""
    if len(box) != 1:
        raise RefusedError("exceptions", "none in two variables")
    real = np.dtype(dtype).type
    number, high = (real(end) for end in box[0])
    if (number, high) != box[0]:
        raise RefusedError("exceptions", f"ends that are no {dtype}")
    for _ in range(LISTED + 1):
        yield float(number)
        if number >= high:
            return
        number = np.nextafter(number, high)
    raise RefusedError("exceptions", "more numbers than a break has")


def _tiled(whole: Box, boxes: Sequence[Box]) -> None:
    """Raises RefusedError where boxes leave a gap in the whole, or overlap."""
    if any(not low < high or math.inf in (-low, high) for low, high in whole):
        raise RefusedError("leaves", "no range")
    if list(boxes) == [whole]:
        return
    if any(len(box) != len(whole) for box in boxes):
        raise RefusedError("leaves", "boxes of other variables")
    for axis in range(len(whole)):
        slabs = _slabs(axis, boxes)
        if len(slabs) > 1:
            low, end = whole[axis]
            for (start, stop), inside in slabs:
                if start != low:
                    raise RefusedError("leaves", f"a gap, or an overlap, between {low!r} and {start!r}")
                _tiled((*whole[:axis], (start, stop), *whole[axis + 1 :]), inside)
                low = stop
            if low != end:
                raise RefusedError("leaves", f"a gap, or an overlap, between {low!r} and {end!r}")
            return
    raise RefusedError("leaves", "the boxes do not make up the range")


def _slabs(axis: int, boxes: Sequence[Box]) -> list[tuple[tuple[float, float], list[Box]]]:
    """The boxes in groups, from left to right along an axis, between which nothing lies."""
    slabs: list[tuple[tuple[float, float], list[Box]]] = []
    for box in sorted(boxes, key=lambda box: box[axis]):
        low, high = box[axis]
        if not low < high:
            raise RefusedError("leaves", f"[{low!r}, {high!r}] is empty")
        if slabs and low < slabs[-1][0][1]:
            (start, stop), inside = slabs[-1]
            slabs[-1] = (start, max(stop, high)), [*inside, box]
        else:
            slabs.append(((low, high), [box]))
    return slabs


def _hex(box: Box) -> list[list[str]]:
    return [[end.hex() for end in side] for side in box]
