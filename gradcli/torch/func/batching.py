"""`vmap`: a function of one example as a function of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gradcli.engine import ops, random
from gradcli.engine.modes import THREAD
from gradcli.engine.tensor import Tensor
from gradcli.torch.func.trees import leaves, pattern, rebuilt, spread

RANDOMNESS = ("error", "different", "same")


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
    nothing is gained in speed. A batch must hold at least one example.

    in_dims     the batch axis of the arguments, None for what is the same for all; or a structure of those like them
    out_dims    the batch axis of the outputs, or a structure like them
    randomness  "error": random numbers raise RuntimeError; "same": the same for each slice; "different"
    chunk_size  accepted: it makes no difference
    """
    name = getattr(func, "__name__", repr(func))
    if randomness not in RANDOMNESS:
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")

    def batched(*args: Any, **keywords: Any) -> Any:
        axes = _axes(name, in_dims, args)
        count = _batch_size(leaves(args), axes)
        results = _called_with_each(lambda i: func(*_slice(args, axes, i), **keywords), count, randomness)
        return _stacked(name, results, out_dims)

    return batched


def _axes(name: str, in_dims: Any, args: tuple[Any, ...]) -> list[int | None]:
    """The batch axis of each leaf of the arguments, from 0; None for none. Raises ValueError for what does not fit."""
    where = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>)"
    if not args:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    if not isinstance(in_dims, (int, tuple, list)):
        raise ValueError(  # noqa: TRY004  # PyTorch's choice
            f"{where}: expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, "
            f"got: {type(in_dims)}."
        )
    found = spread(tuple(in_dims) if isinstance(in_dims, list) else in_dims, args)
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
        raise ValueError("vmap: at least one argument must have a batch axis")
    if len(set(sizes)) > 1:
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the "
            "mapped dimension"
        )
    if sizes[0] == 0:
        raise NotImplementedError("gradcli.torch.vmap() does not support a batch of no examples")
    return sizes[0]


def _slice(args: tuple[Any, ...], axes: Sequence[int | None], i: int) -> Any:
    """The arguments for example `i`."""
    return rebuilt(
        args,
        [
            leaf if axis is None else leaf[(slice(None),) * axis + (i,)]
            for leaf, axis in zip(leaves(args), axes, strict=True)
        ],
    )


def _called_with_each(call: Callable[[int], Any], count: int, randomness: str) -> list[Any]:
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


def _stacked(name: str, results: Sequence[Any], out_dims: Any) -> Any:
    """The results of all examples as one, in the structure of each. Raises ValueError for what is no Tensor."""
    first = leaves(results[0])
    axes = spread(tuple(out_dims) if isinstance(out_dims, list) else out_dims, results[0])
    if axes is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
            f"`outputs`. out_dims has structure {pattern(out_dims)} but outputs has structure {pattern(results[0])}."
        )
    for leaf, axis in zip(first, axes, strict=True):
        if axis is not None and not isinstance(leaf, Tensor):
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(leaf)}. Did you mean to set "
                "out_dims= to None for output?"
            )
    examples = zip(*map(leaves, results), strict=True)
    return rebuilt(
        results[0],
        [
            column[0] if axis is None else _along(ops.stack(list(column)), axis)
            for column, axis in zip(examples, axes, strict=True)
        ],
    )


def _along(stacked: Tensor, axis: int) -> Any:
    """A Tensor whose first axis has become the axis of this number."""
    return stacked if axis == 0 else ops.moveaxis(stacked, 0, axis)
