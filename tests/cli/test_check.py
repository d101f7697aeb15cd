"""`gradcli check` as a user meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]

ROOT = Path(__file__).parent.parent.parent

RIGHT = {"expr": "x**2", "at": {"x": 3}, "grad": {"x": 6}}
WRONG = {"expr": "x**2", "at": {"x": 3}, "grad": {"x": 7}, "name": "100%: a,b\nc \x01"}
KINK = {"expr": "abs(x)", "at": {"x": 0}, "grad": {"x": 1}}
UNREADABLE = "not json"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """`lines(claim, ...)`: what standard input will hold."""
    with ExitStack() as opened:

        def put(*claims: Any) -> None:
            text = "".join((claim if isinstance(claim, str) else json.dumps(claim)) + "\n" for claim in claims)
            (tmp_path / "claims.jsonl").write_text(text)
            monkeypatch.setattr(sys, "stdin", opened.enter_context((tmp_path / "claims.jsonl").open()))

        yield put


@pytest.mark.parametrize("options", [["--fail-fast"], ["--fail-fast", "-j", "2"]])
def test_it_ends_though_standard_input_does_not(options: list[str]) -> None:
    command = [sys.executable, "-m", "gradcli", "check", "-", *options]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        print(json.dumps(RIGHT), file=process.stdin, flush=True)
        assert process.stdout.readline() == "1: proved  x**2\n"  # before the next line is there
        print(json.dumps(WRONG), file=process.stdin, flush=True)
        assert process.stdout.readline().startswith("2: refuted")
        assert process.wait(60) == Exit.FAILED
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["sin(x)**2", "--grad", "x=2*sin(x)*cos(x)"], Exit.OK),
        (["sin(x)**2", "--grad", "x=2*sin(x)"], Exit.FAILED),
        (["-x", "--grad", "x=-1"], Exit.OK),
        (["abs(x)", "--at", "x=0", "--grad", "x=1"], Exit.OK),
        (["abs(x)", "--at", "x=0", "--grad", "x=1", "--strict"], Exit.UNDECIDED),
        (["abs(x)", "--at", "x=0", "--grad", "x=1", "--strict", "--convention", "jax"], Exit.OK),
        (["abs(x)", "--at", "x=0", "--grad", "x=0", "--strict", "--convention", "tensorflow"], Exit.OK),
        (["abs(x)", "--at", "x=0", "--grad", "x=1", "--convention", "torch"], Exit.FAILED),
        (["abs(x)", "--at", "x=0", "--grad", "x=0.5", "--strict"], Exit.UNDECIDED),
        (["floor(x)", "--at", "x=2", "--grad", "x=0", "--strict"], Exit.UNDECIDED),
        (["abs(x)", "--at", "x=0", "--grad", "x=1.0000001"], Exit.FAILED),
    ],
)
def test_one_claim(gradcli: Run, arguments: list[str], code: Exit) -> None:
    outcome = gradcli("check", *arguments, "--json")
    assert outcome.code == code
    jsonschema.validate(outcome.document, schema_of("check"))
    assert gradcli("check", *arguments).code == code


@pytest.mark.parametrize("columns", ["40", "80"])
def test_the_screen_shows_the_counterexample(gradcli: Run, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    shown = gradcli("check", "a*sin(x)**2", "--grad", "x=2*sin(x)").out
    assert "x  refuted" in shown
    assert "counterexample  x = 1, a = 0" in shown
    assert "2*a*sin(x)*cos(x)" in shown
    assert all(len(line) <= int(columns) for line in shown.splitlines())


@pytest.mark.parametrize(
    ("claims", "strict", "code"),
    [
        ([], False, Exit.OK),
        ([RIGHT], False, Exit.OK),
        ([RIGHT, KINK], False, Exit.OK),
        ([RIGHT, KINK], True, Exit.UNDECIDED),
        ([RIGHT, KINK, UNREADABLE], True, Exit.USAGE),
        ([RIGHT, UNREADABLE, KINK, WRONG], True, Exit.FAILED),
    ],
)
@pytest.mark.parametrize("written", ["text", "json", "junit", "github"])
def test_the_worst_line_decides(
    gradcli: Run, lines: Callable[..., None], claims: list[Any], strict: bool, code: Exit, written: str
) -> None:
    lines(*claims)
    assert gradcli("check", "-", "--format", written, *["--strict"] * strict).code == code


def test_a_line_of_text_a_claim(gradcli: Run, lines: Callable[..., None]) -> None:
    lines(RIGHT, WRONG, KINK, UNREADABLE)
    right, wrong, kink, unreadable, total = gradcli("check", "-").out.splitlines()
    assert right == "1: proved  x**2"
    assert wrong.startswith("2: refuted  100%: a,b c")
    assert "the claimed 7 should be 6" in wrong
    assert kink.startswith("3: kink  abs(x)")
    assert unreadable.startswith("4: error  not JSON")
    assert total == "4 claims: 1 holds, 1 refuted, 1 undecided, 1 error"


@pytest.mark.parametrize(
    ("options", "symbolic", "outcome"), [([], None, "not asked"), (["--symbolic"], "2*x", "agrees")]
)
def test_a_stream_asks_sympy_where_it_is_needed_or_wanted(
    gradcli: Run, lines: Callable[..., None], options: list[str], symbolic: str | None, outcome: str
) -> None:
    lines(RIGHT)
    (claim,) = gradcli("check", "-", *options, "--json").document["claims"]
    part = claim["gradients"]["x"]
    assert (part["symbolic"], part["verdict"]["methods"]) == (symbolic, {"enclosure": "agrees", "sympy": outcome})


def test_symbolic_is_for_streams(gradcli: Run) -> None:
    outcome = gradcli("check", "x", "--grad", "x=1", "--symbolic")
    assert outcome.code == Exit.USAGE
    assert "--symbolic: only for many claims" in outcome.err


@pytest.mark.parametrize("claimed", ["x=2*sin(x)*cos(x)", "x=2*sin(x)"])
def test_a_single_formula_is_shown_beside_sympys(gradcli: Run, claimed: str) -> None:
    (claim,) = gradcli("check", "sin(x)**2", "--grad", claimed, "--json").document["claims"]
    part = claim["gradients"]["x"]
    assert part["symbolic"] == "2*sin(x)*cos(x)"
    assert part["verdict"]["methods"]["sympy"] == "agrees"


def test_the_document_and_the_json_lines_say_the_same(gradcli: Run, lines: Callable[..., None]) -> None:
    claims = [RIGHT, WRONG, KINK, UNREADABLE, {"expr": "x**", "grad": {"x": 1}}]
    lines(*claims)
    document = gradcli("check", "-", "--json").document
    jsonschema.validate(document, schema_of("check"))
    assert document["counts"] == {"holds": 1, "refuted": 1, "undecided": 1, "error": 2}
    lines(*claims)
    streamed = [json.loads(line) for line in gradcli("check", "-", "--format", "json").out.splitlines()]
    assert streamed == document["claims"]


@pytest.mark.parametrize("strict", [False, True])
def test_junit_can_be_read(gradcli: Run, lines: Callable[..., None], strict: bool) -> None:
    lines(RIGHT, WRONG, KINK, UNREADABLE)
    written = gradcli("check", "-", "--format", "junit", *["--strict"] * strict).out
    (suite,) = ET.fromstring(written)  # noqa: S314  # our own
    failures, skipped = ("2", "0") if strict else ("1", "1")
    expected = {"tests": "4", "failures": failures, "errors": "1", "skipped": skipped, "name": "gradcli check"}
    assert suite.attrib == expected
    assert [[child.tag for child in case] for case in suite] == [
        [], ["failure"], ["failure" if strict else "skipped"], ["error"],
    ]  # fmt: skip
    assert suite[1].attrib["name"] == "line 2: 100%: a,b\nc \ufffd"


def test_annotations_are_escaped(gradcli: Run, lines: Callable[..., None]) -> None:
    lines(RIGHT, WRONG, KINK)
    error, warning = gradcli("check", "-", "--format", "github").out.splitlines()
    assert error.startswith("::error line=2,title=refuted%3A 100%25%3A a%2Cb%0Ac \x01::x: the claimed 7 should be 6")
    assert warning.startswith("::warning line=3,title=undecided%3A abs(x)::x: the derivative is -1 from the left")


def test_fail_fast_stops_at_the_first_refuted(gradcli: Run, lines: Callable[..., None]) -> None:
    lines(UNREADABLE, KINK, WRONG, RIGHT)
    outcome = gradcli("check", "-", "--fail-fast")
    assert outcome.out.splitlines()[-1] == "3 claims: 1 refuted, 1 undecided, 1 error"
    assert outcome.code == Exit.FAILED


def test_notes_name_their_line(gradcli: Run, lines: Callable[..., None]) -> None:
    lines(RIGHT, {"expr": "x", "at": {"x": 1, "y": 2}, "grad": {"x": 1}})
    assert gradcli("check", "-").err == "note: line 2: 'y' does not occur in the expression\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["x**2"],
        ["x", "y", "--grad", "x=1"],
        ["x**2", "--grad", "y=1"],
        ["x**2", "--grad", "x"],
        ["x**2", "--grad", "x=1", "--grad", "x=2"],
        ["x**2", "--grad", "x=@none.npy"],
        ["x**2", "--grad", "x=1", "--jobs", "2"],
        ["x**2", "--grad", "x=1", "--fail-fast"],
        ["x**2", "--grad", "x=1", "--grad-function", "a:b"],
        ["x**2", "--grad", "x=1", "--nonsense"],
        ["-", "--grad", "x=1"],
        ["-", "--at", "x=1"],
        ["-", "--python", "a:b"],
        ["x**2", "--python", "a:b"],
        ["--python", "a:b"],
        ["--python", "a"],
        ["--python", "a:b", "--at", "x=1", "--convention", "jax"],
        ["--python", "nowhere_at_all:b", "--at", "x=1"],
    ],
    ids=" ".join,
)
def test_bad_input(gradcli: Run, arguments: list[str]) -> None:
    outcome = gradcli("check", *arguments)
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert outcome.err.startswith("error: ")
    document = gradcli("check", *arguments, "--json").document
    jsonschema.validate(document, schema_of("check"))


def test_a_document_is_one_format(gradcli: Run) -> None:
    outcome = gradcli("check", "x**2", "--grad", "x=2*x", "--format", "junit", "--json")
    assert outcome.code == Exit.USAGE
    assert "--format" in outcome.document["error"]["message"]


def test_a_python_function(gradcli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "def f(x):\n    print('said')\n    return x**3, {'x': 3*x**2}\ndef g(x):\n    return 1 / 0\n"
    (tmp_path / "their_functions.py").write_text(source)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    right = gradcli("check", "--python", "their_functions:f", "--at", "x=2", "--json")
    assert (right.code, right.err) == (Exit.OK, "said\n")
    jsonschema.validate(right.document, schema_of("check"))
    wrong = gradcli("check", "--python", "their_functions:g", "--at", "x=2")
    assert (wrong.code, wrong.out) == (Exit.USAGE, "")
    assert wrong.err.splitlines()[0] == "Traceback (most recent call last):"
    assert wrong.err.splitlines()[-1] == "ZeroDivisionError: division by zero"
    assert wrong.err.count("File ") == 1
