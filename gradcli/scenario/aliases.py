"""Names that an answer may use for what stands in a question: those that `of` assigns, and those of `let`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gradcli.errors import InputError
from gradcli.lang.evaluate import CONSTANTS
from gradcli.lang.functions import find, names
from gradcli.lang.parser import parse
from gradcli.lang.tree import Assign, Expr, Name, fold, free_names, with_children
from gradcli.lang.unparse import unparse

Aliases = Mapping[str, Expr]
"""What each name stands for; no alias stands in it."""


def aliases(assignments: Iterable[Assign]) -> dict[str, Expr]:
    """The aliases that assignments make, a later one of the earlier ones."""
    found: dict[str, Expr] = {}
    for step in assignments:
        found[step.name] = _put_in(step.value, found)
    return found


def read_let(text: str | None, taken: Iterable[str] = ()) -> tuple[Assign, ...]:
    """The assignments in `v = [1, 10]; u = x**2`. Raises InputError for anything else, and for a name that is taken."""
    if text is None:
        return ()
    taken = set(taken)
    program = parse(text, find, names=names(), bound={*taken, *CONSTANTS}, source="let").program
    last = program.assignments[-1] if program.assignments else None
    if last is None or program.result.span != last.span:
        raise InputError("question", "`let` is made of assignments", hint="let: v = [1, 10]; u = x**2")
    for step in program.assignments:
        if step.name in taken:
            raise InputError("question", f"`let` gives {step.name!r}, which has a value already")
    return program.assignments


def expanded(text: str, known: Aliases, point: Iterable[str] = ()) -> str:
    """An answer with what its aliases stand for in their places. Raises InputError for one that cannot be read."""
    if not known:
        return text
    program = parse(text, find, names=names(), bound={*point, *known, *CONSTANTS}, source="answer").program
    if program.assignments or not set(free_names(program)) & known.keys():
        return text
    return unparse(_put_in(program.result, known))


def _put_in(tree: Expr, known: Aliases) -> Expr:
    def visit(node: Expr, parts: list[Expr]) -> Expr:
        return known.get(node.id, node) if isinstance(node, Name) else with_children(node, parts)

    return fold(tree, visit)
