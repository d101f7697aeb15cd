"""Many scenarios on the screen: the list, and what came of running or looking through them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gradcli.render.scenario import answer_words, gradient_words, tally
from gradcli.scenario.markdown import Scenario
from gradcli.scenario.progress import Progress
from gradcli.scenario.results import StepResult
from gradcli.words import counted, said

Run = tuple[Scenario, Sequence[StepResult]]

NARROW = 80
"""Columns below which a table would break words."""


def scenario_list(scenarios: Sequence[Scenario], progress: Mapping[str, Progress]) -> RenderableType:
    """A row for each scenario, track by track; `progress` by the scenarios' sources."""
    table = _table(said("track"), said("name"), f">{said('minutes')}", said("done"), said("aim"))
    table.columns[1].no_wrap = True
    stack: list[RenderableType] = []
    track = ""
    for scenario in scenarios:
        heading = Text(said(scenario.track) if scenario.track != track else "", style="cyan")
        track = scenario.track
        done = _done(scenario, progress[scenario.source])
        table.add_row(heading, scenario.name, str(scenario.minutes), done, Text(scenario.aim))
        facts = Text("  ").join(
            part for part in (Text(said("{minutes} min", minutes=scenario.minutes), style="dim"), done) if part
        )
        stack += [*([heading] if heading else []), *_stacked(scenario.name, facts, scenario.aim)]
    passed = sum(progress[scenario.source].passed for scenario in scenarios)
    total = sum(scenario.minutes for scenario in scenarios)
    told = counted(
        len(scenarios),
        "{number} scenario, {total} minutes; {passed} passed",
        "{number} scenarios, {total} minutes; {passed} passed",
        total=total,
        passed=passed,
    )
    return Group(_ByWidth(table, Group(*stack)), Text(f"\n{told}", style="dim"))


def _done(scenario: Scenario, progress: Progress) -> Text:
    """How far the reader has come."""
    if progress.passed:
        return Text(said("passed"), style="green")
    steps = len(scenario.steps)
    if progress.run:
        return Text(said("run {run}/{steps}", run=progress.run, steps=steps), style="yellow")
    return Text(said("seen {seen}/{steps}", seen=progress.seen, steps=steps) if progress.seen else "", style="dim")


def runs_table(runs: Iterable[Run], seconds: Mapping[str, float]) -> RenderableType:
    """A row for each scenario that was run; `seconds` by the scenarios' sources."""
    table = _table(said("scenario"), f">{said('s')}", said("result"), f">{said('outputs')}", said("gradients"))
    stack: list[RenderableType] = []
    runs = list(runs)
    for scenario, results in runs:
        failed = any(result.failed for result in results)
        time = f"{seconds[scenario.source]:.1f}"
        word = Text(said("FAILED"), style="bold red") if failed else Text(said("passed"), style="green")
        outputs = "{}/{}".format(*tally(scenario, results))
        told = said("; ").join(filter(None, (gradient_words(results), answer_words(results))))
        table.add_row(scenario.name, time, word, outputs, Text(told))
        stack += _stacked(scenario.name, Text.assemble(word, f"  {outputs}  {time} {said('s')}"), told)
    good = sum(not any(result.failed for result in results) for _, results in runs)
    style = "bold green" if good == len(runs) else "bold red"
    told = counted(len(runs), "{good} of {number} scenario passed", "{good} of {number} scenarios passed", good=good)
    return Group(_ByWidth(table, Group(*stack)), Text(f"\n{told}", style=style))


def problems_screen(found: Sequence[tuple[Scenario, Sequence[tuple[int, str]]]]) -> RenderableType:
    """A line for each problem, as compilers write them."""
    lines = [Text(f"{scenario.source}:{line}: {message}") for scenario, each in found for line, message in each]
    style = "bold red" if lines else "bold green"
    scenarios = counted(len(found), "{number} scenario", "{number} scenarios")
    problems = counted(len(lines), "{number} problem", "{number} problems")
    return Group(*lines, Text(said(", ").join((scenarios, problems)), style=style))


def _table(*headings: str) -> Table:
    """A table without lines; a column whose heading begins with ">" is set flush right."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for heading in headings:
        table.add_column(heading.lstrip(">"), justify="right" if heading.startswith(">") else "left", overflow="fold")
    table.columns[0].no_wrap = True
    return table


@dataclass(frozen=True)
class _ByWidth:
    """A table, or, where there is no room for one, what says the same in lines."""

    table: Table
    stack: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self.table if options.max_width >= NARROW else self.stack


def _stacked(name: str, facts: Text, words: str) -> Iterator[RenderableType]:
    """A row of a table as lines: the name and short facts, and below them what may wrap."""
    yield Text.assemble((name, "bold"), "  ", facts)
    if words:
        yield Padding(Text(words), (0, 0, 0, 4))
