"""The files that `gradcli scenario --emit` writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gradcli.errors import InputError

if TYPE_CHECKING:
    from gradcli.scenario.markdown import Scenario
    from gradcli.scenario.results import StepResult


def exported(scenario: Scenario, results: Sequence[StepResult], form: str) -> str:
    """The scenario as a script ("py", which needs no results), a notebook ("ipynb") or a page ("html")."""
    if form == "py":
        from gradcli.scenario.export.script import script

        return script(scenario)
    if form == "ipynb":
        from gradcli.scenario.export.notebook import notebook

        return notebook(scenario, results)
    from gradcli.render.page import page

    return page(scenario, results)


def targets(scenarios: Sequence[Scenario], folder: Path, form: str) -> list[Path]:
    """A file in the folder, which is made if need be, for each scenario. Raises InputError for two of one name."""
    names = [scenario.name for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError("usage", f"two scenarios would become {twice[0]}.{form}", hint="write them one by one")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("file", f"{str(folder)!r} is no folder to write to: {error.strerror}") from None
    return [folder / f"{name}.{form}" for name in names]
