"""`torch.nn.functional`: what the layers compute, as functions."""

from __future__ import annotations

from gradcli.torch.absent import absent_names
from gradcli.torch.nn.functional import (
    activation,
    class_losses,
    convolution,
    losses,
    margins,
    normalisation,
    pooling,
    random_masks,
    rearranging,
    tables,
)

_MODULES = (
    activation, class_losses, convolution, losses, margins, normalisation, pooling, random_masks, rearranging, tables,
)  # fmt: skip
globals().update(activation.FUNCTIONS | {name: getattr(module, name) for module in _MODULES for name in module.__all__})
__getattr__ = absent_names(__name__)
