"""What `gradcli scenario` does by running scenarios."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from gradcli.cli.bars import Bars
from gradcli.cli.exits import Exit
from gradcli.cli.scenario_files import exported, targets
from gradcli.cli.terminal import print_error, print_json, print_program, say, show
from gradcli.errors import InputError
from gradcli.files import write_file
from gradcli.render import scenario as render
from gradcli.scenario import library, progress
from gradcli.verify.client import SympyWorker
from gradcli.words import counted, said

if TYPE_CHECKING:
    from gradcli.cli.guard import Guard
    from gradcli.scenario.judgement import Judgement
    from gradcli.scenario.markdown import Scenario
    from gradcli.scenario.results import StepResult

WATCH_SECONDS = 0.2
"""How often a file that is watched is looked at."""


class Runner:
    """Runs scenarios and tells what comes of it.

    guard   is told which code is run
    worker  a SymPy process that has been started; without one, one is started
    limit   seconds that a step may take; None is no limit
    brief   a table, and of the steps only those that failed
    on_torch
            the code runs on PyTorch itself
    """

    def __init__(
        self,
        guard: Guard,
        worker: SympyWorker | None,
        limit: float | None,
        *,
        json: bool,
        brief: bool,
        on_torch: bool = False,
    ) -> None:
        self.lent = worker
        self.engine = "gradcli"
        """Which engine ran what was run last."""
        self.on_torch = on_torch
        self.limit = limit
        self.json = json
        self.brief = brief
        self.stack = ExitStack()
        self.bars = Bars(guard.block)

    def __enter__(self) -> Self:
        self.worker = self.lent or self.stack.enter_context(SympyWorker())  # imports SymPy beside what follows
        return self

    def __exit__(self, *exception: object) -> None:
        self.stack.close()

    def run(self, scenarios: Sequence[Scenario], answers: Path | None = None) -> int:
        """Runs them, and compares and checks everything; also the answers in a file, if one is given.

        Raises InputError for one without code: what checks nothing is no success; and where PyTorch is to run them and
        not installed.
        """
        lacking: list[Scenario] = []
        if self.on_torch:
            from gradcli.scenario.pytorch import installed_for

            scenarios, lacking = installed_for(scenarios, "--engine")
        for scenario in scenarios:
            if not any(step.code for step in scenario.steps):
                why = said("{name}: there is no code in it, so nothing was checked", name=scenario.source)
                hint = said("code to run stands in a block ```python; --step and --emit html show the text")
                raise InputError("nothing-to-check", why, hint=hint)
        seconds, done = {}, []
        judged = self._judged([*scenarios, *lacking], answers)
        with self.bars.all(len(scenarios) if self.brief else 0):
            for scenario in scenarios:
                begun = time.monotonic()
                self.bars.scenario(scenario.name)
                self._tell(render.scenario_head(scenario))
                results = self._results(scenario, judged=judged.get(scenario.source))
                self._tell(render.scenario_summary(scenario, results))
                if scenario is scenarios[-1]:
                    self._tell(render.scenario_end(scenario))
                seconds[scenario.source] = time.monotonic() - begun
                done.append((scenario, results))
        if self.json:
            from gradcli.render.scenario_document import ran, scenarios_document, unrun

            items = [ran(scenario, results, engine=self.engine) for scenario, results in done]
            print_json(scenarios_document([*items, *unrun(lacking)]))
        elif self.brief:
            from gradcli.render.scenario_tables import runs_table

            for scenario, results in done:
                self._show_failures(scenario, results)
            show(runs_table(done, seconds))
        if self.on_torch:
            say(said("run on {engine}; gradients are not checked there", engine=self.engine))
        return _told(lacking, _exit([result for _, results in done for result in results]))

    def lint(self, scenarios: Sequence[Scenario]) -> int:
        """Runs them and looks for whatever is not in order."""
        from gradcli.scenario.lint import problems

        with self.bars.all(len(scenarios)):
            found = []
            for scenario in scenarios:
                self.bars.scenario(scenario.name)
                results = self._results(scenario, quiet=True)
                found.append((scenario, problems(scenario, results, self.worker)))
        if self.json:
            from gradcli.render.scenario_document import linted, scenarios_document

            print_json(scenarios_document(linted(scenario, each) for scenario, each in found))
        else:
            from gradcli.render.scenario_tables import problems_screen

            show(problems_screen(found))
        return Exit.FAILED if any(each for _, each in found) else Exit.OK

    def update(self, scenarios: Sequence[Scenario]) -> int:
        """Runs them and writes what they print into their files; a file with code that raises stays as it is."""
        from gradcli.scenario.update import update

        failed, items = False, []
        for scenario in scenarios:
            results = self._results(scenario, quiet=True, check=False)
            raised = results[-1:] and results[-1].error is not None
            if raised:
                self._show_failures(scenario, results)
            changed = 0 if raised else update(scenario, results)
            failed = failed or bool(raised)
            items.append((scenario, results, changed))
            if not self.json:
                told = counted(changed, "{number} output block changed", "{number} output blocks changed")
                nothing = said("nothing was written, since a block raises")
                print(said("{name}: {told}", name=scenario.source, told=nothing if raised else told))
        if self.json:
            from gradcli.render.scenario_document import ran, scenarios_document

            print_json(scenarios_document(ran(scenario, results, updated=n) for scenario, results, n in items))
        return Exit.FAILED if failed else Exit.OK

    def watch(self, scenarios: Sequence[Scenario]) -> int:
        """Runs one file, again after every save, until Ctrl-C."""
        from gradcli.scenario.questions import check
        from gradcli.scenario.watch import changes, stamps

        if len(scenarios) != 1 or self.json:
            raise InputError("usage", "--watch shows one file, as text", hint="gradcli scenario lesson.md --watch")
        path, before, known = Path(scenarios[0].source), None, None
        while True:
            now = stamps(path)
            if now == known or not now:
                time.sleep(WATCH_SECONDS)
                continue
            known = now
            try:
                scenario = library.read(path)
                check(scenario)
                results = self._results(scenario, quiet=before is not None)
            except InputError as error:
                print_error(error)
                continue
            for result in results if before is None else []:
                show(render.step_screen(result))
            for result in changes(before, results) if before is not None else []:
                show(render.step_screen(result))
            show(render.scenario_summary(scenario, results))
            say(said("watching {path}; Ctrl-C ends it", path=path))
            before = results

    def emit(self, scenarios: Sequence[Scenario], form: str, output: Path | None) -> int:
        """Writes scenarios as scripts, notebooks or pages; these two are run for their outputs.

        One goes to stdout or into the file `output`; several, or one if `output` is a folder, into that folder.
        """
        hint = f"gradcli scenario mean-of-squares --emit {form}"
        if self.json:
            raise InputError("usage", "--emit writes no JSON", hint=hint)
        folder = output is not None and (len(scenarios) > 1 or output.is_dir())
        if len(scenarios) > 1 and output is None:
            raise InputError("usage", "several scenarios need a folder: --output", hint=f"{hint} -o folder")
        files = targets(scenarios, output, form) if folder and output is not None else [output]
        everything = []
        with self.bars.all(len(scenarios) if folder else 0):
            for scenario, file in zip(scenarios, files, strict=True):
                self.bars.scenario(scenario.name)
                results = [] if form == "py" else self._results(scenario, quiet=True, check=form == "html")
                everything += results
                text = exported(scenario, results, form)
                if file is None:
                    print_program(text)
                else:
                    write_file(file, text.encode())
        return _exit(everything)

    def against(self, scenarios: Sequence[Scenario]) -> int:
        """Runs them here and on PyTorch, and shows outputs that differ side by side."""
        from gradcli.render.side_by_side import comparison_document, comparison_screen
        from gradcli.scenario.against import compared
        from gradcli.scenario.pytorch import installed_for

        scenarios, lacking = installed_for(scenarios, "--against")
        failed, items = False, []
        with self.bars.all(len(scenarios)):
            for scenario in scenarios:
                self.bars.scenario(scenario.name)
                results = self._results(scenario, quiet=True, check=False)
                found = compared(scenario, results, self.limit)
                failed = failed or any(each.difference is not None for each in found.steps)
                items.append((scenario, found))
        if self.json:
            from gradcli.render.scenario_document import described, scenarios_document, unrun

            both = [described(s, against=comparison_document(c)) for s, c in items]
            print_json(scenarios_document([*both, *unrun(lacking)]))
        else:
            for scenario, found in items:
                show(comparison_screen(scenario, found))
        return _told(lacking, Exit.FAILED if failed else Exit.OK)

    def step(self, scenarios: Sequence[Scenario]) -> int:
        """Walks the reader through them, one after the other; without a terminal, shows them."""
        if self.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return self.run(scenarios)
        from gradcli.cli.stepping import Stepper
        from gradcli.scenario.runner import Session
        from gradcli.scenario.stepping import Walk
        from gradcli.verify.recorded import verdicts

        judge, walks = partial(verdicts, worker=self.worker), []
        for scenario in scenarios:
            walks.append(Walk(scenario, partial(Session, scenario, judge, self.limit, self.bars), self.worker))
            if not Stepper(walks[-1]).run():
                break
        return _exit([result for walk in walks for result in walk.results])

    def _judged(self, scenarios: Sequence[Scenario], answers: Path | None) -> dict[str, dict[int, Judgement]]:
        """The judgements on the answers in a file, by the source of the scenario and the index of the step."""
        if answers is None:
            return {}
        from gradcli.scenario.answers import judge_all, read_answers

        lines = read_answers(answers, [scenario.name for scenario in scenarios])
        return {s.source: judge_all(s, lines.get(s.name, ()), self.worker) for s in scenarios}

    def _results(
        self,
        scenario: Scenario,
        *,
        quiet: bool = False,
        check: bool = True,
        judged: Mapping[int, Judgement] | None = None,
    ) -> list[StepResult]:
        """Runs a scenario; shows its steps unless that is not wanted, and writes down that it was run."""
        from gradcli.scenario.runner import run
        from gradcli.verify.recorded import verdicts

        judge = partial(verdicts, worker=self.worker) if check else None
        results: list[StepResult] = []
        here = self._on_torch(scenario) if self.on_torch else run(scenario, judge, self.limit, self.bars)
        for step, result in enumerate(here):
            result = replace(result, judgement=(judged or {}).get(step))
            results.append(result)
            if not quiet:
                self._tell(render.step_screen(result))
        if check and not self.on_torch:
            self._note(scenario, results)
        return results

    def _on_torch(self, scenario: Scenario) -> Iterator[StepResult]:
        """The steps' results on PyTorch."""
        from gradcli.scenario.pytorch import PyTorch, run

        with PyTorch(scenario, self.limit) as pytorch:
            self.engine = f"PyTorch {pytorch.version}"
            yield from run(pytorch)

    def _note(self, scenario: Scenario, results: Sequence[StepResult]) -> None:
        try:
            progress.note_run(scenario, results)
        except OSError as error:
            say(said("what you have done cannot be written down: {why}", why=error), "warning")

    def _tell(self, renderable: Any) -> None:
        if not (self.json or self.brief):
            show(renderable)

    def _show_failures(self, scenario: Scenario, results: Sequence[StepResult]) -> None:
        failed = [result for result in results if result.failed]
        if failed and not self.json:
            for renderable in (render.scenario_head(scenario), *map(render.step_screen, failed)):
                show(renderable)


def _exit(results: Sequence[StepResult]) -> int:
    return Exit.FAILED if any(result.failed for result in results) else Exit.OK


def _told(lacking: Sequence[Scenario], code: int) -> int:
    """Tells which scenarios were not run, for want of a library; the exit code, if it is `code` without them."""
    if not lacking:
        return code
    from gradcli.scenario.pytorch import not_run

    print_error(not_run(lacking))
    return code or Exit.USAGE
