"""A claimed gradient: what is claimed, what is said of it, and the claim read into arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.calculator.kernel.prepare import Array, Prepared, maker_of, put_together
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.engine.modes import no_grad
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.lang.creation import hoist
from gradcli.lang.evaluate import CONSTANTS, evaluate
from gradcli.lang.functions import find, names
from gradcli.lang.parser import Parsed, parse
from gradcli.lang.tree import Program, free_names
from gradcli.lang.unparse import unparse
from gradcli.lang.values import check_free, read_file, refuse_file, split_assignments
from gradcli.verdict import Word, worst
from gradcli.verify.problem import Verdict

if TYPE_CHECKING:
    from gradcli.verify.balls.ranges import RangeProof

Interval = tuple[float, float]
"""Its ends."""
CACHED = 4096
"""Expressions and formulas that stay read."""
NOT_FINITE = ("NaN", "Infinity", "-Infinity")
"""How strict JSON writes the numbers that it does not have."""


@dataclass(frozen=True)
class Claim:
    """That the expression has these gradients.

    grad       by name: a formula or number as text, a number, nested lists of numbers, or an array
    at, let    values in the same forms; where names have none, the formulas are claimed for every value of them
    cotangent  likewise; None for a scalar result
    tol        the largest error allowed, relative to max(1, |expected|); None for the verdict's own bounds
    dtype      of the computation; None for that of the arrays claimed
    over       the ranges on the whole of which the formulas are claimed: by name, two numbers in the same forms
    option     what stands before the words at, let, grad, cotangent and over in messages
    """

    expression: str
    grad: Mapping[str, Any]
    at: Mapping[str, Any] = field(default_factory=dict)
    let: Mapping[str, Any] = field(default_factory=dict)
    cotangent: Any = None
    tol: float | None = None
    name: str | None = None
    dtype: str | None = None
    seed: int | None = None
    over: Mapping[str, Any] = field(default_factory=dict)
    option: str = "--"


@dataclass(frozen=True)
class Part:
    """What is said of the claim for one name, with the numbers at the point that decides.

    formula   the text that is claimed; None for numbers
    gradient  the engine's; None where a Python function is checked
    symbolic  SymPy's formula, if it has one
    point     a counterexample, or the point that was asked about; None where a formula holds at every point tried
    range     what is certain on a whole range, if that was asked about
    """

    name: str
    formula: str | None
    claimed: Array
    gradient: Array
    symbolic: str | None
    verdict: Verdict
    point: Mapping[str, Array] | None = None
    range: RangeProof | None = None


@dataclass(frozen=True)
class Checked:
    """What is said of a claim. `understood` is the expression, or the Python function."""

    understood: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    name: str | None = None

    @property
    def word(self) -> Word:
        """The worst of the words."""
        return worst(part.verdict.word for part in self.parts)


@dataclass(frozen=True)
class Formula:
    """A claimed derivative, as a program in the names of the expression."""

    text: str
    parsed: Parsed
    program: Program
    made: Mapping[str, Array]

    @property
    def is_constant(self) -> bool:
        """Whether it is the same for all values of the names."""
        return not free_names(self.program)

    def at(self, values: Mapping[str, Array]) -> Array:
        """Its value. Raises InputError for a name without one, and for arguments that do not fit."""
        tensors = {name: Tensor(array) for name, array in ({**values, **self.made}).items()}
        with no_grad():
            value = evaluate(self.program, tensors, self.parsed.source)
        return np.asarray(value.array if isinstance(value, Tensor) else value)


@dataclass(frozen=True)
class Case:
    """A claim that has been read.

    template    the expression, with the values given; its `missing` names are those to be tried out
    understood  the expression as text
    claimed     by name, a Formula or an array
    dtype       of the computation
    over        the ends of ranges by name, in this dtype
    """

    claim: Claim
    template: Prepared
    understood: str
    claimed: Mapping[str, Formula | Array]
    dtype: str
    over: Mapping[str, Interval] = field(default_factory=dict)


def size_of(claim: Claim) -> int:
    """How many numbers the claim gives and creates, before anything is computed from them.

    Raises InputError for an expression or a formula that cannot be read.
    """
    size = sum(np.size(array) for array in _template_of(claim)[0].made.values())
    for kind, given in (("at", claim.at), ("let", claim.let)):
        size += sum(_size(value, f"{claim.option}{kind} {name}") for name, value in given.items())
    for name, value in claim.grad.items():
        size += _size(value, f"{claim.option}grad {name}", _known(claim), name)
    return size + _size(claim.cotangent, f"{claim.option}cotangent")


def _size(value: Any, source: str, known: tuple[str, ...] = (), variable: str = "") -> int:
    if isinstance(value, list):
        return sum(_size(item, source, known, variable) for item in value)
    if not _is_formula(value):
        return np.size(value)
    made = read_formula(value, source, known, variable).made
    return str.count(value, ",") + sum(np.size(array) for array in made.values())


def unchecked(claim: Claim, reason: str) -> Checked:
    """What is said of a claim that could not be checked, for want of time or memory."""
    verdict = Verdict(Word.UNDECIDED, reason)
    formulas = {name: value if _is_formula(value) else None for name, value in claim.grad.items()}
    parts = [Part(name, formula, None, None, None, verdict) for name, formula in formulas.items()]
    return Checked(_template_of(claim)[1], tuple(parts), name=claim.name)


def read_claim(claim: Claim) -> Case:
    """The claim in arrays and formulas. Raises InputError for whatever is wrong with it, with its place."""
    sources = {kind: f"{claim.option}{kind}" for kind in ("at", "let", "grad", "cotangent", "over")}
    template, understood = _template_of(claim)
    known = _known(claim)
    claimed = {name: _claimed(name, value, f"{sources['grad']} {name}", known) for name, value in claim.grad.items()}
    if template.missing:
        claimed = {name: _as_formula(name, one, f"{sources['grad']} {name}") for name, one in claimed.items()}
    dtype = claim.dtype or _dtype_of(claimed.values())
    read = {
        kind: {name: _array(value, f"{sources[kind]} {name}").astype(dtype)[()] for name, value in given.items()}
        for kind, given in (("at", claim.at), ("let", claim.let))
    }
    cotangent = None if claim.cotangent is None else _array(claim.cotangent, sources["cotangent"]).astype(dtype)
    made = {name: array.astype(dtype) for name, array in template.made.items()}
    fixed = {name: array for name, array in read["at"].items() if name not in claim.grad} | read["let"] | made
    at = {name: read["at"][name] for name in claim.grad if name in read["at"]}
    prepared = replace(template, at=at, fixed=fixed, cotangent=cotangent)
    over = {name: _interval(value, f"{sources['over']} {name}", dtype) for name, value in claim.over.items()}
    return Case(claim, prepared, understood, claimed, dtype, over)


def fitting(name: str, claimed: Array, shape: tuple[int, ...], option: str) -> Array:
    """The claimed array in the variable's shape. Raises InputError for another one."""
    if claimed.shape == shape:
        return claimed[()]
    if claimed.ndim == 0 or claimed.size == 1 == np.prod(shape):
        return np.broadcast_to(claimed.reshape(()), shape).copy()[()]
    message = f"{option}grad {name} has shape {claimed.shape}, and {name} has {shape}: they must be the same"
    raise InputError("shape", message)


