"""`torch.nn.functional`: what the layers compute, as functions."""

from __future__ import annotations

from gradcli.torch.absent import absent_names
from gradcli.torch.argument_checks import of_reals
from gradcli.torch.kinds import annotated
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
COMPLEX = frozenset(
    "bilinear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d dropout embedding l1_loss linear "
    "normalize pad pairwise_distance pixel_shuffle pixel_unshuffle poisson_nll_loss sigmoid silu softsign tanh "
    "tanhshrink triplet_margin_loss triplet_margin_with_distance_loss".split()
)
"""The functions that take complex numbers. All others refuse them."""

FLOATS = frozenset(
    "batch_norm binary_cross_entropy binary_cross_entropy_with_logits instance_norm multilabel_soft_margin_loss "
    "prelu".split()
)
"""The functions that refuse whole numbers beside complex ones."""

FUNCTIONS = activation.FUNCTIONS | {
    name: annotated(getattr(module, name)) for module in _MODULES for name in module.__all__
}
globals().update(
    {name: each if name in COMPLEX else of_reals(each, floats_only=name in FLOATS) for name, each in FUNCTIONS.items()}
)
__getattr__ = absent_names(__name__)
