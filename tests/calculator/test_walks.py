"""The walks of `gradcli minimize` are those of the face's optimisers."""

from __future__ import annotations

import numpy as np
import pytest

from gradcli import torch
from gradcli.calculator.commands.landscape import POINTS, coordinates
from gradcli.calculator.commands.minimize import METHODS, Minimum, Place, Search, Watch, minimum, walk
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.calculator.kernel.steps import last
from gradcli.cli.minimize import Optimizer


def minimize(question: DerivativeQuestion, search: Search, worker: None, watch: Watch = lambda place: False) -> Minimum:
    return last(minimum(question, search, walk(question, search, watch), worker))


QUESTION = DerivativeQuestion("x**4 + x*y**2 + exp(y)", at=("x=1.5, y=1",), check=False)


@pytest.mark.parametrize("name", sorted(METHODS.keys() - {"lbfgs"}))
def test_a_walk_is_the_optimisers(name: str) -> None:
    places: list[Place] = []
    minimize(QUESTION, Search(name, 0.01, 5), None, lambda place: places.append(place) or False)
    x, y = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (1.5, 1.0))
    optimizer = METHODS[name].optimizer([x, y], lr=0.01, **METHODS[name].options)
    for place in places:
        assert (place.point["x"], place.point["y"]) == (x.item(), y.item())
        optimizer.zero_grad()
        loss = x**4 + x * y**2 + torch.exp(y)
        assert place.value == loss.item()
        loss.backward()
        assert place.slope == max(abs(x.grad.item()), abs(y.grad.item()))
        optimizer.step()
    assert [place.step for place in places] == list(range(6))


def test_the_command_line_knows_the_methods() -> None:
    assert [method.value for method in Optimizer] == [*METHODS]


def test_what_is_told_of_a_walk() -> None:
    places: list[Place] = []
    answer = minimize(QUESTION, Search("sgd", 0.01, 5), None, lambda place: places.append(place) or False)
    assert answer.values == tuple(place.value for place in places)
    assert (answer.start, answer.end) == (places[0], places[-1])
    assert [variable.name for variable in answer.variables] == ["x", "y"]
    assert answer.variables[0].start == 1.5
    assert answer.variables[0].end == places[-1].point["x"]


def test_the_point_that_was_given_is_not_changed() -> None:
    question = DerivativeQuestion("sum(x**2)", at=("x=[1,2]",), check=False)
    answer = minimize(question, Search("momentum", 0.1, 5), None)
    np.testing.assert_array_equal(answer.variables[0].start, [1, 2])


def test_landscape_of_a_grid() -> None:
    answer = minimize(DerivativeQuestion("x - 10*y", at=("x=0, y=0",), check=False), Search("sgd", 0.1, 3), None)
    landscape = answer.landscape
    assert landscape is not None
    (x, y), values = landscape.axes, landscape.values
    assert values.shape == (POINTS[2], POINTS[2])
    np.testing.assert_allclose(values, x[None, :] - 10 * y[:, None], atol=1e-12)
    np.testing.assert_allclose(landscape.path, [[-0.1 * k, k] for k in range(4)], atol=1e-12)
    assert x[0] < -0.3 < 0 < x[-1]


def test_no_landscape_of_three_coordinates() -> None:
    question = DerivativeQuestion("sum(x**2)", at=("x=ones(3)",), check=False)
    assert minimize(question, Search(steps=2), None).landscape is None


def test_names_of_coordinates() -> None:
    point = {"x": np.float64(1), "y": np.zeros((2, 2)), "z": np.zeros(0)}
    assert coordinates(point) == ("x", "y[0, 0]", "y[0, 1]", "y[1, 0]", "y[1, 1]")


def test_a_walk_that_is_interrupted_ends_at_its_best_place() -> None:
    question = DerivativeQuestion("x**2", at=("x=1",), check=False)
    answer = minimize(question, Search("momentum", 0.3, 100), None, lambda place: place.step == 8)
    assert (answer.outcome, answer.steps) == ("interrupted", 8)
    assert answer.end.value == min(answer.values)
    assert answer.end.step < 8
