"""What rounding can do to a result: the engine runs again with every operation off by one unit roundoff."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from gradcli.verify.problem import Problem

_RUNS = 6


class Rounding:
    """How far perturbed runs lie apart."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    @cached_property
    def _runs(self) -> list[tuple[Any, dict[str, Any]]]:
        with np.errstate(all="ignore"):
            return [self.problem.perturbed(seed) for seed in range(_RUNS)]

    def of_value(self) -> Any:
        """Per element of the result."""
        return _spread([value for value, _ in self._runs])

    def of_gradient(self, name: str) -> Any:
        """Per element of a gradient."""
        return _spread([gradients[name] for _, gradients in self._runs])

    def of_total(self) -> float:
        """Of the scalar that is differentiated, computed in float64."""
        spread = float(_spread([weighted(value, self.problem.cotangent) for value, _ in self._runs]))
        return spread * float(np.finfo(np.float64).eps / np.finfo(np.asarray(self._runs[0][0]).dtype).eps)


def _spread(runs: list[Any]) -> Any:
    """How far the runs lie from their middle; infinite where one of them is not finite."""
    numbers = np.array(runs, np.float64)
    spread = (np.max(numbers, axis=0) - np.min(numbers, axis=0)) / 2
    return np.where(np.isfinite(spread), spread, np.inf)


def weighted(value: Any, cotangent: Any) -> float:
    """The scalar that is differentiated."""
    array = np.asarray(value, np.float64)
    return float(np.sum(array) if cotangent is None else np.sum(array * cotangent))
