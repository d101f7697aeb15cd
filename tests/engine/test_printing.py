"""The printed form is PyTorch's, character for character."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcli.engine import printing
from gradcli.engine.printing import PrintOptions, format_array, format_tensor, get_printoptions, set_printoptions

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "printing.json").read_text())


@pytest.fixture(autouse=True)
def _default_options() -> Iterator[None]:
    set_printoptions(profile="default")
    yield
    set_printoptions(profile="default")


def test_every_recorded_text() -> None:
    wrong = []
    for case in GOLDEN["cases"]:
        data = zlib.decompress(base64.b64decode(case["zlib"]))
        array = np.frombuffer(data, case["dtype"]).reshape(case["shape"])
        set_printoptions(profile="default")
        set_printoptions(**case["options"])
        text = format_tensor(array, suffixes=case["suffixes"], default_dtype=case["default_dtype"])
        if text != case["text"]:
            wrong.append((text, case["text"]))
    assert len(GOLDEN["cases"]) > 200
    assert wrong == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1.0, 2.0], "tensor([1., 2.])"),
        ([0.5, -0.25], "tensor([ 0.5000, -0.2500])"),
        ([-0.0, 1.0], "tensor([-0., 1.])"),
        ([1e-5, 1.0], "tensor([1.0000e-05, 1.0000e+00])"),
        ([1.5, np.nan, np.inf], "tensor([1.5000,    nan,    inf])"),
        ([[1.0, 2.0], [3.0, 4.0]], "tensor([[1., 2.],\n        [3., 4.]])"),
        ([[[1.0]], [[2.0]]], "tensor([[[1.]],\n\n        [[2.]]])"),
        (3.0, "tensor(3.)"),
        ([], "tensor([])"),
        (np.zeros((0, 3)), "tensor([], size=(0, 3))"),
    ],
)
def test_readable_examples(value: Any, text: str) -> None:
    assert format_tensor(np.asarray(value, np.float32)) == text


def test_a_scalar_prints_like_the_0d_array() -> None:
    assert format_tensor(np.float64(2.5)) == "tensor(2.5000, dtype=torch.float64)"
    assert format_tensor(np.float64(2.5), default_dtype=np.float64) == "tensor(2.5000)"


def test_a_suffix_that_does_not_fit_starts_a_new_line() -> None:
    array = np.arange(9, dtype=np.float32) + 0.5
    assert format_tensor(array, suffixes=["grad_fn=<MulBackward0>"]) == (
        "tensor([0.5000, 1.5000, 2.5000, 3.5000, 4.5000, 5.5000, 6.5000, 7.5000, 8.5000],\n"
        "       grad_fn=<MulBackward0>)"
    )
    assert format_tensor(array[:2], suffixes=["requires_grad=True"]) == "tensor([0.5000, 1.5000], requires_grad=True)"


def test_format_array_aligns_with_its_indent() -> None:
    assert format_array(np.eye(2, dtype=np.int64), indent=4) == "[[1, 0],\n     [0, 1]]"


def test_options_passed_win_over_the_current_ones() -> None:
    set_printoptions(precision=1)
    assert format_array(np.float32(0.25)) == "0.2"
    assert format_array(np.float32(0.25), options=PrintOptions(precision=3)) == "0.250"


def test_set_printoptions_keeps_what_is_not_given_but_sci_mode() -> None:
    set_printoptions(precision=6, sci_mode=True)
    set_printoptions(linewidth=100)
    assert get_printoptions() == PrintOptions(precision=6, linewidth=100, sci_mode=None)
    set_printoptions(profile="short", edgeitems=5)
    assert get_printoptions() == PrintOptions(precision=2, edgeitems=5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"profile": "long"}, "profile must be one of 'default', 'short', 'full', got 'long'"),
        ({"precision": -1}, "precision must be at least 0, got -1"),
        ({"threshold": float("nan")}, "threshold must be at least 0, got nan"),
        ({"linewidth": 0}, "linewidth must be at least 1, got 0"),
    ],
)
def test_refused_options_change_nothing(options: dict[str, Any], message: str) -> None:
    before = get_printoptions()
    with pytest.raises(ValueError, match=message):
        set_printoptions(**options)
    assert get_printoptions() == before


@pytest.mark.parametrize("array", [np.array(["text"]), np.array([object()]), np.zeros(2, np.longdouble)])
def test_a_dtype_that_pytorch_lacks_is_refused(array: np.ndarray[Any, Any]) -> None:
    with pytest.raises(TypeError, match="PyTorch has no such type"):
        printing.format_tensor(array)
