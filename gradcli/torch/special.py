"""`torch.special`."""

from __future__ import annotations

import gradcli.torch.namespace  # noqa: F401  # attaches the methods of Tensor
from gradcli.torch.absent import absent_names
from gradcli.torch.functions import SPECIAL, build
from gradcli.torch.overloaded import round as round

globals().update(build(SPECIAL, prefix="special."))
__getattr__ = absent_names(__name__)
