"""`torch.nn`: layers, models and losses."""

from __future__ import annotations

import gradcli.torch.namespace  # noqa: F401  # attaches the methods of Tensor
from gradcli.torch.absent import absent_names
from gradcli.torch.nn import functional as functional
from gradcli.torch.nn import init as init
from gradcli.torch.nn.activation import *
from gradcli.torch.nn.containers import *
from gradcli.torch.nn.conv import *
from gradcli.torch.nn.dropout import *
from gradcli.torch.nn.embedding import *
from gradcli.torch.nn.linear import *
from gradcli.torch.nn.loss import *
from gradcli.torch.nn.module import Module as Module
from gradcli.torch.nn.norm import *
from gradcli.torch.nn.padding import *
from gradcli.torch.nn.parameter import Parameter as Parameter
from gradcli.torch.nn.pooling import *
from gradcli.torch.nn.rearranging import *
from gradcli.torch.nn.recurrent import *

__getattr__ = absent_names(__name__, submodules={"utils"})
