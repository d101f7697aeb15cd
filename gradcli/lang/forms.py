"""What functions compute, by their forms in the catalogue: in SymPy's expressions, or in traces.

An algebra has numbers that Python's operators work on, and `primitive(name)` for the functions without a form.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from gradcli.catalogue import Function
from gradcli.catalogue.signature import Parameter
from gradcli.lang.array_primitives import ARRAY_PRIMITIVES, COUNT
from gradcli.lang.call_arguments import bound
from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.lang.tree import Call, Expr, Literal, Name, NoFormError, Number, Program, fold

Value = Any
Form = Callable[..., Value]
"""form(algebra, *arguments), which are all of the function's."""
Scope = Mapping[str, Value]
_Part = Callable[[Any, Scope], Value]

ARITHMETIC: dict[str, Callable[..., Value]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "pow": operator.pow,
    "neg": operator.neg,
}  # fmt: skip
CONSTANTS = {"pi"}


@cache
def form_of(function: Function) -> Form:
    """What the function computes. Raises NoFormError for one that has no form."""
    if function.form:
        return _compiled(function)
    if function.name in ARRAY_PRIMITIVES:
        return ARRAY_PRIMITIVES[function.name]
    if function.name in ARITHMETIC:
        compute = ARITHMETIC[function.name]
        return lambda _algebra, *args: compute(*args)
    if not function.pointwise:
        raise NoFormError(f"no symbolic form: {function.name}")
    return lambda algebra, *args: algebra.primitive(function.name)(*args)


@cache
def _program(function: Function) -> Program:
    return parse(function.form, _find, bound={parameter.name for parameter in function.parameters}).program


def form_tree(function: Function) -> Expr:
    """The form of a function that has one without steps."""
    return _program(function).result


def _compiled(function: Function) -> Form:
    program = _program(function)
    steps = [(step.name, fold(step.value, _part)) for step in program.assignments]
    result = fold(program.result, _part)
    parameters = [parameter.name for parameter in function.parameters]

    def form(algebra: Any, *args: Value) -> Value:
        scope = dict(zip(parameters, args, strict=True))
        for name, step in steps:
            scope[name] = step(algebra, scope)
        return result(algebra, scope)

    return form


def _find(name: str) -> Function | None:
    return COUNT if name == COUNT.name else find(name)


def _part(node: Expr, parts: list[_Part]) -> _Part:
    """What a node of a form computes, of what its children do."""
    match node:
        case Number() | Literal():
            value = node.value
            return lambda _algebra, _scope: value
        case Name(id=name) if name in CONSTANTS:
            return lambda algebra, _scope: algebra.primitive(name)
        case Name(id=name):
            return lambda _algebra, scope: scope[name]
        case Call():
            function = _find(node.function)
            assert function is not None
            return _call(function, node, parts)
    raise NoFormError(f"a form holds no {type(node).__name__}")


def _call(function: Function, node: Call, parts: Sequence[_Part]) -> _Part:
    form, given = form_of(function), [part for _, part in bound(function, node, parts, _default)]
    if not function.pointwise or function.name in ARITHMETIC:
        return lambda algebra, scope: form(algebra, *[part(algebra, scope) for part in given])

    def pointwise(algebra: Any, scope: Scope) -> Value:
        args = [part(algebra, scope) for part in given]
        return on_elements(lambda *each: form(algebra, *each), args)

    return pointwise


def _default(parameter: Parameter) -> _Part:
    value = parameter.value
    return lambda _algebra, _scope: value


def on_elements(compute: Callable[..., Value], args: Sequence[Value]) -> Value:
    """What `compute` makes of each element, broadcast, where an argument is an array."""
    if not any(hasattr(arg, "shape") for arg in args):
        return compute(*args)
    import numpy as np

    return np.frompyfunc(compute, len(args), 1)(*args)
