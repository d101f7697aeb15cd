"""The rules that a scenario is held to, beyond those that it could not be read without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gradcli.scenario import library
from gradcli.scenario.document import Block
from gradcli.scenario.markdown import Scenario, Step
from gradcli.scenario.questions import asked
from gradcli.scenario.remarks import uncompared, unprinted, untrue
from gradcli.scenario.results import StepResult
from gradcli.scenario.sound import problems as question_problems
from gradcli.scenario.template import RESERVED
from gradcli.scenario.written import written

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

Problem = tuple[int, str]
"""The line of the document, and what is wrong there."""

_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^\s)>]*)>?[^)]*\)")
_REFERENCE = re.compile(r"gradcli scenario\s+([\w./-]+)")
_AUTOLINK = re.compile(r"<([a-z][a-z0-9+.-]*:[^\s<>]*)>", re.IGNORECASE)
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d+)?"
_ADDRESS = re.compile(rf"https://{_HOST}(?:[/?#][\w./?#%&=+,;:@!$*~'-]*)?", re.IGNORECASE)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def problems(scenario: Scenario, results: Sequence[StepResult], worker: SympyWorker | None) -> list[Problem]:
    """What is not in order with a scenario, by line; `results` of running it.

    Every block was executed, every output and every gradient is right, links and names of scenarios lead somewhere,
    addresses are well formed, and ours in one list, and every question is sound.
    """
    found = [*_general(scenario), *_links(scenario), *_addresses(scenario)]
    for result in results:
        found += _of_result(result)
    for step in scenario.steps[len(results) :]:
        if step.code is not None:
            found.append((step.code.line, "this code was not executed"))
    for each in asked(scenario):
        found += [(each.question.line, message) for message in question_problems(each, worker)]
    return sorted(found)


def _general(scenario: Scenario) -> Iterator[Problem]:
    if scenario.name == RESERVED:
        yield 1, f"a scenario cannot be called {RESERVED!r}"
    if not any(step.code is not None for step in scenario.steps):
        yield 1, "there is no code in it"
    known = library.available()
    for name in (*scenario.needs, *scenario.next):
        if name not in known and not (Path(scenario.source).parent / f"{name}.md").exists():
            yield 1, f"there is no scenario {name!r}"


def _of_result(result: StepResult) -> Iterator[Problem]:
    """What went wrong when a step was run."""
    code, output = result.step.code, result.step.output
    if code is None:
        return
    for line in unprinted(code.text):
        yield code.line + line, "a value stands beside an expression that is not printed, so nothing compares the two"
    for line in untrue(code.text, result.printed) if output is not None and not result.own_data else []:
        yield code.line + line, "this says other output than the block below, which alone is compared"
    for line in [] if output is not None else uncompared(code.text, result.printed):
        yield (
            code.line + line,
            "nothing compares the value in this comment; `# 3 (words)` directly behind a print is compared",
        )
    if result.error is not None:
        yield code.line, f"the code raises: {result.error.strip().splitlines()[-1]}"
    if result.difference is not None:
        yield _differs(result, code)
    if result.contradiction is not None and result.step.question is not None:
        yield result.step.question.line, result.contradiction
    for record in result.backwards:
        for name, verdict in record.verdicts.items():
            if verdict.word.is_wrong:
                yield code.line, f"the gradient of {name} is wrong: {verdict.detail}"


def _differs(result: StepResult, code: Block) -> Problem:
    """Where the output that is not what the code prints stands: in its block, or else in the code."""
    if result.step.output is not None:
        return result.step.output.line, "the code prints something else"
    firsts = [part.first for part in written(code.text, result.printed)]
    if firsts:
        at = next(iter(untrue(code.text, result.printed)), firsts[0])
        return code.line + at, "the code prints something else than it says here"
    return code.line, "the code prints something: it needs an output block"


def links(scenario: Scenario) -> Iterator[tuple[int, str]]:
    """The addresses in a scenario's prose, by line."""
    for step in scenario.steps:
        for number, line in _prose_lines(step):
            for target in (*_LINK.findall(line), *_AUTOLINK.findall(line)):
                if _ELSEWHERE.match(target) and not target.startswith("data:image/"):
                    yield number, target


def _addresses(scenario: Scenario) -> Iterator[Problem]:
    """Addresses that are none, and in our own scenarios those that are not in the list of them."""
    ours = library.folder().resolve() in Path(scenario.source).resolve().parents
    listed = set(library.addresses())
    for number, address in links(scenario):
        if not _ADDRESS.fullmatch(address):
            yield number, f"the link leads to {address!r}, which is no https address"
        elif ours and address not in listed:
            yield number, f"the link leads to {address!r}, which is not in links.txt"


def _links(scenario: Scenario) -> Iterator[Problem]:
    """Links to files that are not there, and names of scenarios that do not exist."""
    folder, known = Path(scenario.source).parent, {*library.available(), scenario.name, RESERVED}
    for step in scenario.steps:
        for number, line in _prose_lines(step):
            for target in _LINK.findall(line):
                path = target.partition("#")[0]
                if path and not _ELSEWHERE.match(target) and not (folder / path).exists():
                    yield number, f"the link leads to {target!r}, which is not there"
            for name in _REFERENCE.findall(line):
                if not name.startswith("-") and not name.endswith(".md") and name.rstrip(".") not in known:
                    yield number, f"there is no scenario {name!r}"


def _prose_lines(step: Step) -> Iterator[tuple[int, str]]:
    return iter(enumerate(step.prose.split("\n"), step.line))
