"""A verdict, in a table's cell, in a sentence, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.text import Text

from gradcli.render.numbers import json_number, short
from gradcli.verify.problem import Verdict

STYLES = {
    "proved": "bold green",
    "agrees": "green",
    "kink": "yellow",
    "domain": "yellow",
    "ill-conditioned": "yellow",
    "undecided": "yellow",
    "mismatch": "bold red",
}


def verdict_lines(verdict: Verdict | None) -> list[Text]:
    """The word, the error, and which methods agree."""
    if verdict is None:
        return [Text("not checked", style="dim")]
    lines = [Text(verdict.word, style=STYLES[verdict.word])]
    if verdict.error is not None:
        lines.append(Text(f"error {short(verdict.error)}", style="dim"))
    agreeing = [method for method, outcome in verdict.methods.items() if outcome == "agrees"]
    if agreeing:
        lines.append(Text(f"{', '.join(agreeing)} agree" + ("s" if len(agreeing) == 1 else ""), style="dim"))
    others = [f"{method}: {outcome}" for method, outcome in verdict.methods.items() if outcome != "agrees"]
    return lines + [Text(line, style="dim") for line in others]


def verdict_remarks(named: Iterable[tuple[str, Verdict | None]]) -> Iterator[Text]:
    """An empty line, then the reason of every verdict that is not plain, by name."""
    remarks = [(name, v) for name, v in named if v is not None and v.word not in ("proved", "agrees")]
    if remarks:
        yield Text()
    for name, verdict in remarks:
        yield Text(f"{name}: {verdict.word}: ", style=STYLES[verdict.word]).append(verdict.detail, style="default")


def verdict_document(verdict: Verdict | None) -> dict[str, Any] | None:
    """The verdict as JSON."""
    if verdict is None:
        return None
    numbers = {
        name: None if value is None else json_number(value)
        for name, value in (
            ("error", verdict.error),
            ("tolerance", verdict.tolerance),
            ("found", verdict.found),
            ("expected", verdict.expected),
        )
    }
    return {
        "word": verdict.word,
        **numbers,
        "worst": None if verdict.worst is None else list(verdict.worst),
        "methods": verdict.methods,
        "detail": verdict.detail,
    }
