"""The one call behind `gradcli hessian`: the second derivatives of a scalar result, and what they say of its shape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gradcli.calculator.commands.jacobian import (
    Columns,
    Matrix,
    assembled,
    blocks_of,
    refuse_constants,
    refuse_too_large,
    reverse,
    unevaluated,
)
from gradcli.calculator.kernel.field import gradients, output, partial, scalar_cotangent
from gradcli.calculator.kernel.prepare import Array, Prepared, prepare
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.calculator.kernel.rows import Symbolic
from gradcli.calculator.kernel.steps import Steps
from gradcli.lang.unparse import unparse
from gradcli.verdict import Word

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

ROUNDING = 1000
"""Units in the last place that are put down to rounding."""
MAX_EIGENVALUES = 1024
"""Rows of a matrix whose eigenvalues are computed."""


@dataclass(frozen=True)
class Shape:
    """What the second derivatives say of the function here.

    gradient     the norm of the first derivatives
    critical     whether that is 0 to rounding: Newton's step from here is no longer than rounding of the point
    asymmetry    the largest difference between an entry and the one it mirrors
    symmetric    whether that is no more than rounding
    eigenvalues  in ascending order; None where the matrix is too large or not finite
    signs        how many of them are negative, 0 (to rounding) and positive
    """

    gradient: float
    critical: bool
    asymmetry: float
    symmetric: bool
    eigenvalues: Array | None
    signs: tuple[int, int, int] | None

    @property
    def word(self) -> str:
        """minimum, maximum, saddle or degenerate at a critical point; elsewhere convex, concave, mixed or flat."""
        if self.signs is None:
            return "unknown"
        negative, zero, positive = self.signs
        if negative and positive:
            return "saddle" if self.critical else "mixed"
        if zero and self.critical:
            return "degenerate"
        if not negative and not positive:
            return "flat"
        return ("minimum" if positive else "maximum") if self.critical else ("convex" if positive else "concave")


@dataclass(frozen=True)
class Hessian(Matrix):
    """The blocks of second derivatives, and the shape; None where values are missing, or second derivatives."""

    form: Shape | None = None


def hessian(question: DerivativeQuestion, worker: SympyWorker | None) -> Steps[Hessian]:
    """The answer to a question. `worker` is the SymPy process to ask; None if nothing is to be checked.

    Raises InputError for an input that cannot be used, with its place, and for a result that is no scalar.
    """
    prepared = prepare(question)
    refuse_constants(prepared)
    fields = [partial(prepared, name) for name in prepared.wrt]
    if prepared.missing:
        return Hessian(**vars(unevaluated(question, prepared, fields, worker)))
    size = sum(np.size(prepared.at[name]) for name in prepared.wrt)
    refuse_too_large(size, size, "gradcli hvp gives its product with a vector")
    value, first = _value_and_gradient(prepared)
    columns = []
    for field in fields:
        leaves, gradient = field.at_point()
        columns.append(Columns(field, np.asarray(gradient.array), reverse(field, leaves, gradient)))
    matrix = Hessian(
        understood=unparse(prepared.parsed.program),
        notes=prepared.notes,
        dtype=question.dtype,
        missing=(),
        point={name: prepared.at[name] for name in prepared.wrt},
        values=(("value", value), *((name, first[name]) for name in prepared.wrt)),
        blocks=tuple(blocks_of(columns)),
        form=_shape(assembled([one.matrices for one in columns], prepared.at), prepared, first),
    )
    if worker is None:
        return matrix
    yield replace(matrix, form=None)
    blocks = tuple(blocks_of(columns, Symbolic(worker), question.tol))
    broken = any(block.verdict and block.verdict.word in (Word.KINK, Word.JUMP, Word.DOMAIN) for block in blocks)
    return replace(matrix, blocks=blocks, form=None if broken else matrix.form)


def _value_and_gradient(prepared: Prepared) -> tuple[Array, dict[str, Array]]:
    field = output(prepared, "")
    leaves, value = field.at_point()
    return np.asarray(value.array), gradients(field, leaves, value, scalar_cotangent(value).array)


def _shape(matrix: Array, prepared: Prepared, first: dict[str, Array]) -> Shape | None:
    """The shape; None for a matrix that is not finite."""
    gradient = float(np.sqrt(sum(np.sum(np.square(first[name])) for name in prepared.wrt)))
    matrix = matrix.astype(np.float64)
    rounding = ROUNDING * float(np.finfo(next(iter(first.values())).dtype).eps) if first else 0.0
    largest = float(np.max(np.abs(matrix), initial=0.0))
    if not np.isfinite(largest):
        return None
    asymmetry = float(np.max(np.abs(matrix - matrix.T), initial=0.0))
    farthest = max([1.0, *(float(np.max(np.abs(prepared.at[name]), initial=0.0)) for name in prepared.wrt)])
    critical = gradient <= rounding * largest * farthest
    symmetric = asymmetry <= rounding * largest
    if not 0 < len(matrix) <= MAX_EIGENVALUES:
        return Shape(gradient, critical, asymmetry, symmetric, None, None)
    eigenvalues = np.linalg.eigvalsh((matrix + matrix.T) / 2)
    zero = int(np.sum(np.abs(eigenvalues) <= rounding * largest))
    negative = int(np.sum(eigenvalues < -rounding * largest))
    return Shape(
        gradient, critical, asymmetry, symmetric, eigenvalues, (negative, zero, len(eigenvalues) - negative - zero)
    )
