"""Answers that are no derivative: a value, a shape, the name of an error or of a node."""

from __future__ import annotations

import ast
import builtins
import math
import re
from collections.abc import Callable, Iterator

import numpy as np

from gradcli.engine.op import OPS
from gradcli.engine.random import DEFAULT_SEED, Generator
from gradcli.errors import InputError, Span
from gradcli.lang.creation import Maker
from gradcli.lang.functions import find
from gradcli.lang.values import read_value
from gradcli.scenario.derivative import Array, same
from gradcli.scenario.judgement import Judgement
from gradcli.scenario.questions_format import Question
from gradcli.words import said

Mistake = tuple[str, str]
"""The word for a misconception, and the hint."""

NOTHING = ("none", "nothing", "no", "noerror")

_SHAPE = re.compile(r"(?:torch\.Size\s*\()?\s*(?:\[([\d\s,]*)\]|\(([\d\s,]*)\)|([\d\s,]*\d[\s,]*))\s*\)?")
_NODE = re.compile(r"<?(\w+?)(?:Backward\d*)?(?: object at \w+)?>?", re.IGNORECASE)
_OPERATORS: dict[type, str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.USub: "neg",
}  # fmt: skip


def judge_fact(question: Question, text: str, code: str) -> Judgement:
    """The judgement on an answer. Raises InputError for one that cannot be read.

    code  the Python code that shows the answer
    """
    if not text.strip():
        raise _unreadable("the answer is empty", text)
    if question.kind == "choice":
        return _choice(question, text)
    right, why, mistakes = _JUDGES[question.kind](question.answer, text, code)
    if right:
        return Judgement(text, True, why)
    word, hint = next(mistakes, (None, question.hint))
    return Judgement(text, False, why, word, hint)


Judged = tuple[bool, str, Iterator[Mistake]]


def _value(answer: str, text: str, _: str) -> Judged:
    truth, found = read_number(answer), read_number(text)
    if same(found, truth, rounded=True):
        return True, "That is its value.", iter(())
    if found.shape not in ((), truth.shape):
        return False, f"This has shape {found.shape}; the value has another.", _value_mistakes(found, truth)
    return False, "That is not its value.", _value_mistakes(found, truth)


def read_number(text: str) -> Array:
    """The number or array that an expression without variables stands for. Raises InputError."""
    array = read_value(text, "answer", Maker(Generator(DEFAULT_SEED), np.dtype(np.float64)))
    if np.asarray(array).dtype.kind not in "biuf":
        raise _unreadable("the answer is a number or an array of numbers", text)
    return array


def _value_mistakes(found: Array, truth: Array) -> Iterator[Mistake]:
    if same(found, -truth, rounded=True):
        yield "sign", "Only the sign is wrong."
    if truth.ndim > 1 and same(found, truth.T, rounded=True):
        yield "transposed", "Rows and columns are exchanged."
    if truth.ndim and same(found, np.sum(truth), rounded=True):
        yield "summed", "This is the sum of the elements; nothing sums them here."


def _shape(answer: str, text: str, _: str) -> Judged:
    truth, found = read_shape(answer), read_shape(text)
    if truth == found:
        return True, "That is its shape.", iter(())
    return False, f"Its shape is not {found}.", _shape_mistakes(found, truth)


def read_shape(text: str) -> tuple[int, ...]:
    """The lengths in a text such as (2, 3), [1, 10] or 4. Raises InputError."""
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        raise _unreadable("a shape is a list of lengths", text, "for instance (2, 3), or () for a number")
    lengths = next(group for group in match.groups() if group is not None)
    return tuple(int(length) for length in re.findall(r"\d+", lengths))


def _shape_mistakes(found: tuple[int, ...], truth: tuple[int, ...]) -> Iterator[Mistake]:
    if found == truth[::-1]:
        yield "transposed", "The lengths are right, their order is not: rows come before columns."
    if sorted(found) == sorted(truth):
        yield "order", "The lengths are right, their order is not."
    if [n for n in found if n > 1] == [n for n in truth if n > 1]:
        yield "length-1", "An axis of length 1 counts as an axis too: one is missing here, or too many."
    if found == (math.prod(truth),) and len(truth) != 1:
        yield "elements", "This is the number of elements; a shape has a length for each axis."
    if found == (len(truth),):
        yield "axes", "This is the number of axes; a shape has a length for each of them."
    if len(found) != len(truth):
        yield "number-of-axes", f"It has another number of axes than {len(found)}."


