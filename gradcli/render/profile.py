"""The answer of `gradcli profile`, for the screen and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from gradcli.calculator.commands.profile import Profile
from gradcli.render.numbers import screen_shape
from gradcli.render.records import fits, plain_table
from gradcli.render.schemas import tag
from gradcli.torch.autograd.profiler_util import FunctionEventAvg, format_time

SORTS = {
    "self": "self_cpu_time_total",
    "total": "cpu_time_total",
    "mean": "cpu_time",
    "calls": "count",
}
"""What the rows can be sorted by, and the profiler's name for it."""
UNITS = ("B", "KiB", "MiB", "GiB")


def profile_screen(answer: Profile, sort: str, limit: int) -> RenderableType:
    """What was understood, the times of the passes, a row for each operation, and what is kept."""
    runs = f"{answer.repeat} run{'' if answer.repeat == 1 else 's'}"
    passes = f"forward {format_time(1e6 * answer.forward)}, backward {format_time(1e6 * answer.backward)}"
    rows = sorted(answer.rows, key=lambda row: getattr(row, SORTS[sort]), reverse=True)
    parts: list[RenderableType] = [
        Text(answer.understood, style="bold cyan"),
        Text(),
        Text(f"{passes} ", style="bold").append(f"(the best of {runs}, not profiled)", style="not bold dim"),
        Text(),
    ]
    if rows:
        parts.append(Operations(rows[:limit], sum(row.self_cpu_time_total for row in rows)))
    if len(rows) > limit:
        parts.append(Text(f"and {len(rows) - limit} more: --limit {len(rows)}", style="dim"))
    told = f"times of {runs}; profiling itself adds to them" if rows else "no operation was recorded"
    parts.append(Text(told, style="dim"))
    return Group(*parts, *_kept(answer))


class Operations:
    """A row for each operation; where there is little room, without the share, the total and the mean."""

    def __init__(self, rows: list[FunctionEventAvg], whole: float) -> None:
        self.rows = rows
        self.whole = whole

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        wide = self._table(every=True)
        yield wide if fits(console, options, wide) else self._table(every=False)

    def _table(self, *, every: bool) -> Table:
        shapes = any(row.input_shapes != "" for row in self.rows)
        more = ("share", "total", "mean") if every else ()
        table = plain_table("operation", "self", *more, "calls", *(("shapes",) if shapes else ()))
        table.columns[0].no_wrap = True
        for column in table.columns[1 : 3 + len(more)]:
            column.justify = "right"
        for row in self.rows:
            share = f"{100 * row.self_cpu_time_total / self.whole:.1f} %" if self.whole else "–"
            details = (share, row.cpu_time_total_str, row.cpu_time_str) if every else ()
            cells = (row.self_cpu_time_total_str, *details, str(row.count))
            table.add_row(Text(row.key), *cells, *([Text(_shapes(row))] if shapes else []))
        return table


def _shapes(row: FunctionEventAvg) -> str:
    return " ".join(map(screen_shape, row.input_shapes)) or "–"


def _kept(answer: Profile) -> Iterator[RenderableType]:
    """What the nodes save."""
    if answer.saved is None:
        return
    yield Text()
    total = sum(saved.size for saved in answer.saved)
    arrays = sum(saved.arrays for saved in answer.saved)
    yield Text(f"kept for the backward pass: {_bytes(total)}", style="bold").append(
        f" at the most, in {arrays} array{'' if arrays == 1 else 's'} beside the variables and constants",
        style="not bold dim",
    )
    if answer.saved:
        table = plain_table("node", "kept", "arrays")
        for column in table.columns[1:]:
            column.justify = "right"
        for saved in answer.saved:
            table.add_row(saved.node, _bytes(saved.size), str(saved.arrays))
        yield table


def _bytes(size: float) -> str:
    """In the largest unit of which it has one."""
    power = min(max(int(size).bit_length() - 1, 0) // 10, len(UNITS) - 1)
    return f"{size} B" if power == 0 else f"{size / 1024**power:.4g} {UNITS[power]}"


def profile_document(answer: Profile) -> dict[str, Any]:
    """The answer as JSON; times in microseconds, sizes in bytes."""
    return {
        "schema": tag("profile"),
        "understood": answer.understood,
        "dtype": answer.dtype,
        "notes": list(answer.notes),
        "repeat": answer.repeat,
        "forward": 1e6 * answer.forward,
        "backward": 1e6 * answer.backward,
        "operations": [
            {
                "name": row.key,
                "calls": row.count,
                "self": row.self_cpu_time_total,
                "total": row.cpu_time_total,
                "shapes": row.input_shapes or None,
            }
            for row in answer.rows
        ],
        "saved": None
        if answer.saved is None
        else {
            "bytes": sum(saved.size for saved in answer.saved),
            "nodes": [{"name": saved.node, "arrays": saved.arrays, "bytes": saved.size} for saved in answer.saved],
        },
    }
