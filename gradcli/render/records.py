"""Records of the same kind: a table with a row each where it fits, else one below the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gradcli.render.verdict import verdict_lines
from gradcli.verify.problem import Verdict

INDENT = 12
"""Columns of the labels, where the records stand one below the other."""
ROOMY = 80
"""Columns after which arrays wrap in a table."""


@dataclass(frozen=True)
class Record:
    """A name, a shape, a verdict; `cells(width)` are the texts between, whose arrays wrap after `width` columns."""

    name: str
    shape: str
    cells: Callable[[int], Sequence[Text]]
    verdict: Verdict | None


class Records:
    """A renderable that looks at the width it is given.

    heading  of the names
    labels   of the cells
    """

    def __init__(self, heading: str, labels: Sequence[str], records: Sequence[Record]) -> None:
        self.heading = heading
        self.labels = labels
        self.records = records

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = self._table()
        if fits(console, options, table):
            yield table
            return
        for i, record in enumerate(self.records):
            if i:
                yield Text()
            yield from self._record(record, options.max_width)

    def _table(self) -> Table:
        table = plain_table(self.heading, "shape", *self.labels, "verdict")
        for record in self.records:
            verdict = Text("\n").join(verdict_lines(record.verdict))
            table.add_row(_name(record), record.shape, *record.cells(ROOMY), verdict)
        return table

    def _record(self, record: Record, width: int) -> RenderResult:
        yield _name(record).append(f"  {record.shape}", style="not bold default")
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=INDENT - 4, style="dim")
        grid.add_column(overflow="fold")
        verdict = Text(", ").join(verdict_lines(record.verdict))
        for label, cell in zip((*self.labels, "verdict"), (*record.cells(width - INDENT), verdict), strict=True):
            grid.add_row(label, cell)
        yield Padding(grid, (0, 0, 0, 2))


def plain_table(*headings: str) -> Table:
    """A table without lines."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def fits(console: Console, options: ConsoleOptions, renderable: RenderableType) -> bool:
    """Whether there is room for it without wrapping a line."""
    return Measurement.get(console, options.update(width=10_000), renderable).maximum <= options.max_width


def _name(record: Record) -> Text:
    return Text(record.name, style="bold blue")
