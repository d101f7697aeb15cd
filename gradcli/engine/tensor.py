"""Tensor: an array, whether it needs a gradient, and the node it came from.

A Tensor answers NumPy's dispatch protocols: `np.cos(t)` is the recorded operation. That is what lets a derivative rule,
written once in plain NumPy, run on arrays and on Tensors alike.
"""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from gradcli.engine import dtypes
from gradcli.engine.bfloat16 import BFLOAT16, readable
from gradcli.engine.elsewhere import on_arrays
from gradcli.engine.hooks import LEAF_HOOKS, Hook, RemovableHandle, register
from gradcli.engine.memory import give_memory, version
from gradcli.engine.modes import THREAD, refuse_transformed
from gradcli.engine.once import NUMBER, warn_once
from gradcli.engine.printing import format_tensor
from gradcli.engine.type_names import TYPE_NAMES

if TYPE_CHECKING:
    from gradcli.engine.graph import AccumulateGrad, Node
    from gradcli.engine.ties import Origin

NUMPY: dict[Any, Callable[..., Any]] = {}
"""Which function of ours answers for which function of NumPy when a Tensor is among its arguments."""

NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, "
    "use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the "
    "leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)

NAMESPACE = "torch::autograd::"
"""What stands before the names of some nodes, and is not printed with a Tensor."""


class Size(tuple[int, ...]):
    """A shape, printed as PyTorch prints it. Raises TypeError for lengths that are no whole numbers."""

    __slots__ = ()

    def __new__(cls, lengths: Iterable[Any] = ()) -> Self:
        whole = []
        for i, length in enumerate(lengths):
            if not hasattr(length, "__index__"):
                kind = type(length).__name__
                raise TypeError(f"torch.Size() takes an iterable of 'int' (item {i} is '{kind}')")
            whole.append(length.__index__())
        return tuple.__new__(cls, whole)

    def numel(self) -> int:
        """The number of elements."""
        return int(np.prod(self, dtype=np.int64))

    def __getitem__(self, key: Any) -> Any:
        item = tuple.__getitem__(self, key)
        return Size(item) if type(key) is slice else item

    def __add__(self, other: Any) -> Any:
        return Size(tuple.__add__(self, other))

    def __radd__(self, other: Any) -> Any:
        return Size(tuple.__add__(other, self))

    def __mul__(self, times: Any) -> Any:
        return Size(tuple.__mul__(self, times))

    def __rmul__(self, times: Any) -> Any:
        return self * times

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"


