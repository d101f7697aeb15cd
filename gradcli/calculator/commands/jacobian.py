"""The one call behind `gradcli jacobian`: every output's derivative by every variable, in whichever mode is cheaper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from gradcli.calculator.kernel.compute import constants_of, leaves_of
from gradcli.calculator.kernel.field import Field, gradients, outputs_of
from gradcli.calculator.kernel.prepare import UNASKED, Array, Prepared, refuse_missing
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.calculator.kernel.rows import Checked, Symbolic, check, formulas
from gradcli.calculator.kernel.steps import Steps
from gradcli.engine.forward import Level
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.lang.unparse import unparse
from gradcli.verify.problem import Verdict

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

MAX_ENTRIES = 2**22
"""Numbers in a matrix that is computed."""
FORWARD_COST = 8
"""Passes in reverse that take the time of one forward, where each rule is transposed (engine/forward.py): 6 to 10."""
POINTS = 3
"""Points near the given one at which an entry must be 0 too, to count as none."""
NEARBY = 0.1
"""How far they are from it, in units of each element or of 1."""


@dataclass(frozen=True)
class JacobianQuestion(DerivativeQuestion):
    """A question about every output's derivative.

    mode      "reverse", a pass for each element of the outputs; "forward", one for each of the variables; or "auto"
    sparsity  ask which entries are 0 near the point
    """

    mode: str = "auto"
    sparsity: bool = False


@dataclass(frozen=True)
class JacobianBlock:
    """The derivative of one output by one variable.

    shape       the output's, then the variable's; None where values are missing
    value       an array of both shapes, the output's first
    symbolic    a formula for each row that has one, by its index
    simplified  the same with all that is known put in, where values are missing
    """

    output: str
    variable: str
    shape: tuple[tuple[int, ...], tuple[int, ...]] | None
    value: Any
    symbolic: Mapping[tuple[int, ...], str]
    simplified: Mapping[tuple[int, ...], str]
    verdict: Verdict | None


@dataclass(frozen=True)
class Passes:
    """How many passes each mode takes, and which one was used."""

    mode: str
    reverse: int
    forward: int


@dataclass(frozen=True)
class Pattern:
    """Which entries of the matrix of all blocks are not 0: at the point, or at one of some points near it."""

    entries: Array
    points: int


@dataclass(frozen=True)
class Matrix:
    """The answer: blocks, output by output, and what they were computed from.

    values    of the outputs, by label
    trouble   why SymPy had no answer, where values are missing
    """

    understood: str
    notes: tuple[str, ...]
    dtype: str
    missing: tuple[str, ...]
    point: dict[str, Any]
    values: tuple[tuple[str, Any], ...]
    blocks: tuple[JacobianBlock, ...]
    passes: Passes | None = None
    pattern: Pattern | None = None
    trouble: str | None = None

    @property
    def verdicts(self) -> list[Verdict]:
        """Every verdict that was reached."""
        return [verdict for verdict in self.asked if verdict is not None]

    @property
    def asked(self) -> list[Verdict | None]:
        """The verdict on each block."""
        return [block.verdict for block in self.blocks]

    def judged(self, verdict: Verdict) -> Self:
        """The same with this said of every block."""
        return replace(self, blocks=tuple(replace(block, verdict=verdict) for block in self.blocks))


def matrix_of(question: JacobianQuestion, prepared: Prepared, worker: SympyWorker | None) -> Steps[Matrix]:
    """The answer to a question that has been read. `worker` is the SymPy process to ask; None if nothing is checked.

    Raises InputError for an input that cannot be used, with its place.
    """
    refuse_constants(prepared)
    outputs = outputs_of(prepared)
    if prepared.missing:
        return unevaluated(question, prepared, outputs, worker)
    fields = [(field, *field.at_point()) for field in outputs]
    passes = _passes(prepared, [value for _, _, value in fields], question.mode)
    matrices = reverse if passes.mode == "reverse" else forward
    columns = [
        Columns(field, np.asarray(value.array), matrices(field, leaves, value)) for field, leaves, value in fields
    ]
    matrix = Matrix(
        understood=unparse(prepared.parsed.program),
        notes=prepared.notes,
        dtype=question.dtype,
        missing=(),
        point={name: prepared.at[name] for name in prepared.wrt},
        values=tuple((one.field.label, one.value) for one in columns),
        blocks=tuple(blocks_of(columns)),
        passes=passes,
        pattern=_pattern(columns, prepared) if question.sparsity else None,
    )
    if worker is None:
        return matrix
    yield matrix
    return replace(matrix, blocks=tuple(blocks_of(columns, Symbolic(worker), question.tol)))


def unevaluated(
    question: DerivativeQuestion, prepared: Prepared, fields: Iterable[Field], worker: SympyWorker | None
) -> Matrix:
    """The answer where values are missing: formulas only. Raises InputError where nobody is to be asked for them."""
    if worker is None:
        refuse_missing(prepared, UNASKED)
    assert worker is not None
    symbolic = Symbolic(worker)
    blocks, reasons = [], []
    for field in fields:
        checked = formulas(field, symbolic, question.dtype, prepared.wrt)
        blocks += [_block(field, name, None, None, checked[name]) for name in prepared.wrt]
        reasons += [one.trouble for one in checked.values() if one.trouble]
    return Matrix(
        understood=unparse(prepared.parsed.program),
        notes=prepared.notes,
        dtype=question.dtype,
        missing=prepared.missing,
        point={name: prepared.at.get(name) for name in prepared.wrt},
        values=(),
        blocks=tuple(blocks),
        trouble=reasons[0] if reasons else None,
    )


@dataclass(frozen=True)
class Columns:
    """A field, its value, and its derivative by each variable: of the value's shape followed by the variable's."""

    field: Field
    value: Array
    matrices: Mapping[str, Array]


def blocks_of(
    columns: Iterable[Columns], symbolic: Symbolic | None = None, tol: float | None = None
) -> list[JacobianBlock]:
    """A block for each field and variable; checked, where SymPy can be asked."""
    blocks = []
    for one in columns:
        checked = check(one.field, one.value, one.matrices, symbolic, tol) if symbolic else {}
        blocks += [
            _block(one.field, name, one.value.shape, matrix, checked.get(name, Checked(None, {})))
            for name, matrix in one.matrices.items()
        ]
    return blocks


def _block(
    field: Field, name: str, shape: tuple[int, ...] | None, matrix: Array | None, checked: Checked
) -> JacobianBlock:
    """`shape` is the field's; None where it has no value."""
    texts, simplified = (
        {index: text for index, pair in checked.formulas.items() if (text := pair[part]) is not None} for part in (0, 1)
    )
    shapes = None if shape is None else (shape, np.shape(field.prepared.at[name]))
    return JacobianBlock(field.label, name, shapes, matrix, texts, simplified, checked.verdict)


