"""Certificates as a user meets them: written by `diff`, `jacobian` and `check`, and proved again by `check`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]

ONE_PROVED = "2 elements (1 enclosed, 1 proved)"
ONE_APART = "2 elements (1 enclosed, 1 apart)"


@pytest.mark.parametrize(
    ("command", "code", "certified"),
    [
        (["diff", "sin(x)/x*y", "--at", "x=0.5, y=3"], Exit.OK, "3 elements (3 proved)"),
        (["diff", "sin(x)/x*y", "--at", "x=0.5, y=3", "--let", "k=1", "--no-check"], Exit.OK, "3 elements (3 proved)"),
        (["diff", "x**3", "--at", "x=2", "--order", "3"], Exit.OK, "4 elements (4 proved)"),
        (["diff", "x*randn(3)", "--at", "x=[1,2,3]", "--cotangent", "[1,2,3]"], Exit.OK, "6 elements (6 proved)"),
        (["diff", "x*0.1", "--at", "x=0.1", "--dtype", "float32"], Exit.OK, "2 elements (2 proved)"),
        (["diff", "log(1+x*1e-100)*1e100", "--at", "x=1"], Exit.OK, "2 elements (1 apart, 1 proved)"),
        (["diff", "sum(abs(x)+floor(x))", "--at", "x=[0.5,1]"], Exit.OK, "3 elements (2 proved, 1 jump)"),
        (["jacobian", "[x*y, sin(x), 3]", "--at", "x=1, y=2"], Exit.OK, "6 elements (6 proved)"),
        (["jacobian", "W @ x", "--at", "W=randn(3,2), x=[1,-1]", "--wrt", "x"], Exit.OK, "9 elements (9 proved)"),
        (["check", "x*k", "--at", "x=3", "--let", "k=2", "--grad", "x=2"], Exit.OK, ONE_PROVED),
        (["check", "x**2", "--at", "x=3", "--grad", "x=2*x"], Exit.OK, ONE_PROVED),
        (["check", "x**2", "--grad", "x=3*x"], Exit.FAILED, ONE_APART),
        (["check", "abs(x-1)", "--grad", "x=sign(x-1)", "--over", "x=[0.75,1.25]"], Exit.OK, "1 range"),
        (["check", "x*y", "--grad", "x=y, y=x", "--over", "x=[0,1], y=[0,1]"], Exit.OK, "2 ranges"),
        (["check", "x**2", "--grad", "x=3*x", "--over", "x=[0,1]"], Exit.FAILED, ONE_APART),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)  # fmt: skip
def test_what_is_written_is_certified(
    gradcli: Run, tmp_path: Path, command: list[str], code: Exit, certified: str
) -> None:
    file = str(tmp_path / "certificate.json")
    assert gradcli(*command, "--certificate", file).code == code
    outcome = gradcli("check", "--certificate", file)
    assert (outcome.code, outcome.err) == (Exit.OK, "")
    assert re.sub(r" \(bound [0-9e.-]+\)", "", outcome.out) == f"certified: {certified}\n"
    outcome = gradcli("check", "--certificate", file, "--json")
    jsonschema.validate(outcome.document, schema_of("check"))
    found = outcome.document["certificate"]
    assert (outcome.code, found["outcome"], found["refused"]) == (Exit.OK, "certified", None)
    assert len(found["bounds"]) + sum(found["elements"].values()) == int(certified.split(maxsplit=1)[0])


def test_what_is_changed_is_refused(gradcli: Run, tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    gradcli("diff", "sin(x)", "--at", "x=0.5", "--certificate", str(file))
    stored = json.loads(file.read_text())
    stored["points"][0]["values"]["x"]["numbers"][0] = "0x1.0000000000001p-1"
    file.write_text(json.dumps(stored))
    outcome = gradcli("check", "--certificate", str(file))
    assert outcome.code == Exit.FAILED
    assert outcome.out.startswith("refused: points[0].value[0].ball[0]: '0x")
    outcome = gradcli("check", "--certificate", str(file), "--json")
    jsonschema.validate(outcome.document, schema_of("check"))
    found = outcome.document["certificate"]
    assert (outcome.code, found["outcome"], found["refused"]["field"]) == (1, "refused", "points[0].value[0].ball[0]")
    file.write_text(json.dumps(stored | {"schema": "gradcli/certificate/2"}))
    outcome = gradcli("check", "--certificate", str(file))
    assert (outcome.code, outcome.out) == (Exit.FAILED, "refused: schema: not gradcli/certificate/1\n")


@pytest.mark.parametrize("text", [None, "", "not json", "[]", "{}", "[" * 100_000, '{"schema": 1, "schema": 2}'])
def test_what_is_no_certificate_cannot_be_read(gradcli: Run, tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "certificate.json"
    if text is not None:
        file.write_text(text)
    outcome = gradcli("check", "--certificate", str(file))
    assert outcome.code == Exit.USAGE
    assert "certificate.json" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "x**2", "--grad", "x=2*x"], "there is nothing to certify of x: the difference is zero everywhere"),
        (["check", "log(x)", "--grad", "x=1/x", "--over", "x=[-1,1]"], "there is nothing to certify of x: not settled"),
        (["diff", "x**2"], "there is nothing to certify: no value for x"),
        (["jacobian", "[x, x**2]"], "there is nothing to certify: no value for x"),
        (["diff", "x**2", "--at", "x=1", "--emit", "numpy"], "--emit prints a program"),
        (["check", "-"], "--certificate: only of one claim"),
        (["check", "--python", "a:b"], "--python: not beside a certificate"),
        (["check", "--format", "json"], "--format: not beside a certificate"),
        (["check", "--grad", "x=1"], "--grad: not beside a certificate"),
    ],
)
def test_where_there_is_none(gradcli: Run, tmp_path: Path, arguments: list[str], message: str) -> None:
    file = tmp_path / "certificate.json"
    file.write_text("as it was")
    outcome = gradcli(*arguments, "--certificate", str(file))
    assert outcome.code == Exit.USAGE
    assert message in outcome.out + outcome.err
    assert file.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written(gradcli: Run, tmp_path: Path) -> None:
    outcome = gradcli("diff", "x**2", "--at", "x=1", "--certificate", str(tmp_path / "none" / "c.json"))
    assert outcome.code == Exit.USAGE
    assert "cannot be written" in outcome.err
