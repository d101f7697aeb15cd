"""A function on its way in and out of a transform: its arguments, what it may return, what leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Sequence
from typing import Any, Self

from gradcli.engine import autograd, ops
from gradcli.engine.forward import leads_out, settled
from gradcli.engine.graph import source_of
from gradcli.engine.modes import THREAD, inference_mode
from gradcli.engine.tensor import Tensor
from gradcli.engine.transforms import Transform
from gradcli.torch.autograd.blocks import zeros, zeros_of
from gradcli.torch.func.trees import leaves, mapped, rebuilt

Function = Callable[..., Any]
Argnums = int | tuple[int, ...]


class Inside:
    """Where the history of what was made inside may end without leading out: `nodes`, and leaves made inside."""

    def __init__(self, nodes: Collection[Any], transform: Transform) -> None:
        self._nodes = nodes
        self._transform = transform

    def __contains__(self, node: object) -> bool:
        return node in self._nodes or self._transform.made(node)


def left(tree: Any, inside: Container[Any], outside: bool) -> Any:
    """What leaves a function, without a history that ends `inside`; without any, if nothing is recorded outside."""

    def leaving(x: Any) -> Any:
        if not isinstance(x, Tensor):
            return x
        return settled(x, inside) if outside else x.detach()

    return mapped(leaving, tree)


class Entered:
    """The arguments of one call as the function gets them: new Tensors, of which gradients can be taken.

    args     all arguments
    outside  whether recording is on around the call: if not, what leaves has no history
    """

    def __init__(self, args: tuple[Any, ...], argnums: Argnums) -> None:
        self._single = isinstance(argnums, int)
        self.places = places_of(argnums, len(args))
        self._recording = inference_mode(False)
        self._transform = Transform()
        self._outside = THREAD.mode.enabled
        entered = {place: mapped(self._entering, args[place]) for place in self.places}
        lent = self._transform.lent
        self.args = tuple(entered[i] if i in entered else mapped(lent, arg) for i, arg in enumerate(args))
        self.trees = [entered[place] for place in self.places]
        self.inputs: list[Tensor] = leaves(self.trees)
        self._own = Inside({source_of(x) for x in self.inputs if x.grad_fn is None}, self._transform)

    def __enter__(self) -> Self:
        self._recording.__enter__()
        self._transform.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._transform.__exit__()
        self._recording.__exit__()

    def _entering(self, x: Any) -> Tensor:
        if not isinstance(x, Tensor):
            raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")  # noqa: TRY004
        with inference_mode(False):
            entered: Tensor = ops.alias(x) if x.requires_grad else x.detach()
            entered.base = None  # a leaf to the function: its views must not lead to the caller's Tensor
            entered.requires_grad = True
        if entered.grad_fn is not None:
            self._transform.entered.add(entered.grad_fn)
        return self._transform.own(entered)

    def lent(self, keywords: dict[str, Any]) -> dict[str, Any]:
        """The keywords as the function gets them."""
        lent: dict[str, Any] = mapped(self._transform.lent, keywords)
        return lent

    def gradients(
        self,
        outputs: Sequence[Tensor],
        cotangents: Sequence[Tensor | None],
        count: int | None = None,
        *,
        retain_graph: bool = True,
        recorded: bool = True,
    ) -> list[Tensor]:
        """The gradients of the outputs for each input, with a history only if that leads to Tensors from outside.

        count     so many cotangents are given for each output, along one more axis, the first
        recorded  whether they may have a history at all
        """
        none = [zeros(x) if count is None else zeros_of(count, x) for x in self.inputs]
        pairs = [(y, g) for y, g in zip(outputs, cotangents, strict=True) if y.requires_grad]
        if not pairs or count == 0:
            return none
        roots, given = zip(*pairs, strict=True)
        deep = recorded and any(leads_out(x, self._own) for x in (*roots, *(g for g in given if g is not None)))
        found = autograd.grad(
            roots,
            self.inputs,
            given,
            retain_graph=retain_graph,
            create_graph=deep,
            allow_unused=True,
            is_grads_batched=count is not None,
        )
        return [self.left(zero if g is None else g) for g, zero in zip(found, none, strict=True)]

    def chosen(self, per_input: Sequence[Any]) -> Any:
        """One thing an input, in the structure of the chosen arguments."""
        trees = rebuilt(self.trees, list(per_input))
        return trees[0] if self._single else tuple(trees)

    def left(self, tree: Any) -> Any:
        """What the function gave, without the history that leads to the inputs only."""
        return left(tree, self._own, self._outside)


def places_of(argnums: Any, count: int) -> list[int]:
    """The arguments that `argnums` names, from 0."""
    if not isinstance(argnums, (int, tuple)):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")  # noqa: TRY004
    if argnums == () and count:
        raise RuntimeError("argnums must be non-empty")
    given = (argnums,) if isinstance(argnums, int) else argnums
    for place in given:
        if not isinstance(place, int):
            raise RuntimeError(f"argnum must be int, got: {type(place)}")  # noqa: TRY004
        if not -count <= place < count:
            raise RuntimeError(f"Got argnum={place}, but only {count} positional inputs")
    places = [place % count for place in given]
    if len(set(places)) < len(places):
        raise RuntimeError(f"argnums elements must be unique, got {argnums}")
    return places


def only_tensors(tree: Any, what: str) -> list[Tensor]:
    """The Tensors of an output. Raises RuntimeError, which names `what` was called, for anything else, and for none."""
    found = leaves(tree)
    if not found or (len(found) == 1 and found[0] is None):
        raise RuntimeError(f"{what}: Expected f to be a function that has non-empty output (got output = {found})")
    for leaf in found:
        if not isinstance(leaf, Tensor):
            raise RuntimeError(  # noqa: TRY004
                f"{what}: expected f(*primals) to return only tensors, got unsupported type {type(leaf)}"
            )
    return found


def only_floats(tree: Any) -> list[Tensor]:
    """The Tensors of an output of which gradients are taken."""
    found = only_tensors(tree, "vjp(f, *primals)")
    for y in found:
        if y.array.dtype.kind not in "fc":
            raise RuntimeError(
                "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype "
                f"{y.dtype}"
            )
    return found


def with_aux(result: Any, has_aux: bool, what: str) -> tuple[Any, Any]:
    """The output, and the Tensors that come with it; None for none. Raises RuntimeError if they are not a pair."""
    if not has_aux:
        return result, None
    if not (isinstance(result, tuple) and len(result) == 2):
        raise RuntimeError(f"{what}: output of function f should be a tuple: (output, aux) if has_aux is True")
    for leaf in leaves(result[1]):
        if not isinstance(leaf, Tensor):
            raise RuntimeError(f"Expected tensors, got unsupported type {type(leaf)}")  # noqa: TRY004
    return result
