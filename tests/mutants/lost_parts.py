"""Rules that have lost a factor, a term or a function: their source is changed, as a slip of the pen would.

The rule's own source is changed, and that of the helpers of its module that it calls.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from gradcli.engine.op import Op
from gradcli.engine.rules import pull_of

Function = Any


def lost_parts(op: Op, place: int) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each wrong rule, with what was lost in it."""
    rule = op.rules[place]
    if not isinstance(rule, FunctionType):
        return
    need = [op.slots.index(name) for name in rule.__code__.co_varnames[1 : rule.__code__.co_argcount]]
    for function in _reached(rule):
        for name, code in _altered(function):
            yield name, pull_of(_rebuilt(rule, function, code), need)


def _reached(rule: Function) -> list[Function]:
    """The rule, and the plain functions of its file that it calls, directly or not."""
    found = [rule]
    for function in found:
        for name in _names(function.__code__):
            helper = function.__globals__.get(name)
            if isinstance(helper, FunctionType) and _is_of(rule, helper) and helper not in found:
                found.append(helper)
    return found


def _is_of(rule: Function, helper: Function) -> bool:
    return helper.__code__.co_filename == rule.__code__.co_filename and helper.__closure__ is None


def _names(code: CodeType) -> set[str]:
    inner = [_names(const) for const in code.co_consts if isinstance(const, CodeType)]
    return set(code.co_names).union(*inner)


def _rebuilt(rule: Function, altered: Function, code: CodeType) -> Function:
    """The rule in a world where one of the functions that it reaches has other code."""
    world = dict(rule.__globals__)
    changed: dict[Function, Function] = {}
    for function in _reached(rule):
        body = code if function is altered else function.__code__
        changed[function] = FunctionType(body, world, function.__name__, function.__defaults__, _cells(function, body))
        changed[function].__kwdefaults__ = function.__kwdefaults__
        if function is not rule:
            world[function.__name__] = changed[function]
    return changed[rule]


def _cells(function: Function, body: CodeType) -> tuple[Any, ...]:
    """The variables around the function, in the order in which the new code names them."""
    around = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    return tuple(around[name] for name in body.co_freevars)


# Source


def _altered(function: Function) -> Iterator[tuple[str, CodeType]]:
    """The function's code with each of its parts lost, and what that was."""
    node = _tree_of(function)
    if node is None:
        return
    for number, (part, kept) in enumerate(_losses(node)):
        other = copy.deepcopy(node)
        again, _ = _losses(other)[number]
        changed = _Replace(again, copy.deepcopy(kept)).visit(other)
        code = _compiled(function, changed)
        if code is not None:
            yield f"{ast.unparse(part)} -> {ast.unparse(kept)}", code


def _losses(function: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    """The parts of a function, each with what is left of it: one factor, one term, the argument of a function."""
    found: list[tuple[ast.expr, ast.expr]] = []
    bodies = [function.body] if isinstance(function, ast.Lambda) else function.body  # type: ignore[attr-defined]
    for body in bodies:
        for node in ast.walk(body):
            if isinstance(node, ast.BinOp):
                found.append((node, node.left))
                if isinstance(node.op, ast.Mult | ast.Add | ast.Sub):
                    found.append((node, node.right))
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
                found.append((node, node.operand))
    return found


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old = old
        self.new = new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else self.generic_visit(node)


@cache
def _module(file: str) -> ast.Module:
    return ast.parse(Path(file).read_text(encoding="utf-8"))


def _tree_of(function: Function) -> Any:
    """The lambda or definition in the source that has the function's code; None if it is not found."""
    code = function.__code__
    if not code.co_filename.endswith(".py"):
        return None
    for node in ast.walk(_module(code.co_filename)):
        if isinstance(node, ast.Lambda | ast.FunctionDef) and node.lineno == code.co_firstlineno:
            again = _compiled(function, node)
            if again is not None and _looks(again) == _looks(code):
                return node
    return None


def _looks(code: CodeType) -> Any:
    """What tells the functions of one line apart."""
    return code.co_varnames, code.co_names, [const for const in code.co_consts if not isinstance(const, CodeType)]


def _compiled(function: Function, node: Any) -> CodeType | None:
    """The code of a lambda or definition, with the variables around it that the function has."""
    around = function.__code__.co_freevars
    node = copy.deepcopy(node)
    if isinstance(node, ast.FunctionDef):
        node.decorator_list = []
        inner: list[ast.stmt] = [node]
    else:
        inner = [ast.Expr(node)]
    assigned = [ast.Assign([ast.Name(name, ast.Store())], ast.Constant(0)) for name in around]
    outer = ast.FunctionDef(
        "outer", ast.arguments([], [], None, [], [], None, []), [*assigned, *inner] or [ast.Pass()], [], None
    )
    module = ast.fix_missing_locations(ast.Module([outer], []))
    whole = compile(module, function.__code__.co_filename, "exec", dont_inherit=True)
    (body,) = (const for const in whole.co_consts if isinstance(const, CodeType))
    codes = [const for const in body.co_consts if isinstance(const, CodeType)]
    return codes[0] if codes else None
