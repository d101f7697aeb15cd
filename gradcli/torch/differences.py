"""What is knowingly different from PyTorch, by name. `docs/make_support.py` puts it into SUPPORT.md."""

from __future__ import annotations

_ROUNDING = "a parameter may differ in the last digit after a step: PyTorch fuses multiplication and addition"

DIFFERENCES = {
    "torch.empty": "zeros, so that every run prints the same",
    "torch.load": "reads what `save` of gradcli wrote, and never a pickle; `weights_only` makes no difference",
    "torch.manual_seed": "the stream is that of PyTorch on an x86-64 processor with AVX2",
    "torch.normal": "refuses tensors that require gradients, as `bernoulli` does",
    "torch.save": "a zip of NumPy arrays and JSON; whole modules are refused: save the `state_dict()`",
    "torch.optim.Optimizer": f"{_ROUNDING}; `foreach` and `fused` change nothing; there are no step hooks",
    "torch.optim.Adam": "no complex parameters, no `capturable`, no `differentiable`",
    "torch.optim.LBFGS": "no complex parameters; the state has no scratch list `al`",
    "torch.optim.lr_scheduler.LRScheduler": "no `step(epoch)`; `get_last_lr` gives numbers where the rate is a Tensor",
    "torch.utils.data.DataLoader": "each worker prepares one batch ahead, whatever `prefetch_factor` is; `pin_memory` "
    "does nothing; many workers are not warned of",
    "torch.utils.data.get_worker_info": "without `rng` and `worker_method`",
}  # fmt: skip
"""Qualified name → a sentence without an end."""
