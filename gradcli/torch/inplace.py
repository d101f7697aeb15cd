"""Methods that change a Tensor in place: element-wise functions with a "_" behind their names, and some that write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.catalogue import catalogue
from gradcli.engine import ops
from gradcli.engine.dtypes import PYTHON_CATEGORY
from gradcli.engine.fitting import fitting
from gradcli.engine.inplace import (
    assign,
    change,
    flat,
    forget,
    own_memory,
    refuse_leaf,
    refuse_partial_overlap,
    takes_history,
    tell_views,
    write,
)
from gradcli.engine.memory import give_memory, note_detached, touch
from gradcli.engine.modes import no_grad
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.torch import filling
from gradcli.torch.argument_checks import refuse_gradients, require_int
from gradcli.torch.filling import stream_of
from gradcli.torch.functions import FUNCTIONS
from gradcli.torch.kinds import annotated

OPERATORS = {
    "__iadd__": "add", "__isub__": "sub", "__imul__": "mul", "__itruediv__": "div", "__ipow__": "pow",
    "__ifloordiv__": "floor_divide", "__imod__": "remainder", "__iand__": "bitwise_and", "__ior__": "bitwise_or",
    "__ixor__": "bitwise_xor", "__ilshift__": "bitwise_left_shift", "__irshift__": "bitwise_right_shift",
}  # fmt: skip


def _changing(name: str) -> Callable[..., Tensor]:
    function = FUNCTIONS[name]

    def method(self: Tensor, *args: Any, **keywords: Any) -> Tensor:
        refuse_partial_overlap(self, *args)
        return change(self, lambda before: function(before, *args, **keywords))

    method.__name__ = method.__qualname__ = f"{name}_"
    method.__doc__ = f"As `{name}`, in place."
    return method


def _comparing(name: str) -> Callable[..., Tensor]:
    """A comparison in place. Ones and zeros depend on nothing, but what was compared has a gradient: 0."""
    function = FUNCTIONS[name]

    def method(self: Tensor, other: Any) -> Tensor:
        refuse_partial_overlap(self, other)
        node = f"{name.capitalize()}Backward{int(isinstance(other, Tensor))}"
        return change(self, lambda before: flat(before, other, function(before, other).array, node))

    method.__name__ = method.__qualname__ = f"{name}_"
    method.__doc__ = f"As `{name}`, in place."
    return method


def _reshaping(name: str) -> Callable[..., Tensor]:
    function = FUNCTIONS[name]

    def method(self: Tensor, *args: Any, **keywords: Any) -> Tensor:
        refuse_leaf(self)
        view = function(self, *args, **keywords)
        self.array, self.grad_fn = (
            view.array,
            view.grad_fn,
        )  # a retained gradient keeps the former shape
        touch(self.array)
        if self.grad_fn is not None:
            tell_views(self)
        return self

    method.__name__ = method.__qualname__ = f"{name}_"
    method.__doc__ = f"As `{name}`: the Tensor itself takes the other shape."
    return method


def zero_(self: Tensor) -> Tensor:
    """Zeros, in place."""
    return change(self, ops.zero)


def fill_(self: Tensor, value: Any) -> Tensor:
    """One value everywhere, in place."""
    if isinstance(value, Tensor) and value.ndim:
        raise RuntimeError(f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.")
    if isinstance(value, Tensor):
        return change(self, lambda before: ops.fill_tensor(before, value))
    number = value.item() if isinstance(value, np.generic) else value
    if type(number) not in PYTHON_CATEGORY:
        raise TypeError(f"fill_() received an invalid combination of arguments - got ({type(value).__name__})")
    return change(self, lambda before: ops.fill(before, number))


def copy_(self: Tensor, src: Any, non_blocking: bool = False) -> Tensor:  # noqa: ARG001  # nothing is copied late
    """The values of `src`, a Tensor or a number, broadcast and cast, in place."""
    if type(src) in PYTHON_CATEGORY:
        src = Tensor(np.asarray(src))
    if not isinstance(src, Tensor):
        raise TypeError(f"copy_(): argument 'other' (position 1) must be Tensor, not {type(src).__name__}")
    refuse_partial_overlap(self, src)
    taken = src if takes_history(self) else src.detach()
    return change(self, lambda before: ops.copy(before, taken))


def _running(name: str) -> Callable[..., Tensor]:
    """A running sum or product in place: in the Tensor's own dtype, and in no other."""
    function = FUNCTIONS[name]

    def method(self: Tensor, dim: Any, *, dtype: Any = None) -> Tensor:
        if dtype not in (None, self.dtype):
            own, wanted = (TYPE_NAMES[kind.numpy.name].cpp for kind in (self.dtype, dtype))
            raise RuntimeError(
                f"Bad in-place call: input tensor dtype {own} and output tensor dtype {wanted} should match"
            )
        return change(self, lambda before: function(before, dim, dtype=self.dtype))

    method.__name__ = method.__qualname__ = f"{name}_"
    method.__doc__ = f"As `{name}`, in place."
    return method


