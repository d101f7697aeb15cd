"""The PyTorch-shaped face of the engine: `from gradcli import torch`.

What is here behaves as in PyTorch 2.13, down to its messages and to how it prints. A name that is not here raises
AttributeError, an argument that is not supported raises NotImplementedError; nothing is ignored.
"""

from __future__ import annotations

from gradcli.engine.dtypes import dtype as dtype
from gradcli.engine.modes import enable_grad as enable_grad
from gradcli.engine.modes import is_grad_enabled as is_grad_enabled
from gradcli.engine.modes import no_grad as no_grad
from gradcli.engine.modes import set_grad_enabled as set_grad_enabled
from gradcli.engine.printing import set_printoptions as set_printoptions
from gradcli.engine.random import Generator as Generator
from gradcli.engine.tensor import Size as Size
from gradcli.engine.tensor import Tensor as Tensor
from gradcli.torch import inplace, methods
from gradcli.torch.absent import absent_names
from gradcli.torch.dtypes import DTYPES
from gradcli.torch.functions import FUNCTIONS

methods.attach()
inplace.attach()
globals().update(FUNCTIONS | DTYPES)
__getattr__ = absent_names(__name__, submodules={"autograd", "linalg", "nn", "special"})
