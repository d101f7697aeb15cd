"""Kinds of claims that give numbers at a point. Each makes a problem; what is true of it is computed."""

from __future__ import annotations

from random import Random
from typing import Any

from .slopes import Problem
from .trees import SIMPLE, point, tree, uses

DECIMALS = [0.1, 0.3, 0.01, 0.7, 0.07, 1 / 3, 2 / 3, 1.1, 2.3, 0.05, 1e-3]
Made = tuple[Problem, list[str]]


def smooth(draw: Random) -> Made:
    expr = tree(draw, draw.choice([1, 2, 2, 3]))
    return Problem(expr, {"x": point(draw)}), ["x"]


def several(draw: Random) -> Made:
    expr = tree(draw, draw.choice([2, 3]), "xyz")
    at = {name: point(draw) for name in "xyz" if uses(expr, name)} or {"x": point(draw)}
    names = [*at]
    if len(names) > 1 and draw.random() < 0.3:
        let = {names[-1]: at.pop(names[-1])}
        return Problem(expr, at, let), names[:-1]
    return Problem(expr, at), names


def float32(draw: Random) -> Made:
    expr = tree(draw, draw.choice([1, 2, 2]), constants=SIMPLE).replace("**0.3", "**3")
    return Problem(expr, {"x": point(draw, "float32")}, dtype="float32"), ["x"]


def literal(draw: Random) -> float:
    """A number at which something breaks: a decimal, a whole number, any."""
    roll = draw.random()
    if roll < 0.4:
        return draw.choice(DECIMALS)
    if roll < 0.6:
        return float(draw.randint(-5, 5))
    return round(draw.uniform(-4, 4), draw.choice([1, 2, 3, 15])) or 0.0


def breaks(draw: Random) -> Made:
    """At a break, or beside it."""
    c = literal(draw)
    u = (
        draw.choice([f"(x - {c})", f"({c} - x)", f"(x + {-c})", f"(2*(x - {c}))"])
        .replace("- -", "+ ")
        .replace("+ -", "- ")
    )
    v = draw.choice(["x", "x**2", "sin(x)", "exp(x)", "3", "(x + 1)", f"{u}"])
    w = draw.choice(["x", "2*x", "cos(x)", "0", "-1", "x**3"])
    expr = draw.choice(
        [
            f"abs{u}*{v}", f"relu({u}) + {v}", f"relu({u})*{v}", f"relu({u}) - relu(-{u})", f"maximum({u}, 0) + {w}",
            f"minimum(x, {c})*{v}", f"max([x, {c}]) + {w}", f"min([x, {c}, 2*x - {c}])", f"clamp(x, min={c}) + {w}",
            f"clamp(x, {c}, {c + 2})*{v}", f"clamp({u}, max=0)", f"where(x > {c}, {v}, {w})",
            f"where(x <= {c}, {v}, {w})",
            f"where({u} >= 0, {v}, {v})", f"(x > {c})*{v}", f"(x >= {c})*{u}", f"(x != {c})*{v} + {w}",
            f"sign({u})*{v}", f"{u}*sign({u})", f"{u}*abs({u})", f"abs({u})**1.5", f"abs({u})**0.5", f"sqrt(abs({u}))",
            f"({u}**4)**0.25", f"({u}**2)**0.5", f"abs({u})**3 + {w}", f"floor({u})*{v}", f"floor({u}) + {w}",
            f"ceil({u})*{u}", f"round({u} + 0.5)*{v}", f"round({u})*{v}", f"trunc({u})*{w}", f"frac({u})*{v}",
            f"({u} % 2)*{v}", f"{u} // 1 + {v}", f"{u}*({u} // 1)", f"leaky_relu({u}) + {w}", f"elu({u}, 2)*{v}",
            f"elu({u})", f"hypot({u}, 0)", f"norm([{u}, {u}])", f"acos(cos({u}))", f"abs(sin({u}))",
            f"maximum(2*x, x + x) + {v}", f"max([{v}, {v}]) + {w}", f"maximum({u}, -{u})", f"relu(abs({u}) - 1)",
            f"where(x > {c} and x < {c + 1}, {v}, {w})", f"where(x < {c} or x > {c + 1}, {v}, {w})",
            f"where(not x > {c}, {v}, {w})", f"sqrt({u}**2)*{v}", f"x % {abs(c) or 1}", f"x // {abs(c) or 1} + {v}",
            f"log(cosh({u})) + abs({u})", f"exp(-abs({u}))*{v}", f"atan2({u}, -1)", f"min([{u}, {u}**2, 0])",
        ]
    )  # fmt: skip
    near = [c, c, c, c + draw.choice([-1, 1]) * 10.0 ** -draw.randint(0, 14), draw.uniform(-3, 3), 2 * c, 3 * c]
    return Problem(expr, {"x": draw.choice(near)}), ["x"]


