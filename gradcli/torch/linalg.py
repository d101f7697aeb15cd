"""`torch.linalg`."""

from __future__ import annotations

from gradcli.torch import composed
from gradcli.torch.absent import absent_names
from gradcli.torch.functions import LINALG, build

norm, vector_norm = composed.linalg_norm, composed.vector_norm
globals().update(build(LINALG, prefix="linalg."))
__getattr__ = absent_names(__name__)
