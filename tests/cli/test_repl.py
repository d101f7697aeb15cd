"""`gradcli repl`: lines from a pipe, and a real terminal, with prompt_toolkit and without."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pexpect
import pytest

from gradcli.cli.repl_lines import is_open
from gradcli.render.schemas import schema_of

ROOT = Path(__file__).parent.parent.parent
STYLE = r"\x1b\[[\d;?]*[a-zA-Z]"


@pytest.fixture
def repl(gradcli, monkeypatch) -> Callable[..., Any]:
    r"""`repl("x = 3\nx**2", "--json")`: the command with that text on its standard input."""

    def call(text: str | bytes, *options: str) -> Any:
        raw = text.encode() if isinstance(text, str) else text
        stdin = SimpleNamespace(buffer=io.BytesIO(raw), isatty=lambda: False)
        monkeypatch.setattr(sys, "stdin", stdin)
        return gradcli("repl", *options)

    return call


def test_values_and_gradients_with_verdicts(repl) -> None:
    outcome = repl("x = 3\nlet c = 2\ny = c*x^2\ny + 1\n")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        "c*x**2",
        "value  18.0  proved",
        "d/dx   12.0  proved  2*c*x",
        "y = c*x**2; y + 1",
        "value  19.0  proved",
        "d/dx   12.0  proved  2*c*x",
    ]


def test_it_knows_what_is_given_at_the_start(repl) -> None:
    outcome = repl("c*x", "--at", "x=3", "--let", "c=2", "--no-check")
    assert outcome.out.splitlines() == ["c*x", "value  6.0  not checked", "d/dx   2.0  not checked"]


def test_an_unknown_name_stays_symbolic(repl) -> None:
    outcome = repl("a*x**2", "--at", "x=3")
    assert outcome.out.splitlines()[1:] == [
        "d/dx  –  not checked  2*a*x",
        "                      here: 6*a",
        "no value for a: the derivatives stay symbolic",
    ]
    assert repl("a*x**2", "--at", "x=3", "--no-check").code == 2


def test_an_error_costs_its_line_and_the_exit_code(repl) -> None:
    outcome = repl("x = [1,\n3]\n3*sni(x)\nsum(x)")
    assert outcome.code == 2
    assert outcome.out.splitlines() == ["sum(x)", "value  4.0       proved", "d/dx   [1., 1.]  proved  1"]
    assert outcome.err.splitlines() == [
        "line 3: 3*sni(x)",
        "error: 'sni' is no function",
        "  expression, column 3:",
        "  3*sni(x)",
        "    ^^^",
        "hint: did you mean 'sin'?",
    ]


def test_a_mismatch_is_exit_code_1_even_among_errors(repl, spoil) -> None:
    spoil("sin")
    outcome = repl("x = 3\nsin(x)\n)")
    assert outcome.code == 1
    assert "mismatch" in outcome.out


def test_strict(repl) -> None:
    kink = "x = 0\nabs(x)"
    assert repl(kink).code == 0
    assert repl(kink, "--strict").code == 3
    assert repl("x = 0\nx**2", "--strict").code == 0
    assert repl("x = 0\n:check off\nx**2", "--strict").code == 3


def test_the_check_can_be_turned_on() -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "gradcli", "repl", "--no-check"]
    lines = "x = 3\nx**2\n:check on\nx**2\n:check off\nx**2\n"
    done = subprocess.run(command, input=lines, check=True, capture_output=True, text=True, env=env)
    words = [line.split()[2:] for line in done.stdout.splitlines() if line.startswith("value")]
    assert words == [["not", "checked"], ["proved"], ["not", "checked"]]


def test_the_commands(repl) -> None:
    names = ["x = 3", "let c = [1, 2]", "y = x**2", ":vars"]
    asked = [":check off", ":graph", ":explain x*2", ":help sin", ":del y, c", ":vars", ":quit", ")"]
    outcome = repl("\n".join(names + asked))
    assert (outcome.code, outcome.err) == (0, "")
    shown = " ".join(outcome.out.split())
    defined = "name kind shape value x variable () 3.0 c constant (2,) [1., 2.] y formula x**2"
    for words in (defined, "└─ AccumulateGrad x ()", "v1 MulBackward0 1.0 ∂v1/∂x = 2", "sin(x) sine"):
        assert words in shown
    assert shown.endswith("name kind shape value x variable () 3.0")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (":foo", "there is no command ':foo'"),
        (":var", "did you mean :vars?"),
        (":vars x", ":vars takes nothing behind it"),
        (":quit now", ":quit takes nothing behind it"),
        (":del", ":del needs a name"),
        (":del q", "'q' is not defined"),
        (":graph", "there is no expression yet"),
        (":explain", "there is no expression yet"),
        (":graph 1 + 1", "the result depends on no variable"),
        (":graph q*2", "no value for q"),
        (":check", "the check is on"),
        (":check maybe", ":check on, or :check off"),
        (":help sni", "there is no function 'sni'"),
        (":", "there is no command ':'"),
        ("[1, 2] + [1, 2, 3]", "must match"),
        ("1 < 2", "the result is a condition"),
        ("x = 2; y = x + y", "y = x + y needs y itself"),
        ("(((", "never closed"),
        ("x = @", "a file name must follow @"),
        ("x = 1j", "is not a number"),
        ("é", "no value for é"),
    ],
)
def test_bad_lines(repl, line: str, message: str) -> None:
    outcome = repl(line, "--no-check") if "é" in line else repl(line)
    assert outcome.code == 2
    assert message in outcome.err
    assert "Traceback" not in outcome.err


def test_input_that_is_no_text(repl) -> None:
    outcome = repl(b"1+1\n\xff\n")
    assert outcome.code == 2
    assert "line 2 of standard input is not UTF-8 text" in outcome.err


def test_what_is_long_is_cut(repl) -> None:
    outcome = repl(f"x = 2\n{'+'.join(['x'] * 5000)}\n{'(' * 200}\n", "--no-check")
    assert outcome.out.splitlines()[2:] == ["value  10000.0  not checked", "d/dx   5000.0   not checked"]
    assert max(map(len, (outcome.out + outcome.err).splitlines())) <= 100


def test_nothing_and_comments(repl) -> None:
    assert repl("") == repl("\n\n# nothing\n;\n")
    assert (repl("").code, repl("").out) == (0, "")


def piped(text: str, *options: str, threads: str = "2") -> subprocess.CompletedProcess[str]:
    """The command as a shell runs it, watched over by another process."""
    command = [sys.executable, "-m", "gradcli", "repl", *options]
    given = {"input": text, "cwd": ROOT, "env": {**os.environ, "OPENBLAS_NUM_THREADS": threads}}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **given)


def test_a_line_has_a_limit_and_costs_no_more_than_itself() -> None:
    slow = "trace(" + "@".join(["w"] * 400) + ")*x"  # many short calls: it is stopped between two of them
    done = piped(f"{slow}\nx*3\n", "--at", "x = 2, w = ones(1024, 1024)", "--timeout", "2", "--no-check", threads="1")
    assert done.returncode == 4
    assert "line 1: trace(w@w@" in done.stderr
    assert "error: 2 s were used up\nhint: --timeout gives a line more" in done.stderr
    assert re.search(r"d/dx\s+3\.0", done.stdout)


def test_a_single_call_that_does_not_end_ends_the_session() -> None:
    began = time.monotonic()
    given = ("--at", "w = ones(4096, 4096) + eye(4096)", "--timeout", "0.3", "--no-check")
    done = piped("sum(inv(w))\n2*3\n", *given, threads="1")
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1] == "error: a line took longer than 0.3 s"
    assert time.monotonic() - began < 20


def test_the_limit_of_a_line_is_no_limit_of_the_session(repl) -> None:
    assert repl("x = 2\n" * 3 + "x**2", "--timeout", "inf", "--no-check").code == 0
    assert "give more than 0 seconds" in repl("1", "--timeout", "0").err


def test_json(repl) -> None:
    outcome = repl("x = 2, y = 1\nz = x*y; log(z - 2)\n3*sni(x)\n:vars\nx", "--json")
    assert (outcome.code, outcome.err) == (2, "")
    jsonschema.validate(outcome.document, schema_of("repl"))
    lines = outcome.document["lines"]
    assert [line["line"] for line in lines] == [
        "x = 2, y = 1",
        "x = 2, y = 1",
        "z = x*y",
        "log(z - 2)",
        "3*sni(x)",
        ":vars",
        "x",
    ]
    assert [line["defined"] for line in lines[:3]] == [["x"], ["y"], ["z"]]
    assert lines[3]["answer"]["value"] == "-Infinity"
    assert lines[4]["error"]["span"]["column"] == 3
    assert lines[5]["error"]["message"] == ":vars is for a reader: it prints no JSON"
    assert lines[6]["answer"]["gradients"]["x"]["value"] == 1


@pytest.mark.parametrize("options", [("--at", "x"), ("--let", "sin=2"), ("--at", "x=1", "--let", "x=2")])
def test_wrong_values_at_the_start(repl, options: tuple[str, ...]) -> None:
    outcome = repl("", *options, "--json")
    assert outcome.code == 2
    jsonschema.validate(outcome.document, schema_of("repl"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("sum(", True), ("[1,\n2", True), ("x # (", False), ("f(x)", False), (")(", False), ("", False)],
)
def test_open_brackets(text: str, expected: bool) -> None:
    assert is_open(text) is expected


# --- in a terminal

WITHOUT = "import sys; sys.modules['prompt_toolkit'] = None; from gradcli.__main__ import main; main()"


@pytest.fixture(params=["prompt_toolkit", "plain"])
def start(request, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`start("--no-check")`: the command in a terminal; its history is the test's own."""
    env = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "FORCE_COLOR")}
    env |= {"PYTHONPATH": str(ROOT), "TERM": "xterm", "NO_COLOR": "1", "HOME": str(tmp_path)}
    env |= {"XDG_STATE_HOME": str(tmp_path / "state"), "PROMPT_TOOLKIT_NO_CPR": "1"}
    program = ["-m", "gradcli"] if request.param == "prompt_toolkit" else ["-c", WITHOUT]
    terminals = []

    def spawn(*options: str) -> Any:
        command = [*program, "repl", "--no-check", *options]
        terminal = pexpect.spawn(sys.executable, command, env=env, dimensions=(40, 80), timeout=20, encoding="utf-8")
        terminals.append(terminal)
        terminal.expect(">")
        return terminal

    spawn.way = request.param
    yield spawn
    for terminal in terminals:
        terminal.close(force=True)


