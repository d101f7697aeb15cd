"""Claims on ranges: right ones are proved, or what is left is named; wrong ones are refuted at a point."""

import random
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb, arb_series

from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.verify.balls.context import working
from gradcli.verify.balls.enclosures import Enclosures
from gradcli.verify.balls.models import Rows, around, terms
from gradcli.verify.balls.ranges import RangeProof, prove
from gradcli.verify.balls.spans import Spans

RANGE = (0.19, 2.9)


def program(text):
    return parse(text, find, bound=("x", "y", "a")).program


def proof(text, claim, low=RANGE[0], high=RANGE[1], dtype="float64", **options) -> RangeProof:
    values = {name: np.asarray(value) for name, value in options.pop("values", {}).items()}
    over = options.pop("over", {"x": (low, high)})
    return prove(program(text), program(claim), "x", over, values, dtype, **options)


def covered(found, low, high):
    """Whether the leaves and exceptions are the whole range."""
    parts = sorted([box for (box,) in found.leaves] + [one.box[0] for one in found.exceptions])
    return parts[0][0] == low and parts[-1][1] == high and all(a[1] == b[0] for a, b in pairwise(parts))


SMOOTH = [
    ("sin(x)**2", "sin(2*x)"),
    ("exp(sin(x))*x", "exp(sin(x))*(1+x*cos(x))"),
    ("x**x", "x**x*(1+log(x))"),
    ("sqrt(x)", "0.5/sqrt(x)"),
    ("1/x", "-x**-2"),
    ("log(x)/x", "(1-log(x))/x**2"),
    ("tanh(x)", "1-tanh(x)**2"),
    ("sinh(x)*cosh(x)", "cosh(2*x)"),
    ("atan(x)", "1/(1+x**2)"),
    ("asin(x/3)", "1/sqrt(9-x**2)"),
    ("acos(x/3)", "-1/sqrt(9-x**2)"),
    ("asinh(x)", "1/sqrt(1+x**2)"),
    ("acosh(x+1)", "1/sqrt(x*(x+2))"),
    ("atanh(x/3)", "3/(9-x**2)"),
    ("erf(x)", "2/sqrt(pi)*exp(-x**2)"),
    ("erfc(x)", "-2/sqrt(pi)*exp(-x**2)"),
    ("lgamma(x)", "digamma(x)"),
    ("sigmoid(x)", "sigmoid(x)*(1-sigmoid(x))"),
    ("softplus(x)", "sigmoid(x)"),
    ("silu(x)", "sigmoid(x)*(1+x*(1-sigmoid(x)))"),
    ("gelu(x)", "(1+erf(x/sqrt(2)))/2+x*exp(-x**2/2)/sqrt(2*pi)"),
    ("log1p(x**2)", "2*x/(1+x**2)"),
    ("expm1(x)*exp(-x)", "exp(-x)"),
    ("2**x", "log(2)*2**x"),
    ("x**2.5", "2.5*x**1.5"),
    ("x**-0.5", "-0.5*x**-1.5"),
    ("x**0.3", "0.3*x**-0.7"),
    ("log10(x)", "1/(x*log(10))"),
    ("sinc(x)", "(cos(pi*x)-sinc(x))/x"),
    ("hypot(x, 2)", "x/hypot(x, 2)"),
    ("atan2(x, 2)", "2/(4+x**2)"),
    ("atan2(x, -2)", "-2/(4+x**2)"),
    ("logaddexp(x, 1)", "sigmoid(x-1)"),
    ("xlogy(x, x)", "log(x)+1"),
    ("logsigmoid(x)", "sigmoid(-x)"),
    ("(x**3-2*x+1)/(x**2+1)", "((3*x**2-2)*(x**2+1)-(x**3-2*x+1)*2*x)/(x**2+1)**2"),
    ("sin(cos(sin(x)))", "-cos(cos(sin(x)))*sin(sin(x))*cos(x)"),
    ("det([[x,1],[2,x**2]])", "3*x**2"),
    ("sum(inv([[x,1],[-2,x]]))", "(2*(x**2+2)-(2*x+1)*2*x)/(x**2+2)**2"),
    ("detach(x)*x", "x"),
    ("x*detach(sin(x))+x", "sin(x)+1"),
    (
        "sum(softmax([x, 1, x**2]) * [1, 2, 3])",
        "s = exp(x)+exp(1)+exp(x**2); t = s+exp(1)+2*exp(x**2); u = 2*x*exp(x**2); ((exp(x)+3*u)*s-t*(exp(x)+u))/s**2",
    ),
    ("cos(40*x)", "-40*sin(40*x)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "claim"), SMOOTH)
def test_smooth_claims_are_proved(text, claim):
    found = proof(text, claim)
    assert found.word == "proved", found.reason
    assert found.bound <= 1e-12 and not found.exceptions and covered(found, *RANGE)


BROKEN = [
    ("abs(x-1)", "sign(x-1)", RANGE, "kink"),
    ("relu(x-1)", "where(x>1, 1, 0)", RANGE, "kink"),
    ("maximum(x, x**2)", "where(x>1, 2*x, 1)", RANGE, "kink"),
    ("minimum(x, 6)", "where(x<6, 1, 0)", (-20, 20), "kink"),
    ("clamp(x, 1, 2)", "where((x>1) and (x<2), 1, 0)", RANGE, "kink"),
    ("abs(x)", "x/abs(x)", (-1, 1), "kink"),
    ("leaky_relu(x)", "where(x>0, 1, 0.01)", (-1, 1), "kink"),
    ("abs(log(x))", "sign(log(x))/x", RANGE, "kink"),
    ("floor(x)", "0", RANGE, "jump"),
    ("x*floor(x)", "floor(x)", RANGE, "jump"),
    ("x % 1", "1", RANGE, "jump"),
    ("round(x)", "0", RANGE, "jump"),
    ("where(x<1, x, 2*x)", "where(x<1, 1, 2)", RANGE, "jump"),
    ("1/(x-1)", "-1/(x-1)**2", RANGE, "domain"),
    ("sqrt(x)", "0.5/sqrt(x)", (0, 2), "domain"),
    ("x**1.5", "1.5*sqrt(x)", (0, 2), "domain"),
    ("asin(x)", "1/sqrt(1-x**2)", (-1, 1), "domain"),
    ("log(x)", "1/x", (0, 1), "domain"),
    ("x*abs(x)", "2*abs(x)", (-2, 2), "break"),
    ("relu(x-1)**2", "2*relu(x-1)", RANGE, "break"),
    ("relu(3*x-1)", "where(3*x>1, 3, 0)", RANGE, "break"),
    ("1/(3*x-1)", "-3/(3*x-1)**2", RANGE, "break"),
    ("tan(x)", "1+tan(x)**2", RANGE, "break"),
    ("detach(floor(x))*x", "floor(x)", RANGE, "break"),
    ("where(x==1.5, x, x)", "1", RANGE, None),
    ("where(x==1.5, 2*x-1.5, x)", "where(x==1.5, 1, 1)", RANGE, "break"),
]


@pytest.mark.parametrize(("text", "claim", "ends", "kind"), BROKEN)
def test_what_is_not_smooth_is_named(text, claim, ends, kind):
    found = proof(text, claim, *ends)
    assert found.word == "proved", found.reason
    kinds = {one.kind for one in found.exceptions}
    assert kinds == ({kind} if kind else set()) or (text == "round(x)" and kinds == {kind, "break"})
    assert covered(found, *ends)
    assert all(one.box[0][1] - one.box[0][0] < 1e-13 for one in found.exceptions)


@pytest.mark.parametrize(
    ("text", "ends"), [("x**1.5", (-2, -1)), ("x**0.3", (-2, -1)), ("(-x)**x", (0.5, 0.7)), ("sqrt(x)*x", (-2, -1))]
)
def test_a_range_without_values_proves_nothing(text, ends):
    found = proof(text, "1", *ends)
    (one,) = found.exceptions
    assert (found.word, one.kind, one.box) == ("open", "domain", (tuple(map(float, ends)),))
    assert found.reason.startswith(f"no value on [{ends[0]:g}, {ends[1]:g}]: ")


def test_breaks_are_settled_where_the_claim_lies_between_the_slopes():
    (kink,) = proof("abs(x)", "sign(x)", -1, 1).exceptions
    assert kink.settled and "slopes are -1 to the left and 1 to the right" in kink.text
    (jump,) = proof("where(x<1, x, 2*x)", "where(x<1, 1, 2)").exceptions
    assert not jump.settled and "jump from 1 to 2" in jump.text


WIDE = [
    ("sin(x)**2", "sin(2*x)", (-100, 100)),
    ("log(x)", "1/x", (1, 1e100)),
    ("x**3", "3*x**2", (1, 1e100)),
    ("sqrt(x)", "0.5/sqrt(x)", (1, 1e100)),
    ("exp(-x)", "-exp(-x)", (1, 1e100)),
    ("log(x)", "1/x", (1e-300, 1)),
    ("x*log(x)", "1+log(x)", (1e-300, 1)),
    ("tanh(x)", "1-tanh(x)**2", (-300, 300)),
    ("exp(x)", "exp(x)", (-700, 700)),
    ("atan(x)", "1/(1+x**2)", (-1e6, 1e6)),
    ("x**2", "2*x", (-1e150, 1e150)),
]


@pytest.mark.parametrize(("text", "claim", "ends"), WIDE)
def test_wide_ranges(text, claim, ends):
    found = proof(text, claim, *ends)
    assert found.word == "proved" and covered(found, *ends), found.reason


WRONG = [
    ("sin(x)", "cos(x)+0.01*exp(-(x-0.777)**2*1000000)", RANGE),
    ("relu(x-10)", "0", (-20, 20)),
    ("minimum(x, 6)", "1", (-20, 20)),
    ("x**2", "where(x==0.5, 7, 2*x)", RANGE),
    ("x**2", "where(x==2.9, 7, 2*x)", RANGE),
    ("x**2", "where(x==0.19, 7, 2*x)", RANGE),
    ("sin(x)", "where(abs(x-0.7)<5e-10, 0, cos(x))", RANGE),
    ("sin(x)", "where((x>0.7) and (x<0.700000001), cos(x)+1e-6, cos(x))", RANGE),
    ("sin(x)", "cos(x)*(1+1e-9)", RANGE),
    ("exp(x)", "exp(x)*(1+1e-11)", RANGE),
    ("sin(x)", "cos(x)+1e-11", RANGE),
    ("x**3", "3*x", RANGE),
    ("log(x)", "log(x)", RANGE),
    ("x**x", "x*x**(x-1)", RANGE),
    ("abs(x)", "1", (-1, 1)),
    ("abs(x)", "where(x==0, 2, sign(x))", (-1, 1)),
    ("relu(x)", "where(x<=0, -0.5*(x==0), 1)", (-1, 1)),
    ("floor(x)*x", "floor(x)+1", RANGE),
    ("detach(x)*x", "2*x", RANGE),
    ("x*detach(sin(x))", "sin(x)+x*cos(x)", RANGE),
    ("x**2", "2*x*(x-1)/(x-1)", RANGE),
    ("x**2", "2*x+0*log(x-1)", RANGE),
    ("x**2", "2*sqrt(x)**2", (-1, 1)),
    ("x*abs(x)", "2*x*x/abs(x)", (-1, 1)),
    ("where(x>2.899999, 2*x, x)", "1", RANGE),
    ("sin(1000*x)/1000", "cos(1000*x)+1e-5*(abs(sin(x))<0.19)", RANGE),
    ("log(x)", "1/x*(1+1e-9)", (1e-300, 1)),
    ("x**2", "where(abs(x)<1e-200, 1, 2*x)", (-1, 1)),
    ("round(x)+x", "1+(x>2.75)*1e-9", RANGE),
    ("x**2*1e12", "2e12*x+1.0", (0.0, 1e-3)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "claim", "ends"), WRONG)
def test_wrong_claims_are_refuted_at_a_point(text, claim, ends):
    found = proof(text, claim, *ends)
    example = found.counterexample
    assert found.word == "refuted" and example is not None, (found.word, found.reason, found.exceptions)
    assert ends[0] <= example.point["x"] <= ends[1]
    if example.claim is not None:
        allowed = 1e-12 * max(1, *map(abs, example.derivative))
        assert example.claim[0] > example.derivative[1] + allowed or example.claim[1] < example.derivative[0] - allowed


def test_the_tolerance_is_relative_to_the_derivative():
    assert proof("1e6*sin(x)", "1e6*cos(x)+1e-7", 0, 1).word == "proved"
    assert proof("1e6*sin(x)", "1e6*cos(x)+1e-5", 0, 1).word == "refuted"
    assert proof("sin(x)", "cos(x)*(1+1e-9)", tol=1e-8).word == "proved"
    assert proof("1e-6*sin(x)", "0", tol=1e-5).word == "proved"


def test_where_there_is_no_value_nothing_is_proved():
    found = proof("log(x)", "1/x", -2, -1)
    assert found.word == "open" and "no value on [-2, -1]" in found.reason
    assert [(one.kind, one.settled) for one in found.exceptions] == [("domain", False)]
    found = proof("log(x)", "1/x", -1, 1)
    assert found.word == "open" and found.exceptions[0].box[0][0] == -1 and covered(found, -1, 1)


def test_time_runs_out():
    found = proof("x*sin(x)", "sin(x)+x*cos(x)", 1, 1e100, seconds=0.2)
    assert found.word == "open" and "out of time" in found.reason and found.seconds < 2
    assert found.exceptions and covered(found, 1, 1e100)


def test_float32():
    assert proof("0.1*x**2", "0.2*x", dtype="float32", tol=1e-6).word == "proved"
    found = proof("relu(x-0.1)", "where(x>0.1, 1, 0)", -2, 5, dtype="float32", tol=1e-6)
    (kink,) = found.exceptions
    assert kink.kind == "kink" and kink.box[0] == pytest.approx((0.1, 0.1)) and found.boxes < 100
    wrong = proof("x**2", "where(x==0.1, 7, 2*x)", 0, 1, dtype="float32", tol=1e-6).counterexample
    assert wrong.point["x"] == float(np.float32(0.1))


def test_names_held_fixed():
    values = {"a": [1.0, 2.0, 3.0], "y": 2.0}
    assert proof("sum(sin(a*x))*y", "y*sum(a*cos(a*x))", values=values).word == "proved"
    assert proof("sum(sin(a*x))*y", "sum(a*cos(a*x))", values=values).word == "refuted"


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0, -3.0, 2_000_001.0])
def test_whole_powers_of_negative_numbers(power):
    claim = "a*x**(a-1)" if power else "0"
    assert proof("x**a", claim, -0.5, -0.25, values={"a": power}).word == "proved"
    assert proof("x**a", claim, -0.5, -0.25, values={"a": power + 0.5}).reason.startswith("no value on")


