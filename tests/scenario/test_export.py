"""Scenarios to take away: scripts and notebooks that run with and without PyTorch, and pages that need nothing."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from gradcli.errors import InputError
from gradcli.render.page import page
from gradcli.scenario import library
from gradcli.scenario.export.notebook import notebook
from gradcli.scenario.export.script import script
from gradcli.scenario.markdown import Scenario, parse_scenario
from gradcli.scenario.results import StepResult
from gradcli.scenario.runner import run

ROOT = Path(__file__).parent.parent.parent

HIDE = """
from importlib.machinery import PathFinder

find = PathFinder.find_spec
hidden = {"torch", "matplotlib"}
PathFinder.find_spec = staticmethod(lambda name, *rest: None if name in hidden else find(name, *rest))
"""
"""A `sitecustomize` that makes libraries look as if they were not installed."""

REAL = 'print("the real one")\n\n\ndef ones(*shape):\n    return 1\n'

DOCUMENT = """---
title: A title & more
track: graph
minutes: 5
aim: Say <what> it does.
---
Prose with `code`, a <b>tag</b>, and a table:

| a | b |
|---|---|
| 1 | 2 |

```python
import matplotlib.pyplot as plt
import torch.nn as nn
import torch

from helpers import scale

x = torch.tensor([1.0, 2.0], requires_grad=True)
print(scale(x))
```

```output
tensor([3., 6.], grad_fn=<MulBackward0>)
```

## A heading

