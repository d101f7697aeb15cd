"""The functions of `gradcli.torch` that are engine functions under PyTorch's names and signatures: the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gradcli.engine import ops
from gradcli.torch import comparison_ops as queries
from gradcli.torch import creation_from_data as data
from gradcli.torch import creation_ops as creation
from gradcli.torch import dtypes, matrices, reductions
from gradcli.torch import mutating_ops as writing
from gradcli.torch import other_ops as measures
from gradcli.torch import overloaded as composed
from gradcli.torch import places_and_counts as lookup
from gradcli.torch import random_sampling as drawing
from gradcli.torch.binding import Signature, bound
from gradcli.torch.kinds import annotated
from gradcli.torch.return_types import STRUCTURES

Table = Iterable[tuple[str, str]]
"""Signatures (see `binding.py`), each with the names of the functions that have it."""

ELEMENTWISE: Table = (
    ("input", "abs acos acosh asin asinh atan atanh ceil cos cosh deg2rad digamma erf erfc exp exp2 expm1 floor frac"),
    ("input", "isfinite isinf isnan lgamma log log10 log1p log2 logical_not neg rad2deg reciprocal relu rsqrt"),
    ("input", "sigmoid sign signbit sin sinc sinh sqrt square tan tanh trunc bitwise_not angle conj imag real"),
    ("input", "view_as_complex view_as_real"),
    ("input, other", "atan2 fmax fmin gcd hypot lcm ldexp logaddexp logaddexp2 logical_and logical_or logical_xor"),
    ("input, other", "maximum minimum nextafter"),
    ("input, other|number", "copysign eq fmod ge gt le lt ne"),
    ("input|number, other|number", "floor_divide mul remainder xlogy bitwise_and bitwise_or bitwise_xor"),
    ("input|number, other|number", "bitwise_left_shift=left_shift bitwise_right_shift=right_shift"),
    ("input|number, exponent|number", "pow=power"),
    ("input, values@", "heaviside"),
    ("n, input", "polygamma"),
    ("input, min=None, max=None", "clamp"),
    ("input, eps=None", "logit=logit_within"),
    ("input, mask, value", "masked_fill"),
    ("input, nan=None, posinf=None, neginf=None", "nan_to_num"),
    ("input, end@, weight", "lerp"),
    ("input, tensor1@, tensor2@, *, value=1", "addcdiv addcmul"),
    ("real@, imag@", "complex"),
    ("abs@, angle@", "polar"),
)  # fmt: skip
REDUCTIONS: Table = (
    ("input, dim[]=None, keepdim=False, *, dtype=None", "mean sum"),
    ("input, dim=..., keepdim=False, *, dtype=None", "prod"),
    ("input, dim[]=None, keepdim=False", "all amax amin any"),
    ("input, dim=None, keepdim=False", "argmax argmin"),
    ("input, dim[]=None", "count_nonzero"),
    ("input, *, dim=None, keepdim=False", "aminmax"),
    ("input, dim[], keepdim=False", "logsumexp"),
    ("input, dim, *, dtype=None", "cumprod cumsum"),
    ("input, dim, dtype=None", "log_softmax softmax"),
    ("input, dim", "cummax cummin"),
    ("input, q, dim=None, keepdim=False, *, interpolation='linear'", "nanquantile quantile"),
)
ORDER: Table = (
    ("input, dim=-1, descending=False, *, stable^=False", "argsort sort"),
    ("input", "msort"),
    ("input, k, dim=-1, largest=True, sorted=True", "topk"),
    ("input, k, dim=-1, keepdim=False", "kthvalue"),
    ("input, dim=-1, keepdim=False", "mode"),
)
PLACES: Table = (
    ("input, dim, index@, *, sparse_grad!=False", "gather"),
    ("input, dim, index@, src@", "scatter_add=add_along"),
    ("input, dim, index@", "index_select"),
    ("input, dim, index@, source@, *, alpha=1", "index_add"),
    ("input, dim, index@, source@", "index_copy"),
    ("input, dim, index@, value", "index_fill"),
    ("input, index@", "take"),
    ("input, indices@, dim=None", "take_along_dim=take_along"),
    ("input, mask", "masked_select"),
    ("input, mask, source@", "masked_scatter"),
    ("input, repeats=None, dim=None, *, output_size!=None", "repeat_interleave"),
)
MATRICES: Table = (
    ("input, other", "inner kron matmul"),
    ("input, mat2", "bmm mm"),
    ("input, vec", "mv"),
    ("input, vec2", "outer"),
    ("input, tensor", "dot"),
    ("input, mat1@, mat2, *, beta=1, alpha=1", "addmm"),
    ("input, mat@, vec, *, beta=1, alpha=1", "addmv"),
    ("input, batch1@, batch2@, *, beta=1, alpha=1", "addbmm baddbmm"),
    ("input, vec1@, vec2, *, beta=1, alpha=1", "addr"),
    ("input", "trace det logdet inverse=inv slogdet"),
    ("input, upper=False", "cholesky"),
    ("input, n", "matrix_power"),
    ("input, diagonal=0", "diag tril triu"),
)
SHAPES: Table = (
    ("input", "adjoint fliplr flipud ravel t"),
    ("input, shape[]", "reshape"),
    ("input, size", "broadcast_to=expand"),
    ("input, start_dim=0, end_dim=-1", "flatten"),
    ("input, dim0, dim1", "transpose"),
    ("input, source[], destination[]", "movedim=moveaxis"),
    ("input, dims[]", "flip permute tile"),
    ("input, shifts[], dims[]=None", "roll"),
    ("input, dim", "unsqueeze"),
    ("input, dim[]=...", "squeeze"),
    ("input, split_size_or_sections, dim=0", "split"),
    ("input, chunks, dim=0", "chunk"),
    ("input, indices_or_sections, dim=0", "tensor_split"),
    ("input, indices_or_sections", "dsplit hsplit vsplit"),
    ("input, dim=0", "unbind"),
    ("input, dim, index", "select"),
    ("input, dim, start, length", "narrow"),
    ("input, dim, sizes", "unflatten"),
    ("input, offset=0, dim1=0, dim2=1", "diagonal"),
    ("input, offset=0, dim1=-2, dim2=-1", "diag_embed"),
    ("tensors, dim=0", "cat stack"),
    ("tensors", "column_stack dstack hstack vstack"),
)
LINALG: Table = (
    ("A", "det eig eigvals inv slogdet"),
    ("A, n", "matrix_power"),
    ("A, full_matrices=True, *, driver!=None", "svd"),
    ("A, *, driver!=None", "svdvals"),
    ("A, mode='reduced'", "qr"),
    ("A, UPLO='L'", "eigh eigvalsh"),
    ("A, *, upper=False", "cholesky"),
    ("A, *, offset=0, dim1=-2, dim2=-1", "diagonal"),
    ("tensors", "multi_dot"),
    ("x@, y@, *, dim=-1", "vecdot"),
    ("input, other, *, dim=-1", "cross"),
    ("input, other", "matmul"),
)
SPECIAL: Table = (
    ("input", "digamma erf erfc exp2 expit=sigmoid expm1 gammaln=lgamma log1p psi=digamma sinc"),
    ("n, input", "polygamma"),
    ("input, eps=None", "logit=logit_within"),
    ("input|number, other|number", "xlogy"),
    ("input, dim[], keepdim=False", "logsumexp"),
    ("input, dim, dtype=None", "log_softmax softmax"),
)

ALIASES = {
    "absolute": "abs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh", "arctan": "atan",
    "arctan2": "atan2", "arctanh": "atanh", "clip": "clamp", "concat": "cat", "concatenate": "cat", "divide": "div",
    "fix": "trunc", "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le", "multiply": "mul",
    "negative": "neg", "not_equal": "ne", "moveaxis": "movedim", "ger": "outer", "row_stack": "vstack",
    "subtract": "sub", "swapaxes": "transpose", "swapdims": "transpose", "true_divide": "div",
}  # fmt: skip
"""PyTorch's second names."""