TWO = [
    ("sin(x*y)", "y*cos(x*y)"),
    ("exp(x)*log(y)+x/y", "exp(x)*log(y)+1/y"),
    ("x**2*y+tanh(x-y)", "2*x*y+1-tanh(x-y)**2"),
    ("sqrt(x**2+y**2)", "x/sqrt(x**2+y**2)"),
    ("atan2(x, y)", "y/(x**2+y**2)"),
    ("x**y", "y*x**(y-1)"),
    ("logaddexp(x, y)", "1/(1+exp(y-x))"),
    ("sigmoid(x*y)*x", "sigmoid(x*y)*(1+x*y*(1-sigmoid(x*y)))"),
    ("maximum(x, y-1)", "1"),
    ("det([[x,y],[y,x**2]])", "3*x**2"),
]


@pytest.mark.parametrize(("text", "claim"), TWO)
def test_two_variables(text, claim):
    found = proof(text, claim, over={"x": (1, 1.25), "y": (1.375, 1.625)}, seconds=5)
    assert found.word == "proved" and found.names == ("x", "y"), found.reason
    area = sum((b - a) * (d - c) for (a, b), (c, d) in found.leaves)
    assert area == 0.0625
    for wrong in (f"{claim}+1e-9", f"({claim})*(1+1e-9*(y>1.6))"):
        example = proof(text, wrong, over={"y": (1.375, 1.625), "x": (1, 1.25)}).counterexample
        assert set(example.point) == {"x", "y"}


