"""`torch.special`."""

from __future__ import annotations

import gradcli.torch.namespace  # noqa: F401  # attaches the methods of Tensor
from gradcli.torch.absent import absent_names
from gradcli.torch.functions import built
from gradcli.torch.overloaded import round as round

globals().update(built("special"))
__getattr__ = absent_names(__name__)
