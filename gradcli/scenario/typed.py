"""Answers as people type them, written as the expression language has them.

18, 36 is [18, 36], and tensor([18., 36.]) too; 2ax + b is 2*a*x + b where a and x are names of the question; 2 cos a,
ln 10 and √x are calls, and so is σ(x), of the sigmoid; full-width characters are what they look like. What could be
meant in two ways is refused, with what to write. None of this holds in the language itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from gradcli.lang.evaluate import CONSTANTS
from gradcli.lang.functions import find
from gradcli.lang.functions import names as functions_by_name
from gradcli.lang.parser import parse
from gradcli.lang.tokens import Source, Token, tokenize
from gradcli.lang.unparse import unparse
from gradcli.words import said

WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {
    ord(wide): narrow for wide, narrow in zip("　。、【】", " .,[]", strict=True)
}
"""The full-width forms of the ASCII characters, and what stands on the same keys."""

_PRINTED = re.compile(
    r"\s*(?:(?:torch|np|numpy)\.)?(?:tensor|array)\s*\((.*?)(?:,\s*(?:dtype|grad_fn|requires_grad|device)\s*=.*)?\)\s*",
    re.DOTALL,
)
_TRANSPOSED = re.compile(r"ᵀ(\s*(?=[^\W\d])|\s*[·⋅]?\s*(?=\())?")  # what follows is multiplied as matrices are
_ABOUT = re.compile(r"^\s*(?:≈|~|大约|约|about\b|approx(?:imately\b|\.|\b))\s*(?=[-+−–.\d\[(])", re.IGNORECASE)
_PERCENT = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*%(?=\s*(?:$|[],)]))")
_THOUSANDS = re.compile(r"\s*[-+−–]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?\s*")
_AND = re.compile(r"\s*,?\s*(?:\band\b|以及|[和与及])\s*")
_JOINS = ("and", "or")
_CONDITION = ("literal", "not", "<", ">", "<=", ">=", "==", "!=")
_TO_THE_T = re.compile(r"(?:\^|\*\*)\s*\(?T(?!\w)\)?")
_INVERSE = re.compile(r"([^\W\d]\w*?)\s*(?:⁻¹|\^\s*[-−]\s*1\b|\^\s*\(\s*[-−]\s*1\s*\))")
_DOTS = ("·", "⋅")
_NO_AXES: Mapping[str, int] = {}
_SIGMOID = re.compile(r"σ(?=[²³¹⁰-⁹]*\s*\()")
_FRACTION = re.compile(r"(?:(?<![\w.])(\d+))?([¼-¾⅐-⅞])")
_WITH_NUMBER = re.compile(r"([a-z]+)(\d+)")
_TAKES_BRACKETS = ("name", "number", "superscript", ")", "]")
_ENDS_ARGUMENT = ("end", "+", "-", ")", "]", ",")
_AFTER_ROOT = (*_ENDS_ARGUMENT, "*", "/")

MAX_FACTORS = 12
"""Longer words are names that the question does not have."""

Edit = tuple[int, int, str]
"""A part of the text, and what is written in its place."""


def narrow(text: str) -> str:
    """The text without full-width characters, and without the full stop at its end."""
    return text.translate(WIDE).rstrip().removesuffix(".")


def _fraction(match: re.Match[str]) -> str:
    """½ as (1/2), and 2½ as (2+1/2)."""
    whole, sign = match.groups()
    parts = unicodedata.normalize("NFKC", sign).replace("\u2044", "/")
    return f"({whole}+{parts})" if whole else f"({parts})"


def _is_raised(character: str) -> bool:
    return unicodedata.decomposition(character).startswith("<super>")


def _lowered(text: str) -> str:
    """Raised exponents as powers; the language knows raised digits, and takes raised letters for those of a name."""
    parts = ["".join(part) for _, part in groupby(text, _is_raised)]
    return "".join(_power(part) if _is_raised(part[0]) else part for part in parts)


def _power(raised: str) -> str:
    plain = unicodedata.normalize("NFKC", raised)
    return raised if plain.isdecimal() else f"**({plain})"


def typed(text: str, names: Collection[str], *, is_array: bool = True, axes: Mapping[str, int] = _NO_AXES) -> str:
    """The answer in the expression language; unchanged where it already is.

    names     those that the answer may use
    is_array  whether an array is asked for: 2,048 and 16 are two numbers then, and 2,048 is one number otherwise
    axes      how many each name has, as far as that is known
    Raises InputError for what can be meant in two ways, or has characters that mean nothing.
    """
    text = _ABOUT.sub("", narrow(text))
    text = _PERCENT.sub(lambda match: f"{Decimal(match[1]).scaleb(-2):f}", text)
    _refuse_inverse(Source(text, "answer"), axes)
    if "T" not in names:
        text = _TO_THE_T.sub("ᵀ", text)
        text = _TRANSPOSED.sub(lambda match: ".T" if match[1] is None else ".T@", text)
    if "σ" not in names:
        text = _SIGMOID.sub("sigmoid", text)
    text = _FRACTION.sub(_fraction, _lowered(text))
    printed = _PRINTED.fullmatch(text)
    if printed is not None:
        text = printed[1]
    if not is_array and _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    elif is_array and not any(token.kind in _CONDITION for token in tokenize(Source(text, "answer"))):
        text = _AND.sub(", ", text)
    _refuse_joined(Source(text, "answer"))
    text = _edited(text, _lists(text))
    return _edited(text, _Products(text, names, axes).edits())


def echo(answer: str, text: str) -> str | None:
    """How an answer was read, `text`, where that is not as it was typed or could have been meant otherwise."""
    parsed = parse(text, find, names=functions_by_name(), bound=CONSTANTS, source="answer")
    return unparse(parsed.program) if parsed.notes or text != answer else None


def _edited(text: str, edits: Iterator[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _lists(text: str) -> Iterator[Edit]:
    """Numbers with commas between them are a list, with round brackets around them or none."""
    opened: list[tuple[Token, bool]] = []
    tuples: set[int] = set()
    before = None
    for token in tokenize(Source(text, "answer")):
        if token.kind in ("(", "["):
            opened.append((token, token.kind == "(" and (before is None or before.kind not in _TAKES_BRACKETS)))
        elif token.kind in (")", "]"):
            opening, _ = opened.pop()
            if opening.start in tuples:
                yield (*opening.extent, "[")
                yield (*token.extent, "]")
        elif token.kind == "," and opened and opened[-1][1]:
            tuples.add(opened[-1][0].start)
        elif token.kind == "," and not opened and -1 not in tuples:
            tuples.add(-1)
            yield 0, 0, "["
            yield len(text), len(text), "]"
        before = token


def _refuse_inverse(source: Source, axes: Mapping[str, int]) -> None:
    """The m⁻¹ of a matrix is its inverse for one reader, and has the inverses of its elements for the other."""
    for match in _INVERSE.finditer(source.text):
        name = next((each for each, count in axes.items() if count > 1 and match[1].endswith(each)), None)
        if name is not None:
            message = said("'{text}' can be read in several ways", text=match[0])
            hint = said("write {both}", both=said(" or ").join((f"inv({name})", f"1/{name}")))
            raise source.error("answer", message, match.span(), hint)


def _refuse_joined(source: Source) -> None:
    """Numbers with `and` or `or` between them are several answers: only conditions are joined."""
    tokens = tokenize(source)
    for i, token in enumerate(tokens):
        if token.kind not in _JOINS:
            continue
        sides = _operand(tokens[i + 1 :], ("(", "["), (")", "]")), _operand(tokens[:i][::-1], (")", "]"), ("(", "["))
        if not all(any(each.kind in _CONDITION for each in side) for side in sides):
            message = said("{name} stands between numbers", name=repr(token.text))
            raise source.error("answer", message, token.extent, said("give one number, or a list: [1, 2]"))


def _operand(tokens: Iterable[Token], opening: Collection[str], closing: Collection[str]) -> Iterator[Token]:
    """The tokens, going away from an operator that joins conditions, up to where its condition ends."""
    depth = 0
    for token in tokens:
        depth += (token.kind in opening) - (token.kind in closing)
        if depth < 0 or (depth == 0 and token.kind in (*_JOINS, ",", "end")):
            return
        yield token


class _Products:
    """Names beside each other are multiplied, as matrices if one is transposed; functions called without brackets."""

    def __init__(self, text: str, names: Collection[str], axes: Mapping[str, int]) -> None:
        self.axes = axes
        self.source = Source(text, "answer")
        self.names = names
        self.tokens = tokenize(self.source)

    def edits(self) -> Iterator[Edit]:
        for i, token in enumerate(self.tokens):
            if token.kind != "name" or self.tokens[i + 1].kind == "=" or (i and self.tokens[i - 1].kind == "."):
                continue
            factors = self.factors(token)
            if i and self.is_variable(i - 1):
                self.refuse_reach(i, ("/",))
                yield token.start, token.start, self.times(i - 1, i)
            elif self.source.text[token.start] == "√" and self.tokens[i - 1].kind == "number":
                self.refuse_reach(i, ("/",))
            elif self.is_dot(i - 1) and self.times(i - 2, i) == "@":
                yield (*self.tokens[i - 1].extent, "@")
            elif self.is_transposed(i) and self.axes.get(factors[0]):
                self.refuse_bracket(i - 1 - self.is_dot(i - 1), factors[0])
            if len(factors) > 1:
                self.refuse_reach(i, ("/", "**"))
                *others, last = factors
                times = self.product(others[-1], last, i, is_transposed=self.is_transposed(i))
                yield (*token.extent, f"{'*'.join(others)}{times}{last}")
            elif (number := self.number_in(i)) is not None:
                yield number
            elif self.is_function(token) and (power := self.power_after(i)):
                yield from self.raised(i, power)
            elif self.is_function(token) and self.tokens[i + 1].kind != "(":
                yield from self.call(i)

    def times(self, left: int, right: int) -> str:
        """The sign between a name, or the T of its transpose, and another name."""
        is_transpose = left > 1 and self.tokens[left - 1].kind == "."
        name = self.factors(self.tokens[left - 2 if is_transpose else left])[-1]
        first, *others = self.factors(self.tokens[right])
        if is_transpose:
            return "@" if self.axes.get(name) and self.axes.get(first) else "*"
        return self.product(name, first, right, is_transposed=not others and self.is_transposed(right))

    def product(self, left: str, right: str, i: int, *, is_transposed: bool) -> str:
        """The sign between two names, the right one of token i: for an array and a transposed one the matrix product.

        Of vectors x·xᵀ is refused: a transposed one is the same vector, and no row.
        """
        if not (is_transposed and self.axes.get(left) and self.axes.get(right)):
            return "*"
        if self.axes[left] == self.axes[right] == 1:
            message = said("'{text}' can be read in several ways", text=f"{left}·{right}ᵀ")
            both = said(" or ").join((f"outer({left}, {right})", f"{left}*{right}"))
            raise self.source.error("answer", message, self.tokens[i].extent, said("write {both}", both=both))
        return "@"

    def refuse_bracket(self, last: int, name: str) -> None:
        """(G+1)Bᵀ is a product of matrices if the bracket is a matrix, which nothing says here."""
        depth, first = 0, last
        for first in range(last, -1, -1):
            depth += (self.tokens[first].kind == ")") - (self.tokens[first].kind == "(")
            if depth <= 0:
                break
        has_array = any(self.axes.get(token.text) for token in self.tokens[first:last])
        if self.tokens[last].kind == ")" and has_array and not (first and self.is_function(self.tokens[first - 1])):
            message = said("'{text}' can be read in several ways", text=f"(…){name}ᵀ")
            both = said(" or ").join((f"(…)@{name}.T", f"(…)*{name}.T"))
            raise self.source.error("answer", message, self.tokens[last].extent, said("write {both}", both=both))

    def is_transposed(self, i: int) -> bool:
        return [each.text for each in self.tokens[i + 1 : i + 3]] == [".", "T"]

    def is_dot(self, i: int) -> bool:
        return i > 0 and self.source.text[slice(*self.tokens[i].extent)] in _DOTS

    def number_in(self, i: int) -> Edit | None:
        """A function with its number in one word, ln2."""
        token = self.tokens[i]
        match = _WITH_NUMBER.fullmatch(token.text)
        is_known = token.text in self.names or token.text in CONSTANTS or find(token.text) is not None
        if match is None or is_known or find(match[1]) is None or self.tokens[i + 1].kind not in _AFTER_ROOT:
            return None
        return (*token.extent, f"{match[1]}({match[2]})")

    def power_after(self, i: int) -> Sequence[Token]:
        """The power between a function's name and its bracket, the ² of tanh²(s) or the ^2 of tanh^2(s); else none."""
        for kinds in (["superscript", "("], ["**", "number", "("]):
            found = self.tokens[i + 1 : i + 1 + len(kinds)]
            if [each.kind for each in found] == kinds:
                return found[:-1]
        return ()

    def raised(self, i: int, power: Sequence[Token]) -> Iterator[Edit]:
        """The power of a function's value, tanh²(s) for (tanh(s))²."""
        depth, (start, end) = 0, (power[0].start, power[-1].end)
        for token in self.tokens[i + 1 + len(power) :]:
            depth += (token.kind == "(") - (token.kind == ")")
            if depth == 0:
                yield (*self.tokens[i].extent, f"({self.tokens[i].text}")
                yield start, end, ""
                yield token.end, token.end, f"){self.source.text[start:end]}"
                return

    def is_function(self, token: Token) -> bool:
        return token.kind == "name" and token.text not in self.names and find(token.text) is not None

    def is_variable(self, i: int) -> bool:
        """Whether the token is a name, or several that are multiplied, and no attribute such as the T of x.T."""
        token = self.tokens[i]
        return token.kind == "name" and not self.is_function(token) and (i == 0 or self.tokens[i - 1].kind != ".")

    def factors(self, token: Token) -> Sequence[str]:
        """The names of the question, and e, of which a token is made, `ax` of a and x; itself where it has meaning."""
        if token.text in self.names or token.text in CONSTANTS or find(token.text) is not None:
            return (token.text,)
        ways = list(_ways(token.text, sorted({*self.names, "e"}))) if len(token.text) <= MAX_FACTORS else []
        if len({tuple(sorted(way)) for way in ways}) > 1:
            both = said(" or ").join("*".join(way) for way in ways[:2])
            message = said("'{text}' can be read in several ways", text=token.text)
            raise self.source.error("answer", message, token.extent, said("write {both}", both=both))
        return ways[0] if ways else (token.text,)

    def refuse_reach(self, i: int, operators: Collection[str]) -> None:
        """1/ax is a quotient of products for one reader, and a product of quotients for the other."""
        first = i
        while first and (self.tokens[first - 1].kind == "number" or self.is_variable(first - 1)):
            first -= 1
        operator = self.tokens[first - 1]
        if first and operator.kind in operators:
            message = said("how far does {name} reach?", name=operator.text)
            hint = said("put what belongs to {name} in brackets", name=operator.text)
            raise self.source.error("answer", message, (operator.start, self.tokens[i].end), hint)

    def call(self, i: int) -> Iterator[Edit]:
        """A function's argument without brackets: a number, a name or both; √ takes one of them."""
        token = self.tokens[i]
        is_root = self.source.text[token.start] == "√"
        last = i + 1
        is_plain = self.tokens[last].kind == "number" or self.is_variable(last)
        while is_plain and not is_root and self.is_variable(last + 1):
            last += 1
        if not is_plain or self.tokens[last + 1].kind not in (_AFTER_ROOT if is_root else _ENDS_ARGUMENT):
            message = said("how far does {name} reach?", name=self.source.text[slice(*token.extent)])
            hint = said("put its argument in brackets: {name}(…)", name=token.text)
            raise self.source.error("answer", message, token.extent, hint)
        yield token.end, self.tokens[i + 1].start, "("
        yield self.tokens[last].end, self.tokens[last].end, ")"


def _ways(text: str, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The ways to write a text as names one after the other."""
    if not text:
        yield ()
    for name in names:
        if text.startswith(name):
            yield from ((name, *rest) for rest in _ways(text[len(name) :], names))
