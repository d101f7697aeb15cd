"""The JSON Schemas of the documents: each command's answer, or an error, with the definitions that they share."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from gradcli.errors import InputError

SHARED = "shared"
SECOND = frozenset("batch check diff eps explain hessian hvp jacobian jvp minimize plot repl scenario vjp".split())
"""Commands whose document is the second of its kind: since verdicts rest on enclosures, they hold those."""


def tag(command: str) -> str:
    """What a command's document says of itself."""
    return f"gradcli/{command}/{2 if command in SECOND else 1}"


def names() -> list[str]:
    """The commands whose document has a schema."""
    files_found = (files("gradcli") / "schemas").iterdir()
    return sorted(entry.name.removesuffix(".json") for entry in files_found if entry.name != f"{SHARED}.json")


def schemas_document() -> dict[str, Any]:
    """Those commands, and what their documents say of themselves, as JSON."""
    return {"schema": tag("schema"), "schemas": {name: tag(name) for name in names()}}


def schema_of(command: str) -> dict[str, Any]:
    """The schema of a command's document. Raises InputError for a command that has none."""
    known = names()
    if command not in known:
        raise InputError("unknown-command", f"there is no schema for {command!r}", hint=f"one of: {', '.join(known)}")
    known_as = {"const": tag(command)}
    answer = _load(command)
    answer["required"] = ["schema", *answer["required"]]
    answer["properties"] = {"schema": known_as, **answer["properties"]}
    error = {
        "type": "object",
        "required": ["schema", "error"],
        "additionalProperties": False,
        "properties": {"schema": known_as, "error": {"$ref": "#/$defs/error"}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"gradcli {command} --json",
        "oneOf": [answer, error],
        "$defs": _load(SHARED),
    }


def _load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((files("gradcli") / "schemas" / f"{name}.json").read_text("utf-8"))
    return document
