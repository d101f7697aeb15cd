"""Shapes and joins: what is a view, names, values, and PyTorch's words for what cannot be."""

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


# Views

VIEWS: list[Function] = [
    lambda x: x[0],
    lambda x: x[1, 2, 3],
    lambda x: x[:, 1:, ::2],
    lambda x: x[...],
    lambda x: x[None],
    lambda x: ops.reshape(x, (6, -1)),
    ops.flatten,
    lambda x: ops.expand(x, (5, 2, 3, -1)),
    ops.squeeze,
    lambda x: ops.unsqueeze(x, 1),
    lambda x: ops.transpose(x, 0, -1),
    lambda x: ops.permute(x, (2, 0, 1)),
    lambda x: ops.moveaxis(x, 0, -1),
    lambda x: ops.t(x[0]),
    ops.diagonal,
    lambda x: ops.split(x, 2, 1)[0],
    lambda x: ops.unbind(x)[1],
]
COPIES: list[Function] = [
    ops.clone,
    lambda x: ops.flip(x, 0),
    lambda x: ops.roll(x, 0),
    ops.tril,
    lambda x: ops.repeat(x, (1, 1, 1)),
    lambda x: ops.cat([x]),
    lambda x: ops.stack([x]),
    lambda x: x[[0, 1]],
]


@pytest.mark.parametrize("function", VIEWS)
def test_a_view_shares_memory(function: Function) -> None:
    x = leaf()
    view = function(x)
    assert np.shares_memory(view.array, x.array)


@pytest.mark.parametrize("function", COPIES)
def test_a_copy_does_not(function: Function) -> None:
    x = leaf()
    assert not np.shares_memory(function(x).array, x.array)


def test_a_view_of_one_element_shows_changes() -> None:
    x = leaf([1.0, 2.0])
    element = x[1]
    x.array[1] = 5
    assert element.item() == 5


# Names that depend on the call


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: ops.reshape(x, (-1,)), "ViewBackward0"),
        (lambda x: ops.reshape(ops.transpose(x, 0, 1), (-1,)), "UnsafeViewBackward0"),
        (ops.squeeze, "SqueezeBackward0"),
        (lambda x: ops.squeeze(x, 0), "SqueezeBackward1"),
        (lambda x: ops.squeeze(x, (0, 1)), "SqueezeBackward2"),
        (lambda x: x.T, "PermuteBackward0"),
        (lambda x: x.mT, "TransposeBackward0"),
        (lambda x: np.swapaxes(x, 0, 1), "TransposeBackward0"),
        (np.transpose, "PermuteBackward0"),
        (lambda x: np.broadcast_to(x, (2, 2, 3, 4)), "ExpandBackward0"),
        (lambda x: np.expand_dims(x, 0), "UnsqueezeBackward0"),
        (lambda x: np.concatenate([x, x], axis=1), "CatBackward0"),
        (lambda x: np.stack([x, x]), "StackBackward0"),
        (lambda x: np.tile(x, 2), "RepeatBackward0"),
        (lambda x: np.diag(x[0]), "DiagonalBackward0_copy"),
        (lambda x: np.diag(x[0, 0]), "DiagEmbedBackward0"),
    ],
)
def test_names(function: Function, name: str) -> None:
    assert chain(function(leaf()))[0] == name


def test_flattening_a_vector_is_no_operation() -> None:
    x = leaf([1.0, 2.0])
    assert ops.flatten(x) is x


# Values against NumPy


@pytest.mark.parametrize(
    ("ours", "numpys"),
    [
        (lambda x: ops.squeeze(x[:1], 0), lambda x: x[0]),
        (lambda x: ops.squeeze(x, 1), lambda x: x),
        (lambda x: ops.flatten(x, 1), lambda x: x.reshape(2, 12)),
        (lambda x: ops.unsqueeze(x, (0, -1)), lambda x: np.expand_dims(x, (0, -1))),
        (lambda x: ops.moveaxis(x, (0, 1), (2, 0)), lambda x: np.moveaxis(x, (0, 1), (2, 0))),
        (lambda x: ops.roll(x, (1, -1), (0, 2)), lambda x: np.roll(x, (1, -1), (0, 2))),
        (lambda x: ops.triu(x, -1), lambda x: np.triu(x, -1)),
        (lambda x: ops.repeat(x, (2, 1, 3, 2)), lambda x: np.tile(x, (2, 1, 3, 2))),
        (lambda x: ops.diagonal(x, -1, 2, 0), lambda x: np.diagonal(x, -1, 2, 0)),
        (lambda x: ops.diagonal(ops.diag_embed(x, 2, 0, -1), 2, 0, -1), lambda x: x),
        (lambda x: ops.split(x, [1, 3], 2)[1], lambda x: x[:, :, 1:]),
        (lambda x: ops.chunk(x, 3, 2)[1], lambda x: x[:, :, 2:]),
        (lambda x: ops.unbind(x, 1)[2], lambda x: x[:, 2]),
    ],
)
def test_values(ours: Function, numpys: Function) -> None:
    np.testing.assert_array_equal(ours(leaf()).array, numpys(CUBE))


