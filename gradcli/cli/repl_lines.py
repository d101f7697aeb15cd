"""Where the lines of `gradcli repl` come from: a terminal, with prompt_toolkit where it is installed, or a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

from gradcli.cli.streams import reading_stdin
from gradcli.cli.terminal import say
from gradcli.errors import InputError

PROMPT = "> "
GO_ON = "… "
MAX_LINE = 2**20
"""Bytes, of lines that belong together."""
Ask = Callable[[], str]


def terminal_lines(words: Callable[[], list[str]]) -> Iterator[str]:
    """What is typed, until Ctrl-D; Ctrl-C clears the line. Several lines come together where they were pasted so.

    words  gives what can be completed
    """
    ask = _prompting(words) or _plain
    while True:
        try:
            text = ask()
        except KeyboardInterrupt:
            print()
        except EOFError:
            print()
            return
        else:
            yield text


def piped_lines() -> Iterator[str]:
    """The lines of standard input; one whose brackets are open goes on in the next. Raises InputError for what is no text."""
    text = ""
    with reading_stdin() as stdin:
        for number, raw in enumerate(iter(lambda: stdin.readline(MAX_LINE + 1), b""), 1):
            if len(raw) + len(text) > MAX_LINE:
                raise InputError("too-large", f"line {number} of standard input is longer than {MAX_LINE:,} bytes")
            try:
                text += raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise InputError("encoding", f"line {number} of standard input is not UTF-8 text") from None
            if not is_open(text):
                yield text
                text = ""
    if text:
        yield text


def is_open(text: str) -> bool:
    """Whether a bracket waits for its end."""
    code = re.sub(r"#.*", "", text)
    return len(re.findall(r"[(\[]", code)) > len(re.findall(r"[)\]]", code))


def _prompting(words: Callable[[], list[str]]) -> Ask | None:
    """What asks for a line with history and completion; None without prompt_toolkit."""
    try:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.application import get_app
        from prompt_toolkit.completion import WordCompleter
        from prompt_toolkit.filters import Condition
        from prompt_toolkit.history import FileHistory, History, InMemoryHistory
    except ModuleNotFoundError:
        say("pip install 'gradcli[repl]' brings history and completion")
        return None
    from gradcli.scenario.state import state_folder

    history: History
    try:
        folder = state_folder()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "repl-history").touch()
        history = FileHistory(folder / "repl-history")
    except OSError as error:
        say(f"the history is not kept: {error}", "warning")
        history = InMemoryHistory()
    session: PromptSession[str] = PromptSession(
        PROMPT,
        history=history,
        completer=WordCompleter(words, pattern=re.compile(r"\w+:?|:")),  # prompt_toolkit matches it backwards
        complete_while_typing=False,
        multiline=Condition(lambda: is_open(get_app().current_buffer.text)),
        prompt_continuation=GO_ON,
    )
    return session.prompt


def _plain() -> str:
    """A line as Python asks for it."""
    with suppress(ImportError):  # not on this system: the terminal's own editing remains
        import readline  # noqa: F401  # with it, `input` edits the line
    text = input(PROMPT)
    while is_open(text):
        text += "\n" + input(GO_ON)
    return text
