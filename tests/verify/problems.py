"""Problems for the tests, put together from the engine directly."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine import autograd, methods
from gradcli.engine.modes import no_grad
from gradcli.engine.tensor import Tensor
from gradcli.lang.evaluate import evaluate
from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.lang.tree import Program, free_names
from gradcli.lang.unparse import unparse
from gradcli.verify.certified import enclose
from gradcli.verify.jitter import jitter
from gradcli.verify.problem import Problem, symbolic_request
from gradcli.verify.symbolic import answer

methods.attach()


class Case:
    """A program at a point: the engine's answer, the Problem with its enclosures, and SymPy's answer."""

    def __init__(
        self, text: str, *, cotangent: Any = None, dtype: str = "float64", order: int = 1, **values: Any
    ) -> None:
        self.parsed = parse(text, find, bound=set(values))
        self.dtype = np.dtype(dtype)
        self.values = {name: np.asarray(value, dtype) for name, value in values.items()}
        self.cotangent = None if cotangent is None else np.asarray(cotangent, dtype)
        self.order = order
        self.enclosures = enclose(self.program, self.values, tuple(values), dtype)
        self.problem = Problem(
            self.program,
            self.values,
            tuple(values),
            self.cotangent,
            self.evaluate,
            self.perturbed,
            self.enclosures,
            order=order,
        )

    @property
    def program(self) -> Program:
        return self.parsed.program

    def request(self) -> dict[str, Any]:
        names = tuple(self.values) or free_names(self.program)
        return symbolic_request(self.program, self.values, names, self.cotangent, self.order, str(self.dtype))

    def symbolic(self) -> dict[str, Any]:
        return answer(self.request())

    def evaluate(self, values: dict[str, Any]) -> Any:
        with no_grad():
            result = evaluate(self.program, {name: Tensor(v) for name, v in values.items()}, self.parsed.source)
        return result.array if isinstance(result, Tensor) else np.float64(result)

    def run(self, after: Any = None) -> tuple[Any, dict[str, Any]]:
        """The value and the gradients."""
        leaves = {name: Tensor(value[()], True) for name, value in self.values.items()}
        result = evaluate(self.program, leaves, self.parsed.source, after)
        cotangent = None if self.cotangent is None else Tensor(self.cotangent)
        found = autograd.grad(result, list(leaves.values()), cotangent, materialize_grads=True, allow_unused=True)
        return np.asarray(result.array), {
            name: np.asarray(g.array) for name, g in zip(leaves, found, strict=True) if g is not None
        }

    def perturbed(self, seed: int) -> tuple[Any, dict[str, Any]]:
        return self.run(jitter(seed))

    def __repr__(self) -> str:
        return f"{unparse(self.program)} at {self.values}"
