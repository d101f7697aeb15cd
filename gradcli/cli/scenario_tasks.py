"""What `gradcli scenario` does without running one: the list, a new file, and forgetting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradcli.cli.exits import Exit
from gradcli.cli.terminal import print_json, show
from gradcli.errors import InputError
from gradcli.scenario import library, progress, template
from gradcli.words import counted, said

if TYPE_CHECKING:
    from gradcli.scenario.markdown import Scenario


def show_list(*, json: bool) -> int:
    """Every scenario, with what the reader has done."""
    known = library.every()
    done = {scenario.source: progress.load(scenario) for scenario in known}
    if json:
        from gradcli.render.scenario_document import listed, scenarios_document

        print_json(scenarios_document(listed(scenario, done[scenario.source]) for scenario in known))
    else:
        from gradcli.render.scenario_tables import scenario_list

        show(scenario_list(known, done))
    return Exit.OK


def create(names: Sequence[str], *, json: bool) -> int:
    """Writes a scenario to begin with."""
    if len(names) != 1:
        raise InputError("usage", "give one name for the new scenario", hint="gradcli scenario new chain-rule")
    path = template.create(names[0])
    if json:
        from gradcli.render.scenario_document import described, scenarios_document

        print_json(scenarios_document([described(library.read(path), created=str(path))]))
    else:
        print(said("wrote {path}; `gradcli scenario {path} --watch` runs it whenever you save it", path=path))
    return Exit.OK


def reset(scenarios: Sequence[Scenario] | None, *, json: bool) -> int:
    """Forgets what the reader has done with these scenarios, or with all."""
    try:
        number = progress.forget(scenarios)
    except OSError as error:
        raise InputError("state", f"what you have done cannot be forgotten: {error}") from None
    if json:
        from gradcli.render.scenario_document import listed, scenarios_document

        known = library.every() if scenarios is None else scenarios
        print_json(scenarios_document(listed(scenario, progress.load(scenario)) for scenario in known))
    else:
        print(counted(number, "forgot {number} scenario", "forgot {number} scenarios"))
    return Exit.OK
