"""The graph's side of `autograd.Function`: one call as an operation, and what it keeps for its backward."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine.graph import MANY, Node, source_of
from gradcli.engine.inplace import adopt
from gradcli.engine.modes import THREAD
from gradcli.engine.multi import RESULTS, Parts, picked
from gradcli.engine.op import rejoin
from gradcli.engine.packing import unpacked
from gradcli.engine.staleness import FREED
from gradcli.engine.tensor import Tensor

Outputs = tuple[Any, ...]


class Notes:
    """What `ctx` was told in the forward of one call.

    dirty       the arguments that were changed in place
    constant    the outputs that have no gradient
    to_save     the Tensors for backward, until the node keeps their arrays
    for_forward the Tensors for `jvp`
    pushing     whether `jvp` is running
    """

    def __init__(self) -> None:
        self.dirty: tuple[Tensor, ...] = ()
        self.constant: tuple[Tensor, ...] = ()
        self.to_save: tuple[Tensor | None, ...] = ()
        self.for_forward: tuple[Tensor | None, ...] = ()
        self.pushing = False
        self._sources: list[Any] = []
        self._node: Callable[[], Node | None] = lambda: None

    def released(self, outputs: Outputs) -> tuple[Any, ...]:
        """The arrays to be saved, which the node keeps from now on."""
        numbers = {id(output): number for number, output in enumerate(outputs)}
        self._sources = [None if t is None else numbers.get(id(t), source_of(t)) for t in self.to_save]
        arrays = tuple(None if tensor is None else tensor.array for tensor in self.to_save)
        self.to_save = ()
        return arrays

    def kept_by(self, node: Node) -> None:
        """Notes the node of the call; it leads here itself."""
        self._node = weakref.ref(node)

    def sources(self, node: Node) -> tuple[Any, ...]:
        """Where each saved array came from: an output of the call from `node`, its node."""
        return tuple(node if isinstance(source, int) else source for source in self._sources)

    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """The saved Tensors with their histories. Raises RuntimeError once the graph has been freed."""
        node = self._node()
        if self.pushing or node is None:
            return self.for_forward
        saved = node.saved
        if saved is None:
            raise RuntimeError(FREED)
        pairs = zip(unpacked(saved), self._sources, strict=True)
        return tuple(_rejoined(array, source, node) for array, source in pairs)


def _rejoined(array: Any, source: Any, node: Node) -> Tensor | None:
    """A saved array as the Tensor it was; `source` is where its cotangent goes, or the number of the node's output."""
    if array is None:
        return None
    if isinstance(source, int):
        source = picked(node, source, array) if node.shape is MANY else node
    return Tensor(array) if source is None else rejoin(array, source)