def _known(claim: Claim) -> tuple[str, ...]:
    """The names that a claimed formula may use beside its own."""
    return (*claim.at, *claim.let, *claim.over)


def _is_formula(value: Any) -> bool:
    """Whether it is a text to be read, and neither a file nor how JSON writes a number."""
    return isinstance(value, str) and not value.startswith("@") and value not in NOT_FINITE


def _template_of(claim: Claim) -> tuple[Prepared, str]:
    """The expression, prepared, and as text. Raises InputError where nothing is claimed of it."""
    if not claim.grad:
        hint = 'gradcli check "sin(x)**2" --grad x="2*sin(x)*cos(x)"'
        raise InputError("grad", "there is no gradient to check", hint=hint if claim.option else None)
    return _template(claim.expression, *map(tuple, (claim.at, claim.let, claim.grad)), claim.seed)


@lru_cache(CACHED)
def _template(
    expression: str, at: tuple[str, ...], let: tuple[str, ...], grad: tuple[str, ...], seed: int | None
) -> tuple[Prepared, str]:
    """The expression as it is prepared when these names have values, whatever they are; and as text."""
    for name in (*at, *let):
        if not name.isidentifier():
            raise InputError("syntax", f"{name!r} cannot be a variable")
        check_free(name)
    question = DerivativeQuestion(expression, wrt=grad, seed=seed)
    zero = np.zeros(())
    prepared = put_together(question, dict.fromkeys(at, zero), dict.fromkeys(let, zero), maker_of(question))
    return prepared, unparse(prepared.parsed.program)