def test_a_strip_in_two_variables():
    strip = "y+where((x>1.1) and (x<1.102) and (y>1.6), 1e-6, 0)"
    example = proof("x*y", strip, over={"x": (1, 1.25), "y": (1.375, 1.625)}).counterexample
    assert 1.1 < example.point["x"] < 1.102 and example.point["y"] > 1.6


def test_breaks_in_two_variables_stay_open():
    found = proof("relu(x-y)", "where(x>y, 1, 0)", over={"x": (1, 2), "y": (1, 2)})
    assert found.word == "open" and all(one.kind == "open" for one in found.exceptions) and found.leaves
    assert proof("relu(x-y)", "where(x>y, 1, 0.5)", over={"x": (1, 2), "y": (1, 2)}).word == "refuted"


@pytest.mark.parametrize(
    "over", [{"x": (0, 1), "y": (0, 1), "a": (0, 1)}, {"y": (0, 1)}, {"x": (1, 1)}, {"x": (0, np.inf)}]
)
def test_what_is_no_range(over):
    with pytest.raises(ValueError, match=r"range"):
        proof("x*y", "y", over=over, values={name: 1.0 for name in "xya" if name not in over})


# What the proofs rest on


ENCLOSED = [text for text, _ in (*SMOOTH, *TWO)] + ["where(x<3, x*y, 1/(x-3))", "floor(x/4)+abs(x-5)*round(y/9+x)"]


