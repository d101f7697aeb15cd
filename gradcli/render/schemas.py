"""The JSON Schemas of the documents: each command's answer, or an error, with the definitions that they share."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from gradcli.errors import InputError

SHARED = "shared"


def names() -> list[str]:
    """The commands whose document has a schema."""
    files_found = (files("gradcli") / "schemas").iterdir()
    return sorted(entry.name.removesuffix(".json") for entry in files_found if entry.name != f"{SHARED}.json")


def schemas_document() -> dict[str, Any]:
    """Those commands, and what their documents say of themselves, as JSON."""
    return {"schema": "gradcli/schema/1", "schemas": {name: f"gradcli/{name}/1" for name in names()}}


def schema_of(command: str) -> dict[str, Any]:
    """The schema of a command's document. Raises InputError for a command that has none."""
    known = names()
    if command not in known:
        raise InputError("unknown-command", f"there is no schema for {command!r}", hint=f"one of: {', '.join(known)}")
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
