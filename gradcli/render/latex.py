"""Expression trees as LaTeX, for amsmath."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from gradcli.lang.tree import Call, Expr, Index, List, Literal, Name, Number, Slice, fold

PLAIN = {"sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "det", "max", "min"}
GREEK = {"alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma"}
GREEK |= {"tau", "phi", "chi", "psi", "omega"}
BETWEEN = {
    "logical_or": (r" \vee ", 1),
    "logical_and": (r" \wedge ", 2),
    "lt": (" < ", 4),
    "le": (r" \leq ", 4),
    "gt": (" > ", 4),
    "ge": (r" \geq ", 4),
    "eq": (" = ", 4),
    "ne": (r" \ne ", 4),
    "add": (" + ", 5),
    "sub": (" - ", 5),
    "mul": (r" \cdot ", 6),
    "remainder": (r"\,\mathrm{mod}\,", 6),
    "matmul": (r"\,", 6),
}
"""What stands between two operands, and how tightly it binds."""
PRODUCT, NEGATION, POWER, ATOM = 6, 6, 8, 9
LARGEST = 6
"""Rows and columns of a matrix that is written out."""


class _Piece(NamedTuple):
    """A text, and how tightly its outermost operator binds."""

    text: str
    binds: int = ATOM

    def at(self, least: int) -> str:
        """The text, in brackets if it binds more loosely than it must."""
        return self.text if self.binds >= least else rf"\left({self.text}\right)"


def latex(tree: Expr, written: Mapping[str, str] = {}) -> str:
    """The tree as LaTeX: fractions, powers, roots, cases. `written` are names that are written in another way."""

    def piece(node: Expr, parts: list[_Piece]) -> _Piece:
        if isinstance(node, Name) and node.id in written:
            return _Piece(written[node.id])
        return _piece(node, parts)

    return fold(tree, piece).text


def latex_name(name: str) -> str:
    """A name: `v12` is v with an index, `theta` the Greek letter, a word is upright."""
    stem, number = re.fullmatch(r"(.*?)_?(\d*)", name).groups()  # type: ignore[union-attr]  # it matches everything
    if stem in GREEK:
        stem = rf"\{stem}"
    elif len(stem) > 1:
        stem = rf"\mathrm{{{_escaped(stem)}}}"
    return rf"{stem}_{{{number}}}" if number else stem or _escaped(name)


def latex_array(array: Any) -> str:
    """A number, a small vector or matrix; of others the shape."""
    array = np.asarray(array)
    if array.ndim == 0:
        return latex_number(array)
    if array.ndim > 2 or array.size == 0 or max(array.shape) > LARGEST:
        return rf"\text{{array of shape }} {array.shape}"
    rows = array.reshape(1, -1) if array.ndim == 1 else array
    body = r" \\ ".join(" & ".join(latex_number(value, 5) for value in row) for row in rows)
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def latex_number(value: Any, digits: int | None = None) -> str:
    """A number, with all its digits or so many; an exponent as a power of ten."""
    text = str(value) if digits is None else f"{float(value):.{digits}g}"
    text = {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{NaN}"}.get(text, text)
    return re.sub(r"e([+-]?)0*(\d+)$", lambda e: rf" \cdot 10^{{{e[1].strip('+')}{e[2]}}}", text)


def latex_words(text: str) -> str:
    """Words within mathematics."""
    return rf"\text{{{_escaped(text)}}}"


def _escaped(text: str) -> str:
    return re.sub(r"([_#%&${}])", r"\\\1", text)


def _piece(node: Expr, parts: list[_Piece]) -> _Piece:
    texts = [part.text for part in parts]
    match node:
        case Number(text):
            found = latex_number(text)
        case Name(text):
            found = r"\infty" if text == "inf" else latex_name(text)
        case Literal(value):
            found = r"\ldots" if value is ... else rf"\mathrm{{{value}}}"
        case List():
            found = rf"\left[{', '.join(texts)}\right]"
        case Slice():
            start, stop, step = ("" if text == r"\mathrm{None}" else text for text in texts)
            found = f"{start}:{stop}" + (f":{step}" if step else "")
        case Index():
            found = rf"{parts[0].at(ATOM)}\left[{', '.join(texts[1:])}\right]"
        case Call():
            return FORMS.get(node.function, _called)(node, parts)
    return _Piece(found)


Form = Callable[[Call, list[_Piece]], _Piece]


def _called(node: Call, parts: list[_Piece]) -> _Piece:
    """As functions are written that have no sign of their own."""
    name = rf"\{node.function}" if node.function in PLAIN else rf"\operatorname{{{_escaped(node.function)}}}"
    words = [""] * len(node.args) + [rf"\mathrm{{{word}}}=" for word, _ in node.keywords]
    arguments = ", ".join(word + part.text for word, part in zip(words, parts, strict=True))
    return _Piece(rf"{name}\left({arguments}\right)")


def _between(symbol: str, binds: int) -> Form:
    return lambda node, parts: _Piece(parts[0].at(binds) + symbol + parts[1].at(binds + 1), binds)


def _single(form: Callable[[_Piece], _Piece]) -> Form:
    """A form for calls with nothing but one argument."""
    return lambda node, parts: form(parts[0]) if len(parts) == 1 else _called(node, parts)


def _around(before: str, behind: str) -> Form:
    return _single(lambda x: _Piece(before + x.text + behind))


def _where(_node: Call, parts: list[_Piece]) -> _Piece:
    condition, yes, no = (part.text for part in parts)
    return _Piece(rf"\begin{{cases}} {yes} & {condition} \\ {no} & \text{{otherwise}} \end{{cases}}")


FORMS: dict[str, Form] = {
    **{name: _between(*sign) for name, sign in BETWEEN.items()},
    "div": lambda node, parts: _Piece(rf"\frac{{{parts[0].text}}}{{{parts[1].text}}}", POWER),
    "pow": lambda node, parts: _Piece(f"{parts[0].at(ATOM)}^{{{parts[1].text}}}", POWER),
    "neg": _single(lambda x: _Piece(f"-{x.at(PRODUCT)}", NEGATION)),
    "where": _where,
    "sqrt": _around(r"\sqrt{", "}"),
    "abs": _around(r"\left|", r"\right|"),
    "norm": _around(r"\left\|", r"\right\|"),
    "floor": _around(r"\left\lfloor ", r"\right\rfloor"),
    "ceil": _around(r"\left\lceil ", r"\right\rceil"),
    "transpose": _single(lambda x: _Piece(f"{x.at(ATOM)}^{{\\top}}", POWER)),
    "inv": _single(lambda x: _Piece(f"{x.at(ATOM)}^{{-1}}", POWER)),
}
"""How functions are written that have a sign of their own."""
