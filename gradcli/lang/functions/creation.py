"""The functions that make arrays, for values and constants."""

from __future__ import annotations

from gradcli.lang.functions.table import Function


def _f(name: str, signature: str, text: str, *aliases: str) -> Function:
    return Function(name, signature, text, "creation", aliases)


FUNCTIONS = (
    _f("zeros", "*shape", "zeros of a shape: zeros(2, 3)"),
    _f("ones", "*shape", "ones of a shape"),
    _f("full", "shape, value", "one value everywhere: full([2, 3], 0.5)"),
    _f("eye", "n, m=None", "the identity matrix", "identity"),
    _f("arange", "start, stop=None, step=1", "start, start + step, ... below stop; arange(n) counts from 0"),
    _f("linspace", "start, stop, steps", "evenly spaced numbers, both ends included"),
    _f("logspace", "start, stop, steps", "powers of 10 with evenly spaced exponents"),
    _f("rand", "*shape", "uniform random numbers in [0, 1), the ones PyTorch draws from the same --seed"),
    _f("randn", "*shape", "normal random numbers, the ones PyTorch draws from the same --seed"),
    _f("randint", "low, high, *shape", "random whole numbers from low to high - 1"),
)
