"""Functions made into their derivatives: `grad`, `vjp`, `jvp`, `jacrev`, `jacfwd`, `hessian`.

They nest, in each other and in `vmap`. A result has a history only if it depends on a Tensor from outside that requires
a gradient. Arguments and outputs may be nested tuples, lists and dictionaries of Tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

from gradcli.engine import autograd, ops
from gradcli.engine.batched import Batch
from gradcli.engine.forward import Level, leads_out, settled
from gradcli.engine.graph import source_of
from gradcli.engine.modes import THREAD, inference_mode
from gradcli.engine.tensor import Tensor
from gradcli.engine.transforms import Transform
from gradcli.torch.autograd.blocks import of_columns, of_rows, unit_batches, zeros, zeros_of
from gradcli.torch.func.batching import called_with_each, refuse_randomness
from gradcli.torch.func.trees import leaves, mapped, pattern, rebuilt

Function = Callable[..., Any]
Argnums = int | tuple[int, ...]


def grad(func: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The gradient of `func`, which gives a Tensor with one element, with respect to the arguments `argnums`.

    has_aux  `func` gives (value, more), and its gradient (gradient, more)
    """
    value_and = grad_and_value(func, argnums, has_aux)

    def gradient(*args: Any, **keywords: Any) -> Any:
        found, value = value_and(*args, **keywords)
        return (found, value[1]) if has_aux else found

    return gradient


