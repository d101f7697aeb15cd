"""What is asked, and what the engine answered: the data that the methods check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gradcli.lang.tree import Program
from gradcli.lang.unparse import unparse
from gradcli.verdict import Word

if TYPE_CHECKING:
    from gradcli.verify.balls.enclosures import Enclosures


@dataclass(frozen=True)
class Problem:
    """The derivative of a program's result, weighted by a cotangent.

    program     the parsed expression; every call that creates an array has been replaced by a bound name
    values      the arrays of the names that are bound, in the dtype of the problem
    wrt         the names to differentiate with respect to
    cotangent   an array of the shape of what is differentiated; None for a scalar
    evaluate    evaluate(values) -> the result's array, by the engine, in the dtype of the values given;
                what is detached keeps the value it has at `values`
    perturbed   perturbed(seed) -> the result and the gradients by name, where the result of every operation was moved
                by one unit roundoff, up or down at random
    enclosures  of the program at this point (`certified.enclose`), or why there are none
    tangents    a direction: if given, it is the derivative along it that is differentiated
    order       of the derivative, if it is one of a scalar by a scalar
    weight      for an order of more than 1, the cotangent of the program's own result; None is 1
    unprobed    why differences are not tried, if they are not
    """

    program: Program
    values: dict[str, Any]
    wrt: tuple[str, ...]
    cotangent: Any
    evaluate: Callable[[dict[str, Any]], Any]
    perturbed: Callable[[int], tuple[Any, dict[str, Any]]]
    enclosures: Enclosures | str = "not asked"
    tangents: Mapping[str, Any] | None = None
    order: int = 1
    weight: Any = None
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
class Element:
    """What is said of one number.

    mid, rad  doubles: the true number is within `rad` of `mid`; None where it is not enclosed
    ulps      how far the number judged may be off, in units in its last place
    sides     at a kink or a jump, and at an end of the domain: what is found from the left and from the right, None for
              a side without a value
    detail    one sentence
    """

    word: Word
    detail: str
    found: float
    mid: float | None = None
    rad: float | None = None
    ulps: float | None = None
    sides: tuple[float | None, float | None] | None = None


@dataclass(frozen=True)
class Verdict:
    """How well an array stands up to the independent methods: the word of its worst element.

    error      the largest difference from the best method that answered, absolute; None if there was none
    tolerance  the bound it was held to, absolute, at the same element
    methods    per method ("enclosure", "sympy", "numeric", "torch"): "agrees", "differs", or why it has no answer
    worst      the index of the worst element, () for a scalar; None if nothing was compared
    found      the number judged there
    expected   the method's number there
    detail     one sentence for a reader: the reason, the formula of the tolerance, the values on both sides
    elements   of each element, in the array's order; empty where nothing is enclosed
    shape      of the array
    """

    word: Word
    detail: str
    error: float | None = None
    tolerance: float | None = None
    methods: dict[str, str] = field(default_factory=dict)
    worst: tuple[int, ...] | None = None
    found: float | None = None
    expected: float | None = None
    elements: tuple[Element, ...] = ()
    shape: tuple[int, ...] = ()
