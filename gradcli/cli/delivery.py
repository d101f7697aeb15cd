"""How a command's answer is delivered: what is known at once, what holds if the time is used up, and the answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from gradcli.cli.exits import Exit, verdict_exit
from gradcli.cli.overseer import overseer
from gradcli.cli.streams import encoded, write
from gradcli.cli.terminal import json_text, print_program, rendered, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from gradcli.calculator.kernel.steps import Steps
    from gradcli.verify.problem import Verdict


class Judged(Protocol):
    """An answer with verdicts."""

    @property
    def notes(self) -> Sequence[str]: ...
    @property
    def verdicts(self) -> list[Verdict]: ...
    @property
    def asked(self) -> list[Verdict | None]: ...


class Judgeable(Judged, Protocol):
    """An answer that comes without verdicts first."""

    def judged(self, verdict: Verdict) -> Self: ...


J = TypeVar("J", bound=Judged)
U = TypeVar("U", bound=Judgeable)


@dataclass(frozen=True)
class Delivery(Generic[J]):
    """A command's JSON document, its screen, or its text for another program, whichever is asked for; its exit code."""

    document: Callable[[J], dict[str, Any]]
    screen: Callable[[J], RenderableType]
    program: Callable[[J], str] | None = None
    _: KW_ONLY
    as_json: bool
    strict: bool

    def __call__(self, answer: J) -> Exit:
        """Writes the notes and the answer; the exit code."""
        for note in answer.notes:
            say(note)
        (write if self.program is None else print_program)(self.text(answer))
        return self.exit_code(answer)

    def text(self, answer: J) -> str:
        """What is asked for."""
        if self.as_json:
            return json_text(self.document(answer))
        return rendered(self.screen(answer)) if self.program is None else self.program(answer)

    def exit_code(self, answer: J) -> Exit:
        """What the verdicts mean for it."""
        return verdict_exit(answer.verdicts, answer.asked, strict=self.strict)


def awaited(delivery: Delivery[U], steps: Steps[U], seconds: float) -> U:
    """The verified answer. Before it comes, the one that nothing has verified yet is shown where that can be replaced."""
    from gradcli.calculator.kernel.steps import last
    from gradcli.verdict import Word
    from gradcli.verify.problem import Verdict

    def meanwhile(answer: U) -> None:
        if overseer.descriptor is None:
            return
        late = answer.judged(Verdict(Word.UNDECIDED, f"{seconds:g} s were used up"))
        shown = ""
        if _can_show() and not delivery.as_json and delivery.program is None:
            shown = delivery.text(answer.judged(Verdict(Word.VERIFYING, "")))
        overseer.meanwhile(
            encoded(shown if _fits(shown) else ""), encoded(delivery.text(late)), delivery.exit_code(late)
        )

    return last(steps, meanwhile)


def _can_show() -> bool:
    """Whether something can be shown that is replaced later."""
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _fits(text: str) -> bool:
    """Whether all of it stays on the screen, so that it can be replaced."""
    return not text or text.count("\n") < os.get_terminal_size(sys.stdout.fileno()).lines