def _passes(prepared: Prepared, values: Iterable[Tensor], mode: str) -> Passes:
    """The passes of both modes, and the mode asked for or the cheaper one. Raises InputError for too large a matrix."""
    rows = sum(value.array.size for value in values)
    columns = sum(np.size(prepared.at[name]) for name in prepared.wrt)
    refuse_too_large(rows, columns, "gradcli jvp and gradcli vjp give products with it")
    cheaper = "forward" if FORWARD_COST * columns < rows else "reverse"
    return Passes(cheaper if mode == "auto" else mode, rows, columns)


def refuse_too_large(rows: int, columns: int, hint: str) -> None:
    """Raises InputError for a matrix with more than MAX_ENTRIES numbers."""
    if rows * columns > MAX_ENTRIES:
        message = f"the matrix would have {rows:,} × {columns:,} entries; the limit is {MAX_ENTRIES:,}"
        raise InputError("too-large", message, hint=hint)


def reverse(field: Field, leaves: Mapping[str, Tensor], value: Tensor) -> dict[str, Array]:
    """Row by row: a pass for each element of the field, with a cotangent that is 1 there and 0 elsewhere."""
    shape = tuple(value.shape)
    dtype = value.array.dtype
    found = {name: np.zeros((*shape, *np.shape(leaves[name].array)), dtype) for name in field.prepared.wrt}
    if not value.requires_grad:
        return found
    weights = np.zeros(shape, dtype)
    for index in np.ndindex(shape):
        weights[index] = 1
        for name, gradient in gradients(field, leaves, value, weights[()]).items():
            found[name][index] = gradient
        weights[index] = 0
    return found


def forward(field: Field, leaves: Mapping[str, Tensor], value: Tensor) -> dict[str, Array]:
    """Column by column: a pass for each element of the variables, with a tangent that is 1 there and 0 elsewhere."""
    found = {}
    for name in field.prepared.wrt:
        shape = np.shape(leaves[name].array)
        columns = np.zeros((*value.shape, *shape), value.array.dtype)
        tangent = np.zeros(shape, value.array.dtype)
        for index in np.ndindex(tangent.shape):
            tangent[index] = 1
            columns[(..., *index)] = push(field, {name: tangent.copy()[()]})[1]
            tangent[index] = 0
        found[name] = columns
    return found


def push(field: Field, tangents: Mapping[str, Array]) -> tuple[Array, Array]:
    """The field's value, and its derivative along a direction, in forward mode."""
    leaves = leaves_of(field.prepared)
    with Level() as level:
        duals = {name: level.dual(leaves[name], Tensor(tangent)) for name, tangent in tangents.items()}
        value = field.of(constants_of(field.prepared) | leaves | duals, None)
        tangent = level.tangent(value)
        array = np.asarray(value.array)
        return array, np.zeros_like(array) if tangent is None else np.asarray(tangent.array)


def assembled(parts: Iterable[Mapping[str, Array]], point: Mapping[str, Array]) -> Array:
    """The matrix of all blocks: a row for each element of the fields, a column for each element of the variables."""
    return np.vstack(
        [np.hstack([_flat(matrix, np.ndim(point[name])) for name, matrix in part.items()]) for part in parts]
    )


def _flat(matrix: Array, axes: int) -> Array:
    """The matrix with its last axes, those of the variable, made one, and the others too."""
    kept = matrix.ndim - axes
    return matrix.reshape(prod(matrix.shape[:kept]), prod(matrix.shape[kept:]))


def refuse_constants(prepared: Prepared) -> None:
    """Raises InputError for a question without variables."""
    if not prepared.wrt:
        raise InputError("wrt", "there is no variable to differentiate by", hint='give one: --at "x=1"')


def _pattern(columns: Iterable[Columns], prepared: Prepared) -> Pattern:
    """Entries that are not 0 here or near here. Points where a derivative is not finite are passed over."""
    random = np.random.default_rng(0)
    entries, used = assembled([one.matrices for one in columns], prepared.at) != 0, 1
    for _ in range(POINTS):
        near = {name: _moved(array, random) for name, array in prepared.at.items()}
        outputs = outputs_of(replace(prepared, at=near))
        with np.errstate(all="ignore"):
            found = assembled([reverse(field, *field.at_point()) for field in outputs], near)
        if np.all(np.isfinite(found)):
            entries, used = entries | (found != 0), used + 1
    return Pattern(entries, used)


def _moved(array: Array, random: np.random.Generator) -> Array:
    lengths = NEARBY * np.where(array == 0, 1, np.abs(array))
    return (array + lengths * random.uniform(-1, 1, np.shape(array))).astype(array.dtype)
