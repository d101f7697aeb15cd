"""`gradcli batch` as a user meets it."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pexpect
import pytest

from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    r"""`piped("x\n1\n")`: what comes through standard input."""

    def pipe(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    return pipe


def test_rows_and_what_is_said_of_them(gradcli: Run, piped: Any) -> None:
    piped("a,x\n1,2\n3,foo\n0,1\n")
    outcome = gradcli("batch", "log(a)*x", "--data", "-")
    assert (outcome.code, outcome.out) == (
        Exit.OK,
        "value,grad_a,grad_x,status\n0.0,2.0,0.0,ok\nnan,nan,nan,unreadable\n-inf,inf,-inf,domain\n",
    )
    assert outcome.err.splitlines() == [
        "warning: row 2 is unreadable: x is 'foo', not a number",
        "warning: row 3 is outside the domain: log(a) is -inf (LogBackward0)",
        "note: 3 rows: 1 ok, 1 outside the domain, 1 unreadable",
        "note: checked 1 row, drawn at random, each number of them: 3 proved",
    ]


def test_many_rows_without_a_gradient_are_counted(gradcli: Run, piped: Any) -> None:
    piped("x\n" + "-1\n" * 1000)
    outcome = gradcli("batch", "log(x)", "--data", "-")
    assert outcome.err.splitlines()[-1] == "note: 1,000 rows: 1,000 outside the domain (995 not listed)"


def test_strict(gradcli: Run, piped: Any) -> None:
    for text, code in (("x\n1\n-1\n", Exit.FAILED), ("x\n1\n\n2\n", Exit.OK), ("x\n1\ny\n", Exit.FAILED)):
        piped(text)
        assert gradcli("batch", "log(x)", "--data", "-", "--strict").code == code
    for options, code in ((["--strict"], Exit.UNDECIDED), ([], Exit.OK), (["--strict", "--no-check"], Exit.OK)):
        piped("x\n0\n")
        assert gradcli("batch", "abs(x)", "--data", "-", *options).code == code


def test_rows_at_infinity_are_not_checked(gradcli: Run, piped: Any) -> None:
    piped("x\n-inf\n")
    outcome = gradcli("batch", "exp(x)", "--data", "-")
    assert outcome.out == "value,grad_x,status\n0.0,0.0,ok\n"
    assert outcome.err == "note: 1 row: 1 ok\n"


def test_rows_at_kinks_are_found_and_checked(gradcli: Run, piped: Any) -> None:
    piped("x\n" + "1\n" * 1000 + "0\n" + "1\n" * 1000)
    err = gradcli("batch", "abs(x)", "--data", "-").err
    assert "warning: 1 row may be at a kink or a jump, where the gradient is a convention, PyTorch's\n" in err
    assert "warning: row 1,001, the gradient for x: kink: the derivative is -1 from the left" in err


def test_a_wrong_rule_is_found(gradcli: Run, piped: Any, spoil: Callable[..., None]) -> None:
    spoil("sin")
    piped("x\n1\n")
    outcome = gradcli("batch", "x*sin(x)", "--data", "-")
    assert outcome.code == Exit.FAILED
    assert "error: row 1, the gradient for x: mismatch: the engine's" in outcome.err


def test_columns_that_mix_rows_are_found(gradcli: Run, piped: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is checked are the numbers that were written, not what the expression gives at a row alone."""
    monkeypatch.setattr("gradcli.calculator.commands.batch.elementwise", lambda program, fixed: True)
    piped("x\n1\n2\n")
    assert gradcli("batch", "sum(x)*x", "--data", "-").code == Exit.FAILED


@pytest.mark.parametrize("text", ["x\n1\n-1\nz\n\n", "x\n"])
def test_the_document_fits_its_schema(gradcli: Run, piped: Any, tmp_path: Path, text: str) -> None:
    piped(text)
    outcome = gradcli("batch", "log(x)", "--data", "-", "-o", str(tmp_path / "out.tsv"), "--json")
    jsonschema.validate(outcome.document, schema_of("batch"))
    assert outcome.document["rows"] == text.strip().count("\n")
    assert (tmp_path / "out.tsv").read_text().startswith("value\tgrad_x\tstatus\n")


def test_the_document_of_an_error(gradcli: Run, tmp_path: Path) -> None:
    outcome = gradcli("batch", "x", "--data", "no.csv", "-o", str(tmp_path / "out.csv"), "--json")
    jsonschema.validate(outcome.document, schema_of("batch"))
    assert outcome.document["error"]["message"] == "there is no file 'no.csv'"
    assert not [*tmp_path.iterdir()]


def test_the_document_and_the_rows_do_not_mix(gradcli: Run, piped: Any) -> None:
    piped("x\n1\n")
    outcome = gradcli("batch", "x", "--data", "-", "--json")
    assert outcome.code == Exit.USAGE
    assert "the gradients need a file" in outcome.document["error"]["message"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x", "--data", "no.csv"], "there is no file 'no.csv'"),
        (["x", "--data", "."], "'.' has no ending"),
        (["x", "--data", ".", "--data-format", "csv"], "'.' cannot be read: Is a directory"),
        (["-", "--data", "-"], "cannot both be standard input"),
        (["x"], "Missing option '--data'"),
        (["x", "--data", "-", "--format", "xlsx"], "'xlsx' is not one of"),
        (["x", "y", "--data", "-"], "give one expression, in quotes"),
        (["t", "--data", "-"], "the data have no column 't'; they have 'x'"),
        (["xx", "--data", "-"], "did you mean 'x'?"),
    ],
)
def test_bad_inputs(gradcli: Run, piped: Any, arguments: list[str], message: str) -> None:
    piped("x\n1\n")
    outcome = gradcli("batch", *arguments)
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert message in outcome.err


def test_a_missing_extra(gradcli: Run, piped: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "gradcli.tables.arrow", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    piped("x\n1\n")
    outcome = gradcli("batch", "x", "--data", "-", "--format", "parquet")
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert "pip install 'gradcli[arrow]'" in outcome.err


def test_progress_in_a_narrow_terminal(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x\n" + "1\n" * 200_000)
    arguments = ["batch", "x**2", "--data", "data.csv", "--no-check", "-o", "out.csv"]
    screen = pexpect.spawn(
        sys.executable,
        ["-m", "gradcli", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        cwd=tmp_path,
        dimensions=(20, 40),
        encoding="utf-8",
    )
    screen.expect("200,000 rows", timeout=60)
    screen.expect("note: 200,000 rows: 200,000 ok", timeout=60)
    screen.expect(pexpect.EOF)


def started(*arguments: str, **pipes: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gradcli", "batch", *arguments]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, **pipes)


def test_interrupted_it_leaves_no_file(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started("x**2", "--data", "-", "--no-check", "-o", str(out), **pipes) as process:
        assert process.stdin is not None
        process.stdin.write(b"x\n" + b"1\n" * 100_000)
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while not [*tmp_path.glob(".out.csv.*")] and time.monotonic() < deadline:
            time.sleep(0.02)
        assert [*tmp_path.iterdir()]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == Exit.INTERRUPTED
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert not [*tmp_path.iterdir()]


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x\n" + "1\n" * 200_000)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started("x**2", "--data", str(tmp_path / "data.csv"), "--no-check", **pipes) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"value,grad_x,status\n"
        process.stdout.close()
        assert process.wait(60) == Exit.OK
        assert process.stderr.read() == b""
