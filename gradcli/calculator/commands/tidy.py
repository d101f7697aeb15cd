"""Formulas without what is plain to see. What a formula comes to stays the same at every point, to the last digits."""

from __future__ import annotations

import math
import operator

from gradcli.lang.tree import Call, Expr, Literal, Name, Number, fold, literal, postorder, with_children

_WORKED_OUT = {"add": operator.add, "sub": operator.sub, "mul": operator.mul}


def tidy(tree: Expr) -> Expr:
    """The formula, tidy."""
    return fold(tree, lambda node, parts: tidied(with_children(node, parts)))


def tidied(node: Expr) -> Expr:
    """A node whose parts are tidy, tidy: 3 - 1 is 2, x**1 and 1*x are x, x*x is x**2."""
    if not isinstance(node, Call) or node.keywords:
        return node
    if node.function == "where":
        return _choice(*node.args)
    return _with_number(node) or _of_trees(node) or node


def _with_number(node: Call) -> Expr | None:
    """A function of a number, if that says it all or nothing."""
    found: Expr | None = None
    match node.function, node.args, tuple(map(_number, node.args)):
        case "add" | "sub" | "mul" as name, _, (int() | float() as a, int() | float() as b):
            found = literal(_WORKED_OUT[name](a, b))
        case ("mul", (_, x), (1, _)) | ("mul" | "pow", (x, _), (_, 1)):
            found = x
        case ("mul", (_, x), (-1, _)) | ("mul", (x, _), (_, -1)):
            found = _of("neg", x)
        case "pow", _, (_, 0):
            found = Number("1")
        case ("neg", _, (0,)) | ("log", _, (1,)):
            found = Number("0")
        case "xlogy", (_, x), (1, _):
            found = Call("log", (x,))
        case "gt", _, (_, math.inf):
            found = Literal(False)
        case "minimum", (x, _), (_, math.inf):
            found = x
    return found


def _of_trees(node: Call) -> Expr | None:
    """What reads better when it is written otherwise."""
    found: Expr | None = None
    match node.function, node.args:
        case ("square", (x,)) | ("mul", (x, _)) if node.args[-1] == x:
            found = Call("pow", (x, Number("2")))
        case "mul", (Call("neg", (x,)), y) if x == y:
            found = Call("neg", (Call("pow", (x, Number("2"))),))
        case "add", (x, y) if x == y:
            found = Call("mul", (Number("2"), x))
        case "neg", (Call("neg", (x,)),):
            found = x
        case "neg", (Call("mul" | "div" as name, (x, y)),):  # -(a*b) is -a*b
            found = Call(name, (_of("neg", x), y))
        case "mul", (Call("add" | "sub") as x, Name() as y):
            found = Call("mul", (y, x))
        case ("mul", (Call("where", (condition, _, _)), x)) | ("div", (x, Call("where", (condition, _, _)))) if (
            _chooses(x, condition)
        ):
            found = _choice(condition, node, node)
    return found


def _choice(condition: Expr, a: Expr, b: Expr) -> Expr:
    """`where` with these arguments."""
    match condition:
        case Call("logical_not", (negated,)):
            return _choice(negated, b, a)
        case Literal(False):
            return b
        case Call("ge", (x, limit)) if (limit, x) == (a, b):
            return _of("minimum", x, limit)
    a, b = _known(a, condition, 1), _known(b, condition, 2)
    return a if a == b else Call("where", (condition, a, b))


def _chooses(tree: Expr, condition: Expr) -> bool:
    """Whether there is a choice by this condition in it."""
    return any(
        isinstance(node, Call) and node.function == "where" and node.args[0] == condition for node in postorder(tree)
    )


def _known(tree: Expr, condition: Expr, which: int) -> Expr:
    """The tree where the condition holds (1) or does not (2): a choice by it has been made."""

    def known(node: Expr, parts: list[Expr]) -> Expr:
        if isinstance(node, Call) and node.function == "where" and parts[0] == condition:
            return parts[which]
        return tidied(with_children(node, parts))

    return fold(tree, known) if _chooses(tree, condition) else tree


def _of(function: str, *args: Expr) -> Expr:
    return tidied(Call(function, args))


def _number(node: Expr) -> float | None:
    """What a literal is worth, with its sign; None for anything else."""
    match node:
        case Number():
            return node.value
        case Name("inf"):
            return math.inf
        case Call("neg", (Number() as size,)):
            return -size.value
    return None
