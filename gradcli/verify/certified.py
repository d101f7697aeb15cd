"""Enclosures, where they can be had: python-flint is imported here first, and may be missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gradcli.lang.tree import NoFormError, Program

if TYPE_CHECKING:
    from gradcli.verify.balls.enclosures import Enclosures

SECONDS = 10.0
MISSING = "python-flint is not installed: pip install python-flint"


def unloadable(error: ImportError) -> str:
    """Why there are no balls: what is installed may be broken, or there is no memory to load it."""
    return MISSING if isinstance(error, ModuleNotFoundError) else f"python-flint cannot be loaded: {error}"


def enclose(
    program: Program, values: Mapping[str, Any], wrt: Sequence[str], dtype: str, seconds: float = SECONDS
) -> Enclosures | str:
    """The enclosures of a program at a point (`Enclosures` says what is what); the reason where there are none."""
    try:
        from gradcli.verify.balls.enclosures import Enclosures
    except ImportError as error:
        return unloadable(error)
    try:
        return Enclosures(program, values, wrt, dtype, seconds)
    except NoFormError as reason:
        return str(reason)
    except (ValueError, TypeError, IndexError, KeyError, ArithmeticError) as error:  # what the engine refuses, or will
        return f"no form: {error}"
