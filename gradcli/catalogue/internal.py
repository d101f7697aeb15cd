"""The operations of the engine that are no function of the catalogue's, and why."""

from __future__ import annotations

INTERNAL = {
    "one of several that a function chooses from, by what its arguments are": (
        "clamp_tensor clamp_min_number clamp_max_number masked_fill_tensor index_fill_tensor div_trunc "
        "remainder_number remainder_tensor fmod_number fmod_tensor pow_number number_pow pow_tensor "
        "logit_clamped median_along nanmedian_along max_along min_along"
    ),
    "a part of a function that is composed, or of a derivative": (
        "times_log one_less_square logistic logabsdet det_sign zeros_like ones_like conv_weight avg_pool_transpose "
        "adaptive_avg_pool_transpose scatter_along pad_from normalise rescale"
    ),
    "what PyTorch records of a view, a part or a copy": (
        "unsafe_view repeat slice_axis index alias diagonal_copy squeeze_ split_part unbind_part unfold"
    ),
    "what an assignment or a change of dtype records": "zero fill fill_tensor copy cast",
    "of torch.nn.functional, which writes it out": (
        "prelu glu embedding conv conv_transpose pad max_pool avg_pool adaptive_avg_pool mse_loss smooth_l1_loss "
        "huber_loss binary_cross_entropy binary_cross_entropy_with_logits nll_loss"
    ),
}
"""By the reason: names of operations."""
