"""Programs as Python source for PyTorch, JAX or NumPy: the tree is rewritten with their spellings, and written out."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from gradcli.catalogue import Function
from gradcli.errors import InputError
from gradcli.lang.call_arguments import defaults, signature_text
from gradcli.lang.forms import form_tree
from gradcli.lang.functions import functions
from gradcli.lang.tree import OPERATORS, Call, Expr, Index, List, Literal, Name, Number, Program, Slice, fold
from gradcli.lang.unparse import unparse

SYMBOLS = {operator.function for operator in OPERATORS if not operator.symbol.isalpha()}
CONDITIONS = {"lt", "le", "gt", "ge", "eq", "ne", "logical_and", "logical_or", "logical_not"}
OPERANDS = ("x", "y", "a", "b")
"""Parameters that are arrays."""
EXPLICIT = ("axis", "correction")
"""Parameters whose defaults differ from library to library."""
CONSTANTS = {"pi": "pi", "e": "e", "inf": "inf", "nan": "nan"}
RESERVED = {"torch", "jax", "jnp", "np", "math", "f", "array", "slopes", "result", "print", "range", "zip"}


@dataclass(frozen=True)
class Target:
    """A library: its name, what stands before the language's names and before other names, and its keywords."""

    name: str
    own: str
    other: str
    keywords: dict[str, str] = field(default_factory=dict)


TARGETS = {
    "torch": Target("torch", "torch.", "torch.", {"axis": "dim", "keepdims": "keepdim", "k": "diagonal"}),
    "jax": Target("jax", "jnp.", "jax."),
    "numpy": Target("numpy", "np.", "np."),
}


class _Part(NamedTuple):
    """A rewritten node, and what it is: a number, an array, a condition, a list, or nothing that is computed with."""

    node: Expr
    kind: str


