"""Other forms of a call: a method, in place, `out=`, `dtype=`, other layouts, shapes, axes. Runs under PyTorch.

Each gives the call that it makes of a call (name, args, kwargs), or None where it has nothing to change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.utils._pytree import tree_flatten, tree_map, tree_map_only

Call = tuple[str, list[Any], dict[str, Any]]
Variant = Callable[[str, list[Any], dict[str, Any]], Call | None]


def last(name: str) -> str:
    return name.rpartition(".")[2]


def as_method(name: str, args: list[Any], kwargs: dict[str, Any]) -> Call | None:
    if name.startswith("torch.Tensor.") or not args or not isinstance(args[0], torch.Tensor):
        return None
    return (f"torch.Tensor.{last(name)}", args, kwargs) if hasattr(torch.Tensor, last(name)) else None


def in_place(name: str, args: list[Any], kwargs: dict[str, Any]) -> Call | None:
    if not args or not isinstance(args[0], torch.Tensor) or not hasattr(torch.Tensor, f"{last(name)}_"):
        return None
    return f"torch.Tensor.{last(name)}_", args, kwargs


def function_in_place(name: str, args: list[Any], kwargs: dict[str, Any]) -> Call | None:
    """`torch.exp_(x)`, `torch.nn.functional.relu_(x)`."""
    space = torch.nn.functional if ".functional." in name else torch
    if name.startswith("torch.Tensor.") or not hasattr(space, f"{last(name)}_"):
        return None
    return f"{name}_", [*tree_map(detached, args)], tree_map(detached, kwargs)


def in_place_into_steps(name: str, args: list[Any], kwargs: dict[str, Any]) -> Call | None:
    """In place on every second element of memory, without gradients."""
    call = in_place(name, args, kwargs)
    if call is None or not args[0].numel():
        return None
    return call[0], [stepped(args[0].detach()), *tree_map(detached, args[1:])], tree_map(detached, kwargs)


def detached(value: Any) -> Any:
    return value.detach() if isinstance(value, torch.Tensor) else value


def each_tensor(change: Callable[[torch.Tensor], torch.Tensor]) -> Variant:
    """The variant in which every tensor is changed so, and needs a gradient as before; the same one everywhere."""

    def variant(name: str, args: list[Any], kwargs: dict[str, Any]) -> Call | None:
        known: dict[int, torch.Tensor] = {}

        def changed(tensor: torch.Tensor) -> torch.Tensor:
            if id(tensor) not in known:
                new = change(tensor.detach())
                known[id(tensor)] = new.requires_grad_(tensor.requires_grad and new.is_floating_point())
            return known[id(tensor)]

        new = tree_map_only(torch.Tensor, changed, (args, kwargs))
        return (name, *new) if known else None

    return variant


def stepped(tensor: torch.Tensor) -> torch.Tensor:
    """The same elements, every second place of a storage."""
    memory = torch.empty([*tensor.shape, 2], dtype=tensor.dtype)
    memory[..., 0], memory[..., 1] = tensor, tensor.flip(0) if tensor.dim() else tensor
    return memory[..., 0]


def transposed(tensor: torch.Tensor) -> torch.Tensor:
    """The same elements with the first axis innermost."""
    return (
        tensor.permute(*reversed(range(tensor.dim())))
        .clone(memory_format=torch.contiguous_format)
        .permute(*reversed(range(tensor.dim())))
    )


def expanded(tensor: torch.Tensor) -> torch.Tensor:
    """The first along its first axis, everywhere along it."""
    return tensor[:1].clone().expand(tensor.shape) if tensor.dim() and len(tensor) else tensor.clone()


def cast(dtype: torch.dtype) -> Variant:
    def change(tensor: torch.Tensor) -> torch.Tensor:
        return tensor.to(dtype) if tensor.is_floating_point() else tensor.clone()

    return each_tensor(change)


def with_dtype(dtype: torch.dtype) -> Variant:
    def variant(name: str, args: list[Any], kwargs: dict[str, Any]) -> Call | None:
        if ".__" in name or not takes("dtype", name, args, kwargs, torch.float64):
            return None
        return name, args, kwargs | {"dtype": dtype}

    return variant


def takes(option: str, name: str, args: list[Any], kwargs: dict[str, Any], value: Any) -> bool:
    """Whether PyTorch knows this option at all."""
    try:
        call((name, tree_map(detached, args), tree_map(detached, kwargs) | {option: value}))
    except TypeError:
        return False
    except Exception:  # noqa: BLE001  (it is the recorder who asks what else it raises)
        return True
    return True


def call(made: Call) -> Any:
    name, args, kwargs = made
    _, *path = name.split(".")
    function: Any = torch
    for part in path:
        function = getattr(function, part)
    return function(*args, **kwargs)


def numbers_for_tensors(name: str, args: list[Any], kwargs: dict[str, Any]) -> Call | None:
    """Python numbers for every tensor but the first."""
    rest = [each.flatten()[0].item() if isinstance(each, torch.Tensor) and each.numel() else each for each in args[1:]]
    if not any(isinstance(each, torch.Tensor) for each in args[1:]):
        return None
    return name, [args[0], *rest], kwargs


def tensors_for_numbers(name: str, args: list[Any], kwargs: dict[str, Any]) -> Call | None:
    """0-d tensors that need a gradient for every Python number with a fraction, or the first number otherwise."""
    kinds = (float,) if any(type(each) is float for each in tree_flatten((args, kwargs))[0]) else (int,)
    if not any(type(each) in kinds for each in [*args, *kwargs.values()]):
        return None

    def changed(value: Any) -> Any:
        return torch.tensor(float(value), dtype=torch.float64, requires_grad=True) if type(value) in kinds else value

    return name, [*map(changed, args)], {key: changed(value) for key, value in kwargs.items()}


def out(make: Callable[[torch.Tensor, Any], torch.Tensor]) -> Variant:
    """With `out=` tensors that are made of the results and the first argument."""

    def variant(name: str, args: list[Any], kwargs: dict[str, Any]) -> Call | None:
        if "out" in kwargs or name.startswith("torch.Tensor."):
            return None
        args, kwargs = tree_map(detached, args), tree_map(detached, kwargs)
        try:
            results = call((name, args, kwargs))
        except Exception:  # noqa: BLE001  (then there is nothing to write into)
            return None
        several = isinstance(results, tuple)
        if not all(isinstance(each, torch.Tensor) for each in (results if several else [results])):
            return None
        first = args[0] if args else None
        given = tuple(make(each, first) for each in results) if several else make(results, first)
        if not takes("out", name, args, kwargs, tree_map(torch.clone, given)):
            return None
        return name, args, kwargs | {"out": given}

    return variant


def sevens(shape: Any, dtype: torch.dtype) -> torch.Tensor:
    return torch.full(tuple(shape), 1 if dtype is torch.bool else 7, dtype=dtype)


def another_dtype(result: torch.Tensor, _: Any) -> torch.Tensor:
    return sevens(result.shape, torch.float32 if result.dtype is torch.float64 else torch.float64)


def integers(result: torch.Tensor, _: Any) -> torch.Tensor:
    return sevens(result.shape, torch.int64)


def first_itself(result: torch.Tensor, first: Any) -> torch.Tensor:
    if isinstance(first, torch.Tensor) and first.shape == result.shape and first.dtype == result.dtype:
        return first
    return transposed(sevens(result.shape, result.dtype))


def other_axis(new: Any) -> Variant:
    """Another axis where there is a `dim` by name, or a number as the second argument of a function with one tensor."""

    def variant(name: str, args: list[Any], kwargs: dict[str, Any]) -> Call | None:
        if "dim" in kwargs:
            return name, args, kwargs | {"dim": new}
        if len(args) > 1 and type(args[1]) in (int, tuple, list) and takes("dim", name, args[:1], {}, 0):
            return name, [args[0], new, *args[2:]], kwargs
        if len(args) == 1 and takes("dim", name, args, kwargs, 0):
            return name, args, kwargs | {"dim": new}
        return None

    return variant


VARIANTS: dict[str, Variant] = {
    "method": as_method,
    "in place": in_place,
    "in place, stepped": in_place_into_steps,
    "function in place": function_in_place,
    "stepped": each_tensor(stepped),
    "transposed": each_tensor(transposed),
    "expanded": each_tensor(expanded),
    "empty": each_tensor(lambda tensor: tensor[:0].clone() if tensor.dim() else tensor.clone()),
    "0-d": each_tensor(lambda tensor: tensor.flatten()[0].clone() if tensor.numel() else tensor.clone()),
    "one": each_tensor(lambda tensor: tensor.flatten()[:1].clone()),
    "zeros": each_tensor(torch.zeros_like),
    **{f"as {str(dtype)[6:]}": cast(dtype) for dtype in (torch.bool, torch.int16, torch.complex128, torch.float16)},
    **{
        f"dtype={str(dtype)[6:]}": with_dtype(dtype)
        for dtype in (torch.int8, torch.uint8, torch.int32, torch.bool, torch.float32, torch.complex64)
    },
    "out stepped": out(lambda result, _: stepped(sevens(result.shape, result.dtype))),
    "out another dtype": out(another_dtype),
    "out integers": out(integers),
    "out another shape": out(lambda result, _: sevens([*result.shape, 2], result.dtype)),
    "out empty": out(lambda result, _: sevens([0], result.dtype)),
    "out first": out(first_itself),
    "numbers": numbers_for_tensors,
    "numbers that need": tensors_for_numbers,
    "dim=-1": other_axis(-1),
    "dim=-2": other_axis(-2),
    "dim=7": other_axis(7),
    "dim=()": other_axis(()),
    "dim=(0,0)": other_axis((0, 0)),
    "dim=(0,-1)": other_axis((0, -1)),
}


def variants(made: Callable[[], Call]) -> Iterator[tuple[str, Call]]:
    """Each form of a call that there is; `made` gives the call anew."""
    for name, variant in VARIANTS.items():
        try:
            other = variant(*made())
        except (RuntimeError, TypeError, IndexError, NotImplementedError):  # of an input that does not exist
            continue
        if other:
            yield name, other
