"""A verdict, in a table's cell, in a sentence, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from rich.text import Text

from gradcli.render.numbers import json_number, short
from gradcli.verdict import Word
from gradcli.verify.problem import Element, Verdict
from gradcli.words import counted, said


def glossed(word: Word) -> str:
    """The word, with what it means where another language than English is spoken: the word itself is everywhere one."""
    return said(word)


def verdict_lines(verdict: Verdict | None) -> list[Text]:
    """The word, the error, and which methods agree."""
    if verdict is None:
        return [Text(said("not checked"), style="dim")]
    lines = [Text(glossed(verdict.word), style=verdict.word.style)]
    if verdict.error is not None:
        lines.append(Text(said("error {error}", error=short(verdict.error)), style="dim"))
    return lines + [Text(line, style="dim") for line in _methods(verdict)]


def _methods(verdict: Verdict) -> Iterator[str]:
    """What the methods say, as far as the word does not. SymPy's formula is held to the enclosure."""
    told = {method: outcome for method, outcome in verdict.methods.items() if outcome != verdict.word}
    if "enclosure" in verdict.methods and not verdict.word.is_settled and told.get("sympy") == Word.AGREES:
        told["sympy"] = said("as enclosed")
    agreeing = [method for method, outcome in told.items() if outcome == Word.AGREES]
    if agreeing:
        yield counted(len(agreeing), "{methods} agrees", "{methods} agree", methods=said(", ").join(agreeing))
    for method, outcome in told.items():
        if outcome != Word.AGREES:
            yield said("{name}: {told}", name=method, told=outcome)


def verdict_remarks(named: Iterable[tuple[str, Verdict | None]]) -> Iterator[Text]:
    """An empty line, then the reason of every verdict that is not plain, by name."""
    remarks = open_verdicts(named)
    if remarks:
        yield Text()
    for name, verdict in remarks:
        yield Text(f"{name}: {verdict.word}: ", style=verdict.word.style).append(verdict.detail, style="default")


def open_verdicts(named: Iterable[tuple[str, Verdict | None]]) -> list[tuple[str, Verdict]]:
    """The verdicts of which the reader must know the reason."""
    return [
        (name, verdict)
        for name, verdict in named
        if verdict is not None and not verdict.word.is_settled and verdict.word is not Word.VERIFYING
    ]


def open_sentences(named: Iterable[tuple[str, Verdict | None]]) -> Iterator[tuple[str, str]]:
    """The same as sentences, each with what it is: "warning" or "error"."""
    for name, verdict in open_verdicts(named):
        yield "error" if verdict.word.is_wrong else "warning", f"{name}: {verdict.word}: {verdict.detail}"


def counted_words(verdicts: Iterable[Verdict]) -> str:
    """How often each word was said."""
    return ", ".join(f"{count} {word}" for word, count in Counter(verdict.word for verdict in verdicts).items())


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
        "elements": dict(Counter(element.word for element in verdict.elements)),
        "enclosure": _nested([_element_document(element) for element in verdict.elements], verdict.shape),
    }


def _element_document(element: Element) -> dict[str, Any]:
    """What is certified of one element."""
    left, right = element.sides or (None, None)
    numbers = {"mid": element.mid, "rad": element.rad, "ulps": element.ulps, "left": left, "right": right}
    return {"word": element.word, **{name: None if x is None else json_number(x) for name, x in numbers.items()}}


def _nested(flat: list[Any], shape: tuple[int, ...]) -> Any:
    """The elements of an array as nested lists; the one of a scalar itself; None where nothing is known of them."""
    if not flat and 0 in shape:
        return np.empty(shape).tolist()
    if not flat or not shape:
        return flat[0] if flat else None
    for length in reversed(shape[1:]):
        flat = [flat[i : i + length] for i in range(0, len(flat), length)]
    return flat
