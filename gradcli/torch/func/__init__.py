"""`torch.func`: functions made into their derivatives, or into functions of batches; a module with other parameters."""

from __future__ import annotations

import gradcli.torch.namespace  # noqa: F401  # attaches the methods of Tensor
from gradcli.torch.absent import absent_names
from gradcli.torch.func.batching import vmap as vmap
from gradcli.torch.func.jacobians import hessian as hessian
from gradcli.torch.func.jacobians import jacfwd as jacfwd
from gradcli.torch.func.jacobians import jacrev as jacrev
from gradcli.torch.func.stateless import functional_call as functional_call
from gradcli.torch.func.stateless import stack_module_state as stack_module_state
from gradcli.torch.func.transforms import grad as grad
from gradcli.torch.func.transforms import grad_and_value as grad_and_value
from gradcli.torch.func.transforms import jvp as jvp
from gradcli.torch.func.transforms import vjp as vjp

__getattr__ = absent_names(__name__)
