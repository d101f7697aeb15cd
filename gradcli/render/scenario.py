"""A scenario on the screen: each step as it is run, and the summary."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.measure import Measurement
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from gradcli import words
from gradcli.render.figures import FigureView
from gradcli.render.graph import graph_tree
from gradcli.render.numbers import MOST_BESIDE, screen_array
from gradcli.render.questions import asked_screen
from gradcli.render.verdict import glossed, verdict_lines
from gradcli.scenario.compare import without_colours
from gradcli.scenario.library import following
from gradcli.scenario.markdown import Scenario
from gradcli.scenario.results import BackwardRecord, StepResult
from gradcli.words import counted, said
from gradcli.words.lines import joined

MAX_BACKWARDS = 3
"""How many backward passes of a step are drawn."""

_CONTROL = re.compile("[\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]")
"""Control characters, but for those that Rich leaves out, and those that turn the direction of writing."""

WIDEST = 80
"""Columns of a gradient in a table, at most."""
INDENT = (0, 0, 0, 4)
DIFF_STYLES = {"-": "red", "+": "green", "@": "cyan"}


def scenario_head(scenario: Scenario) -> RenderableType:
    """Title, aim, and what to know before."""
    needs = said("Before this: {names}", names=said(", ").join(scenario.needs))
    before = [Text(needs, style="dim")] if scenario.needs else []
    return Group(Rule(Text(scenario.title, style="bold")), Text(scenario.aim, style="italic"), *before, Text())


def scenario_end(scenario: Scenario) -> RenderableType:
    """What goes on from here, if anything does."""
    return Group(*(Text(said("Next: {name}", name=command(name)), style="dim") for name in following(scenario)))


def command(name: str) -> str:
    """What shows a scenario in the language that is spoken now."""
    lang = "" if words.language() == words.of_locale(os.environ) else f" --lang {words.language()}"
    return f"gradcli scenario {name}{lang}"


def step_screen(result: StepResult) -> RenderableType:
    """Prose, code, and what came of it."""
    parts: list[RenderableType] = []
    if result.step.prose:
        parts += [Markdown(joined(result.step.prose)), Text()]
    if result.step.question is not None:
        parts.append(asked_screen(result.step.question, result.judgement))
    if result.step.code is not None:
        code = Syntax(result.step.code.text, "python", theme="ansi_dark", background_color="default", word_wrap=True)
        parts += [Padding(code, INDENT), Text()]
    if result.printed:
        parts += [_marked(harmless(result.printed), "│ ", "dim"), Text()]
    for figure in result.figures:
        parts += [FigureView(figure), Text()]
    if result.notes:
        parts += [Text(harmless(result.notes.rstrip("\n")), style="yellow"), Text()]
    if result.error is not None:
        parts += [Text(harmless(result.error.rstrip("\n")), style="red"), Text()]
    if result.difference is not None:
        parts += [
            Text(said("The output is not the document's:"), style="bold red"),
            _diff(harmless(result.difference)),
            Text(),
        ]
    if result.contradiction is not None:
        why = said("The question is not answered by its code: {why}", why=result.contradiction)
        parts += [Text(f"{why}\n", style="bold red")]
    return Group(*parts, *_backwards(result))


def harmless(text: str) -> str:
    """What code has printed, without colours, and with a terminal's other control characters shown as Python does."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], without_colours(text))


def _marked(text: str, mark: str, style: str) -> Text:
    """Each line after a mark."""
    lines = [Text(mark, style=style).append(line, style="default") for line in text.rstrip("\n").split("\n")]
    return Text("\n").join(lines)


def _diff(difference: str) -> Text:
    return Text("\n").join(Text(line, style=DIFF_STYLES.get(line[:1], "")) for line in difference.split("\n"))


def hooked_note() -> str:
    """What is said below the table of a pass that meets hooks."""
    return said("There are hooks on the way: these are the gradients without what hooks make of them.")


