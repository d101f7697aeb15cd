"""The one call behind `gradcli eps`: how far difference quotients are off, step size by step size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.calculator.kernel.compute import hold_detached, lower_value
from gradcli.calculator.kernel.differentiate import answers_to
from gradcli.calculator.kernel.prepare import Array, Prepared, prepare, refuse_missing
from gradcli.calculator.kernel.question import Answer, Derivative, DerivativeQuestion
from gradcli.calculator.kernel.steps import Steps, mapped
from gradcli.errors import InputError
from gradcli.verify.problem import Verdict

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

DECADES = 16
"""The steps are 1e-1 to 1e-16."""
MAX_ELEMENTS = 32
"""Elements of a variable of each of which the quotients are taken."""

Function = Callable[[Any], Any]
Weighted = Callable[[Mapping[str, Array]], Any]


def _forward(f: Function, h: Any) -> Any:
    return (f(h) - f(0 * h)) / h


def _central(f: Function, h: Any) -> Any:
    return (f(h) - f(-h)) / (h + h)


def _richardson(f: Function, h: Any) -> Any:
    """Central differences at h and h/2, so combined that the error's h**2 falls out."""
    return (4 * _central(f, h / 2) - _central(f, h)) / 3


@dataclass(frozen=True)
class Quotient:
    """A difference quotient of f at 0, whose error is that of `order` powers of the step, plus rounding over the step.

    Both are of the same size at eps**(1/(order + 1)), for a function and a point of a size near 1.
    """

    of: Callable[[Function, Any], Any]
    order: int
    formula: str

    def theory(self, eps: float) -> float:
        """The step at which the error is least, in theory."""
        return float(eps ** (1 / (self.order + 1)))


QUOTIENTS = {
    "forward": Quotient(_forward, 1, "eps**(1/2)"),
    "central": Quotient(_central, 2, "eps**(1/3)"),
    "richardson": Quotient(_richardson, 4, "eps**(1/5)"),
}


@dataclass(frozen=True)
class Errors:
    """The errors of the quotients for one variable.

    gradient  the engine's
    errors    by quotient, one a step: the largest of |quotient - gradient| over the elements; nan where it has no value
    """

    name: str
    point: Array
    gradient: Array
    verdict: Verdict | None
    errors: Mapping[str, Array]

    def best(self, quotient: str) -> int | None:
        """The number of the step with the smallest error; None where no step gives a value."""
        errors = self.errors[quotient]
        return int(np.nanargmin(errors)) if np.any(np.isfinite(errors)) else None


@dataclass(frozen=True)
class Eps:
    """The answer: the machine epsilon of the precision, the steps, and the errors for each variable."""

    understood: str
    notes: tuple[str, ...]
    dtype: str
    eps: float
    steps: Array
    variables: tuple[Errors, ...]

    @property
    def verdicts(self) -> list[Verdict]:
        """Every verdict that was reached."""
        return [verdict for verdict in self.asked if verdict is not None]

    @property
    def asked(self) -> list[Verdict | None]:
        """The verdict for each variable."""
        return [each.verdict for each in self.variables]

    def judged(self, verdict: Verdict) -> Eps:
        """The same with this said of every variable."""
        return replace(self, variables=tuple(replace(each, verdict=verdict) for each in self.variables))


def eps(question: DerivativeQuestion, worker: SympyWorker | None) -> Steps[Eps]:
    """The errors of forward, central and extrapolated differences against the engine's gradient.

    `worker` is the SymPy process that verifies the gradient; None if that is not to be checked.
    Raises InputError for an input that cannot be used, with its place.
    """
    prepared = _read(question)
    steps = 10.0 ** -np.arange(1.0, DECADES + 1)
    errors: dict[str, dict[str, Array]] = {}

    def told(answer: Answer) -> Eps:
        f = _weighted(prepared, answer.cotangent)
        for found in answer.derivatives:
            if found.name not in errors:
                errors[found.name] = _errors(f, prepared, found, steps)
        return Eps(
            understood=answer.understood,
            notes=prepared.notes,
            dtype=question.dtype,
            eps=float(np.finfo(question.dtype).eps),
            steps=steps,
            variables=tuple(
                Errors(found.name, found.point, found.gradient, found.verdict, errors[found.name])
                for found in answer.derivatives
            ),
        )

    return (yield from mapped(answers_to(question, prepared, worker), told))


def _read(question: DerivativeQuestion) -> Prepared:
    """The question. Raises InputError for missing values, for nothing to move, and for too many elements."""
    prepared = prepare(question)
    refuse_missing(prepared)
    if not prepared.wrt:
        raise InputError("missing-value", "there is no variable to differentiate by", hint="give one: --at x=1")
    for name in prepared.wrt:
        size = np.size(prepared.at[name])
        if size > MAX_ELEMENTS:
            message = f"{name} has {size:,} elements; differences are taken of {MAX_ELEMENTS} at the most"
            raise InputError("too-large", message, hint="choose variables with --wrt")
    return prepared


def _weighted(prepared: Prepared, cotangent: Array) -> Weighted:
    """The result for other values, weighted by the cotangent, in their precision; detached parts are held."""
    held = hold_detached(prepared)

    def f(values: Mapping[str, Array]) -> Any:
        result = lower_value(prepared, values, 1, held)
        return np.sum(result if cotangent is None else cotangent * result)

    return f


def _errors(f: Weighted, prepared: Prepared, found: Derivative, steps: Array) -> dict[str, Array]:
    """Of each quotient, the largest error over the elements of one variable, for each step."""
    values, point = prepared.at | prepared.fixed, np.asarray(found.point)

    def along(index: tuple[int, ...]) -> Function:
        def moved(h: Any) -> Any:
            array = point.copy()
            array[index] += h
            return f(values | {found.name: array[()]})

        return moved

    def error(quotient: Quotient, step: float) -> float:
        h = point.dtype.type(step)
        slopes = [float(quotient.of(along(index), h)) for index in np.ndindex(point.shape)]
        return float(np.max(np.abs(np.array(slopes) - np.ravel(found.gradient)), initial=0.0))

    with np.errstate(all="ignore"):  # nan and inf are what is told
        return {
            name: np.array([error(quotient, step) for step in steps.tolist()]) for name, quotient in QUOTIENTS.items()
        }
