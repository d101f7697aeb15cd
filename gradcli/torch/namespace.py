"""Every name of `torch` but its submodules. Importing this attaches the methods of Tensor."""

from __future__ import annotations

from typing import Any

from gradcli.engine.dtypes import dtype
from gradcli.engine.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from gradcli.engine.printing import set_printoptions
from gradcli.engine.tensor import Size
from gradcli.torch import casts, environment, inplace, methods
from gradcli.torch.devices import contiguous_format, device, preserve_format, strided
from gradcli.torch.dtypes import DTYPES
from gradcli.torch.functions import FUNCTIONS
from gradcli.torch.serialization import load, save

methods.attach()
inplace.attach()

NAMES: dict[str, Any] = {
    **FUNCTIONS,
    **inplace.CHANGING,
    **DTYPES,
    **casts.TYPED,
    **{name: getattr(environment, name) for name in environment.__all__},
    "dtype": dtype,
    "enable_grad": enable_grad,
    "inference_mode": inference_mode,
    "is_grad_enabled": is_grad_enabled,
    "is_inference_mode_enabled": is_inference_mode_enabled,
    "no_grad": no_grad,
    "set_grad_enabled": set_grad_enabled,
    "set_printoptions": set_printoptions,
    "Size": Size,
    "Tensor": casts.TensorType,
    "contiguous_format": contiguous_format,
    "device": device,
    "preserve_format": preserve_format,
    "strided": strided,
    "load": load,
    "save": save,
}
