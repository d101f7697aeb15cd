"""The functions of the language that make arrays, for values and constants."""

from __future__ import annotations

from typing import Any

from gradcli.catalogue.function import Function


def _f(group: str, name: str, signature: str | None, text: str = "", **more: Any) -> Function:
    return Function(name, signature, text, group, **more)


FUNCTIONS = (
    _f("creation", "zeros", "*shape", "zeros of a shape: zeros(2, 3)"),
    _f("creation", "ones", "*shape", "ones of a shape"),
    _f("creation", "full", "shape, value", "one value everywhere: full([2, 3], 0.5)"),
    _f("creation", "eye", "n, m=None", "the identity matrix", language_aliases="identity"),
    _f("creation", "arange", "start, stop=None, step=1", "start, start + step, ... below stop; arange(n) counts from 0"),
    _f("creation", "linspace", "start, stop, steps", "evenly spaced numbers, both ends included"),
    _f("creation", "logspace", "start, stop, steps", "powers of 10 with evenly spaced exponents"),
    _f("creation", "rand", "*shape", "uniform random numbers in [0, 1), the ones PyTorch draws from the same --seed"),
    _f("creation", "randn", "*shape", "normal random numbers, the ones PyTorch draws from the same --seed"),
    _f("creation", "randint", "low, high, *shape", "random whole numbers from low to high - 1"),
)  # fmt: skip
