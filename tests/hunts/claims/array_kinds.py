"""Kinds of claims about arrays: every element is a place of its own."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from .numeric import DECIMALS, Made
from .slopes import Problem
from .trees import SIMPLE, point, tree, uses

VECTORS = [
    "sum({f})", "mean({f})", "prod(x)", "dot(x, x)", "dot(x, w)**2", "sum(w*{f})", "dot(w, {f})", "var(x)", "std(x)",
    "var(x, correction=0)", "norm(x)", "norm(x - w)", "logsumexp(x)", "logsumexp(w*x)", "sum(softmax(x)*w)",
    "sum(log_softmax(x)*w)", "softmax(x)[0]", "sum(cumsum(x)*w)", "sum(cumprod(x))", "max(x)", "min(x*w)", "amax({f})",
    "amin(x)", "sum(where(x > w, x*w, {f}))", "sum(maximum(x, w))", "sum(minimum(x, 0.5)*w)", "x[0]*x[1]**2",
    "x[-1]**3",
    "sum(x[1:]*x[:-1])", "sum(abs(x))", "sum(relu(x)*w)", "sum(floor(x)*x)", "sum(clamp(x, -1, 1)*w)",
    "sum(x**2)/sum(x)",
    "sum(flip(x, 0)*w)", "sum(stack([x, x*w])**2)", "sum(cat([x, w*x])**3)", "sum(outer(x, w)**2)",
    "sum(x)*detach(sum(x))",
    "sum(x/norm(x)*w)", "sum(sigmoid(x))*mean(x)", "sum(exp(x - detach(max(x))))", "prod(sin(x))", "sum(x @ x)",
    "w @ x",
    "mean((x - mean(x))**2)", "sum(x[0]*w)", "logsumexp([x[0], 2*x[1]])", "sum(hypot(x, w))", "log(sum(exp(x)))",
]  # fmt: skip
MATRICES = [
    "det(x)", "logdet(x @ x.T)", "trace(x @ x)", "trace(inv(x))", "sum(inv(x))", "sum(solve(x, b))", "sum(x @ x)",
    "sum(x.T @ x)", "det(x)**2", "trace(x)", "sum(diag(x)**3)", "sum(tril(x)*x)", "sum(triu(x)**2)",
    "sum(x, axis=0)[1]",
    "sum(x @ b)", "sum(matmul(x, x)*x)", "amax(x, axis=0)[1]", "mean(x, axis=1)[0]**2", "sum(reshape(x, 4)**2)",
    "logdet(x.T @ x)", "sum(transpose(x)*x)", "norm(x)", "log(abs(det(x)))", "sum(prod(x, axis=0))", "x[0, 1]*x[1, 0]",
    "sum(x[0]*x[1])", "sum(x[:, 0]**3)", "dot(x[0], b)", "sum(cumsum(x, axis=1)**2)", "sum(softmax(x)*x)",
    "sum(var(x, axis=0))",
]  # fmt: skip
VALUED = [
    "x**2", "x*sum(x)", "cumsum(x)", "sin(x)", "softmax(x)", "x*flip(x, 0)", "abs(x)", "cumprod(x)", "relu(x)",
    "exp(x)/sum(x)",
    "x/norm(x)", "where(x > 0, x, x**3)", "maximum(x, 0.5)", "log_softmax(x)", "{f}", "x - mean(x)",
    "stack([x, x])[1]*x",
]  # fmt: skip


def vector(draw: Random, n: int, choose: Any = None) -> list[float]:
    return [(choose or point)(draw) for _ in range(n)]


def element_function(draw: Random) -> str:
    return tree(draw, draw.choice([1, 1, 2]), "x", SIMPLE, steps=draw.random() < 0.3)


def distinct(draw: Random) -> float:
    return draw.choice([draw.uniform(-3, 3), draw.uniform(0.2, 2), draw.randint(-30, 30) / 10])


def array(draw: Random) -> Made:
    f = element_function(draw)
    if draw.random() < 0.35:
        x = [vector(draw, 2, distinct) for _ in range(2)]
        problem = Problem(draw.choice(MATRICES).replace("x.T", "transpose(x)"), {"x": x}, {"b": vector(draw, 2)})
    else:
        n = draw.choice([2, 3, 4])
        problem = Problem(
            draw.choice(VECTORS).format(f=f), {"x": vector(draw, n, distinct)}, {"w": vector(draw, n, distinct)}
        )
    return trimmed(draw, problem)


def trimmed(draw: Random, problem: Problem) -> Made:
    """Without the constants that are not read; sometimes they are variables too."""
    let = {name: value for name, value in problem.let.items() if uses(problem.expr, name)}
    both = bool(let) and draw.random() < 0.4
    at = problem.at | (let if both else {})
    made = Problem(problem.expr, at, {} if both else let, problem.dtype, problem.cotangent)
    return made, [*at]


def float32_array(draw: Random) -> Made:
    problem, _ = array(draw)
    rounded = {
        key: {name: np.asarray(value, "float32").tolist() for name, value in getattr(problem, key).items()}
        for key in ("at", "let")
    }
    made = Problem(problem.expr, rounded["at"], rounded["let"], "float32")
    return made, [*made.at]


def cotangent(draw: Random) -> Made:
    n = draw.choice([2, 3])
    expr = draw.choice(VALUED).format(f=element_function(draw))
    expr = expr if uses(expr, "x") else "x*2"
    return Problem(expr, {"x": vector(draw, n, distinct)}, cotangent=vector(draw, n, distinct)), ["x"]


def scales(draw: Random) -> Made:
    """Large and small elements together: an error in a small one is an error."""
    n = draw.choice([2, 3, 4])
    w = [10.0 ** draw.choice([16, 15, 9, 20, 30, 100])] + [
        draw.uniform(0.1, 3) * 10.0 ** draw.randint(-6, 1) for _ in range(n - 1)
    ]
    draw.shuffle(w)
    expr = draw.choice([
        "sum(w*x)", "dot(w, sin(x))", "sum(w*exp(x))", "sum(w*x**2)", "mean(w*x)", "sum(x)*1e16 + sum(w*x)",
        "sum(w*tanh(x))", "dot(w, x)/2", "sum(w*abs(x))", "sum(cumsum(w*x))", "sum(w*x*detach(x))",
    ])  # fmt: skip
    if draw.random() < 0.3:
        return Problem(draw.choice(["sum(x**2)", "sum(x*abs(x))", "sum(x**3)", "dot(x, x)"]), {"x": w}), ["x"]
    return Problem(expr, {"x": vector(draw, n, distinct)}, {"w": w}), ["x"]


def kinked(draw: Random) -> Made:
    """Several elements at kinks, beside smooth ones."""
    n = draw.choice([2, 3, 4, 5])
    c = draw.choice([0.0, 1.0, 0.5, *DECIMALS])
    x = [draw.choice([c, c, draw.uniform(-3, 3)]) for _ in range(n)]
    u = f"(x - {c})"
    expr = draw.choice(
        [
            f"sum(abs({u}))", f"sum(relu({u})*x)", f"sum(abs({u})*x**2)", f"sum(maximum(x, {c})*x)",
            f"mean(abs({u}) + x**3)",
            f"sum(relu({u}) - relu(-{u}))", f"sum({u}*abs({u}))", "max(x)", "amax(x)", "min(x)*sum(x)",
            "max([x[0], x[1]])",
            f"sum(floor({u})*x)", f"sum(where(x > {c}, 2*x, x**2))", f"sum(clamp(x, min={c})**2)", f"norm({u})",
            f"sum(sign({u})*x)", f"prod(abs({u}) + 1)", f"sum(x*detach(abs({u})))", f"sum(leaky_relu({u})*x)",
            f"sum(sqrt(abs({u})))", f"sum(abs({u})**1.5)", "max(x) - min(x)", f"logsumexp(abs({u}))",
            "sum(max([x, x]))",
            "sum(maximum(x, flip(x, 0)))", f"sum(where(x == {c}, x**2, x**2))",
        ]
    )  # fmt: skip
    return Problem(expr, {"x": x}), ["x"]


ARRAYS: dict[str, Any] = {
    "array": array, "float32-array": float32_array, "cotangent": cotangent, "array-scale": scales, "array-kink": kinked,
}  # fmt: skip
