"""What rounding can do to a result: the engine runs again with every operation off by one unit roundoff."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from gradcli.verify.problem import Problem

_RUNS = 6


class Rounding:
    """How far perturbed runs stray from the engine's results."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    @cached_property
    def _runs(self) -> list[tuple[Any, dict[str, Any]]]:
        with np.errstate(all="ignore"):
            return [self.problem.perturbed(seed) for seed in range(_RUNS)]

    def of_value(self, value: Any) -> Any:
        """Per element of the result."""
        return self._spread(value, [run for run, _ in self._runs])

    def of_gradient(self, name: str, gradient: Any) -> Any:
        """Per element of a gradient."""
        return self._spread(gradient, [gradients[name] for _, gradients in self._runs])

    def of_total(self, value: Any) -> float:
        """Of the sum of the result's elements, weighted by the cotangent, in float64."""
        exact = weighted(value, self.problem.cotangent)
        spread = max(abs(weighted(run, self.problem.cotangent) - exact) for run, _ in self._runs)
        eps = np.finfo(np.asarray(value).dtype).eps
        return float(spread * np.finfo(np.float64).eps / eps) if np.isfinite(spread) else np.inf

    def _spread(self, exact: Any, runs: list[Any]) -> Any:
        strays = np.max([np.abs(np.asarray(run, np.float64) - exact) for run in runs], axis=0)
        return np.where(np.isnan(strays), np.inf, strays)


def weighted(value: Any, cotangent: Any) -> float:
    """The scalar that is differentiated."""
    array = np.asarray(value, np.float64)
    return float(np.sum(array) if cotangent is None else np.sum(array * cotangent))
