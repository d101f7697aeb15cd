"""Forward mode is the transpose of reverse mode: <u, J t> = <u J, t>, for every declared operation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from samples import Call, Example, examples, make_call, outputs, weights

from gradcli.engine import autograd, memory, methods
from gradcli.engine.forward import Level, settled
from gradcli.engine.modes import THREAD, no_grad
from gradcli.engine.op import OPS, Op, not_differentiable
from gradcli.engine.tensor import NUMPY, Tensor

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

methods.attach()
NO_DERIVATIVE = {"bincount", "floor_divide", "heaviside", "unique", "unique_consecutive"}


def results(call: Call, arguments: list[Any]) -> list[Tensor]:
    """The results that have derivatives."""
    found = outputs(NUMPY[call.op.forward](*call.having(arguments)))
    return [result for result in found if isinstance(result, Tensor) and result.array.dtype.kind == "f"]


def tangent_of(array: Any) -> Any:
    """A direction in which no two elements are alike."""
    return (np.cos(np.arange(array.size)) + 0.1).reshape(array.shape)[()]


def name_of(value: Any) -> str:
    return value.name if isinstance(value, Op) else ",".join(map(str, value))


@pytest.mark.parametrize(
    ("op", "example"),
    [
        (op, example)
        for op, example in examples()
        if op.name not in NO_DERIVATIVE and any(rule is not not_differentiable for rule in op.rules)
    ],
    ids=name_of,
)
def test_tangents_are_the_transpose_of_gradients(op: Op, example: Example) -> None:
    call = make_call(op, example)
    directions = [tangent_of(array) for array in call.arrays]
    with Level() as level:
        duals = [level.dual(Tensor(x), Tensor(t)) for x, t in zip(call.arrays, directions, strict=True)]
        tangents = [level.tangent(result) for result in results(call, duals)]
    leaves = [Tensor(array, True) for array in call.arrays]
    roots = results(call, leaves)
    cotangents = [weights(root.array) for root in roots]
    gradients = autograd.grad(roots, leaves, [Tensor(u) for u in cotangents], materialize_grads=True)
    forward = sum(np.sum(u * t.array) for u, t in zip(cotangents, tangents, strict=True) if t is not None)
    backward = sum(np.sum(g.array * t) for g, t in zip(gradients, directions, strict=True) if g is not None)
    np.testing.assert_allclose(forward, backward, rtol=1e-10, atol=1e-12)


def test_tangents_of_tangents() -> None:
    x = Tensor(np.array([0.5, 2.0]))
    with Level() as outer:
        a = outer.dual(x, Tensor(np.ones(2)))
        with Level() as inner:
            b = inner.dual(a, Tensor(np.ones(2)))
            first = inner.tangent(b * b * b * a)
        second = outer.tangent(first)  # d/da of 3 b² a where b = a
    np.testing.assert_allclose(first.array, 3 * x.array**3)
    np.testing.assert_allclose(second.array, 9 * x.array**2)


def test_a_tangent_takes_one_pass_whatever_lies_before() -> None:
    x = Tensor(np.float64(0.5), True)
    for _ in range(3000):
        x = x * 1.0001
    with Level() as level:
        y = level.dual(x, Tensor(np.float64(1)))
        for _ in range(50):
            y = np.sin(y)
        expected = np.prod([np.cos(v) for v in _iterated_sin(float(x.array), 50)])
        np.testing.assert_allclose(level.tangent(y).array, expected)
        assert len(level._tangents) <= 51


def _iterated_sin(x: float, times: int) -> list[float]:
    values = [x]
    for _ in range(times - 1):
        values.append(float(np.sin(values[-1])))
    return values


def test_nothing_is_left_when_the_level_is_closed() -> None:
    level = Level()
    with level:
        y = level.dual(Tensor(np.ones(2)), Tensor(np.ones(2))) * 2
        assert THREAD.mode.levels == 1
    assert (THREAD.mode.levels, level._tangents) == (0, {})
    assert not settled(y, level.entries).requires_grad


def test_recording_cannot_be_turned_off_within_a_level() -> None:
    with Level(), pytest.raises(NotImplementedError, match="recording cannot be turned off"), no_grad():
        pass
    with no_grad():
        assert not THREAD.mode.enabled


def test_a_graph_that_was_freed_has_no_tangents() -> None:
    with Level() as level:
        x = level.dual(Tensor(np.ones(2)), Tensor(np.ones(2)))
        y = np.exp(x)
        autograd.backward([y], [Tensor(np.ones(2))], retain_graph=False)
        with pytest.raises(RuntimeError, match="backward through the graph a second time"):
            level.tangent(y)


def test_values_changed_since_are_refused_not_wrong() -> None:
    values = Tensor(np.array([1.0, 2.0]))
    with Level() as level:
        x = level.dual(values, Tensor(np.ones(2)))
        y = x * x
        memory.touch(values.array)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            level.tangent(y)


EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 5e-324, 1e300]


def on_edges(op: Op, place: int, x: Tensor) -> Tensor:
    """The result where every argument is at every edge, `x` in the place of one."""
    return NUMPY[op.forward](*(x if i == place else Tensor(array) for i, array in enumerate(grid(op))))


def grid(op: Op) -> list[Any]:
    """The arguments: every edge with every other."""
    return [axis.ravel() for axis in np.meshgrid(*[EDGES] * len(op.rules))]


@pytest.mark.parametrize("name", ["pow_tensor", "copysign", "maximum", "atan2", "hypot", "sqrt", "abs", "sinc"])
def test_tangents_are_finite_where_gradients_are(name: str) -> None:
    """At edges and breaks too: what a rule leaves out at a point is no factor of the tangent there."""
    op = OPS[name]
    for place in range(len(op.rules)):
        array = grid(op)[place]
        leaf, ones = Tensor(array, True), Tensor(np.ones(array.shape))
        (gradient,) = autograd.grad([on_edges(op, place, leaf)], [leaf], [ones], materialize_grads=True)
        with Level() as level:
            tangent = level.tangent(on_edges(op, place, level.dual(Tensor(array), ones)))
        known = np.isfinite(gradient.array)
        found = np.zeros(array.shape) if tangent is None else tangent.array
        np.testing.assert_array_equal(found[known], gradient.array[known])
