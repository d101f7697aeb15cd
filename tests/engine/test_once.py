"""Numbers of Tensors that require grad: PyTorch warns of them once in a process."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from gradcli.engine.modes import no_grad
from gradcli.engine.once import NUMBER, forget
from gradcli.engine.tensor import Tensor


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget()
    yield
    forget()


def told(call: Callable[[Any], Any], tensor: Tensor) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        call(tensor)
    return [str(one.message) for one in found]


@pytest.mark.parametrize("call", [float, complex, math.sqrt, math.floor])
def test_it_is_told_once(call: Callable[[Any], Any]) -> None:
    tensor = Tensor(np.float64(2.0), True)
    assert told(call, tensor) == [NUMBER]
    assert told(call, tensor) == []
    assert told(float, tensor) == []


@pytest.mark.parametrize("call", [int, bool, Tensor.item, "{:.2f}".format])
def test_of_others_nothing_is_told(call: Callable[[Any], Any]) -> None:
    assert told(call, Tensor(np.float64(2.0), True)) == []


def test_nothing_is_told_without_a_gradient() -> None:
    assert told(float, Tensor(np.float64(2.0))) == []
    with no_grad():
        assert told(float, Tensor(np.float64(2.0), True)) == []
