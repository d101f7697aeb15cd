"""`backward` and `grad`: a thin layer over the one backward loop."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from sys import getrefcount
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.graph import AccumulateGrad, Node, Observer, Vjp, of_dtype, ordered, pull_back, source_of
from gradcli.engine.hooks import HOOKS, LEAF_HOOKS, NODE_HOOKS
from gradcli.engine.inplace import own_memory
from gradcli.engine.layout import laid_out
from gradcli.engine.memory import touch
from gradcli.engine.modes import EVERYWHERE, THREAD, told
from gradcli.engine.tensor import NUMPY, Size, Tensor

Roots = Sequence[Tensor]
CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient "
    "which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you "
    "have to use this function, make sure to reset the .grad fields of your parameters to None after use to break the "
    "cycle and avoid the leak."
)


class _Warned:
    """Whether CYCLE has been said, which is said once."""

    cycle = False


def witness(
    callback: Callable[[Roots, Sequence[Any], Sequence[Tensor], bool], None], *, everywhere: bool = False
) -> AbstractContextManager[None]:
    """Inside, `callback(roots, cotangents, inputs, differentiable)` is called before each pass, on a whole graph.

    `inputs` are those whose gradients are asked for; all leaves' are if there are none. A pass that is `differentiable`
    is recorded.

    everywhere  also of other threads
    """
    return told("passes", callback, everywhere=everywhere)


def observed(observer: Observer, *, everywhere: bool = False) -> AbstractContextManager[None]:
    """Inside, `observer(node, cotangent, contributions)` is called for each node of each backward pass.

    everywhere  also of other threads
    """
    return told("steps", observer, everywhere=everywhere)


def _all(*several: Sequence[Observer]) -> Observer | None:
    """One observer for all of them; None for none."""
    if not any(several):
        return None
    observers = [observer for each in several for observer in each]
    if len(observers) < 2:
        return observers[0]

    def observe(node: Node, g: Any, contributions: Sequence[Any]) -> None:
        for observer in observers:
            observer(node, g, contributions)

    return observe


NO_BACKWARD = (
    "backward() called inside a functorch transform. This is not supported, please use functorch.grad or functorch.vjp "
    "instead or call backward() outside of functorch transforms."
)
BATCHED = (
    "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch dimension. The "
    "sizes of the remaining dimensions are expected to match the shape of corresponding output, but a mismatch was "
    "detected: grad_output[{0}] has a shape of {1} and output[{0}] has a shape of {2}. If you only want some tensors "
    "in `grad_output` to be considered batched, consider using vmap."
)
WITHOUT_BATCH = (
    "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a Tensor of dimensionality 0 "
    "so expected in_dim to satisfy 0 <= in_dim < 0."
)


def cotangents_for(roots: Roots, given: Sequence[Tensor | None], *, batched: bool = False) -> list[Any]:
    """A cotangent for each root: the one given, or 1 for a scalar.

    batched  those given have one more axis, the first, and none may be left out

    Raises RuntimeError for a root that is no scalar and has none given, for other shapes, and for a root without graph.
    """
    if len(roots) != len(given):
        raise RuntimeError(f"got {len(roots)} tensors and {len(given)} gradients")
    cotangents = []
    for i, (root, cotangent) in enumerate(zip(roots, given, strict=True)):
        if not root.tracked:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
        if cotangent is None:
            if root.array.size != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            if batched:
                raise ValueError(WITHOUT_BATCH)
            cotangent = Tensor(np.ones_like(root.array)[()])
        elif not isinstance(cotangent, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(cotangent).__name__}")
        elif batched:
            if (one := cotangent[0]).shape != root.shape:  # PyTorch shows an axis less
                raise RuntimeError(BATCHED.format(i, Size(one.shape[1:]), Size(root.shape)))
        elif cotangent.shape != root.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{i}] has a shape of {Size(cotangent.shape)} and output[{i}] has a "
                f"shape of {Size(root.shape)}."
            )
        cotangents.append(
            cotangent if cotangent.array.dtype is root.array.dtype else of_dtype(cotangent, root.array.dtype)
        )
    sizes = [len(cotangent) for cotangent in cotangents] if batched else []
    if len(set(sizes)) > 1:
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension"
        )
    return cotangents


def run(
    roots: Roots,
    given: Sequence[Tensor | None],
    *,
    create_graph: bool,
    retain_graph: bool | None,
    inputs: Sequence[Tensor] = (),
    accumulates: bool = False,
    observer: Observer | None = None,
    batched: bool = False,
) -> dict[Any, Any]:
    """One backward pass from `roots`; the gradients by AccumulateGrad, or by the sources of the `inputs`, as Tensors.

    accumulates  they are added to the `.grad` of the leaves, and inputs are gone back through, as PyTorch has it
    batched      the cotangents given have one more axis, the first, and so have the gradients
    """
    mode = THREAD.mode
    differentiable = create_graph or mode.levels > 0  # tangents follow what is recorded
    cotangents = cotangents_for(roots, given, batched=batched)
    for callback in (*EVERYWHERE.passes, *mode.passes):
        callback(roots, cotangents, inputs, differentiable)
    flowing = cotangents if differentiable else [np.asarray(c.array)[()] for c in cotangents]
    vjp: Vjp | None = None
    if batched:
        from gradcli.engine.batched import Batch, vjp  # which needs the operations

        flowing = [Batch(c, root.array.dtype) for c, root in zip(flowing, roots, strict=True)]

    def accumulate(end: AccumulateGrad, gradient: Any) -> None:
        if end.variable.tracked:
            with end.lock:
                _accumulate(end.variable, gradient, recorded=create_graph)

    former, mode.enabled = mode.enabled, differentiable
    try:
        grads = pull_back(
            [source_of(root) for root in roots],
            flowing,
            differentiable=differentiable,
            keep=(differentiable if retain_graph is None else retain_graph)
            or bool(mode.transforms and any(each.again for each in mode.transforms)),
            wanted=[source_of(x) for x in inputs],
            past_wanted=accumulates,
            accumulate=accumulate if accumulates else None,
            observer=_all(EVERYWHERE.steps, mode.steps, [observer] if observer else ()),
            vjp=vjp,
        )
    finally:
        mode.enabled = former
    return {} if accumulates else {end: _tensor(g.all if batched else g) for end, g in grads.items()}


def _tensor(gradient: Any) -> Tensor:
    return gradient if isinstance(gradient, Tensor) else Tensor(gradient)


def run_batch(
    roots: Roots,
    given: Sequence[Tensor | None],
    *,
    create_graph: bool,
    retain_graph: bool | None,
    inputs: Sequence[Tensor],
) -> dict[Any, Any]:
    """As `run`, for a batch of cotangents: in one pass, or in one for each where hooks or watchers look on."""
    mode = THREAD.mode
    watched = any((EVERYWHERE.passes, mode.passes, EVERYWHERE.steps, mode.steps))
    if not (watched or _heard(roots)):
        return run(roots, given, create_graph=create_graph, retain_graph=retain_graph, inputs=inputs, batched=True)
    cotangents = cotangents_for(roots, given, batched=True)
    count = len(cotangents[0])
    passes = [
        run(
            roots,
            [cotangent[i] for cotangent in cotangents],
            create_graph=create_graph,
            retain_graph=retain_graph if i == count - 1 else True,
            inputs=inputs,
        )
        for i in range(count)
    ]
    return {end: NUMPY[np.stack]([found[end] for found in passes]) for end in passes[0]}


def _heard(roots: Roots) -> bool:
    """Whether anything that a pass from `roots` reaches has a hook."""
    if not (HOOKS or NODE_HOOKS):
        return False
    return any(id(each) in table for each in reached(map(source_of, roots)) for table in (HOOKS, NODE_HOOKS))


def reached(starts: Iterable[Any]) -> Iterator[Any]:
    """What a pass from there reaches that a hook may be on: nodes, and leaves, some more than once."""
    for node in ordered(starts):
        yield node
        yield from (edge.variable for edge in node.edges if isinstance(edge, AccumulateGrad))


def backward(
    tensors: Tensor | Roots,
    grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Adds to the `.grad` of every leaf the gradient of `tensors`, weighted by `grad_tensors`.

    inputs  the only ones to whose `.grad` anything is added; those that are no leaves retain it from now on

    Raises RuntimeError, in PyTorch's words, for a root without a graph or a cotangent, and for a graph already freed.
    """
    if THREAD.mode.transforms:
        raise RuntimeError(NO_BACKWARD)
    roots = _listed(tensors)
    given = [None] * len(roots) if grad_tensors is None else _listed(grad_tensors)
    if inputs is not None and not isinstance(inputs, Tensor) and not len(inputs):
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    sought = [] if inputs is None else _listed(inputs)
    for x in sought:
        x.retain_grad()
    if create_graph and not _Warned.cycle:
        _Warned.cycle = True
        warnings.warn(CYCLE, UserWarning, stacklevel=3)
    run(roots, given, create_graph=create_graph, retain_graph=retain_graph, inputs=sought, accumulates=True)


