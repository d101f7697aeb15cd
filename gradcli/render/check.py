"""The outcomes of `gradcli check`, for the screen and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gradcli.calculator.claims.claim import Checked, Part
from gradcli.calculator.claims.stream import Outcome
from gradcli.errors import InputError
from gradcli.render.errors import error_body
from gradcli.render.numbers import json_array, screen_array
from gradcli.render.ranges import range_document, range_rows
from gradcli.render.schemas import tag
from gradcli.render.verdict import verdict_document
from gradcli.verdict import Settled, Word

MANY = 12
"""Elements of an array that is shown in one line."""


def check_screen(checked: Checked) -> RenderableType:
    """What was understood, and for each name the verdict, the numbers that decide, and the reason."""
    blocks: list[RenderableType] = [Text(checked.understood, style="bold cyan")]
    for part in checked.parts:
        blocks += [Text(), _part(part)]
    return Group(*blocks)


def _part(part: Part) -> RenderableType:
    word = part.verdict.word
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text in _rows(part):
        grid.add_row(label, Text(text))
    heading = Text(f"{part.name}  ").append(_shown(word), style=word.style)
    return Group(heading, Padding(grid, (0, 0, 0, 2)))


def _rows(part: Part) -> Iterator[tuple[str, str]]:
    """The labelled lines below the verdict."""
    if part.formula is not None:
        yield "claimed", part.formula
    if part.range is not None:
        yield from range_rows(part.range)
    elif part.point is not None:
        if part.point:
            yield (
                ("counterexample" if part.verdict.word.is_wrong and part.formula is not None else "at"),
                point_text(part.point),
            )
        yield ("there" if part.formula is not None else "claimed"), _values(part.claimed)
        if part.gradient is not None:
            yield "the engine", _values(part.gradient)
    if part.symbolic is not None:
        yield "SymPy", part.symbolic
    yield "because", part.verdict.detail


def _shown(word: Word) -> str:
    """The word for a claim: of a gradient that somebody else computed."""
    return Settled.REFUTED if word.is_wrong else word


def point_text(point: Mapping[str, Any]) -> str:
    """The values of the names, as they are typed in; large arrays in short."""
    return ", ".join(f"{name} = {_values(array)}" for name, array in point.items())


def _values(array: Any) -> str:
    array = np.asarray(array)
    if array.ndim == 0:
        return format(float(array), "g") if float(array).is_integer() else str(array[()])
    return str(array.tolist()) if 0 < array.size <= MANY else screen_array(array)


def outcome_line(outcome: Outcome) -> Text:
    """One line: which claim, its outcome, and what stands against it."""
    place = "" if outcome.line is None else f"{outcome.line}: "
    line = Text(place, style="dim").append(_word(outcome), style=outcome.word.style)
    for text in (title(outcome), reason(outcome)):
        line.append(f"  {' '.join(text.split())}" if text else "", style="default")
    return line


def _word(outcome: Outcome) -> str:
    return outcome.word if outcome.checked is None else _shown(outcome.checked.word)


def title(outcome: Outcome) -> str:
    """The claim's name, or its expression."""
    return outcome.name or (outcome.checked.understood if outcome.checked else "")


def reason(outcome: Outcome) -> str:
    """Why the claim does not hold; empty where it does."""
    if outcome.error is not None:
        return error_text(outcome.error)
    parts = outcome.checked.parts if outcome.checked else ()
    told = [
        part
        for part in parts
        if outcome.word is not Settled.HOLDS and _shown(part.verdict.word) in (_word(outcome), outcome.word)
    ]
    return "; ".join(_against(part) for part in told)


def _against(part: Part) -> str:
    where = f" at {point_text(part.point)}" if part.point and part.formula is not None else ""
    return f"{part.name}{where}: {part.verdict.detail}"


def error_text(error: InputError) -> str:
    """What was wrong with the claim, where, and what to do."""
    place = f" ({error.span.source}, column {error.span.column})" if error.span else ""
    return f"{error.message}{place}" + (f"; {error.hint}" if error.hint else "")


def summary(counts: Mapping[str, int]) -> str:
    """How many claims there were of each outcome."""
    total = sum(counts.values())
    told = ", ".join(f"{counts[word]:,} {word}" for word in Settled if counts.get(word))
    return f"{total:,} claim{'' if total == 1 else 's'}" + (f": {told}" if told else "")


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """One claim's outcome as JSON."""
    checked = outcome.checked
    return {
        "line": outcome.line,
        "name": outcome.name,
        "outcome": outcome.word,
        "understood": checked and checked.understood,
        "notes": list(checked.notes) if checked else [],
        "gradients": {part.name: _part_document(part) for part in checked.parts} if checked else {},
        "error": outcome.error and error_body(outcome.error),
    }


def _part_document(part: Part) -> dict[str, Any]:
    return {
        "formula": part.formula,
        "claimed": json_array(part.claimed),
        "gradient": json_array(part.gradient),
        "symbolic": part.symbolic,
        "at": None if part.point is None else {name: json_array(array) for name, array in part.point.items()},
        "range": None if part.range is None else range_document(part.range),
        "verdict": verdict_document(part.verdict),
    }


def check_document(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """All outcomes as one JSON document."""
    claims = [outcome_document(outcome) for outcome in outcomes]
    counts = {str(word): sum(claim["outcome"] == word for claim in claims) for word in Settled}
    return {"schema": tag("check"), "claims": claims, "counts": counts}
