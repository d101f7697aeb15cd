"""The same numbers in another dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.bfloat16 import BFLOAT16, converted
from gradcli.engine.domain import REAL
from gradcli.engine.op import general
from gradcli.engine.tensor import Tensor

_cast = general(
    "cast", "ToCopyBackward0", lambda x, dtype: converted(x, dtype), domain=REAL, x=lambda g: g
)  # the backward loop gives a cotangent the dtype of its argument


def cast(x: Any, dtype: Any) -> Any:
    """`x` in another dtype; as whole numbers or truth values it has no gradient."""
    floating = np.dtype(dtype).kind in "fc" or dtype == BFLOAT16
    return _cast(x if floating or not isinstance(x, Tensor) else x.detach(), dtype)
