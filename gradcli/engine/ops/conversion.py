"""The same numbers in another dtype."""

from __future__ import annotations

from gradcli.engine.domain import REAL
from gradcli.engine.op import general

cast = general(
    "cast", "ToCopyBackward0", lambda x, dtype: x.astype(dtype), domain=REAL, x=lambda g: g
)  # the backward loop gives a cotangent the dtype of its argument
