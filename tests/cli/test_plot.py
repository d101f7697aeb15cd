"""`gradcli plot` as a user meets it."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]


def test_a_function_and_its_derivatives(gradcli: Run) -> None:
    outcome = gradcli("plot", "sin(a*x)", "--over", "x=0:2*pi:50", "--derivatives", "2", "--let", "a=2", "--json")
    document = outcome.document
    assert document["over"] == {"name": "x", "start": 0.0, "stop": 2 * np.pi, "count": 50}
    x = np.array(document["places"])
    np.testing.assert_allclose(x, np.linspace(0, 2 * np.pi, 50))
    expected = [np.sin(2 * x), 2 * np.cos(2 * x), -4 * np.sin(2 * x)]
    assert [curve["order"] for curve in document["curves"]] == [0, 1, 2]
    for curve, values in zip(document["curves"], expected, strict=True):
        np.testing.assert_allclose(curve["values"], values, atol=1e-14)
        assert curve["breaks"] == []


def test_several_curves(gradcli: Run) -> None:
    outcome = gradcli("plot", "[x, x**2]", "--over", "x=0:1:3", "--derivatives", "1", "--json")
    found = [(curve["label"], curve["order"], curve["values"]) for curve in outcome.document["curves"]]
    assert found == [
        ("x", 0, [0, 0.5, 1]), ("x", 1, [1, 1, 1]), ("x**2", 0, [0, 0.25, 1]), ("x**2", 1, [0, 1, 2]),
    ]  # fmt: skip


def test_what_depends_on_the_whole_array_is_computed_place_by_place(gradcli: Run) -> None:
    outcome = gradcli("plot", "sum([x, x]*x)", "--over", "x=0:2:3", "--json")
    assert outcome.document["curves"][0]["values"] == [0, 2, 8]


def test_poles_are_open(gradcli: Run) -> None:
    outcome = gradcli("plot", "tan(x)", "--over", "x=0:2*pi")
    assert "not joined at x = 1.571, 4.712: a pole or a jump" in outcome.out
    ticks = [float(tick) for tick in re.findall(r"(-?[\d.]+)┤", outcome.out)]
    assert max(map(abs, ticks)) < 20  # the values beside the poles reach 60
    assert gradcli("plot", "tan(x)", "--over", "x=0:1").out.count("not joined") == 0


def test_where_there_is_no_value_there_is_no_derivative(gradcli: Run) -> None:
    outcome = gradcli("plot", "log(x)", "--over", "x=-1:1:5", "--derivatives", "1", "--json")
    f, slope = (curve["values"] for curve in outcome.document["curves"])
    assert (f[:3], slope[:3]) == (["NaN", "NaN", "-Infinity"], ["NaN", "NaN", "NaN"])
    np.testing.assert_allclose(slope[3:], [2, 1])
    text = gradcli("plot", "log(x)", "--over", "x=-1:1:5").out
    assert "log(x) has no value at 3 of 5 points" in text


def test_no_value_at_all(gradcli: Run) -> None:
    out = gradcli("plot", "sqrt(x)", "--over", "x=-2:-1").out
    assert "sqrt(x) has no value at 200 of 200 points" in out
    assert "┤" not in out


def test_svg_has_a_path_for_each_curve(gradcli: Run, tmp_path: Path) -> None:
    file = tmp_path / "curve.svg"
    outcome = gradcli("plot", "1/x", "--over", "x=-1:1", "--derivatives", "1", "-o", str(file))
    checked = "note: checked 7 places, each number of them: 14 proved\n"
    assert (outcome.code, outcome.err) == (Exit.OK, f"{checked}note: wrote {file}\n")
    text = file.read_text()
    root = ET.fromstring(text)  # noqa: S314  # our own file
    assert root.tag.endswith("svg")
    assert {"1/x", "d(1/x)/dx"} <= set(root.itertext())


def test_html_holds_the_svg(gradcli: Run, tmp_path: Path) -> None:
    file = tmp_path / "curve.html"
    assert gradcli("plot", "where(x < 1, x, 2)", "--over", "x=0:2", "-o", str(file)).code == Exit.OK
    text = file.read_text()
    assert text.startswith("<!doctype html>")
    assert "<title>where(x &lt; 1, x, 2)</title>" in text
    assert text.count("<svg") == text.count("</svg>") > 0


def test_png(gradcli: Run, tmp_path: Path) -> None:
    from matplotlib.image import imread

    file = tmp_path / "curve.png"
    assert gradcli("plot", "sin(x)", "--over", "x=0:6", "-o", str(file)).code == Exit.OK
    height, width, _ = imread(file).shape
    assert (width, height) == (640, 480)


def test_a_missing_extra_names_its_installation(gradcli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    outcome = gradcli("plot", "sin(x)", "--over", "x=0:6", "-o", str(tmp_path / "curve.png"))
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert "pip install 'gradcli[plot]'" in outcome.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ("x", "--over wants NAME=START:STOP"),
        ("x=0", "--over wants NAME=START:STOP"),
        ("x=0:1:2:3", "--over wants NAME=START:STOP"),
        ("0:1", "--over wants NAME=START:STOP"),
        ("sin=0:1", "'sin' has a meaning of its own"),
        ("a,b=0:1", "--over wants NAME=VALUE"),
        ("x=1:0", "the interval from 1 to 0 has no inside"),
        ("x=0:0", "has no inside"),
        ("x=0:inf", "start, stop and count are numbers, not inf"),
        ("x=[0,1]:2", "start, stop and count are numbers, not [0.0, 1.0]"),
        ("x=0:q", "unknown variable 'q'"),
        ("x=0::5", "--over x"),
        ("x=0:1:1", "a whole number from 2 to 10,000, not 1"),
        ("x=0:1:2.5", "a whole number from 2 to 10,000, not 2.5"),
        ("x=0:1:1e6", "a whole number from 2 to 10,000"),
        ("x=0,y=1:2", "--over x"),
        ("y=0:1", "no value for x"),
    ],
)
def test_bad_intervals(gradcli: Run, over: str, message: str) -> None:
    outcome = gradcli("plot", "x**2", "--over", over)
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert message in outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x*ones(2)"], "the result must be one number, and has shape (2,)"),
        (["x > 0"], "the result is a condition"),
        (["x", "--let", "x=1"], "'x' is given by --over and by --let"),
        (["x", "-o", "curve.gif"], "the endings are .png, .svg, .pdf, .html"),
        (["x", "-o", "/no/such/folder/curve.svg"], "cannot be written"),
    ],
)
def test_bad_inputs(gradcli: Run, arguments: list[str], message: str) -> None:
    outcome = gradcli("plot", *arguments, "--over", "x=0:1")
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert message in outcome.err


def test_without_an_interval(gradcli: Run) -> None:
    outcome = gradcli("plot", "x")
    assert (outcome.code, "--over" in outcome.err) == (Exit.USAGE, True)


@pytest.mark.parametrize("width", ["40", "80"])
def test_no_line_is_wider_than_the_terminal(gradcli: Run, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = gradcli("plot", "[sin(x), 1/x, exp(-x)*cos(x)]", "--over", "x=-3:3", "--derivatives", "1").out
    assert max(map(len, out.splitlines())) <= int(width)


@pytest.mark.parametrize("arguments", [["tan(x)", "--derivatives", "1"], ["log(x)"], ["y"]])
def test_the_document_fits_its_schema(gradcli: Run, arguments: list[str]) -> None:
    jsonschema.validate(gradcli("plot", *arguments, "--over", "x=-1:6:20", "--json").document, schema_of("plot"))


def test_a_sample_of_the_curve_is_judged(gradcli: Run) -> None:
    outcome = gradcli("plot", "[sin(x), x**2]", "--over", "x=0:2*pi", "--derivatives", "1", "--strict", "--json")
    assert (outcome.code, outcome.err) == (Exit.OK, "note: checked 5 places, each number of them: 20 proved\n")
    verdicts, curves = outcome.document["verdicts"], outcome.document["curves"]
    assert [(each["label"], each["order"]) for each in verdicts[:2]] == [("sin(x)", 0), ("sin(x)", 1)]
    for each in verdicts:
        (curve,) = (one for one in curves if (one["label"], one["order"]) == (each["label"], each["order"]))
        index = outcome.document["places"].index(each["place"])
        assert each["verdict"]["found"] == curve["values"][index]
    assert max(each["place"] for each in verdicts) - min(each["place"] for each in verdicts) > np.pi


def test_both_sides_of_a_cut_are_judged(gradcli: Run) -> None:
    arguments = ["plot", "1/(x-1)", "--over", "x=0:2:100", "--derivatives", "1", "--json"]
    outcome = gradcli(*arguments)
    assert "checked 7 places, each number of them: 14 proved" in outcome.err
    places = {each["place"] for each in outcome.document["verdicts"]}
    assert {outcome.document["places"][49], outcome.document["places"][50]} <= places


def test_no_place_on_a_cut_is_judged(gradcli: Run) -> None:
    outcome = gradcli("plot", "floor(x)", "--over", "x=0:4:5", "--derivatives", "1", "--json", "--strict")
    assert outcome.document["curves"][0]["breaks"] == pytest.approx([1, 2, 3, 4])
    assert {each["place"] for each in outcome.document["verdicts"]} == {0.0}


def test_a_wrong_rule_is_found(gradcli: Run, spoil: Callable[..., None]) -> None:
    spoil("sin")
    outcome = gradcli("plot", "sin(x)", "--over", "x=0:1", "--derivatives", "1")
    assert outcome.code == Exit.FAILED
    assert "checked 5 places, each number of them: 5 proved, 5 mismatch" in outcome.err
    assert re.search(r"^error: x = 0.07\d*, d\(sin\(x\)\)/dx: mismatch: ", outcome.err, re.MULTILINE)
    unchecked = gradcli("plot", "sin(x)", "--over", "x=0:1", "--derivatives", "1", "--no-check", "--json")
    assert (unchecked.code, unchecked.err, unchecked.document["verdicts"]) == (Exit.OK, "", [])


def test_a_kink_at_a_place_is_said(gradcli: Run) -> None:
    arguments = ["plot", "sin(x) + 1e-9*abs(x)", "--over", "x=0:1:2", "--derivatives", "1"]
    outcome = gradcli(*arguments)
    assert outcome.code == Exit.OK
    assert "warning: x = 0.0, d(sin(x) + 1e-9*abs(x))/dx: kink: " in outcome.err
    assert gradcli(*arguments, "--strict").code == Exit.UNDECIDED


def test_where_nothing_is_drawn_nothing_is_judged(gradcli: Run) -> None:
    outcome = gradcli("plot", "sqrt(x)", "--over", "x=-2:-1", "--json", "--strict")
    assert (outcome.code, outcome.err, outcome.document["verdicts"]) == (Exit.OK, "", [])


@pytest.mark.parametrize(
    "over", ["-1e308:1e308", "1e308:1.1e308", "0:5e-324", "0:1e-301", "2:1", "1:1", "0:inf", "nan:1"]
)
def test_an_interval_that_cannot_be_drawn_is_refused(gradcli: Run, over: str) -> None:
    outcome = gradcli("plot", "x", "--over", f"x={over}")
    assert (outcome.code, outcome.out) == (Exit.USAGE, "")
    assert outcome.err.startswith("error: --over x: ")


@pytest.mark.parametrize("over", ["-1e300:1e300", "0:1e-300", "1:1.0000000000000002", "0:1:2"])
def test_other_intervals_are_drawn_however_long(gradcli: Run, tmp_path: Path, over: str) -> None:
    for ending in ("svg", "png"):
        outcome = gradcli("plot", "[x, 1/x]", "--over", f"x={over}", "--no-check", "-o", str(tmp_path / f"a.{ending}"))
        assert outcome.code == Exit.OK
