"""Attaches the operators to Tensor. They are the operations themselves, so nothing stands between `a * b` and `mul`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine import autograd, ops
from gradcli.engine.tensor import Tensor


def _reflected(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda self, other: operation(other, self)


def _invert(self: Tensor) -> Any:
    if self.array.dtype.kind not in "bui":
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return ops.bitwise_not(self)


def _comparison(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operation that leaves it to Python what comes of comparing a Tensor with anything but arrays and numbers."""

    def compare(self: Tensor, other: Any) -> Any:
        try:
            return operation(self, other)
        except TypeError:
            return NotImplemented

    return compare


def _matrices_turned(self: Tensor) -> Any:
    """Each matrix of a batch transposed; what has no axes stays as it is."""
    if not self.ndim:
        return self
    if self.ndim < 2:
        raise RuntimeError(f"tensor.mT is only supported on matrices or batches of matrices. Got {self.ndim}-D tensor.")
    return ops.transpose(self, -2, -1)


def _subtracted_from(self: Tensor, other: Any) -> Any:
    return ops.sub(other, self) if isinstance(other, Tensor) else ops.rsub(self, other)


OPERATORS: dict[str, Callable[..., Any]] = {
    "__add__": ops.add,
    "__radd__": ops.add,
    "__sub__": ops.sub,
    "__rsub__": _subtracted_from,
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
    "__matmul__": lambda self, other: ops.matmul(self, other) if hasattr(other, "ndim") else NotImplemented,
    "__rmatmul__": lambda self, other: ops.matmul(other, self) if hasattr(other, "ndim") else NotImplemented,
    "__neg__": ops.neg,
    "__pos__": lambda self: self,
    "__abs__": ops.abs,
    "__invert__": _invert,
    "__and__": ops.bitwise_and,
    "__rand__": ops.bitwise_and,
    "__or__": ops.bitwise_or,
    "__ror__": ops.bitwise_or,
    "__xor__": ops.bitwise_xor,
    "__rxor__": ops.bitwise_xor,
    "__lshift__": ops.left_shift,
    "__rlshift__": _reflected(ops.left_shift),
    "__rshift__": ops.right_shift,
    "__rrshift__": _reflected(ops.right_shift),
    "__lt__": _comparison(ops.lt),
    "__le__": _comparison(ops.le),
    "__gt__": _comparison(ops.gt),
    "__ge__": _comparison(ops.ge),
    "__eq__": _comparison(ops.eq),
    "__ne__": _comparison(ops.ne),
    "__getitem__": ops.getitem,
}

METHODS: dict[str, Any] = {
    "backward": lambda self, gradient=None, retain_graph=None, create_graph=False, inputs=None: autograd.backward(
        self, gradient, retain_graph, create_graph, inputs
    ),
    "T": property(lambda self: ops.permute(self, tuple(reversed(range(self.ndim))))),
    "astype": ops.cast,
    "clone": ops.clone,
    "mT": property(_matrices_turned),
}


def attach() -> None:
    """Gives Tensor its operators and the methods that the engine itself is used through, unless it has got them.

    A face that puts its own in the place of some may be loaded before another user of the engine calls this.
    """
    if "__add__" in vars(Tensor):
        return
    for name, function in (OPERATORS | METHODS).items():
        setattr(Tensor, name, function)