def ties(draw: Random) -> Made:
    """Decimals that meet: exact arithmetic on the doubles decides, and rounding often decides otherwise."""
    a = draw.choice([3, 7, 6, 0.1, 0.3, 1.1, 9, 0.7])
    x = draw.choice(DECIMALS) * draw.choice([1, 1, 2, 3])
    product = float(f"{a * x:.12g}")
    u = draw.choice([f"({a}*x - {product})", f"(x*{a} - {product})", f"({a}*x + {-product})".replace("+ -", "- ")])
    s = float(f"{a + x:.12g}")
    q = float(f"{x / a:.12g}")
    v = draw.choice(["x", "3*x", "x**2", "(1 + x)"])
    expr = draw.choice(
        [
            f"relu({u})", f"abs({u})", f"maximum({a}*x, {product})", f"where({a}*x > {product}, {v}, -{v})",
            f"where({a}*x >= {product}, {v}, 0)", f"where({a}*x == {product}, 2*x, 5*x)", f"sign({u})*{u}",
            f"relu(({a} + x) - {s})", f"where({a} + x > {s}, {v}, -x)", f"floor({a}*x/{product})*{v}",
            f"(x / {a} > {q})*{v}", f"relu(x/{a} - {q})", f"round({u})*{v}", f"x % {x / 3!r}", f"x // {x / 3!r} + {v}",
            f"minimum({a}*x, {product}) + x", f"clamp({a}*x, min={product})", f"leaky_relu({u})", f"elu({u}, 3)",
            f"sqrt({u}**2)", f"({a}*x) % {product}", f"floor(x/{x / 7!r} + {v})*x", f"max([{a}*x, {product}])",
        ]
    )  # fmt: skip
    return Problem(expr, {"x": x}), ["x"]


def isolated(draw: Random) -> Made:
    """A value given at one point only: that of the rest, exactly, or a clearly different one."""
    c = draw.choice([0.0, 0.5, 1.0, -2.0, 3.0, 0.25])
    rest, value = draw.choice([("x**2", c * c), ("3*x", 3 * c), ("x", c), ("x*abs(x)", c * abs(c)), ("-4*x", -4 * c)])
    value += draw.choice([0, 0, 0, 1, -2.5])
    expr = draw.choice(
        [
            f"where(x == {c}, {value}, {rest})", f"where(x != {c}, {rest}, {value})",
            f"where(abs(x - {c}) > 0, {rest}, {value})", f"(x == {c})*{value} + (x != {c})*{rest}",
            f"where(x < {c}, {rest}, where(x > {c}, {rest}, {value}))", f"{rest} + (x == {c})*5 - (x == {c})*5",
            f"where(x == {c}, {value}, {rest}) + relu(x - {c})**2",
        ]
    )  # fmt: skip
    return Problem(expr.replace("- -", "+ "), {"x": c}), ["x"]


def detached(draw: Random) -> Made:
    u = tree(draw, draw.choice([1, 2]))
    v = tree(draw, 1, steps=False)
    c = literal(draw)
    expr = draw.choice(
        [
            f"detach({u})*{v}", f"{v} - detach({v})", f"u = {u}; detach(u)*u", f"({v})**2*detach(sign({v}))",
            f"detach(floor(x))*x + {v}", f"x - detach(x - {c})", "detach(x) + 0*x", "relu(x - detach(x))",
            f"abs(x - detach(x)) + {v}", f"where(detach(x) > {c}, {v}, x)", f"(x - detach(x))**2 + {v}",
            "round(x) + x - detach(x)", "x + detach(round(x) - x)", f"exp(x - detach(x))*detach({v})",
            "maximum(x, detach(x))", "sum([x, detach(x), x*detach(x)])", "detach(x)**2*x - x",
            f"detach(where(x > {c}, {u}, 1))*{v}", f"u = detach({v}); v = u*x; v + detach(v)*x",
        ]
    )  # fmt: skip
    return Problem(expr.replace("- -", "+ "), {"x": draw.choice([point(draw), c])}), ["x"]


