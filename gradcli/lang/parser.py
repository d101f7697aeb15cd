"""Tokens to a tree, by operator precedence: Python's arithmetic, and what textbooks write (2x, x², (a+b)c)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple, NoReturn

from gradcli.errors import Span
from gradcli.lang.call_arguments import FunctionLike, make_call
from gradcli.lang.tokens import LITERALS, MAX_DEPTH, Source, Token, TokenReader
from gradcli.lang.tree import (
    OPERATORS,
    Assign,
    Call,
    Expr,
    Index,
    List,
    Literal,
    Name,
    Number,
    Operator,
    Program,
    Slice,
    free_names,
)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was understood, but might have been meant otherwise."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Parsed:
    """`source` turns the spans of nodes into errors and Spans of the text."""

    program: Program
    notes: tuple[Note, ...]
    source: Source


def parse(
    text: str,
    find: Callable[[str], FunctionLike | None],
    *,
    names: Iterable[str] = (),
    bound: Collection[str] = (),
    source: str = "expression",
) -> Parsed:
    """Parse a program: statements `name = expression`, the last of which may lack its name.

    find    the function that has this name or alias, or None
    names   the names of functions, for suggestions
    bound   names known to be variables or constants: before a bracket they multiply
    source  what the text is called in errors

    Raises InputError "syntax", "arity", "unknown-function" or "too-large", and nothing else.
    """
    return _Parser(Source(text, source), find, names, bound).program()


_INFIX = {operator.symbol: operator for operator in OPERATORS if operator.associativity != "prefix"}
_PREFIX = {operator.symbol: operator for operator in OPERATORS if operator.associativity == "prefix"}
_IMPLICIT = replace(_INFIX["*"], symbol="")
_IMPLICIT_BETWEEN = {
    ("number", "name"), ("number", "("), ("superscript", "name"), ("superscript", "("), (")", "name"), (")", "("),
    ("name", "("),
}  # fmt: skip
_OPERAND_STARTS = {"name", "number", "literal", "(", "not"}

_SEPARATORS = (";", "newline")
_TRANSPOSES = ("T", "mT")
_MODULES = ("torch", "np", "numpy", "math", "jnp")
_SHORT_NAME = 2  # before a bracket an unknown name of at most so many letters is taken for a variable
_QUOTED = 40  # characters of the text that a hint repeats


class _Waiting(NamedTuple):
    """An operator whose right operand is still to come. `left` is None for a prefix operator."""

    operator: Operator
    left: Expr | None
    start: int

    def apply(self, right: Expr) -> Expr:
        args = (right,) if self.left is None else (self.left, right)
        return Call(self.operator.function, args, span=(self.start, right.span[1]))

    def precedes(self, coming: Operator | None) -> bool:
        """Whether an operand between this operator and the coming one belongs to this one."""
        if coming is not None and coming.precedence == self.operator.precedence:
            return self.operator.associativity == "left"
        return coming is None or coming.precedence < self.operator.precedence


class _Parser(TokenReader):
    """Only brackets recurse, and the tokenizer has bounded them; operators wait on a stack of their own."""

    def __init__(
        self, source: Source, find: Callable[[str], FunctionLike | None], names: Iterable[str], bound: Collection[str]
    ) -> None:
        super().__init__(source)
        self.find = find
        self.names = names
        self.variables = set(bound)
        self.calls: list[tuple[Token, FunctionLike]] = []
        self.notes: list[Note] = []

    def note(self, message: str, extent: tuple[int, int]) -> None:
        self.notes.append(Note(message, self.source.span(extent)))

    # --- statements

    def program(self) -> Parsed:
        assignments: list[Assign] = []
        result: Expr | None = None
        while self.skip_blank_statements():
            if result is not None:
                message = "only the last statement may be without a name"
                raise self.syntax_error(message, result.span, "write y = ... to use its value below")
            if self.token.kind in ("name", "literal") and self.following.kind == "=":
                assignments.append(self.assignment())
            else:
                result = self.expression()
            if self.token.kind not in (*_SEPARATORS, "end"):
                self.unexpected("an operator or the end of the statement")
        if result is None:
            if not assignments:
                raise self.syntax_error("the expression is empty", self.token.extent, "for instance x**2 + 1")
            result = Name(assignments[-1].name, span=assignments[-1].span)
        program = Program(tuple(assignments), result)
        self.check_calls(self.variables.union(free_names(program)))
        return Parsed(program, tuple(self.notes), self.source)

    def skip_blank_statements(self) -> bool:
        """Whether a statement follows."""
        while self.token.kind in _SEPARATORS:
            self.advance()
        return self.token.kind != "end"

    def assignment(self) -> Assign:
        target = self.advance()
        if target.kind == "literal":
            raise self.syntax_error(f"'{target.text}' cannot be assigned to", target.extent, "choose another name")
        self.advance()
        value = self.expression()
        self.variables.add(target.text)
        return Assign(target.text, value, span=(target.start, value.span[1]))

    def check_calls(self, variables: Collection[str]) -> None:
        """Refuse t(1 - t), where t is a variable and another name of transpose; a function's own name calls."""
        for token, function in self.calls:
            if token.text in variables and token.text != function.name:
                message = f"'{token.text}' is both a variable and another name of the function '{function.name}'"
                hint = f"write {token.text}*(...) to multiply, or {function.name}(...)"
                raise self.syntax_error(message, token.extent, hint)
            if token.text in variables:
                self.note(f"{token.text}(...) was read as a call, not as {token.text}*(...)", token.extent)

    # --- operators

    def expression(self) -> Expr:
        waiting: list[_Waiting] = []
        while True:
            self.prefix_operators(waiting)
            operand = self.operand()
            operator = self.infix_operator(operand)
            while waiting and waiting[-1].precedes(operator):
                last = waiting.pop()
                if operator is _IMPLICIT:
                    self.check_implicit_product(last)
                operand = last.apply(operand)
            if operator is None:
                return operand
            self.wait(waiting, _Waiting(operator, operand, operand.span[0]))

    def prefix_operators(self, waiting: list[_Waiting]) -> None:
        while self.token.kind == "+" or self.token.kind in _PREFIX:
            token = self.advance()
            if token.kind == "+":
                continue
            operator = _PREFIX[token.kind]
            if token.kind == "not" and waiting and waiting[-1].operator.precedence > operator.precedence:
                raise self.syntax_error("'not' needs brackets here", token.extent, "write (not ...)")
            self.wait(waiting, _Waiting(operator, None, token.start))

    def infix_operator(self, left: Expr) -> Operator | None:
        """The operator that follows the operand; None if none does. An implicit product takes no token."""
        token = self.token
        if token.kind in _INFIX:
            self.advance()
            return _INFIX[token.kind]
        if (self.previous.kind, token.kind) in _IMPLICIT_BETWEEN:
            return _IMPLICIT
        if token.kind in _OPERAND_STARTS:
            self.missing_operator(left)
        return None

    def wait(self, waiting: list[_Waiting], new: _Waiting) -> None:
        extent = self.previous.extent
        chained = waiting and waiting[-1].operator.precedence == new.operator.precedence
        if chained and new.operator.associativity == "none":
            raise self.syntax_error("comparisons do not chain", extent, "for a<b<c write (a<b) and (b<c)")
        if len(waiting) == MAX_DEPTH:
            raise self.source.error("too-large", f"operators are nested more than {MAX_DEPTH} deep", extent)
        waiting.append(new)

    def missing_operator(self, left: Expr) -> NoReturn:
        token, before = self.token, self.previous
        text = self.source.text[slice(*left.span)]
        factor = text if text.isprintable() and len(text) <= _QUOTED else "(...)"
        hint = f"write {factor}*{token.text}{'...)' if token.kind == '(' else ''} to multiply"
        if before.kind == "name" and self.is_bare_function(before.text):
            hint = f"write {before.text}({token.text})"
        message = f"expected an operator between '{before.text}' and '{token.text}'"
        raise self.syntax_error(message, token.extent, hint)

    def check_implicit_product(self, last: _Waiting) -> None:
        """An implicit product begins after the right operand of `last`: is that what is meant?"""
        if last.operator.function == "pow" and last.left is not None:
            self.refuse_power_of_function(last.left)
        elif last.operator.precedence == _IMPLICIT.precedence and last.operator.function != "mul":
            quotient = f"a{last.operator.symbol}b"
            self.note(f"{quotient} c was read as ({quotient})*c", (self.previous.start, self.token.end))

    def refuse_power_of_function(self, base: Expr) -> None:
        """sin²(x) would be the square of a variable named sin."""
        if isinstance(base, Name) and self.is_bare_function(base.id):
            message = f"'{base.id}' is a function: its power is written after its argument"
            raise self.syntax_error(message, base.span, f"write {base.id}(...)**2")

    def is_bare_function(self, name: str) -> bool:
        return name not in self.variables and self.find(name) is not None

    # --- operands

    def operand(self) -> Expr:
        """An atom and what is attached to it: indices, methods and superscripts."""
        node = self.atom()
        while True:
            match self.token.kind:
                case "[":
                    node = self.index(node)
                case ".":
                    node = self.attribute(node)
                case "superscript":
                    node = self.superscript(node)
                case _:
                    return node

    def atom(self) -> Expr:
        token = self.token
        match token.kind:
            case "number":
                self.advance()
                return Number(token.text, span=token.extent)
            case "literal":
                self.advance()
                return Literal(LITERALS[token.text], span=token.extent)
            case "name":
                return self.name()
            case "(":
                self.advance()
                inner = self.expression()
                closing = self.expect(")", "an operator or ')'")
                return replace(inner, span=(token.start, closing.end))
            case "[":
                self.advance()
                items = tuple([self.expression() for _ in self.items("]")])
                return List(items, span=(token.start, self.previous.end))
        self.unexpected(f"an expression after '{self.previous.text}'" if self.position else "an expression")

    def superscript(self, base: Expr) -> Expr:
        token = self.advance()
        if self.token.kind in ("(", "name"):
            self.refuse_power_of_function(base)
        return Call("pow", (base, Number(token.text, span=token.extent)), span=(base.span[0], token.end))

    def index(self, base: Expr) -> Expr:
        opening = self.advance()
        items = tuple([self.index_item() for _ in self.items("]")])
        if not items:
            raise self.syntax_error("the index is empty", (opening.start, self.previous.end), "for instance x[0]")
        return Index(base, items, span=(base.span[0], self.previous.end))

    def index_item(self) -> Expr:
        start = self.token.start
        if self.token.kind == "...":
            return Literal(..., span=self.advance().extent)
        absent = Literal(None, span=(start, start))
        parts: list[Expr] = [absent if self.token.kind == ":" else self.expression()]
        while self.token.kind == ":" and len(parts) < 3:
            self.advance()
            parts.append(absent if self.token.kind in (":", ",", "]") else self.expression())
        if len(parts) == 1:
            return parts[0]
        return Slice(*[*parts, absent][:3], span=(start, self.previous.end))

    # --- names, calls and methods

    def name(self) -> Expr:
        token = self.advance()
        if self.token.kind == "(":
            function = self.find(token.text)
            if function is not None:
                self.calls.append((token, function))
                return self.call(function, (), token.start)
            if token.text not in self.variables and len(token.text) > _SHORT_NAME:
                self.unknown_function(token, f"if it is a variable, write {token.text}*(...)")
            self.note(f"{token.text}(...) was read as {token.text}*(...): '{token.text}' is no function", token.extent)
        return Name(token.text, span=token.extent)

    def attribute(self, base: Expr) -> Expr:
        dot = self.advance()
        token = self.expect("name", "the name of a method")
        called = self.token.kind == "("
        if isinstance(base, Name) and base.id in _MODULES and base.id not in self.variables:
            message = "functions and constants are written without a module"
            raise self.syntax_error(message, base.span, f"write {token.text}{'(...)' if called else ''}")
        if called:
            return self.method(base, token)
        if token.text not in _TRANSPOSES:
            hint = f"write .{token.text}(...)" if self.find(token.text) else "the attributes are .T and .mT"
            raise self.syntax_error(f"'.{token.text}' is no attribute", (dot.start, token.end), hint)
        return Call("transpose", (base,), span=(base.span[0], token.end))

    def method(self, base: Expr, token: Token) -> Expr:
        function = self.find(token.text)
        if function is None:
            self.unknown_function(token, "x.f(y) is another way to write f(x, y)")
        if function.name == "where":  # x.where(condition, y) would pass x for the condition
            raise self.syntax_error("'where' is no method", token.extent, "write where(condition, x, y)")
        return self.call(function, (base,), base.span[0])

    def call(self, function: FunctionLike, receiver: tuple[Expr, ...], start: int) -> Call:
        self.advance()
        args = [*receiver]
        keywords: list[tuple[Token, Expr]] = []
        for _ in self.items(")"):
            if self.token.kind == "name" and self.following.kind == "=":
                key = self.advance()
                self.advance()
                keywords.append((key, self.expression()))
            elif keywords:
                self.unexpected("a keyword argument after a keyword argument")
            else:
                args.append(self.expression())
        return make_call(self.source, function, args, keywords, (start, self.previous.end))

    def unknown_function(self, token: Token, otherwise: str) -> NoReturn:
        from difflib import get_close_matches

        close = get_close_matches(token.text.lower(), self.names, n=1)
        hint = f"did you mean '{close[0]}'?" if close else otherwise
        raise self.source.error("unknown-function", f"'{token.text}' is no function", token.extent, hint)
