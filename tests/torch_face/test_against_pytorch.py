"""The face answers as PyTorch does: figures, how they print, the names of nodes, and what errors say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from expressions import EXPRESSIONS, outcome

from gradcli import torch

ANSWERS = json.loads((Path(__file__).parent.parent / "golden" / "torch_face.json").read_text("utf-8"))["answers"]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_answers_as_pytorch(expression: str) -> None:
    assert outcome(torch, expression) == ANSWERS[expression]


def test_every_answer_is_asked_for() -> None:
    assert ANSWERS.keys() == set(EXPRESSIONS)
