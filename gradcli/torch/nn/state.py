"""State dicts: what a Module saves, and how it is put back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.engine.inplace import write
from gradcli.engine.tensor import Tensor
from gradcli.torch.nn.parameter import Parameter

if TYPE_CHECKING:
    from gradcli.torch.nn.module import Module


class IncompatibleKeys(NamedTuple):
    """Names that a state dict lacked, and names that meant nothing."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


def save(module: Module, destination: dict[str, Any], prefix: str, keep_vars: bool) -> dict[str, Any]:
    """Adds the state of the module and of all below it to `destination`."""
    for name, tensor in _own(module).items():
        destination[prefix + name] = tensor if keep_vars else tensor.detach()
    for name, child in module._modules.items():
        if child is not None:
            child.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
    return destination


def load(module: Module, state_dict: Any, strict: bool, assign: bool) -> IncompatibleKeys:
    """Puts the state into the module. Raises TypeError and RuntimeError with PyTorch's words for what does not fit."""
    if not isinstance(state_dict, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
    missing: list[str] = []
    known: set[str] = set()
    errors: list[str] = []
    for path, part in module.named_modules(remove_duplicate=False):
        for name, tensor in _own(part).items():
            key = f"{path}.{name}" if path else name
            known.add(key)
            if key in state_dict:
                errors += _put(part, name, key, tensor, state_dict[key], assign)
            elif name not in part.may_lack:
                missing.append(key)
    unexpected = [key for key in state_dict if key not in known]
    if strict:
        names = (("Missing", missing), ("Unexpected", unexpected))
        errors[:0] = [f"{how} key(s) in state_dict: {_quoted(keys)}. " for how, keys in names if keys]
    if errors:
        raise RuntimeError(f"Error(s) in loading state_dict for {module._get_name()}:\n\t" + "\n\t".join(errors))
    return IncompatibleKeys(missing, unexpected)


def _own(module: Module) -> dict[str, Tensor]:
    """The parameters and persistent buffers of the module itself."""
    kept = {name: buffer for name, buffer in module._buffers.items() if name not in module._not_saved}
    return {name: tensor for name, tensor in (module._parameters | kept).items() if tensor is not None}


def _put(module: Module, name: str, key: str, tensor: Tensor, value: Any, assign: bool) -> list[str]:
    """Gives the module the value. An error that PyTorch would report comes back as its words."""
    if not isinstance(value, Tensor):
        found = f"expected torch.Tensor or Tensor-like object from checkpoint but received {type(value)}"
        return [f'While copying the parameter named "{key}", {found}']
    if value.shape != tensor.shape:
        shapes = f"with shape {value.shape} from checkpoint, the shape in current model is {tensor.shape}."
        return [f"size mismatch for {key}: copying a param {shapes}"]
    if not assign:
        write(tensor, value.array)
    elif isinstance(tensor, Parameter):
        setattr(module, name, Parameter(value, tensor.requires_grad))
    else:
        setattr(module, name, value)
    return []


def _quoted(keys: list[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)
