"""A program folded with the forms of the functions, whatever the forms are of: SymPy's expressions, or a trace.

A number is whatever the algebra has, an array a NumPy array of them (dtype object), a list a Python list until an array
is needed.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol

from gradcli.catalogue import Function
from gradcli.lang.call_arguments import bound
from gradcli.lang.forms import form_of, on_elements
from gradcli.lang.functions import functions
from gradcli.lang.tree import Call, Computed, Expr, Index, List, Name, NoFormError, Number, Program, Slice, fold

Value = Any

_literal = cache(ast.literal_eval)

_OPERANDS = {"x", "a", "b", "arrays"}  # the parameters of array forms that are arrays; others say how
_CONDITIONS = {"where": (0,), "logical_and": (0, 1), "logical_or": (0, 1), "logical_not": (0,)}


class Algebra(Protocol):
    """What the forms of the functions compute with: numbers that Python's operators work on, and primitives."""

    def primitive(self, name: str) -> Value:
        """The function or the constant of that name, which has no form; "sum" and "prod" take any number of terms."""

    def exact(self, value: Value) -> Value:
        """A number of which no digit is lost."""

    def matrix(self, rows: Value) -> Value:
        """A matrix, with its `det` and `inv`."""

    def number(self, value: float) -> Value:
        """A literal."""

    def computed(self, value: float) -> Value:
        """A number that floating point has computed from others."""

    def lift(self, value: Value) -> Value:
        """What a form gives, where that may be a plain number."""

    def is_condition(self, value: Value) -> bool:
        """Whether it is true or false, and no number."""

    def as_condition(self, value: Value) -> Value:
        """A number as a condition: whether it is not 0."""

    def as_number(self, condition: Value) -> Value:
        """1 and 0."""

    def plain(self, value: Value) -> Any:
        """A Python number, for an axis, a length or a flag, where it is one."""

    def entering(self, function: Function, args: Sequence[Value]) -> None:
        """Told before a form is called."""


class Builder:
    """Folds programs.

    names    what each name stands for
    algebra  what numbers are
    """

    def __init__(self, names: Mapping[str, Value], algebra: Any) -> None:
        self.names = dict(names)
        self.algebra = algebra

    def build(self, program: Program) -> Value:
        """The result of the program: a number or an array of them. Raises NoFormError."""
        for assignment in program.assignments:
            self.names[assignment.name] = fold(assignment.value, self._visit)
        result = fold(program.result, self._visit)
        return as_array(result) if isinstance(result, list) else result

    def _visit(self, node: Expr, parts: list[Value]) -> Value:
        if isinstance(node, Call):
            return self._call(functions()[node.function], node, parts)
        if isinstance(node, Index):
            return _scalar(as_array(parts[0])[tuple(map(self._key, parts[1:]))])
        if isinstance(node, Name):
            return self.names[node.id]
        if isinstance(node, Number):
            number = self.algebra.computed if isinstance(node, Computed) else self.algebra.number
            return number(node.value)
        if isinstance(node, Slice):
            return slice(*map(self._plain, parts))
        return parts if isinstance(node, List) else node.value

    def _call(self, function: Function, node: Call, parts: list[Value]) -> Value:
        args = [(p.name, part) for p, part in bound(function, node, parts, lambda p: self._default(p.default))]
        if function.pointwise:
            return self._pointwise(function, [value for _, value in args])
        form = form_of(function)
        ready = [self._operand(value) if name in _OPERANDS else self._plain(value) for name, value in args]
        self.algebra.entering(function, ready)
        return _scalar(form(self.algebra, *ready))

    def _default(self, text: str | None) -> Value:
        """The value of a default in the function table."""
        value = _literal(text or "None")
        return self.algebra.number(value) if type(value) in (int, float) else value

    def _pointwise(self, function: Function, args: Sequence[Value]) -> Value:
        """The form, broadcast over the arrays among the arguments."""
        conditions = _CONDITIONS.get(function.name, ())
        algebra, form = self.algebra, form_of(function)

        def apply(*values: Value) -> Value:
            ready = [self._condition(x) if i in conditions else self._number(x) for i, x in enumerate(values)]
            algebra.entering(function, ready)
            return algebra.lift(form(algebra, *ready))

        return _scalar(on_elements(apply, [as_array(arg) if isinstance(arg, list) else arg for arg in args]))

    def _operand(self, value: Value) -> Any:
        """An array of numbers; a list of arrays stays a list where it holds arrays."""
        import numpy as np

        if isinstance(value, list) and any(hasattr(item, "shape") for item in value):
            return [self._operand(item) for item in value]
        return np.asarray(np.frompyfunc(self._number, 1, 1)(as_array(value)), dtype=object)

    def _number(self, value: Value) -> Value:
        return self.algebra.as_number(value) if self.algebra.is_condition(value) else value

    def _condition(self, value: Value) -> Value:
        return value if self.algebra.is_condition(value) else self.algebra.as_condition(value)

    def _plain(self, value: Value) -> Any:
        """A Python number, or a tuple of them, for an axis, a length or a flag."""
        if isinstance(value, list):
            return tuple(map(self._plain, value))
        return value if isinstance(value, bool) else self.algebra.plain(self._number(value))

    def _key(self, item: Value) -> Any:
        """An item of an index as NumPy takes it."""
        import numpy as np

        if not isinstance(item, (list, np.ndarray)):
            return item if isinstance(item, slice) else self._plain(item)
        array = as_array(item)
        elements = [self._plain(element) for element in array.flat]
        if not all(isinstance(element, (bool, int)) for element in elements):
            raise NoFormError("no symbolic form: an index that depends on a variable")
        return np.array(elements).reshape(array.shape)


def as_array(value: Value) -> Any:
    """An array of numbers; lists are stacked."""
    import numpy as np

    if isinstance(value, list):
        rows = np.broadcast_arrays(*map(as_array, value))
        return np.stack(rows) if rows else np.empty(0, object)
    return np.asarray(value, dtype=object)


def flattened(value: Value) -> tuple[list[Value], tuple[int, ...]]:
    """The elements of what a program gives, and its shape."""
    shape = tuple(getattr(value, "shape", ()))
    return value.reshape(-1).tolist() if shape else [value], shape


def _scalar(value: Value) -> Value:
    """The number itself in the place of an array without axes."""
    return value.item() if getattr(value, "shape", None) == () else value
