"""`autograd.grad_mode`: what switches recording on and off."""

from __future__ import annotations

from gradcli.engine.modes import enable_grad as enable_grad
from gradcli.engine.modes import inference_mode as inference_mode
from gradcli.engine.modes import no_grad as no_grad
from gradcli.engine.modes import set_grad_enabled as set_grad_enabled
from gradcli.torch.absent import absent_names

__getattr__ = absent_names(__name__)
