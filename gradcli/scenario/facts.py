"""Answers that are no derivative: a value, a shape, the name of an error or of a node."""

from __future__ import annotations

import ast
import builtins
import math
import re
from collections.abc import Callable, Iterator
from itertools import dropwhile

import numpy as np

from gradcli.engine.op import OPS
from gradcli.engine.random import DEFAULT_SEED, Generator
from gradcli.errors import InputError, Span
from gradcli.lang.creation import Maker
from gradcli.lang.evaluate import CONSTANTS
from gradcli.lang.functions import find, names
from gradcli.lang.parser import parse
from gradcli.lang.tree import Program, free_names
from gradcli.lang.unparse import unparse
from gradcli.lang.values import read_value
from gradcli.scenario.aliases import aliases, expanded, read_let
from gradcli.scenario.derivative import Array
from gradcli.scenario.judgement import Judgement
from gradcli.scenario.questions_format import Question
from gradcli.scenario.rounded import CLOSE, ENOUGH, PRINTED, certain_digits, is_array, is_rounded
from gradcli.scenario.typed import echo, narrow, typed
from gradcli.words import said

Mistake = tuple[str, str]
"""The word for a misconception, and the hint."""

NONE = ("none", "无", "没有")
NOTHING = (*NONE, "nothing", "no", "noerror", "没有错误", "无错误", "不报错")

LONGEST_SHAPE = 400
"""Characters of a shape."""

_LEAF = ("none", "accumulategrad")
_TIMES = re.compile(r"(?<=\d)\s*[x×]\s*(?=\d)", re.IGNORECASE)
_LENGTH = r"(?>\d+(?:\s*[*·]\s*\d+)*)"  # 784, or 28*28
_LENGTHS = rf"((?:[\s,]|{_LENGTH})*)"
_SHAPE = re.compile(rf"(?:torch\.Size\s*\()?\s*(?:\[{_LENGTHS}\]|\({_LENGTHS}\)|(?=[\s,]*\d){_LENGTHS})\s*\)?")
_CHOSEN = re.compile(r"(?:选项|选择|选|option\b|choice\b)\s*(\w)", re.IGNORECASE)
_ARTICLE = r"(?:(?:an?|the)\s+|一个\s*)?"
_EXCEPTION = re.compile(rf"{_ARTICLE}([\w.\s]+?)\s*(?:\(.*\)|:.*)?", re.DOTALL | re.IGNORECASE)  # and its message
_NODE = re.compile(rf"{_ARTICLE}<?(\w+?)(?:Backward(\d*))?(?: object at \w+)?>?(?:\s*\(\))?", re.IGNORECASE)
_OPERATORS: dict[type, str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.USub: "neg",
}  # fmt: skip


def judge_fact(question: Question, text: str, code: str, before: Question | None = None) -> Judgement:
    """The judgement on an answer. Raises InputError for one that cannot be read.

    code    the Python code that shows the answer
    before  the question of this kind before it
    """
    if not text.strip():
        raise _unreadable(said("the answer is empty"), text)
    if question.kind == "choice":
        return _choice(question, text)
    known = aliases(read_let(question.let))
    is_value = question.kind == "value" and not says_none(text)
    many = is_value and not says_none(question.answer) and read_number(question.answer).ndim > 0
    axes = {name: read_number(unparse(tree)).ndim for name, tree in known.items()} if is_value else {}
    written = typed(text, known, is_array=many, axes=axes) if is_value else text
    read_as = expanded(written, known) if is_value else text
    right, why, mistakes = _JUDGES[question.kind](question.answer, read_as, code)
    as_read = echo(text, written) if is_value else None
    if right:
        return Judgement(text, True, why, read=as_read)
    if question.kind == "value" and before is not None and _value(before.answer, read_as, code)[0]:
        mistakes = iter([("before", said("That is the answer to the question before."))])
    word, hint = next(mistakes, (None, question.hint))
    return Judgement(text, False, why, word, hint, as_read)


Judged = tuple[bool, str, Iterator[Mistake]]


