"""Views that are made where nothing is recorded."""

from __future__ import annotations

import numpy as np
import pytest

import gradcli.torch.namespace  # noqa: F401  # attaches the methods of Tensor
from gradcli.engine.modes import no_grad
from gradcli.engine.tensor import Tensor


def test_a_view_that_is_made_without_gradients_says_what_its_base_says() -> None:
    """As in PyTorch 2.13, of a leaf and of what was computed; a view of what is detached says nothing of the kind."""
    leaf, plain = Tensor(np.ones((2, 3)), True), Tensor(np.ones((2, 3)))
    with no_grad():
        seen = [leaf.T, leaf[0], leaf.reshape(6), leaf[0][:2], (leaf * 1)[0], leaf.detach()[0], leaf.detach(), plain[0]]
        assert [view.requires_grad for view in seen] == [True, True, True, True, False, False, False, False]
    row = seen[1]
    assert row[:2].requires_grad
    assert repr(row) == "tensor([1., 1., 1.], dtype=torch.float64, requires_grad=True)"
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        row.numpy()
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode"):
        row.mul_(2)
