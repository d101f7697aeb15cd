"""What gradcli says about a scenario, in the reader's language: sentences are written in English where they are said.

`said("It has shape {found}.", found=shape)` is that sentence, or its translation, with the fields put in. A translation
is found by the English text, so a sentence must be one literal, never put together from parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any

ORIGINAL = "en"
"""The language in which everything is written first."""
TRANSLATIONS = ("zh",)
"""The languages that there are beside it: modules of this package, and folders of pages."""
SAMPLES = {"en": "English", "zh": "简体中文"}
"""Text in each of them, to see whether an encoding has it."""
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Of the environment: the first that is set says which language its owner reads."""


class _Speech:
    """What is spoken."""

    language = ORIGINAL
    sentences: Mapping[str, str] = {}


def use(language: str) -> None:
    """From now on this language is spoken."""
    _Speech.language = language
    _Speech.sentences = {} if language == ORIGINAL else import_module(f"gradcli.words.{language}").SENTENCES


def language() -> str:
    """What is spoken."""
    return _Speech.language


def of_locale(environment: Mapping[str, str]) -> str:
    """The language that these variables ask for, if it is one of ours."""
    value = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    asked = re.split(r"[^a-z]", value.lower())[0]
    return asked if asked in TRANSLATIONS else ORIGINAL


def said(sentence: str, /, **fields: Any) -> str:
    """The sentence in the language that is spoken, with its fields put in; without fields, braces are just braces."""
    words = _Speech.sentences.get(sentence, sentence)
    return words.format(**fields) if fields else words


def counted(number: int, one: str, more: str, /, **fields: Any) -> str:
    """One of two sentences, of which each may have the field `number`: that for one thing, or that for several."""
    return said(one if number == 1 else more, number=number, **fields)