![a picture](https://example.org/picture.png)

```question
ask: What is the gradient?
kind: gradient
of: sum(3*x)
at: x=[1, 2]
answer: 3
hint: A factor stays.
```

```python
scale(x).sum().backward()
print(x.grad, nn.functional is torch.nn.functional)
plt.plot([1, 2], label="a line")
plt.show()
```

```output
tensor([3., 3.]) True
```
"""

HELPERS = """import torch
from factors import FACTOR

QUOTES = '''three'''


def scale(x):
    \"\"\"Three times x.\"\"\"
    assert isinstance(x, torch.Tensor)
    return FACTOR * x
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    """A scenario with modules beside its file, a question, a plot and a backward pass."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "mine.md").write_text(DOCUMENT, encoding="utf-8")
    (folder / "helpers.py").write_text(HELPERS, encoding="utf-8")
    (folder / "factors.py").write_text("FACTOR = 3\n", encoding="utf-8")
    (folder / "unused.py").write_text("raise SystemExit\n", encoding="utf-8")
    return library.load(str(folder / "mine.md"))


@pytest.fixture
def results(scenario: Scenario) -> list[StepResult]:
    found = list(run(scenario, None))
    assert not any(result.failed for result in found)
    return found


@pytest.fixture
def without_pytorch(tmp_path: Path) -> dict[str, str]:
    """An environment for processes in which neither PyTorch nor matplotlib is installed."""
    (tmp_path / "sitecustomize.py").write_text(HIDE, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}


def printed(source: str, folder: Path, environment: dict[str, str]) -> str:
    path = folder / "exported.py"
    path.write_text(source, encoding="utf-8")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


class TestScript:
    def test_it_runs_without_pytorch(self, scenario: Scenario, tmp_path: Path, without_pytorch: dict[str, str]) -> None:
        first, second, *plot = printed(script(scenario), tmp_path, without_pytorch).splitlines()
        assert (first, second) == ("tensor([3., 6.], grad_fn=<MulBackward0>)", "tensor([3., 3.]) True")
        assert any("⠤" in line or "⠊" in line for line in plot)

    def test_the_real_one_comes_first(self, tmp_path: Path) -> None:
        (tmp_path / "torch.py").write_text(REAL, encoding="utf-8")
        text = DOCUMENT.partition("Prose")[0] + "```python\nimport torch\nprint(torch.ones(2))\n```\n"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
        source = script(parse_scenario(text, "mine", str(tmp_path / "mine.md")))
        assert printed(source, tmp_path, environment) == "the real one\n1\n"

    def test_prose_questions_and_outputs_are_comments(self, scenario: Scenario) -> None:
        lines = script(scenario).splitlines()
        for comment in (
            "# A title & more",
            "# Prose with `code`, a <b>tag</b>, and a table:",
            "#     tensor([3., 6.], grad_fn=<MulBackward0>)",
            "# Question: What is the gradient?",
            "# Answer: 3",
        ):
            assert comment in lines
        assert lines.count("# %%") == 2
        assert "import torch.nn as nn" in lines

    def test_only_modules_that_are_needed_are_in_it(self, scenario: Scenario) -> None:
        source = script(scenario)
        assert re.findall(r'^module\("(\w+)"', source, re.MULTILINE) == ["factors", "helpers"]

    def test_plain_python_needs_no_stand_in(self) -> None:
        text = DOCUMENT.partition("Prose")[0] + "```python\nprint(1)\n```\n"
        assert "import" not in script(parse_scenario(text, "mine", "mine.md"))

    def test_a_package_does_not_fit(self, scenario: Scenario) -> None:
        package = Path(scenario.source).parent / "helpers"
        package.mkdir()
        (package / "__init__.py").touch()
        with pytest.raises(InputError, match="is a package"):
            script(scenario)

    @pytest.mark.parametrize("name", ["sine-graph", "quadratic"])
    def test_ours_print_what_they_promise(self, name: str, tmp_path: Path, without_pytorch: dict[str, str]) -> None:
        scenario = library.load(name)
        out = printed(script(scenario), tmp_path, without_pytorch)
        outputs = [step.output.text for step in scenario.steps if step.output is not None]
        assert outputs
        assert all(output in out for output in outputs)


class TestNotebook:
    def test_it_holds_prose_code_and_outputs(self, scenario: Scenario, results: list[StepResult]) -> None:
        made = nbformat.reads(notebook(scenario, results), 4)
        kinds = [cell.cell_type for cell in made.cells]
        assert kinds == ["markdown", *["code"] * 3, "markdown", "code", "markdown", "code"]
        assert made.cells[0].source == "# A title & more\n\n*Say <what> it does.*"
        assert made.cells[2].source.startswith("%%writefile factors.py\n")
        assert made.cells[-1].outputs[0].text == "tensor([3., 3.]) True\n"
        assert "<svg" in made.cells[-1].outputs[1].data["image/svg+xml"]
        assert "<code>3</code>" in made.cells[-2].source

    def test_it_is_the_same_each_time(self, scenario: Scenario, results: list[StepResult]) -> None:
        assert notebook(scenario, results) == notebook(scenario, results)

    def test_an_error_is_an_output(self) -> None:
        text = DOCUMENT.partition("Prose")[0] + "```python\n1 / 0\n```\n"
        scenario = parse_scenario(text, "mine", "mine.md")
        (output,) = nbformat.reads(notebook(scenario, list(run(scenario, None))), 4).cells[1].outputs
        assert (output.output_type, output.ename, output.evalue) == ("error", "ZeroDivisionError", "division by zero")

    def test_without_nbformat_the_extra_is_named(self, scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "nbformat", None)
        with pytest.raises(InputError, match="needs nbformat") as caught:
            notebook(scenario, [])
        assert caught.value.hint == "pip install 'gradcli[notebook]'"

    @pytest.mark.filterwarnings("default")  # of the libraries that run notebooks
    def test_it_runs_without_pytorch(
        self,
        scenario: Scenario,
        results: list[StepResult],
        tmp_path: Path,
        without_pytorch: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("PYTHONPATH", without_pytorch["PYTHONPATH"])
        made = nbformat.reads(notebook(scenario, results), 4)
        expected = [texts(cell) for cell in made.cells if cell.cell_type == "code"]
        folder = tmp_path / "notebook"
        folder.mkdir()
        client = nbclient.NotebookClient(made, timeout=60, resources={"metadata": {"path": str(folder)}})
        asyncio.run(client.async_execute())
        found = [texts(cell) for cell in made.cells if cell.cell_type == "code"]
        assert found[:-1] == expected[:-1]
        assert found[-1].startswith(expected[-1])  # a plot, drawn in text, follows
        assert (folder / "helpers.py").read_text("utf-8") == HELPERS


def texts(cell: Any) -> str:
    """What a cell has printed."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


class Outline(HTMLParser):
    """The tags of a page with their attributes, and the text in each kind of tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.within: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.within:
            self.texts.setdefault(self.within[-1], []).append(data.strip())

    def fetched(self) -> list[str]:
        """The addresses that a reader of the page would fetch."""
        pairs = [(tag, name, value or "") for tag, attributes in self.tags for name, value in attributes.items()]
        links = [value for tag, name, value in pairs if name in ("src", "srcset", "href", "data") and tag != "a"]
        return [value for value in links if not value.startswith("data:")]


class TestPage:
    @pytest.fixture
    def text(self, scenario: Scenario, results: list[StepResult]) -> str:
        return page(scenario, results)

    def test_headings_and_prose(self, text: str) -> None:
        found = Outline(text)
        assert found.texts["title"][0] == found.texts["h1"][0] == "A title & more"
        assert found.texts["h2"] == ["A heading"]
        assert found.texts["th"][:2] == ["a", "b"]
        assert "a &lt;b&gt;tag&lt;/b&gt;" in text
        assert "Say &lt;what&gt; it does." in text

    def test_code_outputs_questions_graphs_and_plots(self, text: str) -> None:
        found = Outline(text)
        classes = [attributes.get("class") for _, attributes in found.tags]
        assert classes.count("code") == classes.count("output") == 2
        assert found.texts["summary"] == ["Hint", "Answer"]
        assert ("svg", "graph") in [(tag, attributes.get("class")) for tag, attributes in found.tags]
        assert "AccumulateGrad" in found.texts["text"]
        assert "plot" in classes
        assert "not checked" in found.texts["span"]

    def test_it_needs_nothing_else(self, text: str) -> None:
        found = Outline(text)
        assert found.fetched() == []
        assert not {"script", "link", "iframe", "object", "img"} & {tag for tag, _ in found.tags}
        assert not re.search(r"@import|url\(", text)
        assert ("a", {"href": "https://example.org/picture.png"}) in found.tags

    def test_what_fails_is_shown(self) -> None:
        text = DOCUMENT.partition("Prose")[0] + "```python\nprint('<1>')\n```\n\n```python\n1 / 0\n```\n"
        scenario = parse_scenario(text, "mine", "mine.md")
        shown = page(scenario, list(run(scenario, None)))
        assert "+&lt;1&gt;" in shown
        assert "ZeroDivisionError: division by zero" in shown
        assert "0 of 2 outputs as documented" in shown

    def test_chromium_shows_it(self, text: str, tmp_path: Path, chromium: Callable[[Path, str], str]) -> None:
        path = tmp_path / "page.html"
        # What the browser itself has seen is written into the page: it holds no script of its own.
        path.write_text(text.replace("</body>", f"<script>{LOOK}</script></body>"), encoding="utf-8")
        seen = Outline(chromium(path, "390,900"))
        (facts,) = [attributes for tag, attributes in seen.tags if tag == "body"]
        assert seen.texts["h1"] == ["A title & more"]
        assert int(facts["data-graph"] or 0) > 100
        assert facts["data-fetched"] == ""
        assert facts["data-wide"] == "false"


LOOK = """
addEventListener("load", () => {
  const fetched = performance.getEntriesByType("resource").map((entry) => entry.name);
  document.body.dataset.fetched = fetched.filter((name) => !name.startsWith("data:")).join(" ");
  document.body.dataset.graph = Math.round(document.querySelector("svg.graph").getBoundingClientRect().height);
  document.body.dataset.wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
});
"""


def test_no_line_of_a_page_ends_within_the_name_of_an_option() -> None:
    long = "--a-name-that-is-longer-than-a-small-screen"
    head = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"
    scenario = parse_scenario(f"{head}`gradcli run --lang <x-y>`, `x - 1` and `{long}`.\n", "mine", "mine.md")
    html = page(scenario, list(run(scenario, None)))
    assert "<code>gradcli run <span>--lang</span> <span>&lt;x-y&gt;</span></code>, <code>x - 1</code>" in html
    assert f"<code>{long}</code>" in html
