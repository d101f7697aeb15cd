"""What is said in Chinese: every sentence of the sources has its translation, and there is no other translation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from gradcli import words
from gradcli.scenario.front_matter import TRACKS
from gradcli.verdict import Word
from gradcli.words import zh

PACKAGE = Path(words.__file__).parent.parent
TAKEN = {"said": slice(0, 1), "counted": slice(1, 3)}
"""The functions that say something, and which of their arguments are sentences."""
BY_VARIABLE = {"said(scenario.track)": TRACKS, "said(word)": [word.value for word in Word]}
"""Calls in which no sentence stands, and the words that they are given."""


def sentences() -> Iterator[tuple[str, str]]:
    """Where something is said, and what."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if name not in TAKEN or path.parent.name == "words":
                continue
            place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
            known = BY_VARIABLE.get(ast.unparse(node))
            for argument in node.args[TAKEN[name]]:
                found = known or literals(argument, tree)
                assert found, f"{place}: a sentence must be a literal"
                yield from ((place, sentence) for sentence in found)


def literals(node: ast.expr, tree: ast.AST) -> list[str]:
    """The texts that an argument may be: itself, either of two, or what a variable is set to."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp():
            return literals(node.body, tree) + literals(node.orelse, tree)
        case ast.Name():
            set_to = [each for each in ast.walk(tree) if isinstance(each, ast.Assign)]
            values = [each.value for each in set_to if ast.unparse(each.targets[0]) == node.id]
            return [text for value in values for text in literals(value, tree)]
    return []


SAID = {sentence: place for place, sentence in sentences()}


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("sentence", SAID, ids=lambda sentence: f"{SAID[sentence]} {sentence[:30]}")
def test_every_sentence_has_its_translation(sentence: str) -> None:
    assert sentence in zh.SENTENCES, repr(sentence)
    translated = zh.SENTENCES[sentence]
    assert fields(translated) == fields(sentence)
    assert translated[:1].isspace() == sentence[:1].isspace()


def test_no_translation_is_left_over() -> None:
    assert zh.SENTENCES.keys() - SAID.keys() == set()
