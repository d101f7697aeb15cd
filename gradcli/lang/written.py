"""Operations that the expression language has no function for, written in it: what they compute, with their breaks.

Which piece of a `where` holds at a break is that of the operation: it tells which slope is taken there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.lang.tree import Expr, Name, fold, postorder, with_children

_ADDED = "beta*x + alpha*"

WRITTEN: dict[str, str] = {
    # arithmetic
    "one_less_square": "1 - x**2",
    "div_floor": "floor(a/b)",
    "div_trunc": "trunc(a/b)",
    "fmod_number": "x - divisor*trunc(x/divisor)",
    "fmod_tensor": "a - b*trunc(a/b)",
    "addcmul": "x + value*a*b",
    "addcdiv": "x + value*a/b",
    "lerp": "start + weight*(end - start)",
    "addmm scaled": f"{_ADDED}(a @ b)",
    "addmv": f"{_ADDED}(a @ b)",
    "baddbmm": f"{_ADDED}(a @ b)",
    "addbmm": f"{_ADDED}sum(a @ b, 0)",
    "addr": f"{_ADDED}outer(a, b)",
    # activations
    "logistic": "1/(1 + exp(-x))",
    "logaddexp2": "log2(2**a + 2**b)",
    "celu": "where(x > 0, x, alpha*expm1(x/alpha))",
    "mish": "x*tanh(log1p(exp(x)))",
    # pieces
    "fmax": "where(a >= b, a, b)",
    "fmin": "where(a <= b, a, b)",
    "hardtanh": "where(x <= min_val, min_val, where(x >= max_val, max_val, x))",
    "hardswish": "where(x <= -3, 0, where(x >= 3, x, x*(x + 3)/6))",
    "hardsigmoid": "where(x <= -3, 0, where(x >= 3, 1, (x + 3)/6))",
    "threshold": "where(x <= limit, value, x)",
    "softshrink": "where(x > lambd, x - lambd, where(x < -lambd, x + lambd, 0))",
    "hardshrink": "where(x > lambd, x, where(x < -lambd, x, 0))",
    "prelu": "where(x > 0, x, weight*x)",
    "clamp_min_number": "clamp(x, min=bound)",
    "clamp_max_number": "clamp(x, max=bound)",
    "masked_fill": "where(mask, value, x)",
    "masked_fill_tensor": "where(mask, value, x)",
    "sgn": "sign(x)",
    "round finer": "round(x*10**decimals)/10**decimals",
    "round coarser": "round(x/10**(-decimals))*10**(-decimals)",
    # losses
    "mse_loss mean": "mean((x - target)**2)",
    "mse_loss sum": "sum((x - target)**2)",
    "mse_loss none": "(x - target)**2",
    # with other arguments than the function of the same name has
    "gelu tanh": "0.5*x*(1 + tanh((2/pi)**0.5*(x + 0.044715*x**3)))",
    "elu scale": "scale*where(x > 0, x, alpha*expm1(x))",
    "softplus beta": "where(beta*x > threshold, x, log1p(exp(beta*x))/beta)",
}
"""By operation, and after a blank what tells a case from others; the names are those of the operation's arguments."""


_CASES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "addmm": lambda a: "" if (a["beta"], a["alpha"]) == (1, 1) else "scaled",
    "elu": lambda a: "" if a["scale"] == 1 else "scale",
    "gelu": lambda a: "tanh" if a["approximate"] == "tanh" else "",
    "mse_loss": lambda a: a["reduction"],
    "round": lambda a: "finer" if a["decimals"] > 0 else "coarser" if a["decimals"] < 0 else "",
    "softplus": lambda a: "" if (a["beta"], a["threshold"]) == (1, 20) else "beta",
}


def key_of(operation: str, arguments: Mapping[str, Any]) -> str:
    """What an operation with these arguments is entered under, if it is."""
    case = _CASES[operation](arguments) if operation in _CASES else ""
    return f"{operation} {case}" if case else operation


def arguments_of(key: str) -> frozenset[str]:
    """The names of the arguments that it is written with."""
    return frozenset(node.id for node in postorder(_parsed(WRITTEN[key])) if isinstance(node, Name))


def written(key: str, arguments: Mapping[str, Expr]) -> Expr:
    """The operation, with these expressions in the places of its arguments."""

    def put(node: Expr, parts: list[Expr]) -> Expr:
        return arguments.get(node.id, node) if isinstance(node, Name) else with_children(node, parts)

    return fold(_parsed(WRITTEN[key]), put)


@cache
def _parsed(text: str) -> Expr:
    return parse(text, find).program.result
