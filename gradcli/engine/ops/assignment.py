"""What an assignment makes of a Tensor: zeros, one value, another Tensor's values."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.domain import REAL
from gradcli.engine.op import general


def _flat(g: Any) -> Any:
    return np.zeros_like(g)


zero = general("zero", "ZeroBackward0", lambda x: np.zeros_like(x), domain=REAL, x=_flat)
fill = general("fill", "FillBackward2", lambda x, value: np.full_like(x, value), domain=REAL, x=_flat)
copy = general(
    "copy",
    "torch::autograd::CopyBackwards",
    lambda x, source: np.broadcast_to(source, x.shape).astype(x.dtype),
    domain=(REAL.shaped(3, 4), REAL.shaped(4)),
    x=_flat,
    source=lambda g: g,
)
