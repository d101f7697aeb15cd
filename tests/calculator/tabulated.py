"""Gradients of tables, for the tests of them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from gradcli.calculator.commands.batch import BatchAnswer, BatchQuestion, batch


def answer_of(data: Path, expression: str, **more: Any) -> BatchAnswer:
    return batch(BatchQuestion(expression, str(data), **more), None, io.BytesIO())


def rows_of(text: bytes | str) -> list[list[str]]:
    lines = text.decode() if isinstance(text, bytes) else text
    return [line.split(",") for line in lines.splitlines()]
