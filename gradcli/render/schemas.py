"""The JSON Schemas of the documents: each command's answer, or an error, with the definitions that they share."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from gradcli.errors import InputError

SHARED = "shared"


def schema_of(command: str) -> dict[str, Any]:
    """The schema of a command's document. Raises InputError for a command that has none."""
    known = sorted(entry.name.removesuffix(".json") for entry in (files("gradcli") / "schemas").iterdir())
    if command not in known or command == SHARED:
        others = ", ".join(name for name in known if name != SHARED)
        raise InputError("unknown-command", f"there is no schema for {command!r}", hint=f"one of: {others}")
    tag = {"const": f"gradcli/{command}/1"}
    answer = _load(command)
    answer["required"] = ["schema", *answer["required"]]
    answer["properties"] = {"schema": tag, **answer["properties"]}
    error = {
        "type": "object",
        "required": ["schema", "error"],
        "additionalProperties": False,
        "properties": {"schema": tag, "error": {"$ref": "#/$defs/error"}},
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
