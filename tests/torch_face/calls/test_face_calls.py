"""No call gives another figure, dtype, shape or gradient than PyTorch, and none runs that PyTorch refuses, unawares."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from face_calls import keys, outcome

from gradcli import torch

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "calls.json").read_text("utf-8"))["outcomes"]
NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")
REFUSED = re.compile(r".*raises (NotImplementedError|AttributeError)$", re.DOTALL)

KNOWN = {
    "torch.linalg.cond(M, 1)": "has a gradient here",
    "torch.remainder(5.0, p)": "has a gradient here",
    "5.0 % p": "has a gradient here",
    "torch.scatter(x, 1, i, y, reduce='add')": "has a gradient here",
    "torch.scatter(x, 1, i, y, reduce='multiply')": "has a gradient here",
    "torch.vander(v)": "has a gradient here",
    "torch.slogdet(M)": "the sign needs none here",
    "torch.linalg.slogdet(M)": "the sign needs none here",
    "(x * 1).logical_and_(y)": "needs none here: a backward pass raises",
}
"""Calls whose gradients differ knowingly."""
OTHER_FIGURES = {
    "nan torch.bucketize(x, v.sort()[0])": "NaN among the boundaries",
    "nan torch.searchsorted(v.sort()[0], x)": "NaN among the boundaries",
    "nan torch.mode(x)": "which depends on where NaN stands",
    "nan torch.unique(x, dim=0)": "the order of rows with NaN",
    "nan torch.linalg.qr(x.T @ M[:2], 'r')": "all NaN here",
}
"""Cases whose figures differ knowingly."""


def test_every_call_is_recorded() -> None:
    assert set(GOLDEN) == set(keys())


@pytest.mark.parametrize("key", GOLDEN)
def test_no_call_differs_unawares(key: str) -> None:
    call, kind, name = keys()[key]
    found, expected = outcome(torch, call, kind, name), GOLDEN[key]
    if REFUSED.match(found) or key in OTHER_FIGURES or (kind == "gradients" and call in KNOWN):
        return
    if "raises" in expected:
        assert "raises" in found
        return
    assert NUMBER.sub("#", found) == NUMBER.sub("#", expected)
    numbers = [[float(number) for number in NUMBER.findall(text)] for text in (found, expected)]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("call", KNOWN)
def test_known_differences_are_real(call: str) -> None:
    cases = {key: case for key, case in keys().items() if case[0] == call and case[1] == "gradients"}
    assert any(outcome(torch, *case) != GOLDEN[key] for key, case in cases.items())
