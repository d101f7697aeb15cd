"""What is certain of a claim on a whole range, as lines and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gradcli.render.numbers import json_number

if TYPE_CHECKING:
    from gradcli.verify.balls.ranges import RangeProof

Interval = tuple[float, float]
LISTED = 8
"""Exceptions that are shown."""


def range_rows(proof: RangeProof) -> Iterator[tuple[str, str]]:
    """The labelled lines: the range, what is listed apart, a counterexample and what encloses both numbers there."""
    yield "over", ", ".join(map(_side, proof.names, proof.whole))
    for named in proof.exceptions[:LISTED]:
        settled = "settled" if named.settled else "named"
        yield named.kind, f"{', '.join(map(_side, proof.names, named.box))}: {settled}: {named.text}"
    if len(proof.exceptions) > LISTED:
        yield "", f"and {len(proof.exceptions) - LISTED:,} more"
    if proof.counterexample is not None:
        yield (
            "counterexample",
            ", ".join(f"{name} = {_number(number)}" for name, number in proof.counterexample.point.items()),
        )
        yield "derivative", _between(proof.counterexample.derivative)
        yield "the claim", _between(proof.counterexample.claim)


def _side(name: str, ends: Interval) -> str:
    return f"{name} in [{_number(ends[0])}, {_number(ends[1])}]"


def _number(number: float) -> str:
    """As it is typed in."""
    return min((text for text in (f"{number:g}", repr(number)) if float(text) == number), key=len)


def _between(ends: Interval | None) -> str:
    return "no value" if ends is None else f"between {_number(ends[0])} and {_number(ends[1])}"


def range_document(proof: RangeProof) -> dict[str, Any]:
    """The same as JSON."""
    example = proof.counterexample
    return {
        "names": list(proof.names),
        "intervals": _box(proof.whole),
        "boxes": proof.boxes,
        "leaves": len(proof.leaves),
        "bound": json_number(proof.bound),
        "exceptions": [
            {"box": _box(named.box), "kind": named.kind, "settled": named.settled, "text": named.text}
            for named in proof.exceptions
        ],
        "counterexample": example
        and {
            "point": {name: json_number(number) for name, number in example.point.items()},
            "derivative": example.derivative and _box([example.derivative])[0],
            "claim": example.claim and _box([example.claim])[0],
            "text": example.text,
        },
        "seconds": proof.seconds,
    }


def _box(sides: Sequence[Interval]) -> list[list[float | str]]:
    return [[json_number(end) for end in ends] for ends in sides]
