"""What is emitted for NumPy computes what the engine computes; the other libraries' spellings are there."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from gradcli.engine import methods
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.lang.emit import Emitter
from gradcli.lang.evaluate import evaluate
from gradcli.lang.functions import find, functions, names
from gradcli.lang.parser import parse
from gradcli.lang.tree import Call, postorder

methods.attach()

VALUES = {
    "x": np.array([0.4, -0.7, 0.3]),
    "y": np.array([1.5, 0.6, 2.5]),
    "m": np.array([[3.0, 1.0, 0.5], [0.2, 2.0, -0.3], [0.7, -0.4, 1.5]]),
    "s": np.array(0.8),
}
EXPRESSIONS = """
-x + y - 2*x/y ; x // 0.3 ; y % x ; y**x ; 2**x**2 ; (x + 1)*(y - (x - s)) ; m @ x ; -x**-2 ; (x - y)**2 / (x*y)
where(x < 0 and not y >= 1, x, y) ; where(x <= 0 or y > 2, 1, y) ; where(x == 0.4, x, 0) ; where(x != 0.4, x, [1, 2, 3])
(x > 0) + (y > 1) ; (x > 0)*x ; sum(x > 0) ; c = x > 0; c*2 ; [x > 0, x < 0]
sqrt(y) ; rsqrt(y) ; square(x) ; reciprocal(2) + x ; hypot(x, y) ; exp(x) ; exp2(x) ; expm1(x) ; log(y) ; log2(y) ; log10(y) ; log1p(y)
logaddexp(x, y) ; xlogy(x, y) ; xlogy(0*x, 0*y) ; sin(x) ; cos(x) ; tan(x) ; asin(x) ; acos(x) ; atan(x) ; atan2(x, y) ; sinc(x)
deg2rad(x) ; rad2deg(x) ; sinh(x) ; cosh(x) ; tanh(x) ; asinh(x) ; acosh(y + 1) ; atanh(x) ; erf(x) ; erfc(x) ; lgamma(y)
sigmoid(x) ; logit(y/3) ; softplus(x) ; logsigmoid(x) ; silu(x) ; gelu(x) ; relu(x) ; leaky_relu(x) ; leaky_relu(x, 0.2) ; elu(x) ; elu(x, alpha=2.0)
abs(x) ; sign(x) ; maximum(x, 0) ; minimum(x, y) ; clamp(x, 0, 0.35) ; clamp(x, min=0) ; clamp(x, max=0) ; floor(x) ; ceil(x) ; round(y) ; trunc(y) ; frac(x)
sum(m) ; sum(m, axis=0) ; sum(m, axis=[0, 1]) ; mean(m, 1, keepdims=True) ; prod(y) ; max(m) ; max(m, axis=1) ; min(m, axis=0, keepdims=True) ; amax(m, axis=1) ; amin(m)
var(x) ; var(m, axis=0, correction=0) ; std(m, keepdims=True) ; norm(m) ; norm(m, axis=1) ; norm(x, 1) ; norm(x, inf) ; logsumexp(m) ; logsumexp(m, axis=1)
softmax(m) ; softmax(m, axis=0) ; log_softmax(m) ; cumsum(m) ; cumsum(m, axis=1) ; cumprod(m)
dot(x, y) ; matmul(m, m) ; outer(x, y) ; cross(x, y) ; trace(m) ; det(m) ; logdet(m) ; inv(m) ; solve(m, x) ; diag(x) ; diag(m, 1) ; diag(x, k=-1) ; tril(m) ; triu(m, k=1)
reshape(m, 9) ; reshape(m, [1, 9]) ; m.view(1, -1) ; flatten(m) ; expand(x, 2, 3) ; expand(x, [2, -1]) ; squeeze(unsqueeze(x, 0)) ; squeeze(unsqueeze(x, 1), 1) ; m.T ; transpose(x) ; transpose(m, 0, 1)
permute(m, 1, 0) ; flip(m, 0) ; flip(m, axis=[0, 1]) ; stack([x, y]) ; stack([x, y], axis=1) ; stack([s, 1, 2*s]) ; cat([x, y]) ; cat([m, m], axis=1)
m[0] ; m[:, 1:] ; m[[0, 2]] ; m[..., -1] ; x[x > 0] ; [x, y] ; [1, 2, 3] + x ; [s, 2] ; [[1, 2], [3, s]] ; u = x*2; v = u + y; u*v ; pi*e*tau + x ; sin(2)*x ; 3
"""  # noqa: E501  # one line a kind of function
CASES = [
    case.strip()
    for line in EXPRESSIONS.strip()
    .replace("c = x > 0; ", "c = x > 0¦ ")
    .replace("u = x*2; v = u + y; ", "u = x*2¦ v = u + y¦ ")
    .split("\n")
    for case in line.split(" ; ")
]
WITHOUT_NUMPY = {"digamma", "polygamma", "detach"}


def program_of(case: str) -> Any:
    return parse(case.replace("¦", ";"), find, names=names(), bound=VALUES)


def emitted(case: str, target: str, module: ModuleType, **more: Any) -> Any:
    """The value of the emitted f, at VALUES."""
    emitter = Emitter(target)
    source = emitter.function(program_of(case).program, [*VALUES])
    scope: dict[str, Any] = {**more, "math": math}
    exec("\n".join([*emitter.helpers.values(), source]), scope)  # noqa: S102  # what the snippet says
    return scope["f"](**{name: more.get("convert", np.asarray)(array) for name, array in VALUES.items()})


@pytest.mark.parametrize("case", CASES)
def test_numpy_computes_what_the_engine_computes(case: str) -> None:
    parsed = program_of(case)
    tensors = {name: Tensor(array) for name, array in VALUES.items()}
    expected = evaluate(parsed.program, tensors, parsed.source)
    expected = expected.array if isinstance(expected, Tensor) else expected
    found = emitted(case, "numpy", np, np=np)
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)


def test_every_function_is_covered() -> None:
    calls = {
        node.function
        for case in CASES
        for tree in (program_of(case).program.result, *(step.value for step in program_of(case).program.assignments))
        for node in postorder(tree)
        if isinstance(node, Call)
    }
    known = {name for name, function in functions().items() if function.group != "creation"}
    assert calls | WITHOUT_NUMPY == known


@pytest.mark.parametrize("name", sorted(WITHOUT_NUMPY))
def test_what_numpy_does_not_have(name: str) -> None:
    with pytest.raises(InputError, match=f"{name}\\(\\) has no form in numpy"):
        Emitter("numpy").function(program_of(f"{name}({'1, ' * (name == 'polygamma')}y)").program, ["y"])


@pytest.mark.parametrize(
    ("case", "target", "expected"),
    [
        ("sum(x, axis=0) + sigmoid(x)", "torch", "torch.sum(x, dim=0) + torch.sigmoid(x)"),
        ("erf(x) + asin(x)", "jax", "jax.scipy.special.erf(x) + jax.numpy.arcsin(x)"),
        ("polygamma(2, x)", "torch", "torch.polygamma(2, x)"),
        ("polygamma(4/2, 3)", "torch", "torch.polygamma(int(4/2), torch.tensor(3.0))"),
        ("polygamma(2, x)", "jax", "jax.scipy.special.polygamma(2, x)"),
        ("sin(2)*x", "torch", "torch.sin(torch.tensor(2.0))*x"),
        ("(x > 0)*x", "torch", "(x > 0)*1.0*x"),
        ("x[[0, 1]]", "jax", "x[jnp.array([0, 1])]"),
        ("[x*y, 2]", "torch", "x*y, torch.tensor(2.0)"),
        ("[sin(x)]", "jax", "(jnp.sin(x),)"),
        ("x // 2", "torch", "floor_divide_(x, torch.tensor(2.0))"),  # of x // 2 PyTorch has no derivative
    ],
)
def test_spellings(case: str, target: str, expected: str) -> None:
    source = Emitter(target).function(program_of(case).program, ["x", "y"])
    assert source == f"def f(x, y):\n    return {expected}"


def test_names_that_python_or_the_snippet_needs_are_changed() -> None:
    program = parse("lambda*np", find, names=names(), bound=["lambda", "np"]).program
    assert Emitter("torch").function(program, ["lambda", "np"]) == "def f(lambda_, np_):\n    return lambda_*np_"
