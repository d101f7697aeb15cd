"""A program as SymPy expressions: the tree is folded with the forms of the function table.

A scalar is a SymPy expression, an array a NumPy array of expressions, a list a Python list until an array is needed.
"""

from __future__ import annotations

import ast
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy

from gradcli.lang.functions import functions
from gradcli.lang.functions.table import Function
from gradcli.lang.tree import Call, Expr, Index, List, Name, Number, Program, Slice, fold

Value = Any

CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "tau": 2 * sympy.pi, "inf": sympy.oo, "nan": sympy.nan}
ROUNDED_CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau}  # what they are in floating point

EPS = {"float16": 2.0**-10, "float32": 2.0**-23, "float64": 2.0**-52}

_PACKED = {"float16": "e", "float32": "f", "float64": "d"}
_FLOAT_DIGITS = 60  # no digit of a double is lost, nor of a product of some
_MAX_DENOMINATOR = 64
_MAX_POWER_BITS = 4096
_OPERANDS = {"x", "a", "b", "arrays"}  # the parameters of array forms that are arrays; others say how
_CONDITIONS = {"where": (0,), "logical_and": (0, 1), "logical_or": (0, 1), "logical_not": (0,)}


class NoFormError(Exception):
    """Why there is no symbolic form."""


def number(value: float, dtype: str = "float64") -> sympy.Expr:
    """A literal as the engine uses it, rounded to `dtype`: exact as integer or simple fraction, else a long Float."""
    if isinstance(value, int) and abs(value) <= 2**53:
        return sympy.Integer(value)
    if math.isinf(value) or math.isnan(value):
        return sympy.nan if math.isnan(value) else sympy.oo * int(math.copysign(1, value))
    (rounded,) = struct.unpack(_PACKED[dtype], struct.pack(_PACKED[dtype], value))
    fraction = Fraction(rounded)
    if fraction.denominator <= _MAX_DENOMINATOR and abs(rounded) <= 2**53:
        return sympy.Rational(fraction.numerator, fraction.denominator)
    return sympy.Float(rounded, _FLOAT_DIGITS)


# Pieces. SymPy's own ask whether their arguments are real, and simplify for seconds; these only know their slopes.


def _piece(name: str, slope: Callable[..., sympy.Expr] | None = None, exact: Callable[..., Any] | None = None) -> Any:
    """A function called `name`.

    slope  slope(i, *args) is its derivative for the i-th argument; None for a function that is flat between its jumps
    exact  exact(*args) is its value at rational numbers
    """

    def evaluate(_cls: type, *args: sympy.Expr) -> sympy.Expr | None:
        return sympy.sympify(exact(*args)) if exact and all(arg.is_Rational for arg in args) else None

    def fdiff(self: Any, index: int = 1) -> sympy.Expr:
        return slope(index - 1, *self.args) if slope else sympy.Integer(0)

    return type(name, (sympy.Function,), {"eval": classmethod(evaluate), "fdiff": fdiff})


def _others(index: int, xs: Sequence[sympy.Expr], extreme: Any) -> sympy.Expr:
    """The extreme of all arguments but one."""
    others = [*xs[:index], *xs[index + 1 :]]
    return extreme(*others) if len(others) > 1 else others[0]


sign = _piece("sign", exact=lambda x: (x > 0) - (x < 0))
step = _piece("step")  # 1 where the first argument is larger than the second, 1/2 where they are equal
floor = _piece("floor", exact=math.floor)
ceil = _piece("ceil", exact=math.ceil)
absolute = _piece("abs", lambda index, x: sign(x), abs)
maximum: Any = _piece("maximum", lambda index, *xs: step(xs[index], _others(index, xs, maximum)), max)
minimum: Any = _piece("minimum", lambda index, *xs: step(_others(index, xs, minimum), xs[index]), min)


class where(sympy.Function):  # noqa: N801  # printed under the name it has in the language
    """The second argument where the first holds, else the third; so is its derivative."""

    @classmethod
    def eval(cls, condition: Any, a: sympy.Expr, b: sympy.Expr) -> sympy.Expr | None:
        """The simpler form, if there is one: what SymPy calls when it makes an expression."""
        if condition in (sympy.true, sympy.false):
            return a if condition else b
        return a if a == b else None

    def _eval_derivative(self, symbol: sympy.Symbol) -> sympy.Expr:
        condition, a, b = self.args
        return where(condition, a.diff(symbol), b.diff(symbol))


def _piecewise(first: tuple[Any, Any], second: tuple[Any, Any]) -> sympy.Expr:
    return where(first[1], first[0], second[0])


class _Namespace:
    """SymPy, with the pieces of this module instead of its own, and `detached`."""

    Abs, Max, Min, Piecewise = absolute, maximum, minimum, staticmethod(_piecewise)
    sign, floor, ceiling = sign, floor, ceil

    def __init__(self) -> None:
        self.detached_values: dict[sympy.Dummy, sympy.Expr] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(sympy, name)

    def detached(self, x: sympy.Expr) -> sympy.Expr:
        """A symbol that stands for x: a constant for every derivative."""
        symbol = sympy.Dummy("detached", real=True)
        self.detached_values[symbol] = x
        return symbol