def float_power_(self: Tensor, exponent: Any) -> Tensor:
    """As `float_power`, in place: of float64 and complex128 alone."""
    powers = FUNCTIONS["float_power"](self.detach(), exponent.detach() if isinstance(exponent, Tensor) else exponent)
    if powers.dtype is not self.dtype:
        own, wanted = (TYPE_NAMES[x.array.dtype.name].scalar for x in (self, powers))
        raise RuntimeError(
            f"the base given to float_power_ has dtype {own} but the operation's result requires dtype {wanted}"
        )
    return change(self, lambda before: FUNCTIONS["float_power"](before, exponent))


def polygamma_(self: Tensor, *args: Any, **keywords: Any) -> Tensor:
    """As `polygamma`, in place."""
    return change(self, lambda before: FUNCTIONS["polygamma"](*args, input=before, **keywords))


def _drawn(self: Tensor, node: str, fill: Callable[[Any], None]) -> Tensor:
    """The Tensor with random numbers in place, which its history ends at, in a node of that name."""
    refuse_leaf(self)
    own_memory(self)
    fill(self.array)
    touch(self.array)
    forget(self, node)
    return self


def uniform_(self: Tensor, a: float = 0.0, b: float = 1.0, *, generator: Any = None) -> Tensor:
    """Uniform random numbers in [a, b), in place."""
    return _drawn(self, "UniformBackward0", lambda array: filling.uniform(array, a, b, stream_of(generator)))


def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> Tensor:
    """Normal random numbers, in place."""
    return _drawn(self, "NormalBackward0", lambda array: filling.normal(array, mean, std, stream_of(generator)))


def bernoulli_(self: Tensor, p: Tensor | float = 0.5, *, generator: Any = None) -> Tensor:
    """Ones with probability p, else zeros, in place; a Tensor has a probability for each element."""
    refuse_gradients("bernoulli_", p)
    node = "BernoulliBackward1" if isinstance(p, Tensor) else "BernoulliBackward2"
    chance = np.asarray(ops.expand(p.detach(), self.array.shape).array) if isinstance(p, Tensor) else p
    return _drawn(self, node, lambda array: filling.bernoulli(array, chance, stream_of(generator)))


def random_(self: Tensor, *bounds: int | None, generator: Any = None, **named: int | None) -> Tensor:
    """Random whole numbers, in place: up to the dtype's largest, below `to`, or from `from` to below `to`."""
    names = ("from", "to")[-len(bounds) :] if len(bounds) == 1 and "to" not in named else ("from", "to")
    given = dict(zip(names, bounds, strict=False)) | named
    if len(bounds) > 2 or len(given) < len(bounds) + len(named) or not given.keys() <= {"from", "to"}:
        raise TypeError(f"random_() received an invalid combination of arguments: {bounds}, {named}")
    for position, (name, value) in enumerate(given.items(), 1):
        if value is not None:
            require_int("random_", name, value, position)
    low, high = given.get("from", 0 if given else None), given.get("to")
    node = f"RandomBackward{(2, 1, 0)[len(given)]}"
    return _drawn(self, node, lambda array: filling.integers(array, low, high, stream_of(generator)))


def exponential_(self: Tensor, lambd: float = 1.0, *, generator: Any = None) -> Tensor:
    """Exponentially distributed random numbers with the rate `lambd`, in place."""
    return _drawn(self, "ExponentialBackward0", lambda array: filling.exponential(array, lambd, stream_of(generator)))


