"""The engine's element-wise rules as formulas: a rule is run on operands that leave a tree behind.

Rules are plain NumPy. On a Traced operand NumPy's functions become the engine's operations, as they do on a Tensor, and
every operation that the expression language has a word for becomes a call of it. So the formula is the rule that ran.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from gradcli.calculator.commands.tidy import tidy
from gradcli.engine.locks import TABLES
from gradcli.engine.op import OPS, Op
from gradcli.engine.tensor import NUMPY
from gradcli.lang.functions import find, functions
from gradcli.lang.parser import parse
from gradcli.lang.tree import Call, Expr, NoFormError, Number, literal

SPELT = {"logistic": "sigmoid", "times_log": "xlogy", "pow_number": "pow", "pow_tensor": "pow"}
"""Operations that rules apply, and the language has under another name."""

CONSTANTS = {
    math.pi: "pi", math.pi / 180: "pi/180", 180 / math.pi: "180/pi", math.pi**2 / 3: "pi**2/3", math.log(2): "log(2)",
    math.log(10): "log(10)", math.sqrt(0.5): "sqrt(0.5)", math.sqrt(2 * math.pi): "sqrt(2*pi)",
    2 / math.sqrt(math.pi): "2/sqrt(pi)", math.sqrt(2 / math.pi): "sqrt(2/pi)",
}  # fmt: skip
"""What the numbers in rules were computed from, to the last bit."""


class Traced:
    """An operand: its tree, and in `sample` what it is worth here, for rules that look at a dtype or at a number."""

    def __init__(self, tree: Expr, sample: Any) -> None:
        self.tree = tree
        self.sample = sample

    @property
    def dtype(self) -> Any:
        """That of the sample."""
        return self.sample.dtype

    def __bool__(self) -> bool:
        return bool(self.sample)

    def __index__(self) -> int:
        return operator.index(self.sample)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        return _applied(ufunc if method == "__call__" else None, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        return _applied(function, args, keywords)


def _applied(function: Any, args: Any, keywords: Any) -> Any:
    """What NumPy's function gives, by the engine's operation for it. Raises NoFormError where that has no form."""
    ours = NUMPY.get(function)
    if ours is None or getattr(OPS.get(ours.__name__), "forward", None) is function:  # nothing stands in for it
        raise NoFormError("a step of the rule has no form in the expression language")
    return ours(*args, **keywords)


def _attach() -> None:
    """Gives Traced its operators."""
    named = {"div": "truediv", "remainder": "mod", "floor_divide": "floordiv"}
    for function in ("add", "sub", "mul", "div", "pow", "remainder", "floor_divide"):
        name = named.get(function, function)
        applied = _recording(function, getattr(operator, name))
        setattr(Traced, f"__{name}__", applied)
        setattr(Traced, f"__r{name}__", lambda self, other, applied=applied: applied(other, self))
    for function in ("neg", "lt", "le", "gt", "ge", "eq", "ne"):
        setattr(Traced, f"__{function}__", _recording(function, getattr(operator, function)))


def _recording(function: str, forward: Callable[..., Any]) -> Callable[..., Any]:
    """`forward`, which on Traced operands gives a call of the language's function of that name."""

    def call(*args: Any) -> Any:
        if not any(type(arg) is Traced for arg in args):
            return forward(*args)
        sample = forward(*[arg.sample if type(arg) is Traced else arg for arg in args])
        trees = tuple(map(_tree, args))
        if function == "zeros_like":
            return Traced(Number("0"), sample)
        if function == "polygamma":  # its order comes first in the language, and last in the engine
            trees = trees[::-1]
        return Traced(Call(function, trees), sample)

    return call


_attach()


def _tree(value: Any) -> Expr:
    """The tree of an operand. Raises NoFormError for an array that is not Traced."""
    if type(value) is Traced:
        return value.tree
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if abs(value) in CONSTANTS:
            known = _parsed(CONSTANTS[abs(value)])
            return Call("neg", (known,)) if value < 0 else known
        value = int(value) if value.is_integer() else value
    return literal(value)


@cache
def _parsed(text: str) -> Expr:
    return parse(text, find).program.result


@contextmanager
def tracing() -> Iterator[None]:
    """While it lasts, the operations that have a word in the language leave it on Traced operands.

    Nothing else stands in for their forwards meanwhile, in any thread: the lock is that of those who do so.
    """
    names = functions().keys() | SPELT.keys() | {"zeros_like"}
    with TABLES:
        forwards = {op: op.forward for name, op in OPS.items() if name in names}
        try:
            for op, forward in forwards.items():
                op.forward = _recording(SPELT.get(op.name, op.name), forward)
            yield
        finally:
            for op, forward in forwards.items():
                op.forward = forward


def traced(op: Op, argument: str, slots: Mapping[str, Any], names: Mapping[str, Expr]) -> Expr:
    """The local derivative by an argument: what the rule makes of the cotangent 1. Within `tracing()`.

    slots  what the operation was called with
    names  what stands in the formula for each slot
    Raises NoFormError for a rule with a step that has no form in the language.
    """
    operands = tuple(_operand(names[name], slots[name]) if name in names else slots[name] for name in op.slots)
    one = Traced(Number("1"), np.ones_like(operands[0].sample))
    return tidy(_tree(op.pulls[op.slots.index(argument) - 1](one, operands)))


def _operand(tree: Expr, value: Any) -> Any:
    """A number or an array, of which an element is sample enough, as an operand; a flag or a word as it is."""
    if isinstance(value, np.ndarray):
        value = value.flat[:1]
    is_number = isinstance(value, (np.ndarray, np.generic)) or type(value) in (int, float)
    return Traced(tree, value) if is_number else value
