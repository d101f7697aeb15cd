"""`torch.optim`."""

from __future__ import annotations

import gradcli.torch.namespace  # noqa: F401  # attaches the methods of Tensor
from gradcli.torch.absent import absent_names
from gradcli.torch.optim.adam_variants import NAdam as NAdam
from gradcli.torch.optim.adam_variants import RAdam as RAdam
from gradcli.torch.optim.adaptive import Adadelta as Adadelta
from gradcli.torch.optim.adaptive import Adagrad as Adagrad
from gradcli.torch.optim.adaptive import Adam as Adam
from gradcli.torch.optim.adaptive import Adamax as Adamax
from gradcli.torch.optim.adaptive import AdamW as AdamW
from gradcli.torch.optim.adaptive import RMSprop as RMSprop
from gradcli.torch.optim.classic import ASGD as ASGD
from gradcli.torch.optim.classic import Rprop as Rprop
from gradcli.torch.optim.lbfgs import LBFGS as LBFGS
from gradcli.torch.optim.optimizer import Optimizer as Optimizer
from gradcli.torch.optim.sgd import SGD as SGD

__getattr__ = absent_names(__name__, submodules={"lr_scheduler", "optimizer"})
