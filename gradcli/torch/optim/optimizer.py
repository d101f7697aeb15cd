"""The base of all optimisers: groups of parameters with their options, the state of each parameter, and the step.

Parameters are changed in place, so that views and NumPy arrays of them see it. The arithmetic follows PyTorch's,
operation by operation. PyTorch fuses a multiplication with the addition after it and rounds once, NumPy rounds twice:
a parameter may differ from PyTorch's by one unit in the last place after a step.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Annotated, Any, ClassVar

import numpy as np

from gradcli.engine.dtypes import Array, Default
from gradcli.engine.inplace import own_memory, zero_gradient
from gradcli.engine.memory import touch
from gradcli.engine.modes import enable_grad
from gradcli.engine.tensor import Tensor
from gradcli.torch.argument_checks import unsupported
from gradcli.torch.handles import Handle
from gradcli.torch.optim.hooks import Hooks, with_step_hooks

__all__ = ["Optimizer"]

Parameters = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]
Group = dict[str, Any]
State = dict[str, Any]
Closure = Callable[[], Any]

TITLES = {"lr": "learning rate", "eps": "epsilon value"}
"""What PyTorch's messages call an option, where that is not its name."""
NOT_SUPPORTED = ("capturable", "differentiable")
"""Options that change what a step does. `foreach` and `fused` say how it is done: they are accepted, and no matter."""


def not_negative(name: str, value: Any) -> None:
    """Raises PyTorch's ValueError for an option below zero."""
    if name == "lr" and isinstance(value, Tensor) and value.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    if not value >= 0:
        raise ValueError(f"Invalid {TITLES.get(name, f'{name} value')}: {value}")


def from_zero_to_one(name: str, value: Any) -> None:
    """Raises PyTorch's ValueError for an option outside [0, 1]."""
    if not 0 <= value <= 1:
        raise ValueError(f"Invalid {name} value: {value}")


def each_below_one(_name: str, betas: Any) -> None:
    """Raises PyTorch's ValueError for a rate that is not in [0, 1)."""
    for i, beta in enumerate(betas):
        if not 0 <= beta < 1:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")


NotNegative = Annotated[float, not_negative]
Rate = Annotated[float | Tensor, not_negative]
UpToOne = Annotated[float, from_zero_to_one]
Betas = Annotated[tuple[float, float], each_below_one]