def domain(draw: Random) -> Made:
    """At the ends of domains, poles, where there is no real value, and where that is dropped."""
    c = draw.choice([0.0, 1.0, 2.0, 0.5, -1.0])
    u = f"(x - {c})" if c > 0 else f"(x + {-c})" if c else "x"
    v = draw.choice(["x", "2*x", "x**2", "sin(x)"])
    expr, x = draw.choice(
        [
            (f"sqrt({u})", c), (f"sqrt({u})*{v}", c), (f"log({u})", c), (f"{u}*log({u})", c), (f"{u}**0.3", c),
            (f"{u}**1.5", c), (f"{u}**(1/3)", c), (f"abs({u})**0.3", c), (f"abs({u})**(1/3)*{u}", c), (f"1/{u}", c),
            (f"log({u}**2)", c), (f"{u}**(-2)", c), (f"exp(-1/{u}**2)", c), (f"exp(1/{u})", c), (f"atan(1/{u})", c),
            ("asin(x)", 1.0), ("acos(x)", -1.0), ("asin(x)**2", 1.0), ("acosh(x)", 1.0), ("atanh(x)", 1.0),
            ("log(-1) + x", 1.0), ("log(x)", -abs(c) - 0.5), ("sqrt(x)", -2.0), ("x**0.5", -1.0), ("asin(x)", 1.5),
            (f"where({u} > 0, log({u}), {v})", c - 1), (f"where({u} > 0, log({u}), {v})", c + 1),
            (f"where({u} > 0, sqrt({u}), {u})", c), (f"where({u} != 0, {v}/{u}, 1)", c + 1), (f"{v}*0/{u}", c),
            (f"where({u} == 0, 1, sin({u})/{u})", c), (f"sin({u})/{u}", c), (f"expm1({u})/{u}", c),
            (f"where({u} == 0, 1, expm1({u})/{u})", c), (f"where({u} == 0, 0, {u}**2*sqrt(abs({u})))", c),
            (f"sinc({u})", c), (f"xlogy({u}, 2)", c), (f"xlogy({u}, {u})", c), ("xlogy(x, x + 1)", 0.0),
            ("logit(x)", 1.0), ("digamma(x)", -1.0), ("digamma(x)", 0.0), ("lgamma(x)", 0.5), ("rsqrt(x)", 0.0),
            ("tan(x)", 1.5707963267948966), ("1/cos(x)", 1.5707963267948966), ("log(sin(x))", 0.0),
            (f"relu(log({u}))", c + 0.5), (f"where(x < {c + 3}, {v}, sqrt({c + 1} - x))", c + 2), ("x**x", 0.5),
            ("x**x", 0.0), ("0**x", 1.0), (f"sqrt({u}**2 + 0)", c), (f"sqrt({u}**4)", c), ("log(abs(x))", -2.0),
            ("(-2)**x", 2.0), ("x**3.0", -2.0), ("x**0", 0.0), (f"sqrt({u})*sqrt({u})", c), ("log(1 - x)", 1.0),
            ("sqrt(1 - cos(x))", 0.0), ("log(exp(x))", 1e3), ("hypot(x, 0)", 0.0), ("atan2(x, x)", 1.0),
            ("where(x > 0, sqrt(x), 0)*where(x > 0, sqrt(x), 0)", 0.0), ("where(x >= 0, sqrt(-x), x)", -3.0),
        ]
    )  # fmt: skip
    return Problem(expr, {"x": x}), ["x"]


def extreme(draw: Random) -> Made:
    """Double arithmetic overflows or underflows inside, the derivative does not."""
    a = draw.choice([710.0, 745.5, 800.0, 900.0, 1200.0])
    v = draw.choice(["x", "x**2", "sin(x)", "1"])
    expr, x = draw.choice(
        [
            ("exp(x)*exp(-x)", a), ("log(exp(x))", a), ("exp(x)/exp(x)", a), (f"exp(x)*{v}*exp(-x)", a),
            ("log(1 + exp(x))", a), ("exp(x)/(1 + exp(x))", a), ("sqrt(x*1e200*x*1e200)/1e200", 3.0),
            ("log(exp(x) + exp(2*x))", a), ("sinh(x)/cosh(x)", a), ("exp(x - 1000)*exp(1000 - x)*x", a),
            ("log(x**400)", 7.5), ("(x*1e200)**2/1e200/1e200", 1.7), ("x*1e-200*1e-200*1e200*1e200", 2.5),
            ("(x*1e-170)**2*1e170*1e170", 1.3), ("hypot(x*1e200, 1e200)/1e200", 1.1), ("sqrt(x**2*1e-320)*1e160", 2.0),
            ("logaddexp(x, 2*x)", a), ("softplus(x)", a), ("log(cosh(x))", a), ("log(sinh(x))", a),
            ("1/exp(-x)/exp(x)*x", a),
            ("exp(-x)*exp(x)*x", a), ("x**300/x**299", 1e3), ("prod([x, x, 1e-300, 1e-10])", 1e160),
            ("exp(-x**2)", 40.0),
            ("exp(-exp(x))", 7.0), ("sigmoid(x)", -a), ("exp(-x)", a), ("tanh(x)", 400.0), ("erfc(x)", 28.0),
            ("atan(x*1e300)*1e300", 1e10), ("1/(1 + exp(x))", a), ("log(softplus(x))", -a), ("log(erfc(x))", 30.0),
            ("exp(x)*1e-320", 737.0), ("log(sigmoid(x))", -a), ("x**(-400)*x**401", 9.0), ("2**x*2**(-x)", 2000.0),
        ]
    )  # fmt: skip
    return Problem(expr, {"x": x + draw.choice([0.0, 0.0, 0.25, draw.random()])}), ["x"]


