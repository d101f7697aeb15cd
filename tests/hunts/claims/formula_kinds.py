"""Kinds of claims that give formulas."""

from __future__ import annotations

from random import Random
from typing import Any

from .array_kinds import distinct, vector
from .formulas import for_every_value, truth_at, wrong_at
from .numbers import DoubtError
from .numeric import breaks, detached, float32, literal, smooth
from .slopes import Problem
from .textbook import derivative
from .trees import SIMPLE, tree, uses
from .truth import stated, worst

Claim = tuple[dict[str, Any], str]
FACTORS = ["2", "0.5", "(-1)", "0.999", "1.000001", "1.0000001"]
ONES = ["(sin({u})**2 + cos({u})**2)", "(cosh({u}/8)**2 - sinh({u}/8)**2)", "exp({u} - {u})", "(1 + {u}*0)"]

BREAKING = "abs( relu( elu( maximum( minimum( where( sign( floor( ceil( round( trunc( frac(".split()


def changed(draw: Random, text: str, expr: str, name: str) -> str:
    """The formula with an error in it, most of the time."""
    way = draw.randrange(6)
    if way == 0:
        return f"-({text})"
    if way == 1:
        return f"{draw.choice(FACTORS)}*({text})"
    if way == 2:
        return derivative(expr, name, inner=False)
    if way == 3:
        return f"({text}) + {draw.choice(['1e-3', '1e-6', '0.5'])}*{draw.choice([f'sin({name})', name, '1'])}"
    if way == 4:
        return text.replace("sin", "cos", 1) if draw.random() < 0.5 else text.replace(" + ", " - ", 1)
    return f"({text})**2"


def equal(draw: Random, text: str, name: str) -> str:
    """The formula written in another way."""
    one = draw.choice(ONES).format(u=name)
    return draw.choice([f"({text})*{one}", f"{one}*({text})", f"({text}) + {name} - {name}", f"(2*({text}))/2"])


def variant(draw: Random, text: str, expr: str, name: str) -> str:
    roll = draw.random()
    return text if roll < 0.3 else equal(draw, text, name) if roll < 0.5 else changed(draw, text, expr, name)


def formula_at(draw: Random) -> Claim:
    """At a point, also at breaks."""
    make = draw.choice([smooth, smooth, float32, breaks, detached])
    problem, (name,) = make(draw)
    text = variant(draw, derivative(problem.expr, name), problem.expr, name)
    return stated(problem, {name: text}), truth_at(problem, name, text)


def array_formula(draw: Random) -> Claim:
    """For all elements of a vector, one formula."""
    n = draw.choice([2, 3, 4])
    f = tree(draw, draw.choice([1, 2]), constants=SIMPLE, steps=False)
    weighed = draw.random() < 0.5
    one = f"w*({f})" if weighed else f
    text = variant(draw, derivative(one, "x"), one, "x")
    x, w = [vector(draw, n, distinct) for _ in "xw"]
    problems = [Problem(one, {"x": each}, {"w": weight} if weighed else {}) for each, weight in zip(x, w, strict=True)]
    truth = worst([truth_at(problem, "x", text) for problem in problems])
    whole = Problem(f"sum({one} + 0*x)", {"x": x}, {"w": w} if weighed else {})
    return stated(whole, {"x": f"{text} + 0*x"}), truth


def formula(draw: Random) -> Claim:
    """For every value: right by the rules, or wrong at a point. Where two breaks meet, the rules may be wrong."""
    names = draw.choice(["x", "x", "xy"])
    expr = tree(draw, draw.choice([1, 2, 2, 3]), names, total=True)
    used = [each for each in names if uses(expr, each)]
    if not used or sum(expr.count(each) for each in BREAKING) > 1:
        raise DoubtError("nothing to differentiate by, or several breaks")
    name = draw.choice(used)
    right = derivative(expr, name)
    erroneous = draw.random() < 0.5
    text = changed(draw, right, expr, name) if erroneous else draw.choice([right, equal(draw, right, name)])
    truth = for_every_value(draw, expr, name, text, used)
    if erroneous and truth == "right":
        raise DoubtError("an error that shows nowhere")
    return {"expr": expr, "grad": {name: text}}, truth


