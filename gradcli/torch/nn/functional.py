"""`torch.nn.functional`: the activations."""

from __future__ import annotations

from gradcli.torch.absent import absent_names
from gradcli.torch.functions import ACTIVATIONS, build

globals().update(build(ACTIVATIONS, prefix="nn.functional."))
__getattr__ = absent_names(__name__)