def see(terminal: Any, text: str) -> None:
    """Waits until the words of the text have been printed, in whatever style and lines."""
    terminal.expect(rf"(?:{STYLE}|\s)*".join(map(re.escape, text.split())))


def ended(terminal: Any) -> int:
    terminal.expect(pexpect.EOF)
    terminal.close()
    return int(terminal.exitstatus)


def leave(terminal: Any) -> None:
    """Ctrl-D, at the next prompt."""
    terminal.expect(">")
    terminal.sendeof()
    assert ended(terminal) == 0


def test_a_session_in_a_terminal(start) -> None:
    terminal = start()
    terminal.send("x = 3\r")
    terminal.send("x**2\r")
    see(terminal, "d/dx 6.0 not checked")
    terminal.send("3*sni(x)\r")
    see(terminal, "hint: did you mean 'sin'?")
    terminal.send("x**5 +")
    see(terminal, "x**5 +")
    terminal.sendintr()  # the line is gone
    terminal.send("x**3\r")
    see(terminal, "value 27.0")
    terminal.send("sum([x,\r")
    terminal.send("x])\r")  # a bracket was open
    see(terminal, "value 6.0")
    terminal.send(":quit\r")
    assert ended(terminal) == 0


def test_ctrl_d_ends_it(start) -> None:
    terminal = start()
    terminal.sendeof()
    assert ended(terminal) == 0