def _claimed(name: str, value: Any, source: str, known: tuple[str, ...]) -> Formula | Array:
    return read_formula(value, source, known, name) if _is_formula(value) else _array(value, source)


def _as_formula(name: str, claimed: Formula | Array, source: str) -> Formula | Array:
    """A number as the formula that is the same everywhere."""
    if isinstance(claimed, Formula) or claimed.ndim > 0 or not np.isfinite(claimed):
        return claimed
    return read_formula(repr(float(claimed)), source, (), name)


def _array(value: Any, source: str) -> Array:
    """The array that a text or JSON stands for, or an array as it is."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, str) and value not in NOT_FINITE:
        refuse_file(value, source)
        return read_formula(value, source, ()).at({})
    try:
        array = np.asarray(_numbers(value))
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError("value", f"{source}: not a number or nested lists of numbers: {str(value)[:60]}") from error
    if array.dtype.kind not in "iuf":
        raise InputError("value", f"{source}: not a number or nested lists of numbers: {str(value)[:60]}")
    return array.astype(array.dtype if array.dtype.kind == "f" else np.float64)


def _interval(value: Any, source: str, dtype: str) -> Interval:
    """The ends of a range. Raises InputError for what is none."""
    hint = "an interval is two finite numbers, the smaller one first: [0,1]"
    array = _array(value, source)
    if array.shape != (2,):
        raise InputError("range", f"{source}: not two numbers", hint=hint)
    with np.errstate(over="ignore"):
        low, high = map(float, array.astype(dtype))
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError("range", f"{source}: [{low:g}, {high:g}] is not finite", hint=f"{hint}; or far out: [1,1e100]")
    if low == high:
        raise InputError("range", f"{source}: [{low:g}, {high:g}] is a single number", hint="give a point by --at")
    if low > high:
        raise InputError(
            "range", f"{source}: [{low:g}, {high:g}] is empty", hint=f"the other way round: [{high:g},{low:g}]"
        )
    return low, high


def _numbers(value: Any) -> Any:
    """Nested lists with numbers in the place of "NaN", "Infinity" and "-Infinity", and of integers of any length."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if whole or (isinstance(value, str) and value in NOT_FINITE) else value


@lru_cache(CACHED)
def read_formula(text: str, source: str, known: tuple[str, ...], variable: str = "") -> Formula:
    """The formula that a text is. Raises InputError for any other text.

    source    what errors call it
    variable  whose derivative it is: what the formula creates has a name of its own beside that of other formulas
    """
    parsed = parse(text, find, names=names(), bound={*known, *CONSTANTS}, source=source)
    mark = f"{variable}_" if variable else ""
    program, made = hoist(parsed.program, parsed.source, maker_of(DerivativeQuestion("")), mark=mark, taken=known)
    return Formula(text, parsed, program, made)


def _dtype_of(claimed: Iterable[Formula | Array]) -> str:
    """That of the arrays with decimals; float32 also for those of less, and float64 where there are none."""
    dtypes = [array.dtype for array in claimed if isinstance(array, np.ndarray) and array.dtype.kind == "f"]
    return np.dtype(reduce(np.promote_types, dtypes, np.dtype(np.float32)) if dtypes else np.float64).name


def given_by(texts: Iterable[str], option: str) -> dict[str, str]:
    """The texts in "x=0, y=[1,2]", by name. Raises InputError for what is no assignment, or given twice."""
    found: dict[str, str] = {}
    for text in texts:
        for name, value, _ in split_assignments(text, option):
            if name in found:
                raise InputError("duplicate", f"{option} gives {name!r} twice")
            found[name] = value
    return found


def from_files(given: Mapping[str, str], option: str) -> dict[str, Any]:
    """The same with an array in the place of each @FILE: for texts of the command line, and for no others."""
    return {name: from_file(value, f"{option} {name}") for name, value in given.items()}


def from_file(text: str, source: str) -> Any:
    """The array in the file for the text @FILE, any other text as it is. Raises InputError as `read_file` does."""
    return np.asarray(read_file(text[1:], source)) if text.startswith("@") else text
