"""`autograd.Function`: operations whose derivative the user writes."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any

from gradcli.engine.graph import source_of
from gradcli.engine.modes import THREAD, recording
from gradcli.engine.tensor import Tensor
from gradcli.torch.absent import absent_names
from gradcli.torch.autograd.function_node import Call, Notes, refusing

__getattr__ = absent_names(__name__)

LEGACY = (
    "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function "
    "with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
)

DETAILS = "For more details, please see https://pytorch.org/docs/main/notes/extending.func.html"


class FunctionCtx:
    """What the forward of one call leaves for its backward; takes any attribute.

    needs_input_grad    per argument of `apply`, whether a gradient is wanted for it
    materialize_grads   whether backward gets zeros, not None, for an output that no gradient reached
    """

    def __init__(self, notes: Notes, args: tuple[Any, ...]) -> None:
        self.needs_input_grad = tuple(isinstance(arg, Tensor) and arg.requires_grad for arg in args)
        self.materialize_grads = True
        self._notes = notes

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps Tensors, arguments or outputs best, for `saved_tensors`. Raises TypeError for what is none."""
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, Tensor):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is of type {type(tensor).__name__}"
                )
        self._notes.to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keeps Tensors for `saved_tensors` in `jvp`."""
        self._notes.for_forward = tensors

    def mark_dirty(self, *args: Tensor) -> None:
        """Says that these arguments were changed in place; they must be returned."""
        self._notes.dirty = args

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """Says that these outputs have no gradient."""
        self._notes.constant = args

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward gets zeros (True, the default) or None for an output that no gradient reached."""
        self.materialize_grads = value

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """What was saved, with its history. Raises RuntimeError once the graph has been freed."""
        return self._notes.saved_tensors()


class Function:
    """An operation with a derivative of its own. Subclasses define static methods; `apply` applies them.

    forward(ctx, *args)                 the outputs: a Tensor or a tuple; without ctx if there is `setup_context`
    setup_context(ctx, inputs, output)  keeps in ctx what backward needs
    backward(ctx, *grads)               one cotangent an output → one gradient an argument, None where there is none
    jvp(ctx, *tangents)                 one tangent an argument → one an output, for forward mode
    vmap(info, in_dims, *args)          is not called: `vmap` calls `forward` for each example

    generate_vmap_rule  says, in the place of `vmap`, that it may be called so
    """

    generate_vmap_rule = False
    runs_hooks = False  # of `backward`: they are run in every pass that somebody has asked for

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future "
            "version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(LEGACY)

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """The outputs for these arguments; recording is off in it."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Keeps in `ctx` what backward needs, where `forward` takes no `ctx`."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The gradients of the arguments, given those of the outputs."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward
    """Another name for `backward`: a subclass defines one of them."""

    @classmethod
    def pulled(cls, ctx: Any, cotangents: tuple[Any, ...]) -> Any:
        """What the subclass's `backward`, or `vjp`, gives. Raises RuntimeError if it defines both."""
        backward, vjp = cls.backward is not Function.backward, cls.vjp is not Function.vjp
        if backward and vjp:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only "
                "implement one of them."
            )
        return (cls.vjp if vjp else cls.backward)(ctx, *cotangents)

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """The tangents of the outputs, given those of the arguments."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        """The outputs for a batch, and where their batch axes are."""
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or set "
            "generate_vmap_rule=True."
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """The outputs of `forward`, recorded as one node that is called after the class."""
        separate = cls.setup_context is not Function.setup_context
        if THREAD.mode.transforms:
            cls._refuse_transforms(separate, any(each.mapping for each in THREAD.mode.transforms))
        if kwargs or separate:
            args = _positional(cls.forward, (() if separate else (None,)) + args, kwargs, defaults=separate)
            args = args if separate else args[1:]
        notes = Notes()
        ctx = FunctionCtx(notes, args)
        result = _unrecorded(cls._forward, ctx, args, separate)
        if not (THREAD.mode.enabled and any(ctx.needs_input_grad)):
            return result
        several = isinstance(result, tuple)
        recorded = Call(cls, ctx, notes, args).recorded(args, result if several else (result,))
        return recorded if several else recorded[0]

    @classmethod
    def _refuse_transforms(cls, separate: bool, mapping: bool) -> None:
        """Raises RuntimeError, as PyTorch does, where `torch.func` must not transform it."""
        own, generated = cls.vmap is not Function.vmap, cls.generate_vmap_rule
        if not separate:
            raise RuntimeError(
                "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it "
                f"must override the setup_context staticmethod. {DETAILS}"
            )
        if mapping and own and generated:
            raise RuntimeError(
                f"You tried to vmap over {cls.__name__}, but it has both generate_vmap_rule=True and an overridden "
                "vmap staticmethod. Please set generate_vmap_rule=False or delete the overridden vmap staticmethod to "
                f"avoid ambiguity. {DETAILS}"
            )
        if mapping and not (own or generated):
            raise RuntimeError(
                f"You tried to vmap over {cls.__name__}, but it does not have vmap support. Please override and "
                f"implement the vmap staticmethod or set generate_vmap_rule=True. {DETAILS}"
            )

    @classmethod
    def _forward(cls, ctx: FunctionCtx, args: tuple[Any, ...], separate: bool) -> Any:
        if not separate:
            return cls.forward(ctx, *args)
        result = cls.forward(*args)
        cls.setup_context(ctx, args, result)
        return result


def _positional(function: Callable[..., Any], args: Any, keywords: Any, *, defaults: bool) -> tuple[Any, ...]:
    """The arguments in order, those with a default value among them if asked for. Raises TypeError as a call would."""
    bound = inspect.signature(function).bind(*args, **keywords)
    if defaults:
        bound.apply_defaults()
    return bound.args


def _unrecorded(function: Callable[..., Any], *args: Any) -> Any:
    with recording(enabled=False):
        return function(*args)


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a `backward` that must not be differentiated: doing so raises RuntimeError."""

    @functools.wraps(backward)
    def once(ctx: Any, *cotangents: Any) -> Any:
        returned = _unrecorded(backward, ctx, *cotangents)
        sources = tuple(source_of(x) for x in cotangents if isinstance(x, Tensor))
        if not THREAD.mode.enabled or not any(sources):
            return returned
        gradients = returned if isinstance(returned, tuple) else (returned,)
        refused = tuple(None if x is None else refusing(x, sources) for x in gradients)
        return refused if isinstance(returned, tuple) else refused[0]

    return once