def cut(draw: Random) -> Made:
    """Angles at and beside the branch cut."""
    x, y = draw.choice([0.0, 0.0, 1e-300, -1e-300, 1.0, -1.0, 1e-17]), draw.choice([-1.0, -2.5, 1.0, 0.5, -1e-3])
    f = draw.choice([
        "atan2(x, y)", "atan2(x, y)**2", "sin(atan2(x, y))", "abs(atan2(x, y))", "cos(atan2(x, y))",
        "atan2(x, y)*x", "atan2(x, -y)", "atan2(2*x, y*3)", "x*y + atan2(x, y)", "atan2(abs(x), y)",
    ])  # fmt: skip
    return Problem(f, {"x": x, "y": y}), draw.choice([["x"], ["y"], ["x", "y"]])


def constant(draw: Random) -> str:
    """A power of ten, from 1e-300 to 1e300, or a number near one."""
    return f"{draw.choice(['1', '1', '3', '2.5', '7'])}e-{draw.choice([5, 8, 16, 17, 20, 30, 60, 100, 150, 200, 300])}"


def cancel(draw: Random) -> Made:
    """Digits that cancel: no double arithmetic sees what is left."""
    c, big = constant(draw), f"1e{draw.choice([8, 16, 17, 20, 50, 100, 200, 300])}"
    expr = draw.choice(
        [
            f"(log(1 + x*{c})/{c})**2", f"((1 + x*{c}) - 1)/{c}*x", f"(sqrt(1 + {c}*x) - 1)/{c}",
            f"(x + {big}) - {big}",
            f"(exp(x*{c}) - 1)/{c}", f"exp(x*{c}) - 1 - x*{c}", f"(exp(x*{c}) - 1 - x*{c})/{c}/{c}", f"sin(x*{big})",
            f"(1 - cos({c}*x))/{c}/{c}", f"(x + {big})**2 - {big}*(2*x + {big})", f"({big}*x + x**2) - {big}*x",
            f"(tanh(1 + x*{c}) - tanh(1))/{c}", f"(atan({big} + x) - atan({big}))*{big}",
            f"sin(x + {big})*cos(x + {big})",
            f"log(x + {big}) - log({big})", f"(cos(x*{c}) + sin(x*{c}) - 1)/{c}", f"1/x - 1/(x + {c})",
            f"cos(x*{big})*x",
            f"relu((1 + x*{c}) - 1)", f"abs((x + {big}) - {big})", f"where(1 + x*{c} > 1, 3*x, x**2)",
            f"sinh(x*{c})/{c}",
            f"floor(x + 1 - {c})*x", f"(x*{c} + 1 > 1)*x", f"sqrt(x**2 + {c}) - sqrt(x**2)", "exp(log(x**2)/2)*x",
            f"x - sin(x*{c})/{c}", f"({c} + x) - x", f"(1/(1 - x*{c}) - 1)/{c}", f"log1p(x*{c})/{c} - x",
            f"erf(x*{c})/{c}", f"(sigmoid(x*{c}) - 0.5)/{c}", f"({big} - x)*({big} + x) - {big}*{big}",
            f"sum([x, {big}, -{big}])", f"(x**2 + {big})/{big}*{big} - {big}", f"asinh(x*{big}) - log(x*{big})",
            f"(x + {c})**3 - x**3", f"det([[1 + x*{c}, 1], [1, 1]])/{c}", f"tan(x*{c})/{c}*x",
            f"log((1 + x*{c})**2)/{c}",
        ]
    )  # fmt: skip
    return Problem(expr, {"x": draw.choice([1.3, 0.7, draw.uniform(0.1, 3), -draw.uniform(0.1, 3), 2.0])}), ["x"]


NUMERIC: dict[str, Any] = {
    "smooth": smooth, "several": several, "float32": float32, "break": breaks, "tie": ties, "isolated": isolated,
    "detach": detached, "domain": domain, "extreme": extreme, "cut": cut, "cancel": cancel,
}  # fmt: skip
