"""The talk behind `gradcli repl`: a line in, an answer out, and the commands that begin with a colon."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from rich.text import Text

from gradcli.calculator.commands.repl import Defined, Session, statements
from gradcli.cli.exits import Exit, verdict_exit
from gradcli.cli.options import SHARE
from gradcli.cli.terminal import error_document, print_error, say, show
from gradcli.errors import InputError, UnfinishedError
from gradcli.lang.evaluate import CONSTANTS
from gradcli.lang.functions import names
from gradcli.render.explain import explain_screen
from gradcli.render.functions import functions_table
from gradcli.render.graph import graph_tree
from gradcli.render.repl import HELP, Line, cut, names_table, repl_screen
from gradcli.scenario.timeout import TimeLimitError, time_limit

if TYPE_CHECKING:
    from gradcli.calculator.kernel.question import Answer
    from gradcli.verify.client import SympyWorker


LATE = "late"
"""The code of the error that the time of a line was used up."""


class Talk:
    """A session and the one who talks to it.

    typed  a person is there: errors need no line numbers, and Ctrl-C stops an answer, not the talk
    quiet  nothing is shown: `lines` has everything
    limit  seconds that a text may take; after them it is stopped between two of Python's instructions
    """

    def __init__(
        self, session: Session, worker: SympyWorker | None, *, check: bool, typed: bool, quiet: bool, limit: float
    ) -> None:
        self.session = session
        self.lent = worker
        self.own: SympyWorker | None = None
        self.check = check
        self.typed = typed
        self.quiet = quiet
        self.limit = limit
        self.lines: list[Line] = []
        self.last: str | None = None
        """The last expression that was answered."""
        self.ended = False
        self.commands: dict[str, Callable[[str], None]] = {
            ":vars": self.show_names,
            ":del": self.delete,
            ":graph": self.draw,
            ":explain": self.explain,
            ":check": self.turn_check,
            ":help": self.help,
            ":quit": self.quit,
        }

    def words(self) -> list[str]:
        """What can be completed."""
        return sorted([*self.commands, *self.session.known, *CONSTANTS, *names()])

    def listen(self, texts: Iterable[str]) -> None:
        """Answers every text, until one of them is :quit. An error ends no more than its text."""
        number = 1
        for text in texts:
            try:
                with time_limit(self.limit, "a line"):
                    self.take(text)
            except TimeLimitError:
                hint = "--timeout gives a line more, :check off asks for less"
                self.refuse(UnfinishedError(LATE, f"{self.limit:g} s were used up", hint=hint), text.strip(), number)
            except InputError as error:
                self.refuse(error, text.strip(), number)
            except KeyboardInterrupt:
                if not self.typed:
                    raise
                say("interrupted")
            if self.ended:
                return
            number += max(1, text.count("\n"))

    def take(self, text: str) -> None:
        """A text of one statement or several, or a command. Raises InputError for one that cannot be read or done."""
        if text.lstrip().startswith(":"):
            self.obey(text.strip())
            return
        for statement in statements(text):
            for outcome in self.session.run(statement, self.worker):
                self.note(statement, outcome)

    def note(self, statement: str, outcome: Answer | Defined) -> None:
        """Shows what came of a statement, and keeps it."""
        defined = (outcome.name,) if isinstance(outcome, Defined) else ()
        answer = outcome.answer if isinstance(outcome, Defined) else outcome
        self.lines.append(Line(statement, answer, defined))
        if answer is None:
            return
        self.last = defined[0] if defined else statement
        if not self.quiet:
            for note in answer.notes:
                say(note)
            show(repl_screen(answer))

    def refuse(self, error: InputError, text: str, number: int) -> None:
        """Shows an error, and keeps it."""
        self.lines.append(Line(text, error=error_document("repl", error)["error"]))
        if self.quiet:
            return
        if not self.typed:
            say(cut(text, 60), f"line {number}")
        print_error(error)

    @property
    def worker(self) -> SympyWorker | None:
        """The SymPy process to ask, which is started when it is first needed; None while nothing is to be checked."""
        if not self.check:
            return None
        if self.lent is None and self.own is None:
            from gradcli.verify.client import SympyWorker

            self.own = SympyWorker()
        worker = self.lent or self.own
        if worker is not None:
            worker.patience = self.limit * SHARE
        return worker

    def close(self) -> None:
        """Ends the SymPy process, if it was started here."""
        if self.own is not None:
            self.own.close()

    def exit(self, *, strict: bool) -> Exit:
        """The exit code for all lines: a mismatch, then an error, then, under `strict`, a verdict that is open."""
        answers = [line.answer for line in self.lines if line.answer is not None and not line.answer.missing]
        every = [verdict for answer in answers for verdict in answer.verdicts]
        asked = [derivative.verdict for answer in answers for derivative in answer.derivatives]
        found = verdict_exit(every, asked, strict=strict)
        errors = {line.error["code"] for line in self.lines if line.error is not None}
        if not errors or found == Exit.FAILED:
            return found
        return Exit.UNFINISHED if LATE in errors else Exit.USAGE

    # --- the commands

    def obey(self, text: str) -> None:
        """A command with what stands behind it. Raises InputError for one that there is not, or not under --json."""
        command, _, rest = text.partition(" ")
        action = self.commands.get(command)
        if action is None:
            near = difflib.get_close_matches(command, self.commands, n=1)
            hint = f"did you mean {near[0]}?" if near else ":help lists them"
            raise InputError("command", f"there is no command {command!r}", hint=hint)
        if self.quiet and command not in (":del", ":check", ":quit"):
            raise InputError("usage", f"{command} is for a reader: it prints no JSON")
        action(rest.strip())

    def show_names(self, rest: str) -> None:
        _refuse_more(":vars", rest)
        show(names_table(self.session))

    def delete(self, rest: str) -> None:
        if not rest:
            raise InputError("usage", ":del needs a name", hint=":vars lists the names")
        for name in rest.replace(",", " ").split():
            self.session.delete(name)

    def draw(self, rest: str) -> None:
        show(graph_tree(self.session.drawing(self.expression(rest)).nodes))

    def explain(self, rest: str) -> None:
        show(explain_screen(self.session.explain(self.expression(rest), self.worker), forward=False))

    def expression(self, rest: str) -> str:
        """What is given behind a command, or the last expression. Raises InputError where there is none yet."""
        if not rest and self.last is None:
            raise InputError("usage", "there is no expression yet", hint="write it behind the command")
        return rest or self.last or ""

    def turn_check(self, rest: str) -> None:
        if rest not in ("on", "off"):
            raise InputError("usage", f"the check is {'on' if self.check else 'off'}", hint=":check on, or :check off")
        self.check = rest == "on"

    def help(self, rest: str) -> None:
        show(functions_table(rest) if rest else Text(HELP))

    def quit(self, rest: str) -> None:
        _refuse_more(":quit", rest)
        self.ended = True


def _refuse_more(command: str, rest: str) -> None:
    if rest:
        raise InputError("usage", f"{command} takes nothing behind it")
