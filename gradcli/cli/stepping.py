"""`gradcli scenario NAME --step`: the terminal in which a reader walks through a scenario with single keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.text import Text

from gradcli.cli.keys import Keys
from gradcli.cli.terminal import say, show
from gradcli.errors import InputError
from gradcli.render.graph import graph_tree
from gradcli.render.questions import hint_screen, judgement_screen, question_screen, solution_screen, unread_screen
from gradcli.render.scenario import scenario_end, scenario_head, scenario_summary, step_screen
from gradcli.scenario.results import StepResult
from gradcli.words import said

if TYPE_CHECKING:
    from gradcli.scenario.stepping import Walk

KEYS = {
    "next": ("n", " ", "\r", "\n", "\x1b[C", "\x1b[B", "\x1bOC", "\x1bOB", "\xe0M", "\xe0P"),
    "back": ("b", "p", "\x7f", "\x08", "\x1b[D", "\x1b[A", "\x1bOD", "\x1bOA", "\xe0K", "\xe0H"),
    "again": ("r",),
    "graph": ("g",),
    "hint": ("h",),
    "answer": ("a",),
    "solution": ("s",),
    "quit": ("q", "\x04"),
    "help": ("?",),
}
"""The arrows right and down go on, those to the left and up go back: as terminals send them, and as Windows does."""

COMMANDS = {key: command for command, keys in KEYS.items() for key in keys}

_KEY = re.compile(r"\x1b[\[O][A-D]|\xe0.|.", re.DOTALL)


class Stepper:
    """Shows where the reader is, waits for a key, and does what it says."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.keys = Keys()
        self.typed = ""
        """What was typed ahead, and not yet read."""
        self.ended = False
        self.commands: dict[str, Callable[[], None]] = {
            "next": self.go_on,
            "back": self.go_back,
            "again": self.run_again,
            "graph": self.draw,
            "hint": self.hint,
            "answer": self.answer,
            "solution": self.solution,
            "quit": self.quit,
            "help": self.help,
        }

    def run(self) -> bool:
        """Until the reader quits or ends the input, which is False, or has come through."""
        show(scenario_head(self.walk.scenario))
        if not self.walk.scenario.steps:
            print(said("There is nothing in it."))
            return True
        if self.walk.place:
            print(said("You go on at step {step}.", step=self.walk.place + 1) + "\n")
        with self.keys.reading():
            self.arrive()
            while not self.ended:
                self.commands[self.command()]()
        if self.walk.unsaved is not None:
            say(said("your place could not be saved: {why}", why=self.walk.unsaved), "warning")
        return self.walk.finished

    def command(self) -> str:
        """The command of the next key that means something here."""
        asking = self.walk.question is not None
        keys = (
            said("a answer · h hint · s show it · b back · q quit · ? keys")
            if asking
            else said("n next · b back · r again · g graph · q quit · ? keys")
        )
        show(Text(f"[{self.walk.place + 1}/{len(self.walk.scenario.steps)}] {keys}", "dim"))
        meaningless = (None, "again") if asking else (None, "answer", "solution")
        command = None
        while command in meaningless:
            try:
                command = COMMANDS.get(self.key())
            except EOFError:
                return "quit"
        assert command is not None
        return "answer" if asking and command == "next" else command

    def key(self) -> str:
        """A key; a full-width one, as Chinese input methods type, is the key itself.

        Raises EOFError where the input has ended, and KeyboardInterrupt.
        """
        self.typed = self.typed or self.keys.get()
        match = _KEY.match(self.typed)
        if match is None:  # the terminal has gone
            raise EOFError
        self.typed = self.typed[match.end() :]
        if match[0] == "\x03":
            raise KeyboardInterrupt
        return unicodedata.normalize("NFKC", match[0]).lower() if len(match[0]) == 1 else match[0]

    def line(self) -> str:
        """A line. Raises EOFError and KeyboardInterrupt."""
        with suppress(ImportError):  # not on this system: the terminal's own editing remains
            import readline  # noqa: F401  # with it, `input` edits the line
        ahead, end, rest = self.typed.replace("\r", "\n").partition("\n")
        self.typed = rest
        with self.keys.line():
            return ahead if end else ahead + input(said("answer: ") + ahead)

    # --- what the keys do

    def arrive(self) -> None:
        """The step's prose, then its question; or, where nothing is asked, what comes of it, which may take a while."""
        self.walk.catch_up()
        if self.walk.step.prose:
            show(step_screen(StepResult(replace(self.walk.step, question=None, code=None))))
        question = self.walk.question
        if question is None:
            self.reveal()
        else:
            show(question_screen(question.question))

    def reveal(self) -> None:
        """The step's code, and what comes of it."""
        result = self.walk.result()
        show(step_screen(replace(result, step=replace(result.step, prose="", question=None))))

    def go_on(self) -> None:
        if self.walk.raised:
            print(said("This step raised an error, so what follows cannot be run.") + "\n")
        elif self.walk.forward():
            self.arrive()
        else:
            self.walk.finish()
            show(scenario_summary(self.walk.scenario, self.walk.results))
            show(scenario_end(self.walk.scenario))
            self.ended = True

    def go_back(self) -> None:
        if self.walk.back():
            self.arrive()
        else:
            print(said("This is the first step.") + "\n")

    def run_again(self) -> None:
        self.walk.again()
        self.reveal()

    def draw(self) -> None:
        graphs = self.walk.graphs()
        for name, graph in graphs:
            show(Text(name, "dim"))
            show(graph_tree(graph))
        print("" if graphs else said("Nothing is recorded yet.") + "\n")

    def hint(self) -> None:
        question = self.walk.question
        if question is None:
            print(said("Nothing is asked here.") + "\n")
        else:
            show(hint_screen(question.question.hint))
            print()

    def answer(self) -> None:
        try:
            text = self.line()
            judgement = self.walk.answer(text)
        except EOFError:
            self.quit()
            return
        except InputError as error:
            show(unread_screen(error))
            return
        show(judgement_screen(judgement))
        if judgement.right:
            self.reveal()

    def solution(self) -> None:
        question = self.walk.question
        assert question is not None, "the key means nothing otherwise"
        show(solution_screen(question.question))
        self.walk.give_up()
        self.reveal()

    def quit(self) -> None:
        print(said("Your place is kept."))
        self.ended = True

    def help(self) -> None:
        print(
            said("""
n space enter →  next
b backspace ←    the step before
r                run again from the start
g                the graph
a                answer the question
h                a hint
s                show the answer
q                quit: you go on here later
""")
        )
