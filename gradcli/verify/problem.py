"""What is asked, and what the engine answered: the data that the methods check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gradcli.lang.tree import Program
from gradcli.lang.unparse import unparse


@dataclass(frozen=True)
class Problem:
    """The derivative of a program's result, weighted by a cotangent.

    program    the parsed expression; every call that creates an array has been replaced by a bound name
    values     the arrays of the names that are bound, in the dtype of the problem
    wrt        the names to differentiate with respect to
    cotangent  an array of the result's shape; None for a scalar result
    evaluate   evaluate(values) -> the result's array, by the engine, in the dtype of the values given;
               what is detached keeps the value it has at `values`
    perturbed  perturbed(seed) -> the result and the gradients by name, where the result of every operation was moved by
               one unit roundoff, up or down at random
    unprobed   why differences are not tried, if they are not
    """

    program: Program
    values: dict[str, Any]
    wrt: tuple[str, ...]
    cotangent: Any
    evaluate: Callable[[dict[str, Any]], Any]
    perturbed: Callable[[int], tuple[Any, dict[str, Any]]]
    unprobed: str = ""


def symbolic_request(
    program: Program | str,
    values: Mapping[str, Any],
    wrt: Iterable[str],
    cotangent: Any,
    order: int,
    dtype: str,
    tangents: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the SymPy worker is asked; arguments as in Problem, and every derivative up to `order`.

    program   or its text, from a caller that asks about the same one again and again
    tangents  a direction: arrays by name. If given, it is the program's derivative along it that is differentiated
    Names without a value stay symbols. A number in JSON is the same double in both processes.
    """

    def entry(array: Any) -> dict[str, Any]:
        return {"shape": list(array.shape), "values": array.reshape(-1).tolist()}

    return {
        "program": program if isinstance(program, str) else unparse(program),
        "values": {name: entry(array) for name, array in values.items()},
        "wrt": list(wrt),
        "cotangent": None if cotangent is None else entry(cotangent),
        "order": order,
        "dtype": dtype,
        "tangents": {name: entry(array) for name, array in (tangents or {}).items()},
    }


@dataclass(frozen=True)
class Verdict:
    """How well a gradient stands up to the independent methods.

    word       proved, agrees, kink, domain, ill-conditioned, undecided or mismatch (see docs/architecture.md)
    error      the largest difference from the best method that answered, absolute; None if there was none
    tolerance  the bound it was held to, absolute, at the same element
    methods    per method ("sympy", "numeric", "torch"): "agrees", "differs", or why it has no answer
    worst      the index of the worst element, () for a scalar; None if nothing was compared
    found      the engine's number there
    expected   the method's number there
    detail     one sentence for a reader: the reason, the formula of the tolerance, the values on both sides
    jax        at a kink, the number that JAX gives by convention; None where that is not known
    """

    word: str
    detail: str
    error: float | None = None
    tolerance: float | None = None
    methods: dict[str, str] = field(default_factory=dict)
    worst: tuple[int, ...] | None = None
    found: float | None = None
    expected: float | None = None
    jax: float | None = None
