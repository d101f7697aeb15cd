"""Signatures of functions, written as text: "x, axis=None, keepdims=False", "*xs", or "x, *, axis=None"."""

from __future__ import annotations

from dataclasses import dataclass

_WORDS = {"None": None, "True": True, "False": False}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `default` is the text of its default value, or None when it must be given."""

    name: str
    default: str | None = None
    variadic: bool = False
    keyword_only: bool = False

    @property
    def value(self) -> bool | float | None:
        """The default value itself."""
        text = self.default or "None"
        if text in _WORDS:
            return _WORDS[text]
        return float(text) if "." in text else int(text)


def parse_signature(text: str) -> tuple[Parameter, ...]:
    """The parameters of a signature text. Defaults hold no commas; what follows a lone `*` is given by keyword."""
    parameters: list[Parameter] = []
    keyword_only = False
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        if part == "*":
            keyword_only = True
            continue
        name, _, default = part.partition("=")
        parameters.append(Parameter(name.lstrip("*"), default or None, name.startswith("*"), keyword_only))
    return tuple(parameters)
