"""Many scenarios on the screen: the list, and what came of running or looking through them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gradcli.render.scenario import count, gradient_words, tally
from gradcli.scenario.markdown import Scenario
from gradcli.scenario.progress import Progress
from gradcli.scenario.results import StepResult

Run = tuple[Scenario, Sequence[StepResult]]


def scenario_list(scenarios: Sequence[Scenario], progress: Mapping[str, Progress]) -> RenderableType:
    """A row for each scenario, track by track; `progress` by the scenarios' sources."""
    table = _table("track", "name", ">minutes", "done", "aim")
    track = ""
    for scenario in scenarios:
        shown = scenario.track if scenario.track != track else ""
        track = scenario.track
        done = _done(scenario, progress[scenario.source])
        table.add_row(Text(shown, style="cyan"), scenario.name, str(scenario.minutes), done, Text(scenario.aim))
    passed = sum(progress[scenario.source].passed for scenario in scenarios)
    total = sum(scenario.minutes for scenario in scenarios)
    return Group(table, Text(f"\n{count(len(scenarios), 'scenario')}, {total} minutes; {passed} passed", style="dim"))


def _done(scenario: Scenario, progress: Progress) -> Text:
    """How far the reader has come."""
    if progress.passed:
        return Text("passed", style="green")
    if progress.run:
        return Text(f"run {progress.run}/{len(scenario.steps)}", style="yellow")
    return Text(f"seen {progress.seen}/{len(scenario.steps)}" if progress.seen else "", style="dim")


def runs_table(runs: Iterable[Run], seconds: Mapping[str, float]) -> RenderableType:
    """A row for each scenario that was run; `seconds` by the scenarios' sources."""
    table = _table("scenario", ">s", "result", ">outputs", "gradients")
    runs = list(runs)
    for scenario, results in runs:
        failed = any(result.failed for result in results)
        table.add_row(
            scenario.name,
            f"{seconds[scenario.source]:.1f}",
            Text("FAILED", style="bold red") if failed else Text("passed", style="green"),
            "{}/{}".format(*tally(scenario, results)),
            Text(gradient_words(results)),
        )
    good = sum(not any(result.failed for result in results) for _, results in runs)
    style = "bold green" if good == len(runs) else "bold red"
    return Group(table, Text(f"\n{good} of {count(len(runs), 'scenario')} passed", style=style))


def problems_screen(found: Sequence[tuple[Scenario, Sequence[tuple[int, str]]]]) -> RenderableType:
    """A line for each problem, as compilers write them."""
    lines = [Text(f"{scenario.source}:{line}: {message}") for scenario, each in found for line, message in each]
    style = "bold red" if lines else "bold green"
    return Group(*lines, Text(f"{count(len(found), 'scenario')}, {count(len(lines), 'problem')}", style=style))


def _table(*headings: str) -> Table:
    """A table without lines; a column whose heading begins with ">" is set flush right."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for heading in headings:
        table.add_column(heading.lstrip(">"), justify="right" if heading.startswith(">") else "left", overflow="fold")
    table.columns[0].no_wrap = True
    return table
