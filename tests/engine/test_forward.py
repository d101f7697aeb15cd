"""Forward mode is the transpose of reverse mode: <u, J t> = <u J, t>, for every declared operation."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import numpy as np
import pytest
from samples import EXAMPLES, Call, Example, edges, examples, is_elementwise, make_call, outputs, weights

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
    if isinstance(value, Call):
        return value.op.name
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


# Where a rule leaves a factor out because it is infinite, it must do so for tangents too


DIFFERENTIABLE = [
    op
    for op in OPS.values()
    if op.name not in NO_DERIVATIVE and any(rule is not not_differentiable for rule in op.rules)
]
AT_POINTS = [make_call(op, example) for op in DIFFERENTIABLE for example in edges(op)]
OF_LAPACK = {"cholesky", "eig", "eigh", "inv", "lstsq", "pinv", "qr", "solve", "svd"}
"""Of infinite elements these have no result, of equal ones often no derivative."""
AMONG_OTHERS = [
    call
    for op in DIFFERENTIABLE
    if not is_elementwise(op) and op.name not in OF_LAPACK
    for call in [make_call(op, example) for example in EXAMPLES.get(op.name, [{}])]
    if sum(array.size for array in call.arrays) <= 20
]


def with_special_elements(call: Call) -> list[Call]:
    """The call, and calls in which the first element, the first two or all of one array are special."""
    calls = [call]
    for place, value in product([i for i, array in enumerate(call.arrays) if array.size], (0.0, 1.0, np.inf)):
        for some in (slice(1), slice(2), slice(None)):
            arrays = [np.array(array) for array in call.arrays]
            arrays[place].reshape(-1)[some] = value
            calls.append(Call(call.op, tuple(call.having(arrays))))
    return calls


def is_diagonal(call: Call) -> bool:
    """Whether each element of the result, of which there are many, depends on one element of each array alone."""
    if not edges(call.op):
        return False
    with np.errstate(all="ignore"):
        found = outputs(NUMPY[call.op.forward](*call.having(call.arrays)))
    return len(found[0].shape) == 1 and {array.shape for array in call.arrays} == {found[0].shape}


def jacobians(call: Call, place: int) -> tuple[Any, Any]:
    """Of the results by the array at `place`, a row an element: from tangents, transposed, and from gradients.

    Of a diagonal one, the diagonal alone: what is infinite for one element is none of the other ones' business.
    """
    array = call.arrays[place]
    units = [np.ones_like(array)] if is_diagonal(call) else [*np.eye(array.size).reshape(-1, *array.shape)]
    columns = []
    for unit in units:
        with Level() as level:
            arrays: list[Any] = [Tensor(x) for x in call.arrays]
            arrays[place] = level.dual(arrays[place], Tensor(unit))
            found = [(root, level.tangent(root)) for root in results(call, arrays)]
            columns.append([np.zeros(y.shape) if t is None else t.array for y, t in found])
    leaf = Tensor(array, True)
    roots = results(call, [leaf if i == place else Tensor(x) for i, x in enumerate(call.arrays)])
    rows = []
    for root in roots:
        for unit in [np.ones(root.shape)] if is_diagonal(call) else np.eye(root.array.size).reshape(-1, *root.shape):
            (g,) = autograd.grad([root], [leaf], [Tensor(unit)], retain_graph=True, materialize_grads=True)
            rows.append(g.array.ravel())
    if is_diagonal(call):
        return columns[0][0], rows[0]
    return np.stack([np.concatenate([part.ravel() for part in column]) for column in columns], -1), np.stack(rows)


def check_tangents(call: Call) -> None:
    for place in [i for i, array in enumerate(call.arrays) if array.size]:
        forward, backward = jacobians(call, place)
        known = np.isfinite(backward)
        if not is_diagonal(call) and not known.all():
            continue  # 0 times an infinite slope is no number, in either direction
        np.testing.assert_allclose(forward[known], backward[known], rtol=1e-9, atol=1e-12, err_msg=str(call.values))


def points(call: Call) -> list[Call]:
    """A diagonal call as one call of scalars for each element."""
    if not is_diagonal(call):
        return []
    return [Call(call.op, tuple(call.having([array[i] for array in call.arrays]))) for i in range(call.arrays[0].size)]


@pytest.mark.parametrize("call", AT_POINTS, ids=name_of)
def test_tangents_are_gradients_at_special_points(call: Call) -> None:
    for each in [call, *points(call)]:
        check_tangents(each)


@pytest.mark.parametrize("call", AMONG_OTHERS, ids=name_of)
def test_tangents_are_gradients_with_special_elements(call: Call) -> None:
    for each in with_special_elements(call):
        try:
            check_tangents(each)
        except RuntimeError as error:
            assert re.search("should be between 0 and 1|Double backward is unsupported", str(error))


def moved_out(g: Any, a: Any, b: Any) -> Any:
    """pow's rule by its base with the mask around the product."""
    return np.where(b == 0, 0, g * b * a ** (b - 1))


def test_a_mask_outside_of_a_factor_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    op = OPS["pow_tensor"]
    monkeypatch.setattr(op, "pulls", (lambda g, slots: moved_out(g, *slots[1:]), op.pulls[1]))
    call = Call(op, (np.array([0.0, 2.0]), np.array([0.0, 2.0])))
    np.testing.assert_array_equal(jacobians(call, 0)[1], [0, 4])
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check_tangents(call)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check_tangents(make_call(op, edges(op)[0]))


def along(x: Tensor) -> Tensor:
    return Tensor(np.ones(x.shape))


def mixed(call: Call, of: int, by: int) -> tuple[Any, ...]:
    """The first derivative by the array `of`, and the second one by `of` and `by`, of each element; in three ways.

    The gradient of the gradient, the gradient of the tangent, the tangent of the gradient.
    """
    leaves = [Tensor(array, True) for array in call.arrays]
    (root,) = results(call, leaves)
    (first,) = autograd.grad([root], [leaves[of]], [along(root)], create_graph=True, materialize_grads=True)
    seconds = [gradient_of(first, leaves[by])]
    with Level() as level:
        duals = [level.dual(x, along(x)) if i == of else x for i, x in enumerate(leaves)]
        seconds.append(gradient_of(level.tangent(results(call, duals)[0]), leaves[by]))
    with Level() as level:
        duals = [level.dual(x, along(x)) if i == by else x for i, x in enumerate(leaves)]
        (root,) = results(call, duals)
        wanted = duals[of] if of == by else leaves[of]
        (slope,) = autograd.grad([root], [wanted], [along(root)], create_graph=True, materialize_grads=True)
        tangent = level.tangent(slope)
        seconds.append(np.zeros(root.shape) if tangent is None else tangent.array)
    return first.array, *seconds


def gradient_of(root: Any, leaf: Tensor) -> Any:
    if root is None or not root.requires_grad:
        return np.zeros(leaf.shape)
    (g,) = autograd.grad([root], [leaf], [along(root)], materialize_grads=True)
    return g.array


@pytest.mark.parametrize("call", [call for call in AT_POINTS if is_diagonal(call)], ids=name_of)
def test_second_derivatives_agree_in_all_directions(call: Call) -> None:
    for of, by in product(range(len(call.arrays)), repeat=2):
        first, expected, *others = mixed(call, of, by)
        known = np.isfinite(first) & np.isfinite(expected)
        for other in others:
            np.testing.assert_allclose(other[known], expected[known], rtol=1e-9, atol=1e-12)
