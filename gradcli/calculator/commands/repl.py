"""What `gradcli repl` keeps between its lines: variables, constants and formulas, by name, and how a line uses them.

x = 3           a variable: a leaf, by which gradients are taken
let c = 2       a constant
y = c*x**2      a formula: wherever y is used it stands for this, so that it follows x, and gradients flow through it
y + 1           an expression: answered, as `gradcli diff` answers it, with the gradient for each variable behind it
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gradcli.calculator.commands.explain import Explanation, explanation_of
from gradcli.calculator.commands.graph import Drawing, drawing_of
from gradcli.calculator.kernel.compute import constants_of, leaves_of, value_of
from gradcli.calculator.kernel.differentiate import answer_to
from gradcli.calculator.kernel.prepare import Array, Prepared, maker_of, prepare, refuse_missing
from gradcli.calculator.kernel.question import Answer, DerivativeQuestion
from gradcli.calculator.kernel.steps import last
from gradcli.engine.modes import no_grad
from gradcli.errors import InputError
from gradcli.lang.evaluate import CONSTANTS
from gradcli.lang.functions import find, functions, names
from gradcli.lang.parser import parse
from gradcli.lang.tokens import LITERALS, Source, Token, tokenize
from gradcli.lang.tree import Call, Program, free_names, postorder
from gradcli.lang.values import read_values, split_assignments

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

RANDOM = ("rand", "randn", "randint")
NEEDS_NUMBER = "gradients need a number, and this is an array: sum(...), mean(...) or an element [0] makes one"
VALUE = "value of"
"""What an error calls the text after =, in front of the name."""


@dataclass(frozen=True)
class Defined:
    """What a statement has given a name to, and the answer to that if it is a formula."""

    name: str
    kind: str
    answer: Answer | None = None


def statements(text: str) -> list[str]:
    """The statements of a text, which end with ; or with the line, without comments.

    A value that is a file, `x = @points.npy`, is a line of its own. Raises InputError for what has no tokens.
    """
    if text.partition("=")[2].lstrip().startswith("@"):
        return [text.strip()]
    text = text.rstrip()
    pieces: list[list[Token]] = [[]]
    for token in tokenize(Source(text)):
        if token.kind in (";", "newline", "end"):
            pieces.append([])
        else:
            pieces[-1].append(token)
    return [text[piece[0].start : piece[-1].end] for piece in pieces if piece]


class Session:
    """The names, and the answers to what is asked in them.

    template   what every question has in common; its `at` and `let` are defined at the beginning
    variables, constants
               arrays by name
    formulas   texts by name
    Raises InputError for values in the template that cannot be read.
    """

    def __init__(self, template: DerivativeQuestion) -> None:
        self.template = replace(template, at=(), let=())
        self.maker = maker_of(template)
        self.variables: dict[str, Array] = self._values(template.at, "--at")
        self.constants: dict[str, Array] = {}
        self.formulas: dict[str, str] = {}
        for name, array in self._values(template.let, "--let").items():
            if name in self.variables:
                hint = "--at names what to differentiate by, --let what is held fixed"
                raise InputError("duplicate", f"{name!r} is given by --at and by --let", hint=hint)
            self.constants[name] = array

    @property
    def known(self) -> set[str]:
        """Every name that has a meaning here."""
        return self.variables.keys() | self.constants.keys() | self.formulas.keys()

    def run(self, statement: str, worker: SympyWorker | None) -> Iterator[Answer | Defined]:
        """What comes of a statement: an answer, or a definition for each name that it defines.

        Raises InputError for one that cannot be read or answered; then nothing more is defined.
        """
        words = statement.split(maxsplit=1)
        if len(words) == 2 and words[0] == "let" and not words[1].startswith("="):
            yield from self._let(words[1])
        elif _is_assignment(statement):
            for name, text, _ in split_assignments(statement, "a line"):
                yield self._assign(name, text, worker)
        else:
            yield self.answer(statement, worker)

    def answer(self, expression: str, worker: SympyWorker | None) -> Answer:
        """The answer to an expression; of one that gives an array just the value.

        worker  the SymPy process to ask; None if nothing is to be checked
        """
        prepared = self._prepared(expression)
        if worker is None:
            _check_known(prepared)
        if not prepared.missing and not _is_number(prepared):
            prepared = _held(prepared)
        return answer_to(self.template, prepared, worker)

    def drawing(self, expression: str) -> Drawing:
        """The graph of an expression. Raises InputError where it depends on no variable, or on one without a value."""
        prepared = self._prepared(expression)
        _check_known(prepared)
        return drawing_of(prepared)

    def explain(self, expression: str, worker: SympyWorker | None) -> Explanation:
        """The derivation of the answer. Raises InputError for a name without a value, and for an array."""
        prepared = self._prepared(expression)
        _check_known(prepared)
        if not _is_number(prepared):
            raise InputError("cotangent", NEEDS_NUMBER)
        return last(explanation_of(self.template, prepared, worker))

    def delete(self, name: str) -> None:
        """Forgets a name. Raises InputError for one that is not known, or that a formula uses."""
        if name not in self.known:
            raise InputError("unknown-variable", f"{name!r} is not defined", hint=":vars lists the names")
        users = [other for other, text in self.formulas.items() if name in self._names_in(text)]
        if users:
            raise InputError("in-use", f"{users[0]} = {self.formulas[users[0]]} uses {name}", hint=f":del {users[0]}")
        self._forget(name)

    def _values(self, texts: Iterable[str], option: str) -> dict[str, Array]:
        return read_values(texts, option, self.maker, files=self.template.files)

    def _forget(self, name: str) -> None:
        for names_of_a_kind in (self.variables, self.constants, self.formulas):
            names_of_a_kind.pop(name, None)

    def _let(self, text: str) -> Iterator[Defined]:
        for name, value, _ in split_assignments(text, "let"):
            if not value.startswith("@") and (used := self._names_in(value)):
                hint = f"{name} = {value} is a formula, which follows {used[0]}"
                raise InputError("constant", f"a constant is a number, and {used[0]!r} is a name", hint=hint)
        found = self._values([text], "let")
        for name, array in found.items():
            self._forget(name)
            self.constants[name] = array
            yield Defined(name, "constant")

    def _assign(self, name: str, text: str, worker: SympyWorker | None) -> Defined:
        if text.startswith("@") or not self._names_in(text):
            found = self._values([f"{name} = {text}"], VALUE)
            self._forget(name)
            self.variables |= found
            return Defined(name, "variable")
        if name in functions() or name in LITERALS:
            raise InputError("reserved", f"{name!r} has a meaning of its own and cannot be a variable")
        self._check_formula(name, text)
        answer = self.answer(text, worker)
        self._forget(name)
        self.formulas[name] = text
        return Defined(name, "formula", answer)

    def _check_formula(self, name: str, text: str) -> None:
        """Refuses a formula that would lead to itself, and one that would be other numbers at each use."""
        program = self._read(text)
        if name in self._needed(free_names(program)):
            hint = f"a formula is no step in time: give {name} a number, or choose another name"
            raise InputError("circular", f"{name} = {text} needs {name} itself", hint=hint)
        drawn = [
            node.function for node in postorder(program.result) if isinstance(node, Call) and node.function in RANDOM
        ]
        if drawn:
            hint = f"give them a name first: r = {drawn[0]}(...)"
            raise InputError("random", "a formula would draw other random numbers at each use", hint=hint)

    def _read(self, text: str) -> Program:
        return parse(text, find, names=names(), bound=self.known | CONSTANTS.keys()).program

    def _names_in(self, text: str) -> tuple[str, ...]:
        """The names that a text reads, without constants such as pi."""
        used = free_names(self._read(text))
        return tuple(name for name in used if name in self.known or name not in CONSTANTS)

    def _needed(self, used: tuple[str, ...]) -> dict[str, None]:
        """These names and those behind them, a formula after what it uses."""
        found: dict[str, None] = {}
        waiting = list(reversed(used))
        while waiting:
            name = waiting[-1]
            behind = self._names_in(self.formulas[name]) if name in self.formulas else ()
            open_ones = [other for other in behind if other not in found]
            if open_ones:
                waiting += open_ones
            else:
                found[waiting.pop()] = None
        return found

    def _prepared(self, expression: str) -> Prepared:
        """The expression behind the formulas that it needs, at the variables' values."""
        needed = self._needed(self._names_in(expression))
        lines = [f"{name} = {self.formulas[name]}" for name in needed if name in self.formulas]
        names = tuple(name for name in needed if name not in self.formulas and name not in CONSTANTS)
        prepared = prepare(replace(self.template, expression="\n".join([*lines, expression]), wrt=names), self.maker)
        at = {name: self.variables[name] for name in needed if name in self.variables}
        fixed = {name: self.constants[name] for name in needed if name in self.constants}
        missing = tuple(name for name in prepared.missing if name not in at and name not in fixed)
        return replace(prepared, at=at, fixed=prepared.fixed | fixed, missing=missing, wrt=tuple(at) or missing)


def _is_assignment(statement: str) -> bool:
    name, sign, rest = statement.partition("=")
    return bool(sign) and name.strip().isidentifier() and not rest.startswith("=")


def _check_known(prepared: Prepared) -> None:
    """Raises InputError for a name without a value."""
    first = next(iter(prepared.missing), "")
    refuse_missing(prepared, f"define it: {first} = 1; under :check on an unknown name stays symbolic")


def _value(prepared: Prepared) -> Array:
    with no_grad():
        return value_of(prepared, constants_of(prepared) | leaves_of(prepared)).array


def _is_number(prepared: Prepared) -> bool:
    return bool(_value(prepared).size == 1)


def _held(prepared: Prepared) -> Prepared:
    """The same question about the value alone: everything is held fixed, and a note says why."""
    return replace(
        prepared,
        at={},
        fixed=prepared.fixed | prepared.at,
        wrt=(),
        cotangent=np.zeros_like(_value(prepared)),
        notes=(*prepared.notes, NEEDS_NUMBER) if prepared.at else prepared.notes,
    )