class Emitter:
    """Rewrites programs for one library, noting the helper functions that they need.

    helpers  the source of each, by name
    """

    def __init__(self, target: str) -> None:
        self.target = TARGETS[target]
        self.helpers: dict[str, str] = {}
        self.kinds: dict[str, str] = {}

    def function(self, program: Program, parameters: Sequence[str]) -> str:
        """The source of f, whose parameters are these names; what else is free is read from around it.

        A result that is a list becomes a tuple. Raises InputError for a function that the library does not have.
        """
        lines = [f"def f({', '.join(map(safe, parameters))}):"]
        for step in program.assignments:
            part = self.operand(fold(step.value, self.visit))
            self.kinds[step.name] = part.kind
            lines.append(f"    {safe(step.name)} = {unparse(part.node)}")
        result = fold(program.result, self.visit)
        if isinstance(result.node, List) and result.node.items:
            items = [fold(item, self.visit) for item in program.result.children]
            texts = [unparse(self.array(item).node) for item in items]
            lines.append(f"    return ({', '.join(texts)},)" if len(texts) == 1 else f"    return {', '.join(texts)}")
        else:
            lines.append(f"    return {unparse(self.array(result).node)}")
        return "\n".join(lines)

    def expression(self, tree: Expr) -> str:
        """The source of one expression."""
        return unparse(self.number(fold(tree, self.visit)).node)

    def visit(self, node: Expr, parts: list[_Part]) -> _Part:
        """The node as the library spells it."""
        inner = tuple(part.node for part in parts)
        match node:
            case Number():
                found = _Part(Number(repr(node.value)), "number")
            case Name():
                found = self.name(node.id)
            case Call():
                found = self.call(node, parts)
            case Index():
                items = tuple(map(self.item, parts[1:]))
                found = _Part(replace(node, base=self.operand(parts[0]).node, items=items), "array")
            case Slice():
                found = _Part(Slice(*inner), "slice")
            case List():
                deep = any(part.kind in ("array", "condition", "list of arrays") for part in parts)
                found = _Part(List(inner), "list of arrays" if deep else "list")
            case _:
                found = _Part(node, "literal")
        return found

    def name(self, name: str) -> _Part:
        """A variable, or a constant."""
        if name in self.kinds:
            return _Part(Name(safe(name)), self.kinds[name])
        if name == "tau":
            return _Part(Call("mul", (Number("2"), Name(f"{self.target.own}pi"))), "number")
        if name in CONSTANTS:
            return _Part(Name(self.target.own + CONSTANTS[name]), "number")
        return _Part(Name(safe(name)), "array")

    def item(self, part: _Part) -> Expr:
        """An item of an index; JAX takes no lists there."""
        listed = part.kind.startswith("list") and self.target.name == "jax"
        return Call("jnp.array", (part.node,)) if listed else part.node

    def operand(self, part: _Part) -> _Part:
        """What is computed with: a list as an array, a condition as 0 or 1."""
        if part.kind.startswith("list"):
            return self.stacked(part)
        return part

    def number(self, part: _Part) -> _Part:
        """An operand, with a condition as 0 or 1."""
        part = self.operand(part)
        if part.kind == "condition":
            return _Part(Call("mul", (part.node, Number("1.0"))), "array")
        return part

    def array(self, part: _Part) -> _Part:
        """An operand that is an array even where it is a plain number, which is no integer then."""
        part = self.number(part)
        if part.kind != "number":
            return part
        whole = isinstance(part.node, Number)
        wrapped = _floats(part.node) if whole else Call("float", (part.node,))
        if self.target.name == "torch":
            return _Part(Call("torch.tensor", (wrapped,)), "array")
        return _Part(Call(f"{self.target.own}asarray", (wrapped,)), "array")

    def stacked(self, part: _Part) -> _Part:
        """The array that a list stands for."""
        if self.target.name != "torch":
            whole = _floats(part.node) if part.kind == "list" else part.node
            return _Part(Call(f"{self.target.own}array", (whole,)), "array")
        if part.kind == "list":
            return _Part(Call("torch.tensor", (_floats(part.node),)), "array")
        self.helpers["array"] = (
            "def array(items):\n"
            "    parts = [array(item) if isinstance(item, list) else torch.as_tensor(item) for item in items]\n"
            "    return torch.stack([part.to(torch.get_default_dtype()) for part in parts])"
        )
        return _Part(Call("array", (part.node,)), "array")

    def call(self, node: Call, parts: list[_Part]) -> _Part:
        """A call: an operator as it is, another function under the library's name or a helper's."""
        kind = "condition" if node.function in CONDITIONS else "array"
        function = functions()[node.function]
        spelling = getattr(function, self.target.name)
        if node.function in SYMBOLS and spelling is None:
            operands = [self.number(part) for part in parts]
            numbers = all(part.kind == "number" for part in operands)
            return _Part(Call(node.function, tuple(part.node for part in operands)), "number" if numbers else kind)
        if spelling == "":
            hint = "--emit torch and --emit jax have it"
            raise InputError("emit", f"{node.function}() has no form in {self.target.name}", hint=hint)
        if spelling == "form":
            spelling = self.expression(form_tree(function))
        return _Part(self.called(node, function, spelling, parts), kind)

    def called(self, node: Call, function: Function, spelling: str | None, parts: Sequence[_Part]) -> Expr:
        """The call of a function, by name or as a helper."""
        parameters = function.parameters
        last = len(parameters) - 1
        given = [(parameters[min(i, last)], part) for i, part in enumerate(parts[: len(node.args)])]
        args = [self.argument(node.function, p.name, part) for p, part in given if not p.variadic]
        rest = [
            item
            for p, part in given
            if p.variadic
            for item in (part.node.children if part.kind == "list" else (part.node,))
        ]
        names = [name for name, _ in node.keywords]
        keywords = [
            (name, self.argument(node.function, name, part))
            for name, part in zip(names, parts[len(node.args) :], strict=True)
        ]
        if spelling is not None and "(" in spelling:
            name = f"{node.function}_" if node.function in SYMBOLS else node.function
            self.helpers[name] = helper(name, function, spelling)
            return Call(name, (*args, *rest), tuple(keywords))
        if rest:
            args.append(List(tuple(rest)))
        taken = {name for name, _ in keywords}
        keywords += [
            (name, Literal(value) if isinstance(value, bool) else _literal(value))
            for name, value in defaults(function, node).items()
            if name in EXPLICIT and value is not None and name not in taken
        ]
        renamed = tuple((self.target.keywords.get(name, name), value) for name, value in keywords)
        prefix = self.target.own if spelling is None else self.target.other
        return Call(prefix + (spelling or node.function), tuple(args), renamed)

    def argument(self, function: str, parameter: str, part: _Part) -> Expr:
        """An argument as the function's parameter of that name takes it."""
        if function.startswith("logical_"):
            return self.operand(part).node
        if parameter == "arrays" and part.kind.startswith("list"):
            items = part.node.children
            return List(tuple(self.array(_Part(item, _kind(item))).node for item in items))
        if parameter == "axis" and part.kind == "list":
            return Name(f"({', '.join(unparse(item) for item in part.node.children)},)")
        if parameter in OPERANDS:
            return self.array(part).node
        if parameter == "n" and not (isinstance(part.node, Number) and part.node.text.isdigit()):
            return Call("int", (part.node,))  # an order, which may be 4/2
        return part.node


def helper(name: str, function: Function, spelling: str) -> str:
    """The source of a function that a library has no name for."""
    return f"def {name}{signature_text(function).removeprefix(function.name)}:\n    return {spelling}"


def safe(name: str) -> str:
    """A name that Python and the snippet leave free."""
    return f"{name}_" if keyword.iskeyword(name) or name in RESERVED else name


def _kind(node: Expr) -> str:
    """What an item of a list is, that has been rewritten."""
    if isinstance(node, List):
        return "list of arrays"
    return "number" if isinstance(node, Number) else "array"


def _floats(node: Expr) -> Expr:
    """A list with its whole numbers as floating point numbers."""

    def visit(node: Expr, parts: list[Expr]) -> Expr:
        if isinstance(node, Number):
            return Number(repr(float(node.text)))
        if isinstance(node, List):
            return List(tuple(parts))
        return replace(node, args=tuple(parts)) if isinstance(node, Call) else node

    return fold(node, visit)


def _literal(value: float) -> Expr:
    literal: Expr = Number(repr(abs(value)))
    return Call("neg", (literal,)) if value < 0 else literal
