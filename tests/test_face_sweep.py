"""The comparison of the sweep bites: whatever differs is told, and what does not is not. Needs no PyTorch."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from gradcli import torch
from tests.hunts.face.compare import compare
from tests.hunts.face.neutral import Memory, recalled, stored
from tests.hunts.face.observe import observe
from tests.hunts.face.replay import judged

NUMBERS = Memory()
STORAGE = {"dtype": "float64", "at": NUMBERS.put(np.arange(1.0, 13.0))}
NUMBERS = Memory(NUMBERS.array().tobytes())


def case(call: str, *rest: Any, needs: bool = True, **kwargs: Any) -> dict[str, Any]:
    """A call of a 2×3 tensor that is every second number of memory."""
    tensor = {"storage": 0, "shape": [2, 3], "stride": [6, 2], "offset": 0, "needs": needs}
    named = {"dict": [*kwargs.items()]}
    return {
        "name": "a/float64/0", "kind": "call", "call": call, "args": {"list": [{"tensor": 0}, *rest]}, "kwargs": named,
        "storages": [STORAGE], "tensors": [tensor],
    }  # fmt: skip


def told(call: str, change: Any, *rest: Any, needs: bool = True) -> list[str]:
    """The classes of what is told when PyTorch's answer is changed by `change`."""
    ours = observe(torch, case(call, *rest, needs=needs), NUMBERS)
    theirs = copy.deepcopy(ours)
    change(theirs)
    return [kind for kind, _ in compare(theirs, ours)]


def test_the_same_answers_differ_in_nothing() -> None:
    for call in ("torch.exp", "torch.t", "torch.Tensor.T.__get__", "torch.sort", "torch.Tensor.tolist", "torch.svd_"):
        assert told(call, lambda theirs: None) == []


CHANGES = {
    "value": lambda theirs: theirs["results"]["value"].__setitem__((1, 2), 7.0),
    "dtype": lambda theirs: theirs["results"].update(dtype="float32"),
    "shape": lambda theirs: theirs["results"].update(shape=[6]),
    "stride": lambda theirs: theirs["results"].update(stride=[1, 2]),
    "alias": lambda theirs: theirs["results"].update(shares="input 0"),
    "requires_grad": lambda theirs: theirs["results"].update(requires_grad=False),
    "inputs": lambda theirs: theirs["inputs"]["input 0"]["value"].__setitem__((0, 0), 7.0),
    "gradient": lambda theirs: theirs["first"]["items"][0]["value"].__setitem__((0, 1), 7.0),
    "second": lambda theirs: theirs["second"]["items"][0]["value"].__setitem__((0, 1), 7.0),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_each_difference_is_told(kind: str) -> None:
    assert told("torch.exp", CHANGES[kind]) == [kind]


def test_a_lost_gradient_is_told() -> None:
    lost = observe(torch, case("torch.exp", needs=False), NUMBERS)
    kinds = [kind for kind, _ in compare(observe(torch, case("torch.exp"), NUMBERS), lost)]
    assert "gradient" in kinds and "requires_grad" in kinds


def test_a_view_that_is_a_copy_is_told() -> None:
    assert told("torch.t", lambda theirs: theirs["results"].update(shares="", offset=0), needs=False) == ["alias"]


def test_an_answer_where_pytorch_raises_and_an_error_where_it_answers() -> None:
    ours = observe(torch, case("torch.exp"), NUMBERS)
    error = {"raises": ["ValueError", "Exception"], "says": "no"}
    assert compare(error, ours)[0][0] == "accepts"
    assert compare(ours, error)[0][0] == "raises"
    assert compare(ours, {**error, "raises": ["NotImplementedError"]})[0][0] == "refuses"
    assert compare({**error, "raises": ["TypeError"]}, error)[0][0] == "error type"
    assert compare({**error, "raises": ["Exception"]}, error) == []


def test_a_name_that_is_not_there_is_refused() -> None:
    assert observe(torch, case("torch.no_such_name"), NUMBERS)["raises"][0] == "MissingError"


def test_what_an_in_place_form_changes_is_seen() -> None:
    seen = observe(torch, case("torch.Tensor.zero_", needs=False), NUMBERS)
    assert seen["results"]["is"] == "input 0"
    assert seen["inputs"]["base 0"]["value"].tolist() == [0, 2, 0, 4, 0, 6, 0, 8, 0, 10, 0, 12]


def test_a_wrong_engine_is_told_by_the_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Memory(NUMBERS.data)
    recorded = case("torch.exp") | {"saw": stored(observe(torch, case("torch.exp"), NUMBERS), kept)}
    memory = Memory(kept.array().tobytes())
    assert recalled(recorded["saw"], memory)["results"]["shape"] == [2, 3]
    assert judged(torch, recorded, memory) == ("same", "")
    monkeypatch.setattr(torch, "exp", torch.exp2)
    assert judged(torch, recorded, memory)[0] == "value"
