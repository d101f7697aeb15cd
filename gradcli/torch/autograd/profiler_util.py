"""What a profiler recorded: events, their averages, and how they are listed. Times are microseconds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradcli.files import write_whole
from gradcli.torch.argument_checks import only_default

Shapes = list[list[int]]


def format_time(microseconds: float, unit: str | None = None) -> str:
    """A time as text: "1.500ms". In the unit "s", "ms" or "us" if given."""
    unit = unit or ("s" if microseconds >= 1e6 else "ms" if microseconds >= 1e3 else "us")
    return f"{microseconds / {'s': 1e6, 'ms': 1e3, 'us': 1}[unit]:.3f}{unit}"


def _share(part: float, whole: float) -> str:
    return f"{part * 100 / whole:.2f}%" if whole else "NaN"


class _Times:
    """What is the same for an event and for an average of events."""

    count: int
    cpu_time_total: float
    self_cpu_time_total: float

    @property
    def cpu_time(self) -> float:
        """The average time of a call."""
        return self.cpu_time_total / self.count if self.count else 0.0

    @property
    def cpu_time_str(self) -> str:
        """`cpu_time` with its unit."""
        return format_time(self.cpu_time)

    @property
    def cpu_time_total_str(self) -> str:
        """`cpu_time_total` with its unit."""
        return format_time(self.cpu_time_total)

    @property
    def self_cpu_time_total_str(self) -> str:
        """`self_cpu_time_total` with its unit."""
        return format_time(self.self_cpu_time_total)


@dataclass(eq=False)
class FunctionEvent(_Times):
    """One thing that took time: from `start` to `end`, within `cpu_parent`."""

    name: str
    start: float
    end: float
    input_shapes: Shapes
    id: int = 0
    count: int = 1
    cpu_children: list[FunctionEvent] = field(default_factory=list)
    cpu_parent: FunctionEvent | None = None

    @property
    def key(self) -> str:
        """The name."""
        return self.name

    @property
    def cpu_time_total(self) -> float:  # type: ignore[override]
        """How long it took."""
        return self.end - self.start

    @property
    def self_cpu_time_total(self) -> float:  # type: ignore[override]
        """How long it took, without what happened within it."""
        return self.cpu_time_total - sum(child.cpu_time_total for child in self.cpu_children)

    def __repr__(self) -> str:
        return (
            f"<FunctionEvent id={self.id} name={self.name} cpu_time={self.cpu_time_str} start_us={self.start:.3f} "
            f"end_us={self.end:.3f} cpu_children={[child.id for child in self.cpu_children]} "
            f"input_shapes={self.input_shapes}>"
        )


@dataclass(eq=False)
class FunctionEventAvg(_Times):
    """The events of one name; of one name and the same shapes if they are grouped so."""

    key: str
    input_shapes: Any = ""
    count: int = 0
    cpu_time_total: float = 0.0
    self_cpu_time_total: float = 0.0
    cpu_parent: FunctionEvent | None = None

    def add(self, event: FunctionEvent) -> None:
        """Counts another event."""
        self.count += 1
        self.cpu_time_total += event.cpu_time_total
        self.self_cpu_time_total += event.self_cpu_time_total

    def __repr__(self) -> str:
        return (
            f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total_str} "
            f"cpu_time={self.cpu_time_str} input_shapes={self.input_shapes}>"
        )


def nested(events: Iterable[FunctionEvent]) -> EventList:
    """The events in the order in which they began, each knowing those within it."""
    ordered = EventList(sorted(events, key=lambda event: (event.start, -event.end)))
    around: list[FunctionEvent] = []
    for number, event in enumerate(ordered):
        event.id = number
        while around and around[-1].end <= event.start:
            around.pop()
        if around:
            event.cpu_parent = around[-1]
            around[-1].cpu_children.append(event)
        around.append(event)
    return ordered


class EventList(list[Any]):
    """Events, or averages of events."""

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all, each moment counted once."""
        return float(sum(event.self_cpu_time_total for event in self))

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0, group_by_overload_name: bool = False
    ) -> EventList:
        """The averages of the events of each name; with `group_by_input_shape` of each name and list of shapes."""
        only_default("key_averages", "group_by_stack_n", group_by_stack_n, 0)
        only_default("key_averages", "group_by_overload_name", group_by_overload_name, default=False)
        averages: dict[tuple[str, str], FunctionEventAvg] = {}
        for event in self:
            shapes = event.input_shapes if group_by_input_shape else ""
            averages.setdefault((event.key, str(shapes)), FunctionEventAvg(event.key, shapes)).add(event)
        return EventList(averages.values())

    def total_average(self) -> FunctionEventAvg:
        """All events as one."""
        total = FunctionEventAvg("Total")
        for event in self:
            total.add(event)
        return total

    def table(
        self,
        sort_by: str | None = None,
        row_limit: int = 100,
        max_src_column_width: int = 75,
        max_name_column_width: int | None = 55,
        max_shapes_column_width: int | None = 80,
        header: str | None = None,
        top_level_events_only: bool = False,
        time_unit: str | None = None,
    ) -> str:
        """A table with a row an entry.

        sort_by    "cpu_time", "cpu_time_total", "self_cpu_time_total", "count": the highest first
        row_limit  so many rows at the most; -1 for all
        """
        if not self:
            return ""
        rows = sorted(self, key=lambda event: getattr(event, sort_by), reverse=True) if sort_by else list(self)
        if top_level_events_only:
            rows = [row for row in rows if row.cpu_parent is None]
        columns = _columns(rows, self.self_cpu_time_total, time_unit, max_name_column_width)
        widths = [_width([event.key for event in self], max_name_column_width), 12, 12, 12, 12, 12, 12]
        if any(event.input_shapes for event in self):
            columns.append(["Input Shapes", *(str(row.input_shapes) for row in rows)])
            widths.append(_width([str(event.input_shapes) for event in self], max_shapes_column_width))
        lines = ["".join(f"{cell:>{n}}  " for cell, n in zip(cells, widths, strict=True)) for cells in zip(*columns)]  # noqa: B905
        rule = "".join("-" * n + "  " for n in widths)
        double = "=" * (len(rule) - 2)
        above = [double, header] if header is not None else []
        above += [double, "This report only display top-level ops statistics"] if top_level_events_only else []
        shown = lines[1:] if row_limit < 0 else lines[1 : row_limit + 1]
        total = f"Self CPU time total: {format_time(self.self_cpu_time_total, time_unit)}"
        return "\n".join([*above, rule, lines[0], rule, *shown, rule, total, ""])

    def export_chrome_trace(self, path: str | os.PathLike[str]) -> None:
        """Writes the events as the Chrome trace viewer's JSON: "complete events" of the Trace Event Format."""
        trace = [
            {
                "ph": "X", "cat": "cpu_op", "name": event.name, "pid": os.getpid(), "tid": 1,
                "ts": round(event.start, 3), "dur": round(event.cpu_time_total, 3),
                "args": {"Input Dims": event.input_shapes},
            }
            for event in self
        ]  # fmt: skip
        document = {"schemaVersion": 1, "displayTimeUnit": "ms", "traceEvents": trace}
        write_whole(Path(path), json.dumps(document).encode())

    def __str__(self) -> str:
        return self.table()


def _width(texts: Sequence[str], most: int | None) -> int:
    width = max(map(len, texts)) + 4
    return width if most is None else min(width, most)


def _columns(rows: Sequence[Any], whole: float, unit: str | None, most: int | None) -> list[list[str]]:
    """The columns of times, with their headings."""
    return [
        [
            "Name",
            *(row.key if most is None or len(row.key) < most - 3 else row.key[: most - 3] + "..." for row in rows),
        ],
        ["Self CPU %", *(_share(row.self_cpu_time_total, whole) for row in rows)],
        ["Self CPU", *(format_time(row.self_cpu_time_total, unit) for row in rows)],
        ["CPU total %", *(_share(row.cpu_time_total, whole) for row in rows)],
        ["CPU total", *(format_time(row.cpu_time_total, unit) for row in rows)],
        ["CPU time avg", *(format_time(row.cpu_time, unit) for row in rows)],
        ["# of Calls", *(str(row.count) for row in rows)],
    ]
