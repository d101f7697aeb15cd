"""The functions of the language, by name: those of the catalogue that have a signature in it."""

from __future__ import annotations

import difflib
from functools import cache

from gradcli.catalogue import Function, catalogue


@cache
def functions() -> dict[str, Function]:
    """Every function by its canonical name, in the order in which `gradcli functions` lists them."""
    return {f.name: f for f in catalogue() if f.signature is not None}


@cache
def names() -> dict[str, Function]:
    """Every function by each of its names."""
    return {name: f for f in functions().values() for name in f.language_names}


def find(name: str) -> Function | None:
    """The function of that name or alias."""
    return names().get(name)


def similar(word: str, known: list[str] | None = None) -> str | None:
    """The known name (by default: of a function) most like `word`, if any is close."""
    close = difflib.get_close_matches(word, names() if known is None else known, n=1, cutoff=0.6)
    return close[0] if close else None
