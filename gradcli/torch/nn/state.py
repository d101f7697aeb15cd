"""State dicts: what a Module saves, and how it is put back.

A Module saves its parameters and persistent buffers by path, and what `get_extra_state` gives under EXTRA. The dict
carries the version of each module's format as `_metadata`. Hooks of a module see its part before and after.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gradcli.engine.tensor import Tensor
from gradcli.torch.handles import Handle, Hooks
from gradcli.torch.nn.parameter import Parameter

EXTRA = "_extra_state"
"""The name of what `get_extra_state` gives."""
HOOKS = (
    "_state_dict_pre_hooks", "_state_dict_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks",
)  # fmt: skip
"""The dicts of hooks that each Module has."""


class IncompatibleKeys(NamedTuple):
    """Names that a state dict lacked, and names that meant nothing."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


class Stateful:
    """The part of a Module that saves and loads."""

    _version: int = 1
    """The version of the format of its own state."""
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _not_saved: set[str]
    _state_dict_pre_hooks: Hooks
    _state_dict_hooks: Hooks
    _load_state_dict_pre_hooks: Hooks
    _load_state_dict_post_hooks: Hooks

    # What is saved

    def get_extra_state(self) -> Any:
        """What a subclass saves beside its parameters and buffers; it defines `set_extra_state` too."""
        raise RuntimeError("Module.get_extra_state() is not defined by this module, and is called by nothing then")

    def set_extra_state(self, state: Any) -> None:
        """Puts back what `get_extra_state` gave."""
        raise RuntimeError("Module.set_extra_state() is not defined by this module, and is called by nothing then")

    def state_dict(
        self, *args: Any, destination: dict[str, Any] | None = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """The parameters and persistent buffers by path, on the same memory; `keep_vars` gives them themselves."""
        if args:
            warnings.warn(
                "Positional args are being deprecated, use kwargs instead. Refer to https://pytorch.org/docs/main/"
                "generated/torch.nn.Module.html#torch.nn.Module.state_dict for details.",
                FutureWarning,
                stacklevel=2,
            )
            given: tuple[Any, ...] = (*args, *(destination, prefix, keep_vars)[len(args) :])
            destination, prefix, keep_vars = given
        result: Any = destination
        if result is None:
            result = OrderedDict()
            result._metadata = OrderedDict()
        local = {"version": self._version}
        if hasattr(result, "_metadata"):
            result._metadata[prefix[:-1]] = local
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(result, prefix, keep_vars)
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(destination=result, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook, may_return in self._state_dict_hooks.values():
            changed = hook(self, result, prefix, local)
            if not may_return and changed is not None:
                raise RuntimeError("state_dict post-hook must return None")
            result = result if changed is None else changed
        return result  # type: ignore[no-any-return]

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        """Adds the state of this module alone."""
        for name, tensor in self._own_state().items():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if type(self).get_extra_state is not Stateful.get_extra_state:
            destination[prefix + EXTRA] = self.get_extra_state()

    def _own_state(self) -> dict[str, Any]:
        """The parameters and persistent buffers of this module itself."""
        kept = {name: buffer for name, buffer in self._buffers.items() if name not in self._not_saved}
        return {name: tensor for name, tensor in (self._parameters | kept).items() if tensor is not None}

    # What is loaded

    def load_state_dict(self, state_dict: Any, strict: bool = True, assign: bool = False) -> IncompatibleKeys:
        """Copies the values in; with `assign` takes the Tensors themselves. Raises RuntimeError for what does not fit.

        strict  missing and unexpected names are errors too
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        found = IncompatibleKeys([], [])
        errors: list[str] = []
        _load(self, OrderedDict(state_dict), "", getattr(state_dict, "_metadata", None), assign, found, errors)
        if strict:
            names = (("Missing", found.missing_keys), ("Unexpected", found.unexpected_keys))
            errors[:0] = [f"{how} key(s) in state_dict: {_quoted(keys)}. " for how, keys in names if keys]
        if errors:
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(errors))
        return found

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Puts back the state of this module alone, and adds to the lists what is wrong with it."""
        for hook, with_module in self._load_state_dict_pre_hooks.values():
            args = (state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
            hook(self, *args) if with_module else hook(*args)
        own = self._own_state()
        for name, tensor in own.items():
            key = prefix + name
            if key in state_dict:
                error_msgs += _put(self, name, key, tensor, state_dict[key], local_metadata)
            elif strict:
                missing_keys.append(key)
        takes_extra = type(self).set_extra_state is not Stateful.set_extra_state
        if takes_extra and prefix + EXTRA in state_dict:
            self.set_extra_state(state_dict[prefix + EXTRA])
        elif takes_extra and strict:
            missing_keys.append(prefix + EXTRA)
        for key in state_dict if strict else ():
            name, *below = key.removeprefix(prefix).split(".", 1)
            known = name in self._modules if below else name in own or (name == EXTRA and takes_extra)
            if key.startswith(prefix) and not known:
                unexpected_keys.append(key)

    # Hooks

    def register_state_dict_pre_hook(self, hook: Callable[..., None]) -> Handle:
        """Calls `hook(module, prefix, keep_vars)` before the state is saved."""
        return Handle.of(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable[..., None]) -> Handle:
        """Calls `hook(module, state_dict, prefix, local_metadata)` after the state is saved; it changes it in place."""
        return Handle.of(self._state_dict_hooks, (hook, False))

    def _register_state_dict_hook(self, hook: Callable[..., Any]) -> Handle:
        """As `register_state_dict_post_hook`; what the hook returns, if not None, is the state dict instead."""
        return Handle.of(self._state_dict_hooks, (hook, True))

    def register_load_state_dict_pre_hook(self, hook: Callable[..., None]) -> Handle:
        """Calls `hook(module, ...)`, with the arguments of `_load_from_state_dict`, before the state is put back."""
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def _register_load_state_dict_pre_hook(self, hook: Callable[..., None], with_module: bool = False) -> Handle:
        """As `register_load_state_dict_pre_hook`, without the module unless `with_module`."""
        return Handle.of(self._load_state_dict_pre_hooks, (hook, with_module))

    def register_load_state_dict_post_hook(self, hook: Callable[..., None]) -> Handle:
        """Calls `hook(module, incompatible_keys)` after the state is put back; it changes the lists of names."""
        return Handle.of(self._load_state_dict_post_hooks, hook)


def _load(
    module: Any,
    state_dict: dict[str, Any],
    prefix: str,
    metadata: Any,
    assign: bool,
    found: IncompatibleKeys,
    errors: list[str],
) -> None:
    """Puts the part of the state that has this prefix into the module and those below it."""
    local = {} if metadata is None else metadata.get(prefix[:-1], {})
    if assign:
        local["assign_to_params_buffers"] = assign
    module._load_from_state_dict(state_dict, prefix, local, True, *found, errors)
    for name, child in module._modules.items():
        if child is not None:
            below = f"{prefix}{name}."
            part = OrderedDict((key, value) for key, value in state_dict.items() if key.startswith(below))
            _load(child, part, below, metadata, assign, found, errors)
    for hook in module._load_state_dict_post_hooks.values():
        if hook(module, found) is not None:
            raise AssertionError(
                "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, "
                "if incompatible_keys need to be modified, it should be done inplace."
            )


def _put(module: Any, name: str, key: str, tensor: Tensor, value: Any, local_metadata: dict[str, Any]) -> list[str]:
    """Gives the module the value. An error that PyTorch would report comes back as its words."""
    if not isinstance(value, Tensor):
        found = f"expected torch.Tensor or Tensor-like object from checkpoint but received {type(value)}"
        return [f'While copying the parameter named "{key}", {found}']
    if not tensor.ndim and value.ndim == 1:  # as numbers were saved in former times
        value = value[0]
    if value.shape != tensor.shape:
        shapes = f"with shape {value.shape} from checkpoint, the shape in current model is {tensor.shape}."
        return [f"size mismatch for {key}: copying a param {shapes}"]
    try:
        if not local_metadata.get("assign_to_params_buffers", False):
            tensor.detach().copy_(value)
        elif isinstance(tensor, Parameter):
            setattr(module, name, _as_parameter(value, tensor.requires_grad))
        else:
            setattr(module, name, value)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is told with the others
        shapes = f"the model are {tensor.shape} and whose dimensions in the checkpoint are {value.shape}"
        raised = f"whose dimensions in {shapes}, an exception occurred : {error.args}."
        return [f'While copying the parameter named "{key}", {raised}']
    return []


def _as_parameter(value: Tensor, requires_grad: bool) -> Tensor:
    """The value as a Parameter: itself, if it is one."""
    return value.requires_grad_(requires_grad) if isinstance(value, Parameter) else Parameter(value, requires_grad)


def _quoted(keys: list[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)
