"""A scenario as a Python script: prose, questions and outputs are comments; "# %%" begins a cell for editors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gradcli.files import read_text
from gradcli.scenario.export.needs import beside, stand_in_code
from gradcli.scenario.magics import as_python
from gradcli.scenario.markdown import CUDA, Scenario, Step
from gradcli.words import said

MODULES = '''\
import sys
from types import ModuleType


def module(name, source):
    """Makes a module that stands beside the tutorial importable."""
    sys.modules[name] = ModuleType(name)
    exec(compile(source, name + ".py", "exec"), vars(sys.modules[name]))
'''


def script(scenario: Scenario) -> str:
    """The script. It runs with PyTorch, and with gradcli where PyTorch is not installed.

    Raises InputError for a scenario that needs a package beside its file.
    """
    parts = [_comment(f"{scenario.title}\n\n{scenario.aim}")]
    helper = stand_in_code(scenario)
    if helper is not None:
        parts.append(helper)
    modules = beside(scenario)
    if modules:
        parts.append("\n".join([MODULES, "", *map(_module, modules)]))
    parts += ["# %%\n" + "\n".join(_step(step)) for step in scenario.steps]
    return "\n".join(parts)


def _step(step: Step) -> Iterator[str]:
    """The parts of a step, an empty line apart."""
    if step.prose:
        yield _comment(step.prose)
    if step.question is not None:
        options = [f"    {each}" for each in step.question.options]
        yield _comment("\n".join((said("Question: ") + step.question.ask, *options)))
    if step.code is not None:
        code = as_python(step.code.text).rstrip()
        yield _comment(f"{_needed(step)}:\n{code}") if step.needs else f"{code}\n"
    if step.output is not None and step.output.text:
        lines = "\n".join(f"    {line}" for line in step.output.text.split("\n"))
        yield _comment(said("It prints") + f"\n\n{lines}")
    if step.question is not None:
        yield _comment(said("Answer: ") + step.question.solution)


def _needed(step: Step) -> str:
    """What code needs that stands in a comment, since not everybody can run it."""
    return said("with PyTorch and a graphics card") if step.needs == CUDA else said("with PyTorch itself")


def _comment(text: str) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in text.split("\n"))


def _module(path: Path) -> str:
    source = read_text(path)
    raw = "'''" not in source and not source.endswith(("\\", "'"))
    literal = f"r'''{source}'''" if raw else repr(source)
    return f'module("{path.stem}", {literal})\n'
