"""`gradcli graph` as a user meets it."""

from __future__ import annotations

import re
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from xml.etree import ElementTree as ET

import jsonschema
import matplotlib.image
import pygraphviz  # type: ignore[import-untyped]  # it comes without types
import pytest

from gradcli.cli.exits import Exit
from gradcli.render.schemas import schema_of

Run = Callable[..., Any]
CUBES = ("3*a**3 - b**2", "--at", "a=[2,3], b=[6,4]")
ARROWS = {
    ("AccumulateGrad a", "PowBackward0"),
    ("PowBackward0", "MulBackward0"),
    ("MulBackward0", "SubBackward0"),
    ("AccumulateGrad b", "PowBackward0"),
    ("PowBackward0", "SubBackward0"),
}
SVG = "{http://www.w3.org/2000/svg}"


def named(label: str) -> str:
    """A label without the shape."""
    return label.replace(" (2,)", "").replace("(2,)", "").strip()


def in_svg(data: bytes) -> tuple[dict[str, str], set[tuple[str, str]], dict[str, str]]:
    """The nodes' labels, the arrows between them by label, and the nodes' outlines, read from Graphviz's SVG."""
    root = ET.fromstring(data)  # noqa: S314  # our own picture
    groups = root.findall(f".//{SVG}g")
    titled = [(group.get("class"), group.findtext(f"{SVG}title") or "", group) for group in groups]
    labels = {
        title: named(" ".join(text.text or "" for text in group.findall(f"{SVG}text")))
        for kind, title, group in titled
        if kind == "node"
    }
    arrows = [title.split("->") for kind, title, _ in titled if kind == "edge"]
    outlines = {title: group.find(f"{SVG}path").get("stroke", "") for kind, title, group in titled if kind == "node"}  # type: ignore[union-attr]  # each has one
    return labels, {(labels[start], labels[end]) for start, end in arrows}, outlines


def test_svg_has_the_nodes_and_the_arrows_of_the_forward_pass(gradcli: Run, tmp_path: Path) -> None:
    assert gradcli("graph", *CUBES, "-o", str(tmp_path / "g.svg")).code == Exit.OK
    labels, arrows, outlines = in_svg((tmp_path / "g.svg").read_bytes())
    assert len(labels) == 6
    assert arrows == ARROWS
    leaves = {labels[node] for node, outline in outlines.items() if outline == "#3b82c4"}
    assert leaves == {"AccumulateGrad a", "AccumulateGrad b"}


LOOK = """
const seen = (selector) => [...document.querySelectorAll(selector)].filter((shape) => shape.getBBox().height > 0);
const label = (node) => [...node.querySelectorAll("text")].map((text) => text.textContent).join(" ");
document.body.dataset.names = seen("g.node").map(label).join("|");
document.body.dataset.arrows = seen("g.edge path").length;
"""


def test_a_browser_draws_it(gradcli: Run, tmp_path: Path, chromium: Callable[[Path, str], str]) -> None:
    assert gradcli("graph", *CUBES, "-o", str(tmp_path / "g.svg")).code == Exit.OK
    picture = (tmp_path / "g.svg").read_text(encoding="utf-8")
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><body>{picture[picture.index('<svg') :]}<script>{LOOK}</script></body>")
    found = dict(re.findall(r'data-(names|arrows)="([^"]*)"', chromium(page, "800,800")))
    assert int(found["arrows"]) == len(ARROWS)
    assert {named(name) for name in found["names"].split("|")} == {name for pair in ARROWS for name in pair}


def test_png_is_a_picture_with_leaves_in_blue(gradcli: Run, tmp_path: Path) -> None:
    assert gradcli("graph", *CUBES, "-o", str(tmp_path / "g.png")).code == Exit.OK
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    picture = matplotlib.image.imread(tmp_path / "g.png")
    height, width, _ = picture.shape
    assert (height > 200, width > 150) == (True, True)
    blue = (picture[..., 2] - picture[..., 0] > 0.08).nonzero()[0]
    assert blue.size > 1000, "there are leaves"
    assert blue.max() < 0.8 * height, "and the result, at the bottom, is none"


def test_dot_is_read_by_graphviz(gradcli: Run) -> None:
    graph = pygraphviz.AGraph(string=gradcli("graph", *CUBES, "--format", "dot").out)
    labels = {node: named(node.attr["label"].replace("\\n", " ")) for node in graph.nodes()}
    assert {(labels[start], labels[end]) for start, end in graph.edges()} == ARROWS


def test_mermaid(gradcli: Run) -> None:
    out = gradcli("graph", *CUBES, "--format", "mermaid").out
    labels = {node: named(label.replace("<br/>", " ")) for node, label in re.findall(r'(n\d+)\["(.*?)"\]', out)}
    assert {(labels[start], labels[end]) for start, end in re.findall(r"(n\d+) --> (n\d+)", out)} == ARROWS
    assert re.findall(r'"AccumulateGrad.*?"\](.*)', out) == [":::leaf", ":::leaf"]


def test_a_square_as_a_product_has_two_arrows(gradcli: Run) -> None:
    assert gradcli("graph", "x*x", "--at", "x=2", "--format", "dot").out.count("n1 -> n0;") == 2


