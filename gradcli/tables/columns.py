"""Which columns of a table are the variables of an expression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradcli.errors import InputError
from gradcli.lang.evaluate import CONSTANTS
from gradcli.lang.functions import find, functions, names, similar
from gradcli.lang.parser import parse
from gradcli.lang.tokens import LITERALS
from gradcli.lang.tree import free_names
from gradcli.tables.table import LONGEST

SHOWN = 10
"""Columns that a message lists."""


@dataclass(frozen=True)
class Columns:
    """The positions of the columns by the name that an expression has for them."""

    positions: dict[str, tuple[int, ...]]

    def used(self, expression: str, held: Sequence[str], wrt: Sequence[str]) -> dict[str, int]:
        """The positions of those that an expression uses, in the order of their first use.

        held  the names that have a value without the table
        Raises InputError for a name that is no column, and for one that is several.
        """
        free = free_names(parse(expression, find, names=names(), bound={*self.positions, *held, *CONSTANTS}).program)
        found = {}
        for name in dict.fromkeys((*free, *(name for name in wrt if name in self.positions))):
            if name in held:
                self._not_both(name)
            elif name in self.positions:
                found[name] = self._one(name)
            elif name not in CONSTANTS:
                raise self._missing(name)
        return found

    def _not_both(self, name: str) -> None:
        if name in self.positions:
            hint = f"leave out --let {name}, or give the column another name: --rename {name}=..."
            raise InputError("duplicate", f"{name!r} is a column of the data and is given by --let", hint=hint)

    def _one(self, name: str) -> int:
        if name in functions():
            hint = f"give the column another name: --rename {name}=..."
            raise InputError("reserved", f"{name!r} is a column of the data and a function", hint=hint)
        first, *more = self.positions[name]
        if more:
            message = f"{1 + len(more)} columns of the data are called {name!r}"
            raise InputError("duplicate", message, hint="give all columns other names: --columns, or a new header")
        return first

    def _missing(self, name: str) -> InputError:
        if name in functions():
            return InputError("unknown-variable", f"{name!r} is a function", hint=f"write {name}(...)")
        near = similar(name, [*self.positions])
        listed = ", ".join(map(_shown, [*self.positions][:SHOWN])) + ", ..." * (len(self.positions) > SHOWN)
        hint = (
            f"did you mean {near!r}?"
            if near
            else f"give it a value: --let {name}=..., or a column: --rename ...={name}"
        )
        return InputError("missing-column", f"the data have no column {name!r}; they have {listed}", hint=hint)


def _shown(name: str) -> str:
    """A column's name, of which nobody knows how long it is."""
    return repr(name if len(name) <= LONGEST else name[: LONGEST - 1] + "…")


def columns_of(header: Sequence[str], rename: Sequence[str]) -> Columns:
    """The columns of a table. Raises InputError for a text that renames nothing, or to what can be no variable."""
    new: dict[str, str] = {}
    for text in rename:
        old, equals, name = (part.strip() for part in text.rpartition("="))
        if not equals or not old:
            raise InputError(
                "syntax", f"--rename wants COLUMN=NAME, not {text!r}", hint="for instance --rename 'T (C)=t'"
            )
        _check(name, "--rename")
        if old not in header:
            near = similar(old, [*header])
            raise InputError(
                "missing-column", f"the data have no column {old!r}", hint=near and f"did you mean {near!r}?"
            )
        new[old] = name
    positions: dict[str, tuple[int, ...]] = {}
    for position, column in enumerate(header):
        name = new.get(column, column)
        positions[name] = (*positions.get(name, ()), position)
    return Columns(positions)


def named_columns(text: str) -> tuple[str, ...]:
    """The names in a text such as "x,y". Raises InputError for one that can be no variable, and for one given twice."""
    found = tuple(name.strip() for name in text.split(",")) if text else ()
    for name in found:
        _check(name, "--columns")
        if found.count(name) > 1:
            raise InputError("duplicate", f"--columns gives {name!r} twice")
    return found


def _check(name: str, option: str) -> None:
    if not name.isidentifier():
        raise InputError("syntax", f"{option}: {name!r} cannot be the name of a variable", hint="letters, digits and _")
    if name in functions() or name in LITERALS:
        raise InputError("reserved", f"{option}: {name!r} has a meaning of its own and cannot be a variable")
