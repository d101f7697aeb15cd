"""Derivatives as text, by the rules of a textbook; and as somebody might get them wrong."""

from __future__ import annotations

import ast

from .exact import parsed
from .numbers import DoubtError

RULES = {
    "sqrt": "0.5/sqrt({u})", "rsqrt": "-0.5/({u}*sqrt({u}))", "square": "2*{u}", "reciprocal": "-1/{u}**2",
    "exp": "exp({u})", "exp2": "exp2({u})*log(2)", "expm1": "exp({u})", "log": "1/{u}", "log2": "1/({u}*log(2))",
    "log10": "1/({u}*log(10))", "log1p": "1/(1 + {u})", "sin": "cos({u})", "cos": "-sin({u})",
    "tan": "(1 + tan({u})**2)",
    "asin": "1/sqrt(1 - {u}**2)", "acos": "-1/sqrt(1 - {u}**2)", "atan": "1/(1 + {u}**2)", "sinh": "cosh({u})",
    "cosh": "sinh({u})", "tanh": "(1 - tanh({u})**2)", "asinh": "1/sqrt({u}**2 + 1)",
    "acosh": "1/(sqrt({u} - 1)*sqrt({u} + 1))", "atanh": "1/((1 - {u})*(1 + {u}))", "erf": "2/sqrt(pi)*exp(-{u}**2)",
    "erfc": "-2/sqrt(pi)*exp(-{u}**2)", "lgamma": "digamma({u})", "sigmoid": "sigmoid({u})*(1 - sigmoid({u}))",
    "logit": "1/({u}*(1 - {u}))", "softplus": "sigmoid({u})", "logsigmoid": "(1 - sigmoid({u}))",
    "silu": "(sigmoid({u}) + {u}*sigmoid({u})*(1 - sigmoid({u})))",
    "gelu": "((1 + erf({u}/sqrt(2)))/2 + {u}*exp(-{u}**2/2)/sqrt(2*pi))", "relu": "({u} > 0)",
    "abs": "sign({u})", "leaky_relu": "where({u} > 0, 1, 0.01)", "elu": "where({u} > 0, 1, exp({u}))",
    "deg2rad": "pi/180", "rad2deg": "180/pi", "detach": "0", "sign": "0", "floor": "0", "ceil": "0", "round": "0",
    "trunc": "0", "frac": "1",
}  # fmt: skip
"""The outer derivative at `{u}`, which has brackets."""
PAIRS = {
    "hypot": ("{a}/hypot({a}, {b})", "{b}/hypot({a}, {b})"),
    "logaddexp": ("sigmoid({a} - {b})", "sigmoid({b} - {a})"),
    "atan2": ("{b}/({a}**2 + {b}**2)", "-{a}/({a}**2 + {b}**2)"),
    "maximum": ("({a} > {b})", "({b} >= {a})"),
    "minimum": ("({a} < {b})", "({b} <= {a})"),
}  # fmt: skip


def product(*factors: str) -> str:
    """Without what 0 and 1 make superfluous."""
    if "0" in factors:
        return "0"
    left = [factor for factor in factors if factor != "1"]
    return f"({'*'.join(left)})" if left else "1"


def total(a: str, b: str) -> str:
    return a if b == "0" else b if a == "0" else f"({a} + {b})"


def derivative(expr: str, name: str, inner: bool = True) -> str:
    """The derivative of an expression. Without `inner`, the chain rule is forgotten at the outermost function."""
    statement, *more = parsed(expr)
    if more:
        raise DoubtError("no rule for statements")
    return _derivative(statement.value, name, inner)


def _text(node: ast.expr) -> str:
    return f"({ast.unparse(node)})"


def _derivative(node: ast.expr, name: str, inner: bool = True) -> str:
    match node:
        case ast.Constant() | ast.Compare() | ast.BoolOp():
            return "0"
        case ast.Name(id):
            return "1" if id == name else "0"
        case ast.UnaryOp(ast.Not()):
            return "0"
        case ast.UnaryOp(ast.USub(), operand):
            return product("(-1)", _derivative(operand, name, inner))
        case ast.BinOp(left, op, right):
            return _operator(op, left, right, name, inner)
        case ast.Call(ast.Name(function), [operand]) if function in RULES:
            outer = RULES[function].format(u=_text(operand))
            return product(f"({outer})" if outer not in "01" else outer, _derivative(operand, name) if inner else "1")
        case ast.Call(ast.Name(function), [a, b]) if function in PAIRS:
            first, second = (rule.format(a=_text(a), b=_text(b)) for rule in PAIRS[function])
            return total(product(first, _derivative(a, name)), product(second, _derivative(b, name)))
        case ast.Call(ast.Name("where"), [condition, a, b]):
            return f"where({ast.unparse(condition)}, {_derivative(a, name)}, {_derivative(b, name)})"
    raise DoubtError(f"no rule for {ast.unparse(node)}")


def _operator(op: ast.operator, left: ast.expr, right: ast.expr, name: str, inner: bool) -> str:
    a, b = _text(left), _text(right)
    da, db = _derivative(left, name), _derivative(right, name)
    match op:
        case ast.Add():
            return total(da, db)
        case ast.Sub():
            return total(da, product("(-1)", db))
        case ast.Mult():
            return total(product(da, b), product(a, db))
        case ast.Div():
            return total(product(da, f"(1/{b})"), product("(-1)", a, db, f"(1/{b}**2)"))
        case ast.Pow() if db == "0":
            return product(b, f"{a}**({b} - 1)", da if inner else "1") if da != "0" else "0"
        case ast.Mod() if db == "0":
            return da
        case ast.FloorDiv():
            return "0"
    raise DoubtError(f"no rule for {type(op).__name__}")