def _accumulate(leaf: Tensor, gradient: Any, *, recorded: bool) -> None:
    """Adds an array or a Tensor to the `.grad` of a leaf, in place unless that is `recorded`, and tells its hooks."""
    known = leaf.grad
    if known is None:
        leaf._grad = _taken(gradient, leaf, recorded=recorded)  # noqa: SLF001  # it fits: nothing is to be checked
    elif recorded:
        leaf.grad = known + gradient
    else:
        own_memory(known)
        sums: Any = known.array
        np.add(sums, getattr(gradient, "array", gradient), out=sums)
        # Held by `known`, by this name and by the call alone, it was saved by no node and is shown by no view.
        unseen = sums.base is None and getrefcount(sums) <= 3
        touch(sums, unseen=unseen)
    for hook in LEAF_HOOKS.get(id(leaf), {}).values() if LEAF_HOOKS else ():
        if (returned := hook(leaf)) is not None:
            raise TypeError(f"expected Variable, but hook returned '{type(returned).__name__}'")


def _taken(gradient: Any, leaf: Tensor, *, recorded: bool) -> Tensor:
    """A copy of the gradient, for rules may share an array among leaves; laid out in memory as the leaf is."""
    values = laid_out(getattr(gradient, "array", gradient), leaf.array)
    if not (recorded and gradient.tracked):
        return Tensor(values)
    taken: Tensor = ops.copy(Tensor(values), gradient) if values.strides == leaf.array.strides else gradient.clone()
    taken.array = values
    return taken


