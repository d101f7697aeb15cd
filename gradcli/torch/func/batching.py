"""`vmap`: a function of one example as a function of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine import ops, random
from gradcli.engine.modes import THREAD
from gradcli.engine.tensor import Tensor
from gradcli.engine.transforms import Transform
from gradcli.torch.func.trees import leaves, pattern, rebuilt, spread

RANDOMNESS = ("error", "different", "same")


def refuse_randomness(randomness: str) -> None:
    """Raises RuntimeError for what is no way to draw random numbers."""
    if randomness not in RANDOMNESS:
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """`func`, applied to each slice of its arguments along `in_dims`; the results stacked along `out_dims`.

    It is a loop over the slices, one call each; so a value may decide what is computed, which PyTorch refuses, and
    nothing is gained in speed, but for a function that `vjp` made. Nothing captured may be changed in place. With a
    batch of no examples, `func` is called once, with zeros.

    in_dims     the batch axis of the arguments, None for what is the same for all; or a structure of those like them
    out_dims    the batch axis of the outputs, or a structure like them
    randomness  "error": random numbers raise RuntimeError; "same": the same for each slice; "different"
    chunk_size  accepted: it makes no difference
    """
    name = getattr(func, "__name__", repr(func))
    refuse_randomness(randomness)
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    def batched(*args: Any, **keywords: Any) -> Any:
        axes = _axes(name, in_dims, args)
        count = _batch_size(leaves(args), axes)
        if hasattr(func, "of_batch") and count and None not in axes and len(args) == 1:
            in_front = [_along(x, axis, 0) for x, axis in zip(leaves(args), axes, strict=True)]
            return _laid(name, func.of_batch(rebuilt(args[0], in_front), count), out_dims)
        with Transform(mapping=True) as transform:

            def call(i: int) -> Any:
                transform.again = i < count - 1
                return func(*_slice(args, axes, i, transform), **keywords)

            results = called_with_each(call, count or 1, randomness)
            return _stacked(name, results, out_dims, count)

    return batched


def _axes(name: str, in_dims: Any, args: tuple[Any, ...]) -> list[int | None]:
    """The batch axis of each leaf of the arguments, from 0; None for none. Raises ValueError for what does not fit."""
    where = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>)"
    if not args:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(  # noqa: TRY004  # PyTorch's choice
            f"{where}: expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, "
            f"got: {type(in_dims)}."
        )
    found = spread(in_dims, args)
    if found is None:
        raise ValueError(
            f"{where}: in_dims is not compatible with the structure of `inputs`. in_dims has structure "
            f"{pattern(in_dims)} but inputs has structure {pattern(args)}."
        )
    return [_axis(where, axis, leaf) for axis, leaf in zip(found, leaves(args), strict=True)]


def _axis(where: str, axis: Any, leaf: Any) -> int | None:
    if axis is None:
        return None
    if not isinstance(leaf, Tensor):
        raise ValueError(  # noqa: TRY004  # PyTorch's choice
            f"{where}: Got in_dim={axis} for an input but the input is of type {type(leaf)}. We cannot vmap over "
            "non-Tensor arguments, please use None as the respective in_dim"
        )
    if not -leaf.ndim <= axis < leaf.ndim:
        raise ValueError(
            f"{where}: Got in_dim={axis} for some input, but that input is a Tensor of dimensionality {leaf.ndim} so "
            f"expected in_dim to satisfy -{leaf.ndim} <= in_dim < {leaf.ndim}."
        )
    return int(axis) % leaf.ndim


def _batch_size(args: Sequence[Any], axes: Sequence[int | None]) -> int:
    sizes: list[int] = [x.shape[axis] for x, axis in zip(args, axes, strict=True) if axis is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the "
            "mapped dimension"
        )
    return sizes[0]


def _slice(args: tuple[Any, ...], axes: Sequence[int | None], i: int, transform: Transform) -> Any:
    """The arguments for example `i`, which the function may change in place."""
    pairs = zip(leaves(args), axes, strict=True)
    return rebuilt(args, [leaf if axis is None else transform.own(_example(leaf, axis, i)) for leaf, axis in pairs])


def _example(x: Tensor, axis: int, i: int) -> Tensor:
    """One slice; zeros, where there is none."""
    if not x.shape[axis]:
        return Tensor(np.zeros((*x.shape[:axis], *x.shape[axis + 1 :]), x.array.dtype))
    one: Tensor = x[(slice(None),) * axis + (i,)]
    return one


def called_with_each(call: Callable[[int], Any], count: int, randomness: str) -> list[Any]:
    """The results of so many calls, which draw random numbers as `vmap` says."""
    if randomness == "same":
        return _called_with_same(call, count)
    mode = THREAD.mode
    former, mode.undrawn = mode.undrawn, mode.undrawn or randomness == "error"
    try:
        return [call(i) for i in range(count)]
    finally:
        mode.undrawn = former


def _called_with_same(call: Callable[[int], Any], count: int) -> list[Any]:
    generator, results = random.default_generator, []
    with random.DRAWING:  # or another thread would draw numbers that are drawn again
        state = generator.get_state()
        for i in range(count):
            generator.set_state(state)
            results.append(call(i))
    return results


def _out_axes(name: str, outputs: Any, out_dims: Any) -> list[int | None]:
    """Where the batch axis of each leaf of the outputs goes. Raises ValueError for what does not fit."""
    if not isinstance(out_dims, (int, tuple, list, dict)) and out_dims is not None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints "
            "representing where in the outputs the vmapped dimension should appear."
        )
    if isinstance(outputs, Tensor) and isinstance(out_dims, tuple) and len(out_dims) == 1:
        (out_dims,) = out_dims
    axes = spread(out_dims, outputs)
    if axes is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
            f"`outputs`. out_dims has structure {pattern(out_dims)} but outputs has structure {pattern(outputs)}."
        )
    for leaf, axis in zip(leaves(outputs), axes, strict=True):
        if axis is not None and not isinstance(leaf, Tensor):
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(leaf)}. Did you mean to set "
                "out_dims= to None for output?"
            )
    return axes


def _laid(name: str, outputs: Any, out_dims: Any) -> Any:
    """Outputs whose first axis is that of the batch, with it in its place."""
    axes = _out_axes(name, outputs, out_dims)
    if None in axes:
        raise _of_batch(name)
    return rebuilt(outputs, [_along(x, 0, axis) for x, axis in zip(leaves(outputs), axes, strict=True)])


def _stacked(name: str, results: Sequence[Any], out_dims: Any, count: int) -> Any:
    """The results of all examples as one, in the structure of each; of no examples, those of one, less that."""
    axes = _out_axes(name, results[0], out_dims)
    stacked = []
    for column, axis in zip(zip(*map(leaves, results), strict=True), axes, strict=True):
        if axis is None:
            stacked.append(_same(name, column))
        else:
            whole = ops.stack(list(column))
            stacked.append(_along(whole if count else whole[:0], 0, axis))
    return rebuilt(results[0], stacked)


def _same(name: str, column: Sequence[Any]) -> Any:
    """What is the same for all examples. Raises ValueError for Tensors that are not."""
    first = column[0]
    if isinstance(first, Tensor) and not all(np.array_equal(first.array, x.array, equal_nan=True) for x in column[1:]):
        raise _of_batch(name)
    return first


def _of_batch(name: str) -> ValueError:
    return ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")


def _along(x: Tensor, source: Any, destination: Any) -> Any:
    """A Tensor with one axis in another place."""
    return x if source == destination else ops.moveaxis(x, source, destination)
