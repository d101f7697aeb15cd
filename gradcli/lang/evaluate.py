"""A program's value, computed by the engine: every call of the tree becomes the call of an engine function."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.lang.call_arguments import defaults
from gradcli.lang.functions import find, functions, similar
from gradcli.lang.tokens import Source
from gradcli.lang.tree import Call, Expr, Index, List, Name, Number, Program, Slice, fold
from gradcli.lang.unparse import unparse

CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}
MAX_ELEMENTS = 2**24
EXACT_INTEGERS = 2**53

WHOLE = frozenset({"axis", "axis0", "axis1", "axes", "shape", "k"})
"""Parameters that are whole numbers, not operands."""

LISTED = frozenset({"shape", "axes", "axis", "arrays"})
"""Parameters that may be lists, which are no arrays."""

OF_ARRAYS = frozenset({"matrices", "shapes"})
"""Groups of functions that take a number as an array without axes."""

After = Callable[[Expr, Any], Any]

PYTHON: dict[str, Callable[..., Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "pow": operator.pow,
    "remainder": operator.mod, "matmul": operator.matmul, "neg": operator.neg,
}  # fmt: skip
"""Operators are applied as Python applies them, so that a node gets the name it has in PyTorch code."""

INTEGERS = {name: PYTHON[name] for name in ("add", "sub", "mul", "neg", "remainder")} | {
    "floor_divide": operator.floordiv
}
"""Operators that keep whole numbers whole."""


def _shape(lengths: Sequence[Any]) -> tuple[Any, ...]:
    """Lengths given one by one, or as one list. Raises TypeError for anything but whole numbers."""
    listed = lengths[0] if len(lengths) == 1 and isinstance(lengths[0], list) else lengths
    for length in listed:
        if type(length) is not int:
            raise TypeError(f"a length or an axis must be a whole number, not {length}")
    return tuple(listed)


def _detach(x: Any) -> Any:
    return x.detach() if isinstance(x, Tensor) else x


def _transpose(x: Any, axis0: int, axis1: int) -> Any:
    if (axis0, axis1) == (-2, -1) and x.ndim <= 2:
        return x.T  # a vector stays one
    return ops.transpose(x, axis0, axis1)


def _polygamma(n: Any, x: Any) -> Any:
    if not isinstance(n, (int, float)) or not float(n).is_integer() or n < 0:
        raise TypeError("the order n of polygamma() must be a constant whole number, 0 or larger")
    return ops.polygamma(int(n), x)


ADAPTED: dict[str, Callable[..., Any]] = {
    "detach": _detach,
    "softplus": lambda x: ops.softplus(x, 1, math.inf),  # PyTorch's threshold is one of speed, not of mathematics
    "transpose": _transpose,
    "polygamma": _polygamma,
    "reshape": lambda x, *shape: ops.reshape(x, _shape(shape)),
    "expand": lambda x, *shape: ops.expand(x, _shape(shape)),
    "permute": lambda x, *axes: ops.permute(x, _shape(axes)),
}
"""Functions whose arguments are written differently in the language than in the engine."""


def evaluate(program: Program, values: Mapping[str, Any], source: Source, after: After | None = None) -> Any:
    """The program's result: a Tensor, or a float where no array and no bound name took part.

    values  Tensors, arrays or numbers by name
    after   is given the node and result of each call and of each use of a name, and returns the result to go on with
    Raises InputError for an unknown variable, and for arguments that the engine refuses, with their place.
    """
    evaluator = _Evaluator(dict(values), source, after)
    for step in program.assignments:
        evaluator.names[step.name] = evaluator.operand(step.value, fold(step.value, evaluator.visit))
    result = evaluator.operand(program.result, fold(program.result, evaluator.visit))
    return float(result) if type(result) is int else result


class _Evaluator:
    def __init__(self, names: dict[str, Any], source: Source, after: After | None) -> None:
        self.names = names
        self.source = source
        self.after = after
        arrays = [value.array for value in names.values() if isinstance(value, Tensor)]
        self.dtype = np.result_type(np.float32, *arrays) if arrays else np.dtype(np.float64)

    def visit(self, node: Expr, parts: list[Any]) -> Any:
        """The value of a node, given those of its children. A list stays a Python list until it is used as an array."""
        if isinstance(node, Call):
            return self.told(node, self.call(node, parts))
        if isinstance(node, Number):
            return literal(node)
        if isinstance(node, Name):
            return self.told(node, self.name(node))
        if isinstance(node, Index):
            return self.told(
                node, self.attempt(node, lambda: ops.getitem(self.operand(node.base, parts[0]), _key(parts[1:])))
            )
        if isinstance(node, Slice):
            return slice(*parts)
        return parts if isinstance(node, List) else node.value

    def told(self, node: Expr, result: Any) -> Any:
        return result if self.after is None else self.after(node, result)

    def name(self, node: Name) -> Any:
        if node.id in self.names:
            return self.names[node.id]
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        near = similar(node.id, [*self.names, *CONSTANTS])
        hint = f"did you mean {near!r}?" if near else f"give it a value: --let {node.id}=..."
        if find(node.id):
            hint = f"{node.id!r} is a function: write {node.id}(...)"
        raise self.source.error("unknown-variable", f"unknown variable {node.id!r}", node.span, hint)

    def call(self, node: Call, parts: list[Any]) -> Any:
        function = functions()[node.function]
        count = len(node.args)
        last = len(function.parameters) - 1  # a variadic one
        args = [
            self.argument(node.function, function.parameters[min(i, last)].name, arg, part)
            for i, (arg, part) in enumerate(zip(node.args, parts, strict=False))
        ]
        keywords = {
            name: self.argument(node.function, name, value, part)
            for (name, value), part in zip(node.keywords, parts[count:], strict=True)
        } | defaults(function, node)
        if all(type(arg) in (int, float, bool) for arg in args):
            return self.attempt(node, lambda: self.weak(constant(node.function, args, keywords)))
        if node.function == "where":  # it wants an array as condition; of two numbers it would make float32
            condition, *choices = args
            choices = [self.tensor(x) if type(x) in (int, float) else x for x in choices]
            args = [np.bool_(condition) if type(condition) is bool else condition, *choices]
        self.check_size(node, args)
        return self.attempt(node, lambda: _function(node.function)(*args, **keywords))

    def weak(self, result: Any) -> Any:
        """What comes of numbers, which has no dtype of its own: an array gets that of the values."""
        floating = isinstance(result, Tensor) and result.array.dtype.kind == "f"
        return result.astype(self.dtype) if floating else result

    def argument(self, function: str, parameter: str, node: Expr, value: Any) -> Any:
        """The value as the parameter of that name takes it.

        A list is an array, except where lengths or axes are meant; a condition is 0 or 1, except where one is wanted.
        """
        if isinstance(value, list):
            if parameter in LISTED:
                return self.listed(parameter, node, value)
            value = self.operand(node, value)
        if parameter in WHOLE and value is not None:
            return self.whole(parameter, node, value)
        if type(value) in (int, float, bool) and functions()[function].group in OF_ARRAYS:
            if parameter == "arrays":
                raise self.source.error("evaluation", f"{function} takes a list of arrays", node.span)
            return self.tensor(value)
        if function.startswith("logical_") or parameter in ("condition", "keepdims"):
            return value
        if isinstance(value, Tensor) and value.array.dtype.kind == "b":
            return value.astype(self.dtype)
        return float(value) if type(value) is bool else value

    def listed(self, parameter: str, node: Expr, value: list[Any]) -> Any:
        """A list where no array is meant."""
        if parameter == "axis":
            return tuple(self.whole(parameter, node, axis) for axis in value)
        if parameter == "arrays" and isinstance(node, List):
            return [self.tensor(self.operand(item, part)) for item, part in zip(node.items, value, strict=True)]
        return value

    def whole(self, parameter: str, node: Expr, value: Any) -> Any:
        """A length or an axis. Raises InputError for what is no whole number."""
        if not isinstance(value, int):
            raise self.source.error("evaluation", f"{parameter} must be a whole number", node.span)
        return value

    def operand(self, node: Expr, value: Any) -> Any:
        """A list as the array it stands for."""
        if not isinstance(value, list):
            return value
        items = node.items if isinstance(node, List) else (node,) * len(value)
        rows = [self.operand(item, part) for item, part in zip(items, value, strict=True)]
        if not any(isinstance(row, Tensor) for row in rows):
            return Tensor(np.array(rows, dtype=bool if all(type(row) is bool for row in rows) and rows else self.dtype))
        return self.attempt(node, lambda: ops.stack([*map(self.tensor, rows)]))

    def tensor(self, value: Any) -> Tensor:
        """A number as an array without axes, of the dtype of the values."""
        return value if isinstance(value, Tensor) else Tensor(self.dtype.type(value))

    def check_size(self, node: Call, args: Sequence[Any]) -> None:
        """Refuses a call whose result would not fit into memory, before it is made."""
        size = self.attempt(node, lambda: _size(node.function, args))
        if size > MAX_ELEMENTS:
            message = f"the result of {_quoted(node)} would have {size:,} elements; the limit is {MAX_ELEMENTS:,}"
            raise self.source.error("too-large", message, node.span)

    def attempt(self, node: Expr, compute: Callable[[], Any]) -> Any:
        """The result of `compute`; what the engine refuses becomes an InputError with the place of `node`."""
        try:
            return compute()
        except InputError:
            raise
        except AttributeError as error:  # Python's words say nothing to who wrote the expression
            raise self.source.error(
                "evaluation", f"{_quoted(node)} has an argument of the wrong kind", node.span
            ) from error
        except (RuntimeError, ValueError, TypeError, IndexError, ArithmeticError) as error:
            raise self.source.error("evaluation", f"{error} (in {_quoted(node)})", node.span) from error


def _quoted(node: Expr) -> str:
    text = unparse(node)
    return text if len(text) <= 60 else text[:57] + "..."


def _size(function: str, args: Sequence[Any]) -> int:
    """How many elements the result will have, if it can have more than its arguments; 0 if not."""
    shapes: list[tuple[int, ...]] = [arg.array.shape for arg in args if isinstance(arg, Tensor)]
    if function == "expand":
        return math.prod(abs(length) for length in _shape(args[1:]))
    if len(shapes) < 2 or math.prod(map(math.prod, shapes)) <= MAX_ELEMENTS:
        return 0
    if function == "outer":
        return math.prod(map(math.prod, shapes))
    if function == "matmul":
        return math.prod(shapes[0][:-1]) * math.prod(shapes[1][-1:])
    width = max(map(len, shapes))
    aligned = [(1,) * (width - len(shape)) + shape for shape in shapes]
    return math.prod(max(lengths) for lengths in zip(*aligned, strict=True))


def literal(node: Number) -> int | float:
    """What a literal is computed with: whole numbers stay whole as long as a double can hold them."""
    value = node.value
    if isinstance(value, float) or value < EXACT_INTEGERS:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _function(name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = (
        PYTHON.get(name) or ADAPTED.get(name) or getattr(ops, functions()[name].engine or name)
    )
    return function


def constant(name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """A function of plain numbers: whole numbers stay whole where that is exact, the rest is float64 arithmetic.

    Raises what the engine raises.
    """
    if name in INTEGERS and all(type(arg) is int for arg in args):
        result = INTEGERS[name](*args) if name not in ("floor_divide", "remainder") or args[1] else math.nan
        return result if abs(result) < EXACT_INTEGERS else float(result)
    with np.errstate(all="ignore"):
        result = _function(name)(*_numbers(name, args), **keywords)
    if not isinstance(result, (np.generic, np.ndarray)):
        return result
    return Tensor(result) if result.ndim else result.item()


def _numbers(name: str, args: Sequence[Any]) -> list[Any]:
    """Numbers as NumPy's, but for lengths and axes."""
    parameters = functions()[name].parameters
    names = [parameters[min(i, len(parameters) - 1)].name for i in range(len(args))]
    return [
        arg if type(arg) is bool or parameter in WHOLE else np.float64(arg)
        for arg, parameter in zip(args, names, strict=True)
    ]


def _key(items: Sequence[Any]) -> Any:
    """The items of an index as Python would hand them over; lists of whole numbers and masks become arrays."""
    key = tuple(np.array(item) if isinstance(item, list) else _integral(item) for item in items)
    return key[0] if len(key) == 1 else key


def _integral(item: Any) -> Any:
    return item.array if isinstance(item, Tensor) else item
