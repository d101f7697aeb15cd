"""Methods that change a Tensor in place: element-wise functions with a "_" behind their names, and some that write."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import ops, random
from gradcli.engine.dtypes import PYTHON_CATEGORY
from gradcli.engine.inplace import assign, change, forget, refuse_leaf, tell_views, write
from gradcli.engine.memory import give_memory, note_detached, touch
from gradcli.engine.modes import no_grad
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES, not_implemented
from gradcli.torch.functions import FUNCTIONS

CHANGED = (
    "abs acos acosh add asin asinh atan atan2 atanh ceil clamp clip copysign cos cosh cumprod cumsum deg2rad "
    "digamma div divide eq erf erfc exp exp2 expm1 floor floor_divide fmod frac ge gt hypot le lerp lgamma log "
    "log10 log1p log2 logical_and logical_not logical_or logical_xor logit lt masked_fill mul multiply ne neg "
    "negative pow rad2deg reciprocal relu remainder round rsqrt sigmoid sign sin sinc sinh sqrt square sub "
    "subtract tan tanh tril triu true_divide trunc xlogy addcmul addcdiv addmm addmv addr baddbmm bitwise_and "
    "bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor clamp_max clamp_min float_power gcd "
    "heaviside index_add index_copy index_fill index_put lcm ldexp masked_scatter nan_to_num nextafter put "
    "scatter scatter_add"
    " scatter_reduce sgn"
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
    number = value.item() if isinstance(value, (Tensor, np.generic)) else value
    if type(number) not in PYTHON_CATEGORY:
        raise TypeError(f"fill_() received an invalid combination of arguments - got ({type(value).__name__})")
    return change(self, lambda before: ops.fill(before, number))


def copy_(self: Tensor, src: Any, non_blocking: bool = False) -> Tensor:  # noqa: ARG001  # nothing is copied late
    """The values of `src`, a Tensor or a number, broadcast and cast, in place."""
    if type(src) in PYTHON_CATEGORY:
        src = Tensor(np.asarray(src))
    if not isinstance(src, Tensor):
        raise TypeError(f"copy_(): argument 'other' (position 1) must be Tensor, not {type(src).__name__}")
    return change(self, lambda before: ops.copy(before, src))


def polygamma_(self: Tensor, *args: Any, **keywords: Any) -> Tensor:
    """As `polygamma`, in place."""
    return change(self, lambda before: FUNCTIONS["polygamma"](*args, input=before, **keywords))


def _drawn(self: Tensor, values: Any) -> Tensor:
    """The Tensor with random numbers in place, through which no gradient passes."""
    refuse_leaf(self)
    write(self, np.reshape(values, self.array.shape))
    forget(self)
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


def _uniforms(self: Tensor, generator: Any) -> Any:
    """A float64 number in [0, 1) for each element, in their order."""
    return (generator or random.default_generator).rand(self.array.shape, np.dtype(np.float64))


def _positive(name: str, parameter: str, value: float, called: str) -> None:
    if not value > 0:
        raise RuntimeError(f"{name} expects {parameter} > 0.0, but found {called}={value:g}")


def exponential_(self: Tensor, lambd: float = 1.0, *, generator: Any = None) -> Tensor:
    """Exponentially distributed random numbers with the rate `lambd`, in place."""
    if self.array.dtype.kind != "f":
        raise RuntimeError(
            "Exponential distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {TYPE_NAMES[self.array.dtype.name].scalar}"
        )
    _positive("exponential_", "lambda", lambd, "lambda")
    return _drawn(self, -1 / lambd * np.log1p(-_uniforms(self, generator)))


def geometric_(self: Tensor, p: float, *, generator: Any = None) -> Tensor:
    """How many trials, each with probability p, the first success takes, at random, in place."""
    if self.array.dtype.kind == "b":
        raise not_implemented("geometric_cpu", self.array.dtype)
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    return _drawn(self, np.ceil(np.log(_uniforms(self, generator)) / math.log1p(-p)))


def cauchy_(self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Any = None) -> Tensor:
    """Random numbers of Cauchy's distribution, in place."""
    if self.array.dtype.kind != "f":
        raise RuntimeError(
            "Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {TYPE_NAMES[self.array.dtype.name].cpp}"
        )
    _positive("cauchy_", "sigma", sigma, "sigma")
    return _drawn(self, median + sigma * np.tan(np.pi * (_uniforms(self, generator) - 0.5)))


def log_normal_(self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Any = None) -> Tensor:
    """Random numbers whose logarithms are normal with this mean and deviation, in place."""
    if self.array.dtype.kind != "f":
        raise not_implemented("log_normal_cpu", self.array.dtype)
    _positive("log_normal_", "std", std, "std")
    source, kind = generator or random.default_generator, np.dtype(np.float64)
    return _drawn(self, [math.exp(source.normal((), mean, std, kind)) for _ in range(self.array.size)])


def _refuse_gradient(method: str, x: Tensor) -> None:
    if x.requires_grad:
        raise RuntimeError(
            f"Can't call {method}() on Variable that requires grad. Use var.detach().{method}() instead."
        )


def apply_(self: Tensor, callable: Any) -> Tensor:
    """What a function of a number makes of each element, in place. Raises RuntimeError where a gradient is needed."""
    _refuse_gradient("apply_", self)
    return _drawn(self, [callable(x) for x in self.array.ravel().tolist()])


def map_(self: Tensor, tensor: Tensor, callable: Any) -> Tensor:
    """What a function of two numbers makes of each element and that of `tensor`, in place. Raises as `apply_`."""
    _refuse_gradient("map_", self)
    others = np.broadcast_to(tensor.array, self.array.shape).ravel().tolist()
    return _drawn(self, [callable(x, y) for x, y in zip(self.array.ravel().tolist(), others, strict=True)])


def detach_(self: Tensor) -> Tensor:
    """Forgets the history, in place. Raises RuntimeError for a view."""
    if self.base is not None and self.requires_grad:
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
    with no_grad():
        self.array = give_memory(value)


WRITTEN_OUT = (
    copy_, uniform_, normal_, bernoulli_, random_, exponential_, geometric_, cauchy_, log_normal_, apply_, map_,
    detach_, polygamma_,
)  # fmt: skip
CHANGING = {f"{name}_": _changing(name) for name in CHANGED if name in FUNCTIONS}
CHANGING |= {"zero_": zero_, "fill_": fill_}
"""The functions that change their first argument, which are methods too."""


def attach() -> None:
    """Gives Tensor these methods."""
    methods = CHANGING | {operator: _changing(name) for operator, name in OPERATORS.items()}
    methods |= {f"{name}_": _reshaping(name) for name in SHAPED}
    methods |= {method.__name__: method for method in WRITTEN_OUT}
    for name, method in methods.items():
        setattr(Tensor, name, method)
    Tensor.__setitem__ = assign  # type: ignore[index]  # attached like the operators
    Tensor.data = property(data, set_data)  # type: ignore[attr-defined]