def far(draw: Random) -> Claim:
    """Wrong in some places only: far away, in a small gap, on one side of a number, at one number."""
    c = draw.choice([literal(draw), float(draw.choice([10, 37, 1000, 12345, 1e6, 1e10, -20, -5000, -1e7]))])
    w = draw.choice([1.0, 0.1, 1e-3, 1e-6])
    f, df = draw.choice(
        [("x**2", "2*x"), ("sin(x)", "cos(x)"), ("3*x", "3"), ("x", "1"), ("x**2/2", "x"), ("0*x", "0")]
    )
    expr, text, witness = draw.choice(
        [
            (f"{f} + relu(x - {c})", df, c + 1), (f"{f} + relu({c} - x)**2", df, c - 1),
            (f"{f} + relu(x - {c})*relu({c + w!r} - x)/{w * w}", df, c + w / 8),
            (f"where(x < {c}, 5*x - 1, {f})", df, c - 2.5), (f"where(x > {c}, 0.5*x**3, {f})", df, c + 2.5),
            (f"where(x > {c} and x < {c + w!r}, 7*x, {f})", df, c + w / 2), (f, f"where(x == {c}, 5, {df})", c),
            (f, f"where(x < {c}, {df} + 1, {df})", c - 1), (f, f"{df} + (x > {c})", c + 1),
            (f"{f} + abs(x - {c})", f"{df} + 1", c - 1),
            (f, f"{df} + (x > {c})*(x < {c + w!r})", c + w / 2), (f"minimum(x, {c}) + {f}", f"{df} + 1", c + 1),
            (f"maximum(x, {c}) + {f}", f"{df} + 1", c - 1), (f"clamp(x, {c}, {c + 1})", "0", c + 0.5),
            (f"clamp(x, {c}, {c + 1})", "1", c + 2), (f"sqrt((x - {c})**2) + {f}", f"{df} + 1", c - 1),
            (f"leaky_relu(x - {c}) + {f}", f"{df} + 1", c - 1), (f"{f} + (x - {c})*(x > {c})", df, c + 1),
            (f"{f} + sin(x)*(abs(x) > {abs(c)})", df, abs(c) + 0.3), (f, f"{df} + (x != {c})", c + 1),
            (f"{f} + floor((x - {c})/{w})*(x - {c})", df, c + 2.5 * w), (f, f"{df} + 1 - sign(x - {c})**2", c),
            (f"{f} + softplus(40*(x - {c}))", df, c + 1), (f, f"{df} + exp(-((x - {c})/{w})**2)", c),
            (f"elu(x - {c}) + {f}", f"{df} + 1", c - 1), (f"round(x - {c})*(x - {c}) + {f}", df, c + 1.2),
        ]
    )  # fmt: skip
    expr, text = (each.replace("- -", "+ ") for each in (expr, text))
    return {"expr": expr, "grad": {"x": text}}, wrong_at(expr, "x", text, {"x": witness})


