"""Examples of every function of arrays; one without values is for the matrix."""

from __future__ import annotations

from typing import Any

MATRIX = [[2.0, -1.0, 0.5], [0.3, 1.7, -0.4], [-0.6, 0.9, 2.2]]
VECTORS = {"a": [0.5, -1.2, 2.0], "b": [1.5, 0.3, -0.7]}
ARRAY_EXAMPLES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "sum": [("sum(x)", {}), ("sum(x, axis=1)", {}), ("sum(x, axis=[0, 1])", {}), ("x.sum(0, keepdims=True)", {})],
    "mean": [("mean(x)", {}), ("mean(x, axis=-1)", {})],
    "prod": [("prod(x)", {}), ("prod(x, axis=0)", {})],
    "max": [("max(x)", {}), ("max(x, axis=1, keepdims=True)", {})],
    "min": [("min(x)", {}), ("min(x, axis=0)", {})],
    "amax": [("amax(x, axis=1)", {})],
    "amin": [("amin(x, axis=0)", {})],
    "var": [("var(x)", {}), ("var(x, axis=0, correction=0)", {})],
    "std": [("std(x)", {}), ("std(x, axis=1, keepdims=True)", {})],
    "norm": [("norm(x)", {}), ("norm(x, 3)", {}), ("norm(x, 1, axis=0)", {}), ("norm(x, inf)", {})],
    "logsumexp": [("logsumexp(x, axis=1)", {})],
    "softmax": [("softmax(x)", {}), ("softmax(x, axis=0)", {})],
    "log_softmax": [("log_softmax(x, axis=1)", {})],
    "cumsum": [("cumsum(x, axis=1)", {})],
    "cumprod": [("cumprod(x, axis=0)", {})],
    "dot": [("dot(a, b)", VECTORS)],
    "matmul": [("x @ x", {}), ("x @ a", {"x": MATRIX, **VECTORS}), ("a @ b", VECTORS)],
    "outer": [("outer(a, b)", VECTORS)],
    "cross": [("cross(a, b)", VECTORS)],
    "trace": [("trace(x)", {})],
    "det": [("det(x)", {})],
    "logdet": [("logdet(x)", {})],
    "inv": [("inv(x)", {})],
    "solve": [("solve(x, a)", {"x": MATRIX, "a": VECTORS["a"]})],
    "diag": [("diag(x)", {}), ("diag(a, 1)", {"a": VECTORS["a"]})],
    "tril": [("tril(x)", {})],
    "triu": [("triu(x, 1)", {})],
    "reshape": [("reshape(x, 9)", {}), ("x.reshape([-1, 1])", {})],
    "flatten": [("flatten(x)", {})],
    "expand": [("expand(a, 2, 3)", {"a": VECTORS["a"]})],
    "squeeze": [("squeeze(unsqueeze(x, 0))", {})],
    "unsqueeze": [("unsqueeze(x, 1)", {})],
    "transpose": [("x.T", {}), ("transpose(x, 0, 1)", {})],
    "permute": [("permute(x, 1, 0)", {})],
    "flip": [("flip(x, 0)", {})],
    "stack": [("stack([a, b])", VECTORS), ("stack([a, b], axis=1)", VECTORS)],
    "cat": [("cat([a, b])", VECTORS)],
}