REAL_ONLY = frozenset(
    "aminmax amax amin argmax argmin argsort atan2 ceil clamp copysign cummax cummin deg2rad digamma erf erfc floor "
    "fmax fmin frac gammaln heaviside hypot kthvalue ldexp lgamma logaddexp logaddexp2 logit maximum minimum mode "
    "msort nanquantile polygamma psi quantile rad2deg relu sign signbit sort topk trunc "
    "xlogy".split()
)
"""The functions that take no complex numbers, which have no order."""


_NO_KERNEL = {
    "abs": "abs_cpu", "addcmul": "addcmul_cpu_out", "ceil": "ceil_vml_cpu", "cross": "cross", "floor": "floor_vml_cpu",
    "kthvalue": "kthvalue_cpu", "trace": "trace", "trunc": "trunc_vml_cpu",
}  # fmt: skip
NO_BOOLS = {name: f"\"{kernel}\" not implemented for 'Bool'" for name, kernel in _NO_KERNEL.items()} | {
    "argmax": "argmax(): does not support bool input",
    "argmin": "argmin(): does not support bool input",
    "relu": "Boolean inputs not supported for relu",
    "topk": "topk does not support bool dtypes on CPU",
}
"""The functions that take no truth values, with their errors."""
NO_BOOLS_WANTED = {"cumprod": "cumprod_out_cpu", "cumsum": "cumsum_out_cpu"}
"""The functions that take no `dtype=torch.bool`, with their kernels."""
FLOATS_ONLY = {"frac": "frac_cpu", "hypot": "hypot_cpu", "logaddexp": "logaddexp_cpu", "logaddexp2": "logaddexp2_cpu"}
"""The functions that take no whole numbers, with their kernels."""


