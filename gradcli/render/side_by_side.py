"""Outputs side by side, ours and PyTorch's: for the screen and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gradcli.scenario.against import Compared, Comparison
from gradcli.scenario.compare import agree
from gradcli.scenario.markdown import Scenario
from gradcli.words import counted, said


def comparison_screen(scenario: Scenario, compared: Compared) -> RenderableType:
    """The steps whose outputs differ, both outputs side by side, and a line that counts them."""
    different = [each for each in compared.steps if each.difference is not None]
    total = len(compared.steps)
    told = counted(
        total,
        "{same} of {number} output as on PyTorch {version}",
        "{same} of {number} outputs as on PyTorch {version}",
        same=total - len(different),
        version=compared.version,
    )
    style = "bold red" if different else "bold green"
    return Group(
        *_tables(scenario, different, compared.version),
        Text(said("{name}: {told}", name=scenario.name, told=told), style=style),
    )


def _tables(scenario: Scenario, different: Sequence[Comparison], version: str) -> Iterator[RenderableType]:
    for each in different:
        code = scenario.steps[each.step].code
        assert code is not None
        yield Text(said("{source}, line {line}:", source=scenario.source, line=code.line), style="bold")
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        table.add_column("gradcli", overflow="fold", ratio=1)
        table.add_column(f"PyTorch {version}", overflow="fold", ratio=1)
        for ours, theirs in zip_longest(_lines(each.ours), _lines(each.theirs)):
            same = ours is not None and theirs is not None and agree(theirs, ours)
            table.add_row(*(Text(line or "", style="" if same else "red") for line in (ours, theirs)))
        yield table
        yield Text()


def _lines(text: str) -> list[str]:
    return text.rstrip("\n").split("\n") if text.rstrip("\n") else []


def comparison_document(compared: Compared) -> dict[str, Any]:
    """The comparison as JSON: every step, `step` being its index."""
    steps = [{"step": c.step, "ours": c.ours, "theirs": c.theirs, "difference": c.difference} for c in compared.steps]
    return {"version": compared.version, "steps": steps}
