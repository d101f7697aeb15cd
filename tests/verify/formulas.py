"""Random expressions with their derivatives, written out by a differentiator that shares nothing with the package.

An expression is a tuple (function, *arguments), a number, or a name. `text` writes it in the language, `slope` is its
derivative by x, in textbook form, and `disguised` and `mutated` change a formula into an equal and into another one.
"""

from __future__ import annotations

from random import Random
from typing import Any

Formula = Any

UNARY = (
    "exp log sqrt sin cos tan atan tanh sinh cosh sigmoid softplus erf asinh square neg relu abs log1p expm1 rsqrt "
    "reciprocal exp2 log2 asin acos silu gelu erfc logsigmoid acosh atanh lgamma sign".split()
)


def random_formula(random: Random, size: int, names: tuple[str, ...] = ("x", "x", "y")) -> Formula:
    """A formula with about so many operations."""
    if size <= 0:
        return random.choice([*names, *names, random.randint(1, 4), 2])
    kind = random.random()
    if kind < 0.45:
        return random.choice(UNARY[:15] if random.random() < 0.6 else UNARY), random_formula(random, size - 1, names)
    if kind < 0.55:
        return "pow", random_formula(random, size - 1, names), random.choice([2, 3, -1, -2, 0.5, 1.5])
    left = random.randint(0, size - 1)
    name = random.choice(["add", "mul", "mul", "sub", "div", "add", "maximum" if random.random() < 0.3 else "mul"])
    return name, random_formula(random, left, names), random_formula(random, size - 1 - left, names)


SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "gt": ">"}


def text(f: Formula) -> str:
    if not isinstance(f, tuple):
        return str(f) if not isinstance(f, (int, float)) or f >= 0 else f"({f})"
    name, *args = f
    if name in SYMBOLS:
        return f"({text(args[0])} {SYMBOLS[name]} {text(args[1])})"
    if name == "neg":
        return f"(-{text(args[0])})"
    return f"{name}({', '.join(map(text, args))})"


def _sub(a: Formula, b: Formula) -> Formula:
    return "sub", a, b


def _mul(a: Formula, b: Formula) -> Formula:
    if a == 0 or b == 0:
        return 0
    return b if a == 1 else a if b == 1 else ("mul", a, b)


def _add(a: Formula, b: Formula) -> Formula:
    return b if a == 0 else a if b == 0 else ("add", a, b)


_BELL = lambda u: ("div", ("mul", 2, ("exp", ("neg", ("square", u)))), ("sqrt", "pi"))  # noqa: E731
_NORMAL = lambda u: ("div", ("exp", ("neg", ("div", ("square", u), 2))), ("sqrt", ("mul", 2, "pi")))  # noqa: E731

RULES = {
    "exp": lambda u: ("exp", u),
    "log": lambda u: ("div", 1, u),
    "sqrt": lambda u: ("div", 1, ("mul", 2, ("sqrt", u))),
    "sin": lambda u: ("cos", u),
    "cos": lambda u: ("neg", ("sin", u)),
    "tan": lambda u: ("div", 1, ("square", ("cos", u))),
    "atan": lambda u: ("div", 1, ("add", 1, ("square", u))),
    "tanh": lambda u: ("div", 1, ("square", ("cosh", u))),
    "sinh": lambda u: ("cosh", u),
    "cosh": lambda u: ("sinh", u),
    "sigmoid": lambda u: ("mul", ("sigmoid", u), ("sigmoid", ("neg", u))),
    "softplus": lambda u: ("sigmoid", u),
    "erf": _BELL,
    "erfc": lambda u: ("neg", _BELL(u)),
    "asinh": lambda u: ("rsqrt", ("add", 1, ("square", u))),
    "acosh": lambda u: ("rsqrt", ("sub", ("square", u), 1)),
    "atanh": lambda u: ("div", 1, ("sub", 1, ("square", u))),
    "asin": lambda u: ("rsqrt", ("sub", 1, ("square", u))),
    "acos": lambda u: ("neg", ("rsqrt", ("sub", 1, ("square", u)))),
    "square": lambda u: ("mul", 2, u),
    "neg": lambda u: -1,
    "relu": lambda u: ("where", ("gt", u, 0), 1, 0),
    "abs": lambda u: ("sign", u),
    "sign": lambda u: 0,
    "log1p": lambda u: ("div", 1, ("add", 1, u)),
    "expm1": lambda u: ("exp", u),
    "rsqrt": lambda u: ("div", -1, ("mul", 2, ("mul", u, ("sqrt", u)))),
    "reciprocal": lambda u: ("div", -1, ("square", u)),
    "exp2": lambda u: ("mul", ("exp2", u), ("log", 2)),
    "log2": lambda u: ("div", 1, ("mul", u, ("log", 2))),
    "lgamma": lambda u: ("digamma", u),
    "silu": lambda u: ("add", ("sigmoid", u), ("mul", ("silu", u), ("sub", 1, ("sigmoid", u)))),
    "gelu": lambda u: ("add", ("div", ("add", 1, ("erf", ("div", u, ("sqrt", 2)))), 2), ("mul", u, _NORMAL(u))),
    "logsigmoid": lambda u: ("sigmoid", ("neg", u)),
}


