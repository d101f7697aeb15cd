"""Record PyTorch's figures for every operation into ops.json: `python tests/golden/record_ops.py`, with PyTorch 2.13.0.

With `--only exp` those of one operation are recorded, and all others left as they are.
Per call of `samples.golden_calls`: the name of the node, the value, the gradients for a fixed cotangent, and the
gradients of the weighted sum of those; at special points also the tangents for tangents of 1. Where PyTorch has no
gradient, or no tangent, null stands in its place.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from golden_file import golden_file
from torch.autograd import forward_ad
from torch.nn import functional

sys.path += [str(Path(__file__).parents[1] / "engine"), str(Path(__file__).parents[2])]

from samples import Call, golden_calls, outputs, weights


def along(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of x, axis and keepdims, called without the last two where they say nothing."""
    return lambda x, axis, keepdims: function(x) if axis is None and not keepdims else function(x, axis, keepdims)


def values(function: Callable[..., Any]) -> Callable[..., Any]:
    """`along`, of a function that gives values and indices where there is an axis."""
    return lambda x, axis, keepdims: function(x) if axis is None else function(x, axis, keepdims).values


def variance(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, axis, correction, keepdims: function(x, axis, correction=correction, keepdim=keepdims)


def with_keywords(function: Callable[..., Any], *names: str) -> Callable[..., Any]:
    """PyTorch's function of three Tensors with its numbers given by position."""
    return lambda x, a, b, *numbers: function(x, a, b, **dict(zip(names, numbers, strict=True)))


def transposed(
    x: Any, weight: Any, bias: Any, lengths: Any, stride: Any, padding: Any, dilation: Any, groups: int
) -> Any:
    """The transposed convolution with a result of these lengths."""
    each = zip(lengths, x.shape[2:], weight.shape[2:], stride, padding, dilation, strict=True)
    more = [m - ((n - 1) * s - 2 * p + d * (k - 1) + 1) for m, n, k, s, p, d in each]
    return functional.conv_transpose2d(x, weight, bias, stride, padding, more, groups, dilation)


TORCH: dict[str, Callable[..., Any]] = {
    "clone": lambda x, preserve: x.clone(memory_format=torch.preserve_format if preserve else torch.contiguous_format),
    # arithmetic
    "div_floor": lambda a, b: torch.div(a, b, rounding_mode="floor"),
    "remainder_number": torch.remainder,
    "remainder_tensor": torch.remainder,
    "div_trunc": lambda a, b: torch.div(a, b, rounding_mode="trunc"),
    "fmod_number": torch.fmod,
    "fmod_tensor": torch.fmod,
    "rsub": torch.rsub,
    "left_shift": torch.bitwise_left_shift,
    "right_shift": torch.bitwise_right_shift,
    "pow_number": torch.pow,
    "pow_tensor": torch.pow,
    "number_pow": lambda x, base: base**x,
    # assignment
    "zero": lambda x: (x * 1).zero_(),
    "fill_tensor": lambda x, value: (x * 1).fill_(value),
    "fill": lambda x, value: (x * 1).fill_(value),
    "copy": lambda x, source: (x * 1).copy_(source),
    # conversion, shape, indexing
    "cast": lambda x, dtype: torch.ops.aten._to_copy(x, dtype=getattr(torch, dtype.name)),  # always records
    "unsafe_view": torch.ops.aten._unsafe_view,  # has no public name
    "expand": torch.Tensor.expand,
    "split_part": lambda x, axis, start, stop, step, by_sizes: (
        x.split([start, stop - start, x.shape[axis] - stop], axis)[1] if by_sizes else x.split(stop - start, axis)[1]
    ),
    "unbind_part": lambda x, axis, index: x.unbind(axis)[index],
    "rot90": torch.rot90,
    "unfold": torch.Tensor.unfold,
    # gathering, selection, sorting
    "gather": lambda x, index, axis: torch.gather(x, axis, index),
    "scatter_along": lambda x, source, index, axis: torch.scatter(x, axis, index, source),
    "scatter_add": lambda x, source, index, axis: torch.scatter_add(x, axis, index, source),
    "scatter_reduce": lambda x, source, index, axis, reduction, include_self: torch.scatter_reduce(
        x, axis, index, source, reduction, include_self=include_self
    ),
    "logit_clamped": lambda x, eps: torch.logit(x, eps),
    "index_select": lambda x, index, axis: torch.index_select(x, axis, index),
    "index_add": lambda x, source, index, axis, alpha: torch.index_add(x, axis, index, source, alpha=alpha),
    "index_fill": lambda x, index, axis, value: torch.index_fill(x, axis, index, value),
    "index_fill_tensor": lambda x, value, index, axis: torch.index_fill(x, axis, index, value),
    "index_copy": lambda x, source, index, axis: torch.index_copy(x, axis, index, source),
    "masked_scatter": lambda x, source, mask: torch.masked_scatter(x, mask, source),
    "sort": lambda x, axis, descending, stable: torch.sort(x, axis, descending),
    "median_along": torch.median,
    "nanmedian_along": torch.nanmedian,
    "max_along": torch.max,
    "min_along": torch.min,
    "aminmax": lambda x, axis, keepdims: torch.aminmax(x, dim=axis, keepdim=keepdims),
    # decompositions and other matrices
    **{name: getattr(torch.linalg, name) for name in ("qr", "cholesky")},
    "pinv": lambda x, rtol, hermitian: torch.linalg.pinv(x),
    "diagonal_copy": torch.diag,
    "unique": lambda x, axis: torch.unique(x, True, True, True, axis),
    "unique_consecutive": lambda x, axis: torch.unique_consecutive(x, True, True, axis),
    "lstsq": lambda a, b: torch.linalg.lstsq(a, b).solution,
    **{
        name: with_keywords(getattr(torch, name), "beta", "alpha")
        for name in ("addbmm", "addmm", "addmv", "baddbmm", "addr")
    },
    **{name: with_keywords(getattr(torch, name), "value") for name in ("addcmul", "addcdiv")},
    "squeeze": lambda x, axis: x.squeeze() if axis is None else x.squeeze(axis),
    "repeat": torch.Tensor.repeat,
    "slice_axis": lambda x, axis, start, stop, step: torch.ops.aten.slice(x, axis, start, stop, step or 1),
    "index": torch.Tensor.__getitem__,
    # reduction, statistics
    **{
        name: along(getattr(torch, name))
        for name in ("sum", "mean", "nansum", "prod", "amax", "amin", "argmax", "argmin", "any", "all")
    },
    **{name: values(getattr(torch, name)) for name in ("max", "min")},
    **{name: variance(getattr(torch, name)) for name in ("var", "std", "var_mean", "std_mean")},
    "count_nonzero": lambda x, axis, keepdims: torch.count_nonzero(x, axis),
    "logsumexp": lambda x, axis, keepdims: torch.logsumexp(x, (0, 1) if axis is None else axis, keepdims),
    "norm": torch.linalg.vector_norm,
    # linear algebra
    "cross": lambda a, b, axis: torch.linalg.cross(a, b, dim=axis),
    "logabsdet": lambda x: torch.linalg.slogdet(x).logabsdet,
    "det_sign": lambda x: torch.linalg.slogdet(x).sign,
    **{name: getattr(torch.linalg, name) for name in ("det", "inv", "solve")},
    # transcendental, piecewise
    "polygamma": lambda x, n: torch.polygamma(n, x),
    "elu": torch.ops.aten.elu,
    "gelu": lambda x, approximate: functional.gelu(x, approximate=approximate),
    "masked_fill": torch.Tensor.masked_fill,
    "masked_fill_tensor": torch.Tensor.masked_fill,
    "clamp_tensor": torch.clamp,
    "clamp_min_number": torch.clamp_min,
    "clamp_max_number": torch.clamp_max,
    "round": lambda x, decimals: torch.round(x, decimals=decimals) if decimals else torch.round(x),
    # layers and losses
    **{name: getattr(functional, name) for name in ("hardswish", "hardsigmoid", "mish", "glu")},
    "prelu": torch._prelu_kernel,
    "conv": functional.conv2d,
    "conv_transpose": transposed,
    "max_pool": functional.max_pool2d,
    "avg_pool": functional.avg_pool2d,
    "adaptive_avg_pool": functional.adaptive_avg_pool2d,
    "pad": lambda x, margins, value: functional.pad(x, [n for margin in margins[::-1] for n in margin], value=value),
    "pad_from": lambda x, indices, mode: functional.pad(x, (2, 1, 1, 0), "reflect"),  # which gives those indices
    "embedding": lambda weight, index, padding_index, by_frequency: functional.embedding(
        index, weight, padding_index, scale_grad_by_freq=by_frequency
    ),
    "mse_loss": lambda x, target, reduction: functional.mse_loss(x, target, reduction=reduction),
    "smooth_l1_loss": lambda x, target, reduction, at: functional.smooth_l1_loss(
        x, target, reduction=reduction, beta=at
    ),
    "huber_loss": functional.huber_loss,
    "binary_cross_entropy": lambda x, target, weight, reduction: functional.binary_cross_entropy(
        x, target, weight, reduction=reduction
    ),
    "binary_cross_entropy_with_logits": lambda x, target, weight, pos_weight, reduction: (
        functional.binary_cross_entropy_with_logits(x, target, weight, reduction=reduction, pos_weight=pos_weight)
    ),
    "nll_loss": lambda x, target, weight, reduction, ignore_index: functional.nll_loss(
        x, target, weight, reduction=reduction, ignore_index=ignore_index
    ),
    "rescale": lambda x, weight, bias, average, variance, shape, eps: functional.batch_norm(
        x, average, variance, weight, bias, eps=eps
    ),
}
"""What an operation is called in PyTorch, if not by the same name with the same arguments in order."""

WITHOUT = {
    "squeeze_": "it is in place",
    "det_sign": "it is one of two results",
    "scatter": "PyTorch has the rule inside of others",
    "eig": "its results are complex",
    "eigh": "the signs of its vectors are the library's choice; test_against_pytorch.py has what does not depend on it",
    "svd": "as eigh",
    "alias": "x[...] is recorded with indexing",
    "conv_weight": "it is a derivative of conv, and its figures are second derivatives there",
    "avg_pool_transpose": "it is a derivative of avg_pool",
    "adaptive_avg_pool_transpose": "it is a derivative of adaptive_avg_pool",
    "logistic": "it is sigmoid, and its figures are second derivatives of logaddexp",
    "times_log": "it is xlogy, and its figures are derivatives of that",
    "one_less_square": "its figures are derivatives of asin, acosh and atanh",
    "normalise": "PyTorch has an operation for each layer, and tests/torch_face/nn has their figures",
}
"""Operations that PyTorch does not offer."""


def as_torch(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(as_torch, value))
    return torch.tensor(np.array(value)) if isinstance(value, np.ndarray | np.generic) else value


def figures(tensor: torch.Tensor) -> list[Any]:
    array = tensor.clone().numpy(force=True)  # a tangent may be a tensor of zeros without memory
    words = [str(value) for value in (array.astype(int) if array.dtype == bool else array).ravel()]
    return [str(array.dtype), list(array.shape), " ".join(words)]


def derivatives(outputs: list[Any], leaves: list[Any]) -> list[Any] | None:
    """The gradients of the weighted sum of the outputs, zeros where there is none; None where PyTorch cannot."""
    roots = [y for y in outputs if y.requires_grad]
    if not roots:
        return [torch.zeros_like(leaf) for leaf in leaves]
    cotangents = [as_torch(weights(y.numpy(force=True))) for y in roots]
    try:
        return list(torch.autograd.grad(roots, leaves, cotangents, create_graph=True, materialize_grads=True))
    except (NotImplementedError, RuntimeError):
        return None


def results_of(call: Call, arrays: list[Any]) -> list[Any]:
    """What PyTorch gives for the call with these tensors in the places of its arrays."""
    name = call.op.name
    function = TORCH.get(name) or getattr(torch, name, None) or getattr(functional, name)
    arguments = [[*value] if isinstance(value, list) else as_torch(value) for value in call.having(arrays)]
    return outputs(function(*arguments))


def tangents(call: Call) -> list[Any] | None:
    """The tangents of the results where that of every array is 1; None where PyTorch has no forward mode."""
    with forward_ad.dual_level():
        tensors = [as_torch(array) for array in call.arrays]
        try:
            results = results_of(call, [forward_ad.make_dual(x, torch.ones_like(x)) for x in tensors])
        except (NotImplementedError, RuntimeError):
            return None
        found = [(result, forward_ad.unpack_dual(result).tangent) for result in results if result.is_floating_point()]
        return [torch.zeros_like(result) if tangent is None else tangent for result, tangent in found]


def record(key: str, call: Call) -> dict[str, Any]:
    leaves = [as_torch(array).requires_grad_() for array in call.arrays]
    results = results_of(call, leaves)
    recorded = [result for result in results if result.requires_grad]
    first = derivatives(recorded, leaves) if recorded else None
    second = derivatives(first, leaves) if first else None
    forward = tangents(call) if " edge " in key and first else None
    return {
        "node": results[0].grad_fn.name() if results[0].grad_fn else None,
        "value": [*map(figures, results)],
        "first": first and [*map(figures, first)],
        "second": second and [*map(figures, second)],
        **({"tangents": [*map(figures, forward)]} if forward else {}),
    }


def main() -> None:
    golden = golden_file("ops.json", torch)
    calls = {key: call for key, call in golden_calls() if call.op.name not in WITHOUT}
    cases = golden.entries("cases", calls, lambda key: record(key, calls[key]), lambda key: calls[key].op.name)
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(case)}" for key, case in cases.items())
    text = f'{{"torch": "{golden.version}", "without": {json.dumps(WITHOUT)}, "cases": {{\n{lines}\n}}}}\n'
    golden.write(text)


if __name__ == "__main__":
    main()