def _value(answer: str, text: str, _: str) -> Judged:
    if says_none(text) or says_none(answer):
        right = says_none(text) and says_none(answer)
        return right, said("That is its value.") if right else said("That is not its value."), iter(())
    truth, found = read_number(answer), read_number(text)
    if _unstacked(found) == _unstacked(truth):  # of a batch of one, that it is one does not matter here
        truth = truth.reshape(found.shape)
    program = read(text)
    if is_array(program.result, found, truth) or _is_longer(found, answer):
        return True, said("That is its value."), iter(())
    digits = certain_digits(program.result, truth)
    if digits >= ENOUGH or (found.shape == truth.shape and is_rounded(program, _flat_value, truth.ravel())):
        return True, said("That is its value, rounded."), iter(())
    mistakes = _value_mistakes(program, found, truth)
    if found.shape not in ((), truth.shape):
        return False, said("This has shape {found}; the value has another.", found=found.shape), mistakes
    if digits >= CLOSE:
        return False, said("It is close."), iter([("rounded", said("Give four digits."))])
    return False, said("That is not its value."), mistakes


def _is_longer(found: Array, answer: str) -> bool:
    """Whether numbers are those of an answer that has the decimals that PyTorch prints, and have more of them."""
    text = answer.strip()
    decimals = len(text.partition(".")[2])
    is_number = text.lstrip("-").replace(".", "", 1).isdecimal()
    return is_number and decimals >= PRINTED and found.ndim == 0 and round(float(found), decimals) == float(text)


def _flat_value(program: Program) -> Array:
    return read_number(unparse(program)).ravel()


def _unstacked(array: Array) -> tuple[int, ...]:
    """The shape without the lengths 1 before the others."""
    return tuple(dropwhile(lambda length: length == 1, array.shape))


def says_none(text: str) -> bool:
    """Whether an answer is Python's None."""
    return narrow(text).strip().lower() in NONE


def read(text: str) -> Program:
    """An answer as an expression. Raises InputError."""
    return parse(text, find, names=names(), bound=CONSTANTS, source="answer").program


def read_number(text: str) -> Array:
    """The number or array that an expression without variables stands for. Raises InputError."""
    unknown = [name for name in free_names(read(text)) if name not in CONSTANTS]
    if unknown:
        raise _unreadable(said("the question has no name {name}", name=repr(unknown[0])), text)
    array = read_value(text, "answer", Maker(Generator(DEFAULT_SEED), np.dtype(np.float64)))
    if np.asarray(array).dtype.kind not in "biuf":
        raise _unreadable(said("the answer is a number or an array of numbers"), text)
    return array


def _value_mistakes(program: Program, found: Array, truth: Array) -> Iterator[Mistake]:
    if truth.dtype.kind == "b":
        return
    if is_array(program.result, found, -truth):
        yield "sign", said("Only the sign is wrong.")
    if truth.ndim > 1 and is_array(program.result, found, truth.T):
        yield "transposed", said("Rows and columns are exchanged.")
    if truth.ndim and found.ndim == 0 and is_array(program.result, found, np.sum(truth)):
        yield "summed", said("This is the sum of all its elements; the value has each of them.")


def _shape(answer: str, text: str, _: str) -> Judged:
    truth, found = read_shape(answer), read_shape(text)
    if truth == found:
        return True, said("That is its shape."), iter(())
    return False, said("Its shape is not {found}.", found=found), _shape_mistakes(found, truth)


def read_shape(text: str) -> tuple[int, ...]:
    """The lengths in a text such as (2, 3), [1, 10], (28*28, 10) or 4. Raises InputError."""
    match = _SHAPE.fullmatch(_TIMES.sub(",", narrow(text)).strip())
    if match is None or len(text) > LONGEST_SHAPE:
        raise _unreadable(said("a shape is a list of lengths"), text, said("for instance (2, 3), or () for a number"))
    lengths = next(group for group in match.groups() if group is not None)
    return tuple(math.prod(map(int, re.findall(r"\d+", length))) for length in re.findall(_LENGTH, lengths))