def test_joining_promotes_as_pytorch_does() -> None:
    floats, integers = np.ones(2, np.float32), np.arange(2)
    assert ops.cat([floats, integers]).dtype == np.float32
    assert ops.stack([floats, floats.astype(np.float64)]).dtype == np.float64


def test_numbers_can_be_stacked_with_scalars() -> None:
    x = Tensor(np.float32(2), True)
    vector = ops.stack([x, 1, 2.5])
    assert vector.array.dtype == np.float32
    (gradient,) = autograd.grad(ops.sum(vector * vector), x)
    assert gradient.item() == 4


def test_scalars_pass_through() -> None:
    x = np.float64(3)
    assert ops.transpose(x, 0, -1) == ops.squeeze(x, 0) == ops.flip(x, 0) == ops.permute(x) == 3
    assert ops.unsqueeze(x, 0).shape == ops.flatten(x).shape == (1,)


# PyTorch's words

MATRIX = np.ones((3, 4))


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (lambda x: ops.reshape(x, (5, -1)), RuntimeError, "shape '[5, -1]' is invalid for input of size 12"),
        (lambda x: ops.reshape(x, 5), RuntimeError, "shape '[5]' is invalid for input of size 12"),
        (lambda x: ops.reshape(x, (-1, -1)), RuntimeError, "only one dimension can be inferred"),
        (lambda x: ops.reshape(x, (-2, 6)), RuntimeError, "invalid shape dimension -2 at index 0 of shape [-2, 6]"),
        (
            lambda x: ops.reshape(x[:0], (-1, 0)),
            RuntimeError,
            (
                "cannot reshape tensor of 0 elements into shape [-1, 0] because the unspecified dimension size -1 can "
                "be any value and is ambiguous"
            ),
        ),
        (
            lambda x: ops.expand(x, (2, 4)),
            RuntimeError,
            (
                "The expanded size of the tensor (2) must match the existing size (3) at non-singleton dimension 0.  "
                "Target sizes: [2, 4].  Tensor sizes: [3, 4]"
            ),
        ),
        (
            lambda x: ops.expand(x, (-1, 3, 4)),
            RuntimeError,
            "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension 0",
        ),
        (
            lambda x: ops.unsqueeze(x, 3),
            IndexError,
            "Dimension out of range (expected to be in range of [-3, 2], but got 3)",
        ),
        (lambda x: ops.permute(x, (0, 0)), RuntimeError, "permute(): duplicate dims are not allowed."),
        (lambda x: ops.t(x[None]), RuntimeError, "t() expects a tensor with <= 2 dimensions, but self is 3D"),
        (
            lambda x: ops.stack([x, x[:2]]),
            RuntimeError,
            "stack expects each tensor to be equal size, but got [3, 4] at entry 0 and [2, 4] at entry 1",
        ),
        (lambda x: ops.stack([]), RuntimeError, "stack expects a non-empty TensorList"),
        (lambda x: ops.cat([]), ValueError, "torch.cat(): expected a non-empty list of Tensors"),
        (lambda x: ops.cat([x[0], x]), RuntimeError, "Tensors must have same number of dimensions: got 1 and 2"),
        (
            lambda x: ops.cat([x, x[:, :2]]),
            RuntimeError,
            (
                "Sizes of tensors must match except in dimension 0. Expected size 4 but got size 2 for tensor number 1 "
                "in the list."
            ),
        ),
        (
            lambda x: ops.cat([x[0, 0]]),
            RuntimeError,
            "zero-dimensional tensor (at position 0) cannot be concatenated",
        ),
        (lambda x: ops.roll(x, (1, 2), 0), RuntimeError, "shifts and dimensions must align. shifts: 2, dims:1"),
        (lambda x: ops.tril(x[0]), RuntimeError, "tril: input tensor must have at least 2 dimensions"),
        (lambda x: ops.diag(x[None]), RuntimeError, "diag(): Supports 1D or 2D tensors. Got 3D"),
        (lambda x: ops.diagonal(x, 0, 1, -1), RuntimeError, "diagonal dimensions cannot be identical 1, -1"),
        (
            lambda x: ops.repeat(x, (2,)),
            RuntimeError,
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor",
        ),
        (
            lambda x: ops.split(x, [1, 1]),
            RuntimeError,
            (
                "split_with_sizes expects split_sizes to sum exactly to 3 (input tensor's size at dimension 0), but "
                "got split_sizes=[1, 1]"
            ),
        ),
    ],
)
def test_errors(function: Function, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as raised:
        function(leaf(MATRIX))
    assert str(raised.value) == words
