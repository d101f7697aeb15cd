"""`gradcli minimize` as a user meets it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pexpect
import pytest

from gradcli.cli.exits import Exit
from gradcli.cli.minimize import _interrupts
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]
ROOT = Path(__file__).parent.parent.parent
PARABOLA = "x**2 - 2*x + 1"
ROSENBROCK = "(1-x)**2 + 100*(y-x**2)**2"
ENDLESS = ["minimize", "x**2", "--start", "x=1", "--lr", "1e-9", "--steps", "10000000", "--no-check", "--no-plot"]


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "adam", "rmsprop", "adagrad", "lbfgs"])
def test_every_method_finds_the_minimum_of_a_parabola(gradcli: Run, optimizer: str) -> None:
    outcome = gradcli("minimize", PARABOLA, "--start", "x=0", "--optimizer", optimizer, "--json")
    x = outcome.document["variables"]["x"]
    assert (f"{x['end']:.4f}", f"{outcome.document['value']['end']:.4f}") == ("1.0000", "0.0000")
    assert x["verdict"]["word"] in ("proved", "ill-conditioned")
    assert outcome.code == Exit.OK


def test_the_screen(gradcli: Run) -> None:
    outcome = gradcli("minimize", PARABOLA, "--start", "x=0", "--lr", "0.1")
    assert "sgd, lr 0.1: converged after 86 steps: the gradient is no larger than 1e-08" in outcome.out
    assert "value  1.0000 → 0.0000" in outcome.out
    assert outcome.out.count("start") == 2  # in the table, and in the picture's legend
    assert "⣀" in outcome.out
    assert outcome.err == ""


def test_steps_are_used_up(gradcli: Run) -> None:
    outcome = gradcli("minimize", PARABOLA, "--start", "x=0", "--steps", "3", "--no-check")
    assert (outcome.code, "3 steps used up: the gradient is still 1.9" in outcome.out) == (Exit.OK, True)


@pytest.mark.parametrize(
    ("expression", "lr", "step"),
    [("x**2", "1.5", 20), ("-exp(x)", "1", 3), ("log(x)", "0.5", 2), ("sqrt(x) + 0/x", "3", 1)],
)
def test_a_walk_that_diverges_says_so_and_gives_the_best_place(
    gradcli: Run, expression: str, lr: str, step: int
) -> None:
    outcome = gradcli("minimize", expression, "--start", "x=1", "--lr", lr)
    assert outcome.code == Exit.FAILED
    assert f"diverged at step {step}; the best place was after step" in outcome.out
    assert "nan" not in outcome.out
    assert "inf" not in outcome.out
    document = gradcli("minimize", expression, "--start", "x=1", "--lr", lr, "--json").document
    assert (document["outcome"], document["steps"]) == ("diverged", step)
    assert np.isfinite(document["value"]["end"])


def test_a_start_without_a_slope_ends_at_once(gradcli: Run) -> None:
    outcome = gradcli("minimize", "-x**2", "--start", "x=0")
    assert "converged after 0 steps" in outcome.out
    assert "gradcli hessian says whether that is a minimum" in outcome.out


def test_a_start_without_a_value_is_said_to_be_one(gradcli: Run) -> None:
    outcome = gradcli("minimize", "1/x", "--start", "x=0")
    assert outcome.code == Exit.FAILED
    assert "the value or its gradient is not a number at the start\nstart elsewhere" in outcome.out


def test_a_step_that_changes_nothing_ends_the_walk(gradcli: Run) -> None:
    document = gradcli("minimize", "x", "--start", "x=1", "--lr", "1e-20", "--json").document
    assert (document["outcome"], document["steps"]) == ("stalled", 1)


def test_arrays_and_numbers_together(gradcli: Run) -> None:
    start = ["--start", "x=[1,2], y=3", "--optimizer", "lbfgs"]
    document = gradcli("minimize", "sum((x-1)**2) + (y+1)**2", *start, "--json").document
    np.testing.assert_allclose(document["variables"]["x"]["end"], [1, 1], atol=1e-8)
    np.testing.assert_allclose(document["variables"]["y"]["end"], -1, atol=1e-8)


@pytest.mark.parametrize(
    ("expression", "start", "axes"),
    [(PARABOLA, "x=0", "x"), (ROSENBROCK, "x=-1, y=1", "x"), ("sum(x**2)", "x=[1,2]", "x[0]")],
)
def test_the_picture_of_one_or_two_coordinates(gradcli: Run, expression: str, start: str, axes: str) -> None:
    out = gradcli("minimize", expression, "--start", start, "--steps", "20", "--no-check").out
    assert "path" in out
    assert out.rstrip().splitlines()[-1].strip() == axes


def test_the_picture_of_more_coordinates_is_the_descent(gradcli: Run) -> None:
    out = gradcli("minimize", "sum(x**2)", "--start", "x=[1,2,3]", "--steps", "20", "--no-check").out
    assert out.rstrip().splitlines()[-1].strip() == "step"


def test_trace_as_json_lines(gradcli: Run, tmp_path: Path) -> None:
    file = tmp_path / "trace.jsonl"
    start = ["--start", "x=[1,2]", "--lr", "0.25", "--steps", "2", "--no-check"]
    assert gradcli("minimize", "sum(x**2)", *start, "--trace", str(file)).code == Exit.OK
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines[1] == {"step": 1, "value": 1.25, "gradient": 2.0, "point": {"x": [0.5, 1.0]}}
    assert [line["step"] for line in lines] == [0, 1, 2]


def test_trace_as_csv(gradcli: Run, tmp_path: Path) -> None:
    file = tmp_path / "trace.csv"
    start = ["--start", "x=[[1,2]], y=4", "--lr", "0.25", "--steps", "1", "--no-check"]
    assert gradcli("minimize", "sum(x**2) + y**2", *start, "--trace", str(file)).code == Exit.OK
    rows = list(csv.reader(file.read_text().splitlines()))
    assert rows[0] == ["step", "value", "gradient", "x[0, 0]", "x[0, 1]", "y"]
    assert [list(map(float, row)) for row in rows[1:]] == [[0, 21, 8, 1, 2, 4], [1, 5.25, 4, 0.5, 1, 2]]


def test_a_failing_run_leaves_the_old_trace(gradcli: Run, tmp_path: Path) -> None:
    file = tmp_path / "trace.csv"
    file.write_text("old")
    assert gradcli("minimize", "x*[1,2]", "--start", "x=1", "--trace", str(file)).code == Exit.USAGE
    assert (file.read_text(), len(list(tmp_path.iterdir()))) == ("old", 1)


def test_a_wrong_rule_is_found_at_the_end(gradcli: Run, spoil: Callable[..., None]) -> None:
    spoil("cos")
    outcome = gradcli("minimize", "cos(x)", "--start", "x=1", "--steps", "5", "--json")
    assert (outcome.code, outcome.document["variables"]["x"]["verdict"]["word"]) == (Exit.FAILED, "mismatch")


def test_strict_at_a_kink(gradcli: Run) -> None:
    assert gradcli("minimize", "abs(x)", "--start", "x=0", "--strict").code == Exit.UNDECIDED


def test_interrupted_it_gives_the_best_so_far(tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    command = [sys.executable, "-m", "gradcli", *ENDLESS, "--trace", str(trace), "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE) as process:
        while not any(file.stat().st_size for file in tmp_path.iterdir()):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        document = json.loads(process.communicate()[0])
    assert (process.returncode, document["outcome"]) == (Exit.INTERRUPTED, "interrupted")
    assert document["step"] == document["steps"] > 0
    assert len(trace.read_text().splitlines()) == document["steps"] + 1
    assert list(tmp_path.iterdir()) == [trace]


def test_in_the_background_it_is_not_interrupted() -> None:
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with _interrupts() as pressed:
            signal.raise_signal(signal.SIGINT)
            assert not pressed()
    finally:
        signal.signal(signal.SIGINT, former)


def test_a_bar_in_a_terminal() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"}
    child = pexpect.spawn(sys.executable, ["-m", "gradcli", *ENDLESS], env=environment, encoding="utf-8", timeout=60)
    child.expect("/10000000.* value [01]")
    child.sendintr()
    child.expect("interrupted after")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == Exit.INTERRUPTED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x**2", "--start", "x=[1,2]"], "the result must be one number, and has shape (2,)"),
        (["x**2 + a", "--start", "x=1"], "no value for a"),
        (["3"], "there is no variable to move"),
        (["x**2", "--start", "x=1", "--let", "x=2"], "given by --at and by --let"),
        (["x**2", "--start", "x=1", "--trace", "steps.txt"], "the endings are .jsonl, .csv"),
        (["x**2", "--start", "x=1", "--trace", "/no/such/folder/steps.csv"], "cannot be written"),
        (["x**2", "--start", "x=1", "--steps", "-1"], "--steps"),
        (["x**2", "--start", "x=1", "--lr", "-1"], "--lr"),
        (["x**2", "--start", "x=1", "--optimizer", "newton"], "newton"),
    ],
)
def test_bad_inputs(gradcli: Run, arguments: list[str], message: str) -> None:
    outcome = gradcli("minimize", *arguments)
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert message in outcome.err


@pytest.mark.parametrize(
    "arguments",
    [
        [ROSENBROCK, "--start", "x=-1, y=1", "--optimizer", "lbfgs"],
        ["x**2", "--start", "x=1", "--lr", "1.5", "--dtype", "float32"],
        ["sum(x)", "--start", "x=zeros(0)", "--no-check"],
        ["3"],
    ],
)
def test_the_document_fits_its_schema(gradcli: Run, arguments: list[str]) -> None:
    jsonschema.validate(gradcli("minimize", *arguments, "--json").document, schema_of("minimize"))


@pytest.mark.parametrize(
    ("expression", "start", "word", "value_word", "detail"),
    [
        ("abs(x)", "x=0", "kink", "proved", "-1 from the left and 1 from the right"),
        ("floor(x)", "x=2", "jump", "proved", "the value jumps: 1 from the left, 2 at the point"),
        ("log(x)", "x=-1", "domain", "domain", "the logarithm of a number that is not positive"),
        ("relu(3*x-0.03)", "x=0.01", "ill-conditioned", "ill-conditioned", "what relu compares is 1.7e-18 apart"),
        ("(log(1+x*1e-100)*1e100)**2", "x=1", "ill-conditioned", "ill-conditioned", "the derivative is 2"),
        ("relu(x)-relu(-x)", "x=0", "mismatch", "proved", "PyTorch's rule for relu at this point makes 0 of it"),
    ],
)
def test_the_end_is_judged(gradcli: Run, expression: str, start: str, word: str, value_word: str, detail: str) -> None:
    arguments = ["minimize", expression, "--start", start, "--strict"]
    outcome = gradcli(*arguments, "--json")
    variable, value = outcome.document["variables"]["x"], outcome.document["value"]
    assert (variable["verdict"]["word"], value["verdict"]["word"]) == (word, value_word)
    failed = word in ("mismatch", "domain")  # where there is no value, the walk diverges
    assert outcome.code == (Exit.FAILED if failed else Exit.UNDECIDED)
    screen = " ".join(gradcli(*arguments, "--no-plot").out.split())
    assert f"x: {word}: " in screen
    assert detail in screen
    assert ("value: " in screen) == (value_word != "proved")
