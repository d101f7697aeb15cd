"""What `gradcli batch` has done, for the reader of stderr and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradcli.calculator.commands.batch import BatchAnswer
from gradcli.calculator.commands.batch_sample import RowVerdict
from gradcli.render.schemas import tag
from gradcli.render.verdict import counted_words, open_sentences, verdict_document

_SAID = {"ok": "ok", "domain": "outside the domain", "unreadable": "unreadable"}


def batch_screen(answer: BatchAnswer) -> Iterator[tuple[str, str]]:
    """Sentences, each with what it is: "note", "warning" or "error"."""
    if answer.one_by_one:
        yield "note", "the expression uses more than functions of single numbers: rows are computed one by one"
    for each in answer.troubles:
        yield "warning", f"row {each.row:,} is {_SAID[each.status]}: {each.reason}"
    counts = ", ".join(f"{count:,} {_SAID[status]}" for status, count in answer.counts.items() if count)
    more = answer.rows - answer.counts["ok"] - len(answer.troubles)
    yield "note", f"{_rows(answer.rows)}{f': {counts}' if counts else ''}" + (f" ({more:,} not listed)" if more else "")
    if answer.at_kink:
        where = f"{_rows(answer.at_kink)} may be at a kink or a jump"
        yield "warning", f"{where}, where the gradient is a convention, PyTorch's"
    yield from _verdicts(answer)


def _verdicts(answer: BatchAnswer) -> Iterator[tuple[str, str]]:
    if not answer.verdicts:
        return
    rows = len({each.row for each in answer.verdicts})
    counted = counted_words(each.verdict for each in answer.verdicts)
    yield "note", f"checked {_rows(rows)}, drawn at random, each number of them: {counted}"
    yield from open_sentences((_number_of(each), each.verdict) for each in answer.verdicts)


def _number_of(each: RowVerdict) -> str:
    of = "the value" if each.name == "value" else f"the gradient for {each.name}"
    return f"row {each.row:,}, {of}"


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def batch_document(answer: BatchAnswer) -> dict[str, Any]:
    """The summary as JSON; the rows themselves are in the output."""
    return {
        "schema": tag("batch"),
        "understood": answer.understood,
        "dtype": answer.dtype,
        "notes": answer.notes,
        "format": answer.output_format,
        "columns": [*answer.columns, "status"],
        "one_by_one": answer.one_by_one,
        "rows": answer.rows,
        "counts": answer.counts,
        "at_kink": answer.at_kink,
        "troubles": [{"row": each.row, "status": each.status, "reason": each.reason} for each in answer.troubles],
        "checked": [
            {"row": each.row, "of": each.name, "verdict": verdict_document(each.verdict)} for each in answer.verdicts
        ],
    }
