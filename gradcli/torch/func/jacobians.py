"""Jacobians: `jacrev` by rows, `jacfwd` by columns, `hessian` by columns of a gradient."""

from __future__ import annotations

from typing import Any

from gradcli.engine.forward import Level
from gradcli.engine.modes import THREAD, inference_mode
from gradcli.engine.tensor import Tensor
from gradcli.engine.transforms import Transform
from gradcli.torch.autograd.blocks import columns, of_columns, of_rows, unit_batches
from gradcli.torch.func.batching import called_with_each, refuse_randomness
from gradcli.torch.func.entering import (
    Argnums,
    Entered,
    Function,
    Inside,
    left,
    only_floats,
    only_tensors,
    places_of,
    with_aux,
)
from gradcli.torch.func.trees import leaves, mapped, rebuilt


def jacrev(func: Function, argnums: Argnums = 0, *, has_aux: bool = False, chunk_size: int | None = None) -> Function:
    """The Jacobian of `func` by rows: in the structure of the output, and within that of the chosen arguments.

    The shape of a block is the output's, then the argument's. The rows of an output come of one backward pass, or of
    one for `chunk_size` of them.
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    def jacobian(*args: Any, **keywords: Any) -> Any:
        with Entered(args, argnums) as entered:
            output, aux = with_aux(func(*entered.args, **keywords), has_aux, "vjp(f, *primals)")
            only_floats(output)
            blocks = mapped(lambda y: entered.chosen(_rows(y, entered, chunk_size)), output)
            aux = entered.left(aux)
        return (blocks, aux) if has_aux else blocks

    return jacobian


def _rows(output: Tensor, entered: Entered, size: int | None) -> list[Tensor]:
    """The blocks of one output: one an input."""
    batches = [entered.gradients([output], [units], len(units)) for units in unit_batches(output, [output], size)]
    return [of_rows(part, output, x) for part, x in zip(zip(*batches, strict=True), entered.inputs, strict=True)]


def jacfwd(func: Function, argnums: Argnums = 0, has_aux: bool = False, *, randomness: str = "error") -> Function:
    """As `jacrev`, by columns, in forward mode: all of them come of one call of `func`.

    randomness  as for `vmap`; "different" numbers for each column take a call for each
    """
    refuse_randomness(randomness)

    def jacobian(*args: Any, **keywords: Any) -> Any:
        places = places_of(argnums, len(args))
        primals = tuple(args[place] for place in places)
        inputs = leaves(primals)

        def called(*chosen: Any) -> Any:
            by_place = dict(zip(places, chosen, strict=True))
            result = func(*(by_place.get(i, arg) for i, arg in enumerate(args)), **keywords)
            return with_aux(result, has_aux, "jvp(f, primals, tangents)")

        calls: list[list[Any]] = [[]]
        if randomness == "different":
            calls = [[(i, unit)] for i, x in enumerate(inputs) for unit in unit_batches(x, (), 1)]
        results = called_with_each(lambda k: _called(called, primals, calls[k]), len(calls), randomness)
        output, aux, _ = results[-1]
        by_input = [[batch for result in results for batch in result[2][i]] for i, _ in enumerate(inputs)]
        blocks = [
            [of_columns(part, x) for part in zip(*batches, strict=True)]
            for batches, x in zip(by_input, inputs, strict=True)
        ]
        by_output = iter(zip(*blocks, strict=True))
        single = isinstance(argnums, int)
        jacobians = mapped(lambda _: _chosen(rebuilt(primals, list(next(by_output))), single), output)
        return (jacobians, aux) if has_aux else jacobians

    return jacobian


def _called(called: Function, primals: Any, moves: list[Any]) -> Any:
    """The output, what comes with it, and for each input the columns, or those of the `moves`."""
    outside = THREAD.mode.enabled
    with inference_mode(False), Transform() as transform, Level() as level:
        duals = [level.dual(x, None) for x in leaves(primals)]
        output, aux = called(*rebuilt(primals, duals))
        found = columns(level, duals, only_tensors(output, "jvp(f, primals, tangents)"), moves)
    return left((output, aux, found), Inside(level.entries, transform), outside)


def _chosen(trees: tuple[Any, ...], single: bool) -> Any:
    return trees[0] if single else trees


def hessian(func: Function, argnums: Argnums = 0) -> Function:
    """The matrix of second derivatives of `func`: forward mode over reverse mode."""
    return jacfwd(jacrev(func, argnums), argnums)
