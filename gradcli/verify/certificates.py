"""Certificates: what is proved of numbers, with all that it takes to prove it again.

A certificate says what is differentiated, where, and which numbers are judged, all of it exactly; and what is certain
of them (`verify/balls/facts`). That follows from the first half, and in one form only. So it is checked by making it
anew from that half, with balls of a higher precision and nothing of search or verdict, and by comparing: a field either
is what is proved, or changes it. A digest binds what proves the same whatever it is, such as the version.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradcli.verify.balls.differences import Box
from gradcli.verify.fields import At, RefusedError, compare, within
from gradcli.verify.proofs import Derivative, Point, Range, each, elements, point_document, range_document

SCHEMA = "gradcli/certificate/1"
WRITTEN, CHECKED = 1, 2
"""The least precision for writing and for checking, by its place in PRECISIONS."""

Array = Any


@dataclass(frozen=True)
class Certificate:
    """What is to be certified."""

    version: str
    dtype: str
    points: tuple[Point, ...] = ()
    ranges: tuple[Range, ...] = ()


def document(certificate: Certificate, start: int = WRITTEN) -> dict[str, Any]:
    """The certificate as JSON, with what is proved. Raises RefusedError for what is no program, or not proved."""
    dtype = certificate.dtype
    if dtype not in ("float32", "float64"):
        raise RefusedError("dtype", f"{dtype!r} is none")
    body = {
        "schema": SCHEMA,
        "version": certificate.version,
        "dtype": dtype,
        "points": list(each("points", certificate.points, lambda point: point_document(point, dtype, start))),
        "ranges": list(each("ranges", certificate.ranges, lambda one: range_document(one, dtype, start))),
    }
    return body | {"digest": digest(body)}


def digest(body: Mapping[str, Any]) -> str:
    """Of all fields but the digest itself."""
    rest = {name: value for name, value in body.items() if name != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Certified:
    """What a certificate proves.

    words   how many elements have which word
    bounds  of each range
    """

    words: Counter[str]
    bounds: tuple[float, ...]


def certified(stored: Any) -> Certified:
    """What a certificate's JSON says, after all of it has been proved anew.

    Raises RefusedError for the first field that does not follow, and for one that says nothing.
    """
    at = At(stored)
    if at["schema"].a(str) != SCHEMA:
        raise RefusedError("schema", f"not {SCHEMA}")
    asked = _read(at)
    if not asked.points and not asked.ranges:
        raise RefusedError("points", "nothing is certified")
    made = document(asked, CHECKED)
    compare(stored | {"digest": None}, made | {"digest": None})
    compare(stored, stored | {"digest": digest(stored)})
    words = Counter(element["word"] for point in stored["points"] for element in elements(point))
    return Certified(words, tuple(float.fromhex(one["bound"]) for one in stored["ranges"]))


# Reading


def _read(at: At) -> Certificate:
    points = tuple(map(_read_point, at["points"].items()))
    ranges = tuple(map(_read_range, at["ranges"].items()))
    return Certificate(at["version"].a(str), at["dtype"].a(str), points, ranges)


def _read_point(at: At) -> Point:
    derivatives = tuple(map(_read_derivative, at["derivatives"].items()))
    return Point(at["program"].a(str), _arrays(at["values"]), derivatives, _found(at["value"]))


def _read_derivative(at: At) -> Derivative:
    elements = at["elements"].named()
    return Derivative(
        tuple(elements),
        at["order"].a(int),
        at["row"].maybe(lambda row: row.a(int)),
        at["cotangent"].maybe(At.array),
        at["tangents"].maybe(_arrays),
        {name: _found(one) for name, one in elements.items()},
        {name: one.a(str) for name, one in at["claims"].named().items()},
    )


def _read_range(at: At) -> Range:
    return Range(
        at["program"].a(str),
        at["claim"].a(str),
        tuple(name.a(str) for name in at["names"].items()),
        _arrays(at["values"]),
        _read_box(at["over"]),
        tuple(map(_read_box, at["leaves"].items())),
        tuple(_read_box(one["box"]) for one in at["exceptions"].items()),
        at["bound"].double(),
    )


def _read_box(at: At) -> Box:
    sides = []
    for side in at.items():
        with within(side.path):
            low, high = (end.double() for end in side.items())
        sides.append((low, high))
    return tuple(sides)


def _arrays(at: At) -> dict[str, Array]:
    return {name: array.array() for name, array in at.named().items()}


def _found(at: At) -> list[float | None]:
    """The numbers that are judged, None where there are none."""
    return [element["found"].double() if "found" in element.a(dict) else None for element in at.items()]
