"""Scenarios for the screen and as JSON: the list, each step as it is run, and the summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from gradcli.render.graph import graph_document, graph_tree
from gradcli.render.numbers import json_array, screen_array
from gradcli.render.verdict import verdict_document, verdict_lines
from gradcli.scenario.markdown import Scenario
from gradcli.scenario.runner import BackwardRecord, StepResult

MAX_BACKWARDS = 3
"""How many backward passes of a step are drawn."""

INDENT = (0, 0, 0, 4)
DIFF_STYLES = {"-": "red", "+": "green", "@": "cyan"}


def scenario_list(scenarios: Iterable[Scenario]) -> RenderableType:
    """A row for each scenario, track by track."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("track")
    table.add_column("name", style="bold", no_wrap=True)
    table.add_column("minutes", justify="right")
    table.add_column("aim", overflow="fold")
    track = ""
    for scenario in scenarios:
        shown = scenario.track if scenario.track != track else ""
        track = scenario.track
        table.add_row(Text(shown, style="cyan"), scenario.name, str(scenario.minutes), Text(scenario.aim))
    return table


def scenario_head(scenario: Scenario) -> RenderableType:
    """Title and aim."""
    return Group(Rule(Text(scenario.title, style="bold")), Text(scenario.aim, style="italic"), Text())


def step_screen(result: StepResult) -> RenderableType:
    """Prose, code, and what came of it."""
    parts: list[RenderableType] = []
    if result.step.prose:
        parts += [Markdown(result.step.prose), Text()]
    if result.step.code is not None:
        code = Syntax(result.step.code.text, "python", theme="ansi_dark", background_color="default", word_wrap=True)
        parts += [Padding(code, INDENT), Text()]
    if result.printed:
        parts += [_marked(result.printed, "│ ", "dim"), Text()]
    if result.notes:
        parts += [Text(result.notes.rstrip("\n"), style="yellow"), Text()]
    if result.error is not None:
        parts += [Text(result.error.rstrip("\n"), style="red"), Text()]
    if result.difference is not None:
        parts += [Text("The output is not the document's:", style="bold red"), _diff(result.difference), Text()]
    return Group(*parts, *_backwards(result.backwards))


def _marked(text: str, mark: str, style: str) -> Text:
    """Each line after a mark."""
    lines = [Text(mark, style=style).append(line, style="default") for line in text.rstrip("\n").split("\n")]
    return Text("\n").join(lines)


def _diff(difference: str) -> Text:
    return Text("\n").join(Text(line, style=DIFF_STYLES.get(line[:1], "")) for line in difference.split("\n"))


def _backwards(records: Sequence[BackwardRecord]) -> Iterator[RenderableType]:
    """The grad_fn chain of each backward pass, and its gradients with their verdicts."""
    for record in records[:MAX_BACKWARDS]:
        for root, graph in zip(record.roots, record.graphs, strict=True):
            yield Text(f"backward from {root}" if root else "backward", style="dim")
            yield Padding(graph_tree(graph), INDENT)
        yield Text()
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        for heading in ("leaf", "gradient of this pass", "verdict"):
            table.add_column(heading)
        for name, gradient in record.gradients.items():
            verdict = record.verdicts.get(name)
            table.add_row(
                Text(name, style="bold blue"), screen_array(gradient), Text("\n").join(verdict_lines(verdict))
            )
        yield Padding(table, INDENT)
        yield Text()
        for name, verdict in record.verdicts.items():
            if verdict.word not in ("proved", "agrees"):
                yield Text(f"{name}: {verdict.word}: {verdict.detail}\n", style="yellow")
    rest = records[MAX_BACKWARDS:]
    if rest:
        yield Text(
            f"… {_count(len(rest), 'more backward pass', 'es')} ({_words(rest) or 'not checked'})\n", style="dim"
        )


def scenario_summary(scenario: Scenario, results: Sequence[StepResult]) -> Text:
    """One line: how many outputs are as documented, and what the verdicts were."""
    ran = [result for result in results if result.step.code is not None]
    total = sum(step.code is not None for step in scenario.steps)
    good = sum(result.error is None and result.difference is None for result in ran)
    parts = [f"{good} of {_count(total, 'output')} as documented"]
    words = _words([record for result in results for record in result.backwards])
    if words:
        parts.append(f"gradients: {words}")
    failed = any(result.failed for result in results)
    return Text(f"{scenario.name}: {'; '.join(parts)}", style="bold red" if failed else "bold green")


def _words(records: Iterable[BackwardRecord]) -> str:
    """For instance "3 proved, 1 undecided"."""
    counts = Counter(verdict.word for record in records for verdict in record.verdicts.values())
    return ", ".join(f"{count} {word}" for word, count in counts.items())


def _count(number: int, noun: str, plural: str = "s") -> str:
    return f"{number} {noun}{'' if number == 1 else plural}"


def scenarios_document(runs: Iterable[tuple[Scenario, Sequence[StepResult] | None]]) -> dict[str, Any]:
    """The scenarios as one JSON document, with their results where they were run."""
    return {"schema": "gradcli/scenario/1", "scenarios": [_scenario(scenario, results) for scenario, results in runs]}


def _scenario(scenario: Scenario, results: Sequence[StepResult] | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": scenario.name,
        "title": scenario.title,
        "track": scenario.track,
        "minutes": scenario.minutes,
        "aim": scenario.aim,
    }
    if results is not None:
        document["passed"] = not any(result.failed for result in results)
        document["steps"] = [_step(result) for result in results]
    return document


def _step(result: StepResult) -> dict[str, Any]:
    code, output = result.step.code, result.step.output
    return {
        "prose": result.step.prose,
        "code": None if code is None else code.text,
        "line": None if code is None else code.line,
        "expected": None if output is None else output.text,
        "printed": result.printed,
        "notes": result.notes,
        "error": result.error,
        "difference": result.difference,
        "backwards": [_backward(record) for record in result.backwards],
        "failed": result.failed,
    }


def _backward(record: BackwardRecord) -> dict[str, Any]:
    return {
        "roots": list(record.roots),
        "graphs": [graph_document(graph) for graph in record.graphs],
        "gradients": {
            name: {"value": json_array(gradient), "verdict": verdict_document(record.verdicts.get(name))}
            for name, gradient in record.gradients.items()
        },
    }
