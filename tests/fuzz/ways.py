"""The same gradient in other ways: forward mode, a table of one row, emitted programs. They must say the same."""

from __future__ import annotations

import importlib.util
import io
import re
import tempfile
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import numpy as np

from gradcli.calculator.commands.batch import BatchQuestion, batch
from gradcli.calculator.commands.emit import emit
from gradcli.calculator.commands.products import jvp
from gradcli.calculator.kernel.question import Answer, Derivative, DerivativeQuestion
from gradcli.calculator.kernel.steps import last
from gradcli.errors import InputError
from gradcli.verdict import Word
from gradcli.verify.client import SympyWorker

CLOSE = {"float64": 1e-9, "float32": 1e-3}
"""Of the sum of the absolute terms: how far two ways may be apart."""


def different(asked: DerivativeQuestion, answer: Answer, worker: SympyWorker) -> str:
    """What other ways say that differs; "" if nothing does. Only numbers that are settled are compared."""
    if asked.order > 1 or answer.missing or not all(verdict.word.is_settled for verdict in answer.verdicts):
        return ""
    return _forward(asked, answer, worker) or _batch(asked, answer) or _emitted(asked, answer, worker)


def _scale(array: object) -> float:
    return float(np.sum(np.abs(np.asarray(array, float)))) if np.size(array) else 0.0


def _apart(found: object, expected: object, scale: float, dtype: str) -> bool:
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    if found.shape != expected.shape or not np.all(np.isfinite(found)):
        return True
    return bool(np.any(np.abs(found - expected) > CLOSE[dtype] * max(scale, np.finfo(asked_type(dtype)).tiny)))


def asked_type(dtype: str) -> type[np.floating]:
    """NumPy's type of that name."""
    return np.float32 if dtype == "float32" else np.float64


def _forward(asked: DerivativeQuestion, answer: Answer, worker: SympyWorker) -> str:
    """The derivative along a direction, against the gradient times that direction.

    Where they are apart the verdict tells: terms that cancel on the way leave rounding beside an exact zero.
    """
    if np.size(answer.value) != 1:
        return ""
    choose = Random(asked.expression)
    for each in answer.derivatives:
        way = np.array([choose.uniform(-1, 1) for _ in range(np.size(each.point))]).reshape(np.shape(each.point))
        if not way.size:
            continue
        along = (f"{each.name}={_text(way)}",)
        along = (f"{each.name}={_text(way)}",)
        product = last(jvp(_unchecked(asked), along, None))
        terms = np.asarray(each.gradient, float) * way
        (entry,) = product.entries
        apart = _apart(np.sum(entry.product), np.sum(terms), _scale(terms), asked.dtype)
        if apart and not _is_explained(replace(_unchecked(asked), check=True), along, worker):
            return f"forward differs from reverse: by {each.name}: {entry.product}, {np.sum(terms)}"
    return ""


def _is_explained(asked: DerivativeQuestion, along: tuple[str, ...], worker: SympyWorker) -> bool:
    """Whether the product is right, or what rounding leaves of it."""
    verdicts = last(jvp(asked, along, worker)).verdicts
    return all(verdict.word.is_settled or verdict.word is Word.ILL_CONDITIONED for verdict in verdicts)


def _text(array: object) -> str:
    return re.sub(r"\s", "", repr(np.asarray(array).tolist()))


def _unchecked(asked: DerivativeQuestion) -> DerivativeQuestion:
    return DerivativeQuestion(asked.expression, asked.at, dtype=asked.dtype, check=False)


def _batch(asked: DerivativeQuestion, answer: Answer) -> str:
    """A table of this row, three times."""
    if any(np.ndim(each.point) for each in answer.derivatives) or np.ndim(answer.value):
        return ""
    names = [each.name for each in answer.derivatives]
    row = ",".join(repr(float(each.point)) for each in answer.derivatives)
    with tempfile.TemporaryDirectory() as folder:
        data, output = Path(folder) / "data.csv", Path(folder) / "out.csv"
        data.write_text("\n".join([",".join(names), *[row] * 3]) + "\n", encoding="utf-8")
        batch(BatchQuestion(asked.expression, str(data), str(output), dtype=asked.dtype), None, io.BytesIO())
        header, *rows = [line.split(",") for line in output.read_text(encoding="utf-8").splitlines()]
    for line in rows:
        found = dict(zip(header, line, strict=True))
        for each in answer.derivatives:
            expected = float(each.gradient)
            if _apart(float(found[f"grad_{each.name}"]), expected, abs(expected), asked.dtype):
                return f"batch differs from diff: by {each.name}: {found}, {expected}"
    return ""


@cache
def targets() -> list[str]:
    """The libraries that are here."""
    return [name for name in ("numpy", "jax", "torch") if importlib.util.find_spec(name)]


def _emitted(asked: DerivativeQuestion, answer: Answer, worker: SympyWorker) -> str:
    """The programs that are written of it. One of differences for NumPy is not exact enough to be compared.

    A formula may have no number where the derivative has one, 0*log(0): it says NaN, which nobody takes for an answer.
    """
    for target in targets():
        try:
            source = emit(asked, "diff", target, worker)
        except InputError:  # what the library cannot do
            continue
        if target == "numpy" and "formulas" not in source:
            continue
        found = printed(source)
        for each in answer.derivatives:
            numbers = found.get(f"gradient for {each.name}", [])
            finding = _compared(numbers, each, asked.dtype)
            if finding and not (target == "numpy" and np.isnan(numbers).any()):
                return f"{target} differs: by {each.name}: {finding}"
    return ""


def _compared(found: list[float], each: Derivative, dtype: str) -> str:
    expected = np.ravel(each.gradient)
    if _apart(found, expected, _scale(expected), dtype):
        return f"{found}, {expected.tolist()}"
    return ""


def printed(source: str) -> dict[str, list[float]]:
    """What an emitted program prints: the numbers of each line `label: numbers`."""
    out = io.StringIO()
    if "import torch" in source:
        source = "import torch\ntorch.set_printoptions(precision=17, threshold=10**6)\n" + source
    with redirect_stdout(out), np.printoptions(precision=17, threshold=10**6), np.errstate(all="ignore"):
        exec(source, {})  # noqa: S102  # the program that is tested
    entries = re.findall(r"^([^\n:]+): ([^:]*)$", out.getvalue(), re.MULTILINE)
    number = re.compile(r"-?(?:\d[\d.]*(?:e[+-]?\d+)?|inf|nan)")
    return {label: [float(each) for each in number.findall(text)] for label, text in entries}
