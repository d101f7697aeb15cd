"""The verdict on a block of a Jacobian, from those on its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import Any

from gradcli.verdict import Word
from gradcli.verify.problem import Verdict

Index = tuple[int, ...]


def verdict_on_block(rows: Mapping[Index | None, Verdict], size: int) -> Verdict:
    """The worst of the verdicts on the rows, with the place of that row, and what is known of all elements.

    rows  by index; None is the index of a sum of all rows, weighted at random
    size  how many rows the block has: unless each of them was judged by itself, nothing is proved
    """
    index, worst = max(rows.items(), key=lambda row: (row[1].word.rank, _excess(row[1])))
    worst = replace(worst, **_all_elements(rows, size))
    judged = sum(row is not None for row in rows)
    if worst.word is Word.PROVED and judged < size:
        sample = f"{judged} of {size} rows, and a weighted sum of all"
        worst = replace(worst, word=Word.AGREES, detail=f"the enclosures agree for {sample}")
    if index is None:
        detail = f"a weighted sum of the {size} rows: {worst.detail}"
        return replace(worst, worst=None, detail=detail if worst.word is not Word.AGREES else worst.detail)
    place = f"row {list(index)}: " if index and not worst.word.is_settled else ""
    inside = None if worst.worst is None else (*index, *worst.worst)
    return replace(worst, worst=inside, detail=place + worst.detail)


def _all_elements(rows: Mapping[Index | None, Verdict], size: int) -> dict[str, Any]:
    """The elements of the rows in their order, and the block's shape; no elements where some are not known."""
    places = [index for index in rows if index is not None]
    if not places or len(places) < size:
        return {"elements": ()}
    verdicts = [rows[index] for index in places]
    is_known = all(len(verdict.elements) == prod(verdict.shape) for verdict in verdicts)
    elements = tuple(element for verdict in verdicts for element in verdict.elements) if is_known else ()
    shape = tuple(max(along) + 1 for along in zip(*places, strict=True))
    return {"elements": elements, "shape": shape + verdicts[0].shape}


def _excess(verdict: Verdict) -> float:
    """How large the error is, measured by its tolerance."""
    if verdict.elements:
        return max(element.ulps or 0.0 for element in verdict.elements)
    return (verdict.error or 0.0) / verdict.tolerance if verdict.tolerance else 0.0