class Builder:
    """Folds programs into expressions.

    names     what each name stands for
    dtype     the dtype to which literals are rounded
    detached  after `build`: what the symbols of detached values stand for, inner ones before outer ones
    """

    def __init__(self, names: Mapping[str, Value], dtype: str) -> None:
        self.names = dict(names)
        self.dtype = dtype
        self.sympy = _Namespace()
        self.detached = self.sympy.detached_values

    def build(self, program: Program) -> Value:
        """The result of the program: an expression or an array of them. Raises NoFormError."""
        for assignment in program.assignments:
            self.names[assignment.name] = fold(assignment.value, self._visit)
        result = fold(program.result, self._visit)
        return as_array(result) if isinstance(result, list) else result

    def _visit(self, node: Expr, parts: list[Value]) -> Value:
        if isinstance(node, Call):
            return self._call(functions()[node.function], node, parts)
        if isinstance(node, Index):
            return _scalar(as_array(parts[0])[tuple(map(_key, parts[1:]))])
        if isinstance(node, Name):
            return self.names[node.id]
        if isinstance(node, Number):
            return number(node.value, self.dtype)
        if isinstance(node, Slice):
            return slice(*map(_plain, parts))
        return parts if isinstance(node, List) else node.value

    def _call(self, function: Function, node: Call, parts: list[Value]) -> Value:
        given = len(node.args)
        keywords = {name: part for (name, _), part in zip(node.keywords, parts[given:], strict=True)}
        args = self._bind(function, parts[:given], keywords)
        if function.scalar is not None:
            return self._elementwise(function, [value for _, value in args])
        if function.array is None:
            raise NoFormError(f"no symbolic form: {function.name}")
        import numpy as np

        ready = [_operand(value) if name in _OPERANDS else _plain(value) for name, value in args]
        return _scalar(function.array(self.sympy, np, *ready))

    def _bind(
        self, function: Function, args: Sequence[Value], keywords: Mapping[str, Value]
    ) -> list[tuple[str, Value]]:
        """All arguments with the names of their parameters, in the order of the signature, defaults filled in."""
        bound: list[tuple[str, Value]] = []
        for i, parameter in enumerate(function.parameters):
            if parameter.variadic:
                rest = args[i][:] if len(args) == i + 1 and isinstance(args[i], list) else args[i:]
                bound += [(parameter.name, value) for value in rest]
            elif parameter.name in keywords:
                bound.append((parameter.name, keywords[parameter.name]))
            elif i < len(args):
                bound.append((parameter.name, args[i]))
            else:
                bound.append((parameter.name, self._default(parameter.default)))
        return bound

    def _default(self, text: str | None) -> Value:
        """The value of a default in the function table."""
        value = ast.literal_eval(text or "None")
        return number(value, self.dtype) if type(value) in (int, float) else value

    def _elementwise(self, function: Function, args: Sequence[Value]) -> Value:
        """The scalar form, broadcast over the arrays among the arguments."""
        conditions = _CONDITIONS.get(function.name, ())

        def apply(*values: Value) -> sympy.Basic:
            ready = [_condition(x) if i in conditions else _number(x) for i, x in enumerate(values)]
            if function.name == "pow":
                _check_power(*ready)
            assert function.scalar is not None
            return sympy.sympify(function.scalar(self.sympy, *ready))

        args = [as_array(arg) if isinstance(arg, list) else arg for arg in args]
        if not any(hasattr(arg, "shape") for arg in args):
            return apply(*args)
        import numpy as np

        return _scalar(np.frompyfunc(apply, len(args), 1)(*args))


def as_array(value: Value) -> Any:
    """An array of expressions; lists are stacked."""
    import numpy as np

    if isinstance(value, list):
        rows = np.broadcast_arrays(*map(as_array, value))
        return np.stack(rows) if rows else np.empty(0, object)
    return np.asarray(value, dtype=object)


def _scalar(value: Value) -> Value:
    """The expression itself in the place of an array without axes."""
    return value.item() if getattr(value, "shape", None) == () else value


def _operand(value: Value) -> Any:
    """An array of numbers; a list of arrays stays a list where it holds arrays."""
    import numpy as np

    if isinstance(value, list) and any(hasattr(item, "shape") for item in value):
        return [_operand(item) for item in value]
    return np.asarray(np.frompyfunc(_number, 1, 1)(as_array(value)), dtype=object)


def _number(value: Value) -> Value:
    """1 and 0 for a condition."""
    return where(value, sympy.Integer(1), sympy.Integer(0)) if _is_condition(value) else value


def _condition(value: Value) -> Value:
    return value if _is_condition(value) else sympy.Ne(value, 0)


def _is_condition(value: Value) -> bool:
    # To SymPy a Symbol is a Boolean too.
    return isinstance(value, (bool, sympy.logic.boolalg.Boolean)) and not isinstance(value, sympy.Expr)


def _plain(value: Value) -> Any:
    """A Python number, or a tuple of them, for an axis, a length or a flag."""
    if isinstance(value, list):
        return tuple(map(_plain, value))
    if isinstance(value, sympy.Integer):
        return int(value)
    return bool(value) if value in (sympy.true, sympy.false) else value


def _key(item: Value) -> Any:
    """An item of an index as NumPy takes it."""
    import numpy as np

    if not isinstance(item, (list, np.ndarray)):
        return item if isinstance(item, slice) else _plain(item)
    array = as_array(item)
    elements = [_plain(element) for element in array.flat]
    if not all(isinstance(element, (bool, int)) for element in elements):
        raise NoFormError("no symbolic form: an index that depends on a variable")
    return np.array(elements).reshape(array.shape)


def _check_power(base: Any, exponent: Any) -> None:
    """Refuses a power of numbers that no double can hold, and that would take for ever to write out."""
    if not (base.is_number and exponent.is_number):
        return
    try:
        size = abs(float(exponent)) * max(1, abs(math.log2(abs(float(base)) or 1)))
    except (OverflowError, TypeError):  # TypeError: not real
        size = math.inf
    if size > _MAX_POWER_BITS:
        raise NoFormError("no exact form: a power of numbers is too large")
