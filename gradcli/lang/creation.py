"""Arrays that an expression makes itself: `ones(2, 2)`, `rand(3)`. They are made once, and become bound names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.engine import ranges
from gradcli.lang.evaluate import CONSTANTS, MAX_ELEMENTS, evaluate
from gradcli.lang.functions import functions
from gradcli.lang.tokens import Source
from gradcli.lang.tree import Assign, Call, Expr, List, Name, Program, fold, postorder, with_children

if TYPE_CHECKING:
    from gradcli.engine.random import Generator

Array = Any


class Maker:
    """Makes arrays in one dtype, drawing random numbers from one generator."""

    def __init__(self, generator: Generator, dtype: Any) -> None:
        self.generator = generator
        self.dtype = dtype

    # One method a creation function. Each raises ValueError for lengths that are no whole numbers or too large.

    def zeros(self, *shape: Any) -> Array:
        return np.zeros(_shape(shape), self.dtype)

    def ones(self, *shape: Any) -> Array:
        return np.ones(_shape(shape), self.dtype)

    def full(self, shape: Any, value: float) -> Array:
        return np.full(_shape((shape,)), value, self.dtype)

    def eye(self, n: Any, m: Any = None) -> Array:
        return np.eye(*_shape((n, n if m is None else m)), dtype=self.dtype)

    def arange(self, start: float, stop: float | None = None, step: float = 1) -> Array:
        start, stop = (0, start) if stop is None else (start, stop)
        _shape((math.ceil(abs((stop - start) / step)) if step and math.isfinite((stop - start) / step) else 0,))
        return ranges.arange(start, stop, step, self.dtype)

    def linspace(self, start: float, stop: float, steps: Any) -> Array:
        return ranges.linspace(start, stop, _shape((steps,))[0], self.dtype)

    def logspace(self, start: float, stop: float, steps: Any) -> Array:
        return (10.0 ** ranges.linspace(start, stop, _shape((steps,))[0], np.float64)).astype(self.dtype)

    def rand(self, *shape: Any) -> Array:
        return self.generator.rand(_shape(shape), self.dtype)

    def randn(self, *shape: Any) -> Array:
        return self.generator.randn(_shape(shape), self.dtype)

    def randint(self, low: int, high: int, *shape: Any) -> Array:
        return self.generator.randint(low, high, _shape(shape), self.dtype)


def _shape(lengths: Sequence[Any]) -> tuple[int, ...]:
    """Lengths given one by one, or as one list."""
    if len(lengths) == 1 and isinstance(lengths[0], list):
        lengths = lengths[0]
    for length in lengths:
        if type(length) is not int or length < 0:
            raise ValueError(f"a length must be a whole number from 0 on, not {length}")
    if math.prod(lengths) > MAX_ELEMENTS:
        raise ValueError(f"{math.prod(lengths):,} elements are too many; the limit is {MAX_ELEMENTS:,}")
    return tuple(lengths)


def hoist(
    program: Program, source: Source, maker: Maker, *, mark: str = "", taken: Iterable[str] = ()
) -> tuple[Program, dict[str, Array]]:
    """The program with each call of a creation function replaced by a name, and the arrays of those names.

    mark   something that the names hold, to tell them from those of another program
    taken  names that stand for something else
    Raises InputError where such a call depends on a variable, or on a length that cannot be.
    """
    made: dict[str, Array] = {}
    nodes = [node for statement in program.nodes for node in statement]
    if not any(_creates(node) for node in nodes):
        return program, made
    known = {node.id for node in nodes if isinstance(node, Name)} | {step.name for step in program.assignments}
    known.update(taken)

    def visit(node: Expr, parts: list[Expr]) -> Expr:
        if not isinstance(node, Call) or not _creates(node):
            return with_children(node, parts)
        name = next(name for k in count(1) if (name := f"{node.function}_{mark}{k}") not in known)
        known.add(name)
        made[name] = _make(node, source, maker)
        return Name(name, span=node.span)

    steps = tuple(Assign(step.name, fold(step.value, visit), span=step.span) for step in program.assignments)
    return Program(steps, fold(program.result, visit)), made


def _creates(node: Expr) -> bool:
    return isinstance(node, Call) and functions()[node.function].group == "creation"


def _make(node: Call, source: Source, maker: Maker) -> Array:
    variables = [n.id for n in postorder(node) if isinstance(n, Name) and n.id not in CONSTANTS]
    if variables:
        message = f"{node.function}() needs numbers, and {variables[0]!r} is a variable"
        raise source.error("creation", message, node.span, "write the number itself")
    args = [_argument(arg, source) for arg in node.args]
    keywords = {name: _argument(value, source) for name, value in node.keywords}
    try:
        return getattr(maker, node.function)(*args, **keywords)
    except (ValueError, RuntimeError, TypeError) as error:
        raise source.error("creation", f"{node.function}(): {error}", node.span) from error


def _argument(node: Expr, source: Source) -> Any:
    """A number, whole where it is whole, or a list of such."""
    if isinstance(node, List):
        return [_argument(item, source) for item in node.items]
    value = evaluate(Program((), node), {}, source)
    return int(value) if isinstance(value, float) and value.is_integer() else value
