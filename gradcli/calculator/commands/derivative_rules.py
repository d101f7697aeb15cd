"""The derivative rules of the operations that an expression can reach, as formulas of the expression language.

That of an element-wise operation is traced: the local derivative, by which the cotangent of the result is multiplied.
Where shapes and axes decide, it is written in WHOLE: the contribution itself, in which `g` is that cotangent, and the
other names are those of the operation's arguments, and `result`.
The backward loop then fits the contribution to its argument: it adds up over axes that were broadcast, and spreads what
was reduced. For a reduction along axes, `g` and `result` stand for themselves with those axes kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcli.calculator.commands.tidy import tidied
from gradcli.calculator.commands.traced_rules import traced
from gradcli.engine.op import Op
from gradcli.lang.functions import find, functions
from gradcli.lang.parser import parse
from gradcli.lang.tree import Call, Expr, Literal, Name, Number, fold, with_children

Slots = Mapping[str, Any]
Formula = str | Callable[[Slots], str]
"""A formula, or a function of what the operation was called with (its arguments, `result`, and `item` in a list)."""

PLACED = "g where the elements were taken from, 0 elsewhere"
ON_DIAGONAL = "g on that diagonal, 0 elsewhere"
OTHERS = "g times the product of the other elements"
RUNNING = "the sum of each g times the product of the other elements up to it"
COFACTORS = "g times the cofactors of x"
OVER_DET = "g times the cofactors of x, over det(x)"
WORDS = {PLACED, ON_DIAGONAL, OTHERS, RUNNING, COFACTORS, OVER_DET}
"""Rules that have no formula in the language."""


def _prod(slots: Slots) -> str:
    return "g*(result/x)" if np.all(slots["x"]) else OTHERS


def _cumprod(slots: Slots) -> str:
    """No element is divided by where a product is 0, or has lost its digits."""
    sizes = np.abs(slots["result"])
    divides = np.all(np.isfinite(sizes) & (sizes >= np.finfo(sizes.dtype).tiny))
    return "flip(cumsum(flip(g*result, axis), axis), axis)/x" if divides else RUNNING


def _hits(x: str, slots: Slots) -> str:
    """Where an extreme is, which may be NaN."""
    missing = np.any(np.isnan(slots["result"]))
    return f"({x} == result or {x} != {x} and result != result)" if missing else f"({x} == result)"


def _shared(slots: Slots, x: str = "x") -> str:
    """Equal extremes share what arrives."""
    hits = _hits(x, slots)
    return f"g*{hits}/sum({hits}, axis=axis, keepdims=True)"


def _first(slots: Slots) -> str:
    """As `_shared`, but along an axis the first of equal extremes takes all."""
    hits = _hits("x", slots)
    if slots["axis"] is None:
        return f"where({hits}, g/sum({hits}), 0)"
    return f"where({hits}*cumsum({hits}, axis=axis) == 1, g, 0)"


def _centred(slots: Slots) -> str:
    """The deviations from the mean; where that is infinite, or NaN, all are NaN."""
    mean = "mean(x, axis=axis, keepdims=True)"
    return f"(x - {mean})" if np.all(np.isfinite(slots["x"])) else f"(x - {mean} + 0*{mean})"


def _std(slots: Slots) -> str:
    if np.all(slots["result"]):
        return f"g*{_centred(slots)}/((n - correction)*result)"
    return f"where(result == 0, 0, g)*{_centred(slots)}/((n - correction)*where(result == 0, inf, result))"


def _norm(slots: Slots) -> str:
    order, positive = slots["ord"], np.all(slots["result"])
    if order == 0:
        return "0"
    if math.isinf(order):
        return f"sign(x)*({_shared(slots, 'abs(x)')})"
    if order in (1, 2):
        return "g*sign(x)" if order == 1 else "g*(x/result)" if positive else "g*(x/where(result == 0, inf, result))"
    if positive and np.all(slots["x"]):
        return "g*sign(x)*(abs(x)/result)**(ord - 1)"
    g, size = ("g", "result") if positive else ("where(result == 0, 0, g)", "where(result == 0, 1, result)")
    return f"{g}*where(x == 0, 0, sign(x)*(abs(x)/{size})**(ord - 1))"


def _det(slots: Slots) -> str:
    if not np.all(slots["result"]):
        return COFACTORS
    each = "g*result" if slots["x"].ndim == 2 else "unsqueeze(unsqueeze(g*result, -1), -1)"
    return f"{each}*transpose(inv(x))"


def _logabsdet(slots: Slots) -> str:
    if np.any(np.isneginf(slots["result"])):
        return OVER_DET
    return f"{'g' if slots['x'].ndim == 2 else 'unsqueeze(unsqueeze(g, -1), -1)'}*transpose(inv(x))"


def _solve(slots: Slots) -> str:
    if slots["result"].ndim == 1:
        return "-outer(solve(transpose(a), g), result)"
    if slots["result"].ndim < slots["a"].ndim:
        return "-unsqueeze(solve(transpose(a, -2, -1), g), -1)*unsqueeze(result, -2)"
    return "-solve(transpose(a, -2, -1), g) @ transpose(result, -2, -1)"


def _permute(slots: Slots) -> str:
    count = slots["x"].ndim
    axes = [*reversed(range(count))] if slots["axes"] is None else [axis % count for axis in slots["axes"]]
    return f"permute(g, {sorted(range(count), key=axes.__getitem__)})"


def _reshape(slots: Slots) -> str:
    return f"reshape(g, {[*slots['x'].shape]})"


def _flip(slots: Slots) -> str:
    axis = slots["axis"]
    axes = [*range(slots["x"].ndim)] if axis is None else [axis] if isinstance(axis, int) else axis
    text = "g"
    for each in axes:
        text = f"flip({text}, {each})"
    return text


def _stacked(slots: Slots) -> str:
    axis = slots["axis"] % slots["result"].ndim
    return f"g[{':, ' * axis}{slots['item']}]"


def _cut(slots: Slots) -> str:
    axis = slots["axis"] % slots["result"].ndim
    ends = np.cumsum([0, *(0 if array.shape == (0,) else array.shape[axis] for array in slots["arrays"])])
    return f"g[{':, ' * axis}{ends[slots['item']]}:{ends[slots['item'] + 1]}]"


def _diagonal(slots: Slots) -> str:
    square = slots["x"].ndim == 2 and slots["x"].shape[0] == slots["x"].shape[1]
    return "diag(g, offset)" if square else ON_DIAGONAL


WHOLE: dict[str, dict[str, Formula]] = {
    "sum": {"x": "g"},
    "mean": {"x": "g/n"},
    "prod": {"x": _prod},
    "max": {"x": _first},
    "min": {"x": _first},
    "amax": {"x": _shared},
    "amin": {"x": _shared},
    "var": {"x": lambda slots: f"2*g*{_centred(slots)}/(n - correction)"},
    "std": {"x": _std},
    "norm": {"x": _norm},
    "logsumexp": {"x": "g*exp(x - result)"},
    "softmax": {"x": "result*(g - sum(g*result, axis=axis, keepdims=True))"},
    "log_softmax": {"x": "g - exp(result)*sum(g, axis=axis, keepdims=True)"},
    "cumsum": {"x": "flip(cumsum(flip(g, axis), axis), axis)"},
    "cumprod": {"x": _cumprod},
    "dot": {"a": "g*b", "b": "g*a"},
    "mv": {"a": "outer(g, b)", "b": "transpose(a) @ g"},
    "mm": {"a": "g @ transpose(b)", "b": "transpose(a) @ g"},
    "bmm": {"a": "g @ transpose(b)", "b": "transpose(a) @ g"},
    "cross": {"a": "cross(b, g, axis=axis)", "b": "cross(g, a, axis=axis)"},
    "trace": {"x": lambda slots: f"g*eye({', '.join(map(str, slots['x'].shape))})"},
    "det": {"x": _det},
    "logabsdet": {"x": _logabsdet},
    "inv": {"x": "-transpose(result, -2, -1) @ g @ transpose(result, -2, -1)"},
    "solve": {"a": _solve, "b": "solve(transpose(a, -2, -1), g)"},
    "tril": {"x": "tril(g, k)"},
    "triu": {"x": "triu(g, k)"},
    "reshape": {"x": _reshape},
    "unsafe_view": {"x": _reshape},
    "squeeze": {"x": _reshape},
    "squeeze_": {"x": _reshape},
    "unsqueeze": {"x": _reshape},
    "expand": {"x": "g"},
    "transpose": {"x": "transpose(g, axis0, axis1)"},
    "t": {"x": "transpose(g)"},
    "permute": {"x": _permute},
    "flip": {"x": _flip},
    "stack": {"arrays": _stacked},
    "cat": {"arrays": _cut},
    "select": {"x": PLACED},
    "slice_axis": {"x": PLACED},
    "index": {"x": PLACED},
    "diagonal_copy": {"x": _diagonal},
    "diag_embed": {"x": "diag(g, offset)"},
}


@dataclass(frozen=True)
class Rule:
    """The rule of one argument.

    local    whether the formula is the local derivative; otherwise it is the contribution
    formula  with the operands in the places of the arguments; words where the language has none
    """

    local: bool
    formula: Expr | str


def rule_of(op: Op, argument: str, slots: Slots, names: Mapping[str, Expr]) -> Rule:
    """The rule of an operation for one of its arguments. Within `tracing()`.

    slots  what the operation was called with, and `item` in a list
    names  what stands in the formula for each slot, and for "g"
    """
    if op.name not in WHOLE:
        return Rule(True, traced(op, argument, slots, names))
    formula = WHOLE[op.name][argument]
    text = formula if isinstance(formula, str) else formula(slots)
    if text in WORDS:
        return Rule(False, text)
    known = dict(names)
    if "keepdims" in slots:
        known["n"] = Number(str(slots["x"].size // max(slots["result"].size, 1)))
        if slots["axis"] is not None and not slots["keepdims"]:
            known |= {name: _kept(names[name], slots["axis"], slots["x"].ndim) for name in ("g", "result")}
    parsed = parse(text, find, names=functions(), bound={*known, "n"}).program.result
    return Rule(False, fold(parsed, lambda node, parts: tidied(_substituted(node, parts, known))))


def _kept(tree: Expr, axis: int | tuple[int, ...], count: int) -> Expr:
    """The array with the axes along which it was reduced, of length 1."""
    for each in sorted(i % count for i in (axis if isinstance(axis, tuple) else (axis,))):
        tree = Call("unsqueeze", (tree, Number(str(each))))
    return tree


def _substituted(node: Expr, parts: list[Expr], known: Mapping[str, Expr]) -> Expr:
    if isinstance(node, Name):
        return known.get(node.id, node)
    node = with_children(node, parts)
    if isinstance(node, Call):  # axis=None is the default
        return Call(node.function, node.args, tuple(pair for pair in node.keywords if pair[1] != Literal(None)))
    return node
