"""The answers of `gradcli jvp`, `gradcli vjp` and `gradcli hvp`, for the screen and as JSON."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from gradcli.calculator.commands.products import Entry, Product
from gradcli.calculator.kernel.question import Answer
from gradcli.render.derivatives import derivatives
from gradcli.render.matrix import short_label, value_lines
from gradcli.render.numbers import json_array, screen_array, screen_shape
from gradcli.render.records import Record, Records
from gradcli.render.schemas import tag
from gradcli.render.verdict import verdict_document, verdict_remarks


def product_screen(answer: Product, heading: str, labels: tuple[str, str]) -> RenderableType:
    """What was understood, the direction, and a record for each part.

    heading  of the names: "output" or "variable"
    labels   of the values and the products
    """
    records = [
        Record(
            short_label(entry.name),
            screen_shape(np.shape(entry.product)),
            partial(_cells, entry),
            entry.verdict,
        )
        for entry in answer.entries
    ]
    return Group(
        Text(answer.understood, style="bold cyan"),
        Text(),
        value_lines([(f"along {name}", array) for name, array in answer.direction.items()]),
        Text(),
        Records(heading, labels, records),
        *verdict_remarks((short_label(entry.name), entry.verdict) for entry in answer.entries),
    )


def _cells(entry: Entry, width: int) -> tuple[Text, Text]:
    return Text(screen_array(entry.value, width)), Text(screen_array(entry.product, width), style="bold")


def vjp_screen(answer: Answer) -> RenderableType:
    """What was understood, the result and its cotangent, and a record for each variable."""
    given = [("value", answer.value)] + ([] if answer.cotangent is None else [("cotangent", answer.cotangent)])
    return Group(
        Text(answer.understood, style="bold cyan"),
        Text(),
        value_lines(given),
        Text(),
        derivatives(answer.derivatives),
        *verdict_remarks(answer.named_verdicts),
    )


def jvp_document(answer: Product) -> dict[str, Any]:
    """The answer as JSON."""
    outputs = [
        {
            "label": entry.name,
            "value": json_array(entry.value),
            "jvp": json_array(entry.product),
            "verdict": verdict_document(entry.verdict),
        }
        for entry in answer.entries
    ]
    return {**_document("jvp", answer), "outputs": outputs}


def hvp_document(answer: Product) -> dict[str, Any]:
    """The answer as JSON."""
    products = {
        entry.name: {"value": json_array(entry.product), "verdict": verdict_document(entry.verdict)}
        for entry in answer.entries
    }
    return {**_document("hvp", answer), "hvp": products}


def _document(command: str, answer: Product) -> dict[str, Any]:
    return {
        "schema": tag(command),
        "understood": answer.understood,
        "dtype": answer.dtype,
        "notes": list(answer.notes),
        "at": {name: json_array(array) for name, array in answer.point.items()},
        "direction": {name: json_array(array) for name, array in answer.direction.items()},
    }


def vjp_document(answer: Answer) -> dict[str, Any]:
    """The answer as JSON."""
    return {
        "schema": tag("vjp"),
        "understood": answer.understood,
        "dtype": answer.dtype,
        "notes": list(answer.notes),
        "at": {derivative.name: json_array(derivative.point) for derivative in answer.derivatives},
        "value": json_array(answer.value),
        "cotangent": json_array(answer.cotangent),
        "vjp": {
            derivative.name: {
                "value": json_array(derivative.gradient),
                "symbolic": derivative.symbolic,
                "verdict": verdict_document(derivative.verdict),
            }
            for derivative in answer.derivatives
        },
    }