IDENTITIES = [
    ("sqrt(x**2)", "sign(x)", {"1": -1.0, "-1": 2.0, "x/x": -0.5}),
    ("abs(x)", "sign(x)", {"1": -1.0, "x/x": -2.0, "-1": 0.5, "0": 1.0}),
    ("log(x**2)", "2/x", {"2/abs(x)": -1.0, "2*sqrt(x**2)/x**2": -0.3, "1/x": 1.0}),
    ("2*log(abs(x))", "2/x", {"2/abs(x)": -1.0}), ("2*log(x)", "2/x", {"1/x": 2.0}),
    ("(x**2)**1.5", "3*x*abs(x)", {"3*x**2": -2.0, "-3*x**2": 2.0}), ("abs(x)**3", "3*x*abs(x)", {"3*x**2": -1.0}),
    ("x*abs(x)", "2*abs(x)", {"2*x": -1.0}), ("x*abs(x)", "2*sqrt(x**2)", {"-2*x": 1.0}),
    ("(x**4)**0.25", "sign(x)", {"1": -1.0}), ("sqrt(x**4)", "2*x", {"2*abs(x)": -1.0}),
    ("relu(x) - relu(-x)", "1", {"(x > 0)": -1.0, "sign(x)": -2.0}), ("relu(x)**2", "2*relu(x)", {"2*x": -1.0}),
    ("maximum(x, -x)", "sign(x)", {"1": -1.0}), ("maximum(2*x, x + x)", "2", {"1": 1.0, "4": -1.0}),
    ("max([sin(x), sin(x)])", "cos(x)", {"2*cos(x)": 1.0}), ("min([x, x])", "1", {"0.5": 1.0, "2": 0.3}),
    ("relu(x - {c})", "(x > {c})", {"0": "+", "1": "-"}), ("minimum(x, {c})", "(x < {c})", {"1": "+", "0": "-"}),
    ("maximum(x, {c})", "where(x > {c}, 1, 0)", {"1": "-", "0": "+"}), ("clamp(x, max={c})", "(x <= {c})", {"1": "+"}),
    ("clamp(x, min={c})", "(x >= {c})", {"1": "-"}), ("(x - {c})*(x > {c})", "(x > {c})", {"1": "-"}),
    ("abs(x - {c})", "sign(x - {c})", {"1": "-", "-1": "+", "sign(x + 1000)": "-"}),
    ("where(x > {c}, x**2, x)", "where(x > {c}, 2*x, 1)", {"2*x": "-", "1": "+"}),
    ("where(x != {c}, x**2, x**2)", "2*x", {"where(x != {c}, 2*x, 0.125)": "at", "x": "+"}),
    ("acos(cos(x))", "sign(sin(x))", {"1": -1.0}), ("asin(sin(x))", "sign(cos(x))", {"1": 2.5}),
    ("atan(tan(x))", "1", {"-1": 2.5}),
    ("exp(x)*exp(-x)", "0", {"1": 1.0}), ("log(exp(x))", "1", {"x": 3.0}),
    ("exp(log(x))", "1", {"x": 2.0, "exp(x)": 1.0}),
    ("exp(log(x**2)/2)", "sign(x)", {"1": -1.0}), ("sin(x)**2 + cos(x)**2", "0", {"1": 0.3, "sin(x)": 1.0}),
    ("cosh(x)**2 - sinh(x)**2", "0", {"1": 0.3}), ("sin(x)**2", "sin(2*x)", {"2*sin(x)": 1.0, "sin(x)*cos(x)": 0.5}),
    ("tanh(x)", "1/cosh(x)**2", {"1/cosh(x)": 1.0}), ("floor(x)*x", "floor(x)", {"0": 1.5, "floor(x) + x": 0.7}),
    ("x - floor(x)", "1", {"0": 0.5}), ("x % 3", "1", {"x": 2.0, "3": 0.5}),
    ("frac(x)*x", "frac(x) + x", {"frac(x)": 0.5, "1": 0.7}),
    ("round(x)*x", "round(x)", {"x": 0.8, "1": 2.2}), ("(x // 2)*x", "x // 2", {"0": 2.5}),
    ("trunc(x)", "0", {"1": 0.5}),
    ("x*sign(x)", "sign(x)", {"1": -1.0}), ("hypot(x, 0)", "sign(x)", {"1": -3.0}),
    ("norm([x, 2*x])", "sign(x)*sqrt(5)", {"sqrt(5)": -1.0}),
    ("((1 + x*{d}) - 1)/{d}", "1", {"0": 1.0, "2": 0.5}), ("(x + 1e20) - 1e20", "1", {"0": 1.0}),
    ("(log(1 + x*{d})/{d})**2", "2*log(1 + x*{d})/{d}/(1 + x*{d})", {"0": 1.0}),
    ("exp(x*{d}) - 1 - x*{d}", "{d}*(exp(x*{d}) - 1)", {"0": 1.0}),
    ("where(x > 0, log(x), x)", "where(x > 0, 1/x, 1)", {"1/x": -2.0, "1": 3.0}),
    ("xlogy(x, 2)", "log(2)", {"log(x)": 5.0}),
    ("asinh(x)", "1/sqrt(1 + x**2)", {"1/sqrt(1 - x**2)": 0.5}),
    ("log(x + sqrt(x**2 + 1))", "1/sqrt(x**2 + 1)", {"1/x": 2.0}),
    ("x**x", "x**x*(log(x) + 1)", {"x*x**(x - 1)": 2.0}), ("2**x", "log(2)*2**x", {"x*2**(x - 1)": 1.0, "2**x": 1.0}),
    ("x**0.5", "0.5/sqrt(x)", {"0.5*sqrt(x)": 2.0}), ("detach(x)*x", "x", {"2*x": 1.0}),
    ("detach(x**2)*x", "x**2", {"3*x**2": 1.0}),
    ("x*detach(sign(x))", "sign(x)", {"1": -1.0}), ("x**3*detach(x > 0)", "3*x**2*(x > 0)", {"3*x**2": -1.0}),
    ("u = x*x; u*x", "3*x**2", {"2*x": 1.0}), ("sum([x, x**2, 3])", "1 + 2*x", {"2*x": 1.0}),
    ("mean([x, x**2])", "0.5 + x", {"1 + 2*x": 1.0}),
    ("det([[x, 1], [2, x]])", "2*x", {"1": 1.0}), ("logsumexp([x, x])", "1", {"2": 1.0, "0.5": 1.0}),
    ("softmax([x, 0])[0]",
     "sigmoid(x)*(1 - sigmoid(x))", {"sigmoid(x)": 1.0}), ("var([x, -x])", "4*x", {"2*x": 1.0}),
     ("prod([x, x, 2])", "4*x", {"2*x": 1.0}),
]  # fmt: skip
"""Expressions, their derivatives, and what is wrong, with a point where it is ("+" is beyond `c`, "at" is `c`)."""


def identity(draw: Random) -> Claim:
    """What holds everywhere, and what holds on one side only."""
    expr, right, wrong = draw.choice(IDENTITIES)
    c, d = draw.choice([literal(draw), 10.0, 1e3, -50.0]), draw.choice(["1e-8", "1e-17", "1e-30", "1e-100"])
    named = {"c": c, "d": d}
    is_right = draw.random() < 0.5
    text, place = (right, None) if is_right else draw.choice([*wrong.items()])
    scale = draw.choice(["", "", "3*", "-2*"])
    expr, text = (each.format(**named).replace("- -", "+ ") for each in (expr, text))
    if scale and "=" not in expr.replace("==", "").replace("!=", "").replace("max=", "").replace("min=", ""):
        expr, text = f"{scale}({expr})", f"{scale}({text})"
    line = {"expr": expr, "grad": {"x": text}}
    if is_right:
        return line, for_every_value(draw, expr, "x", text, ["x"])
    witness = {"+": c + 1.0, "-": c - 1.0, "at": c}.get(place, place)
    return line, wrong_at(expr, "x", text, {"x": witness})


FORMULAS: dict[str, Any] = {
    "formula-at": formula_at,
    "array-formula": array_formula,
    "formula": formula,
    "far": far,
    "identity": identity,
}
