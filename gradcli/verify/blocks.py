"""The verdict on a block of a Jacobian, from those on its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gradcli.verify.problem import Verdict

WORST_FIRST = ("mismatch", "domain", "kink", "undecided", "ill-conditioned", "agrees", "proved")

Index = tuple[int, ...]


def verdict_on_block(rows: Mapping[Index | None, Verdict], size: int) -> Verdict:
    """The worst of the verdicts on the rows, with the place of that row.

    rows  by index; None is the index of a sum of all rows, weighted at random
    size  how many rows the block has: unless each of them was judged by itself, nothing is proved
    """
    index, worst = min(rows.items(), key=lambda row: (WORST_FIRST.index(row[1].word), -_excess(row[1])))
    judged = sum(row is not None for row in rows)
    if worst.word == "proved" and judged < size:
        sample = f"{judged} of {size} rows, and a weighted sum of all"
        worst = replace(worst, word="agrees", detail=f"SymPy's thirty digits agree for {sample}")
    if index is None:
        detail = f"a weighted sum of the {size} rows: {worst.detail}"
        return replace(worst, worst=None, detail=detail if worst.word != "agrees" else worst.detail)
    place = f"row {list(index)}: " if index and worst.word not in ("proved", "agrees") else ""
    inside = None if worst.worst is None else (*index, *worst.worst)
    return replace(worst, worst=inside, detail=place + worst.detail)


def _excess(verdict: Verdict) -> float:
    """How large the error is, measured by its tolerance."""
    return (verdict.error or 0.0) / verdict.tolerance if verdict.tolerance else 0.0
