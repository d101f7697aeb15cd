"""The functions that work on each element: operators, powers, exponentials, trigonometry, and functions with kinks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.lang.functions.table import Function

Form = Callable[..., Any]


def _f(group: str, name: str, signature: str, form: Form, text: str, *aliases: str, **more: Any) -> Function:
    return Function(name, signature, text, group, aliases, scalar=form, **more)


def _operator(name: str, symbol: str, form: Form, text: str, *aliases: str, **more: Any) -> Function:
    signature = "x" if name in ("neg", "logical_not") else "a, b"
    return _f("operators", name, signature, form, f"{text}; written {symbol}", *aliases, **more)


def _clamp(S: Any, x: Any, low: Any, high: Any) -> Any:
    x = x if low is None else S.Max(x, low)
    return x if high is None else S.Min(x, high)


def _sinc(S: Any, x: Any) -> Any:
    return S.sinc(S.pi * x)


FUNCTIONS = (
    _operator("add", "a + b", lambda S, a, b: a + b, "the sum"),
    _operator("sub", "a - b", lambda S, a, b: a - b, "the difference", "subtract"),
    _operator("mul", "a * b", lambda S, a, b: a * b, "the product", "multiply"),
    _operator("div", "a / b", lambda S, a, b: a / b, "the quotient", "divide", "true_divide"),
    _operator("floor_divide", "a // b", lambda S, a, b: S.floor(a / b), "the quotient, rounded down; slope 0", engine="div_floor"),
    _operator("remainder", "a % b", lambda S, a, b: a - b * S.floor(a / b), "the remainder, with the sign of b", "mod"),
    _operator("pow", "a ** b or a ^ b", lambda S, a, b: a**b, "the power", "power", engine="power"),
    _operator("neg", "-x", lambda S, x: -x, "the opposite", "negative"),
    _operator("lt", "a < b", lambda S, a, b: S.Lt(a, b), "less than", "less"),
    _operator("le", "a <= b", lambda S, a, b: S.Le(a, b), "less than or equal", "less_equal"),
    _operator("gt", "a > b", lambda S, a, b: S.Gt(a, b), "greater than", "greater"),
    _operator("ge", "a >= b", lambda S, a, b: S.Ge(a, b), "greater than or equal", "greater_equal"),
    _operator("eq", "a == b", lambda S, a, b: S.Eq(a, b), "equal", "equal"),
    _operator("ne", "a != b", lambda S, a, b: S.Ne(a, b), "not equal", "not_equal"),
    _operator("logical_and", "a and b", lambda S, a, b: S.And(a, b), "both conditions"),
    _operator("logical_or", "a or b", lambda S, a, b: S.Or(a, b), "either condition"),
    _operator("logical_not", "not x", lambda S, x: S.Not(x), "the opposite condition"),
    _f("powers", "sqrt", "x", lambda S, x: S.sqrt(x), "square root"),
    _f("powers", "rsqrt", "x", lambda S, x: 1 / S.sqrt(x), "1/sqrt(x)", jax="lax.rsqrt", numpy="1 / np.sqrt(x)"),
    _f("powers", "square", "x", lambda S, x: x**2, "the square, x**2"),
    _f("powers", "reciprocal", "x", lambda S, x: 1 / x, "the inverse, 1/x"),
    _f("powers", "hypot", "a, b", lambda S, a, b: S.sqrt(a**2 + b**2), "sqrt(a**2 + b**2)"),
    _f("exponentials", "exp", "x", lambda S, x: S.exp(x), "e to the power x"),
    _f("exponentials", "exp2", "x", lambda S, x: 2**x, "2 to the power x"),
    _f("exponentials", "expm1", "x", lambda S, x: S.exp(x) - 1, "exp(x) - 1, precise near 0"),
    _f("exponentials", "log", "x", lambda S, x: S.log(x), "natural logarithm", "ln"),
    _f("exponentials", "log2", "x", lambda S, x: S.log(x) / S.log(2), "logarithm to base 2"),
    _f("exponentials", "log10", "x", lambda S, x: S.log(x) / S.log(10), "logarithm to base 10"),
    _f("exponentials", "log1p", "x", lambda S, x: S.log(1 + x), "log(1 + x), precise near 0"),
    _f("exponentials", "logaddexp", "a, b", lambda S, a, b: S.log(S.exp(a) + S.exp(b)), "log(exp(a) + exp(b)), stable"),
    _f("exponentials", "xlogy", "x, y", lambda S, x, y: S.xlogy(x, y), "x*log(y), 0 where x is 0", jax="scipy.special.xlogy", numpy="np.where(x == 0, 0, x * np.log(np.where(x == 0, 1, y)))"),
    _f("trigonometry", "sin", "x", lambda S, x: S.sin(x), "sine, in radians"),
    _f("trigonometry", "cos", "x", lambda S, x: S.cos(x), "cosine"),
    _f("trigonometry", "tan", "x", lambda S, x: S.tan(x), "tangent"),
    _f("trigonometry", "asin", "x", lambda S, x: S.asin(x), "inverse sine", "arcsin", jax="numpy.arcsin", numpy="arcsin"),
    _f("trigonometry", "acos", "x", lambda S, x: S.acos(x), "inverse cosine", "arccos", jax="numpy.arccos", numpy="arccos"),
    _f("trigonometry", "atan", "x", lambda S, x: S.atan(x), "inverse tangent", "arctan", jax="numpy.arctan", numpy="arctan"),
    _f("trigonometry", "atan2", "a, b", lambda S, a, b: S.atan2(a, b), "the angle of the point (b, a)", "arctan2", jax="numpy.arctan2", numpy="arctan2"),
    _f("trigonometry", "sinc", "x", _sinc, "sin(pi*x)/(pi*x), 1 at 0"),
    _f("trigonometry", "deg2rad", "x", lambda S, x: x * S.pi / 180, "degrees to radians", "radians"),
    _f("trigonometry", "rad2deg", "x", lambda S, x: x * 180 / S.pi, "radians to degrees", "degrees"),
    _f("hyperbolic", "sinh", "x", lambda S, x: S.sinh(x), "hyperbolic sine"),
    _f("hyperbolic", "cosh", "x", lambda S, x: S.cosh(x), "hyperbolic cosine"),
    _f("hyperbolic", "tanh", "x", lambda S, x: S.tanh(x), "hyperbolic tangent"),
    _f("hyperbolic", "asinh", "x", lambda S, x: S.asinh(x), "inverse hyperbolic sine", "arcsinh", jax="numpy.arcsinh", numpy="arcsinh"),
    _f("hyperbolic", "acosh", "x", lambda S, x: S.acosh(x), "inverse hyperbolic cosine", "arccosh", jax="numpy.arccosh", numpy="arccosh"),
    _f("hyperbolic", "atanh", "x", lambda S, x: S.atanh(x), "inverse hyperbolic tangent", "arctanh", jax="numpy.arctanh", numpy="arctanh"),
    _f("special", "erf", "x", lambda S, x: S.erf(x), "error function", torch="special.erf", jax="scipy.special.erf", numpy="np.vectorize(math.erf)(x)"),
    _f("special", "erfc", "x", lambda S, x: S.erfc(x), "1 - erf(x)", torch="special.erfc", jax="scipy.special.erfc", numpy="np.vectorize(math.erfc)(x)"),
    _f("special", "lgamma", "x", lambda S, x: S.loggamma(x), "logarithm of the gamma function, for x > 0", jax="scipy.special.gammaln", numpy="np.vectorize(math.lgamma)(x)"),
    _f("special", "digamma", "x", lambda S, x: S.digamma(x), "derivative of lgamma", jax="scipy.special.digamma", numpy=""),
    _f("special", "polygamma", "n, x", lambda S, n, x: S.polygamma(n, x), "derivative of order n of digamma, for a constant n", jax="scipy.special.polygamma", numpy=""),
    _f("activations", "sigmoid", "x", lambda S, x: 1 / (1 + S.exp(-x)), "1/(1 + exp(-x))", jax="nn.sigmoid", numpy="1 / (1 + np.exp(-x))"),
    _f("activations", "logit", "x", lambda S, x: S.log(x / (1 - x)), "log(x/(1 - x))", jax="scipy.special.logit", numpy="np.log(x / (1 - x))"),
    _f("activations", "softplus", "x", lambda S, x: S.log(1 + S.exp(x)), "log(1 + exp(x))", torch="nn.functional.softplus", jax="nn.softplus", numpy="np.logaddexp(x, 0)"),
    _f("activations", "logsigmoid", "x", lambda S, x: -S.log(1 + S.exp(-x)), "log(sigmoid(x))", torch="nn.functional.logsigmoid", jax="nn.log_sigmoid", numpy="-np.logaddexp(-x, 0)"),
    _f("activations", "silu", "x", lambda S, x: x / (1 + S.exp(-x)), "x*sigmoid(x)", "swish", torch="nn.functional.silu", jax="nn.silu", numpy="x / (1 + np.exp(-x))"),
    _f("activations", "gelu", "x", lambda S, x: x * (1 + S.erf(x / S.sqrt(2))) / 2, "x times the normal distribution function", torch="nn.functional.gelu", jax="jax.nn.gelu(x, approximate=False)", numpy="x * (1 + np.vectorize(math.erf)(x / 2**0.5)) / 2"),
    _f("activations", "relu", "x", lambda S, x: S.Max(x, 0), "the positive part; slope 0 at 0", jax="nn.relu", numpy="np.maximum(x, 0)"),
    _f("activations", "leaky_relu", "x, negative_slope=0.01", lambda S, x, k: S.Piecewise((x, x > 0), (k * x, True)), "x, or negative_slope*x below 0", torch="nn.functional.leaky_relu", jax="nn.leaky_relu", numpy="np.where(x > 0, x, negative_slope * x)"),
    _f("activations", "elu", "x, alpha=1.0", lambda S, x, k: S.Piecewise((x, x > 0), (k * (S.exp(x) - 1), True)), "x, or alpha*(exp(x) - 1) below 0", torch="nn.functional.elu", jax="nn.elu", numpy="np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))"),
    _f("pieces", "abs", "x", lambda S, x: S.Abs(x), "absolute value; slope 0 at 0", "absolute"),
    _f("pieces", "sign", "x", lambda S, x: S.sign(x), "-1, 0 or 1; slope 0"),
    _f("pieces", "maximum", "a, b", lambda S, a, b: S.Max(a, b), "the larger of two; ties share the gradient"),
    _f("pieces", "minimum", "a, b", lambda S, a, b: S.Min(a, b), "the smaller of two; ties share the gradient"),
    _f("pieces", "clamp", "x, min=None, max=None", _clamp, "x kept between min and max; slope 1 at the limits", "clip", jax="jnp.clip(x, min, max)", numpy="np.clip(x, min, max)"),
    _f("pieces", "where", "condition, a, b", lambda S, c, a, b: S.Piecewise((a, c), (b, True)), "a where the condition holds, else b"),
    _f("pieces", "floor", "x", lambda S, x: S.floor(x), "rounded down; slope 0"),
    _f("pieces", "ceil", "x", lambda S, x: S.ceiling(x), "rounded up; slope 0"),
    _f("pieces", "round", "x", lambda S, x: S.round(x), "to the nearest whole number, ties to even; slope 0"),
    _f("pieces", "trunc", "x", lambda S, x: S.sign(x) * S.floor(S.Abs(x)), "rounded towards 0; slope 0", "fix"),
    _f("pieces", "frac", "x", lambda S, x: x - S.sign(x) * S.floor(S.Abs(x)), "x - trunc(x)", jax="x - jnp.trunc(x)", numpy="x - np.trunc(x)"),
    _f("graph", "detach", "x", lambda S, x: S.detached(x), "the value without its history: a constant for the gradient", torch="Tensor.detach", jax="lax.stop_gradient", numpy=""),
)  # fmt: skip
