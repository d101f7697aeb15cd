"""Methods that change a Tensor in place: element-wise functions with a "_" behind their names, and some that write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import ops, random
from gradcli.engine.inplace import assign, change, refuse_leaf, write
from gradcli.engine.modes import no_grad
from gradcli.engine.tensor import Tensor
from gradcli.torch.arguments import only_default
from gradcli.torch.functions import FUNCTIONS

CHANGED = (
    "abs acos acosh add asin asinh atan atan2 atanh ceil clamp clip copysign cos cosh cumprod cumsum deg2rad "
    "digamma div divide eq erf erfc exp exp2 expm1 floor floor_divide fmod frac ge gt hypot le lerp lgamma log "
    "log10 log1p log2 logical_and logical_not logical_or logical_xor logit lt masked_fill mul multiply ne neg "
    "negative pow rad2deg reciprocal relu remainder round rsqrt sigmoid sign sin sinc sinh sqrt square sub "
    "subtract tan tanh tril triu true_divide trunc xlogy addcmul addcdiv addmm addmv addr baddbmm bitwise_and "
    "bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor clamp_max clamp_min float_power gcd "
    "heaviside index_add index_copy index_fill lcm ldexp masked_scatter nan_to_num nextafter scatter scatter_add sgn"
).split()
"""The functions that have a form which changes their first argument."""

OPERATORS = {
    "__iadd__": "add", "__isub__": "sub", "__imul__": "mul", "__itruediv__": "div", "__ipow__": "pow",
    "__ifloordiv__": "floor_divide", "__imod__": "remainder", "__iand__": "bitwise_and", "__ior__": "bitwise_or",
    "__ixor__": "bitwise_xor", "__ilshift__": "bitwise_left_shift", "__irshift__": "bitwise_right_shift",
}  # fmt: skip
SHAPED = ("squeeze", "unsqueeze", "transpose", "t")
"""Views that a Tensor can turn into."""


def _changing(name: str) -> Callable[..., Tensor]:
    function = FUNCTIONS[name]

    def method(self: Tensor, *args: Any, **keywords: Any) -> Tensor:
        return change(self, lambda before: function(before, *args, **keywords))

    method.__name__ = method.__qualname__ = f"{name}_"
    method.__doc__ = f"As `{name}`, in place."
    return method


def _reshaping(name: str) -> Callable[..., Tensor]:
    function = FUNCTIONS[name]

    def method(self: Tensor, *args: Any, **keywords: Any) -> Tensor:
        refuse_leaf(self)
        view = function(self, *args, **keywords)
        self.array, self.grad_fn = view.array, view.grad_fn
        return self

    method.__name__ = method.__qualname__ = f"{name}_"
    method.__doc__ = f"As `{name}`: the Tensor itself takes the other shape."
    return method


def zero_(self: Tensor) -> Tensor:
    """Zeros, in place."""
    return change(self, ops.zero)


def fill_(self: Tensor, value: Any) -> Tensor:
    """One value everywhere, in place."""
    number = value.item() if isinstance(value, Tensor) else value
    return change(self, lambda before: ops.fill(before, number))


def copy_(self: Tensor, src: Tensor, non_blocking: bool = False) -> Tensor:
    """The values of `src`, broadcast and cast, in place."""
    only_default("copy_", "non_blocking", non_blocking, False)
    if not isinstance(src, Tensor):
        raise TypeError(f"copy_(): argument 'other' (position 1) must be Tensor, not {type(src).__name__}")
    return change(self, lambda before: ops.copy(before, src))


def _drawn(self: Tensor, values: Any) -> Tensor:
    """The Tensor with random numbers in place, for which no history is kept."""
    refuse_leaf(self)
    write(self, values)
    return self


def uniform_(self: Tensor, a: float = 0.0, b: float = 1.0, *, generator: Any = None) -> Tensor:
    """Uniform random numbers in [a, b), in place."""
    return _drawn(self, (generator or random.default_generator).uniform(self.array.shape, a, b, self.array.dtype))


def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> Tensor:
    """Normal random numbers, in place."""
    return _drawn(self, (generator or random.default_generator).normal(self.array.shape, mean, std, self.array.dtype))


def bernoulli_(self: Tensor, p: float = 0.5, *, generator: Any = None) -> Tensor:
    """Ones with probability p, else zeros, in place."""
    source = generator or random.default_generator
    return _drawn(self, source.bernoulli(p, self.array.shape, self.array.dtype))


def random_(self: Tensor, *bounds: int, generator: Any = None) -> Tensor:
    """Random whole numbers, in place: up to the dtype's largest, below an end, or from a start below an end."""
    source, shape, dtype = generator or random.default_generator, self.array.shape, self.array.dtype
    low, high = (0, *bounds) if len(bounds) == 1 else bounds or (0, None)
    return _drawn(self, source.random(shape, dtype) if high is None else source.randint(low, high, shape, dtype))


def detach_(self: Tensor) -> Tensor:
    """Forgets the history, in place. Raises RuntimeError for a view."""
    if self.base is not None and self.requires_grad:
        raise RuntimeError("Can't detach views in-place. Use detach() instead.")
    self.grad_fn, self.tracked = None, False
    return self


def data(self: Tensor) -> Tensor:
    """The same memory without a history."""
    return self.detach()


def set_data(self: Tensor, value: Tensor) -> None:
    """Takes over the memory of another Tensor, without a history."""
    if not isinstance(value, Tensor):
        raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
    with no_grad():
        self.array = np.asarray(value.array)
        value.array = self.array


CHANGING = {f"{name}_": _changing(name) for name in CHANGED if name in FUNCTIONS}
CHANGING |= {"zero_": zero_, "fill_": fill_}
"""The functions that change their first argument, which are methods too."""


def attach() -> None:
    """Gives Tensor these methods."""
    methods = CHANGING | {operator: _changing(name) for operator, name in OPERATORS.items()}
    methods |= {f"{name}_": _reshaping(name) for name in SHAPED}
    methods |= {method.__name__: method for method in (copy_, uniform_, normal_, bernoulli_, random_, detach_)}
    for name, method in methods.items():
        setattr(Tensor, name, method)
    Tensor.__setitem__ = assign  # type: ignore[index]  # attached like the operators
    Tensor.data = property(data, set_data)  # type: ignore[attr-defined]
