"""Functions made into their derivatives: `grad`, `vjp`, `jvp`.

They nest, in each other and in `vmap`. A result has a history only if it depends on a Tensor from outside that requires
a gradient. Arguments and outputs may be nested tuples, lists and dictionaries of Tensors.
"""

from __future__ import annotations

from typing import Any

from gradcli.engine.forward import Level
from gradcli.engine.modes import THREAD, inference_mode
from gradcli.engine.tensor import Tensor
from gradcli.engine.transforms import Transform
from gradcli.torch.autograd.blocks import zeros
from gradcli.torch.func.entering import Argnums, Entered, Function, Inside, left, only_floats, only_tensors, with_aux
from gradcli.torch.func.trees import leaves, pattern, rebuilt


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
        with Entered(args, argnums) as entered:
            value, aux = with_aux(func(*entered.args, **entered.lent(keywords)), has_aux, "grad_and_value(f)(*args)")
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


def vjp(func: Function, *primals: Any, has_aux: bool = False) -> Any:
    """(output, vjp_fn), where vjp_fn(cotangents) gives the product of the cotangents and the Jacobian, by argument.

    The cotangents have the structure of the output. With `has_aux` the result is (output, vjp_fn, more).
    """
    what = "vjp(f, *primals)"
    with Entered(primals, tuple(range(len(primals)))) as entered:
        output, aux = with_aux(func(*entered.args), has_aux, what)
        outputs = only_floats(output)

    def pull(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        return pulled(cotangents, None, retain_graph, create_graph)

    def pulled(cotangents: Any, count: int | None, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        if pattern(cotangents) != pattern(output):
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                f"function. cotangents: {pattern(cotangents)}, primal output: {pattern(output)}"
            )
        recorded = THREAD.mode.enabled if create_graph is None else create_graph
        found = entered.gradients(outputs, leaves(cotangents), count, retain_graph=retain_graph, recorded=recorded)
        return entered.chosen([each if recorded else each.detach() for each in found])

    pull.of_batch = pulled  # type: ignore[attr-defined]  # for `vmap`
    output, aux = entered.left((output, aux))
    return (output, pull, aux) if has_aux else (output, pull)


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
    with inference_mode(False), Transform() as transform, Level() as level:
        duals = [_dual(level, x, t) for x, t in zip(leaves(primals), leaves(tangents), strict=True)]
        output, aux = with_aux(func(*rebuilt(primals, duals)), has_aux, what)
        found = [level.tangent(y) for y in only_tensors(output, what)]
        if strict and any(tangent is None for tangent in found):
            raise RuntimeError(
                "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not "
                "allowed with strict=True."
            )
        pushed = [zeros(y) if t is None else t for t, y in zip(found, leaves(output), strict=True)]
        results = (output, rebuilt(output, pushed), aux)[: 2 + has_aux]
    return left(results, Inside(level.entries, transform), outside)


def _refuse_other_than_tensors(what: str, **trees: Any) -> None:
    for name, tree in trees.items():
        for leaf in leaves(tree):
            if not isinstance(leaf, Tensor):
                raise RuntimeError(  # noqa: TRY004
                    f"{what}: Expected {name} to only contain Tensors, got {type(leaf)}"
                )
        if not leaves(tree):
            raise RuntimeError(f"{what}: Expected {name} to contain at least one Tensor.")


def _dual(level: Level, x: Tensor, tangent: Tensor) -> Tensor:
    if x.shape != tangent.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {[*x.shape]} while the given forward gradient is of size {[*tangent.shape]}."
        )
    return level.dual(x, tangent)