def test_tree_with_values_and_gradients(gradcli: Run) -> None:
    outcome = gradcli("graph", "x*y + sin(x)", "--at", "x=1, y=2", "--values", "--grads")
    assert (outcome.code, outcome.err) == (Exit.OK, "")
    assert outcome.out.splitlines()[:8] == [
        "AddBackward0 ()",
        "│  value 2.8414709848078967",
        "│  grad 1.0",
        "├─ MulBackward0 ()",
        "│  │  value 2.0",
        "│  │  grad 1.0",
        "│  ├─ AccumulateGrad x ()",
        "│  │     value 1.0",
    ]


def test_no_cotangent_is_needed_but_for_gradients(gradcli: Run) -> None:
    assert gradcli("graph", *CUBES).code == Exit.OK
    outcome = gradcli("graph", *CUBES, "--grads", "--cotangent", "[1, 10]", "--json")
    assert outcome.document["grads"]["4"] == [-12.0, -80.0]
    assert gradcli("graph", *CUBES, "--grads").code == Exit.USAGE


@pytest.mark.parametrize("options", [(), ("--values",), ("--grads", "--cotangent", "ones(2)")])
def test_documents_are_valid(gradcli: Run, options: tuple[str, ...]) -> None:
    document = gradcli("graph", *CUBES, "--format", "json", *options).document
    jsonschema.validate(document, schema_of("graph"))
    assert document["nodes"][0]["name"] == "SubBackward0"
    assert len(document["values"]) == (6 if "--values" in options else 0)
    assert len(document["grads"]) == (6 if "--grads" in options else 0)


def test_the_result_may_be_the_variable(gradcli: Run) -> None:
    assert (
        gradcli("graph", "x", "--at", "x=2", "--grads", "--values").out
        == "AccumulateGrad x ()\n   value 2.0\n   grad 1.0\n"
    )


def test_quotes_and_other_signs_are_escaped(gradcli: Run) -> None:
    text = "where(x > 1 and x < 3, x, 0)"
    graph = pygraphviz.AGraph(string=gradcli("graph", text, "--at", "x=2", "--format", "dot").out)
    assert graph.graph_attr["label"] == text
    outcome = gradcli("graph", text, "--at", "x=2", "--format", "svg")
    root = ET.fromstring(outcome.out)  # noqa: S314  # our own picture
    (title,) = root.findall(f"{SVG}g/{SVG}text")
    assert title.text == text


@pytest.mark.parametrize("ending", ["txt", "dot", "gv", "mmd", "svg", "png", "json"])
def test_the_ending_chooses_the_format(gradcli: Run, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"graph.{ending}"
    outcome = gradcli("graph", *CUBES, "-o", str(path))
    assert (outcome.code, outcome.out) == (Exit.OK, "")
    first = {
        "txt": b"Sub",
        "dot": b"dig",
        "gv": b"dig",
        "mmd": b"flo",
        "svg": b"<?x",
        "png": b"\x89PN",
        "json": b"{\n ",
    }
    assert path.read_bytes()[:3] == first[ending]
    assert [each.name for each in tmp_path.iterdir()] == [path.name], "nothing else is left"


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (("3",), "no-graph", "--at"),
        (("detach(x)", "--at", "x=1"), "no-graph", "--at"),
        (("a*x", "--at", "x=1"), "missing-value", "--let"),
        (("x", "--at", "x=1", "-o", "graph.jpg"), "file", "graph.svg"),
        (("x", "--at", "x=1", "-o", "/nowhere/graph.dot"), "file", ""),
        (("x", "--at", "x=1", "--format", "dot", "--open"), "usage", "--format"),
        (("x", "--at", "x=1", "--format", "jpg"), "usage", ""),
        (("+".join(["x"] * 1200), "--at", "x=1", "--format", "svg"), "too-large", "mermaid"),
    ],
)
def test_bad_input(gradcli: Run, arguments: tuple[str, ...], code: str, hint: str) -> None:
    outcome = gradcli("graph", *arguments)
    assert outcome.code == Exit.USAGE
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert hint in outcome.err
    if not {"--format", "-o"} & set(arguments):
        error = gradcli("graph", *arguments, "--json").document
        jsonschema.validate(error, schema_of("graph"))
        assert error["error"]["code"] == code


def test_json_is_no_picture(gradcli: Run) -> None:
    error = gradcli("graph", "x", "--at", "x=1", "--json", "--open").document["error"]
    assert (error["code"], error["message"]) == (
        "usage",
        "--open shows a picture, and --json is none: give one of them",
    )


def test_pictures_need_the_extra(gradcli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    outcome = gradcli("graph", *CUBES, "--format", "svg")
    assert outcome.code == Exit.USAGE
    assert "pip install 'gradcli[graph]'" in outcome.err
    assert gradcli("graph", *CUBES, "--format", "dot").code == Exit.OK


def test_open_shows_a_picture_in_the_browser(gradcli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []

    def shown(url: str) -> bool:
        opened.append(Path(urlparse(url).path))
        return True

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", shown)
    outcome = gradcli("graph", *CUBES, "--open")
    assert (outcome.code, outcome.out) == (Exit.OK, "")
    (path,) = opened
    assert in_svg(path.read_bytes())[1] == ARROWS
    path.unlink()


def test_without_a_desktop_that_is_said(gradcli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    outcome = gradcli("graph", *CUBES, "--open")
    assert outcome.code == Exit.USAGE
    assert "there is no desktop" in outcome.err