class Tensor:
    """An array that can be differentiated.

    array          the values; a NumPy scalar where a 0-d result came out of an operation, which is an immutable value
    grad_fn        the Node of the operation it came from; None for a leaf
    base           the Tensor whose memory a view shows; None for what is no view
    views          the views of it that a change in place must be told to; None where there are none
    retention      the handle of the hook that fills `.grad` although it is no leaf; None if that is not filled
    origin         of a view that must not be changed in place where that is recorded: why (see `views.py`); else unset
    made           the number of the Transform in which its memory was made; else unset
    tracked        whether operations on it are recorded: what `requires_grad` says, without its rules for being set
    """

    __slots__ = (
        "__weakref__",
        "_grad",
        "accumulator",
        "array",
        "base",
        "grad_fn",
        "made",
        "origin",
        "retention",
        "tracked",
        "views",
    )
    __module__ = "torch"

    def __init__(self, array: Any, requires_grad: bool = False, grad_fn: Node | None = None) -> None:
        if type(array) is not np.ndarray and not isinstance(array, np.generic):
            raise TypeError(
                f"Tensor() takes a NumPy array, not {type(array).__name__}; torch.tensor(...) takes any data"
            )
        self.array = array
        self.tracked = requires_grad
        self.grad_fn = grad_fn
        self._grad: Tensor | None = None
        self.accumulator: weakref.ref[AccumulateGrad] | None = None
        self.base: Tensor | None = None
        self.views: list[weakref.ref[Tensor]] | None = None
        self.retention: RemovableHandle | None = None

    made: int
    origin: Origin

    if TYPE_CHECKING:  # attached by `methods.py`: the operators and methods are the operations themselves

        def __getattr__(self, name: str) -> Any: ...

        __add__: Any
        __radd__: Any
        __sub__: Any
        __rsub__: Any
        __mul__: Any
        __rmul__: Any
        __truediv__: Any
        __rtruediv__: Any
        __pow__: Any
        __rpow__: Any
        __matmul__: Any
        __neg__: Any
        __getitem__: Any
        __lt__: Any
        __le__: Any
        __gt__: Any
        __ge__: Any

    # What it is

    @property
    def shape(self) -> Size:
        """The lengths of the axes."""
        return tuple.__new__(Size, self.array.shape)  # which NumPy has checked

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return int(self.array.ndim)

    @property
    def dtype(self) -> dtypes.dtype:
        """The dtype, as PyTorch names it."""
        return dtypes.BY_NUMPY[self.array.dtype]

    @property
    def is_leaf(self) -> bool:
        """True if it was not computed from Tensors that need gradients."""
        return self.grad_fn is None

    @property
    def output_nr(self) -> int:
        """Which of the results of its operation it is."""
        return 0 if self.grad_fn is None else self.grad_fn.output_nr

    @property
    def _version(self) -> int:
        """How often the memory has been changed in place."""
        if hasattr(self, "origin") and self.origin.mode == "inferred":
            raise RuntimeError("Inference tensors do not track version counter.")
        return version(self.array)

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward passes added up; None before the first. Warns on a Tensor that is no leaf."""
        if self.grad_fn is not None and self._grad is None and self.retention is None:
            warnings.warn(NON_LEAF_GRAD, UserWarning, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(
                f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
            )
        if value is self:
            raise RuntimeError("can't assign Variable as its own grad")
        if value is not None and value.shape != self.shape:
            raise RuntimeError(
                f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of size "
                f"'{list(self.shape)}'. Please ensure that the gradient and the tensor are the same size"
            )
        if value is not None and value.array.dtype != self.array.dtype:
            found, own = (TYPE_NAMES[x.array.dtype.name] for x in (value, self))
            raise RuntimeError(
                f"attempting to assign a gradient with dtype '{found.cpp}' to a tensor with grad_dtype "
                f"'{own.scalar}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's dtype). "
                "You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any dtype. Set "
                "grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break downstream "
                "systems that assume they match."
            )
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded.

        Setting it raises RuntimeError for integers, and for turning it off on what an operation gave.
        """
        return self.tracked or (hasattr(self, "origin") and self.origin.tracked)

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if not isinstance(wanted, bool):
            raise RuntimeError("requires_grad must be a bool")  # noqa: TRY004  # as PyTorch
        if wanted and self.array.dtype.kind not in "fc":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if wanted and not THREAD.mode.inference and hasattr(self, "origin") and self.origin.mode == "inferred":
            raise RuntimeError("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")
        if self.grad_fn is not None and not wanted:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in "
                "a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        self.tracked = wanted

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Sets `requires_grad`, by its rules. Raises RuntimeError in a function that is transformed."""
        if not isinstance(requires_grad, bool):
            kind = type(requires_grad).__name__
            raise TypeError(f"requires_grad_(): argument 'requires_grad' (position 1) must be bool, not {kind}")
        refuse_transformed("requires_grad_", " (or perhaps using torch.autograd.functional.* APIs)")
        self.requires_grad = requires_grad
        return self

    def register_hook(self, hook: Hook) -> RemovableHandle:
        """Runs `hook` on the gradient for this Tensor whenever one arrives. Raises RuntimeError if none is needed."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        return register(self if self.grad_fn is None else self.grad_fn, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Runs `hook` on this leaf whenever its `.grad` has changed. Raises RuntimeError for what is no such leaf."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if self.grad_fn is not None:
            raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
        return register(self, hook, LEAF_HOOKS)

    def retain_grad(self) -> None:
        """Has `.grad` of a Tensor that is no leaf filled too. Raises RuntimeError if no gradient is needed."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        refuse_transformed("retain_grad")
        if self.grad_fn is not None and self.retention is None:
            self.retention = self._retaining(self.grad_fn)

    @property
    def retains_grad(self) -> bool:
        """Whether `.grad` is filled although it is no leaf."""
        return self.retention is not None

    def _retaining(self, grad_fn: Node) -> RemovableHandle:
        """Has `.grad` take what reaches `grad_fn`, after its other hooks; it takes a new Tensor each time."""
        known, collecting = weakref.ref(self), RLock()  # threads may go back through one graph

        def retain(gradient: Tensor) -> None:
            tensor = known()
            if tensor is not None:
                with collecting:
                    tensor.retain(gradient)

        return register(grad_fn, retain, last=True)

    def retain(self, gradient: Tensor) -> None:
        """Has a new Tensor for `.grad`: what there was and this gradient, or a copy of this."""
        self._grad = gradient.clone() if self._grad is None else self._grad + gradient

    def rebase(self, grad_fn: Node) -> None:
        """Gives it the history of the values that it has from now on; a gradient that is retained is that of these."""
        self.grad_fn, self.tracked = grad_fn, True
        if self.retention is not None:
            self.retention.remove()
            self.retention = self._retaining(grad_fn)

    def detach(self) -> Tensor:
        """The same values in the same memory, without a history."""
        detached = Tensor(give_memory(self))
        if THREAD.mode.transforms:
            detached.made = getattr(self, "made", 0)
        if hasattr(self, "origin") or hasattr(detached, "origin"):
            from gradcli.engine.ties import show

            return show(detached, self)
        return detached

    # What it holds, in Python and NumPy

    def item(self) -> Any:
        """The only element as a Python number. Raises RuntimeError if there are more or none."""
        if self.array.size != 1:
            raise RuntimeError(f"a Tensor with {self.array.size} elements cannot be converted to Scalar")
        return readable(self.array).item()

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers; a number for a 0-d Tensor."""
        return readable(self.array).tolist()

    def numpy(self, *, force: bool = False) -> Any:
        """The array itself, sharing memory. Raises RuntimeError if a gradient is needed, unless `force`."""
        if self.requires_grad and not force:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        if self.array.dtype == BFLOAT16:
            raise TypeError("Got unsupported ScalarType BFloat16")
        return give_memory(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def _number(self) -> Any:
        if self.array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return readable(self.array).item()

    def _detached_number(self) -> Any:
        if self.tracked and THREAD.mode.enabled:
            warn_once(NUMBER, stacklevel=3)
        return self._number()

    def __float__(self) -> float:
        return float(self._detached_number())

    def __int__(self) -> int:
        return int(self._number())

    def __complex__(self) -> complex:
        return complex(self._detached_number())

    def __index__(self) -> int:
        if self.array.dtype.kind not in "iub" or self.array.size != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __bool__(self) -> bool:
        if self.array.size > 1:
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        if self.array.size == 0:
            raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
        return bool(self.array.item())

    def __len__(self) -> int:
        if self.array.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return int(self.shape[0])

    def __iter__(self) -> Iterator[Tensor]:
        if self.array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(len(self)))

    def __hash__(self) -> int:
        return id(self)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.array.ndim == 0 else object.__format__(self, spec)

    def __repr__(self) -> str:
        suffixes = []
        if self.grad_fn is not None:
            suffixes.append(f"grad_fn=<{self.grad_fn.name().removeprefix(NAMESPACE)}>")
        elif self.requires_grad:
            suffixes.append("requires_grad=True")
        return format_tensor(self.array, suffixes=suffixes, default_dtype=dtypes.Default.float)

    # NumPy's protocols

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        function = NUMPY.get(ufunc)
        if function is None or method != "__call__" or keywords:
            raise TypeError(f"numpy.{ufunc.__name__} is not supported on a Tensor" + (" here" if function else ""))
        return function(*inputs)

    def __array_function__(self, function: Any, types: Sequence[type], args: Any, keywords: dict[str, Any]) -> Any:
        ours = NUMPY.get(function)
        return on_arrays(function, args, keywords) if ours is None else ours(*args, **keywords)
