"""The differentiated scalar as functions of one number, for the numeric method."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from gradcli.errors import InputError
from gradcli.verify.numeric import Estimate, derivative, has_kink
from gradcli.verify.problem import Problem
from gradcli.verify.rounding import weighted

_MAX_ELEMENTS = 64  # of an array whose elements are moved one by one
_SAMPLE = 16  # elements of a larger one
_DIRECTIONS = 2
_HUGE = 100_000  # elements: only directions

Index = tuple[int, ...]


@dataclass(frozen=True)
class Probe:
    """The scalar as a function of one element, or of the way along a direction (`index` is None).

    noise  what rounding may do to the function's values
    found  the engine's derivative of it
    """

    index: Index | None
    function: Callable[[float], float]
    x: float
    scale: float
    noise: float
    found: float

    def estimate(self) -> Estimate:
        """The numeric derivative."""
        return derivative(self.function, self.x, self.scale, self.noise)

    def has_kink(self) -> bool:
        """Whether there is a kink or a jump at the point."""
        return has_kink(self.function, self.x, self.scale, self.noise)


class Prober:
    """Makes the probes of one variable, evaluating in float64 whatever the dtype of the problem."""

    def __init__(self, problem: Problem, name: str, gradient: Any, noise: float) -> None:
        self.problem = problem
        self.name = name
        self.gradient = np.asarray(gradient, np.float64)
        self.noise = noise
        arrays = {key: np.asarray(array) for key, array in problem.values.items()}
        self.values = {
            key: array.astype(np.float64) if array.dtype.kind == "f" else array for key, array in arrays.items()
        }
        self.point = self.values[name]
        self.scale = float(np.max(np.abs(self.point), initial=0.0)) or 1.0
        self.random = np.random.default_rng(0)

    def some(self, indices: Iterable[Index]) -> list[Probe]:
        """A probe for each of these elements, or for the first of very many."""
        return [self._element(index) for index in islice(indices, _MAX_ELEMENTS)]

    def all(self) -> list[Probe]:
        """A probe for each element of a small array; for some elements and directions of a larger one."""
        indices = list(np.ndindex(self.point.shape))
        if len(indices) <= _MAX_ELEMENTS:
            return self.some(indices)
        chosen: Any = self.random.choice(len(indices), _SAMPLE, replace=False) if len(indices) <= _HUGE else []
        return [*self.some(indices[i] for i in chosen), *(self._direction() for _ in range(_DIRECTIONS))]

    def one(self) -> list[Probe]:
        """One probe that depends on all elements."""
        return [self._direction()] if self.point.shape else self.some([()])

    def _element(self, index: Index) -> Probe:
        def function(x: float) -> float:
            moved = self.point.copy()
            moved[index] = x
            return self._scalar(moved)

        x, found = float(self.point[index]), float(self.gradient[index])
        return Probe(index, function, x, self.scale, self.noise, found)

    def _direction(self) -> Probe:
        lengths = np.where(self.point == 0, self.scale, np.abs(self.point))
        way = self.random.choice([-1.0, 1.0], self.point.shape) * lengths
        found = float(np.sum(self.gradient * way))
        return Probe(None, lambda t: self._scalar(self.point + t * way), 0.0, 1.0, self.noise, found)

    def _scalar(self, moved: Any) -> float:
        try:
            return weighted(self.problem.evaluate({**self.values, self.name: moved}), self.problem.cotangent)
        except (InputError, ArithmeticError, np.linalg.LinAlgError):  # outside the domain
            return np.nan
