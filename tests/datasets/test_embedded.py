"""The digits in the package, and the drawn shapes."""

from __future__ import annotations

import numpy as np
import pytest

from gradcli.datasets import digits, shapes
from gradcli.datasets.digits import FILE
from gradcli.datasets.shapes import SHAPES


def test_all_digits_are_there_once():
    train, test = digits()
    assert (train.images.shape, test.images.shape) == ((1347, 1, 8, 8), (450, 1, 8, 8))
    together = np.concatenate([train.images, test.images])
    assert len(np.unique(together.reshape(1797, 64), axis=0)) == 1797
    assert np.bincount(np.concatenate([train.labels, test.labels])).tolist() == [
        178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ]  # fmt: skip  # as published


def test_the_first_digit_is_that_of_the_publication():
    _, test = digits()
    assert test.labels[0] == 0
    assert np.round(test.images[0, 0, 0] / 255 * 16).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert test.images.max() == 255


def test_the_package_stays_small_and_credits_its_data():
    assert FILE.stat().st_size < 100_000
    text = FILE.with_name("README.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in text
    assert "Alpaydin" in text


def test_shapes_are_the_same_for_the_same_seed():
    first, again, other = (shapes(30, 10, seed) for seed in (1, 1, 2))
    for one, two in zip(first, again, strict=True):
        assert np.array_equal(one.images, two.images)
        assert np.array_equal(one.labels, two.labels)
    assert not np.array_equal(first[0].images, other[0].images)


def test_shapes_have_the_form_of_cifar10():
    train, test = shapes(70, 30)
    assert (train.images.shape, test.images.shape) == ((70, 3, 32, 32), (30, 3, 32, 32))
    assert train.images.dtype == np.uint8
    assert train.classes == tuple(SHAPES)
    assert np.bincount(np.concatenate([train.labels, test.labels])).tolist() == [10] * 10
    assert len(np.unique(np.concatenate([train.images, test.images]).reshape(100, -1), axis=0)) == 100


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_negative_inside_and_grows_like_a_distance(name):
    y, x = np.mgrid[-2:2:201j, -2:2:201j]
    field = SHAPES[name](x, y)
    inside = field < 0
    assert 0.02 < inside.mean() < 0.3
    assert not inside[[0, -1]].any()
    assert not inside[:, [0, -1]].any()
    slopes = np.hypot(*np.gradient(field, y[:, 0], x[0]))
    assert np.quantile(slopes, 0.99) < 1.6
