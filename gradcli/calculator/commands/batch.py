"""The gradient at every row of a table, in chunks of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from gradcli.calculator.commands.batch_sample import KINKS, SAMPLE, RowSample, RowVerdict
from gradcli.calculator.kernel.compute import constants_of, gradients_of, value_of
from gradcli.calculator.kernel.diagnose import trouble
from gradcli.calculator.kernel.prepare import Prepared, maker_of, prepare
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.engine.graph import ordered, source_of
from gradcli.engine.modes import record_all
from gradcli.engine.ops.linalg import LinAlgError
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.files import of_system
from gradcli.lang.functions import functions
from gradcli.lang.tree import Call, Expr, Literal, Name, Number, Program, postorder
from gradcli.lang.unparse import unparse
from gradcli.lang.values import read_values
from gradcli.tables.columns import columns_of, named_columns
from gradcli.tables.formats import FORMATS, TableFormat, format_of, reading, writer
from gradcli.tables.output import output
from gradcli.tables.table import DOMAIN, OK, STATUSES, UNREADABLE, Array, Chunk, Reader, WrittenRows

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

MAX_REPORTED = 5
"""Rows without a gradient of which the reason is told."""

Follow = Callable[[int, float | None], None]
"""Is told how many rows are done, and which part of the data, if that is known."""


@dataclass(frozen=True)
class BatchQuestion:
    """An expression and a table, as the user named them.

    data, output                the names of files, or "-" for standard input and output
    data_format, output_format  names of formats; None for what the files' names tell
    columns                     the columns' names, for a table that has none: "x,y"
    rename                      texts such as "Temperature (C)=t"
    """

    expression: str
    data: str
    output: str = "-"
    data_format: str | None = None
    output_format: str | None = None
    columns: str = ""
    rename: tuple[str, ...] = ()
    let: tuple[str, ...] = ()
    wrt: tuple[str, ...] = ()
    dtype: str = "float64"
    seed: int | None = None
    check: bool = True
    tol: float | None = None


@dataclass(frozen=True)
class RowTrouble:
    """Why a row, counted from 1, has no gradient."""

    row: int
    status: str
    reason: str


@dataclass
class BatchAnswer:
    """What was done.

    columns   those that were written, without the status
    one_by_one  whether each row was computed by itself
    counts    how many rows there are of each status
    troubles  the first rows without a gradient
    at_kink   how many rows are where a function of the expression has a kink or a jump: what its slope is there is a
              convention, PyTorch's; None where that was not looked for
    verdicts  on some of the gradients
    """

    understood: str
    notes: list[str]
    dtype: str
    output_format: str
    columns: tuple[str, ...]
    one_by_one: bool
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    at_kink: int | None = None
    troubles: list[RowTrouble] = field(default_factory=list)
    verdicts: list[RowVerdict] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(self.counts.values())


def batch(
    question: BatchQuestion, worker: SympyWorker | None, stdout: BinaryIO, follow: Follow = lambda rows, part: None
) -> BatchAnswer:
    """Writes value, gradients and status of every row; what was done. `worker` is the SymPy process to ask, if any.

    Raises InputError for an expression that has no gradient whatever the numbers are, and for files that cannot be
    read or written as a whole; never for a row.
    """
    kind = _format(question.data_format, question.data, "--data-format", "csv")
    default = kind.name if kind.text else "csv"
    target = _format(question.output_format, question.output, "--format", default)
    names = named_columns(question.columns)
    _refuse_itself(question)
    with _told(), reading(question.data, kind, names) as reader:
        asked, columns = _asked(question, reader)
        prepared = prepare(asked)
        if not prepared.at:
            raise InputError("columns", "the expression uses no column of the data", hint=_columns_hint(reader))
        run = _Run(asked, prepared, target)
        with output(question.output, stdout, text=target.text) as file:
            run.write(reader, columns, file, follow)
        run.answer.notes += reader.notes
    if worker is not None:
        run.answer.verdicts += run.sample.verdicts(worker) + run.suspects.verdicts(worker)
    return run.answer


def _refuse_itself(question: BatchQuestion) -> None:
    """Raises InputError where the output would take the place of the table."""
    data, target = Path(question.data), Path(question.output)
    if "-" in (question.data, question.output) or not (data.is_file() and target.is_file()):
        return
    if target.samefile(data):
        raise InputError("file", f"the output would replace the table {question.data!r}", hint="give it another name")


def elementwise(program: Program, fixed: Mapping[str, Array]) -> bool:
    """Whether the program treats whole columns as it treats numbers: all its functions work on each element alone."""

    def alone(node: Expr) -> bool:
        if isinstance(node, Call):
            return functions()[node.function].pointwise
        return isinstance(node, (Number, Literal)) or (isinstance(node, Name) and np.ndim(fixed.get(node.id, 0)) == 0)

    trees = (*(step.value for step in program.assignments), program.result)
    return all(alone(node) for tree in trees for node in postorder(tree))


def _format(asked: str | None, path: str, option: str, default: str) -> TableFormat:
    if asked is not None:
        return FORMATS[asked]
    return FORMATS[default] if path == "-" else format_of(path, option)


@contextmanager
def _told() -> Iterator[None]:
    """Inside, what the system says of a file becomes an InputError; where there is no room, an UnfinishedError."""
    try:
        yield
    except OSError as error:
        raise of_system("the data cannot be read, or the output written", error) from None


def _asked(question: BatchQuestion, reader: Reader) -> tuple[DerivativeQuestion, dict[str, int]]:
    """The question at one row, where every column that the expression uses is 1; and the positions of those columns.

    Raises InputError where a name is neither a column nor a constant.
    """
    asked = DerivativeQuestion(
        question.expression,
        let=question.let,
        wrt=question.wrt,
        dtype=question.dtype,
        seed=question.seed,
        check=question.check,
        tol=question.tol,
    )
    held = read_values(question.let, "--let", maker_of(asked))
    used = columns_of(reader.columns, question.rename).used(question.expression, [*held], question.wrt)
    return replace(asked, at=tuple(f"{name}=1" for name in used)), used


def _columns_hint(reader: Reader) -> str:
    return f"its columns are {', '.join(reader.columns[:10])}"


class _Run:
    """One pass through a table."""

    def __init__(self, asked: DerivativeQuestion, prepared: Prepared, target: TableFormat) -> None:
        self.prepared = prepared
        self.target = target
        self.dtype = np.dtype(asked.dtype)
        self.constants = constants_of(prepared)
        self.sample = RowSample(asked, SAMPLE)
        self.suspects = RowSample(asked, KINKS)
        whole = elementwise(prepared.program, prepared.fixed)
        self.compute = self._whole if whole else self._one_by_one
        self.answer = BatchAnswer(
            understood=unparse(prepared.parsed.program),
            notes=[*prepared.notes],
            dtype=asked.dtype,
            output_format=target.name,
            columns=("value", *(f"grad_{name}" for name in prepared.wrt)),
            one_by_one=not whole,
            at_kink=0 if whole else None,
        )

    def write(self, reader: Reader, columns: Mapping[str, int], file: BinaryIO, follow: Follow) -> None:
        """Computes and writes every chunk."""
        # Closed in any case: one for Parquet that is not would complete its file later, when that has been removed.
        with closing(writer(file, self.target, self.answer.columns, self.dtype.name)) as table:
            for chunk in reader.chunks(columns):
                table.write(self._block(chunk))
                follow(self.answer.rows, chunk.part)

    def _block(self, chunk: Chunk) -> WrittenRows:
        """The results of a chunk; what is to be remembered of it goes into the answer and the sample."""
        with np.errstate(over="ignore"):  # a number too large for float32 is infinite
            arrays = {name: array.astype(self.dtype, copy=False) for name, array in chunk.arrays.items()}
        results, kinks = self.compute(arrays, chunk.size)
        status = np.full(chunk.size, DOMAIN, np.int8)
        status[np.logical_and.reduce([np.isfinite(result) for result in results])] = OK
        if chunk.unreadable:
            bad = [*chunk.unreadable]
            status[bad] = UNREADABLE
            for result in results:
                result[bad] = np.nan
        self._remember(chunk, arrays, results, status)
        inside = np.logical_and.reduce([status == OK, *map(np.isfinite, arrays.values())])
        before = self.answer.rows - chunk.size
        self.sample.offer(before, np.flatnonzero(inside & ~kinks), arrays, results)
        self.suspects.offer(before, np.flatnonzero(inside & kinks), arrays, results)
        if self.answer.at_kink is not None:
            self.answer.at_kink += int(np.count_nonzero(kinks & (status == OK)))
        return WrittenRows(dict(zip(self.answer.columns, results, strict=True)), status)

    def _remember(self, chunk: Chunk, arrays: Mapping[str, Array], results: Sequence[Array], status: Array) -> None:
        answer, before = self.answer, self.answer.rows
        for row in np.flatnonzero(status != OK)[: MAX_REPORTED - len(answer.troubles)]:
            reason = chunk.unreadable.get(int(row)) or self._reason({name: a[row] for name, a in arrays.items()})
            answer.troubles.append(RowTrouble(before + int(row) + 1, STATUSES[status[row]], reason))
        for code, count in enumerate(np.bincount(status, minlength=len(STATUSES))):
            answer.counts[STATUSES[code]] += int(count)

    def _reason(self, point: dict[str, Array]) -> str:
        """What made the value or the gradient at a point non-finite."""
        try:
            return trouble(replace(self.prepared, at=point)) or "the gradient does not exist here"
        except InputError as error:
            return error.message

    def _whole(self, arrays: Mapping[str, Array], size: int) -> tuple[list[Array], Array]:
        """Value and gradients of every row, and which may be at a kink, in one pass with a cotangent of ones.

        That is right because no row's value depends on another row.
        """
        leaves = {name: Tensor(array, True) for name, array in arrays.items()}
        with record_all():
            result = value_of(self.prepared, self.constants | leaves)
        ones = Tensor(np.ones(result.shape, result.array.dtype)[()])
        gradients = gradients_of(result, ones, leaves, create_graph=False)
        found = [result.array, *(gradients[name].array for name in self.prepared.wrt)]
        return [np.array(np.broadcast_to(array, size), self.dtype) for array in found], _at_kink(result, size)

    def _one_by_one(self, arrays: Mapping[str, Array], size: int) -> tuple[list[Array], Array]:
        """The same, each row for itself; kinks are not looked for."""
        results = [np.full(size, np.nan, self.dtype) for _ in self.answer.columns]
        for row in range(size):
            for result, number in zip(results, self._row({name: a[row] for name, a in arrays.items()}), strict=False):
                result[row] = number
        return results, np.zeros(size, bool)

    def _row(self, point: Mapping[str, Array]) -> list[Array]:
        """Value and gradients at a row; nothing where a matrix is singular. Raises InputError for several results."""
        leaves = {name: Tensor(number, True) for name, number in point.items()}
        try:
            result = value_of(self.prepared, self.constants | leaves)
            _require_number(result)
            gradients = gradients_of(result, None, leaves, create_graph=False)
        except LinAlgError:
            return []
        except InputError as error:
            if isinstance(error.__cause__, LinAlgError):
                return []
            raise
        return [np.asarray(result.array).reshape(()), *(gradients[name].array for name in self.prepared.wrt)]


def _at_kink(result: Tensor, size: int) -> Array:
    """Which rows of a recorded result are where one of its operations has a kink."""
    found = np.zeros(size, bool)
    for node in ordered([source_of(result)]):
        if node.op.kinks is not None:
            found |= node.op.kinks(*(node.saved or ())[1:])
    return found


def _require_number(result: Tensor) -> None:
    if result.array.size != 1:
        message = f"the result must be one number a row, and has shape {tuple(result.shape)}"
        raise InputError("shape", message, hint="sum(...) makes one of it; x[0] picks one")
