"""Arguments for the operations of layers and losses, beside the arrays that are drawn from their domains."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

Example = dict[str, Any]

PLAIN: Example = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
WIDE: Example = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)}
POOL: Example = {"kernel": (2, 2), "stride": (2, 2), "padding": (0, 0)}
OVERLAPPING: Example = {"kernel": (3, 2), "stride": (1, 2), "padding": (1, 1)}
MEAN: Example = {"ceil": False, "include_padding": True, "divisor": None}
ROWS = np.array([[0, 2], [2, 1]])
CLASSES = np.array([1, 3, 0])
REDUCTIONS: list[Example] = [{"reduction": kind} for kind in ("mean", "sum", "none")]
LAYER: Example = {
    "view": (3, 4), "axes": (1,), "shape": (4,), "eps": 1e-5, "node": "NativeLayerNormBackward0",
}  # fmt: skip
BATCH: Example = LAYER | {"axes": (0,), "node": "NativeBatchNormBackward0"}

STEPS = np.array([-np.inf, -1000, -3, -1.5, -0.5, 0, 0.5, 1.5, 3, 1000, np.inf])

EXAMPLES: dict[str, list[Example]] = {
    "threshold": [{"limit": 0.1, "value": 2.0}],
    "softshrink": [{}, {"lambd": 0.8}],
    "hardshrink": [{}, {"lambd": 0.8}],
    "celu": [{}, {"alpha": 1.5}],
    "glu": [{"x": np.array([[1.0, 0.3, -0.5, 2.0], [0.4, 1.8, 0.2, -1.0]])}, {"x": np.array([0.5, -1.2]), "axis": 0}],
    "conv": [PLAIN, PLAIN | {"bias": None}, PLAIN | WIDE],
    "conv_transpose": [
        PLAIN | {"lengths": (4, 3)},
        PLAIN | {"lengths": (4, 3), "bias": None},
        PLAIN | WIDE | {"padding": (1, 0), "lengths": (3, 4)},
    ],
    "conv_weight": [PLAIN | {"kernel": (3, 2)}],
    "max_pool": [POOL | {"dilation": (1, 1), "ceil": ceil} for ceil in (False, True)]
    + [OVERLAPPING | {"dilation": (1, 2), "ceil": False}],
    "avg_pool": [
        POOL | MEAN,
        OVERLAPPING | MEAN | {"include_padding": False},
        POOL | MEAN | {"ceil": True, "divisor": 3},
    ],
    "avg_pool_transpose": [POOL | MEAN | {"lengths": (5, 4)}],
    "adaptive_avg_pool": [{"count": (2, 3)}],
    "adaptive_avg_pool_transpose": [{"lengths": (5, 3)}],
    "pad": [{"margins": ((1, 2),), "value": 0.5}, {"margins": ((0, 1), (-1, 2)), "value": 0}],
    "pad_from": [{"indices": ([1, 0, 1], [2, 1, 0, 1, 2, 3, 2]), "mode": "Reflection"}],
    "embedding": [{"index": ROWS, "padding_index": None, "by_frequency": False}],
    "mse_loss": REDUCTIONS,
    **{name: [kind | {"at": 0.7} for kind in REDUCTIONS] for name in ("smooth_l1_loss", "huber_loss")},
    "binary_cross_entropy": [kind | {"weight": None} for kind in REDUCTIONS],
    "binary_cross_entropy_with_logits": [kind | {"weight": None, "pos_weight": None} for kind in REDUCTIONS],
    "nll_loss": [
        {"target": CLASSES, "weight": None, "reduction": kind, "ignore_index": ignored}
        for kind, ignored in product(("mean", "sum", "none"), (-100, 3))
    ],
    "normalise": [LAYER, BATCH, LAYER | {"weight": None, "bias": None}],
    "rescale": [
        {"average": np.array([0.5, 1, -1, 2]), "variance": np.array([1.5, 2, 3, 4]), "shape": (4,), "eps": 1e-5}
    ],
}
"""Arguments for every operation, by its name: those of the arrays that are not given are drawn."""

EDGES: dict[str, list[Example]] = {
    **{name: [{"x": STEPS}] for name in ("hardswish", "hardsigmoid", "mish", "celu", "softshrink", "hardshrink")},
    "threshold": [{"x": STEPS, "limit": 0.5, "value": -2.0}],
    "embedding": [
        {"index": ROWS, "padding_index": 2, "by_frequency": False},
        {"index": ROWS, "padding_index": None, "by_frequency": True},
    ],
    "max_pool": [
        POOL | {"x": np.array([[[1.0, 2, 2, 0], [2, 1, 2, 0], [-3, -3, 0, 0]]]), "dilation": (1, 1), "ceil": True},
        OVERLAPPING | {"x": np.full((1, 3, 3), -np.inf), "dilation": (1, 1), "ceil": False},
    ],
    "binary_cross_entropy": [
        {"x": np.array([0.0, 0, 1, 1, 0.5]), "target": np.array([0.0, 1, 0, 1, 0]), "weight": None, "reduction": "none"}
    ],
    "binary_cross_entropy_with_logits": [
        {"x": np.array([-1000.0, 0, 1000]), "target": np.array([1, 0, 0.5]), "weight": None, "pos_weight": None,
         "reduction": "none"}
    ],
    **{
        name: [{"x": np.array([-2, -0.5, 0, 0.5, 2]), "target": np.zeros(5), "reduction": "none", "at": 0.5}]
        for name in ("smooth_l1_loss", "huber_loss")
    },
}  # fmt: skip
"""Arguments at special points, where a convention decides: their figures are recorded, and that is all."""

KINKS: dict[str, list[tuple[Any, ...]]] = {
    "hardswish": [(-3.0,), (3.0,)],
    "hardsigmoid": [(-3.0,), (3.0,)],
    "threshold": [(0.5, 0.5, 1.0)],
    "softshrink": [(-0.5,), (0.5,)],
    "hardshrink": [(-0.5,), (0.5,)],
    "prelu": [(0.0, 0.25)],
    "max_pool": [([1.0, 3.0, 3.0, 2.0], (2,), (1,), (0,), (1,), False)],
}
"""Arguments at which an operation has a kink."""
