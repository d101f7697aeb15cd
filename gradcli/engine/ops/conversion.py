"""The same numbers in another dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.bfloat16 import BFLOAT16, converted
from gradcli.engine.domain import REAL
from gradcli.engine.op import general
from gradcli.engine.tensor import Tensor


def _converted(x: Any, dtype: Any) -> Any:
    """A repeated axis says nothing about an order in memory, and is not taken for one."""
    return converted(np.ascontiguousarray(x) if 0 in x.strides and x.ndim > 1 else x, dtype)


_cast = general(
    "cast", "ToCopyBackward0", _converted, domain=REAL, x=lambda g: g
)  # the backward loop gives a cotangent the dtype of its argument


def cast(x: Any, dtype: Any) -> Any:
    """`x` in another dtype; as whole numbers or truth values it has no gradient."""
    floating = np.dtype(dtype).kind in "fc" or dtype == BFLOAT16
    return _cast(x if floating or not isinstance(x, Tensor) else x.detach(), dtype)