def grad_and_value(func: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """As `grad`, for (gradient, value); with `has_aux` for (gradient, (value, more))."""

    def gradient_and_value(*args: Any, **keywords: Any) -> Any:
        with _Entered(args, argnums) as entered:
            value, aux = _with_aux(func(*entered.args, **keywords), has_aux, "grad_and_value(f)(*args)")
            _refuse_no_scalar(value)
            gradient = entered.chosen(entered.gradients([value], [None]))
            value, aux = entered.left((value, aux))
        return gradient, (value, aux) if has_aux else value

    return gradient_and_value


def _refuse_no_scalar(value: Any) -> None:
    if not isinstance(value, Tensor):
        raise RuntimeError(  # noqa: TRY004  # PyTorch's choice, as those below
            f"grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got {type(value)}"
        )
    if value.ndim:
        raise RuntimeError(
            f"grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with {value.ndim} "
            "dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
        )


class _Entered:
    """The arguments of one call as the function gets them: new Tensors, of which gradients can be taken.

    args     all arguments
    outside  whether recording is on around the call: if not, what leaves has no history
    """

    def __init__(self, args: tuple[Any, ...], argnums: Argnums) -> None:
        self._single = isinstance(argnums, int)
        self.places = _places(argnums, len(args))
        self._recording = inference_mode(False)
        self._transform = Transform()
        self._outside = THREAD.mode.enabled
        entered = {place: mapped(self._entering, args[place]) for place in self.places}
        self.args = tuple(entered.get(i, arg) for i, arg in enumerate(args))
        self.trees = [entered[place] for place in self.places]
        self.inputs: list[Tensor] = leaves(self.trees)
        self._own = {source_of(x) for x in self.inputs if x.grad_fn is None}

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

    def gradients(
        self, outputs: Sequence[Tensor], cotangents: Sequence[Tensor | None], count: int | None = None
    ) -> list[Tensor]:
        """The gradients of the outputs for each input, with a history only if that leads to Tensors from outside.

        count  so many cotangents are given for each output, along one more axis, the first
        """
        none = [zeros(x) if count is None else zeros_of(count, x) for x in self.inputs]
        pairs = [(y, g) for y, g in zip(outputs, cotangents, strict=True) if y.requires_grad]
        if not pairs or count == 0:
            return none
        roots, given = zip(*pairs, strict=True)
        deep = any(leads_out(x, self._own) for x in (*roots, *(g for g in given if g is not None)))
        found = autograd.grad(
            roots,
            self.inputs,
            given,
            retain_graph=True,
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
        return mapped(self._settled, tree)

    def _settled(self, leaf: Any) -> Any:
        if not isinstance(leaf, Tensor):
            return leaf
        return settled(leaf, self._own) if self._outside else leaf.detach()


def _places(argnums: Any, count: int) -> list[int]:
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


def _only_tensors(tree: Any, what: str) -> list[Tensor]:
    found = leaves(tree)
    if not found or (len(found) == 1 and found[0] is None):
        raise RuntimeError(f"{what}: Expected f to be a function that has non-empty output (got output = {found})")
    for leaf in found:
        if not isinstance(leaf, Tensor):
            raise RuntimeError(  # noqa: TRY004
                f"{what}: expected f(*primals) to return only tensors, got unsupported type {type(leaf)}"
            )
    return found


def _only_floats(tree: Any) -> list[Tensor]:
    """The Tensors of an output of which gradients are taken."""
    found = _only_tensors(tree, "vjp(f, *primals)")
    for y in found:
        if y.array.dtype.kind not in "fc":
            raise RuntimeError(
                "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype "
                f"{y.dtype}"
            )
    return found


def _with_aux(result: Any, has_aux: bool, what: str) -> tuple[Any, Any]:
    """The output, and the Tensors that come with it; None for none. Raises RuntimeError if they are not a pair."""
    if not has_aux:
        return result, None
    if not (isinstance(result, tuple) and len(result) == 2):
        raise RuntimeError(f"{what}: output of function f should be a tuple: (output, aux) if has_aux is True")
    for leaf in leaves(result[1]):
        if not isinstance(leaf, Tensor):
            raise RuntimeError(f"Expected tensors, got unsupported type {type(leaf)}")  # noqa: TRY004
    return result


def vjp(func: Function, *primals: Any, has_aux: bool = False) -> Any:
    """(output, vjp_fn), where vjp_fn(cotangents) gives the product of the cotangents and the Jacobian, by argument.

    The cotangents have the structure of the output. With `has_aux` the result is (output, vjp_fn, more).
    """
    what = "vjp(f, *primals)"
    with _Entered(primals, tuple(range(len(primals)))) as entered:
        output, aux = _with_aux(func(*entered.args), has_aux, what)
        outputs = _only_floats(output)

    def pull(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        return pulled(cotangents, None)

    def pulled(cotangents: Any, count: int | None) -> Any:
        if pattern(cotangents) != pattern(output):
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                f"function. cotangents: {pattern(cotangents)}, primal output: {pattern(output)}"
            )
        return entered.chosen(entered.gradients(outputs, leaves(cotangents), count))

    pull.of_batch = pulled  # type: ignore[attr-defined]  # for `vmap`
    left, aux = entered.left((output, aux))
    return (left, pull, aux) if has_aux else (left, pull)


def jvp(func: Function, primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False) -> Any:
    """(output, product of the Jacobian and the tangents), at the arguments `primals`; both have the same structure.

    strict  raises RuntimeError for an output that does not depend on the arguments, which otherwise gives zeros
    """
    what = "jvp(f, primals, tangents)"
    if not isinstance(primals, tuple):
        raise RuntimeError(  # noqa: TRY004
            f"{what}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    _refuse_other_than_tensors(what, primals=primals, tangents=tangents)
    if pattern(primals) != pattern(tangents):
        raise RuntimeError(
            f"{what}: Expected primals and tangents to have the same python structure. For example, if primals is a "
            f"tuple of 3 tensors, tangents also must be. Got primals with structure {pattern(primals)} and tangents "
            f"with structure {pattern(tangents)}"
        )
    outside = THREAD.mode.enabled
    with inference_mode(False), Transform(), Level() as level:
        duals = [_dual(level, x, t) for x, t in zip(leaves(primals), leaves(tangents), strict=True)]
        output, aux = _with_aux(func(*rebuilt(primals, duals)), has_aux, what)
        found = [level.tangent(y) for y in _only_tensors(output, what)]
        if strict and any(tangent is None for tangent in found):
            raise RuntimeError(
                "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not "
                "allowed with strict=True."
            )
        pushed = [zeros(y) if t is None else t for t, y in zip(found, leaves(output), strict=True)]
        results = (output, rebuilt(output, pushed), aux)[: 2 + has_aux]
    return mapped(lambda x: _leaving(x, level, outside), results)


def _refuse_other_than_tensors(what: str, **trees: Any) -> None:
    for name, tree in trees.items():
        for leaf in leaves(tree):
            if not isinstance(leaf, Tensor):
                raise RuntimeError(  # noqa: TRY004
                    f"{what}: Expected {name} to only contain Tensors, got {type(leaf)}"
                )
        if not leaves(tree):
            raise RuntimeError(f"{what}: Expected {name} to contain at least one Tensor.")


def _leaving(x: Any, level: Level, outside: bool) -> Any:
    """A result without the history that leads to the inputs only; with none, if nothing is recorded outside."""
    if not isinstance(x, Tensor):
        return x
    return settled(x, level.entries) if outside else x.detach()


def _dual(level: Level, x: Tensor, tangent: Tensor) -> Tensor:
    if x.shape != tangent.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {[*x.shape]} while the given forward gradient is of size {[*tangent.shape]}."
        )
    return level.dual(x, tangent)


def jacrev(func: Function, argnums: Argnums = 0, *, has_aux: bool = False, chunk_size: int | None = None) -> Function:
    """The Jacobian of `func` by rows: in the structure of the output, and within that of the chosen arguments.

    The shape of a block is the output's, then the argument's. The rows of an output come of one backward pass, or of
    one for `chunk_size` of them.
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    def jacobian(*args: Any, **keywords: Any) -> Any:
        with _Entered(args, argnums) as entered:
            output, aux = _with_aux(func(*entered.args, **keywords), has_aux, "vjp(f, *primals)")
            _only_floats(output)
            blocks = mapped(lambda y: entered.chosen(_rows(y, entered, chunk_size)), output)
            aux = entered.left(aux)
        return (blocks, aux) if has_aux else blocks

    return jacobian


def _rows(output: Tensor, entered: _Entered, size: int | None) -> list[Tensor]:
    """The blocks of one output: one an input."""
    batches = [entered.gradients([output], [units], len(units)) for units in unit_batches(output, size)]
    return [of_rows(part, output, x) for part, x in zip(zip(*batches, strict=True), entered.inputs, strict=True)]


def jacfwd(func: Function, argnums: Argnums = 0, has_aux: bool = False, *, randomness: str = "error") -> Function:
    """As `jacrev`, by columns, in forward mode: those of an argument come of one call of `func`.

    randomness  of the calls, as for `vmap`; "different" numbers for each column take a call for each
    """
    refuse_randomness(randomness)

    def jacobian(*args: Any, **keywords: Any) -> Any:
        places = _places(argnums, len(args))
        primals = tuple(args[place] for place in places)
        inputs = leaves(primals)

        def called(*chosen: Any) -> Any:
            by_place = dict(zip(places, chosen, strict=True))
            result = func(*(by_place.get(i, arg) for i, arg in enumerate(args)), **keywords)
            return _with_aux(result, has_aux, "jvp(f, primals, tangents)")

        size = 1 if randomness == "different" else None
        moves = [(i, units) for i, x in enumerate(inputs) for units in unit_batches(x, size)]
        results = called_with_each(lambda k: _columns(called, primals, *moves[k]), len(moves), randomness)
        by_input: list[list[Any]] = [[] for _ in inputs]
        for (i, _), (_, _, tangents) in zip(moves, results, strict=True):
            by_input[i].append(tangents)
        blocks = [
            [of_columns(part, x) for part in zip(*columns, strict=True)]
            for columns, x in zip(by_input, inputs, strict=True)
        ]
        by_output = iter(zip(*blocks, strict=True))
        output, aux, _ = results[-1]
        single = isinstance(argnums, int)
        jacobians = mapped(lambda _: _chosen(rebuilt(primals, list(next(by_output))), single), output)
        return (jacobians, aux) if has_aux else jacobians

    return jacobian


def _columns(called: Function, primals: Any, number: int, units: Tensor) -> Any:
    """The output, what comes with it, and the tangents of the output's leaves while input `number` moves by `units`."""
    outside = THREAD.mode.enabled
    with inference_mode(False), Transform(), Level() as level:
        moving = [Batch(units) if i == number else None for i, _ in enumerate(leaves(primals))]
        duals = [level.dual(x, tangent) for x, tangent in zip(leaves(primals), moving, strict=True)]
        output, aux = called(*rebuilt(primals, duals))
        found = [(level.tangent(y), y) for y in _only_tensors(output, "jvp(f, primals, tangents)")]
        tangents = [zeros_of(len(units), y) if t is None else t for t, y in found]
    return mapped(lambda x: _leaving(x, level, outside), (output, aux, tangents))


def _chosen(trees: tuple[Any, ...], single: bool) -> Any:
    return trees[0] if single else trees


def hessian(func: Function, argnums: Argnums = 0) -> Function:
    """The matrix of second derivatives of `func`: forward mode over reverse mode."""
    return jacfwd(jacrev(func, argnums), argnums)
