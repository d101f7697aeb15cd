"""The domain on which an identity is proved, in words: read off the operations that are not smooth everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gradcli.lang.tree import Call, Expr, Name, Number, Program, postorder
from gradcli.lang.unparse import unparse

_SHOWN = 6

Condition = Callable[..., Iterable[str]]


def _has_names(node: Expr) -> bool:
    return any(isinstance(part, Name) for part in postorder(node))


def whole(node: Expr) -> int | None:
    """The whole number that a literal is."""
    if isinstance(node, Call) and node.function == "neg":
        found = whole(node.args[0])
        return None if found is None else -found
    return int(node.value) if isinstance(node, Number) and float(node.value).is_integer() else None


def _sign(node: Expr) -> int:
    """2 for what is certainly positive, 1 for what is not negative, else 0."""
    if isinstance(node, Number):
        return 2 if node.value > 0 else 1
    if not isinstance(node, Call) or node.function not in _SIGNS:
        return 0
    return _SIGNS[node.function](*node.args)


def _sign_of_power(base: Expr, exponent: Expr) -> int:
    power = whole(exponent)
    return _sign(base) or (1 if power is None or power % 2 == 0 else 0)


def _sign_of_product(a: Expr, b: Expr) -> int:
    return min(_sign(a), _sign(b))


_SIGNS: dict[str, Callable[..., int]] = {
    **dict.fromkeys(("exp", "exp2", "cosh", "sigmoid", "softplus", "rsqrt"), lambda *_: 2),
    **dict.fromkeys(("square", "abs", "sqrt", "relu"), lambda *_: 1),
    "add": lambda a, b: max(_sign(a), _sign(b)) if min(_sign(a), _sign(b)) else 0,
    "mul": _sign_of_product,
    "div": _sign_of_product,
    "pow": _sign_of_power,
}
"""By function."""


def _positive(u: Expr, *_: Expr) -> list[str]:
    return [f"{unparse(u)} > 0"] if _has_names(u) and _sign(u) <= 1 else []


def _nonzero(u: Expr, *_: Expr) -> list[str]:
    """That each factor is not 0. What a root is taken of is positive anyway."""
    if not _has_names(u) or _sign(u) > 1:
        return []
    if isinstance(u, Call) and u.function in ("mul", "div", "neg"):
        return [text for arg in u.args for text in _nonzero(arg)]
    if isinstance(u, Call) and u.function in ("pow", "square"):
        return _nonzero(u.args[0])
    return [] if isinstance(u, Call) and u.function == "sqrt" else [f"{unparse(u)} != 0"]


def _power(base: Expr, exponent: Expr) -> list[str]:
    power = whole(exponent)
    if power is None:
        return _positive(base)
    return _nonzero(base) if power < 0 else []


def _within_one(u: Expr) -> list[str]:
    return [f"abs({unparse(u)}) < 1"]


def _distinct(a: Expr, *others: Expr) -> list[str]:
    return [f"{unparse(a)} != {unparse(b)}" for b in others if a != b]


def _not_whole(text: str) -> Condition:
    return lambda *args: [f"{text.format(*map(unparse, args))} is not whole"]


def _says(text: str) -> Condition:
    return lambda *args: [text.format(*map(unparse, args))]


CONDITIONS: dict[str, Condition] = {
    "div": lambda a, b: _nonzero(b),
    "pow": _power,
    "log1p": _says("{0} > -1"),
    "logit": _says("0 < {0} < 1"),
    "xlogy": lambda x, y: [*_nonzero(x), *_positive(y)],
    "hypot": _says("hypot({0}, {1}) != 0"),
    "tan": _says("cos({0}) != 0"),
    "acosh": _says("{0} > 1"),
    "atan2": _says("{0} != 0 or {1} > 0"),
    "round": _not_whole("{0} + 1/2"),
    "floor_divide": _not_whole("({0})/({1})"),
    "remainder": _not_whole("({0})/({1})"),
    "logdet": _says("det({0}) > 0"),
    **dict.fromkeys(("sqrt", "rsqrt", "log", "log2", "log10"), _positive),
    **dict.fromkeys(("reciprocal", "relu", "leaky_relu", "elu", "abs", "sign"), _nonzero),
    **dict.fromkeys(("asin", "acos", "atanh"), _within_one),
    **dict.fromkeys(("lgamma", "digamma"), _says("{0} is not 0, -1, -2, ...")),
    "polygamma": _says("{1} is not 0, -1, -2, ..."),
    **dict.fromkeys(("floor", "ceil", "trunc", "frac"), _not_whole("{0}")),
    **dict.fromkeys(("clamp", "maximum", "minimum", "lt", "le", "gt", "ge", "eq", "ne"), _distinct),
    **dict.fromkeys(("max", "min", "amax", "amin"), _says("no ties in {0}")),
    **dict.fromkeys(("norm", "std"), _says("{0} does not vanish")),
    **dict.fromkeys(("inv", "solve"), _says("det({0}) != 0")),
}
"""By function, what holds where it has a value and a slope."""


def domain(programs: Iterable[Program]) -> str:
    """What holds wherever all of the programs exist and are smooth."""
    found: dict[str, None] = {}
    for program in programs:
        for tree in (*(step.value for step in program.assignments), program.result):
            for node in postorder(tree):
                if isinstance(node, Call) and node.function in CONDITIONS and _has_names(node):
                    arguments = (*node.args, *(value for _, value in node.keywords))
                    found.update(dict.fromkeys(CONDITIONS[node.function](*arguments)))
    conditions = [one for one in found if not (one.endswith("!= 0") and one.replace("!= 0", "> 0") in found)]
    if not conditions:
        return "everywhere"
    more = f", and {len(conditions) - _SHOWN} more conditions" if len(conditions) > _SHOWN else ""
    return f"where {', '.join(conditions[:_SHOWN])}{more}"
