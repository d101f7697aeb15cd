"""`torch.special`."""

from __future__ import annotations

from gradcli.torch.absent import absent_names
from gradcli.torch.functions import SPECIAL, build

globals().update(build(SPECIAL, prefix="special."))
__getattr__ = absent_names(__name__)