@pytest.mark.parametrize("text", ENCLOSED)
def test_coefficients_over_a_box_hold_those_at_its_points(text):
    draw = random.Random(3)
    values = {"x": np.array(1.0), "y": np.array(1.5)}
    trace = Enclosures(program(text), values, ("x", "y"), "float64").trace
    x, y = (trace.leaves[name][0].index for name in "xy")
    low, high = 1.0625, 1.125

    def expanded(at, other, rows):
        first = Rows.constant(around(at, 9), rows) if rows > 1 else around(at, 9)
        second = Rows([arb_series([other], 9), arb_series([1], 9), *[arb_series([], 9)] * (rows - 2)])
        return Spans(trace, {"x": [1.0], "y": [1.5]}, np.inf).over({x: first, y: second if rows > 1 else other})

    with working(128):
        box = expanded(arb(low).union(arb(high)), arb(1.5).union(arb(1.5625)), 5)
        for _ in range(5):
            at, other = arb(draw.uniform(low, high)), arb(draw.uniform(1.5, 1.5625))
            here, alone = expanded(at, other, 5), expanded(at, other, 1)
            if isinstance(box, arb):
                assert box.overlaps(here)
                continue
            for wide, row in zip(box.rows, here.rows, strict=True):
                for a, b in zip(terms(wide, 9), terms(row, 9), strict=True):
                    assert a.overlaps(b) and a.is_finite()
            if "y" not in text:
                assert all(a.overlaps(b) for a, b in zip(terms(alone, 9), terms(here.rows[0], 9), strict=True))


