"""The functions that make less of an array, or bring it into order: sums, extremes, running sums, sorting."""

from __future__ import annotations

from typing import Any

from gradcli.catalogue.function import Function


def _f(group: str, name: str, signature: str | None, text: str = "", **more: Any) -> Function:
    return Function(name, signature, text, group, **more)


FUNCTIONS = (
    _f("reductions", "sum", "x, axis=None, keepdims=False", "the sum, of all elements or along axes", face="input, dim[]=None, keepdim=False, *, dtype=None", out="casting"),
    _f("reductions", "mean", "x, axis=None, keepdims=False", "the mean", form="sum(x, axis, keepdims)/count(x, axis)", language_aliases="average", face="input, dim[]=None, keepdim=False, *, dtype=None", out="casting", takes="real complex", engine_refuses=True),
    _f("reductions", "prod", "x, axis=None, keepdims=False", "the product", face="input, dim=..., keepdim=False, *, dtype=None", out="casting"),
    _f("reductions", "max", "x, *, axis=None, keepdims=False", "the largest element; of two arrays: maximum(a, b)", form="amax(x, axis, keepdims)", written="reductions", torch="torch.max(x) if axis is None else torch.max(x, axis, keepdims).values"),
    _f("reductions", "min", "x, *, axis=None, keepdims=False", "the smallest element; of two arrays: minimum(a, b)", form="amin(x, axis, keepdims)", written="reductions", torch="torch.min(x) if axis is None else torch.min(x, axis, keepdims).values"),
    _f("reductions", "amax", "x, axis=None, keepdims=False", "the largest element; ties share the gradient", face="input, dim[]=None, keepdim=False", takes="real integer boolean", jax="numpy.max"),
    _f("reductions", "amin", "x, axis=None, keepdims=False", "the smallest element; ties share the gradient", face="input, dim[]=None, keepdim=False", takes="real integer boolean", jax="numpy.min"),
    _f("reductions", "var", "x, axis=None, correction=1, keepdims=False", "the variance, divided by n - correction", form="c = x - mean(x, axis, keepdims=True); sum(c*c, axis, keepdims)/(count(x, axis) - correction)", written="reductions", out="casting", jax="jnp.var(x, axis=axis, ddof=correction, keepdims=keepdims)", numpy="np.var(x, axis=axis, ddof=correction, keepdims=keepdims)"),
    _f("reductions", "std", "x, axis=None, correction=1, keepdims=False", "the standard deviation", form="sqrt(var(x, axis, correction, keepdims))", written="reductions", out="casting", jax="jnp.std(x, axis=axis, ddof=correction, keepdims=keepdims)", numpy="np.std(x, axis=axis, ddof=correction, keepdims=keepdims)"),
    _f("reductions", "norm", "x, ord=2, axis=None, keepdims=False", "the ord-norm of the elements", written="matrices", torch="linalg.vector_norm", jax="jnp.linalg.vector_norm(x, ord=ord, axis=axis, keepdims=keepdims)", numpy="np.linalg.vector_norm(x, ord=ord, axis=axis, keepdims=keepdims)"),
    _f("reductions", "logsumexp", "x, axis=None, keepdims=False", "log of the sum of exponentials, stable", form="log(sum(exp(x), axis, keepdims))", face="input, dim[], keepdim=False", also="special.logsumexp", out="casting", torch="torch.logsumexp(x, tuple(range(x.ndim)) if axis is None else axis, keepdims)", jax="nn.logsumexp", numpy="np.max(x) + np.log(np.sum(np.exp(x - np.max(x)), axis=axis, keepdims=keepdims))"),
    _f("reductions", "softmax", "x, axis=-1", "exponentials divided by their sum", form="w = exp(x); w/sum(w, axis, keepdims=True)", face="input, dim, dtype=None", also="special.softmax", jax="nn.softmax", numpy="np.exp(x - np.max(x, axis=axis, keepdims=True)) / np.sum(np.exp(x - np.max(x, axis=axis, keepdims=True)), axis=axis, keepdims=True)"),
    _f("reductions", "log_softmax", "x, axis=-1", "log of softmax, stable", form="x - logsumexp(x, axis, keepdims=True)", face="input, dim, dtype=None", also="special.log_softmax", jax="nn.log_softmax", numpy="x - np.max(x, axis=axis, keepdims=True) - np.log(np.sum(np.exp(x - np.max(x, axis=axis, keepdims=True)), axis=axis, keepdims=True))"),
    _f("reductions", "cumsum", "x, axis=0", "running sums", face="input, dim, *, dtype=None", in_place="running", out="casting", sums="cumsum_out_cpu"),
    _f("reductions", "cumprod", "x, axis=0", "running products", face="input, dim, *, dtype=None", in_place="running", out="casting", sums="cumprod_out_cpu"),
    # Without a function in the language
    _f("", "all", None, "true where all elements hold", face="input, dim[]=None, keepdim=False"),
    _f("", "any", None, "true where an element holds", face="input, dim[]=None, keepdim=False"),
    _f("", "argmax", None, "the place of the largest element", face="input, dim=None, keepdim=False", takes="real integer", kernel="argmax(): does not support bool input"),
    _f("", "argmin", None, "the place of the smallest element", face="input, dim=None, keepdim=False", takes="real integer", kernel="argmin(): does not support bool input"),
    _f("", "count_nonzero", None, "how many elements are not 0", face="input, dim[]=None"),
    _f("", "aminmax", None, "the smallest and the largest element", face="input, *, dim=None, keepdim=False", takes="real integer boolean"),
    _f("", "cummax", None, "the largest so far, and its place", face="input, dim", takes="real integer boolean"),
    _f("", "cummin", None, "the smallest so far, and its place", face="input, dim", takes="real integer boolean"),
    _f("", "nanquantile", None, "quantiles of the elements that are numbers", face="input, q, dim=None, keepdim=False, *, interpolation='linear'", takes="real integer boolean"),
    _f("", "quantile", None, "quantiles of the elements", face="input, q, dim=None, keepdim=False, *, interpolation='linear'", takes="real integer boolean"),
    _f("", "median", None, written="reductions"),
    _f("", "nanmean", None, written="reductions", out="casting"),
    _f("", "nanmedian", None, written="reductions"),
    _f("", "nansum", None, written="reductions", out="casting"),
    _f("", "std_mean", None, written="reductions"),
    _f("", "var_mean", None, written="reductions"),
    _f("", "argsort", None, "the places of the elements in order", face="input, dim=-1, descending=False, *, stable^=False", out="none", takes="real integer boolean"),
    _f("", "sort", None, "the elements in order, and their places", face="input, dim=-1, descending=False, *, stable^=False", takes="real integer boolean"),
    _f("", "msort", None, "the elements in order along the first axis", face="input", takes="real integer boolean"),
    _f("", "topk", None, "the k largest elements, and their places", face="input, k, dim=-1, largest=True, sorted=True", takes="real integer", kernel="topk does not support bool dtypes on CPU"),
    _f("", "kthvalue", None, "the k-th smallest element, and its place", face="input, k, dim=-1, keepdim=False", out="apart", takes="real integer", kernel="kthvalue_cpu"),
    _f("", "mode", None, "the element that comes most often, and its place", face="input, dim=-1, keepdim=False", takes="real integer boolean"),
)  # fmt: skip
