"""`torch.linalg`."""

from __future__ import annotations

import gradcli.torch.namespace  # noqa: F401  # attaches the methods of Tensor
from gradcli.engine.ops.linalg import LinAlgError as LinAlgError
from gradcli.torch.absent import absent_names
from gradcli.torch.functions import built
from gradcli.torch.matrices import cond as cond
from gradcli.torch.matrices import linalg_norm as norm  # noqa: F401  # exported
from gradcli.torch.matrices import lstsq as lstsq
from gradcli.torch.matrices import matrix_norm as matrix_norm
from gradcli.torch.matrices import matrix_rank as matrix_rank
from gradcli.torch.matrices import pinv as pinv
from gradcli.torch.matrices import solve as solve
from gradcli.torch.matrices import solve_triangular as solve_triangular
from gradcli.torch.matrices import vector_norm as vector_norm

globals().update(built("linalg"))
__getattr__ = absent_names(__name__)
