"""A Jacobian or a Hessian, for the screen and as JSON: blocks, passes, and the pattern of its zeros."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from gradcli.calculator.commands.jacobian import FORWARD_COST, POINTS, JacobianBlock, Matrix, Passes, Pattern
from gradcli.render.derivatives import with_known
from gradcli.render.numbers import json_array, screen_array, screen_shape
from gradcli.render.records import Record, Records, fits, plain_table
from gradcli.render.schemas import tag
from gradcli.render.verdict import verdict_document, verdict_remarks

LONGEST_LABEL = 32
FORMULAS = 6
"""Rows of a block whose formulas are shown."""
DOT_ROWS = 40
"""Lines of a pattern."""


def short_label(label: str) -> str:
    """A label that leaves room for others."""
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def missing_remarks(answer: Matrix) -> Iterator[Text]:
    """What has no value, and why there is no formula."""
    if answer.missing:
        yield Text()
        yield Text(f"no value for {', '.join(answer.missing)}: the derivatives stay symbolic", style="yellow")
        if answer.trouble:
            yield Text(f"and SymPy has no answer: {answer.trouble}", style="yellow")


def value_lines(values: Sequence[tuple[str, Any]]) -> Table:
    """A row for each value."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", overflow="fold")
    grid.add_column(overflow="fold")
    for label, value in values:
        grid.add_row(short_label(label), Text(screen_array(value)))
    return grid


def jacobian_screen(answer: Matrix) -> RenderableType:
    """What was understood, the outputs, the blocks, how they were computed, and the pattern."""
    parts: list[RenderableType] = [Text(answer.understood, style="bold cyan")]
    if answer.values:
        parts += [Text(), value_lines(answer.values)]
    parts += [Text(), Blocks(answer.blocks, jacobian_title)]
    if answer.passes is not None:
        parts += [Text(), Text(_passes(answer.passes), style="dim")]
    if answer.pattern is not None:
        parts += [Text(), Text(_pattern(answer.pattern)), Dots(answer.pattern.entries)]
    parts += [*missing_remarks(answer), *verdict_remarks((jacobian_title(b), b.verdict) for b in answer.blocks)]
    return Group(*parts)


def jacobian_title(block: JacobianBlock) -> str:
    """The block as Leibniz writes it."""
    label = short_label(block.output)
    return f"d{label}/d{block.variable}" if label.isidentifier() else f"d({label})/d{block.variable}"


def _passes(passes: Passes) -> str:
    counts = {"reverse": passes.reverse, "forward": passes.forward}
    units = {"reverse": "an element of the outputs", "forward": "an element of the variables"}
    other = "forward" if passes.mode == "reverse" else "reverse"
    used = counts[passes.mode]
    return (
        f"{passes.mode} mode: {used} pass{'' if used == 1 else 'es'}, one {units[passes.mode]} "
        f"({other} mode: {counts[other]}, one {units[other]}; one forward takes as long as {FORWARD_COST} in reverse)"
    )


def _pattern(pattern: Pattern) -> str:
    rows, columns = pattern.entries.shape
    near = pattern.points - 1
    count = str(near) if near == POINTS else f"{near} of {POINTS}"
    places = f"here and at {count} random points nearby"
    return f"sparsity: {int(pattern.entries.sum())} of {rows} × {columns} entries are not 0 (numerically, {places})"


class Blocks:
    """The blocks: a matrix of cells where each is a number and there is room, else a record each."""

    def __init__(self, blocks: Sequence[JacobianBlock], title: Callable[[JacobianBlock], str]) -> None:
        self.blocks = blocks
        self.title = title

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = self._matrix() if all(block.shape in (None, ((), ())) for block in self.blocks) else None
        if table is not None and len(self.blocks) > 1 and fits(console, options, table):
            yield table
            return
        records = [Record(self.title(b), _shape(b), partial(_cells, b), b.verdict) for b in self.blocks]
        yield Records("block", ("value", "symbolic"), records)

    def _matrix(self) -> Table:
        variables = list(dict.fromkeys(block.variable for block in self.blocks))
        table = plain_table("", *variables)
        for start in range(0, len(self.blocks), max(len(variables), 1)):
            row = self.blocks[start : start + len(variables)]
            label = Text(short_label(row[0].output), style="bold blue")
            table.add_row(label, *(_cell(block) for block in row))
            if start + len(row) < len(self.blocks):
                table.add_row()
        return table


