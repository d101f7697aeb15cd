"""Scenarios as JSON: what they are, and, where something was done with them, what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gradcli.render.figures import figure_document
from gradcli.render.graph import graph_document
from gradcli.render.numbers import json_array
from gradcli.render.questions import question_document
from gradcli.render.schemas import tag
from gradcli.render.verdict import verdict_document
from gradcli.scenario.library import following
from gradcli.scenario.markdown import Scenario
from gradcli.scenario.progress import Progress
from gradcli.scenario.results import BackwardRecord, StepResult


def scenarios_document(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The document."""
    return {"schema": tag("scenario"), "scenarios": list(items)}


def described(scenario: Scenario, **more: Any) -> dict[str, Any]:
    """A scenario, and what else there is to say of it."""
    return {
        "name": scenario.name,
        "source": scenario.source,
        "lang": scenario.lang,
        "title": scenario.title,
        "track": scenario.track,
        "minutes": scenario.minutes,
        "aim": scenario.aim,
        "needs": list(scenario.needs),
        "next": list(following(scenario)),
        "covers": list(scenario.covers),
        **more,
    }


def listed(scenario: Scenario, progress: Progress) -> dict[str, Any]:
    """A scenario, and how far the reader has come."""
    done = {"place": progress.place, "seen": progress.seen, "run": progress.run, "passed": progress.passed}
    return described(scenario, progress={"steps": len(scenario.steps), **done})


def ran(scenario: Scenario, results: Sequence[StepResult], **more: Any) -> dict[str, Any]:
    """A scenario, and what came of running it."""
    passed = not any(result.failed for result in results)
    return described(scenario, passed=passed, steps=[_step(result) for result in results], **more)


def unrun(lacking: Sequence[Scenario]) -> list[dict[str, Any]]:
    """Scenarios that were not run, because torchvision is not installed beside PyTorch."""
    return [described(scenario, lacks="torchvision") for scenario in lacking]


def linted(scenario: Scenario, problems: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """A scenario, and what is not in order with it."""
    return described(scenario, problems=[{"line": line, "message": message} for line, message in problems])


def _step(result: StepResult) -> dict[str, Any]:
    code, output, question = result.step.code, result.step.output, result.step.question
    return {
        "prose": result.step.prose,
        "question": question and question_document(question, result.judgement),
        "code": None if code is None else code.text,
        "line": None if code is None else code.line,
        "expected": None if output is None else output.text,
        "printed": result.printed,
        "own_data": result.own_data,
        "recorded": result.recorded,
        "figures": [figure_document(figure) for figure in result.figures],
        "notes": result.notes,
        "error": result.error,
        "difference": result.difference,
        "contradiction": result.contradiction,
        "backwards": [_backward(record) for record in result.backwards],
        "unfollowed": result.unfollowed,
        "failed": result.failed,
    }


def _backward(record: BackwardRecord) -> dict[str, Any]:
    return {
        "roots": list(record.roots),
        "graphs": [graph_document(graph) for graph in record.graphs],
        "hooked": record.hooked,
        "gradients": {
            name: {"value": json_array(gradient), "verdict": verdict_document(record.verdicts.get(name))}
            for name, gradient in record.gradients.items()
        },
    }
