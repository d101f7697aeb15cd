"""A chain of 200 operations forward and backward: the engine, PyTorch if it is installed, and NumPy by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from contest import Result, arguments, report, result, times

from gradcli.engine import methods, ops
from gradcli.engine.tensor import Tensor

CYCLES = 33  # of six operations; two more make 200
OPERATIONS = 6 * CYCLES + 2
REPEATS = 50  # chains timed at once, so that a timing is long beside the clock's resolution

Array = Any
Gradient = Callable[[Array], Array]


def chain(x: Any, sin: Callable[[Any], Any], exp: Callable[[Any], Any], tanh: Callable[[Any], Any]) -> Any:
    """200 operations, each on the result of the one before."""
    v = x
    for _ in range(CYCLES):
        v = v * 0.9
        v = v + 0.1
        v = sin(v)
        v = exp(v)
        v = tanh(v)
        v = v**2
    return v * x + x


def by_gradcli(data: Array) -> Gradient:
    """The engine."""
    methods.attach()
    ones = Tensor(np.ones_like(data))

    def gradient(data: Array) -> Array:
        x = Tensor(data, requires_grad=True)
        chain(x, ops.sin, ops.exp, ops.tanh).backward(ones)
        return x.grad.array

    return gradient


def by_torch(data: Array) -> Gradient:
    """PyTorch, eager, on tensors of the same dtype."""
    import torch

    tensor, ones = torch.tensor(data), torch.ones_like(torch.tensor(data))

    def gradient(_: Array) -> Array:
        x = tensor.detach().requires_grad_()
        chain(x, torch.sin, torch.exp, torch.tanh).backward(ones)
        return x.grad.numpy()

    return gradient


def by_hand(data: Array) -> Gradient:
    """NumPy and the chain rule, for this chain only: what the arithmetic costs without any bookkeeping."""
    nine, one, two = (data.dtype.type(number) for number in (0.9, 0.1, 2))

    def gradient(x: Array) -> Array:
        v, saved = x, []
        for _ in range(CYCLES):
            u = v * nine + one
            e = np.exp(np.sin(u))
            t = np.tanh(e)
            v = t * t
            saved.append((u, e, t))
        g = x
        for u, e, t in reversed(saved):
            g = g * (two * t) * (1 - t * t) * e * np.cos(u) * nine
        return g + v + 1

    return gradient


def timed(gradient: Gradient, data: Array) -> Callable[[], float]:
    """Says how many seconds one chain takes."""

    def run() -> float:
        start = time.perf_counter()
        for _ in range(REPEATS):
            gradient(data)
        return (time.perf_counter() - start) / REPEATS

    return run


def contests(label: str, data: Array, target: float, rounds: int) -> list[Result]:
    """The engine against each rival on these data; all must find the same gradient."""
    rivals = {"NumPy by hand": by_hand(data)}
    if find_spec("torch"):
        rivals = {"PyTorch": by_torch(data), **rivals}
    gradients = [by_gradcli(data), *rivals.values()]
    for gradient in gradients:
        np.testing.assert_allclose(gradient(data), gradients[0](data), rtol=1e-3)
    ours, *others = times([timed(gradient, data) for gradient in gradients], rounds)
    targets = {"PyTorch": target}
    return [
        result(f"gradcli, {label}", name, ours, theirs, targets.get(name))
        for name, theirs in zip(rivals, others, strict=True)
    ]


def main() -> None:
    """Measures and prints."""
    options = arguments(f"A chain of {OPERATIONS} operations, forward and backward.", rounds=15)
    results = contests("one float64", np.float64(0.5), 0.5, options.rounds)
    results += contests("100 float32", np.linspace(0.1, 1, 100, dtype=np.float32), 0.65, options.rounds)
    report(results, as_json=options.json, unit="µs/op", scale=1e6 / OPERATIONS)


if __name__ == "__main__":
    main()
