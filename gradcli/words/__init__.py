"""What gradcli says about a scenario, in the reader's language: sentences are written in English where they are said.

`said("It has shape {found}.", found=shape)` is that sentence, or its translation, with the fields put in. A translation
is found by the English text, so a sentence must be one literal, never put together from parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_sentences: Mapping[str, str] = {}


def said(sentence: str, /, **fields: Any) -> str:
    """The sentence in the language that is spoken, with its fields put in; without fields, braces are just braces."""
    words = _sentences.get(sentence, sentence)
    return words.format(**fields) if fields else words