class Optimizer:
    """What all optimisers share. One of them defines `update`; one that is quite different defines `step` itself.

    params    Tensors, pairs of a name and a Tensor, or dicts: groups with "params" and options of their own
    defaults  the options that a group does not give
    Raises PyTorch's TypeError and ValueError for anything else, and for Tensors that are no leaves.
    """

    _first: ClassVar[tuple[str, ...]] = ()
    """The options that stand first in a group, where PyTorch has them in another order than the parameters."""

    def __init__(self, params: Parameters, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.hooks = Hooks()
        self.state: defaultdict[Tensor, State] = defaultdict(dict)
        self.param_groups: list[Group] = []
        for option in NOT_SUPPORTED:
            if defaults.get(option):
                raise unsupported(f"optim.{type(self).__name__}", option)
        if defaults.get("fused") and defaults.get("foreach"):
            raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                f"{_type_name(params)}"
            )
        given: list[Any] = list(params)
        if not given:
            raise ValueError("optimizer got an empty parameter list")
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def _take_options(self, options: Group) -> None:
        """Begins with the options that a subclass declares: they are the defaults of the groups."""
        params = options.pop("params")
        if self._first:
            options = {name: options[name] for name in (*self._first, *options)}
        Optimizer.__init__(self, params, options)

    def add_param_group(self, param_group: Group) -> None:
        """Adds parameters, with options of their own, to those that are optimised."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        param_group["params"], names = _listed(param_group["params"])
        if names:
            param_group["param_names"] = names
        for param in param_group["params"]:
            _check(param)
        for option, value in self.defaults.items():
            param_group.setdefault(option, value)
        params = set(param_group["params"])
        if len(params) < len(param_group["params"]):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                UserWarning,
                stacklevel=3,
            )
        if any(not params.isdisjoint(group["params"]) for group in self.param_groups):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "step" in vars(cls):
            cls.step = with_step_hooks(cls.step)  # type: ignore[method-assign]

    @with_step_hooks
    def step(self, closure: Closure | None = None) -> Any:
        """Changes each parameter that has a gradient, once. Returns what `closure` returns, which is called first."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with np.errstate(all="ignore"):  # nan and inf are results, as everywhere
            for group in self.param_groups:
                options = {name: plain(value) for name, value in group.items() if name != "params"}
                for param in group["params"]:
                    if param.grad is not None:
                        own_memory(param)
                        self.update(param, _direction(param, options), options)
                        touch(param.array)
        return loss

    def update(self, param: Tensor, gradient: Array, options: Group) -> None:
        """Changes the array of `param`, in place. Weight decay is part of `gradient`, which must not be changed."""
        raise NotImplementedError

    def begun(self, param: Tensor, *names: str, start: float = 0.0) -> State:
        """The state of `param`; a new one counts no steps and has an array full of `start` for each name."""
        state = self.state[param]
        if not state:
            if param.array.dtype.kind == "c":
                raise NotImplementedError(f"gradcli.torch.optim.{type(self).__name__} of complex parameters")
            state["step"] = Tensor(np.zeros((), Default.float))
            for name in names:
                state[name] = Tensor(np.full_like(param.array, start))
        return state

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets the gradients, or sets them to zero without a history."""
        for group in self.param_groups:
            for param in group["params"]:
                if set_to_none:
                    param.grad = None
                else:
                    zero_gradient(param)

    def state_dict(self) -> dict[str, Any]:
        """The options of the groups, and the state by the number of the parameter: the optimiser's own Tensors."""
        self.hooks.before_saving(self)
        numbers: dict[Tensor, int] = {}
        for group in self.param_groups:
            for param in group["params"]:
                numbers.setdefault(param, len(numbers))
        groups = []
        for group in self.param_groups:
            options = {name: value for name, value in group.items() if name != "params"}
            groups.append({**options, "params": [numbers[param] for param in group["params"]]})
        state = {numbers.get(key, key): value for key, value in self.state.items()}
        return self.hooks.after_saving(self, {"state": state, "param_groups": groups})

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over options and state of another optimiser; its parameters correspond to ours by their order.

        State takes the dtype of its parameter. Raises PyTorch's ValueError where the groups do not correspond.
        """
        state_dict = self.hooks.before_loading(self, state_dict)
        groups = state_dict["param_groups"]
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(
            len(ours["params"]) != len(theirs["params"]) for ours, theirs in zip(self.param_groups, groups, strict=True)
        ):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        params: dict[Any, Tensor] = {}
        for ours, theirs in zip(self.param_groups, groups, strict=True):
            params.update(zip(theirs["params"], ours["params"], strict=True))
        self.param_groups = [
            {**theirs, "params": ours["params"]} for ours, theirs in zip(self.param_groups, groups, strict=True)
        ]
        self.state = defaultdict(dict)
        for number, state in state_dict["state"].items():
            param = params.get(number, number)
            self.state[param] = {name: _loaded(name, value, param) for name, value in state.items()}
        self.hooks.after_loading(self)

    # Hooks

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> Handle:
        """Calls `hook(optimizer, args, keywords)` before each step; it may return other (args, keywords)."""
        return Handle.of(self.hooks.before_step, hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> Handle:
        """Calls `hook(optimizer, args, keywords)` after each step."""
        return Handle.of(self.hooks.after_step, hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Calls `hook(optimizer)` before `state_dict` is made."""
        return Handle.of(self.hooks.state_dict_pre, hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Calls `hook(optimizer, state_dict)` when it is made; it may return another."""
        return Handle.of(self.hooks.state_dict_post, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Calls `hook(optimizer, state_dict)` before one is loaded; it may return another."""
        return Handle.of(self.hooks.load_pre, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Calls `hook(optimizer)` when a state dict was loaded."""
        return Handle.of(self.hooks.load_post, hook, prepend)

    def __repr__(self) -> str:
        lines = []
        for number, group in enumerate(self.param_groups):
            options = [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
            lines += ["", f"Parameter Group {number}", *options]
        return "\n".join([f"{type(self).__name__} (", *lines[1:], ")"])


def plain(option: Any) -> Any:
    """A number in a Tensor, or of NumPy's, as a Python number, which takes the dtype of what it is multiplied by."""
    return option.item() if isinstance(option, (Tensor, np.generic)) else option


def _direction(param: Tensor, options: Group) -> Any:
    """The gradient of `param`, or its negative where the aim is a maximum, and the weight decay that adds to it."""
    gradient: Any = param.grad.array  # type: ignore[union-attr]  # those without are skipped
    if options.get("maximize"):
        gradient = -gradient
    decay = options.get("weight_decay")
    if decay and not options.get("decoupled_weight_decay"):
        gradient = gradient + decay * param.array  # the gradient is not ours to change
    return gradient


def _listed(params: Any) -> tuple[list[Any], list[str]]:
    """The parameters of a group, and their names if they have some."""
    if isinstance(params, Tensor):
        return [params], []
    if isinstance(params, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
            "will change between runs. Please use a list instead."
        )
    given = list(params)
    named = [item for item in given if isinstance(item, tuple)]
    if not named:
        return given, []
    if len(named) < len(given):
        raise ValueError("all optimizer params should be with/without names. Some param names are missing")
    return [param for _, param in named], [name for name, _ in named]


def _check(param: Any) -> None:
    if not isinstance(param, Tensor):
        raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {_type_name(param)}")
    if not param.is_leaf:
        raise ValueError("can't optimize a non-leaf Tensor")


def _type_name(value: Any) -> str:
    if isinstance(value, Tensor):
        return str(value.type())
    module = type(value).__module__
    return type(value).__name__ if module == "builtins" else f"{module}.{type(value).__name__}"


def _loaded(name: str, value: Any, param: Tensor) -> Any:
    """A piece of state in the dtype of its parameter; the count of steps keeps its own."""
    if isinstance(value, (list, tuple)):
        return type(value)(_loaded(name, item, param) for item in value)
    if not isinstance(value, Tensor):
        return value
    return Tensor(np.asarray(value.array, None if name == "step" else param.array.dtype))
