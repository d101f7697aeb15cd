"""The functions of `gradcli.torch` that are engine functions under PyTorch's names and signatures: the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gradcli.engine import ops
from gradcli.torch import composed, creation, data
from gradcli.torch.binding import Signature, bound

Table = Iterable[tuple[str, str]]
"""Signatures (see `binding.py`), each with the names of the functions that have it."""

ELEMENTWISE: Table = (
    ("input", "abs acos acosh asin asinh atan atanh ceil cos cosh deg2rad digamma erf erfc exp exp2 expm1 floor frac"),
    ("input", "isfinite isinf isnan lgamma log log10 log1p log2 logical_not logit neg rad2deg reciprocal relu rsqrt"),
    ("input", "sigmoid sign signbit sin sinc sinh sqrt square tan tanh trunc"),
    ("input, other", "atan2 fmax fmin hypot logaddexp logical_and logical_or logical_xor maximum minimum"),
    ("input, other|number", "eq ne lt le gt ge floor_divide"),
    ("input|number, other|number", "mul remainder xlogy"),
    ("input|number, other|number, *, alpha!=1", "add sub"),
    ("input|number, exponent|number", "pow=power"),
    ("input, min=None, max=None", "clamp"),
    ("input, mask, value", "masked_fill"),
    ("condition, input|number, other|number", "where"),
    ("input, *, decimals=0", "round"),
)  # fmt: skip
REDUCTIONS: Table = (
    ("input, dim=None, keepdim=False, *, dtype!=None", "sum mean prod"),
    ("input, dim=None, keepdim=False", "all amax amin any argmax argmin"),
    ("input, dim=None", "count_nonzero"),
    ("input", "median"),
    ("input, dim, keepdim=False", "logsumexp"),
    ("input, dim, *, dtype!=None", "cumsum cumprod softmax log_softmax"),
)
MATRICES: Table = (
    ("input, other", "matmul"),
    ("input, mat2", "bmm mm"),
    ("input, vec", "mv"),
    ("input, vec2", "outer"),
    ("input, tensor", "dot"),
    ("input", "trace det logdet inverse=inv"),
    ("input, n", "matrix_power"),
    ("input, diagonal=0", "diag tril triu"),
    ("input, other, dim=-1", "cross"),
)
SHAPES: Table = (
    ("input", "t"),
    ("input, shape", "reshape"),
    ("input, size", "broadcast_to=expand"),
    ("input, start_dim=0, end_dim=-1", "flatten"),
    ("input, dim0, dim1", "transpose"),
    ("input, source, destination", "movedim=moveaxis"),
    ("input, dims", "flip permute tile"),
    ("input, shifts, dims=None", "roll"),
    ("input, dim", "unsqueeze"),
    ("input, dim=None", "squeeze"),
    ("input, split_size_or_sections, dim=0", "split"),
    ("input, chunks, dim=0", "chunk"),
    ("input, dim=0", "unbind"),
    ("input, offset=0, dim1=0, dim2=1", "diagonal"),
    ("input, offset=0, dim1=-2, dim2=-1", "diag_embed"),
    ("input, *, memory_format!=None", "clone"),
    ("tensors, dim=0", "cat stack"),
)
LINALG: Table = (
    ("A", "det inv"),
    ("A, B", "solve"),
    ("A, n", "matrix_power"),
    ("input, other, *, dim=-1", "cross"),
    ("input, other", "matmul"),
)
SPECIAL: Table = (
    ("input", "digamma erf erfc exp2 expit=sigmoid expm1 gammaln=lgamma log1p logit psi=digamma sinc"),
    ("input|number, other|number", "xlogy"),
    ("input, dim, keepdim=False", "logsumexp"),
)
ACTIVATIONS: Table = (
    ("input", "logsigmoid sigmoid tanh"),
    ("input, inplace!=False", "relu relu6 selu silu"),
    ("input, min_val=-1.0, max_val=1.0, inplace!=False", "hardtanh"),
    ("input, beta=1, threshold=20", "softplus"),
    ("input, *, approximate='none'", "gelu"),
    ("input, negative_slope=0.01, inplace!=False", "leaky_relu"),
    ("input, alpha=1.0, inplace!=False", "elu"),
)

ALIASES = {
    "absolute": "abs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh", "arctan": "atan",
    "arctan2": "atan2", "arctanh": "atanh", "clip": "clamp", "concat": "cat", "concatenate": "cat", "divide": "div",
    "fix": "trunc", "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le", "multiply": "mul",
    "negative": "neg", "not_equal": "ne", "moveaxis": "movedim",
    "subtract": "sub", "swapaxes": "transpose", "swapdims": "transpose", "true_divide": "div",
}  # fmt: skip
"""PyTorch's second names."""


def build(*tables: Table, prefix: str = "") -> dict[str, Callable[..., Any]]:
    """The functions of the tables by name. `pow=power` is the engine's `power` under the name `pow`.

    prefix  what error messages put before the name: "linalg."
    """
    functions = {}
    for table in tables:
        for text, names in table:
            signature = Signature.of(text)
            for entry in names.split():
                name, _, engine = entry.partition("=")
                functions[name] = bound(prefix + name, signature, getattr(ops, engine or name))
    return functions


TABLES = (ELEMENTWISE, REDUCTIONS, MATRICES, SHAPES)

FUNCTIONS = build(*TABLES)
FUNCTIONS |= {name: getattr(module, name) for module in (composed, creation, data) for name in module.__all__}
FUNCTIONS |= {alias: FUNCTIONS[name] for alias, name in ALIASES.items()}
"""Every function of `gradcli.torch` by name."""

ON_INPUT = {
    entry.partition("=")[0]
    for table in TABLES
    for text, names in table
    if text[:5] == "input"
    for entry in names.split()
}
ON_INPUT |= {*composed.__all__} - {"is_tensor"}
ON_INPUT |= {alias for alias, name in ALIASES.items() if name in ON_INPUT}
"""The functions whose first argument is a Tensor called `input`: they are methods of it too."""