def _backwards(result: StepResult) -> Iterator[RenderableType]:
    """The grad_fn chain of each backward pass, and its gradients with their verdicts."""
    for record in result.backwards[:MAX_BACKWARDS]:
        for root, graph in zip(record.roots, record.graphs, strict=True):
            yield Text(said("backward from {root}", root=root) if root else said("backward"), style="dim")
            yield Padding(graph_tree(graph), INDENT)
        yield Text()
        if not record.gradients:
            continue
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        for heading in (of_what(record), said("gradient of this pass"), said("verdict")):
            table.add_column(heading)
        for name, gradient in record.gradients.items():
            verdict = record.verdicts.get(name)
            table.add_row(
                Text(name, style="bold blue"),
                _Gradient(gradient),
                Text("\n").join(verdict_lines(verdict)),
            )
        yield Padding(table, INDENT)
        yield Text()
        if record.hooked:
            yield Text(f"{hooked_note()}\n", style="yellow")
        for name, verdict in record.verdicts.items():
            if not verdict.word.is_settled:
                yield Text(f"{name}: {glossed(verdict.word)}: {verdict.detail}\n", style="yellow")
    rest = result.backwards[MAX_BACKWARDS:]
    if rest:
        more, judged = more_passes(len(rest)), verdict_words(rest) or said("not checked")
        yield Text(said("… {more} ({verdicts})", more=more, verdicts=judged) + "\n", style="dim")
    if result.unfollowed:
        more, judged = more_passes(result.unfollowed), said("not checked")
        yield Text(said("… {more} ({verdicts})", more=more, verdicts=judged) + "\n", style="dim")


@dataclass(frozen=True)
class _Gradient:
    """An array, written for the width that its column has."""

    array: Any

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(self._lines(options.max_width))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(*(_widest(self._lines(width)) for width in (1, options.max_width)))

    def _lines(self, width: int) -> str:
        """It as wide as fits: PyTorch's line width is exceeded by brackets, and by the points of whole numbers."""
        text = ""
        for wrap in range(min(width, WIDEST), 0, -2):
            text = screen_array(self.array, wrap, most=MOST_BESIDE)
            if _widest(text) <= width:
                break
        return text


def _widest(text: str) -> int:
    return max(map(len, text.split("\n")))


def of_what(record: BackwardRecord) -> str:
    """What the gradients of a pass are those of."""
    return said("input") if record.asked else said("leaf")


def more_passes(number: int) -> str:
    """How many backward passes are not shown."""
    return counted(number, "{number} more backward pass", "{number} more backward passes")


def scenario_summary(scenario: Scenario, results: Sequence[StepResult]) -> Text:
    """One line: how many outputs are as documented, how many answers are right, and what the verdicts were."""
    if not any(step.code for step in scenario.steps):
        none = said("{name}: there is no code in it, so nothing was checked", name=scenario.name)
        return Text(none, style="bold yellow")
    failed = any(result.failed for result in results)
    told = said("{name}: {told}", name=scenario.name, told=summary_words(scenario, results))
    return Text(told, style="bold red" if failed else "bold green")


def tally(scenario: Scenario, results: Sequence[StepResult]) -> tuple[int, int]:
    """How many outputs are as documented, of how many that can be: not those of the reader's data, or recorded ones."""
    apart = sum(result.own_data or result.recorded for result in results)
    total = sum(step.code is not None for step in scenario.steps) - apart
    ran = [each for each in results if each.step.code is not None and not (each.own_data or each.recorded)]
    return sum(result.error is None and result.difference is None for result in ran), total


def summary_words(scenario: Scenario, results: Sequence[StepResult]) -> str:
    """For instance "4 of 5 outputs as documented; gradients: 3 proved"."""
    good, total = tally(scenario, results)
    outputs = counted(
        total, "{good} of {number} output as documented", "{good} of {number} outputs as documented", good=good
    )
    gradients, own = gradient_words(results), sum(result.own_data for result in results)
    recorded = sum(result.recorded for result in results)
    parts = (
        outputs,
        recorded and said("{number} not run", number=recorded),
        own and said("{number} of your own data, not compared", number=own),
        answer_words(results),
        gradients and said("gradients: {words}", words=gradients),
    )
    return said("; ").join(part for part in parts if part)


def answer_words(results: Sequence[StepResult]) -> str:
    """For instance "2 of 3 answers right"; empty if none were given."""
    judged = [result.judgement.right for result in results if result.judgement is not None]
    if not judged:
        return ""
    right, number = sum(judged), len(judged)
    return counted(number, "{right} of {number} answer right", "{right} of {number} answers right", right=right)


def gradient_words(results: Sequence[StepResult]) -> str:
    """For instance "3 proved, 1 undecided; 95 backward passes not checked"; empty if there was no backward pass."""
    records = [record for result in results for record in result.backwards]
    parts = [verdict_words(records)]
    unchecked = sum(result.unfollowed for result in results)
    unchecked += sum(bool(record.gradients) and not record.verdicts for record in records)
    if unchecked:
        parts.append(counted(unchecked, "{number} backward pass not checked", "{number} backward passes not checked"))
    return said("; ").join(filter(None, parts))


def verdict_words(records: Iterable[BackwardRecord]) -> str:
    """For instance "3 proved, 1 undecided"."""
    counts = Counter(verdict.word for record in records for verdict in record.verdicts.values())
    return said(", ").join(
        said("{number} {word}", number=number, word=glossed(word)) for word, number in counts.items()
    )
