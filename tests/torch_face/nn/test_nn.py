"""`torch.nn` answers as PyTorch does: what it prints and refuses, and the figures of every layer and loss."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nn_cases import COMPUTATIONS, EXPRESSIONS, figures, outcome

from gradcli import torch

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "nn.json").read_text("utf-8"))
ANSWERS = GOLDEN["answers"]
TOLERANCE = {"float32": {"rtol": 2e-4, "atol": 2e-5}, "float64": {"rtol": 1e-8, "atol": 1e-9}}
CASES = [(*case, GOLDEN["figures"][str(case)]) for case in COMPUTATIONS]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_answers_as_pytorch(expression: str) -> None:
    assert outcome(torch, expression) == ANSWERS[expression]


def test_every_answer_is_asked_for() -> None:
    assert ANSWERS.keys() == set(EXPRESSIONS)
    assert GOLDEN["figures"].keys() == {str(case) for case in COMPUTATIONS}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("expression", "inputs", "recorded"), CASES, ids=[str(case[:2]) for case in CASES])
def test_figures_are_those_of_pytorch(expression: str, inputs: list[Any], recorded: Any, dtype: str) -> None:
    found = figures(torch, expression, inputs, dtype, second=dtype == "float64")
    compare(found, recorded[dtype], **TOLERANCE[dtype])


def compare(found: Any, recorded: Any, rtol: float, atol: float) -> None:
    assert found.keys() >= recorded.keys()
    for quantity, expected in recorded.items():
        assert [t and t[0] for t in found[quantity]] == [t and t[0] for t in expected]
        for mine, theirs in zip(found[quantity], expected, strict=True):
            if theirs is not None:
                np.testing.assert_allclose(mine[1], theirs[1], rtol=rtol, atol=atol, err_msg=quantity)


def test_a_wrong_figure_is_found() -> None:
    expression, inputs, recorded = CASES[0]
    found = figures(torch, expression, inputs, "float64")
    found["second"][0][1][0] += 1e-6
    with pytest.raises(AssertionError, match="second"):
        compare(found, recorded["float64"], **TOLERANCE["float64"])