def grad(
    outputs: Tensor | Roots,
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
    is_grads_batched: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of the sum of `outputs`, weighted by `grad_outputs`, for each of `inputs`; no `.grad` is touched.

    is_grads_batched  `grad_outputs` have one more axis, the first, and so have the gradients

    An input that the outputs do not depend on raises RuntimeError; it gives None under `allow_unused`, and zeros under
    `materialize_grads`.
    """
    roots, sought = _listed(outputs), _listed(inputs)
    if not sought:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    given = [None] * len(roots) if grad_outputs is None else _listed(grad_outputs)
    if any(not x.tracked for x in sought):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    sources = [source_of(x) for x in sought]
    run_all = run_batch if is_grads_batched else run
    found = run_all(roots, given, create_graph=create_graph, retain_graph=retain_graph, inputs=sought)
    gradients: list[Tensor | None] = []
    for i, (x, source) in enumerate(zip(sought, sources, strict=True)):
        gradient = found.get(source)
        if gradient is None and materialize_grads:
            gradient = Tensor(np.zeros_like(x.array))  # without the axis of a batch, as in PyTorch
        if gradient is None and not allow_unused:
            raise RuntimeError(
                f"The differentiated Tensor at index {i} appears to not have been used in the graph. Set "
                "allow_unused=True if this is the desired behavior."
            )
        gradients.append(gradient)
    return tuple(gradients)


def _listed(tensors: Any) -> list[Any]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)
