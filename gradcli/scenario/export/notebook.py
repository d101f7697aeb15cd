"""A scenario as a Jupyter notebook, with the outputs of a run: the extra `notebook`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from gradcli import __version__
from gradcli.errors import InputError
from gradcli.files import read_text
from gradcli.plot.svg import svg
from gradcli.scenario.export.needs import beside, stand_in_code
from gradcli.scenario.markdown import Scenario
from gradcli.scenario.questions_format import Question
from gradcli.scenario.results import StepResult
from gradcli.words import said
from gradcli.words.lines import joined

KERNEL = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}


def notebook(scenario: Scenario, results: Sequence[StepResult]) -> str:
    """The notebook's text. It runs with PyTorch, and with gradcli where PyTorch is not installed.

    Modules beside the scenario's file are cells that write them beside the notebook. Raises InputError if nbformat is
    not installed, and for a scenario that needs a package beside its file.
    """
    try:
        import nbformat
    except ModuleNotFoundError:
        hint = "pip install 'gradcli[notebook]'"
        raise InputError("missing-extra", "a notebook needs nbformat, which is not installed", hint=hint) from None
    v4: Any = nbformat.v4
    made = v4.new_notebook(metadata={**KERNEL, "gradcli": {"version": __version__}})
    made.cells = list(_cells(v4, scenario, results))
    number = 0
    for index, cell in enumerate(made.cells, 1):
        cell.id = f"cell-{index}"  # nbformat draws names at random; the same scenario is to give the same file
        if cell.cell_type == "code":
            number += 1
            cell.execution_count = number
    nbformat.validate(made)
    return f"{v4.writes(made)}\n"


def _cells(v4: Any, scenario: Scenario, results: Sequence[StepResult]) -> Iterator[Any]:
    yield v4.new_markdown_cell(f"# {scenario.title}\n\n*{scenario.aim}*")
    helper = stand_in_code(scenario)
    if helper is not None:
        yield v4.new_code_cell(helper.rstrip())
    for path in beside(scenario):
        cell = v4.new_code_cell(f"%%writefile {path.name}\n{read_text(path).rstrip()}")
        cell.outputs = [v4.new_output("stream", name="stdout", text=f"Writing {path.name}\n")]
        yield cell
    for result in results:
        step = result.step
        text = [part for part in (joined(step.prose), step.question and _question(step.question)) if part]
        if text:
            yield v4.new_markdown_cell("\n\n".join(text))
        if step.needs and step.code is not None:  # not everybody can run it
            parts = [f"```python\n{step.code.text}\n```", f"```\n{result.printed.rstrip()}\n```", result.notes]
            yield v4.new_markdown_cell("\n\n".join(parts).rstrip())
        elif step.code is not None:
            yield v4.new_code_cell(step.code.text, outputs=list(_outputs(v4, result)))


def _question(question: Question) -> str:
    """The question with its answer folded."""
    hint = [] if question.hint is None else [said("Hint: ") + escape(question.hint)]
    options = [f"- {option}" for option in question.options]
    answer = f"<code>{escape(question.solution)}</code>"
    return "\n".join(
        [
            f"**{said('Question.')}** {question.ask}",
            "",
            *options,
            *([""] if options else []),
            f"<details><summary>{said('Answer')}</summary>",
            "<br>".join([*hint, answer]),
            "</details>",
        ]
    )


def _outputs(v4: Any, result: StepResult) -> Iterator[Any]:
    for name, text in (("stdout", result.printed), ("stderr", result.notes)):
        if text:
            yield v4.new_output("stream", name=name, text=text)
    for figure in result.figures:
        data = {"image/svg+xml": svg(figure, alone=True), "text/plain": "<Figure>"}
        yield v4.new_output("display_data", data=data)
    if result.error is not None:
        lines = result.error.rstrip("\n").split("\n")
        name, _, message = lines[-1].partition(": ")
        yield v4.new_output("error", ename=name, evalue=message, traceback=lines)
