"""What `gradcli diff` is asked and what it answers, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from gradcli.engine.structure import GraphNode
from gradcli.verify.problem import Verdict


@dataclass(frozen=True)
class DerivativeQuestion:
    """An expression and where to differentiate it, all as the user typed it.

    at, let    texts such as "x=0, y=[1,2]"
    wrt        names to report, in that order; empty for all of `at`
    order      every derivative up to this order; more than 1 for one scalar variable only
    cotangent  text of an array of the result's shape; None for a scalar result
    dtype      "float64" or "float32"
    check      compare with the independent methods
    against    further methods: ("torch",)
    tol        the largest error allowed, relative to max(1, |expected|); None for the verdict's own bounds
    files      whether a value may be @FILE: only where the texts are the user's own
    """

    expression: str
    at: tuple[str, ...] = ()
    let: tuple[str, ...] = ()
    wrt: tuple[str, ...] = ()
    order: int = 1
    cotangent: str | None = None
    dtype: str = "float64"
    seed: int | None = None
    check: bool = True
    against: tuple[str, ...] = ()
    tol: float | None = None
    files: bool = True


@dataclass(frozen=True)
class Derivative:
    """One derivative: of the result, of order `order`, with respect to `name`.

    point     where; None for a name without a value
    gradient  the engine's numbers; None where values are missing
    symbolic  the derivative as a formula; None where there is none
    simplified  the same with all that is known put in; None where it is a mere number
    """

    name: str
    order: int
    point: Any
    gradient: Any
    symbolic: str | None
    simplified: str | None
    verdict: Verdict | None


@dataclass(frozen=True)
class Answer:
    """What was understood, computed and verified.

    missing   names without a value; if there are any, there are no numbers
    value     the result's array; None where values are missing
    graph     the grad_fn chain, the root first; empty where the result depends on no variable
    made      arrays that the expression created, by the name they have in formulas
    trouble   why SymPy had no answer, if it had none
    """

    understood: str
    notes: tuple[str, ...]
    dtype: str
    missing: tuple[str, ...] = ()
    value: Any = None
    value_verdict: Verdict | None = None
    cotangent: Any = None
    graph: tuple[GraphNode, ...] = ()
    derivatives: tuple[Derivative, ...] = ()
    made: dict[str, Any] = field(default_factory=dict)
    trouble: str | None = None

    @property
    def verdicts(self) -> list[Verdict]:
        """Every verdict that was reached."""
        return [verdict for _, verdict in self.named_verdicts if verdict is not None]

    @property
    def asked(self) -> list[Verdict | None]:
        """The verdicts on what was asked for."""
        return [derivative.verdict for derivative in self.derivatives]

    def judged(self, verdict: Verdict) -> Answer:
        """The same with this said of every number."""
        derivatives = tuple(replace(each, verdict=verdict) for each in self.derivatives)
        return replace(self, value_verdict=verdict, derivatives=derivatives)

    @property
    def named_verdicts(self) -> list[tuple[str, Verdict | None]]:
        """The verdict on the value, and on the derivative by each name."""
        return [("value", self.value_verdict), *((each.name, each.verdict) for each in self.derivatives)]
