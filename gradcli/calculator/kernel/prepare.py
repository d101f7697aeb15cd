"""Reading a question: every text becomes a tree or an array, and everything that can be wrong with it is said here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.engine.random import DEFAULT_SEED, Generator
from gradcli.errors import InputError
from gradcli.lang.creation import Maker, hoist
from gradcli.lang.evaluate import CONSTANTS
from gradcli.lang.functions import find, names, similar
from gradcli.lang.parser import Parsed, parse
from gradcli.lang.tree import Program, free_names
from gradcli.lang.values import read_value, read_values

Array = Any


UNASKED = "give values with --at or --let; without the check there is no symbolic derivative"
"""What to do about missing values where SymPy is not asked."""


@dataclass(frozen=True)
class Prepared:
    """A question that has been read.

    program    the expression, with a name in the place of every array that it creates
    at, fixed  the arrays by name, in the dtype asked for; `fixed` are those given by --let and those created
    cotangent  in the same dtype; None where none was given
    missing    names that have no value
    wrt        the names to report on
    notes      what was understood but might have been meant otherwise
    """

    parsed: Parsed
    program: Program
    at: dict[str, Array]
    fixed: dict[str, Array]
    made: dict[str, Array]
    cotangent: Array
    missing: tuple[str, ...]
    wrt: tuple[str, ...]
    notes: tuple[str, ...]


def maker_of(question: DerivativeQuestion) -> Maker:
    """What makes the question's arrays: in its dtype, with the random numbers of its seed.

    Raises InputError for a seed that PyTorch would refuse.
    """
    seed = DEFAULT_SEED if question.seed is None else question.seed
    try:
        return Maker(Generator(seed), np.dtype(question.dtype))
    except ValueError:
        raise InputError("seed", f"--seed {seed}: a seed is from -2**63 to 2**64 - 1") from None


def prepare(question: DerivativeQuestion, maker: Maker | None = None) -> Prepared:
    """Reads every text of the question. Raises InputError for whatever is wrong with one.

    maker  the maker of its arrays, from a caller that goes on to read others: random numbers are drawn in turn
    """
    maker = maker or maker_of(question)
    at = read_values(question.at, "--at", maker, files=question.files)
    return put_together(question, at, read_values(question.let, "--let", maker, files=question.files), maker)


def put_together(question: DerivativeQuestion, at: dict[str, Array], let: dict[str, Array], maker: Maker) -> Prepared:
    """The question with these values in the place of its texts. Raises InputError as `prepare` does."""
    for name in at.keys() & let.keys():
        hint = "--at names what to differentiate by, --let what is held fixed"
        raise InputError("duplicate", f"{name!r} is given by --at and by --let", hint=hint)
    parsed = parse(question.expression, find, names=names(), bound={*at, *let, *question.wrt, *CONSTANTS})
    program, made = hoist(parsed.program, parsed.source, maker)
    used = free_names(program)
    missing = tuple(name for name in used if not any(name in known for known in (at, let, made, CONSTANTS)))
    cotangent = question.cotangent and read_value(question.cotangent, "--cotangent", maker).astype(maker.dtype)
    return Prepared(
        parsed=parsed,
        program=program,
        at=at,
        fixed=let | made,
        made=made,
        cotangent=cotangent,
        missing=missing,
        wrt=_wrt(question, at, let, missing),
        notes=(*(note.message for note in parsed.notes), *_unused([*at, *let], used)),
    )


def _unused(given: Iterable[str], used: tuple[str, ...]) -> list[str]:
    """A warning for each value that the expression has no use for, with the name that may have been meant."""
    given = list(given)
    warnings = []
    for name in given:
        if name not in used:
            near = similar(name, [other for other in used if other not in given])
            warnings.append(
                f"{name!r} does not occur in the expression" + (f"; did you mean {near!r}?" if near else "")
            )
    return warnings


def _wrt(
    question: DerivativeQuestion, at: Mapping[str, Array], let: Mapping[str, Array], missing: tuple[str, ...]
) -> tuple[str, ...]:
    """The names to report on. Raises InputError for one that is no variable, and for an order that needs one scalar."""
    for name in question.wrt:
        if name in let:
            raise InputError("wrt", f"{name!r} is held fixed by --let", hint="give it by --at to differentiate by it")
        if name not in at and name not in missing:
            near = similar(name, [*at, *missing])
            raise InputError(
                "wrt", f"there is no variable {name!r} to differentiate by", hint=near and f"did you mean {near!r}?"
            )
    wrt = tuple(dict.fromkeys(question.wrt)) or tuple(at) or missing
    if question.order > 1 and len(wrt) != 1:
        raise InputError(
            "order", f"--order {question.order} needs one variable, not {len(wrt)}", hint="choose one with --wrt"
        )
    if question.order > 1 and np.ndim(at.get(wrt[0], 0)) > 0:
        shape = np.shape(at[wrt[0]])
        raise InputError("order", f"--order {question.order} needs a number, and {wrt[0]} is an array of shape {shape}")
    return wrt


def refuse_missing(prepared: Prepared, hint: str = "give values with --at or --let") -> None:
    """Raises InputError where names have no value."""
    if prepared.missing:
        raise InputError("missing-value", f"no value for {', '.join(prepared.missing)}", hint=hint)