def _shape_mistakes(found: tuple[int, ...], truth: tuple[int, ...]) -> Iterator[Mistake]:
    if found == truth[::-1]:
        yield "transposed", said("The lengths are right, their order is not: rows come before columns.")
    if sorted(found) == sorted(truth):
        yield "order", said("The lengths are right, their order is not.")
    if [n for n in found if n > 1] == [n for n in truth if n > 1]:
        yield "length-1", said("An axis of length 1 counts as an axis too: one is missing here, or too many.")
    if found == (math.prod(truth),) and len(truth) != 1:
        yield "elements", said("This is the number of elements; a shape has a length for each axis.")
    if found == (len(truth),):
        yield "axes", said("This is the number of axes; a shape has a length for each of them.")
    if len(found) != len(truth):
        yield "number-of-axes", said("It has another number of axes than {found}.", found=len(found))


def _error(answer: str, text: str, _: str) -> Judged:
    truth, found = _exception(answer), _exception(text)
    if found.lower() == truth.lower():
        return True, said("It raises {name}.", name=truth), iter(())
    wrong = said("It does not raise {name}.", name=found) if found else said("It does raise an error.")
    return False, wrong, _error_mistakes(found, truth)


def _exception(text: str) -> str:
    """The name of a class, without its module and the message after it; empty for "no error"."""
    match = _EXCEPTION.fullmatch(narrow(text).strip())
    name = "" if match is None else "".join(match[1].split()).rpartition(".")[2]
    if name.lower() in NOTHING:
        return ""
    if not name.isidentifier():
        raise _unreadable(said("an error is named by its class"), text, said("for instance ValueError"))
    return name


def _error_mistakes(found: str, truth: str) -> Iterator[Mistake]:
    if not found:
        yield "no-error", said("This code cannot go on: which rule does it break?")
    named = {name.lower(): value for name, value in vars(builtins).items() if isinstance(value, type)}
    general, exact = named.get(found.lower()), named.get(truth.lower())
    if general is not None and exact is not None and issubclass(exact, general):
        yield "too-general", said("True, but too general: name the kind of {name}.", name=found)


def _grad_fn(answer: str, text: str, code: str) -> Judged:
    (truth, right), (found, number) = _node(answer), _node(text)
    if found == truth and (number == right or not (number and right)):
        return True, said("That is its grad_fn."), iter(())
    wrong = said("Its grad_fn is not {name}.", name=text.strip())
    if found == truth:
        return (
            False,
            wrong,
            iter([("number", said("The operation is right. The number at the end is that of another form of it."))]),
        )
    return False, wrong, _node_mistakes(found, truth, code)


def _node(text: str) -> tuple[str, str]:
    """A node's name without what all have in common, and its number: `mul` and `0` for MulBackward0.

    Of what is typed short, such as mul, the number is empty; and None is `none`.
    """
    match = _NODE.fullmatch(narrow(text).strip())
    if match is None:
        raise _unreadable(said("a grad_fn is named by its class"), text, said("for instance SinBackward0, or None"))
    stem = match[1].lower().replace("_", "")
    return "none" if stem in NOTHING else stem, match[2] or ""


def _node_mistakes(found: str, truth: str, code: str) -> Iterator[Mistake]:
    function = find(found)
    node = OPS[function.engine or function.name].node if function and (function.engine or function.name) in OPS else ""
    if found == "accumulategrad" and truth == "none":
        sentence = "AccumulateGrad stands in the graph for a leaf that requires grad; no tensor has it as its grad_fn."
        yield "leaf", said(sentence)
    elif found in _LEAF and truth not in _LEAF:
        yield (
            "leaf",
            said("Only a leaf has no grad_fn, and AccumulateGrad stands for it in the graph: this one was computed."),
        )
    elif truth == "none":
        yield "computed", said("A grad_fn names the operation that made a tensor; no recorded operation made this one.")
    elif isinstance(node, str) and node and _node(node)[0] == truth:
        yield "forward-name", said("That is a name of the operation; PyTorch names the node differently.")
    elif found in _operations(code):
        yield "operand", said("That operation is in the code too, but grad_fn names the one that was done last.")


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
    wanted = _plain(narrow(text))
    named = _CHOSEN.fullmatch(wanted)
    wanted = wanted if named is None else named[1]
    chosen = next((each for each in question.options if wanted in (each.letter, _plain(each.text))), None)
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
