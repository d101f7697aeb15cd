"""Whether claimed formulas are the derivatives of a program wherever both exist: their difference becomes zero."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import sympy

from gradcli.lang.building import Builder
from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.lang.tree import NoFormError
from gradcli.verify import forms
from gradcli.verify.forms import CONSTANTS, Symbols, number
from gradcli.verify.symbolic import Solver, solver_of

_ATTEMPTS = (
    lambda difference: difference,
    sympy.expand,
    sympy.simplify,
    lambda difference: sympy.simplify(difference.rewrite(sympy.exp)),
)


def identical(request: Mapping[str, Any]) -> dict[str, Any]:
    """Answers {"identical": {name: whether the difference is identically zero}}. Raises NoFormError.

    The request is one of `problem.symbolic_request` that has also:

    formulas  by name: the text of the derivative that is claimed
    held      names whose value is part of the claim; the formulas need not hold for others
    """
    solver = solver_of({key: value for key, value in request.items() if key not in ("formulas", "held")})
    solver.move(request["values"])
    held = [symbol for symbol in solver.point if symbol.name.partition("[")[0] in request["held"]]
    known = {symbol: number(solver.point[symbol], request["dtype"]) for symbol in held}
    return {
        "identical": {name: _is_derivative(solver, name, text, known) for name, text in request["formulas"].items()}
    }


def _is_derivative(solver: Solver, name: str, text: str, known: Mapping[sympy.Symbol, sympy.Expr]) -> bool:
    (_, slopes, _), shape = solver.orders(name)[0], getattr(solver.names[name], "shape", ())
    algebra = Symbols(solver.request["dtype"])
    claimed = Builder(CONSTANTS | solver.names, algebra).build(
        parse(text, find, bound={*solver.names, *CONSTANTS}).program
    )
    if getattr(claimed, "shape", ()) not in ((), shape):
        raise NoFormError(f"the formula for {name} has another shape")
    if len(slopes) < prod(shape):
        raise NoFormError("too many elements to prove each of them")
    for index, slope in slopes.items():
        element = sympy.sympify(claimed[index] if getattr(claimed, "shape", ()) else claimed)
        for symbol, value in reversed(algebra.detached_values.items()):
            element = element.xreplace({symbol: value})
        difference = _plain(solver.shown.restored(slope) - element)
        if not (_vanishes(difference) or (known and _vanishes(difference.xreplace(known)))):
            return False
    return True


def _plain(expression: sympy.Expr) -> sympy.Expr:
    """The expression in terms that SymPy knows how to simplify: exact numbers, and its own functions."""
    exact = {x: sympy.Rational(x) for x in expression.atoms(sympy.Float)}
    pieces = expression.xreplace(exact).replace(forms.absolute, sympy.Abs).replace(forms.sign, sympy.sign)
    return pieces.replace(forms.step, lambda a, b: forms.where(a > b, sympy.Integer(1), sympy.Integer(0)))


def _vanishes(difference: sympy.Expr) -> bool:
    """Whether the difference simplifies to zero."""
    return any(attempt(difference) == 0 for attempt in _ATTEMPTS)
