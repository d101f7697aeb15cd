"""Trees back to text, with as few brackets as the precedence of the operators allows."""

from __future__ import annotations

from typing import NamedTuple

from gradcli.lang.tree import (
    OPERATORS,
    Call,
    Expr,
    Index,
    List,
    Literal,
    Name,
    Node,
    Number,
    Operator,
    Program,
    Slice,
    fold,
)

_OPERATORS = {operator.function: operator for operator in OPERATORS}
_SPACED_BELOW = 6  # operators that bind more loosely than * have spaces around them


class _Piece(NamedTuple):
    """A text, and its outermost operator unless it is an atom."""

    text: str
    operator: Operator | None = None


def unparse(tree: Node | Program) -> str:
    """Python-style text from which `parse` makes an equal tree: `a*x**2 + b`, `-x`, `sum(x, axis=0)`."""
    if isinstance(tree, Program):
        return "; ".join([*(f"{step.name} = {unparse(step.value)}" for step in tree.assignments), unparse(tree.result)])
    return fold(tree, _piece).text


def _piece(node: Expr, parts: list[_Piece]) -> _Piece:
    texts = [part.text for part in parts]
    match node:
        case Number(text) | Name(text):
            return _Piece(text)
        case Literal(value):
            return _Piece("..." if value is ... else str(value))
        case List():
            return _Piece(f"[{', '.join(texts)}]")
        case Slice():
            start, stop, step = ("" if text == "None" else text for text in texts)
            return _Piece(f"{start}:{stop}:{step}" if step else f"{start}:{stop}")
        case Index():
            return _Piece(f"{_bracketed(parts[0], parts[0].operator is not None)}[{', '.join(texts[1:])}]")
        case Call():
            return _call(node, parts)


def _call(node: Call, parts: list[_Piece]) -> _Piece:
    operator = None if node.keywords else _OPERATORS.get(node.function)
    if operator is None:
        names = [""] * len(node.args) + [f"{name}=" for name, _ in node.keywords]
        arguments = (name + part.text for name, part in zip(names, parts, strict=True))
        return _Piece(f"{node.function}({', '.join(arguments)})")
    right = _bracketed(parts[-1], _needs_brackets(parts[-1].operator, operator, "right"))
    if operator.associativity == "prefix":
        blank = " " if operator.symbol.isalpha() else ""
        return _Piece(f"{operator.symbol}{blank}{right}", operator)
    left = _bracketed(parts[0], _needs_brackets(parts[0].operator, operator, "left"))
    blank = " " if operator.precedence < _SPACED_BELOW else ""
    return _Piece(f"{left}{blank}{operator.symbol}{blank}{right}", operator)


def _bracketed(piece: _Piece, wanted: bool) -> str:
    return f"({piece.text})" if wanted else piece.text


def _needs_brackets(inner: Operator | None, outer: Operator, side: str) -> bool:
    """Whether an operand of `outer` on that side, itself made by `inner`, reads differently without brackets."""
    if inner is None or (inner.function == "neg" and side == "right"):  # a sign may follow any operator: 2**-x
        return False
    if inner.precedence == outer.precedence:
        return outer.associativity not in (side, "prefix")
    return inner.precedence < outer.precedence
