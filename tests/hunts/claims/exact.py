"""The language, evaluated exactly: Python's own parser, mpmath's numbers, and none of gradcli's code.

A program is a real function of the doubles it starts from: values and literals as stored, constants folded in double
arithmetic, `pi` and `e` as doubles. Everything after that is exact, to the digits that mpmath is told to keep.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from mpmath import mp

from .arrays import ARRAY
from .numbers import DoubtError, Real, digits_of, is_nan
from .scalars import DEFAULTS, SCALAR

CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau}
OPERATORS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.FloorDiv: "floor_divide",
    ast.Mod: "remainder", ast.Pow: "pow", ast.MatMult: "matmul", ast.USub: "neg", ast.Lt: "lt", ast.LtE: "le",
    ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip
WHOLE = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "neg": operator.neg}
DOUBLE = WHOLE | {"div": operator.truediv, "pow": operator.pow}


@cache
def parsed(text: str) -> list[ast.stmt]:
    return ast.parse(text.strip()).body


def fold(name: str, args: list[Any]) -> float:
    """A function of constants in double arithmetic; whole numbers stay whole."""
    if name in WHOLE and all(type(arg) is int for arg in args):
        return WHOLE[name](*args)
    with np.errstate(all="ignore"):
        compute = DOUBLE.get(name) or getattr(np, name, None)
        if compute is None:
            raise DoubtError(f"{name} of constants")
        return float(compute(*map(np.float64, args)))


@dataclass
class Run:
    """One evaluation.

    values   the leaves by name: numbers of mpmath, or NumPy arrays of them
    dtype    to which literals are rounded
    held     the values of the calls of `detach`, once they are frozen
    jitter   the relative errors that each operation makes; None for none
    notes    the decisions that were made, each with the number on which it depends
    digits   the smallest and the largest power of ten among the numbers
    """

    values: Mapping[str, Any]
    dtype: str = "float64"
    held: dict[int, Any] = field(default_factory=dict)
    jitter: Callable[[], Real] | None = None
    notes: list[tuple[Any, Real]] = field(default_factory=list)
    digits: tuple[int, int] = (0, 0)

    def result(self, text: str) -> Any:
        names = dict(self.values)
        value: Any = math.nan
        for statement in parsed(text):
            value = self.visit(statement.value, names)
            if isinstance(statement, ast.Assign):
                names[statement.targets[0].id] = value
        return self.exact(value)

    def note(self, decision: Any, number: Real) -> None:
        self.notes.append((decision, number))

    def exact(self, value: Any) -> Any:
        """A constant as the number that takes part in further operations."""
        if isinstance(value, list):
            return np.array([self.exact(item) for item in value], dtype=object)
        if isinstance(value, (bool, int, float)):
            return self.seen(mp.mpf(float(np.float32(value)) if self.dtype == "float32" else value))
        return value

    def seen(self, value: Real) -> Real:
        if value and not is_nan(value):
            if mp.isinf(value):
                raise DoubtError("an infinity")
            digits = digits_of(value)
            self.digits = min(self.digits[0], digits), max(self.digits[1], digits)
        return value

    # --- nodes

    def visit(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        match node:
            case ast.Constant(value):
                return value
            case ast.Name(name):
                value = names[name] if name in names else CONSTANTS[name]
                return value if isinstance(value, (int, float, list)) else self.noted(value)
            case ast.List(items):
                return self.listed([self.visit(item, names) for item in items])
            case ast.Subscript(base, key):
                return self.visit(base, names)[self.key(key)]
            case ast.BinOp(left, op, right):
                return self.call(OPERATORS[type(op)], [self.visit(left, names), self.visit(right, names)])
            case ast.UnaryOp(ast.Not(), operand):
                return mp.mpf(not self.visit(operand, names))
            case ast.UnaryOp(op, operand):
                return self.call(OPERATORS[type(op)], [self.visit(operand, names)])
            case ast.BoolOp(op, operands):
                join = all if isinstance(op, ast.And) else any
                return mp.mpf(join([bool(self.visit(operand, names)) for operand in operands]))
            case ast.Compare(left, [op], [right]):
                return self.call(OPERATORS[type(op)], [self.visit(left, names), self.visit(right, names)])
            case ast.Call(ast.Name("detach"), [operand]):
                return self.detached(node, self.visit(operand, names))
            case ast.Call(ast.Name(name), args, keywords):
                given = {each.arg: self.visit(each.value, names) for each in keywords}
                return self.call(name, [self.visit(arg, names) for arg in args], given)
        raise DoubtError(f"no meaning for {ast.dump(node)}")

    def detached(self, node: ast.expr, value: Any) -> Any:
        return value if isinstance(value, (int, float)) else self.held.setdefault(id(node), value)

    def listed(self, items: list[Any]) -> Any:
        if all(isinstance(item, (int, float)) or (isinstance(item, list) and item) for item in items):
            return items
        arrays = [np.asarray(self.exact(item), dtype=object) for item in items]
        if len({array.shape for array in arrays}) > 1:
            raise DoubtError("a list of unlike shapes")
        return np.stack(arrays)

    def key(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Tuple):
            return tuple(self.key(each) for each in node.elts)
        if isinstance(node, ast.Slice):
            return slice(*(each and self.key(each) for each in (node.lower, node.upper, node.step)))
        return ast.literal_eval(node)

    # --- functions

    def call(self, name: str, args: list[Any], given: Mapping[str, Any] | None = None) -> Any:
        given = dict(given or {})
        if name in ARRAY:
            if isinstance(args[0], list) or name != "reshape":
                args = [self.exact(args[0]), *args[1:]]
            args = [self.exact(arg) if isinstance(arg, (list, np.ndarray)) else arg for arg in args]
            return self.finished(ARRAY[name](self.note, *args, **given))
        if not given and all(isinstance(arg, (int, float)) for arg in args):
            return fold(name, args)
        if name == "where":
            return np.frompyfunc(lambda c, a, b: a if c else b, 3, 1)(*map(self.exact, args))
        return self.scalar(name, args, given)

    def scalar(self, name: str, args: list[Any], given: dict[str, Any]) -> Any:
        if name == "clamp":
            low, high = [*args[1:], None, None][:2]
            bounds = [self.exact(given.get("min", low)), self.exact(given.get("max", high))]
            return self.finished(np.frompyfunc(lambda x: SCALAR[name](self.note, x, *bounds), 1, 1)(args[0]))
        args = [*args, *given.values()]
        if name in DEFAULTS and len(args) == 1:
            args = [*args, *DEFAULTS[name]]
        exact = [self.exact(arg) for arg in args]
        return self.finished(np.frompyfunc(lambda *xs: SCALAR[name](self.note, *xs), len(exact), 1)(*exact))

    def noted(self, value: Any) -> Any:
        for each in np.ravel(np.asarray(value, dtype=object)):
            self.seen(each)
        return value

    def finished(self, result: Any) -> Any:
        """The result of an operation, with the error that it is to have."""
        if isinstance(result, np.ndarray):
            return np.frompyfunc(self.finished, 1, 1)(result)
        self.seen(result)
        return result if self.jitter is None else result * (1 + self.jitter())
