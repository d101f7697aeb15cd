"""What a backward pass computes, taken from the recorded graph just before it, and the verdict on that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.engine import autograd
from gradcli.engine.graph import AccumulateGrad, Node, ordered, pull_back, source_of
from gradcli.engine.hooks import unheard
from gradcli.engine.modes import no_grad
from gradcli.engine.multi import MultiOp, Parts, Pick
from gradcli.engine.op import Op
from gradcli.engine.tensor import Tensor
from gradcli.lang.evaluate import evaluate
from gradcli.lang.graph_reading import GraphReader
from gradcli.lang.tokens import Source
from gradcli.lang.tree import NoFormError, Program
from gradcli.verdict import Word
from gradcli.verify.certified import enclose
from gradcli.verify.conventions import Library
from gradcli.verify.directions import directional
from gradcli.verify.jitter import jitter, moved
from gradcli.verify.problem import Problem, Verdict, symbolic_request
from gradcli.verify.replay import Replay
from gradcli.verify.rounding import weighted
from gradcli.verify.verdict import judge

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

Array = Any
SYMBOLIC_SECONDS = 10.0
TORCH_ALONE: tuple[Library, ...] = ("torch",)
LARGE = 20_000
"""Elements of all arrays together beyond which nothing is enclosed, and SymPy is not asked."""


@dataclass(frozen=True)
class Recorded:
    """What one backward pass computes.

    value      the root's array; of several roots, the sum that their cotangents weigh
    gradients  the engine's, by the name of the leaf, or of what was asked for
    problem    the same computation as a program; None where an operation has no form there, or it is too large
    leaves     the arrays of the leaves, by name
    replay     runs the graph again
    total      the scalar that is differentiated, in float64
    reason     which operation has no form
    trouble    the first operation that made something infinite or NaN, if one did
    """

    value: Array
    gradients: dict[str, Array]
    problem: Problem | None
    leaves: Mapping[str, Array]
    replay: Replay
    total: float
    reason: str = ""
    trouble: str | None = None


def recorded(
    roots: Sequence[Tensor], cotangents: Sequence[Tensor], names: Mapping[int, str], inputs: Sequence[Tensor] = ()
) -> Recorded:
    """What a backward pass from `roots` with `cotangents` computes for every leaf; nothing is accumulated or freed.

    Hooks are not called: these are the gradients of what was computed, whatever a hook makes of them.
    names   of leaves, by id() of their Tensors; the others are called leaf_1, leaf_2, ...
    inputs  what alone is asked for, as `apart` gives it: leaves, or one Tensor that is none and is then held as if it
            were one
    """
    starts = [source_of(root) for root in roots]
    weights = [np.asarray(cotangent.array)[()] for cotangent in cotangents]
    asked = {source_of(x): x for x in inputs}
    nodes, ends = _between(starts, [end for end in asked if isinstance(end, Node)])
    watch = _Watch(nodes)
    with no_grad(), unheard():
        found = pull_back(starts, weights, keep=True, wanted=asked, observer=watch.backward)
    reader = GraphReader(names)
    order = [end for end in asked or found if end in found]
    leaves = {
        end: reader.leaf(end) if isinstance(end, AccumulateGrad) else reader.held(end, asked[end])
        for end in dict.fromkeys((*order, *ends))
    }
    gradients = {leaves[end]: np.array(found[end]) for end in order}
    value = np.array(roots[0].array)
    if len(roots) > 1:
        value = sum(np.sum(root.array * weight) for root, weight in zip(roots, weights, strict=True))
    whole = Recorded(
        value,
        gradients,
        None,
        trouble=watch.trouble,
        leaves={name: reader.values[name] for name in leaves.values()},
        replay=Replay(nodes, starts, weights, leaves),
        total=sum(weighted(root.array, weight) for root, weight in zip(roots, weights, strict=True)),
    )
    if not gradients:
        return whole
    try:
        for node in nodes:
            reader.read(node)
    except NoFormError as missing:
        return replace(whole, reason=str(missing))
    if sum(array.size for array in reader.values.values()) > LARGE:
        return whole
    program, cotangent = reader.program(starts, weights)
    problem = _problem(program, reader.values, tuple(gradients), cotangent, value.dtype.name)
    if reader.is_written and not isinstance(problem.enclosures, str):
        problem.enclosures.libraries = TORCH_ALONE
    return replace(whole, problem=problem)


def apart(inputs: Sequence[Tensor]) -> list[tuple[Tensor, ...]]:
    """Inputs whose gradients `recorded` takes together: all leaves; and each other one, behind which nothing counts."""
    leaves = tuple(x for x in inputs if x.grad_fn is None)
    return [part for part in (leaves, *((x,) for x in inputs if x.grad_fn is not None)) if part] or [()]


def _between(starts: Sequence[Any], held: Sequence[Node]) -> tuple[list[Node], list[Any]]:
    """The nodes from which `starts` are computed where these are held, in that order; and the ends that they have."""
    reached, nodes = dict.fromkeys(starts), []
    for node in ordered(starts):
        if node in reached and node not in held:
            nodes.append(node)
            reached |= dict.fromkeys(node.edges)
    return nodes[::-1], [end for end in reached if isinstance(end, AccumulateGrad) or end in held]


def verdicts(found: Recorded, worker: SympyWorker) -> dict[str, Verdict]:
    """The verdict on the gradient of each leaf, by name: by enclosures, and by runs of the graph."""
    problem = found.problem
    if problem is None:
        return _by_replay(found)
    if isinstance(problem.enclosures, str):
        return _rather(_by_replay(found), lambda: _by_judge(found, problem, worker))
    return _rather(_by_judge(found, problem, worker), lambda: _by_replay(found))


def _rather(first: dict[str, Verdict], others: Callable[[], dict[str, Verdict]]) -> dict[str, Verdict]:
    """The first verdicts, with others in the place of those that are undecided, where they are not."""
    if not any(verdict.word is Word.UNDECIDED for verdict in first.values()):
        return first
    seconds = others()
    return {
        name: verdict if verdict.word is not Word.UNDECIDED or seconds[name].word is Word.UNDECIDED else seconds[name]
        for name, verdict in first.items()
    }


def _by_judge(found: Recorded, problem: Problem, worker: SympyWorker) -> dict[str, Verdict]:
    """From enclosures, or, where there are none, from what SymPy and differences say."""
    dtype = found.value.dtype.name
    request = symbolic_request(problem.program, problem.values, problem.wrt, problem.cotangent, 1, dtype)
    answer = worker.ask(request, SYMBOLIC_SECONDS)
    return judge(problem, found.value, found.gradients, answer, trouble=found.trouble)


def _by_replay(found: Recorded) -> dict[str, Verdict]:
    """From differences along directions; with the reason why not from enclosures, if they cannot tell."""
    if not all(np.all(np.isfinite(array)) for array in (found.value, *found.gradients.values())):
        detail = found.trouble or "the value or the gradient does not exist here"
        return dict.fromkeys(found.gradients, Verdict(Word.DOMAIN, detail))
    told = directional(found.replay, found.leaves, found.gradients, found.total)
    if not found.reason:
        return told
    return {name: replace(verdict, detail=f"{found.reason}; {verdict.detail}") for name, verdict in told.items()}


def _problem(program: Program, values: dict[str, Array], wrt: tuple[str, ...], cotangent: Array, dtype: str) -> Problem:
    """The problem, with runs of the program by the engine."""
    source = Source("")

    def value(values: dict[str, Array]) -> Array:
        with no_grad():
            tensors = {name: Tensor(array[()]) for name, array in values.items()}
            return np.asarray(evaluate(program, tensors, source).array)

    def perturbed(seed: int) -> tuple[Array, dict[str, Array]]:
        tensors = {
            name: Tensor(moved(array, seed), True) if name in wrt else Tensor(array[()])
            for name, array in values.items()
        }
        result = evaluate(program, tensors, source, jitter(seed))
        weight = None if cotangent is None else Tensor(cotangent)
        gradients = autograd.grad(result, [tensors[name] for name in wrt], weight, materialize_grads=True)
        found = {name: np.asarray(g.array) for name, g in zip(wrt, gradients, strict=True) if g is not None}
        return np.asarray(result.array), found

    enclosures = enclose(program, values, wrt, dtype)
    return Problem(program, values, wrt, cotangent, value, perturbed, enclosures)


class _Watch:
    """Notes the first operation that made something finite infinite or NaN, forward or else backward."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.trouble: str | None = None
        for node in nodes:  # in the order in which they were computed
            assert node.saved is not None, "the graph is whole before a backward pass"
            if isinstance(node.op, MultiOp):
                for result in node.saved[0]:
                    self.note(node, result, "gives")
            elif type(node.op) is not Pick and isinstance(node.op, Op):
                self.note(node, node.saved[0], "gives")

    def note(self, node: Node, array: Any, does: str) -> None:
        if self.trouble is not None or array is None or np.asarray(array).dtype.kind not in "fc":
            return
        if not np.all(np.isfinite(array)):
            sample = np.asarray(array)[~np.isfinite(array)].flat[0]
            self.trouble = f"{node.name()} {does} {sample}"

    def backward(self, node: Node, _cotangent: Any, contributions: Sequence[Any]) -> None:
        for contribution in contributions:
            if contribution is not None and not isinstance(contribution, Parts):
                self.note(node, contribution, "gives, backward,")
