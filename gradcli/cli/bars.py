"""Progress on stderr: of many scenarios, and of a step that takes long. Nothing in a pipe."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gradcli.words import counted, said

if TYPE_CHECKING:
    from rich.progress import TaskID

    from gradcli.cli.figure_bars import FigureAndBars
    from gradcli.plot.figure import Figure
    from gradcli.scenario.markdown import Step

PATIENCE = 1.0
"""Seconds after which a step takes long."""

PAUSE = 0.1
"""Seconds between two changes of a bar."""


class Bars:
    """Follows steps; one that takes long gets a bar: the backward passes, the last loss, the DataLoader's position.

    told  is called with the place of the code that is run, and with "" when it has ended
    """

    def __init__(self, told: Callable[[str], None]) -> None:
        self.told = told
        # What a step writes to standard error is captured, so a way there of our own is needed.
        self.screen = os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8") if sys.stderr.isatty() else None
        self.lock = threading.Lock()
        self.total: tuple[FigureAndBars, TaskID] | None = None
        self.step: tuple[FigureAndBars, TaskID] | None = None
        self.timer: threading.Timer | None = None
        self.facts: dict[str, Any] = {}
        self.changed = self.drew = 0.0

    @contextmanager
    def all(self, number: int) -> Iterator[None]:
        """Inside, a bar counts the scenarios, if there are any to count."""
        if self.screen is None or not number:
            yield
            return
        with self._bar() as bar:
            self.total = bar, bar.add_task("", total=number, completed=-1, told="")
            try:
                yield
            finally:
                self.total = None

    def scenario(self, name: str) -> None:
        """The next scenario begins."""
        if self.total is not None:
            bar, task = self.total
            bar.update(task, description=name, advance=1)

    def begin(self, source: str, step: Step) -> None:
        """A step begins."""
        if step.code is not None:
            self.told(f"{source}, line {step.code.line}")
        if self.screen is not None and step.code is not None:
            self.facts = {"description": said("line {line}", line=step.code.line), "total": None, "told": ""}
            self.timer = threading.Timer(PATIENCE, self._show)
            self.timer.daemon = True
            self.timer.start()

    def backward(self, passes: int, loss: float | None) -> None:
        """Another backward pass begins."""
        told = counted(passes, "{number} backward pass", "{number} backward passes")
        self._change(told=told if loss is None else said("{told}, loss {loss:.4g}", told=told, loss=loss))

    def batch(self, position: int, length: int | None) -> None:
        """A DataLoader gives another batch."""
        self._change(completed=position, total=length)

    def drawn(self, figure: Figure) -> None:
        """The code has drawn a figure: it is shown above the bar until the step ends, and replaced by the next one."""
        if self.step is not None and self.total is None and time.monotonic() > self.drew + PAUSE:
            self.drew = time.monotonic()
            self.step[0].draw(figure)

    def end(self) -> None:
        """The step has ended, in whatever way: its bar goes."""
        self.told("")
        if self.timer is None:
            return
        self.timer.cancel()
        with self.lock:
            self.timer = None
            if self.step is not None:
                bar, task = self.step
                bar.remove_task(task)
                if self.total is None:
                    bar.stop()
                self.step = None

    def _show(self) -> None:
        with self.lock:
            if self.timer is None:
                return  # it has ended meanwhile
            bar = self._bar() if self.total is None else self.total[0]
            self.step = bar, bar.add_task(**self.facts)
            bar.start()

    def _change(self, **facts: Any) -> None:
        if self.timer is None:
            return
        self.facts |= facts
        if self.step is not None and time.monotonic() > self.changed + PAUSE:
            self.changed = time.monotonic()
            bar, task = self.step
            bar.update(task, **self.facts)

    def _bar(self) -> FigureAndBars:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        from gradcli.cli.figure_bars import FigureAndBars

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(20),
            TextColumn("{task.fields[told]}", markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        screen = Console(file=self.screen)
        # What is captured must not be sent to the screen.
        return FigureAndBars(*columns, console=screen, transient=True, redirect_stdout=False, redirect_stderr=False)
