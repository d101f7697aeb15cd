"""`out=`: results written into a Tensor that is there already."""

from __future__ import annotations

import pytest

from gradcli import torch


def test_the_same_object_and_memory() -> None:
    a, out = torch.ones(2, 2), torch.zeros(2, 2)
    memory = out.numpy()
    assert torch.matmul(a, a, out=out) is out
    assert memory.tolist() == [[2.0, 2.0], [2.0, 2.0]]


def test_another_shape_is_taken_with_a_warning() -> None:
    out = torch.empty(0)
    torch.add(torch.ones(3), 1, out=out)
    assert out.tolist() == [2.0, 2.0, 2.0]
    with pytest.warns(UserWarning, match="was resized"):
        torch.add(torch.ones(2), 1, out=out)
    assert out.shape == (2,)


@pytest.mark.parametrize(
    ("out", "message"),
    [
        (lambda: torch.zeros(2, dtype=torch.int64), "result type Float can't be cast to the desired output type Long"),
        (lambda: torch.zeros(2, requires_grad=True), "functions with out=... arguments don't support automatic"),
    ],
)
def test_what_cannot_be(out: object, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        torch.add(torch.ones(2), 1, out=out())  # type: ignore[operator]
