"""The derivatives of an answer: a table with a row each where it fits, else one below the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gradcli.calculator.question import Derivative
from gradcli.render.numbers import screen_array, screen_shape
from gradcli.render.verdict import verdict_lines

LABELS = ("at", "gradient", "symbolic", "verdict")
INDENT = 12
"""Columns of the labels, where the derivatives stand one below the other."""


class Derivatives:
    """A renderable that looks at the width it is given."""

    def __init__(self, derivatives: Sequence[Derivative]) -> None:
        self.derivatives = derivatives
        self.orders = any(derivative.order > 1 for derivative in derivatives)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = self._table()
        if Measurement.get(console, options.update(width=10_000), table).maximum <= options.max_width:
            yield table
            return
        for i, derivative in enumerate(self.derivatives):
            if i:
                yield Text()
            yield from self._record(derivative, options.max_width)

    def _name(self, derivative: Derivative) -> Text:
        return Text(title(derivative) if self.orders else derivative.name, style="bold blue")

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        for heading in ("order" if self.orders else "variable", "shape", *LABELS):
            table.add_column(heading, overflow="fold")
        for derivative in self.derivatives:
            verdict = Text("\n").join(verdict_lines(derivative.verdict))
            table.add_row(self._name(derivative), _shape(derivative), *_cells(derivative, 80), verdict)
        return table

    def _record(self, derivative: Derivative, width: int) -> RenderResult:
        yield self._name(derivative).append(f"  {_shape(derivative)}", style="not bold default")
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=INDENT - 4, style="dim")
        grid.add_column(overflow="fold")
        verdict = Text(", ").join(verdict_lines(derivative.verdict))
        for label, cell in zip(LABELS, (*_cells(derivative, width - INDENT), verdict), strict=True):
            grid.add_row(label, cell)
        yield Padding(grid, (0, 0, 0, 2))


def title(derivative: Derivative) -> str:
    """The derivative as Leibniz writes it: d/dx, d2/dx2."""
    power = "" if derivative.order == 1 else str(derivative.order)
    return f"d{power}/d{derivative.name}{power}"


def _shape(derivative: Derivative) -> str:
    return "" if derivative.point is None else screen_shape(np.shape(derivative.point))


def _cells(derivative: Derivative, width: int) -> tuple[Text, Text, Text]:
    """The point, the gradient and the formula; arrays wrap after `width` columns."""
    point, gradient = derivative.point, derivative.gradient
    return (
        Text("needs a value", style="dim") if point is None else Text(screen_array(point, width)),
        Text("–" if gradient is None else screen_array(gradient, width), style="bold"),
        Text(_formula(derivative)),
    )


def _formula(derivative: Derivative) -> str:
    if derivative.symbolic is None:
        return "–"
    if derivative.simplified in (None, derivative.symbolic):
        return derivative.symbolic
    return f"{derivative.symbolic}\nhere: {derivative.simplified}"