def _cell(block: JacobianBlock) -> Text:
    """A number, its formula and its verdict."""
    lines = [] if block.value is None else [Text(screen_array(block.value), style="bold")]
    if block.symbolic or block.value is None:
        lines.append(Text(formula(block)))
    if block.verdict is not None:
        lines.append(Text(block.verdict.word, style=block.verdict.word.style))
    return Text("\n").join(lines)


def _shape(block: JacobianBlock) -> str:
    if block.shape is None:
        return ""
    output, variable = block.shape
    return f"{screen_shape(output)} × {screen_shape(variable)}" if output or variable else "()"


def _cells(block: JacobianBlock, width: int) -> tuple[Text, Text]:
    value = "–" if block.value is None else screen_array(block.value, width)
    return Text(value, style="bold"), Text(formula(block))


def formula(block: JacobianBlock) -> str:
    """The formulas of the block's first rows, a line each."""
    if not block.symbolic:
        return "–"
    lines = [
        f"{list(index)}: {text}" if index else with_known(text, block.simplified.get(index))
        for index, text in list(block.symbolic.items())[:FORMULAS]
    ]
    size = int(np.prod(block.shape[0])) if block.shape else 1
    return "\n".join([*lines, *(["…"] if size > len(lines) else [])])


class Dots:
    """A matrix of truth values: a dot each, or one for a tile of them where there are too many."""

    def __init__(self, entries: Any) -> None:
        self.entries = entries

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows, columns = self.entries.shape
        tall, wide = -(-rows // DOT_ROWS) or 1, -(-columns // max(options.max_width - 2, 1)) or 1
        for top in range(0, rows, tall):
            line = (
                "●" if np.any(self.entries[top : top + tall, left : left + wide]) else "·"
                for left in range(0, columns, wide)
            )
            yield Text("  " + "".join(line))
        if tall > 1 or wide > 1:
            yield Text(f"  (a dot stands for {tall} × {wide} entries)", style="dim")


def matrix_document(command: str, answer: Matrix) -> dict[str, Any]:
    """What the documents of `jacobian` and `hessian` share."""
    return {
        "schema": tag(command),
        "understood": answer.understood,
        "dtype": answer.dtype,
        "notes": list(answer.notes),
        "missing": list(answer.missing),
        "at": {name: json_array(array) for name, array in answer.point.items()},
    }


def jacobian_document(answer: Matrix) -> dict[str, Any]:
    """The answer as JSON: outputs, blocks output by output, passes, and the pattern as pairs of row and column."""
    passes, pattern = answer.passes, answer.pattern
    return {
        **matrix_document("jacobian", answer),
        "outputs": [{"label": label, "value": json_array(value)} for label, value in answer.values],
        "blocks": [
            {"output": block.output, "variable": block.variable, **block_document(block)} for block in answer.blocks
        ],
        "mode": None if passes is None else passes.mode,
        "passes": None if passes is None else {"reverse": passes.reverse, "forward": passes.forward},
        "sparsity": None
        if pattern is None
        else {
            "method": "numerical",
            "points": pattern.points,
            "shape": list(pattern.entries.shape),
            "nonzero": np.argwhere(pattern.entries).tolist(),
        },
    }


def block_document(block: JacobianBlock) -> dict[str, Any]:
    """A block without its labels."""
    formulas: Mapping[tuple[int, ...], str] = block.symbolic
    return {
        "shape": None if block.shape is None else [list(shape) for shape in block.shape],
        "value": json_array(block.value),
        "formulas": [
            {"row": list(index), "symbolic": text, "simplified": block.simplified.get(index)}
            for index, text in formulas.items()
        ],
        "verdict": verdict_document(block.verdict),
    }
