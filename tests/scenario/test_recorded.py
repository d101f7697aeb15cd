"""A recorded graph read back as a program: the program computes what the graph computed, and has its gradients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gradcli import torch
from gradcli.engine.modes import record_all
from gradcli.lang.evaluate import CONSTANTS
from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.lang.unparse import unparse
from gradcli.verdict import Word
from gradcli.verify.problem import Problem
from gradcli.verify.recorded import Recorded, apart, recorded, verdicts

STEP = 1e-6


def leaf(*shape: int, seed: int = 0) -> Any:
    """Positive numbers, all different, of double precision."""
    numbers = np.random.default_rng(seed).permutation(np.linspace(0.3, 1.7, int(np.prod(shape))))
    return torch.tensor(numbers.reshape(shape), requires_grad=True)


def read(*roots: Any, cotangents: Any = None, **named: Any) -> Recorded:
    names = {id(value): name for name, value in named.items()}
    return recorded(roots, cotangents or [torch.ones_like(root) for root in roots], names)


def written(x: Any, places: Any, value: Any) -> Any:
    """A copy in which something was written."""
    copy = x * 1
    copy[places] = value
    return copy


CASES = {
    "arithmetic": lambda x, y: (x + 2 - y / 3 * x) / (1 - x * 0.1),
    "reflected": lambda x, y: 2 - x + 3 / y + 2**x,
    "powers": lambda x, y: x**2 + x**-0.5 + x**0.1 + x**y,
    "remainders": lambda x, y: x % 0.7 + x % y,
    "functions": lambda x, y: torch.sin(x) * torch.exp(-y) + torch.log1p(x).sqrt() + torch.sigmoid(x * y),
    "pieces": lambda x, y: x.abs() + torch.maximum(x, y) + x.clamp(0.5, 1.2) + torch.relu(x - 1),
    "where": lambda x, y: torch.where(x > y, x * x, y),
    "activations": lambda x, y: torch.nn.functional.leaky_relu(x - 1) + torch.nn.functional.softplus(y),
    "reductions": lambda x, y: x.sum() * y.mean(1, keepdim=True) + x.prod(0) + x.std() + x.var(0, correction=0),
    "along axes": lambda x, y: x.sum((0, 1)) + y.amax(1).sum() + x.max() + torch.logsumexp(y, 0).sum(),
    "norms": lambda x, y: x.norm() + torch.linalg.vector_norm(y, 3, 1).sum() + x.norm(1),
    "softmax": lambda x, y: x.softmax(1) * y.log_softmax(-1),
    "running": lambda x, y: x.cumsum(0) * y.cumprod(1),
    "products": lambda x, y: (x @ y.T) @ x + torch.outer(x[0], y[1]).sum() + (x @ y[0]).sum() + torch.dot(x[0], y[0]),
    "layers": lambda x, y: torch.nn.functional.linear(x, y, x[0, :2] - y[0, 1:]).relu(),
    "square matrices": lambda x, y: torch.det(x @ y.T) * torch.linalg.inv(x @ x.T + torch.eye(2)).sum(),
    "shapes": lambda x, y: x.reshape(3, 2).t() + y.unsqueeze(0).squeeze() * x.permute(1, 0).T.expand(2, 3),
    "to one element": lambda x, y: x[:1, :1].squeeze() * y[1, 2].reshape(()),
    "joined": lambda x, y: torch.cat([x, y, torch.ones(1, 3)]).flip(0)[:2] + torch.stack([x, y])[1],
    "indexed": lambda x, y: x[-1] * y[:, 1:][0, 0] + x[[0, 1, 0], [2, 1, 0]].sum() + x[:, None, 2][1:].sum(),
    "picked": lambda x, y: x[torch.tensor([[1, 0]])] * y[:, torch.tensor([-1, 0, 0])],
    "masked": lambda x, y: x[0][torch.tensor([True, False, True])].sum() * y,
    "clone": lambda x, y: x.clone() * y,
    "constants": lambda x, y: x * torch.tensor([1.0, 2.0, 0.1]) + y * torch.tensor([1, 2, 3]) + x * (y > 1),
    "shared": lambda x, y: (z := x * y) * z + z.sum(),
    "detached": lambda x, y: (x * y).detach() * x,
    "a number written": lambda x, y: written(x, (slice(None), 0), 7.0) ** 2 * y,
    "an array written": lambda x, y: written(x, 1, torch.tensor([1.0, 2.0, 3.0])) ** 2 * y,
    "an element written": lambda x, y: written(x, (0, 1), y[1, 2] * x[0, 0]) ** 2 * y,
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_program_computes_what_was_recorded(case: str) -> None:
    x, y = leaf(2, 3), leaf(2, 3, seed=1)
    with record_all():
        root = CASES[case](x, y)
        weights = torch.tensor(np.random.default_rng(2).normal(size=tuple(root.shape)))
        found = read(root, cotangents=[weights], x=x, y=y)
    problem = found.problem
    assert problem is not None, found.reason
    np.testing.assert_allclose(problem.evaluate(problem.values), root.detach().numpy(), rtol=1e-13)
    for name in found.gradients:
        np.testing.assert_allclose(slopes(problem, name), found.gradients[name], rtol=1e-6, atol=1e-8)


def slopes(problem: Problem, name: str) -> Any:
    """Central differences of the weighted result."""
    weights = 1.0 if problem.cotangent is None else problem.cotangent
    point = problem.values[name]
    gradient = np.zeros(point.shape)
    for index in np.ndindex(*point.shape):
        ends = []
        for step in (STEP, -STEP):
            moved = point.copy()
            moved[index] += step
            ends.append(np.sum(problem.evaluate(problem.values | {name: moved}) * weights))
        gradient[index] = (ends[0] - ends[1]) / (2 * STEP)
    return gradient


@pytest.mark.parametrize("case", CASES)
def test_the_program_can_be_written_down_and_read_again(case: str) -> None:
    x, y = leaf(2, 3), leaf(2, 3, seed=1)
    with record_all():
        problem = read(CASES[case](x, y), x=x, y=y).problem
    again = parse(unparse(problem.program), find, bound={*problem.values, *CONSTANTS}).program
    assert again == problem.program


def test_second_derivatives_are_read_too() -> None:
    x = leaf()
    with record_all():
        (slope,) = torch.autograd.grad(torch.sin(x) * x**3, x, create_graph=True)
        found = read(slope, x=x)
    point = x.item()
    expected = 6 * point * np.sin(point) + 6 * point**2 * np.cos(point) - point**3 * np.sin(point)
    np.testing.assert_allclose(found.gradients["x"], expected, rtol=1e-12)
    np.testing.assert_allclose(slopes(found.problem, "x"), expected, rtol=1e-6)


def test_what_puts_an_element_back_is_named() -> None:
    x, v = leaf(3), torch.tensor([1.0, 0.0, -1.0], dtype=torch.float64, requires_grad=True)
    with record_all():
        (g,) = torch.autograd.grad((x**3).sum() + x[0] * x[1], x, create_graph=True)
        (product,) = torch.autograd.grad(g, x, v, create_graph=True)
        found = read(product.sum(), v=v)
    assert found.reason == "scatter() has no form in the expression language"


def test_several_roots_are_one_weighted_sum() -> None:
    x = leaf(3)
    with record_all():
        found = read(x * x, x.sum(), cotangents=[torch.tensor([1.0, 2.0, 3.0]), torch.tensor(5.0)], x=x)
    np.testing.assert_allclose(found.gradients["x"], 2 * x.detach().numpy() * [1, 2, 3] + 5)
    np.testing.assert_allclose(slopes(found.problem, "x"), found.gradients["x"], rtol=1e-6)


def test_what_is_no_leaf_is_held_as_if_it_were_one() -> None:
    x, y = leaf(3), leaf(3, seed=1)
    with record_all():
        middle = torch.sigmoid(x) * y
        result = middle * y + middle**2
    names = {id(x): "x", id(y): "y", id(middle): "middle"}
    found = recorded([result], [torch.ones_like(result)], names, [middle])
    assert found.gradients.keys() == {"middle"}
    np.testing.assert_allclose(found.gradients["middle"], (y + 2 * middle).detach().numpy())
    np.testing.assert_allclose(slopes(found.problem, "middle"), found.gradients["middle"], rtol=1e-6)
    assert "sigmoid" not in unparse(found.problem.program)
    by_runs = replace(found, problem=None)
    wrong = replace(by_runs, gradients={"middle": found.gradients["middle"] * 1.01})
    assert [verdicts(each, None)["middle"].word for each in (by_runs, wrong)] == [Word.AGREES, Word.MISMATCH]


def test_what_was_changed_after_its_use_is_not_read_from_what_it_is_now() -> None:
    x = leaf(3)
    with record_all():
        middle = x * 3
        result = torch.relu(middle)
        with torch.no_grad():
            middle.neg_()
    found = recorded([result], [torch.ones_like(result)], {}, [middle])
    assert found.problem is None
    assert "changed in place" in found.reason
    assert verdicts(found, None)["leaf_1"].word is Word.UNDECIDED


def test_leaves_are_told_apart_from_others_that_are_asked_for() -> None:
    x = leaf(3)
    y, z = x * 2, x * 3
    assert apart([y, x, z]) == [(x,), (y,), (z,)]
    assert apart([]) == [()]


def test_leaves_without_a_name_get_one_that_is_free() -> None:
    x, hidden = leaf(), leaf(seed=1)
    with record_all():
        found = recorded([x * hidden], [torch.ones_like(x)], {id(x): "leaf_1"})
    assert found.gradients.keys() == {"leaf_1", "leaf_2"}


def test_a_leaf_may_be_called_like_a_constant() -> None:
    e = leaf()
    with record_all():
        found = read(e * e, e=e)
    assert float(found.problem.evaluate({"e": np.asarray(3.0)})) == 9


def test_a_name_that_the_language_reads_otherwise_is_replaced() -> None:
    pi = leaf()
    with record_all():
        assert read(pi * pi, π=pi).gradients.keys() == {"leaf_1"}


def test_an_operation_without_a_form_is_named() -> None:
    x = leaf(4)
    with record_all():
        found = read(torch.median(x), x=x)
    assert found.problem is None
    assert found.reason == "median() has no form in the expression language"
    np.testing.assert_array_equal(found.gradients["x"].sum(), 1)


def test_what_has_no_form_is_named() -> None:
    x = leaf(4)
    with record_all():
        found = read(torch.nn.functional.smooth_l1_loss(x, x * 2, beta=0.5), x=x)
    assert found.reason == "smooth_l1_loss() has no form in the expression language"


@pytest.mark.parametrize(
    "make",
    [
        lambda x: torch.round(x * 10, decimals=1) * x,
        lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
        lambda x: torch.nn.functional.hardswish(x),
        lambda x: torch.addcmul(x, x, x, value=2.0),
        lambda x: torch.nn.functional.mse_loss(x, x * x),
    ],
)
def test_what_the_language_has_no_function_for_is_written_in_it(make: Any) -> None:
    x = leaf(4)
    with record_all():
        root = make(x)
        found = read(root, x=x)
    assert found.problem is not None, found.reason
    np.testing.assert_allclose(found.problem.evaluate(found.problem.values), root.detach().numpy(), rtol=1e-13)


def test_rounding_to_a_narrower_dtype_has_no_form() -> None:
    x = leaf(4)
    with record_all():
        assert (
            read(x.float() * 2, x=x).reason == "cast() rounds to float32, which has no form in the expression language"
        )
        narrowed = read(torch.ones(4) * leaf(), x=x)
    assert narrowed.reason == "mul() rounds to float32, which has no form in the expression language"


def test_a_wider_dtype_is_exact() -> None:
    x = torch.tensor([0.1, 0.2], requires_grad=True)
    with record_all():
        found = read(x.double() * torch.tensor(0.1, dtype=torch.float64), x=x)
    wide = {name: value.astype(np.float64) for name, value in found.problem.values.items()}
    np.testing.assert_array_equal(found.problem.evaluate(wide), x.detach().numpy() * np.float64(0.1))


def test_nothing_is_accumulated_or_freed() -> None:
    x = leaf(2)
    with record_all():
        total = (x * x).sum()
        read(total, x=x)
        assert x.grad is None
        total.backward()
    np.testing.assert_allclose(x.grad.numpy(), 2 * x.detach().numpy())


def test_hooks_do_not_see_it() -> None:
    x = leaf(2)
    seen = []
    with record_all():
        squares = x * x
        squares.register_hook(seen.append)
        squares.retain_grad()
        read(squares.sum(), x=x)
        assert seen == []
        squares.sum().backward()
    assert len(seen) == 1
    np.testing.assert_array_equal(squares.grad.numpy(), np.ones(2))


@pytest.mark.parametrize("change", [lambda y: y.add_(1), lambda y: y.mul_(2), lambda y: y.exp_()])
@pytest.mark.parametrize("make", [lambda x: x * 3, lambda x: torch.cat([x, x])])
def test_a_change_in_place_that_is_allowed_is_read(make: Any, change: Any) -> None:
    x = leaf(2)
    with record_all():
        found = read(change(make(x)).sum(), x=x)
    assert found.problem is not None
    np.testing.assert_allclose(found.problem.evaluate(found.problem.values), found.value)


@pytest.mark.parametrize("swap", [False, True])
def test_an_argument_that_was_changed_later_is_not_read(swap: bool) -> None:
    x, shift = leaf(2), torch.ones(2, dtype=torch.float64)
    with record_all():
        total = ((shift + x) if swap else (x + shift)).exp().sum()
        shift.add_(1)
        found = read(total, x=x)
    assert found.problem is None
    assert found.reason == "an argument of add() was changed in place after it was used"
    np.testing.assert_allclose(found.gradients["x"], np.exp(x.detach().numpy() + 1))