class Call:
    """The operation that the node of one call of a Function stands for."""

    constants = ()
    frees = True
    module = "torch.autograd.function."

    def __init__(self, function: Any, ctx: Any, notes: Notes, args: tuple[Any, ...]) -> None:
        self.function = function
        self.name = f"{function.__name__}Backward"
        self.ctx = ctx
        self.notes = notes
        self._arguments = [_like(arg) for arg in args]
        self._outputs: list[Any] = []
        self._known: tuple[list[Any], Any] | None = None
        self._places = [i for i, like in enumerate(self._arguments) if like is not None]

    def reads(self, node: Node, slot: int, number: int = 0) -> bool:
        """As `Op.reads`: what backward does with it is not known."""
        return True

    def recorded(self, args: tuple[Any, ...], outputs: Outputs) -> Outputs:
        """The outputs with a node for their history, where they have one: no whole numbers, no other objects."""
        self._outputs = [_like(output) for output in outputs]
        _refuse_dirty(self.notes.dirty, outputs)
        edges = tuple(source_of(args[place]) for place in self._places)
        single = len(outputs) == 1 and isinstance(outputs[0], Tensor)
        result = outputs[0].array if single else RESULTS
        node = Node(self, edges, self.notes.released(outputs), result, self.name)  # type: ignore[arg-type]
        self.notes.kept_by(node)
        constant = {id(tensor) for tensor in self.notes.constant}
        return tuple(
            self._with_history(output, node if single else picked(node, number, output.array), args)
            if isinstance(output, Tensor) and output.array.dtype.kind in "fc" and id(output) not in constant
            else output
            for number, output in enumerate(outputs)
        )

    def _with_history(self, output: Tensor, node: Node, args: tuple[Any, ...]) -> Tensor:
        """The output itself, or, if that is an argument or already has a history, a Tensor with its memory."""
        if any(output is tensor for tensor in self.notes.dirty):
            adopt(output, Tensor(output.array, True, node))
            return output
        if output.requires_grad or any(output is arg for arg in args):
            return Tensor(output.array, True, node)
        output.requires_grad, output.grad_fn = True, node
        return output

    # What the engine asks of an operation

    def attribute(self, node: Node, name: str, saved: tuple[Any, ...] | None) -> Any:
        """What `grad_fn` shows of the call: `saved_tensors`, `needs_input_grad`."""
        return getattr(self.ctx, name)

    def sources(self, node: Node) -> tuple[Any, ...]:
        """As `Op.sources`."""
        return self.notes.sources(node)

    def tensors(self, node: Node, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        """Nothing: `backward` finds in `ctx` what was saved."""
        return ()

    def vjp(self, g: Any, edges: tuple[Any, ...], saved: tuple[Any, ...]) -> Sequence[Any]:
        """As `Op.vjp`: arrays for arrays, Tensors for Tensors, None where `backward` returned it."""
        arrived = g.by_number if isinstance(g, Parts) else {0: g}
        differentiable = any(isinstance(cotangent, Tensor) for cotangent in arrived.values())
        cotangents = [self._materialized(arrived.get(i), like) for i, like in enumerate(self._outputs)]
        returned = self._pulled(cotangents, differentiable=differentiable)
        gradients = self._per_tensor(returned if isinstance(returned, tuple) else (returned,))
        for i, (gradient, edge) in enumerate(zip(gradients, edges, strict=True)):
            if gradient is not None and edge is not None:
                self._refuse_misfit(i, gradient, edge.shape)
        return [x if x is None or differentiable else x.array for x in gradients]

    def _pulled(self, cotangents: list[Tensor | None], *, differentiable: bool) -> Any:
        """What the user's function gives; just once, where a pass that nobody has asked for comes before theirs.

        It may print and count, so what it gave to the one is kept for the other, if that has the same cotangents.
        """
        known, self._known = self._known, None
        arrays = [None if x is None else x.array for x in cotangents]
        if known is not None and not differentiable and all(map(_same, known[0], arrays)):
            self._known = known if THREAD.mode.unheard else None  # there may be several before theirs
            return known[1]
        returned = self.function.pulled(self.ctx, tuple(cotangents))
        if THREAD.mode.unheard and not self.function.runs_hooks:
            self._known = arrays, returned
        return returned

    def jvp(self, tangents: Sequence[Tensor | None]) -> Outputs:
        """The tangents of the outputs, given those of the Tensors among the arguments."""
        by_place = dict(zip(self._places, tangents, strict=True))
        given = [self._materialized(by_place.get(place), like) for place, like in enumerate(self._arguments)]
        self.notes.pushing = True
        try:
            returned = self.function.jvp(self.ctx, *given)
        finally:
            self.notes.pushing = False
        return returned if isinstance(returned, tuple) else (returned,)

    def _materialized(self, cotangent: Any, like: Any) -> Tensor | None:
        """A cotangent or tangent, an array or a Tensor, as the user's functions take it; it may not have arrived."""
        if cotangent is None:
            return Tensor(np.zeros(*like)) if self.ctx.materialize_grads and like is not None else None
        return cotangent if isinstance(cotangent, Tensor) else Tensor(cotangent)

    def _per_tensor(self, returned: Outputs) -> list[Any]:
        """The gradients of those arguments that are Tensors. Raises RuntimeError for a wrong number of gradients."""
        expected = len(self._arguments)
        if len(returned) < expected or any(gradient is not None for gradient in returned[expected:]):
            raise RuntimeError(
                f"function {self.name} returned an incorrect number of gradients (expected {expected}, got "
                f"{len(returned)})"
            )
        for i, gradient in enumerate(returned[:expected]):
            if gradient is not None and i not in self._places:
                raise RuntimeError(
                    f"function {self.name} returned a gradient different than None at position {i + 1}, but the "
                    "corresponding forward input was not a Variable"
                )
        return [returned[i] for i in self._places]

    def _refuse_misfit(self, i: int, gradient: Any, wanted: tuple[int, ...]) -> None:
        """Raises RuntimeError for a gradient that is no Tensor, or does not sum to the shape of its argument."""
        if not isinstance(gradient, Tensor):
            raise RuntimeError(f"expected Variable or None (got {type(gradient).__name__})")  # noqa: TRY004  # PyTorch's
        found = gradient.array.shape
        if len(found) < len(wanted) or any(n not in (m, 1) for m, n in zip(found[::-1], wanted[::-1], strict=False)):
            raise RuntimeError(
                f"Function {self.name} returned an invalid gradient at index {i} - got {[*found]} but expected shape "
                f"compatible with {[*wanted]}"
            )


def _same(one: Any, other: Any) -> bool:
    """Whether two cotangents are one, to the bit; None is one that did not arrive."""
    if one is None or other is None:
        return one is other
    return bool(one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes())


def _like(x: Any) -> Any:
    """The shape and dtype of a Tensor; None for anything else."""
    return (x.array.shape, x.array.dtype) if isinstance(x, Tensor) else None


def _refuse_dirty(dirty: tuple[Tensor, ...], outputs: Outputs) -> None:
    """Raises RuntimeError for an argument that was changed in place and must not be, or was not returned."""
    for tensor in dirty:
        if tensor.requires_grad and tensor.grad_fn is None:
            raise RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")
        if not any(tensor is output for output in outputs):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that "
                "are modified inplace must all be outputs of the Function."
            )


class Refusal:
    """The operation of a result that must not be differentiated."""

    constants = ()
    frees = True
    module = ""

    def sources(self, node: Node) -> tuple[Any, ...]:
        """As `Op.sources`: nothing was saved."""
        return ()

    def tensors(self, node: Node, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        """As `Op.tensors`: nothing was saved."""
        return ()

    def vjp(self, g: Any, edges: tuple[Any, ...], saved: tuple[Any, ...]) -> Sequence[Any]:
        """Raises RuntimeError."""
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


def refusing(x: Tensor, sources: tuple[Any, ...]) -> Tensor:
    """The values of `x` with a history that leads to `sources`, but refuses to be gone back."""
    return Tensor(x.array, True, Node(Refusal(), sources, (), x.array, "Error"))  # type: ignore[arg-type]
