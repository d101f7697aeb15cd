"""A module called with other parameters, and the parameters of several modules as one batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import get_ident
from typing import TYPE_CHECKING, Any

from gradcli.engine import ops
from gradcli.engine.locks import TABLES
from gradcli.engine.tensor import Tensor

if TYPE_CHECKING:
    from gradcli.torch.nn.module import Module

Places = dict[str, tuple[dict[str, Any], str]]

_users: dict[int, list[int]] = {}
"""For each place, by the id() of what is registered there, the threads that put other Tensors into it, as often."""


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Mapping[str, Tensor] | Sequence[Mapping[str, Tensor]],
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """`module(*args, **kwargs)` with these Tensors in the places of its parameters and buffers, by their names.

    tie_weights  a Tensor goes to every place that holds the same parameter as the one named
    strict       raises RuntimeError unless just the parameters and buffers are named; other names are ignored otherwise

    Raises RuntimeError while another thread does the same with this module, where PyTorch would mix the parameters.
    """
    given, places = _merged(parameter_and_buffer_dicts), _places(module)
    for name in given.keys() - places.keys():
        _refuse_name(module, name)
    if tie_weights:
        given = _tied(given, places)
    if strict:
        _refuse_other_names(given, places, type(module).__name__)
    with _replaced(given, places):
        return module(*(args if isinstance(args, tuple) else () if args is None else (args,)), **(kwargs or {}))


def _places(module: Module) -> Places:
    """Where each parameter and buffer is registered, by its full name; shared ones under each of their names."""
    found = {}
    for path, part in module.named_modules(remove_duplicate=False):
        for registered in (part._parameters, part._buffers):  # noqa: SLF001  # where a Module keeps them
            for name, tensor in registered.items():
                if tensor is not None:
                    found[f"{path}.{name}" if path else name] = (registered, name)
    return found


def _merged(dicts: Any) -> dict[str, Tensor]:
    """All names with their Tensors. Raises ValueError for a name given twice, TypeError for what is no Tensor."""
    if not isinstance(dicts, (Mapping, list, tuple)):
        raise ValueError(  # noqa: TRY004  # PyTorch's choice
            f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(dicts)}"
        )
    listed = [dicts] if isinstance(dicts, Mapping) else dicts
    names = [name for each in listed for name in each]
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ValueError(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
    merged = {name: tensor for each in listed for name, tensor in each.items()}
    for tensor in merged.values():
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{tensor} is not an instance of torch.Tensor")
    return merged


def _tied(given: Mapping[str, Tensor], places: Places) -> dict[str, Tensor]:
    """The Tensors for all names of what they stand for. Raises ValueError for different ones for one thing."""
    groups: dict[int, list[str]] = {}
    for name, (registered, key) in places.items():
        groups.setdefault(id(registered[key]), []).append(name)
    tied = dict(given)
    for names in groups.values():
        named = [name for name in names if name in given]
        if any(given[name] is not given[named[0]] for name in named):
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(named)}, which are tied. Consider using "
                "tie_weights=False"
            )
        tied |= {name: given[named[0]] for name in names if named}
    return tied


def _refuse_name(module: Module, name: str) -> None:
    """Raises, as PyTorch does, for the name of what is no Tensor, or of nothing; a last part may be unknown."""
    if not name:
        raise KeyError('tensor name can\'t be empty string ""')
    *path, last = name.split(".")
    for part in path:
        if part not in module._modules:  # noqa: SLF001  # where a Module keeps them
            raise AttributeError(f"{type(module).__name__} has no attribute `{part}`")
        module = module._modules[part]  # noqa: SLF001
    if last in module._modules:  # noqa: SLF001
        raise TypeError(f"attribute `{last}`: {module._modules[last]} is not an instance of torch.Tensor")  # noqa: SLF001


def _refuse_other_names(given: Mapping[str, Tensor], places: Places, module: str) -> None:
    kinds = {"Unexpected": given.keys() - places.keys(), "Missing": places.keys() - given.keys()}
    lines = [f"\n\t{kind} key(s): {', '.join(map(repr, sorted(names)))}." for kind, names in kinds.items() if names]
    if lines:
        raise RuntimeError(f"Error(s) in reparametrizing for {module}:{''.join(lines)}")


@contextmanager
def _replaced(given: Mapping[str, Tensor], places: Places) -> Iterator[None]:
    """Inside, the module holds the Tensors given. Raises RuntimeError while it holds another thread's."""
    with TABLES:
        ours, own = {id(registered) for registered, _ in places.values()}, get_ident()
        if any(user != own for place in ours for user in _users.get(place, ())):
            raise RuntimeError(
                "functional_call: another thread is calling this module, or a part of it, with other parameters. Give "
                "each thread a copy of the module (copy.deepcopy)."
            )
        for place in ours:
            _users.setdefault(place, []).append(own)
    former = {name: registered[key] for name, (registered, key) in places.items()}
    try:
        for name, (registered, key) in places.items():
            if name in given:
                registered[key] = given[name]
        yield
    finally:
        for name, (registered, key) in places.items():
            registered[key] = former[name]
        with TABLES:
            for place in ours:
                _users[place].pop()
                if not _users[place]:
                    del _users[place]


def stack_module_state(models: Sequence[Module]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The parameters and the buffers of several models of one kind, by path, each stacked along a new first axis.

    Raises RuntimeError for no models, and for models that differ in class, mode or `requires_grad`.
    """
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({model.training for model in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if len({type(model) for model in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    parameters = [dict(model.named_parameters()) for model in models]
    buffers = [dict(model.named_buffers()) for model in models]
    return _stacked(parameters), _stacked(buffers)


def _stacked(states: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {name: _leaf(name, [state[name] for state in states]) for name in states[0]}


def _leaf(name: str, tensors: list[Tensor]) -> Tensor:
    """The Tensors in one; a leaf that requires a gradient if they do."""
    needs = {tensor.requires_grad for tensor in tensors}
    if len(needs) > 1:
        raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
    stacked: Tensor = ops.stack([tensor.detach() for tensor in tensors])
    return stacked.requires_grad_(needs.pop())
