"""Forward mode: tangents, pushed along the recorded graph by the same derivative rules.

A rule maps the cotangent u of a result to uJ, the cotangent of an argument. That is linear in u: the gradient of uJ
with respect to u, given the argument's tangent t as its cotangent, is Jt, the tangent of the result. It is taken by
running the rule on a Tensor u and pulling t back through what was recorded. So tangents of any order follow from the
rules, and an operation costs nothing more while forward mode is off: a tangent is computed when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Self

import numpy as np

from gradcli.engine.batched import Batch, vjp
from gradcli.engine.domain import REAL
from gradcli.engine.graph import (
    MANY,
    AccumulateGrad,
    Node,
    of_dtype,
    ordered,
    pull_back,
    source_of,
    unbroadcast,
)
from gradcli.engine.memory import tick
from gradcli.engine.modes import THREAD, Mode, enable_grad
from gradcli.engine.multi import Parts, Pick
from gradcli.engine.op import Op
from gradcli.engine.ops.joining import stack
from gradcli.engine.staleness import refuse_freed_or_stale
from gradcli.engine.tensor import Tensor

_DUAL = Op("dual", "DualBackward0", lambda x: x, {"x": lambda g: g}, REAL)


class Level:
    """One forward pass: Tensors that got tangents, and what follows from them. A context manager, open in its block.

    entries  the nodes of the Tensors that were given tangents
    """

    _mode: Mode

    def __init__(self) -> None:
        self.entries: set[Node] = set()
        self._tangents: dict[Any, Any] = {}
        self._since = tick()
        self.open = False

    def __enter__(self) -> Self:
        self.open = True
        self._mode = THREAD.mode  # it may be closed in another thread
        self._mode.levels += 1
        return self

    def __exit__(self, *_: object) -> None:
        self.open = False
        self._tangents.clear()
        self._mode.levels -= 1

    def dual(self, primal: Tensor, tangent: Any) -> Tensor:
        """A Tensor with the memory of `primal`, and with this tangent: a Tensor, a Batch, or None for no motion.

        In one pass all that moves has Batches of as many, or nothing has. Raises ValueError for whole numbers.
        """
        for what, x in (("primal", primal), ("tangent", tangent.all if isinstance(tangent, Batch) else tangent)):
            if x is not None and x.array.dtype.kind not in "fc":
                raise ValueError(f"Expected {what} to be floating point or complex, but got: {x.dtype}")
        node = Node(_DUAL, (source_of(primal),), (), primal.array, "DualBackward0")
        self.entries.add(node)
        self._tangents[node] = tangent
        return Tensor(primal.array, True, node)

    def move(self, dual: Tensor, tangent: Batch) -> None:
        """Gives a Tensor that `dual` gave this tangent, and all others none: what follows is asked for anew."""
        assert dual.grad_fn is not None
        self._tangents = {dual.grad_fn: tangent}

    def tangent(self, tensor: Tensor) -> Tensor | None:
        """The tangent of a Tensor, or all of a Batch: None if it does not depend on any that was given one."""
        root = tensor.grad_fn
        if root is None:
            return None
        tangent = self.tangents(root).get(root)
        whole: Tensor | None = tangent.all if isinstance(tangent, Batch) else tangent
        return whole

    def tangents(self, root: Node) -> Mapping[Node, Any]:
        """The tangents of a node and of all behind it that this pass has made; None for one that does not move."""
        with enable_grad():
            for node in reversed(ordered([root], self._since)):
                if node not in self._tangents:
                    self._tangents[node] = _pushed(node, [self._tangents.get(edge) for edge in node.edges])
        return self._tangents


def leads_out(tensor: Tensor, own: Container[Any]) -> bool:
    """True if the history of a Tensor leads anywhere but to the `own` nodes of a computation."""
    if tensor.grad_fn is None:
        return tensor.tracked and source_of(tensor) not in own
    return any(
        (node not in own and all(edge is None for edge in node.edges))
        or any(type(edge) is AccumulateGrad and edge not in own for edge in node.edges)
        for node in ordered([tensor.grad_fn])
    )


def settled(tensor: Tensor, own: Container[Any]) -> Tensor:
    """The Tensor, without a history if that leads nowhere but to the `own` nodes of a computation that is over."""
    return tensor if not tensor.tracked or leads_out(tensor, own) else tensor.detach()


def _pushed(node: Node, tangents: Sequence[Any]) -> Any:
    """The tangent of a node's result, given those of its arguments; None for none.

    For a node with several results it is a function, from the node that picks a result to the tangent of that.
    """
    if all(tangent is None for tangent in tangents):
        return None
    if isinstance(node.op, Pick):
        return tangents[0](node)
    jvp = getattr(node.op, "jvp", None)
    if jvp is not None:  # an operation that the user wrote, with a rule for this
        results = _for_each(jvp, tangents)
        return (lambda pick: results[pick.op.number]) if node.shape is MANY else results[0]
    if node.shape is MANY:
        return lambda pick: _transposed(node, tangents, pick, lambda u: Parts({pick.op.number: u}))
    return _transposed(node, tangents, node, lambda u: u)


def _for_each(jvp: Callable[..., Any], tangents: Sequence[Any]) -> Sequence[Any]:
    """What `jvp` makes of tangents; of Batches, one after the other."""
    if not any(isinstance(tangent, Batch) for tangent in tangents):
        results: Sequence[Any] = jvp(tangents)
        return results
    count = next(len(tangent) for tangent in tangents if tangent is not None)
    rows = [jvp([None if tangent is None else tangent.all[i] for tangent in tangents]) for i in range(count)]
    return [Batch(stack(list(column))) for column in zip(*rows, strict=True)]


def _transposed(node: Node, tangents: Sequence[Any], result: Node, cotangent: Callable[[Tensor], Any]) -> Any:
    """The derivative, with respect to the cotangent u of a result, of the cotangents of the arguments."""
    saved: Any = node.saved
    refuse_freed_or_stale(node, saved)
    since = tick()
    u = Tensor(np.zeros(result.shape, result.dtype)[()], requires_grad=True)
    edges = tuple(None if tangent is None else edge for edge, tangent in zip(node.edges, tangents, strict=True))
    contributions = node.op.vjp(cotangent(u), edges, node.op.tensors(node, saved))
    linear = [
        (of_dtype(unbroadcast(contribution, edge.shape), edge.dtype), tangent)
        for contribution, edge, tangent in zip(contributions, edges, tangents, strict=True)
        if edge is not None and isinstance(contribution, Tensor) and contribution.tracked
    ]
    end = source_of(u)
    roots = [source_of(contribution) for contribution, _ in linear]
    given = [tangent for _, tangent in linear]
    batched = any(isinstance(tangent, Batch) for tangent in tangents)
    found = pull_back(
        roots, given, differentiable=True, keep=True, wanted=[end], since=since, vjp=vjp if batched else None
    )
    tangent = found.get(end)
    if batched:
        return tangent
    return u.detach() if tangent is None else tangent if isinstance(tangent, Tensor) else Tensor(tangent)
