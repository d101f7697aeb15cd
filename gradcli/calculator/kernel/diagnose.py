"""What can be said of a gradient beyond its number: what rounding does to it, and what made it infinite or NaN."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.calculator.kernel.compute import all_orders, constants_of, cotangent_of, leaves_of, value_of
from gradcli.calculator.kernel.prepare import Array, Prepared
from gradcli.engine import autograd
from gradcli.engine.graph import Node
from gradcli.engine.tensor import Tensor
from gradcli.lang.tree import Expr
from gradcli.lang.unparse import unparse
from gradcli.verify.jitter import jitter, moved


class PerturbedRuns:
    """Runs in which the point and every operation are moved a little, one a seed; each gives all orders."""

    def __init__(self, prepared: Prepared, order: int) -> None:
        self.prepared = prepared
        self.order = order
        self._runs: dict[int, tuple[Array, list[dict[str, Array]]]] = {}

    def run(self, order: int, seed: int) -> tuple[Array, dict[str, Array]]:
        """The gradients of that order, and what they are the slope of: the result, or the derivative before."""
        if seed not in self._runs:
            leaves = {name: Tensor(moved(array, seed), True) for name, array in self.prepared.at.items()}
            result, levels = all_orders(self.prepared, leaves, self.order, jitter(seed))
            gradients = [{name: gradient.array for name, gradient in level.items()} for level in levels]
            self._runs[seed] = np.asarray(result.array), gradients
        result, gradients = self._runs[seed]
        lower = result if order == 1 else gradients[order - 2][self.prepared.wrt[0]]
        return lower, gradients[order - 1]


def trouble(prepared: Prepared) -> str | None:
    """The first operation that made something finite non-finite, forward or else backward; None if there is none."""
    expressions: dict[Any, Expr] = {}
    first: list[str] = []

    def watch(node: Expr, value: Any) -> Any:
        array = value.array if isinstance(value, Tensor) else np.asarray(value)
        if isinstance(value, Tensor) and value.grad_fn is not None:
            expressions.setdefault(value.grad_fn, node)
        if not first and not np.all(np.isfinite(array)):
            name = f" ({value.grad_fn.name()})" if isinstance(value, Tensor) and value.grad_fn is not None else ""
            first.append(f"{unparse(node)} is {_sample(array)}{name}")
        return value

    for name, array in (prepared.at | prepared.fixed).items():
        if not np.all(np.isfinite(array)):
            return f"{name} itself is {_sample(np.asarray(array))}"
    leaves = leaves_of(prepared)
    result = value_of(prepared, leaves | constants_of(prepared), watch)
    if first or not result.requires_grad:
        return first[0] if first else None

    def observe(node: Node, cotangent: Any, contributions: Any) -> None:
        bad = [c for c in contributions if c is not None and not np.all(np.isfinite(c))]
        if bad and not first and np.all(np.isfinite(cotangent)):
            where = f" of {unparse(expressions[node])}" if node in expressions else ""
            first.append(f"backward, {node.name()}{where} gives {_sample(np.asarray(bad[0]))}")

    cotangent = cotangent_of(prepared, result)
    autograd.run([result], [cotangent], create_graph=False, retain_graph=False, observer=observe)
    return first[0] if first else None


def _sample(array: Array) -> str:
    """The first non-finite element, as PyTorch writes it."""
    return str(float(array[~np.isfinite(array)].flat[0]))
