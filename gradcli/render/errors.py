"""An input that could not be used, as JSON."""

from __future__ import annotations

from typing import Any

from gradcli.errors import InputError


def error_body(error: InputError) -> dict[str, Any]:
    """The error without the document around it."""
    span = error.span and {
        "source": error.span.source,
        "start": error.span.start,
        "end": error.span.end,
        "line": error.span.line,
        "column": error.span.column,
    }
    return {"code": error.code, "message": error.message, "span": span or None, "hint": error.hint}
