"""What an assignment makes of a Tensor: zeros, one value, another Tensor's values."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.bfloat16 import converted
from gradcli.engine.domain import REAL
from gradcli.engine.errors import output_mismatch, size_mismatch
from gradcli.engine.fitting import fitting
from gradcli.engine.op import general


def _flat(g: Any) -> Any:
    return np.zeros_like(g)


def _copied(x: Any, source: Any) -> Any:
    try:
        return converted(np.broadcast_to(source, x.shape), x.dtype)
    except ValueError:
        raise size_mismatch(x.shape, source.shape) or output_mismatch(x.shape, source.shape) from None


zero = general("zero", "ZeroBackward0", lambda x: np.zeros_like(x), domain=REAL, x=_flat)
fill_tensor = general(
    "fill_tensor",
    "FillBackward3",
    lambda x, value: _copied(x, value),
    domain=(REAL.shaped(3, 4), REAL.shaped()),
    x=_flat,
    value=lambda g: np.sum(g),
)
fill = general("fill", "FillBackward2", lambda x, value: np.full_like(x, fitting(value, x.dtype)), domain=REAL, x=_flat)
copy = general(
    "copy",
    "torch::autograd::CopyBackwards",
    _copied,
    domain=(REAL.shaped(3, 4), REAL.shaped(4)),
    x=_flat,
    source=lambda g: g,
)
