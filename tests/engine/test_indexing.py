"""Indices: the chain of nodes that is recorded, values, what scatters back, and PyTorch's words for what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcli.engine import autograd, methods, ops
from gradcli.engine.tensor import Tensor

methods.attach()

Function = Callable[[Any], Any]
CUBE = np.arange(24.0).reshape(2, 3, 4)


def leaf(values: Any = CUBE) -> Tensor:
    return Tensor(np.array(values, np.float64), True)


def chain(tensor: Tensor) -> list[str]:
    """The names from a Tensor to its leaf, first arguments only."""
    names, node = [], tensor.grad_fn
    while node is not None and node.next_functions:
        names.append(node.name())
        node = node.next_functions[0][0]
    return names


SELECT, SLICE, UNSQUEEZE, INDEX = "SelectBackward0", "SliceBackward0", "UnsqueezeBackward0", "IndexBackward0"


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (lambda x: x[0], [SELECT]),
        (lambda x: x[0, 1], [SELECT, SELECT]),
        (lambda x: x[:, 0], [SELECT]),
        (lambda x: x[..., -1], [SELECT]),
        (lambda x: x[1:], [SLICE]),
        (lambda x: x[:], [SLICE]),
        (lambda x: x[0:2], [SLICE]),
        (lambda x: x[0:2, 1], [SELECT]),
        (lambda x: x[-2:, 1:-1], [SLICE, SLICE]),
        (lambda x: x[:, ::2], [SLICE]),
        (lambda x: x[...], ["AliasBackward0"]),
        (lambda x: x[:, :], ["AliasBackward0"]),
        (lambda x: x[None], [UNSQUEEZE]),
        (lambda x: x[0, ..., None, 1:3], [SLICE, UNSQUEEZE, SELECT]),
        (lambda x: x[Tensor(np.int64(1))], [SELECT]),
        (lambda x: x[[0, 1, 0]], [INDEX]),
        (lambda x: x[1:, [0, 1]], [INDEX, SLICE]),
        (lambda x: x[0, :, [1, 2]], [INDEX, SELECT]),
        (lambda x: x[:, [0, 1], None, [1, 2]], [INDEX, UNSQUEEZE]),
        (lambda x: x[x > 3], [INDEX]),
        (lambda x: x[True], [INDEX, UNSQUEEZE]),
    ],
)
def test_an_index_is_a_chain_of_nodes(function: Function, names: list[str]) -> None:
    assert chain(function(leaf())) == names


KEYS: list[Any] = [
    0,
    -1,
    (1, 2, 3),
    (slice(None), -1),
    (slice(1, None), slice(None, None, 2)),
    (Ellipsis, 1),
    (0, Ellipsis, None),
    (None, 1, slice(0, 0)),
    [1, 0, 1],
    (slice(None), [2, 0]),
    ([0, 1], slice(None), [3, 3]),
    (slice(None), np.array([[0, 1], [2, 2]])),
    np.array([True, False]),
    (slice(None), np.array([True, False, True]), slice(1, None)),
    CUBE % 5 == 0,
    (1, CUBE[1] % 5 == 0),
    True,
    False,
    np.array([], np.int64),
]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_values_of_an_index(key: Any) -> None:
    np.testing.assert_array_equal(leaf()[key].array, CUBE[key])


def test_an_integer_beside_an_index_array_is_taken_first() -> None:
    """NumPy would put the axis of the array first here, PyTorch leaves it in its place."""
    np.testing.assert_array_equal(leaf()[0, :, [1, 2]].array, CUBE[0][:, [1, 2]])


def test_a_list_of_lists_is_a_tuple_of_index_arrays() -> None:
    np.testing.assert_array_equal(leaf()[[[0, 1], [2, 0]]].array, CUBE[[0, 1], [2, 0]])


def test_bytes_are_a_mask() -> None:
    np.testing.assert_array_equal(leaf()[np.array([0, 1], np.uint8)].array, CUBE[1:])


def test_the_gradient_of_an_index_lands_where_the_elements_came_from() -> None:
    x = leaf([1.0, 2.0, 3.0])
    ops.sum(x[[0, 2, 0]] * np.array([1.0, 10.0, 100.0])).backward()
    assert x.grad.tolist() == [101, 0, 10]
    y = leaf([[1.0, 2.0], [3.0, 4.0]])
    ops.sum(y[:, 1] * y[0]).backward()
    assert y.grad.tolist() == [[2, 1 + 4], [0, 2]]


def test_an_index_array_may_change_before_the_backward_pass() -> None:
    x, places = leaf([1.0, 2.0, 3.0]), np.array([0, 2])
    picked = x[places]
    places[:] = 1
    ops.sum(picked).backward()
    assert x.grad.tolist() == [1, 0, 1]


@pytest.mark.parametrize("key", [0, slice(1, None), (slice(None), 1), [0, 0], (1, [0, 1, 1])], ids=str)
def test_second_derivatives_of_an_index(key: Any) -> None:
    x = leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    (first,) = autograd.grad(ops.sum(x[key] ** 3), x, create_graph=True)
    (second,) = autograd.grad(ops.sum(first), x)
    times = np.zeros((2, 3))
    np.add.at(times, key, 1)
    np.testing.assert_allclose(second.array, 6 * x.array * times)


# PyTorch's words

MATRIX = np.ones((3, 4))


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (lambda x: x[5], IndexError, "index 5 is out of bounds for dimension 0 with size 3"),
        (lambda x: x[0, -5], IndexError, "index -5 is out of bounds for dimension 1 with size 4"),
        (lambda x: x[[5]], IndexError, "index 5 is out of bounds for dimension 0 with size 3"),
        (lambda x: x[0, 0, None, 0], IndexError, "too many indices for tensor of dimension 2"),
        (
            lambda x: x[0, 0][0],
            IndexError,
            (
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to "
                "convert a 0-dim tensor to a number"
            ),
        ),
        (lambda x: x[::-1], ValueError, "step must be greater than zero"),
        (lambda x: x[::0], ValueError, "slice step cannot be zero"),
        (
            lambda x: x[np.array([True])],
            IndexError,
            "The shape of the mask [1] at index 0 does not match the shape of the indexed tensor [3, 4] at index 0",
        ),
        (
            lambda x: x[np.ones((3, 3), bool)],
            IndexError,
            "The shape of the mask [3, 3] at index 1 does not match the shape of the indexed tensor [3, 4] at index 1",
        ),
        (
            lambda x: x[[0, 1], [0, 1, 2]],
            IndexError,
            "shape mismatch: indexing tensors could not be broadcast together with shapes [2], [3]",
        ),
        (lambda x: x[np.ones(3)], IndexError, "tensors used as indices must be long, int, byte or bool tensors"),
        (
            lambda x: x[0.5],
            IndexError,
            (
                "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
                "float)"
            ),
        ),
        (
            lambda x: ops.select(x, 1, 4),
            IndexError,
            "select(): index 4 out of range for tensor of size [3, 4] at dimension 1",
        ),
    ],
)
def test_errors(function: Function, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as raised:
        function(leaf(MATRIX))
    assert str(raised.value) == words
