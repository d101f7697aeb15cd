"""The recorded graph and the one backward loop.

A Node stands for one operation that was applied. Its edges lead to where its arguments came from: another Node, the
AccumulateGrad of a leaf, or None for what needs no gradient. Nodes are numbered as they are made, so descending number
is a topological order and no recursion is ever needed.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.engine.bfloat16 import converted
from gradcli.engine.dtypes import DType
from gradcli.engine.hooks import HOOKS, LEAF_HOOKS, NODE_HOOKS, PREHOOKS, RemovableHandle, register, run_around
from gradcli.engine.hooks import run as run_hooks
from gradcli.engine.locks import TABLES, Installed
from gradcli.engine.memory import Latest, tick
from gradcli.engine.modes import EVERYWHERE, THREAD, told
from gradcli.engine.staleness import refuse_freed_or_stale

if TYPE_CHECKING:
    from gradcli.engine.op import Op
    from gradcli.engine.tensor import Tensor

MANY: Any = object()
"""The shape and the dtype of what is no array but the results of an operation with several (see `multi.py`)."""


def _told_by_operation(name: str) -> Any:
    return property(lambda node: node.op.attribute(node, name, node.saved))


class Node:
    """One recorded operation.

    op            its declaration: name and derivative rules
    edges         per array argument, where its cotangent goes: a Node, an AccumulateGrad, or None
    saved         what the rules need of the result and the arguments (`op.slots` names the places); None once freed
    shape, dtype  of its result, and so of its cotangent
    seq           its number; later operations have higher ones
    """

    __slots__ = ("__weakref__", "_metadata", "_name", "dtype", "edges", "op", "saved", "seq", "shape")
    _metadata: dict[str, Any]

    def __init__(self, op: Op, edges: tuple[Any, ...], saved: tuple[Any, ...], result: Any, name: str) -> None:
        self.op = op
        self.edges = edges
        self.saved: tuple[Any, ...] | None = saved
        self.shape: tuple[int, ...] = result.shape
        self.dtype: DType = result.dtype
        self.seq = tick()
        self._name = name

    def name(self) -> str:
        """The name PyTorch prints: "MulBackward0"."""
        return self._name

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """Per array argument, the node its gradient flows to (None for a constant) and that node's output number.

        An argument that has no derivative by its nature is not among them.
        """
        if self.edges and self.edges[0] is not None and self.edges[0].shape is MANY:  # it stands for one of its results
            return tuple(self.edges[0].next_functions)
        return tuple((edge, 0) for i, edge in enumerate(self.edges) if i not in self.op.constants)

    @property
    def output_nr(self) -> int:
        """The number of the result it stands for."""
        return int(getattr(self.op, "number", 0))

    @property
    def metadata(self) -> dict[str, Any]:
        """For notes of any kind."""
        with TABLES:
            if not hasattr(self, "_metadata"):
                self._metadata = {}
        return self._metadata

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(grad_inputs, grad_outputs)`, two tuples, when it was gone back; it may return other grad_inputs.

        Raises NotImplementedError for an operation with several results.
        """
        self._refuse_several("register_hook")
        return register(self, hook, NODE_HOOKS)

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(grad_outputs)`, a tuple, before it is gone back; it may return another.

        Raises NotImplementedError for an operation with several results.
        """
        self._refuse_several("register_prehook")

        def before(gradient: Tensor) -> Any:
            changed = hook((gradient,))
            return changed[0] if isinstance(changed, tuple) else changed

        return register(self, before, PREHOOKS)

    def _refuse_several(self, method: str) -> None:
        if self.shape is MANY or (self.edges and self.edges[0] is not None and self.edges[0].shape is MANY):
            raise NotImplementedError(f"Node.{method}() of an operation with several results is not supported yet")

    # What PyTorch's nodes show of what they saved. A `__getattr__` would make every access to an attribute slower.
    _saved_exponent = _told_by_operation("_saved_exponent")
    _saved_mat2 = _told_by_operation("_saved_mat2")
    _saved_other = _told_by_operation("_saved_other")
    _saved_result = _told_by_operation("_saved_result")
    _saved_self = _told_by_operation("_saved_self")
    needs_input_grad = _told_by_operation("needs_input_grad")
    saved_tensors = _told_by_operation("saved_tensors")

    def __repr__(self) -> str:
        return f"<{self.op.module}{self._name} object at {id(self):#x}>"


_make_node = Node.__init__


def _make_node_and_tell(node: Node, *args: Any) -> None:
    _make_node(node, *args)
    for watcher in reversed((*EVERYWHERE.nodes, *THREAD.mode.nodes)):
        watcher(node)


def _telling() -> None:
    Node.__init__ = _make_node_and_tell  # type: ignore[assignment,method-assign]


def _silent() -> None:
    Node.__init__ = _make_node  # type: ignore[method-assign]


_TELLING = Installed(_telling, _silent)


@contextmanager
def each_node(watcher: Callable[[Node], None], *, everywhere: bool = False) -> Iterator[None]:
    """Inside, `watcher` is called with every Node that is made in this thread, or everywhere.

    Where nobody is told, making one costs nothing more.
    """
    with _TELLING, told("nodes", watcher, everywhere=everywhere):
        yield


class AccumulateGrad:
    """The end of a path: what arrives is added to the `.grad` of `variable`. One a leaf, while a graph holds it.

    lock  is held while that is done, and by hooks that see it: threads may add to one leaf
    """

    __slots__ = ("__weakref__", "dtype", "lock", "shape", "variable")
    next_functions: tuple[tuple[Any, int], ...] = ()

    def __init__(self, variable: Tensor) -> None:
        if variable.array.dtype.kind == "c":
            raise NotImplementedError(NO_COMPLEX)
        self.variable = variable
        self.lock = RLock()
        self.shape: tuple[int, ...] = variable.array.shape
        self.dtype: DType = variable.array.dtype

    @staticmethod
    def of(leaf: Tensor) -> AccumulateGrad:
        """The node of `leaf`; the leaf knows it weakly, so that neither keeps the other alive."""
        known = None if leaf.accumulator is None else leaf.accumulator()
        if known is None:
            with TABLES:  # another thread may have been here first: with two, gradients would come apart
                known = None if leaf.accumulator is None else leaf.accumulator()
                if known is None:
                    known = AccumulateGrad(leaf)
                    leaf.accumulator = weakref.ref(known)
        return known

    def tensor(self, array: Any) -> Tensor:
        """The leaf; or, for an array that is not its own (it was packed), a Tensor that has the same accumulator."""
        if self.variable.array is array:
            return self.variable
        twin = self.variable.detach()
        twin.array, twin.tracked, twin.accumulator = array, True, weakref.ref(self)
        return twin

    def name(self) -> str:
        """The name PyTorch gives it."""
        return "torch::autograd::AccumulateGrad"

    def __repr__(self) -> str:
        return f"<AccumulateGrad object at {id(self):#x}>"


def source_of(tensor: Tensor) -> Node | AccumulateGrad | None:
    """Where the cotangent of `tensor` goes: its grad_fn, its AccumulateGrad if it is a leaf, None if it needs none."""
    if not tensor.tracked:
        return None
    return tensor.grad_fn or AccumulateGrad.of(tensor)


def ordered(starts: Iterable[Any], since: int = 0) -> list[Node]:
    """Every Node reachable from `starts`, each before the nodes its edges lead to; only those made `since` then."""
    nodes = [start for start in dict.fromkeys(starts) if type(start) is Node]
    seen: set[Any] = set(nodes)
    for node in nodes:  # grows while it runs
        for edge in node.edges:
            if type(edge) is Node and edge not in seen and edge.seq > since:
                seen.add(edge)
                nodes.append(edge)
    nodes.sort(key=attrgetter("seq"), reverse=True)
    return nodes


def unbroadcast(cotangent: Any, shape: tuple[int, ...]) -> Any:
    """The cotangent in its argument's shape: summed over axes that were broadcast, spread over those left out."""
    extra = len(cotangent.shape) - len(shape)
    if extra < 0:
        return np.broadcast_to(cotangent, shape)
    if extra > 0:
        cotangent = np.sum(cotangent, axis=tuple(range(extra)))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and cotangent.shape[i] != 1)
    if stretched:
        cotangent = np.sum(cotangent, axis=stretched, keepdims=True)
    return cotangent if cotangent.shape == shape else np.broadcast_to(cotangent, shape)


NO_COMPLEX = "gradients of complex numbers are not implemented: the rules are those of real ones"


def of_dtype(cotangent: Any, dtype: DType) -> Any:
    """The cotangent, an array or a Tensor, in the dtype of the argument it belongs to."""
    found = getattr(cotangent, "array", cotangent).dtype
    if found == dtype:
        return cotangent
    if "c" in (found.kind, dtype.kind):
        raise NotImplementedError(NO_COMPLEX)
    if "V" in (found.kind, dtype.kind) and isinstance(cotangent, (np.ndarray, np.generic)):
        return converted(cotangent, dtype)
    return cotangent.astype(dtype)


Observer = Callable[[Node, Any, Sequence[Any]], None]
Accumulate = Callable[[AccumulateGrad, Any], None]
Vjp = Callable[..., Sequence[Any]]


def _seeds(roots: Sequence[Any], cotangents: Sequence[Any]) -> dict[Any, Any]:
    """The cotangent of each root; those of a root that is named twice add up."""
    grads: dict[Any, Any] = {}
    for root, cotangent in zip(roots, cotangents, strict=True):
        grads[root] = grads[root] + cotangent if root in grads else cotangent
    return grads


class _Ends:
    """Where a pass ends: at the leaves, or at what is wanted. What does not lead there is left alone.

    nodes    those to be gone back through, in order
    leading  what is wanted, and the nodes from which a path leads there; None if nothing is left out
    cut      the edges to follow of the nodes that are wanted, or have edges that do not lead there: None for those
    found    the cotangents that have arrived
    last     by node: the leaves to which none of those that come after it contributes; empty if no hook hears when
    """

    __slots__ = ("_accumulate", "_past_wanted", "cut", "found", "last", "leading", "nodes", "wanted")

    def __init__(
        self, nodes: list[Node], wanted: Iterable[Any], past_wanted: bool, accumulate: Accumulate | None
    ) -> None:
        self.wanted = set(wanted)
        self.nodes = nodes
        self.leading: set[Any] | None = None
        self.cut: dict[Node, tuple[Any, ...]] = {}
        self.found: dict[Any, Any] = {}
        self.last: dict[Node, list[AccumulateGrad]] = {}
        self._past_wanted = past_wanted
        self._accumulate = accumulate
        if self.wanted:
            self._cut_off()
        if HOOKS or LEAF_HOOKS:
            last = {edge: node for node in self.nodes for edge in node.edges if type(edge) is AccumulateGrad}
            for leaf, node in last.items():
                self.last.setdefault(node, []).append(leaf)

    def _cut_off(self) -> None:
        self.leading = leading = {None, *self.wanted}  # an edge to nothing is no edge to leave out
        for node in reversed(self.nodes):
            if node not in leading and leading.issuperset(node.edges):
                leading.add(node)
                continue
            edges = tuple([edge if edge in leading else None for edge in node.edges])
            if edges.count(None) < len(edges):
                leading.add(node)
            self.cut[node] = edges
        if self.cut:
            self.nodes = [node for node in self.nodes if node in leading]

    def followed(self, node: Node, g: Any) -> tuple[Any, ...]:
        """The edges of one of the `cut` nodes along which the pass goes on; () if it ends there."""
        edges = self.cut[node]
        if not self._past_wanted and edges.count(None) == len(edges):
            self.found[node] = run_hooks(node, g)
            return ()
        if node in self.wanted:
            self.found[node] = g  # before its hooks, as PyTorch has it where something behind is wanted too
        return edges

    def arrive(self, leaves: Iterable[Any], grads: dict[Any, Any]) -> None:
        """Takes the cotangents of these leaves, which are whole; what else is among them stays."""
        leading, accumulate = self.leading, self._accumulate
        for leaf in leaves:
            if type(leaf) is AccumulateGrad and leaf in grads and (leading is None or leaf in leading):
                g = grads.pop(leaf)
                if HOOKS:
                    g = run_hooks(leaf.variable, g)
                self.found[leaf] = g
                if accumulate is not None:
                    accumulate(leaf, g)


def _contributions(node: Node, g: Any, edges: tuple[Any, ...], differentiable: bool, vjp: Vjp | None) -> Sequence[Any]:
    """What the cotangent `g` of a node's result contributes to those of its arguments that have an edge."""
    try:
        saved: Any = node.saved  # read once: another thread may free it
        if saved is None or node.seq < Latest.time:
            refuse_freed_or_stale(node, saved)
        slots = node.op.tensors(node, saved) if differentiable else saved
        contributions = node.op.vjp(g, edges, slots) if vjp is None else vjp(node.op, g, edges, slots)
    except Exception:
        for watcher in (*EVERYWHERE.failures, *THREAD.mode.failures):
            watcher(node)
        raise
    if NODE_HOOKS and id(node) in NODE_HOOKS:
        fitting = [x if x is None or e is None else unbroadcast(x, e.shape) for x, e in zip(contributions, edges)]  # noqa: B905
        return run_around(node, fitting, g)
    return contributions


def pull_back(
    roots: Sequence[Any],
    cotangents: Sequence[Any],
    *,
    differentiable: bool = False,
    keep: bool = False,
    wanted: Iterable[Any] = (),
    past_wanted: bool = False,
    accumulate: Accumulate | None = None,
    observer: Observer | None = None,
    since: int = 0,
    vjp: Vjp | None = None,
) -> dict[Any, Any]:
    """The cotangents of all leaves (by AccumulateGrad), or of the `wanted` leaves and nodes, given those of `roots`.

    cotangents      arrays; Tensors when `differentiable`, which gives the gradients graphs of their own
    keep            leaves the nodes' saved values in place for another pass
    wanted          nothing that does not lead to one of them is gone back, freed, or heard of by hooks
    past_wanted     the wanted nodes are gone back through too, although nothing behind them may be wanted
    accumulate      is called for each leaf with its cotangent: at the end, or as soon as that is whole if anybody hears
    observer        is called for each node with its cotangent and the contributions to its arguments
    since           goes no further than to nodes made after that, and to those `wanted`
    vjp             takes the place of `Op.vjp` where the cotangents are no arrays (see `batched.py`)
    Raises RuntimeError for a node whose saved values were freed.
    """
    grads = _seeds(roots, cotangents)
    ends = _Ends(ordered(roots, since), wanted, past_wanted, accumulate)
    cut, last = ends.cut, ends.last
    for node in ends.nodes:
        g = grads.pop(node, None)
        if g is None:
            continue
        edges = node.edges
        if node in cut and not (edges := ends.followed(node, g)):
            continue
        if HOOKS or PREHOOKS:
            g = run_hooks(node, run_hooks(node, g), PREHOOKS)
        contributions = _contributions(node, g, edges, differentiable, vjp)
        for edge, contribution in zip(edges, contributions):  # noqa: B905  # strict costs time in the hot loop
            if edge is not None and contribution is not None:
                if contribution.shape != edge.shape:
                    contribution = unbroadcast(contribution, edge.shape)
                if contribution.dtype is not edge.dtype:
                    contribution = of_dtype(contribution, edge.dtype)
                grads[edge] = grads[edge] + contribution if edge in grads else contribution
        if observer is not None:
            observer(node, g, contributions)
        if not keep and node.saved and node.op.frees:
            node.saved = None
        if node in last:
            ends.arrive(last[node], grads)
    ends.arrive([*grads], grads)
    return ends.found
