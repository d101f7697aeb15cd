"""A small function table, and `parse` with it, for the tests of the expression language."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gradcli.catalogue.signature import Parameter, parse_signature
from gradcli.lang import parser
from gradcli.lang.tree import OPERATORS, Expr

SIGNATURES = {
    "sin": "x",
    "cos": "x",
    "exp": "x",
    "sqrt": "x",
    "log": "x",
    "abs": "x",
    "transpose": "x, axes=None",
    "sum": "x, axis=None, keepdims=False",
    "clip": "x, min=None, max=None",
    "where": "condition, x, y",
    "maximum": "*xs",
    "concatenate": "*xs, axis=0",
    "seed": "",
}
ALIASES = {"ln": "log", "clamp": "clip", "t": "transpose"}


@dataclass(frozen=True)
class Function:
    name: str
    parameters: tuple[Parameter, ...]
    help: str = ""


FUNCTIONS = {name: Function(name, parse_signature(text)) for name, text in SIGNATURES.items()}
for operator in OPERATORS:
    operands = "x" if operator.associativity == "prefix" else "x, y"
    FUNCTIONS[operator.function] = Function(operator.function, parse_signature(operands))


def find(name: str) -> Function | None:
    return FUNCTIONS.get(ALIASES.get(name, name))


def parse(text: str, bound: Collection[str] = ()) -> parser.Parsed:
    return parser.parse(text, find, names=[*FUNCTIONS, *ALIASES], bound=bound)


def tree(text: str, bound: Collection[str] = ()) -> Expr:
    """The tree of a text without assignments."""
    program = parse(text, bound).program
    assert program.assignments == ()
    return program.result
