"""`autograd.forward_ad`: Tensors that carry a tangent.

    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, v)
        y, jvp = forward_ad.unpack_dual(f(dual))

Tangents follow the recorded graph (see `engine/forward.py`) and are computed when they are asked for. So, unlike in
PyTorch, what is computed from a dual Tensor says that it requires a gradient and prints its grad_fn, not its tangent;
and recording cannot be turned off while a level is open: `no_grad` raises NotImplementedError in the thread that
opened it. What another thread computes from a dual Tensor has a tangent as long as it is recorded there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from gradcli.engine.forward import Level, settled
from gradcli.engine.locks import TABLES
from gradcli.engine.tensor import Tensor
from gradcli.torch.absent import absent_names

__getattr__ = absent_names(__name__)

_levels: list[Level] = []
"""The open level, if there is one: one in the process, as in PyTorch; `func.jvp` has levels of its own."""


class UnpackedDualTensor(NamedTuple):
    """A Tensor without its tangent, and the tangent: None if it has none."""

    primal: Tensor
    tangent: Tensor | None


def enter_dual_level() -> int:
    """Opens a level; its number. Raises RuntimeError if one is open already."""
    with TABLES:
        if _levels:
            raise RuntimeError("Nested forward mode AD is not supported at the moment")
        _levels.append(Level().__enter__())
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """Closes the level: its tangents are gone. Raises RuntimeError for one that is not open."""
    if not _levels:
        raise RuntimeError("Dual level must be a positive number.")
    if level not in (None, 0):
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is not supported."
        )
    _levels.pop().__exit__()


class dual_level:
    """A context in which Tensors can have tangents; gives the level's number."""

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *_: object) -> None:
        exit_dual_level()


def make_dual(tensor: Tensor, tangent: Tensor, *, level: int | None = None) -> Tensor:
    """A Tensor with the memory of `tensor` and this tangent, which has its shape.

    Raises RuntimeError outside a level, for another shape, and for a Tensor that has a tangent already; ValueError for
    what is not floating point.
    """
    if not _levels:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first."
        )
    for role, value in (("primal", tensor), ("tangent", tangent)):
        if not (value.dtype.is_floating_point or value.dtype.is_complex):
            raise ValueError(f"Expected {role} to be floating point or complex, but got: {value.dtype}")
    if _levels[-1].tangent(tensor) is not None:
        raise RuntimeError(
            "Making a dual Tensor based on a Tensor that already has a forward gradient at the same level 0 is not "
            "supported."
        )
    if tensor.shape != tangent.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {[*tensor.shape]} while the given forward gradient is of size "
            f"{[*tangent.shape]}."
        )
    return _levels[-1].dual(tensor, tangent)


def unpack_dual(tensor: Any, *, level: int | None = None) -> UnpackedDualTensor:
    """The Tensor and its tangent; None if it has none, or the level is closed."""
    if not _levels:
        return UnpackedDualTensor(tensor, None)
    tangent = _levels[-1].tangent(tensor)
    if tangent is None:
        return UnpackedDualTensor(tensor, None)
    own = _levels[-1].entries
    return UnpackedDualTensor(settled(tensor, own), settled(tangent, own))
