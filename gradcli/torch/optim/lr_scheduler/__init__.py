"""`torch.optim.lr_scheduler`: learning rates that change from epoch to epoch, or from step to step."""

from __future__ import annotations

from gradcli.torch.absent import absent_names
from gradcli.torch.optim.lr_scheduler.base import LRScheduler as LRScheduler
from gradcli.torch.optim.lr_scheduler.combined import ChainedScheduler as ChainedScheduler
from gradcli.torch.optim.lr_scheduler.combined import SequentialLR as SequentialLR
from gradcli.torch.optim.lr_scheduler.cycles import CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts
from gradcli.torch.optim.lr_scheduler.cycles import CyclicLR as CyclicLR
from gradcli.torch.optim.lr_scheduler.cycles import OneCycleLR as OneCycleLR
from gradcli.torch.optim.lr_scheduler.factors import ConstantLR as ConstantLR
from gradcli.torch.optim.lr_scheduler.factors import CosineAnnealingLR as CosineAnnealingLR
from gradcli.torch.optim.lr_scheduler.factors import ExponentialLR as ExponentialLR
from gradcli.torch.optim.lr_scheduler.factors import LambdaLR as LambdaLR
from gradcli.torch.optim.lr_scheduler.factors import LinearLR as LinearLR
from gradcli.torch.optim.lr_scheduler.factors import MultiplicativeLR as MultiplicativeLR
from gradcli.torch.optim.lr_scheduler.factors import MultiStepLR as MultiStepLR
from gradcli.torch.optim.lr_scheduler.factors import PolynomialLR as PolynomialLR
from gradcli.torch.optim.lr_scheduler.factors import StepLR as StepLR
from gradcli.torch.optim.lr_scheduler.plateau import ReduceLROnPlateau as ReduceLROnPlateau

for _name, _value in [*globals().items()]:
    if isinstance(_value, type):
        _value.__module__ = __name__  # where PyTorch has them all
__getattr__ = absent_names(__name__)
