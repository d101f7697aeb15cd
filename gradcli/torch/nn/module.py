"""Module: the base of all layers and models.

What is assigned as an attribute is registered by its kind: Parameters, buffers (Tensors that are saved but not trained)
and other Modules. Messages and the order of everything are PyTorch's.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Self

import numpy as np

from gradcli.engine.dtypes import DType
from gradcli.engine.dtypes import dtype as TorchDType  # noqa: N812  # `dtype` is a parameter here
from gradcli.engine.inplace import zero_gradient
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.torch.argument_checks import check_device, numpy_dtype, refuse
from gradcli.torch.handles import Handle
from gradcli.torch.nn.hooks import call_with_hooks
from gradcli.torch.nn.parameter import Parameter
from gradcli.torch.nn.state import HOOKS, Stateful
from gradcli.torch.nn.tree import Tree


class Module(Tree, Stateful):
    """A computation with parameters; a subclass defines `forward`.

    training  whether layers such as dropout behave as they do in training; `train()` and `eval()` set it everywhere
    """

    training: bool

    def __init__(self) -> None:
        set_attribute = super().__setattr__  # nothing is registered before there is a place for it
        set_attribute("training", True)
        set_attribute("_parameters", {})
        set_attribute("_buffers", {})
        set_attribute("_not_saved", set())
        set_attribute("_modules", {})
        for hooks in ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks", *HOOKS):
            set_attribute(hooks, OrderedDict())

    def forward(self, *args: Any, **keywords: Any) -> Any:
        """What the module computes. Raises NotImplementedError unless a subclass defines it."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if self._forward_pre_hooks or self._forward_hooks or self._backward_hooks or self._backward_pre_hooks:
            return call_with_hooks(self, args, keywords)
        return self.forward(*args, **keywords)

    # Attributes

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        if "_modules" in own:  # __init__ was called
            for registered in (own["_parameters"], own["_modules"], own["_buffers"]):
                if name in registered:
                    return registered[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Parameter):
            self._place("_parameters", "parameters", name)[name] = value
        elif isinstance(value, Module):
            self._place("_modules", "module", name)[name] = value
        else:
            self._set_other(name, value)

    def _place(self, kind: str, called: str, name: str) -> dict[str, Any]:
        """Where `name` is to be registered, after it was taken away from everywhere else."""
        if kind not in self.__dict__:
            raise AttributeError(f"cannot assign {called} before Module.__init__() call")
        for other in ("_parameters", "_buffers", "_modules"):
            if other != kind:
                self.__dict__[other].pop(name, None)
        self.__dict__.pop(name, None)
        self._not_saved.discard(name)
        return self.__dict__[kind]  # type: ignore[no-any-return]

    def _set_other(self, name: str, value: Any) -> None:
        """Sets what is neither Parameter nor Module; what is registered takes only None or its own kind."""
        for kind, called, taken in (
            ("_parameters", "parameter", "torch.nn.Parameter or None"),
            ("_modules", "child module", "torch.nn.Module or None"),
            ("_buffers", "buffer", "torch.nn.Buffer, torch.Tensor or None"),
        ):
            registered = self.__dict__.get(kind)
            if registered is not None and name in registered:
                if value is not None and not (kind == "_buffers" and isinstance(value, Tensor)):
                    raise TypeError(f"cannot assign '{typename(value)}' as {called} '{name}' ({taken} expected)")
                registered[name] = value
                return
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        for kind in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__[kind]:
                del self.__dict__[kind][name]
                self._not_saved.discard(name)
                return
        super().__delattr__(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._parameters, *self._buffers, *self._modules})

    # Registration

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Adds a parameter, or None for a missing one. Raises PyTorch's TypeError or KeyError for other things."""
        self._check_name("_parameters", "parameter", name, 'parameter name can\'t contain "."')
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{typename(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)"
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Adds a buffer; `persistent=False` keeps it out of the state dict."""
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        self._check_name("_buffers", "buffer", name, 'buffer name can\'t contain "."')
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
            )
        self._buffers[name] = tensor
        if persistent:
            self._not_saved.discard(name)
        else:
            self._not_saved.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Adds a child module."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{typename(module)} is not a Module subclass")
        self._check_name("_modules", "module", name, f'module name can\'t contain ".", got: {name}')
        self._modules[name] = module

    register_module = add_module

    def _check_name(self, kind: str, called: str, name: str, with_dot: str) -> None:
        if not isinstance(name, str):
            raise TypeError(f"{called} name should be a string. Got {typename(name)}")
        if "." in name:
            raise KeyError(with_dot)
        if not name:
            raise KeyError(f'{called} name can\'t be empty string ""')
        if hasattr(self, name) and name not in self.__dict__[kind]:
            raise KeyError(f"attribute '{name}' already exists")

    # Modes, dtypes and gradients

    def train(self, mode: bool = True) -> Self:
        """Sets `training` here and in all modules below."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")  # noqa: TRY004  # PyTorch's choice
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """`train(False)`."""
        return self.train(mode=False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Sets `requires_grad` of all parameters."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Takes the gradients of all parameters away, or sets them to zero."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            else:
                zero_gradient(parameter)

    def apply(self, fn: Callable[[Any], Any]) -> Self:
        """Calls `fn` on every module, children before their parents."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def to(self, *args: Any, **keywords: Any) -> Self:
        """`to(dtype)`, `to(device)`, `to(tensor)`: casts the floating-point parameters and buffers where they stand."""
        wanted = keywords.pop("dtype", None)
        keywords.pop("non_blocking", None)
        check_device("nn.Module.to", keywords.pop("device", None))
        refuse("to", keywords)
        for argument in args:
            if isinstance(argument, (TorchDType, Tensor)):
                wanted = argument if isinstance(argument, TorchDType) else argument.dtype
            elif not isinstance(argument, bool):  # non_blocking
                check_device("nn.Module.to", argument)
        if wanted is None:
            return self
        numpy = numpy_dtype("to", wanted)
        if numpy is None or numpy.kind not in "fc":
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={wanted}"
            )
        return self._cast(numpy)

    def _cast(self, dtype: DType) -> Self:
        for tensor in (*self.parameters(), *self.buffers()):
            if tensor.array.dtype.kind in "fc":
                tensor.data = Tensor(np.asarray(tensor.array.astype(dtype)))
                if tensor.grad is not None:
                    tensor.grad = Tensor(np.asarray(tensor.grad.array.astype(dtype)))
        return self

    def float(self) -> Self:
        """All in float32."""
        return self._cast(np.dtype(np.float32))

    def double(self) -> Self:
        """All in float64."""
        return self._cast(np.dtype(np.float64))

    def half(self) -> Self:
        """All in float16."""
        return self._cast(np.dtype(np.float16))

    def type(self, dst_type: Any) -> Self:
        """All in a dtype."""
        return self.to(dst_type)

    def cpu(self) -> Self:
        """The module itself: there is no other device."""
        return self

    # Hooks

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Handle:
        """Calls `hook(module, args)` before `forward`; what it returns, if not None, are the arguments instead.

        with_kwargs  it is given the keywords as a third argument, and returns a pair
        """
        return Handle.of(self._forward_pre_hooks, (hook, with_kwargs), prepend)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> Handle:
        """Calls `hook(module, args, output)` after `forward`; what it returns, if not None, is the output instead.

        with_kwargs  it is given the keywords as a third argument, before the output
        always_call  it is called, with None for the output, even if `forward` raises an error
        """
        return Handle.of(self._forward_hooks, (hook, with_kwargs, always_call), prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Calls `hook(module, grad_input, grad_output)`, two tuples, when both are known; it may return other first."""
        return Handle.of(self._backward_hooks, hook, prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Calls `hook(module, grad_output)` when that arrives; it may return another."""
        return Handle.of(self._backward_pre_hooks, hook, prepend)

    # Printing

    def extra_repr(self) -> str:
        """What stands between the parentheses."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        extras = extra.split("\n") if extra else []
        children = [f"({name}): " + indented(repr(module)) for name, module in self._modules.items()]
        if len(extras) == 1 and not children:
            return f"{self._get_name()}({extra})"
        lines = "".join(f"\n  {line}" for line in extras + children)
        return f"{self._get_name()}({lines}\n)" if lines else f"{self._get_name()}()"


def indented(text: str) -> str:
    """All lines but the first one, two columns further in."""
    return text.replace("\n", "\n  ")


def typename(value: Any) -> str:
    """What PyTorch's messages call the type of a value."""
    if isinstance(value, Tensor):
        return f"torch.{TYPE_NAMES[value.array.dtype.name].scalar}Tensor"
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
