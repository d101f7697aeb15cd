"""The answer of `gradcli diff`, for the screen and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from gradcli.calculator.kernel.question import Answer, Derivative
from gradcli.render.derivatives import derivatives, title
from gradcli.render.graph import graph_document, graph_tree
from gradcli.render.numbers import json_array, screen_array
from gradcli.render.schemas import tag
from gradcli.render.verdict import verdict_document, verdict_remarks
from gradcli.verify.problem import Verdict


def diff_screen(answer: Answer, *, graph: bool) -> RenderableType:
    """What was understood, the value, the grad_fn chain, and a row for each derivative."""
    parts: list[RenderableType] = [Text(answer.understood, style="bold cyan")]
    if answer.value is not None:
        parts += [Text(), _labelled("value", screen_array(answer.value), answer.value_verdict)]
    if graph and answer.graph:
        parts += [Text(), Text("grad_fn chain", style="dim"), graph_tree(answer.graph)]
    parts += [Text(), derivatives(answer.derivatives), *_remarks(answer)]
    return Group(*parts)


def _labelled(label: str, text: str, verdict: Verdict | None) -> Text:
    """A label before the first line, the other lines below the first, and the verdict's word behind the last."""
    lead = label + "  "
    line = Text(lead, style="dim").append(text.replace("\n", "\n" + " " * len(lead)), style="default")
    return line if verdict is None else line.append("  ").append(verdict.word, style=verdict.word.style)


def _remarks(answer: Answer) -> Iterator[Text]:
    """What a reader must know beyond the table: missing values, and the reason of every verdict that is not plain."""
    if answer.missing:
        yield Text()
        yield Text(f"no value for {', '.join(answer.missing)}: the derivatives stay symbolic", style="yellow")
        if answer.trouble:
            yield Text(f"and SymPy has no answer: {answer.trouble}", style="yellow")
    remarks = [("value", answer.value_verdict)] if answer.value_verdict else []
    remarks += [(d.name if d.order == 1 else title(d), d.verdict) for d in answer.derivatives if d.verdict]
    yield from verdict_remarks(remarks)


def diff_document(answer: Answer) -> dict[str, Any]:
    """The answer as JSON: gradients by name, and every order where there are several."""
    first = [derivative for derivative in answer.derivatives if derivative.order == 1]
    document: dict[str, Any] = {
        "schema": tag("diff"),
        "understood": answer.understood,
        "dtype": answer.dtype,
        "notes": list(answer.notes),
        "missing": list(answer.missing),
        "created": {name: json_array(array) for name, array in answer.made.items()},
        "value": json_array(answer.value),
        "value_verdict": verdict_document(answer.value_verdict),
        "cotangent": json_array(answer.cotangent),
        "graph": graph_document(answer.graph),
        "gradients": {derivative.name: gradient_document(derivative) for derivative in first},
    }
    if len(answer.derivatives) > len(first):
        document["orders"] = [{"order": d.order, **gradient_document(d)} for d in answer.derivatives]
    return document


def gradient_document(derivative: Derivative) -> dict[str, Any]:
    """One derivative as JSON."""
    return {
        "shape": None if derivative.point is None else list(np.shape(derivative.point)),
        "at": json_array(derivative.point),
        "value": json_array(derivative.gradient),
        "symbolic": derivative.symbolic,
        "simplified": derivative.simplified,
        "verdict": verdict_document(derivative.verdict),
    }