def test_ctrl_c_stops_an_answer_and_not_the_session(start) -> None:
    terminal = start("--at", "x=ones(1500,1500)")
    terminal.send("sum(x@x@x@x@x@x@x@x@x@x@x@x@x@x@x@x@x@x@x@x@x@x)\r")
    time.sleep(1)  # it takes several
    terminal.sendintr()
    see(terminal, "interrupted")
    terminal.send("1 + 1\r")
    see(terminal, "value 2")
    leave(terminal)


def test_history_completion_and_paste(start) -> None:
    terminal = start()
    if start.way == "plain":  # Python's own input has none of these
        assert "pip install 'gradcli[repl]' brings history and completion" in terminal.before
        return
    terminal.send("\x1b[200~speed = 3\nspeed**2\x1b[201~\r")  # as a terminal sends what is pasted
    see(terminal, "d/dspeed 6.0 not checked")
    terminal.send("softpl\t")
    see(terminal, "us")
    terminal.send("(spe\t")
    see(terminal, "ed")
    terminal.send(")\r")
    see(terminal, "softplus(speed) value 3.0485")
    terminal.send(":va\t")
    see(terminal, "rs")
    terminal.send("\r")
    see(terminal, "speed variable () 3.0")
    leave(terminal)
    again = start("--at", "speed=2")
    again.send("\x1b[A\x1b[A\r")  # the line before the last one of the session before
    see(again, "softplus(speed) value 2.126")
    leave(again)


def test_json_is_not_for_a_terminal() -> None:
    command = ["-m", "gradcli", "repl", "--json"]
    terminal = pexpect.spawn(sys.executable, command, env={**os.environ, "PYTHONPATH": str(ROOT)}, encoding="utf-8")
    see(terminal, "--json needs lines from a file or a pipe")
    assert ended(terminal) == 2
