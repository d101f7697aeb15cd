"""NumPy's functions on Tensors: the number that NumPy has, with its derivative, or a refusal; never another number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcli.engine import autograd, methods, ops  # noqa: F401  # declares the operations
from gradcli.engine.tensor import NUMPY, Tensor

pytestmark = pytest.mark.filterwarnings("ignore")

methods.attach()
REFUSALS = (TypeError, ValueError, RuntimeError, IndexError, NotImplementedError, AttributeError)
VECTOR, SCALAR = np.array([0.5, 2.0, 1.5]), np.array(1.5)
MATRIX = np.array([[1.0, 2.0, 0.5], [3.0, -1.0, 0.25], [0.5, 0.5, 2.0]])
ARRAYS = [VECTOR, SCALAR, MATRIX, np.arange(24.0).reshape(2, 3, 4) % 7 + 1, np.array([[3, 1, 2], [4, 0, 5]])]
POSITIONS: list[tuple[Any, ...]] = [
    (), (0,), (1,), (-1,), (None,), (0, None), (0, None, None, True), (0, 1), (1, 0), (0, 0, 1), ((1, 0),), ((2, 3),),
    (2,), ((3, 3),), (0, True), (0, 0, True), (0.5,), (True,), (1, (0, 1)),
]  # fmt: skip
KEYWORDS: list[dict[str, Any]] = [
    *[{"axis": axis} for axis in (0, 1, -1, (0, 1), None, ())], {"keepdims": True}, {"axis": 0, "keepdims": True},
    {"ddof": 1}, {"ddof": 0}, {"correction": 0}, {"correction": 1}, {"dtype": np.float32}, {"dtype": np.int64},
    {"out": np.zeros(3)}, {"where": np.array([True, False, True])}, {"initial": 5.0}, {"mean": np.array(1.0)},
    {"order": "F"}, {"casting": "same_kind"}, {"subok": True}, {"decimals": 1}, {"k": 1}, {"offset": 1},
    {"axes": (1, 0)}, {"axis1": 0, "axis2": 1}, {"axisa": 0, "axisb": 0, "axisc": 0}, {"shape": (3,)}, {"copy": True},
]  # fmt: skip
FUNCTIONS = {
    f"{module.__name__}.{name}": function
    for module in (np, np.linalg)
    for name, function in vars(module).items()
    if callable(function) and function in NUMPY and function is not np.empty_like
}


def calls() -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    pairs = [(a, b) for a in ARRAYS for b in (VECTOR, MATRIX, SCALAR, 2.0)]
    sequences = [([VECTOR, VECTOR],), ((MATRIX, MATRIX),), ([VECTOR, MATRIX],)]
    alone = [(array, *rest) for array in ARRAYS for rest in POSITIONS]
    triples = [(MATRIX > 1, MATRIX, VECTOR), (MATRIX > 1, 1.0, MATRIX)]
    first = [(args, {}) for args in [*alone, *pairs, *[(b, a) for a, b in pairs], *sequences, *triples]]
    return first + [(args, keywords) for args in [*[(a,) for a in ARRAYS], *pairs] for keywords in KEYWORDS]


CALLS = calls()


def as_tensors(value: Any) -> Any:
    if isinstance(value, list):
        return [Tensor(np.array(item)) if isinstance(item, np.ndarray) else item for item in value]
    return Tensor(np.array(value)) if isinstance(value, np.ndarray) else value


def as_arrays(value: Any) -> Any:
    return [*map(as_arrays, value)] if isinstance(value, tuple | list) else getattr(value, "array", value)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_same_number_or_a_refusal(name: str) -> None:
    function, answered = FUNCTIONS[name], 0
    for args, keywords in CALLS:
        try:
            found = function(*map(as_tensors, args), **keywords)
            expected = function(*args, **keywords)
        except REFUSALS:
            continue
        answered += 1
        for one, other in zip(*map(np.atleast_1d, map(as_arrays, (found, expected))), strict=True):
            # whole numbers become PyTorch's default dtype
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7, err_msg=f"{args} {keywords}")
    assert answered or name in {"numpy.put", "numpy.invert"}


@pytest.mark.parametrize("name", ["add", "multiply", "maximum", "logical_and"])
def test_methods_of_ufuncs_are_refused(name: str) -> None:
    ufunc, x = getattr(np, name), Tensor(VECTOR)
    for call in (ufunc.reduce, ufunc.accumulate, lambda x: ufunc.outer(x, x), lambda x: ufunc.at(x, [0], 1)):
        with pytest.raises(TypeError, match=f"numpy.{name} is not supported on a Tensor"):
            call(x)
    with pytest.raises(TypeError, match=f"numpy.{name} is not supported on a Tensor here"):
        ufunc(x, x, out=np.zeros(3))


def test_functions_that_no_operation_stands_for_work_on_the_arrays() -> None:
    x, y = Tensor(VECTOR), Tensor(MATRIX)
    for found, expected in (
        (np.median(x), np.median(VECTOR)),
        (np.column_stack([x, x]), np.column_stack([VECTOR, VECTOR])),
        (np.broadcast_arrays(x, None, y)[0], np.broadcast_arrays(VECTOR, MATRIX)[0]),
    ):
        assert not isinstance(found, Tensor)
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(RuntimeError, match="requires grad"):
        np.median(Tensor(VECTOR, True))


def test_what_is_not_supported_is_named() -> None:
    x = Tensor(VECTOR)
    for call, words in (
        (lambda: np.sum(x, dtype=np.float32), r"sum\(\) got an unexpected keyword argument 'dtype'"),
        (lambda: np.var(x, where=VECTOR > 1), r"var\(\) got an unexpected keyword argument 'where'"),
        (lambda: np.sum(x, axis=()), r"axis=\(\) is not supported"),
        (lambda: np.var(x, ddof=1, correction=1), "not both"),
        (lambda: np.dot(x, Tensor(np.ones((2, 3, 2)))), r"numpy\.dot with 3 axes"),
        (lambda: np.reciprocal(Tensor(np.array([2]))), r"numpy\.reciprocal"),
    ):
        with pytest.raises(TypeError, match=words):
            call()


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda x: np.var(x), (VECTOR - VECTOR.mean()) * 2 / 3),
        (lambda x: np.var(x, ddof=1), VECTOR - VECTOR.mean()),
        (lambda x: np.std(x, correction=0), (VECTOR - VECTOR.mean()) / 3 / np.std(VECTOR)),
        (lambda x: np.sum(np.cumsum(x)), np.array([3.0, 2.0, 1.0])),
        (lambda x: np.sum(np.dot(MATRIX, x)), MATRIX.sum(0)),
        (lambda x: np.sum(np.outer(x, MATRIX)), np.full(3, MATRIX.sum())),
        (lambda x: np.sum(np.concatenate([x, MATRIX], axis=None)), np.ones(3)),
        (lambda x: np.power(x, 2.0)[0], np.array([1.0, 0.0, 0.0])),
    ],
)
def test_derivatives_are_kept(call: Any, expected: Any) -> None:
    x = Tensor(VECTOR, True)
    (gradient,) = autograd.grad([call(x)], [x])
    np.testing.assert_allclose(gradient.array, expected)
