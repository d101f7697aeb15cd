"""Declared options: a class of annotated names has the `__init__` that one would have written out."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import KW_ONLY, InitVar, field
from operator import attrgetter
from typing import Annotated, Any

import numpy as np
import pytest

from gradcli import torch
from gradcli.torch.declared import declared


def positive(name: str, value: Any) -> None:
    if value <= 0:
        raise ValueError(f"{name} is {value}")


Positive = Annotated[float, positive]
DECLARED = [
    f"{space}.{name}"
    for space in ("nn", "optim", "optim.lr_scheduler")
    for name, cls in vars(attrgetter(space)(torch)).items()
    if hasattr(cls, "__options__")
]
NOT_OURS = ("args", "kwargs", "min_value", "max_value")
"""Parameters of PyTorch's that stand for others, or for none."""


def in_order(parameters: Any) -> list[tuple[str, Any]]:
    """Those that are given by name alone have no order."""
    return sorted(parameters.items(), key=lambda pair: pair[0] if pair[1].kind is pair[1].KEYWORD_ONLY else "")


class Family:
    def _take_options(self, options: dict[str, Any]) -> None:
        self.options = options


@declared
class Declared(Family):
    size: int
    rate: Positive = 0.5
    _: KW_ONLY
    twice: bool = False


@declared
class Extended(Declared):
    size: InitVar[int]
    rate: Positive = 1.5
    twice: bool = field(default=True, init=False)
    shape: tuple[int, ...] = ()


def test_arguments_come_in_order_by_position_or_name() -> None:
    assert Declared(3, twice=True).options == {"size": 3, "rate": 0.5, "twice": True}
    assert [*Extended(rate=2, size=1).options.items()] == [("size", 1), ("rate", 2), ("twice", True), ("shape", ())]


@pytest.mark.parametrize(
    ("args", "keywords", "message"),
    [
        ((), {}, "Declared.__init__() missing 1 required positional argument: 'size'"),
        ((1, 2, 3), {}, "Declared.__init__() takes from 2 to 3 positional arguments but 4 were given"),
        ((1,), {"size": 2}, "Declared.__init__() got multiple values for argument 'size'"),
        ((1,), {"other": 2}, "Declared.__init__() got an unexpected keyword argument 'other'"),
        ((1, 0), {}, "rate is 0"),
    ],
)
def test_errors_are_pythons_and_the_checks(args: tuple[Any, ...], keywords: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        Declared(*args, **keywords)
    assert str(raised.value) == message


def test_what_is_no_parameter_cannot_be_given() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'twice'"):
        Extended(1, twice=False)


def test_the_signature_is_visible() -> None:
    assert str(inspect.signature(Declared)) == "(size: 'int', rate: float = 0.5, *, twice: 'bool' = False) -> 'None'"
    shape = "size: 'int', rate: float = 1.5, shape: 'tuple[int, ...]' = ()"
    assert str(inspect.signature(Extended)) == f"({shape}) -> 'None'"


def test_options_are_no_attributes_of_the_class() -> None:
    assert not hasattr(Declared, "rate")


@pytest.mark.parametrize("name", DECLARED)
def test_each_check_has_an_alias(name: str) -> None:
    """A check that an annotation holds in place would not be seen."""
    kinds = [kind for kind, *_ in attrgetter(name)(torch).__options__.values()]
    assert not [kind for kind in kinds if isinstance(kind, str) and kind.startswith("Annotated")]


@pytest.mark.peer
@pytest.mark.parametrize("name", DECLARED)
def test_the_signature_is_pytorchs(name: str) -> None:
    peer: Any = importlib.import_module("torch")
    ours, theirs = (inspect.signature(attrgetter(name)(each)).parameters for each in (torch, peer))
    assert [(key, each.kind, each.default) for key, each in in_order(ours)] == [
        (key, each.kind, each.default) for key, each in in_order(theirs) if key not in NOT_OURS
    ]


def test_a_subclass_may_have_annotations_and_an_init_of_its_own() -> None:
    class Momentum(torch.optim.SGD):
        name: str = "mine"

        def __init__(self, params: Any, rate: float) -> None:
            super().__init__(params, lr=rate, momentum=0.5)

    optimizer = Momentum([torch.ones(2)], 0.25)
    assert (optimizer.defaults["lr"], optimizer.defaults["momentum"], Momentum.name) == (0.25, 0.5, "mine")


def test_layers_take_their_inputs_by_name() -> None:
    x, y = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0])
    assert torch.nn.MSELoss()(input=x, target=y).item() == 2
    assert torch.nn.LeakyReLU(0.5)(input=-x).tolist() == [-0.5, -1]
    assert torch.nn.PairwiseDistance(1.0)(x1=x, x2=y).item() == pytest.approx(2)


def test_options_print_as_pytorch_prints_them() -> None:
    assert repr(torch.nn.ELU(np.float64(0.5), inplace=True)) == "ELU(alpha=0.5, inplace=True)"
    assert repr(torch.nn.GELU("tanh")) == "GELU(approximate='tanh')"
    assert repr(torch.nn.MaxPool2d(2)) == "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)"
    assert repr(torch.nn.AvgPool1d(2, padding=1)) == "AvgPool1d(kernel_size=(2,), stride=(2,), padding=(1,))"


def test_the_warning_of_a_former_option_points_to_the_caller() -> None:
    with pytest.warns(UserWarning, match="please use reduction='sum' instead") as told:
        torch.nn.MSELoss(size_average=False)
    assert told[0].filename == __file__
