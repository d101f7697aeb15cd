"""`torch.nn`: layers, models and losses."""

from __future__ import annotations

import gradcli.torch.namespace  # noqa: F401  # attaches the methods of Tensor
from gradcli.torch.absent import absent_names
from gradcli.torch.nn import (
    activation,
    containers,
    conv,
    dropout,
    embedding,
    linear,
    loss,
    norm,
    padding,
    pooling,
    rearranging,
    recurrent,
)
from gradcli.torch.nn import functional as functional
from gradcli.torch.nn import init as init
from gradcli.torch.nn.module import Module as Module
from gradcli.torch.nn.parameter import Parameter as Parameter

_MODULES = (
    activation, containers, conv, dropout, embedding, linear, loss, norm, padding, pooling, rearranging, recurrent,
)  # fmt: skip
globals().update({name: getattr(module, name) for module in _MODULES for name in module.__all__})
__getattr__ = absent_names(__name__, submodules={"utils"})
