"""Attaches the operators to Tensor. They are the operations themselves, so nothing stands between `a * b` and `mul`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine import autograd, ops
from gradcli.engine.tensor import Tensor


def _reflected(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda self, other: operation(other, self)


def _invert(self: Tensor) -> Any:
    if self.array.dtype.kind == "b":
        return ops.logical_not(self)
    raise TypeError("~ (operator.invert) is only implemented on boolean tensors")


OPERATORS: dict[str, Callable[..., Any]] = {
    "__add__": ops.add,
    "__radd__": ops.add,
    "__sub__": ops.sub,
    "__rsub__": ops.rsub,
    "__mul__": ops.mul,
    "__rmul__": ops.mul,
    "__truediv__": ops.div,
    "__rtruediv__": lambda self, other: ops.mul(ops.reciprocal(self), other),
    "__floordiv__": ops.floor_divide,
    "__rfloordiv__": _reflected(ops.floor_divide),
    "__mod__": ops.remainder,
    "__rmod__": _reflected(ops.remainder),
    "__pow__": ops.power,
    "__rpow__": _reflected(ops.power),
    "__matmul__": ops.matmul,
    "__rmatmul__": _reflected(ops.matmul),
    "__neg__": ops.neg,
    "__pos__": lambda self: self,
    "__abs__": ops.abs,
    "__invert__": _invert,
    "__lt__": ops.lt,
    "__le__": ops.le,
    "__gt__": ops.gt,
    "__ge__": ops.ge,
    "__eq__": ops.eq,
    "__ne__": ops.ne,
    "__getitem__": ops.getitem,
}

METHODS: dict[str, Any] = {
    "backward": lambda self, gradient=None, retain_graph=None, create_graph=False, inputs=None: autograd.backward(
        self, gradient, retain_graph, create_graph, inputs
    ),
    "T": property(lambda self: ops.permute(self, tuple(reversed(range(self.ndim))))),
    "astype": ops.cast,
    "mT": property(lambda self: ops.transpose(self, -2, -1)),
}


def attach() -> None:
    """Gives Tensor its operators and the methods that the engine itself is used through."""
    for name, function in (OPERATORS | METHODS).items():
        setattr(Tensor, name, function)
