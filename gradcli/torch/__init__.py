"""The PyTorch-shaped face of the engine: `from gradcli import torch`.

What is here behaves as in PyTorch 2.13, down to its messages and to how it prints. A name that is not here raises
AttributeError, an argument that is not supported raises NotImplementedError; nothing is ignored.
"""

from __future__ import annotations

from gradcli.engine.dtypes import dtype as dtype
from gradcli.engine.modes import enable_grad as enable_grad
from gradcli.engine.modes import inference_mode as inference_mode
from gradcli.engine.modes import is_grad_enabled as is_grad_enabled
from gradcli.engine.modes import is_inference_mode_enabled as is_inference_mode_enabled
from gradcli.engine.modes import no_grad as no_grad
from gradcli.engine.modes import set_grad_enabled as set_grad_enabled
from gradcli.engine.printing import set_printoptions as set_printoptions
from gradcli.engine.tensor import Size as Size
from gradcli.engine.tensor import Tensor as Tensor
from gradcli.torch import casts, environment, inplace, methods
from gradcli.torch.absent import absent_names
from gradcli.torch.devices import contiguous_format as contiguous_format
from gradcli.torch.devices import device as device
from gradcli.torch.devices import preserve_format as preserve_format
from gradcli.torch.devices import strided as strided
from gradcli.torch.dtypes import DTYPES
from gradcli.torch.functions import FUNCTIONS
from gradcli.torch.serialization import load as load
from gradcli.torch.serialization import save as save

methods.attach()
inplace.attach()
globals().update(FUNCTIONS | inplace.CHANGING | DTYPES | casts.TYPED)
globals().update({name: getattr(environment, name) for name in environment.__all__})
__getattr__ = absent_names(
    __name__,
    submodules="autograd cuda func linalg nn optim profiler return_types special utils".split(),
    elsewhere={
        "is_anomaly_check_nan_enabled": "autograd.anomaly_mode",
        "is_anomaly_enabled": "autograd.anomaly_mode",
        "vmap": "func",
    },
)
