"""SUPPORT.md says what the face has."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import gradcli
from gradcli.torch.differences import DIFFERENCES

PATH = Path(__file__).parents[2] / "docs" / "make_support.py"


def script() -> ModuleType:
    specification = importlib.util.spec_from_file_location("make_support", PATH)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def names() -> set[str]:
    return {name for section in script().sections().values() for name in section}


def test_it_is_up_to_date() -> None:
    support = script()
    assert support.document() == support.SUPPORT.read_text("utf-8"), "run docs/make_support.py"


def test_every_difference_is_of_a_name_that_is_there() -> None:
    assert DIFFERENCES.keys() <= names()


def test_it_lists_what_users_call_and_nothing_else() -> None:
    found = names()
    assert {"torch.sin", "torch.Tensor.sin", "torch.optim.SGD", "torch.utils.data.DataLoader", "torch.float32"} <= found
    inner = {"torch.np", "torch.Any", "torch.FUNCTIONS", "torch.absent_names", "torch.Tensor.array", "torch.optim.Any"}
    assert not inner & found


def test_since_is_kept() -> None:
    support = script()
    support.known_since = lambda: {"torch.sin": "0.0.1"}
    assert "| `torch.sin` | 0.0.1 |" in support.document()
    assert f"| `torch.cos` | {gradcli.__version__} |" in support.document()
