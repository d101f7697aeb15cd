"""The derivatives of an answer, a record each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from rich.text import Text

from gradcli.calculator.kernel.question import Derivative
from gradcli.render.numbers import screen_array, screen_shape
from gradcli.render.records import Record, Records


def derivatives(found: Sequence[Derivative]) -> Records:
    """The point, the gradient, the formula and the verdict of each."""
    orders = any(derivative.order > 1 for derivative in found)
    records = [
        Record(
            title(derivative) if orders else derivative.name,
            "" if derivative.point is None else screen_shape(np.shape(derivative.point)),
            partial(_cells, derivative),
            derivative.verdict,
        )
        for derivative in found
    ]
    return Records("order" if orders else "variable", ("at", "gradient", "symbolic"), records)


def title(derivative: Derivative) -> str:
    """The derivative as Leibniz writes it: d/dx, d2/dx2."""
    power = "" if derivative.order == 1 else str(derivative.order)
    return f"d{power}/d{derivative.name}{power}"


def _cells(derivative: Derivative, width: int) -> tuple[Text, Text, Text]:
    """The point, the gradient and the formula; arrays wrap after `width` columns."""
    point, gradient = derivative.point, derivative.gradient
    return (
        Text("needs a value", style="dim") if point is None else Text(screen_array(point, width)),
        Text("–" if gradient is None else screen_array(gradient, width), style="bold"),
        Text(with_known(derivative.symbolic, derivative.simplified)),
    )


def with_known(formula: str | None, simplified: str | None) -> str:
    """A formula, and below it the same with all that is known put in, if that is another."""
    if formula is None:
        return "–"
    return formula if simplified in (None, formula) else f"{formula}\nhere: {simplified}"