def _error(answer: str, text: str, _: str) -> Judged:
    truth, found = _exception(answer), _exception(text)
    if found.lower() == truth.lower():
        return True, f"It raises {truth}.", iter(())
    return False, f"It does not raise {found}." if found else "It does raise an error.", _error_mistakes(found, truth)


def _exception(text: str) -> str:
    """The name of a class, without its module and brackets; empty for "no error"."""
    name = text.strip().removesuffix("()").rpartition(".")[2]
    if name.lower().replace(" ", "") in NOTHING:
        return ""
    if not name.isidentifier():
        raise _unreadable("an error is named by its class", text, "for instance ValueError")
    return name


def _error_mistakes(found: str, truth: str) -> Iterator[Mistake]:
    if not found:
        yield "no-error", "This code cannot go on: which rule does it break?"
    named = {name.lower(): value for name, value in vars(builtins).items() if isinstance(value, type)}
    general, exact = named.get(found.lower()), named.get(truth.lower())
    if general is not None and exact is not None and issubclass(exact, general):
        yield "too-general", f"True, but too general: name the kind of {found}."


def _grad_fn(answer: str, text: str, code: str) -> Judged:
    truth, found = _stem(answer), _stem(text)
    if found == truth:
        return True, "That is its grad_fn.", iter(())
    return False, f"Its grad_fn is not {text.strip()}.", _node_mistakes(found, truth, code)


def _stem(text: str) -> str:
    """A node's name without what all have in common: `mul` for MulBackward0, `<MulBackward0>`, mul; `none` for None."""
    match = _NODE.fullmatch(text.strip())
    if match is None:
        raise _unreadable("a grad_fn is named by its class", text, "for instance SinBackward0, or None")
    return match[1].lower().replace("_", "")


def _node_mistakes(found: str, truth: str, code: str) -> Iterator[Mistake]:
    function = find(found)
    node = OPS[function.engine or function.name].node if function and (function.engine or function.name) in OPS else ""
    if found in (*NOTHING, "accumulategrad"):
        yield (
            "leaf",
            "Only a leaf has no grad_fn, and AccumulateGrad stands for it in the graph: this one was computed.",
        )
    elif truth == "none":
        yield "computed", "A grad_fn names the operation that made a tensor; no recorded operation made this one."
    elif isinstance(node, str) and node and _stem(node) == truth:
        yield "forward-name", "That is a name of the operation; PyTorch names the node differently."
    elif found in _operations(code):
        yield "operand", "That operation is in the code too, but grad_fn names the one that was done last."


def _operations(code: str) -> set[str]:
    """The stems of the operations in Python code: its operators, methods and functions."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, (ast.BinOp, ast.UnaryOp)):
            found.add(_OPERATORS.get(type(node.op), ""))
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found.add(name.lower().replace("_", ""))
    return found


def _choice(question: Question, text: str) -> Judgement:
    """The judgement on a letter, or on an option's own text."""
    typed = _plain(text)
    chosen = next((each for each in question.options if typed in (each.letter, _plain(each.text))), None)
    if chosen is None:
        letters = ", ".join(option.letter for option in question.options)
        raise _unreadable(said("the answer is one of the letters {letters}", letters=letters), text)
    if chosen.letter == question.answer:
        return Judgement(text, True, said("That is the one."))
    return Judgement(text, False, said("It is not {letter}.", letter=chosen.letter), None, chosen.why or question.hint)


def _plain(text: str) -> str:
    """A text without what may differ when it is typed: capitals, more blanks, marks around it."""
    return " ".join(text.lower().split()).strip("`'\"(). ")


def _unreadable(message: str, text: str, hint: str | None = None) -> InputError:
    return InputError("answer", message, span=Span(text, 0, len(text), "answer"), hint=hint)


_JUDGES: dict[str, Callable[[str, str, str], Judged]] = {
    "value": _value,
    "shape": _shape,
    "error": _error,
    "grad_fn": _grad_fn,
}