WITHOUT_OUT = frozenset(
    "adjoint argsort broadcast_to chunk conj det diag_embed diagonal dsplit flatten flip fliplr flipud hsplit imag "
    "index_fill isfinite isinf isnan linalg.diagonal logdet masked_fill masked_scatter movedim narrow permute ravel "
    "real relu repeat_interleave reshape roll select split squeeze t tensor_split tile trace transpose unbind "
    "unflatten unsqueeze view_as_complex view_as_real vsplit".split()
)
"""The functions that have no `out`."""


def structured(compute: Callable[..., Any], structure: Any) -> Callable[..., Any]:
    """`compute`, which gives a tuple, with a tuple of that type in its place."""
    return lambda *args: structure(*compute(*args))


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
                compute = getattr(ops, engine or name)
                structure = STRUCTURES.get((prefix + name).replace(".", "_"))
                compute = structured(compute, structure) if structure else compute
                functions[name] = bound(
                    prefix + name,
                    signature,
                    compute,
                    real_only=name in REAL_ONLY,
                    no_bools=NO_BOOLS.get(name, ""),
                    no_bools_wanted=NO_BOOLS_WANTED.get(name, ""),
                    floats_only=FLOATS_ONLY.get(name, ""),
                    with_out=prefix + name not in WITHOUT_OUT,
                )
    return functions


TABLES = (ELEMENTWISE, REDUCTIONS, ORDER, PLACES, MATRICES, SHAPES)
WRITTEN_OUT = (composed, drawing, lookup, matrices, measures, queries, reductions, writing)

FUNCTIONS = build(*TABLES)
FUNCTIONS |= {name: getattr(module, name) for module in (creation, data, dtypes) for name in module.__all__}
FUNCTIONS |= {name: annotated(getattr(module, name)) for module in WRITTEN_OUT for name in module.__all__}
FUNCTIONS |= {alias: FUNCTIONS[name] for alias, name in ALIASES.items()}
"""Every function of `gradcli.torch` by name."""

ON_INPUT = {
    entry.partition("=")[0]
    for table in TABLES
    for text, names in table
    if text[:5] == "input"
    for entry in names.split()
}
ON_INPUT |= {name for module in WRITTEN_OUT for name in module.__all__}
ON_INPUT -= {
    "atleast_1d", "atleast_2d", "atleast_3d", "block_diag", "broadcast_shapes", "broadcast_tensors", "bucketize",
    "cartesian_prod", "cdist", "combinations", "cumulative_trapezoid", "detach", "einsum", "is_storage", "is_tensor",
    "isin", "meshgrid", "normal", "rsub", "searchsorted", "tensordot", "trapezoid", "trapz", "tril_indices",
    "triu_indices", "typename", "vander", "where",
}  # fmt: skip
ON_INPUT |= {alias for alias, name in ALIASES.items() if name in ON_INPUT}
"""The functions whose first argument is a Tensor called `input`: they are methods of it too."""
