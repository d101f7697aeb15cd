"""Outputs compared with PyTorch's. A small module named `torch` stands in for it: the tests run without PyTorch."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from gradcli.errors import InputError
from gradcli.render.side_by_side import comparison_document, comparison_screen
from gradcli.scenario import pytorch
from gradcli.scenario.against import Comparison, compared
from gradcli.scenario.markdown import Scenario, parse_scenario
from gradcli.scenario.pytorch import installed_for
from gradcli.scenario.runner import run

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"

OTHER = """
import os
import time

__version__ = "9.9"

def ones(*shape):
    return "tensor([1.00004, 1.])"


def twice(x):
    return 2 * x
"""


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Scenario]:
    """`scenario(code, …)`: one with these blocks, beside which there is a module; PyTorch is OTHER."""
    folder = tmp_path / "pytorch"
    folder.mkdir()
    (folder / "torch.py").write_text(OTHER, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    (tmp_path / "helpers.py").write_text("import torch\n\nONES = str(torch.ones(2))\n", encoding="utf-8")

    def build(*codes: str) -> Scenario:
        blocks = "".join(f"Prose.\n\n```python\n{code}\n```\n" for code in codes)
        return parse_scenario(HEAD + blocks, "mine", str(tmp_path / "mine.md"))

    return build


def comparisons(scenario: Scenario, limit: float | None = None) -> list[Comparison]:
    return list(compared(scenario, list(run(scenario, None)), limit).steps)


def test_blocks_share_a_namespace_and_the_modules_beside(scenario: Callable[..., Scenario]) -> None:
    first, second = comparisons(scenario("from helpers import ONES\na = 1", "print(a, len(ONES))"))
    assert (first.step, first.ours, first.theirs, first.difference) == (0, "", "", None)
    assert (second.ours, second.theirs) == ("1 16\n", "1 21\n")
    assert second.difference is not None


def test_numbers_agree_to_the_digits_that_pytorch_shows(scenario: Callable[..., Scenario]) -> None:
    same, other = comparisons(scenario("print('1.00')", "import torch\nprint(torch.ones(2))"))
    assert same.difference is None
    assert other.difference is not None
    assert "-tensor([1.00004, 1.])\n+tensor([1., 1.])" in other.difference


def test_an_error_is_compared_and_ends_it(scenario: Callable[..., Scenario]) -> None:
    found = comparisons(scenario("print('before')\n1 / 0", "print('never')"))
    assert found == [Comparison(0, *["before\nZeroDivisionError: division by zero\n"] * 2, None)]


def test_an_error_on_one_side_is_a_difference(scenario: Callable[..., Scenario]) -> None:
    (found,) = comparisons(scenario("import torch\nprint(torch.twice(2))"))
    assert found.theirs == "4\n"
    assert found.ours.startswith("AttributeError")
    assert found.difference is not None


def test_plots_are_ours_on_both_sides(scenario: Callable[..., Scenario]) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint(plt.__name__)"
    (found,) = comparisons(scenario(code))
    assert (found.theirs, found.difference) == ("gradcli.plot.pyplot\n", None)


def test_this_process_never_imports_it(scenario: Callable[..., Scenario], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    comparisons(scenario("import torch"))
    assert "torch" not in sys.modules


def test_a_block_that_takes_too_long_there(scenario: Callable[..., Scenario]) -> None:
    code = "import torch\nif hasattr(torch, 'time'):\n    torch.time.sleep(60)"
    (found,) = comparisons(scenario(code), limit=0.3)
    assert found.theirs == "stopped after 0.3 s (--timeout)\n"


def test_a_process_that_ends_early_is_told(scenario: Callable[..., Scenario]) -> None:
    code = "import torch\nif hasattr(torch, 'os'):\n    torch.os._exit(7)"
    with pytest.raises(InputError, match="mine: PyTorch's process ended in its block 2: exit code 7"):
        comparisons(scenario("a = 1", code))


def test_without_pytorch_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytorch, "find_spec", lambda _: None)
    with pytest.raises(InputError, match="needs PyTorch, which is not installed") as caught:
        installed_for([], "--against")
    assert caught.value.hint == "pip install torch"


@pytest.mark.parametrize("width", [40, 100])
def test_differences_are_shown_side_by_side(scenario: Callable[..., Scenario], width: int) -> None:
    chosen = scenario("import torch\nprint('same')\nprint(torch.ones(2))")
    console = Console(width=width, record=True, file=None)
    with console.capture() as captured:
        console.print(comparison_screen(chosen, compared(chosen, list(run(chosen, None)))))
    shown = captured.get()
    assert "gradcli" in shown
    assert "PyTorch 9.9" in shown
    assert [line.split() for line in shown.splitlines() if "same" in line] == [["same", "same"]]
    assert "0 of 1 output as on PyTorch 9.9" in shown
    assert max(map(len, shown.splitlines())) <= width


def test_as_a_document(scenario: Callable[..., Scenario]) -> None:
    chosen = scenario("print(1)")
    found = compared(chosen, list(run(chosen, None)))
    step = {"step": 0, "ours": "1\n", "theirs": "1\n", "difference": None}
    assert comparison_document(found) == {"version": "9.9", "steps": [step]}
