"""What is knowingly different from PyTorch, by name. `docs/make_support.py` puts it into SUPPORT.md."""

from __future__ import annotations

_ROUNDING = "a parameter may differ in the last digit after a step: PyTorch fuses multiplication and addition"

DIFFERENCES = {
    **dict.fromkeys(
        ("torch.block_diag", "torch.cdist", "torch.dist", "torch.vdot"),
        "composed of other functions, so `grad_fn` has the name of the last of them",
    ),
    "torch.Tensor": "compare types with `==`, or ask `isinstance`: `type(x) is torch.Tensor` is False; "
    "arithmetic with a NumPy array, on either side, is that of two tensors, and recorded, where PyTorch refuses an "
    "array on the left and a tensor that needs a gradient; NumPy's functions of a tensor mean what they mean on arrays "
    "and give a tensor of PyTorch's dtype with its history, or raise, where PyTorch gives an array or raises",
    "torch.Tensor.data": "a change through it counts in `_version`: a backward pass that reads the old values raises",
    "torch.Tensor.copy_": "`non_blocking` changes nothing, as in `to`",
    **dict.fromkeys(
        ("torch.amax", "torch.amin", "torch.fmax", "torch.fmin", "torch.maximum", "torch.minimum"),
        "of +0 and -0 among equals, PyTorch's answer depends on where they lie in memory, ours does not always agree",
    ),
    "torch.Tensor.resize_": "of a view beyond the memory that it shows a part of is refused, as is such an `out=`",
    "torch.backends.cudnn": "the settings change nothing",
    "torch.device": "as a context, takes cpu only",
    **dict.fromkeys(
        ("torch.conj", "torch.Tensor.H", "torch.Tensor.mH"),
        "of complex numbers it is a copy, where PyTorch's shares the memory and is conjugated when it is read",
    ),
    "torch.empty": "zeros, so that every run prints the same",
    "torch.load": "reads what `save` of gradcli wrote, and never a pickle; `weights_only` makes no difference",
    "torch.manual_seed": "the stream is that of PyTorch on an x86-64 processor with AVX2",
    **dict.fromkeys(
        ("torch.kthvalue", "torch.topk"),
        "of equal elements, those that come first; PyTorch's choice depends on how it sorts in part",
    ),
    **dict.fromkeys(
        ("torch.linalg.cond", "torch.nn.HuberLoss", "torch.remainder", "torch.scatter", "torch.vander"),
        "have a gradient where PyTorch has none: `cond` of any `p`, a target of another dtype, what is divided is a "
        "number, `reduce`",
    ),
    **dict.fromkeys(
        ("torch.bucketize", "torch.searchsorted"),
        "NaN among the boundaries is the largest of them; PyTorch's answer depends on the way of its search",
    ),
    **dict.fromkeys(
        ("torch.atan2", "torch.ldexp"),
        "the gradient beside a uint8 tensor is the derivative; PyTorch's squares and powers of two wrap at 256",
    ),
    **dict.fromkeys(
        ("torch.median", "torch.nanmedian"),
        "of equal elements along an axis the index is that of the first, to which the gradient goes; PyTorch's depends "
        "on how it sorts in part, and is wrong for an expanded axis",
    ),
    **dict.fromkeys(
        ("torch.std", "torch.std_mean", "torch.var", "torch.var_mean"),
        "with `dim=()` the gradient is that of all elements, where PyTorch's is infinite",
    ),
    **dict.fromkeys(
        ("torch.digamma", "torch.lgamma", "torch.polygamma"),
        "infinite at the poles, where PyTorch's trigamma is large and finite by rounding; near them ours is exact",
    ),
    **dict.fromkeys(
        ("torch.linalg.vector_norm", "torch.norm"),
        "of order 0 the gradient is 0, where PyTorch has none",
    ),
    **dict.fromkeys(
        ("torch.linalg.slogdet", "torch.slogdet"),
        "the sign needs no gradient; PyTorch says that it does, and has none",
    ),
    "torch.autograd.grad": "second derivatives are finite where PyTorch's formulas give NaN (`sinc`, norms, `pow` and "
    "`logit` at 0, `logaddexp` of infinities); float16 is rounded in other places on the way",
    "torch.Tensor.logical_and_": "ends the history, as `logical_not_`, `logical_or_` and `logical_xor_` do; PyTorch "
    "hands the gradient on as if nothing had been written",
    "torch.sum": "an `out=` that overlaps the input of a reduction or a product is written last; PyTorch overwrites "
    "its input on the way",
    "torch.float16": "a number beside it is rounded to it first, where PyTorch computes in float32: one too large "
    "is refused, one below 6e-8 is 0",
    "torch.autograd.forward_ad.make_dual": "a dual prints a `grad_fn` instead of its tangent, and requires a gradient",
    "torch.enable_grad": "changes nothing in inference mode, and `is_grad_enabled()` says so",
    "torch.autograd.Function": "an input that it returns as it is may be changed in place, which PyTorch refuses",
    "torch.cosine_similarity": "float16 beside float32 is computed, and answered, in float16",
    "torch.func.hessian": "what is constant, as that of `abs`, has no history",
    "torch.linalg.lstsq": "residuals that are left out say that they need no gradient",
    **dict.fromkeys(
        ("torch.cat", "torch.put"), "of one tensor, or accumulating, the result may lie in memory as a new one does"
    ),
    "torch.no_grad": "a view of a leaf that is made inside says that it needs no gradient",
    "torch.autograd.gradcheck": "takes inputs that share memory, where PyTorch refuses",
    "torch.pixel_unshuffle": "of no elements has the shape that it has of others",
    "torch.bincount": "refuses complex weights, of which PyTorch takes the real part",
    "torch.mode": "NaN is never the most frequent; PyTorch's answer depends on where NaN stands",
    "torch.Tensor.detach_": "backward also refuses what a user's Function saved and was then detached so",
    "torch.linalg.solve_triangular": "a zero on the diagonal raises, where PyTorch gives infinities",
    "torch.kron": "backward refuses arguments that were changed in place since; PyTorch takes the changed values",
    "torch.normal": "refuses tensors that require gradients, as `bernoulli` does",
    "torch.save": "a zip of NumPy arrays and JSON; whole modules, and other objects that only a pickle can hold, are "
    "refused: save the `state_dict()`; two tensors that share memory are saved as two",
    "torch.autograd.forward_ad.dual_level": "what another thread computes under `no_grad` has no tangent",
    "torch.func.jvp": "the tangents are those of the gradients' rules, where PyTorch's forward mode has another "
    "convention: `prelu` at 0, `clamp` with equal limits, `embedding` with `padding_idx` or `scale_grad_by_freq`",
    "torch.func.functional_call": "refuses a module that another thread is calling so, where PyTorch mixes parameters",
    "torch.func.vmap": "a loop over the examples: a value may decide what is computed, what was captured is never "
    "changed in place, what it gives lies in order in memory, and the `vmap` of a Function is not called",
    "torch.autograd.graph.Node": "`register_hook` and `register_prehook` not for operations with several results",
    "torch.nn.PairwiseDistance": "its node is called LinalgVectorNormBackward0",
    "torch.optim.Optimizer": f"{_ROUNDING}; `foreach` and `fused` change nothing",
    "torch.optim.Adam": "no complex parameters, no `capturable`, no `differentiable`",
    "torch.optim.LBFGS": "no complex parameters; the state has no scratch list `al`",
    "torch.optim.lr_scheduler.LRScheduler": "`get_last_lr` gives numbers where the rate is a Tensor",
    "torch.utils.data.DataLoader": "each worker prepares one batch ahead, whatever `prefetch_factor` is; `pin_memory` "
    "does nothing; many workers are not warned of",
    "torch.utils.data.get_worker_info": "without `rng` and `worker_method`",
}  # fmt: skip
"""Qualified name → a sentence without an end."""