# Random claims, against SymPy's derivative and mpmath's at many points


def compositions(count):
    draw = random.Random(7)
    x = sympy.Symbol("x")
    functions = [sympy.sin, sympy.cos, sympy.exp, sympy.atan, sympy.tanh, lambda u: sympy.log(u**2 + 1)]
    functions += [lambda u: sympy.sqrt(u**2 + 2), lambda u: u**3 / 4, lambda u: 1 / (u**2 + 1), sympy.erf]

    def grown(depth):
        if depth == 0:
            return draw.choice([x, x, x / 2, sympy.Integer(draw.randint(1, 3))])
        if draw.random() < 0.6:
            inner = grown(depth - 1)
            return draw.choice(functions)(inner) if inner.has(x) else x  # constants are folded to doubles
        a, b = grown(depth - 1), grown(depth - 1)
        return draw.choice([a + b, a - b, a * b])

    found = []
    while len(found) < count:
        expression = grown(draw.randint(2, 4))
        if expression.has(x) and sympy.count_ops(expression) < 40:
            found.append((expression, sympy.diff(expression, x)))
    return found


def test_most_random_claims_are_proved():
    words = [proof(str(expression), str(slope), seconds=5).word for expression, slope in compositions(40)]
    assert words.count("proved") >= 36


@pytest.mark.parametrize("expression,slope", compositions(40))  # noqa: PT006
def test_random_claims(expression, slope):
    x = sympy.Symbol("x")
    found = proof(str(expression), str(slope), seconds=5)
    assert found.word in ("proved", "open")
    if found.word == "open":
        assert "out of time" in found.reason
    with mpmath.workdps(40):
        numbers = np.linspace(*RANGE, 60)
        exact, claim = sympy.lambdify(x, expression, "mpmath"), sympy.lambdify(x, slope, "mpmath")
        slopes = [mpmath.diff(exact, mpmath.mpf(float(number))) for number in numbers]
        worst = max(
            abs(s - claim(mpmath.mpf(float(number)))) / max(1, abs(s))
            for s, number in zip(slopes, numbers, strict=True)
        )
        assert worst < 1e-12
        for wrong in (f"({slope})*(1+3e-12)+3e-12", f"({slope})+1e-9*exp(-((x-1.234)*1e4)**2)"):
            example = proof(str(expression), wrong, seconds=5).counterexample
            assert example is not None
            at = mpmath.mpf(example.point["x"])
            low, high = example.derivative
            assert low <= mpmath.diff(exact, at) <= high