def slope(f: Formula) -> Formula:
    """The derivative by x."""
    if not isinstance(f, tuple):
        return int(f == "x")
    name, *args = f
    a, *rest = args
    if name in RULES:
        inner = slope(a)
        return _mul(RULES[name](a), inner) if inner != 0 else 0
    b = rest[0]
    return _BINARY[name](a, b, slope(a), slope(b))


_BINARY = {
    "pow": lambda a, b, da, db: _mul(("mul", b, ("pow", a, b - 1)), da),
    "add": lambda a, b, da, db: _add(da, db),
    "sub": lambda a, b, da, db: da if db == 0 else _sub(da, db),
    "mul": lambda a, b, da, db: _add(_mul(da, b), _mul(a, db)),
    "div": lambda a, b, da, db: ("div", _sub(_mul(da, b), _mul(a, db)), ("square", b)),
    "maximum": lambda a, b, da, db: ("where", ("gt", a, b), da, db),
}


DISGUISES = {
    "exp": [lambda u: ("div", 1, ("exp", ("neg", u))), lambda u: ("square", ("exp", ("div", u, 2)))],
    "square": [lambda u: ("pow", u, 2), lambda u: ("mul", u, u)],
    "cos": [lambda u: ("sub", 1, ("mul", 2, ("square", ("sin", ("div", u, 2))))), lambda u: ("cos", ("neg", u))],
    "sin": [lambda u: ("neg", ("sin", ("neg", u))), lambda u: ("mul", ("tan", u), ("cos", u))],
    "tan": [lambda u: ("div", ("sin", u), ("cos", u))],
    "sigmoid": [
        lambda u: ("div", 1, ("add", 1, ("exp", ("neg", u)))),
        lambda u: ("div", ("exp", u), ("add", 1, ("exp", u))),
    ],
    "cosh": [lambda u: ("div", ("add", ("exp", u), ("exp", ("neg", u))), 2)],
    "sinh": [lambda u: ("neg", ("sinh", ("neg", u)))],
    "tanh": [lambda u: ("div", ("sinh", u), ("cosh", u)), lambda u: ("sub", ("mul", 2, ("sigmoid", ("mul", 2, u))), 1)],
    "sqrt": [lambda u: ("pow", u, 0.5), lambda u: ("mul", u, ("rsqrt", u))],
    "rsqrt": [lambda u: ("div", 1, ("sqrt", u)), lambda u: ("pow", u, -0.5)],
    "log": [lambda u: ("neg", ("log", ("div", 1, u)))],
    "erf": [lambda u: ("sub", 1, ("erfc", u))],
    "mul": [lambda a, b: ("mul", b, a)],
    "add": [lambda a, b: ("add", b, a), lambda a, b: ("sub", a, ("neg", b))],
    "sub": [lambda a, b: ("neg", ("sub", b, a))],
    "div": [lambda a, b: ("mul", a, ("pow", b, -1))],
}  # fmt: skip


def disguised(random: Random, f: Formula, share: float = 0.25) -> Formula:
    """An equal formula that is written otherwise."""
    if not isinstance(f, tuple):
        return f
    name, *args = f
    args = [disguised(random, arg, share) for arg in args]
    if name in DISGUISES and random.random() < share:
        result: Formula = random.choice(DISGUISES[name])(*args)
        return result
    return (name, *args)


SWAPS = {
    "exp": ["exp2", "expm1"], "sin": ["cos", "tan"], "cos": ["sin"], "sinh": ["cosh"], "cosh": ["sinh", "exp"],
    "add": ["sub"], "sub": ["add"], "mul": ["div"], "maximum": ["add"], "tanh": ["sigmoid", "atan"],
    "sigmoid": ["tanh"], "sqrt": ["square"], "square": ["neg", "abs"], "rsqrt": ["reciprocal"],
    "log": ["log2", "log1p"], "abs": ["neg", "sqrt", "relu"], "sign": ["abs"], "erf": ["erfc", "tanh"],
}  # fmt: skip


def mutated(random: Random, f: Formula) -> Formula:
    """Most likely another formula: one place is changed."""
    if not isinstance(f, tuple) or random.random() < 0.15:
        return random.choice(
            [("neg", f), ("mul", 2, f), ("add", f, 1), ("abs", f), ("sqrt", ("square", f)), ("mul", f, ("sign", "x"))]
        )
    name, *args = f
    if name in SWAPS and random.random() < 0.3:
        return (random.choice(SWAPS[name]), *args)
    place = random.randrange(len(args))
    if name in ("pow", "where") and place == (1 if name == "pow" else 0):
        return (name, args[0], args[1] + 1) if name == "pow" else (name, ("gt", args[0][2], args[0][1]), *args[1:])
    args[place] = mutated(random, args[place])
    return (name, *args)
