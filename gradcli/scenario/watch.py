"""What has changed between two runs of a file, and whether the file has."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from gradcli.scenario.results import StepResult

Stamp = tuple[str, int, int]


def stamps(path: Path) -> list[Stamp]:
    """What changes when the file, or a module beside it, is saved; empty while the file is not there."""
    found = []
    for each in [path, *sorted(path.parent.glob("*.py"))]:
        try:
            state = each.stat()
        except OSError:
            if each == path:
                return []
            continue
        found.append((str(each), state.st_mtime_ns, state.st_size))
    return found


def changes(before: Sequence[StepResult], after: Sequence[StepResult]) -> list[StepResult]:
    """The results of steps that are new, or worded otherwise, or have come out otherwise than before."""
    matcher = SequenceMatcher(None, [_outcome(result) for result in before], [_outcome(result) for result in after])
    same = {block.b + i for block in matcher.get_matching_blocks() for i in range(block.size)}
    return [result for index, result in enumerate(after) if index not in same]


def _outcome(result: StepResult) -> Any:
    """All that a reader sees of a step, but for where it stands and how exact a verdict's error is."""
    step = result.step
    words = tuple(
        (name, verdict.word, repr(record.gradients[name]))
        for record in result.backwards
        for name, verdict in record.verdicts.items()
    )
    code, output = (None if block is None else block.text for block in (step.code, step.output))
    question = None if step.question is None else (step.question.ask, step.question.answer)
    told = (result.printed, result.notes, result.error, result.contradiction)
    return step.prose, code, output, question, *told, words
