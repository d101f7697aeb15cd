"""Text to tokens: brackets are balanced, newlines inside them dropped, characters as people paste them understood."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from gradcli.errors import InputError, Span
from gradcli.lang.tree import OPERATORS

MAX_TEXT = 65_536  # characters
MAX_TOKENS = 20_000
MAX_DEPTH = 100  # brackets inside brackets, operators that wait for operators (----x, 2**2**2)
MAX_WORD = 400  # characters of a number or a name


@dataclass(frozen=True, slots=True)
class Source:
    """A text and its name, from which spans and errors that point into it are made."""

    text: str
    name: str = "expression"

    def span(self, extent: tuple[int, int]) -> Span:
        return Span(self.text, *extent, self.name)

    def error(self, code: str, message: str, extent: tuple[int, int], hint: str | None = None) -> InputError:
        return InputError(code, message, span=self.span(extent), hint=hint)


class Token(NamedTuple):
    """A piece of the text, whose `text` is the canonical spelling.

    A symbol, bracket or word operator is its own `kind`; the other kinds are "number", "superscript" (whose text is the
    number too), "name", "literal" (True, False, None), "newline" and "end".
    """

    kind: str
    text: str
    start: int
    end: int

    @property
    def extent(self) -> tuple[int, int]:
        return self.start, self.end


BRACKETS = {"(": ")", "[": "]"}
LITERALS = {"True": True, "False": False, "None": None}

_SYMBOL_SPELLINGS = {
    "^": "**", "−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=",
}  # fmt: skip
_NAME_SPELLINGS = {"π": "pi", "τ": "tau", "∞": "inf", "√": "sqrt"}
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_SUPERSCRIPT_VALUES = str.maketrans(_SUPERSCRIPTS, "0123456789")

_WORD_OPERATORS = {operator.symbol for operator in OPERATORS if operator.symbol.isalpha()}
_SYMBOLS = {operator.symbol for operator in OPERATORS} - _WORD_OPERATORS
_SYMBOLS |= {*_SYMBOL_SPELLINGS, *BRACKETS, *BRACKETS.values(), ",", ";", ":", "=", ".", "..."}

_DIGITS = r"[0-9](?:_?[0-9])*"
_NUMBER = rf"(?>(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?)"
_MALFORMED = rf"0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|{_NUMBER}(?:_|[jJ]\b)"
# A π ends a name, so that a pasted "πr²" is no variable of its own; accents may follow their letter (x̂, x⃗).
_APART = _SUPERSCRIPTS + "πτ"
_NAME = rf"[^\W\d{_APART}](?:[^\W{_APART}]|[\u0300-\u036f\u20d0-\u20ff])*"

_TOKEN = re.compile(
    r"#[^\n\r\x85\u2028\u2029]*"
    r"|(?P<newline>[\n\r\x85\u2028\u2029])"
    r"|[\s\u200b\u2060\ufeff]"  # also the blanks without width
    rf"|(?P<malformed>{_MALFORMED})"
    rf"|(?P<number>{_NUMBER})"
    rf"|(?P<superscript>[{_SUPERSCRIPTS}]+)"
    rf"|(?P<name>{_NAME}|[{''.join(_NAME_SPELLINGS)}])"
    rf"|(?P<symbol>{'|'.join(map(re.escape, sorted(_SYMBOLS, key=len, reverse=True)))})"
    r"|(?P<other>.)",
    re.DOTALL,
)

_NUMBER_HINT = "numbers are decimal and real, as in 1_000.5e-3; put * between a number and such a name"
_QUOTE_HINT = "the language has no quoted text and no primes"
_BRACE_HINT = "group with ( ) and write lists with [ ]"
_HINTS = {
    "|": "write abs(x) for |x|, and 'or' to join conditions",
    "&": "write 'and' to join conditions",
    "~": "write 'not' to negate a condition",
    "!": "there is no factorial; 'not' negates a condition and != compares",
    "'": _QUOTE_HINT, '"': _QUOTE_HINT, "’": _QUOTE_HINT, "“": _QUOTE_HINT, "”": _QUOTE_HINT,
    "{": _BRACE_HINT, "}": _BRACE_HINT,
    "\\": "inside brackets an expression may go on in the next line",
    "=": "== compares; an assignment 'name = value' is a statement of its own",
    ",": "a list is written [1, 2]",
}  # fmt: skip


def tokenize(source: Source) -> list[Token]:
    """The tokens of the text, the last of kind "end". Raises InputError "syntax" or "too-large"."""
    text = source.text
    if len(text) > MAX_TEXT:
        raise source.error("too-large", f"the text is longer than {MAX_TEXT:,} characters", (MAX_TEXT, len(text)))
    tokens: list[Token] = []
    unclosed: list[Token] = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup is None or (match.lastgroup == "newline" and unclosed):
            continue
        token = _token(source, match.lastgroup, match.group(), match.span())
        if len(tokens) == MAX_TOKENS:
            raise source.error("too-large", f"the text has more than {MAX_TOKENS:,} tokens", token.extent)
        _balance(source, token, unclosed)
        tokens.append(token)
    if unclosed:
        opening = unclosed[-1]
        hint = f"add '{BRACKETS[opening.kind]}'"
        raise source.error("syntax", f"'{opening.kind}' is never closed", opening.extent, hint)
    return [*tokens, Token("end", "", len(text), len(text))]


def _token(source: Source, group: str, text: str, extent: tuple[int, int]) -> Token:
    if len(text) > MAX_WORD:
        raise source.error("too-large", f"a number or a name has at most {MAX_WORD} characters", extent)
    match group:
        case "newline":
            return Token(group, text, *extent)
        case "symbol":
            symbol = _SYMBOL_SPELLINGS.get(text, text)
            return Token(symbol, symbol, *extent)
        case "number" | "superscript":
            number = text.replace("_", "").translate(_SUPERSCRIPT_VALUES)
            if math.isinf(float(number)):
                raise source.error("too-large", "the number is beyond the range of a double, 1.8e308", extent)
            return Token(group, number, *extent)
        case "name":
            return _name(source, text, extent)
        case "malformed":
            raise source.error("syntax", f"'{text}' is not a number", extent, _NUMBER_HINT)
        case _:
            raise source.error("syntax", f"unexpected character {text!r}", extent, _HINTS.get(text))


def _name(source: Source, text: str, extent: tuple[int, int]) -> Token:
    """Names that differ only in their typeface are the same, as in Python: NFKC reads 𝑥 as x, and x₁ as x1."""
    name = text
    if not text.isascii():
        import unicodedata

        name = unicodedata.normalize("NFKC", text)
        name = _NAME_SPELLINGS.get(name, name)
        if not (name.isidentifier() and re.fullmatch(_NAME, name)):
            raise source.error("syntax", f"'{text}' is not a name", extent, "a name has letters, digits and _")
    if name in _WORD_OPERATORS:
        return Token(name, name, *extent)
    return Token("literal" if name in LITERALS else "name", name, *extent)


def _balance(source: Source, token: Token, unclosed: list[Token]) -> None:
    """Open or close a bracket."""
    if token.kind in BRACKETS:
        if len(unclosed) == MAX_DEPTH:
            raise source.error("too-large", f"brackets are nested more than {MAX_DEPTH} deep", token.extent)
        unclosed.append(token)
    elif token.kind in BRACKETS.values():
        if not unclosed:
            raise source.error("syntax", f"'{token.kind}' closes no bracket", token.extent, "remove it or open one")
        opening = unclosed.pop()
        expected = BRACKETS[opening.kind]
        if token.kind != expected:
            message = f"expected '{expected}', found '{token.kind}'"
            raise source.error("syntax", message, token.extent, f"close '{opening.kind}' first")


class TokenReader:
    """The tokens of a text, taken one by one, and the errors that say what was expected instead of the next."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens = tokenize(source)
        self.position = 0

    @property
    def token(self) -> Token:
        """The token to be taken next."""
        return self.tokens[self.position]

    @property
    def following(self) -> Token:
        return self.tokens[self.position + 1]

    @property
    def previous(self) -> Token:
        return self.tokens[self.position - 1]

    def advance(self) -> Token:
        self.position += 1
        return self.previous

    def expect(self, kind: str, expected: str) -> Token:
        if self.token.kind != kind:
            self.unexpected(expected)
        return self.advance()

    def items(self, closing: str) -> Iterator[None]:
        """Once before each item of a list with commas; a trailing comma and the closing bracket are taken too."""
        while self.token.kind != closing:
            yield
            if self.token.kind != closing:
                self.expect(",", f"an operator, ',' or '{closing}'")
        self.advance()

    def unexpected(self, expected: str) -> NoReturn:
        found = {"end": "the end", "newline": "the end of the line"}.get(self.token.kind, f"'{self.token.text}'")
        raise self.syntax_error(f"expected {expected}, found {found}", self.token.extent, _HINTS.get(self.token.kind))

    def syntax_error(self, message: str, extent: tuple[int, int], hint: str | None = None) -> InputError:
        return self.source.error("syntax", message, extent, hint)