def geometric_(self: Tensor, p: float, *, generator: Any = None) -> Tensor:
    """How many trials, each with probability p, the first success takes, at random, in place."""
    return _drawn(self, "GeometricBackward0", lambda array: filling.geometric(array, p, stream_of(generator)))


def cauchy_(self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Any = None) -> Tensor:
    """Random numbers of Cauchy's distribution, in place."""
    return _drawn(self, "CauchyBackward0", lambda array: filling.cauchy(array, median, sigma, stream_of(generator)))


def log_normal_(self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Any = None) -> Tensor:
    """Random numbers whose logarithms are normal with this mean and deviation, in place."""
    return _drawn(self, "LogNormalBackward0", lambda array: filling.log_normal(array, mean, std, stream_of(generator)))


def _written(self: Tensor, values: list[Any]) -> Tensor:
    """The Tensor with these values in place, for which no history is kept."""
    refuse_leaf(self)
    write(self, np.reshape([fitting(value, self.array.dtype) for value in values], self.array.shape))
    return self


def _refuse_gradient(method: str, x: Tensor) -> None:
    if x.requires_grad:
        raise RuntimeError(
            f"Can't call {method}() on Variable that requires grad. Use var.detach().{method}() instead."
        )


def apply_(self: Tensor, callable: Any) -> Tensor:
    """What a function of a number makes of each element, in place. Raises RuntimeError where a gradient is needed."""
    _refuse_gradient("apply_", self)
    return _written(self, [callable(x) for x in self.array.ravel().tolist()])


def map_(self: Tensor, tensor: Tensor, callable: Any) -> Tensor:
    """What a function of two numbers makes of each element and that of `tensor`, in place. Raises as `apply_`."""
    _refuse_gradient("map_", self)
    others = np.broadcast_to(tensor.array, self.array.shape).ravel().tolist()
    return _written(self, [callable(x, y) for x, y in zip(self.array.ravel().tolist(), others, strict=True)])


def detach_(self: Tensor) -> Tensor:
    """Forgets the history, in place. Raises RuntimeError for a view."""
    if self.base is not None:
        raise RuntimeError(
            "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
            "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence "
            "detach_() cannot be called on these gradients. To fix this error, please refer to the "
            "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
        )
    if self.grad_fn is not None:
        note_detached(self.grad_fn)
    self.grad_fn, self.tracked = None, False
    return self


def data(self: Tensor) -> Tensor:
    """The same memory without a history."""
    return self.detach()


def set_data(self: Tensor, value: Tensor) -> None:
    """Takes over the memory of another Tensor, without a history."""
    if not isinstance(value, Tensor):
        raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
    if self.tracked and value.array.dtype.kind not in "fcV":
        raise RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")
    with no_grad():
        self.array = give_memory(value)


WRITTEN_OUT = (
    copy_, uniform_, normal_, bernoulli_, random_, exponential_, geometric_, cauchy_, log_normal_, apply_, map_,
    detach_, polygamma_,
)  # fmt: skip
_MADE: dict[str, Callable[[str], Callable[..., Tensor]]] = {
    "values": _changing, "comparison": _comparing, "running": _running, "view": _reshaping
}  # fmt: skip
"""By what the catalogue says of a function in place: what makes its method of the function's name."""


def _in_place(*kinds: str) -> dict[str, Callable[..., Tensor]]:
    """The methods of those kinds, under all names of their functions."""
    found: dict[str, Callable[..., Tensor]] = {}
    for row in catalogue():
        if row.in_place in kinds:
            made = _MADE[row.in_place](row.name)
            found |= {f"{name}_": made for name in row.face_names}
    return found


CHANGING = _in_place("values", "comparison", "running")
CHANGING |= {"float_power_": float_power_, "zero_": zero_, "fill_": fill_}
"""The functions that change their first argument, which are methods too."""


def attach() -> None:
    """Gives Tensor these methods."""
    methods = CHANGING | {operator: _changing(name) for operator, name in OPERATORS.items()}
    methods |= _in_place("view")
    methods |= {method.__name__: annotated(method) for method in WRITTEN_OUT}
    for name, method in methods.items():
        setattr(Tensor, name, method)
    Tensor.__setitem__ = assign  # type: ignore[index]  # attached like the operators
    Tensor.data = property(data, set_data)  # type: ignore[attr-defined]
