"""Normalisation layers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.tensor import Tensor
from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn import init
from gradcli.torch.nn.module import Module
from gradcli.torch.nn.parameter import empty

__all__ = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "GroupNorm", "InstanceNorm1d", "InstanceNorm2d", "LayerNorm"]


class _Norm(Module):
    """A weight of ones and a bias of zeros, where there are any."""

    weight: Any
    bias: Any

    def _scale(self, shape: tuple[int, ...], weight: bool, bias: bool, device: Any, dtype: Any) -> None:
        self.register_parameter("weight", empty(shape, device, dtype) if weight else None)
        self.register_parameter("bias", empty(shape, device, dtype) if weight and bias else None)

    def reset_parameters(self) -> None:
        """Ones and zeros."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


class _BatchNorm(_Norm):
    """Each channel normalised by its mean and variance: the batch's in training, the running ones otherwise.

    momentum             how far the running values move to the batch's; None averages over all batches
    track_running_stats  False: there are no running values, and the batch's are always used
    """

    axes: tuple[int, ...]
    called: str
    _version = 2

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-05,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self._scale((num_features,), affine, bias, device, dtype)
        for name in ("running_mean", "running_var"):
            self.register_buffer(name, empty((num_features,), device, dtype).detach() if track_running_stats else None)
        self.register_buffer("num_batches_tracked", Tensor(np.zeros((), np.int64)) if track_running_stats else None)
        self.reset_parameters()

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, local_metadata: dict[str, Any], *args: Any
    ) -> None:
        """Batches were not counted in the first version of the format."""
        if self.track_running_stats and local_metadata.get("version", 1) < 2:
            state_dict.setdefault(f"{prefix}num_batches_tracked", self.num_batches_tracked)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *args)

    def reset_running_stats(self) -> None:
        """Means of zero, variances of one, and no batches."""
        if self.track_running_stats:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            init.zeros_(self.num_batches_tracked)

    def reset_parameters(self) -> None:
        """Also forgets the running values."""
        self.reset_running_stats()
        super().reset_parameters()

    def forward(self, input: Tensor) -> Any:
        if input.ndim not in self.axes:
            raise ValueError(f"expected {self.called} input (got {input.ndim}D input)")
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats:
            init.constant_(self.num_batches_tracked, self.num_batches_tracked.item() + 1)
            if self.momentum is None:
                momentum = 1.0 / self.num_batches_tracked.item()
        of_batch = self.training or self.running_mean is None
        used = not self.training or self.track_running_stats
        return F.batch_norm(
            input,
            self.running_mean if used else None,
            self.running_var if used else None,
            self.weight,
            self.bias,
            of_batch,
            momentum,
            self.eps,
        )

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_BatchNorm):
    """Of (n, channels) or (n, channels, length)."""

    axes, called = (2, 3), "2D or 3D"


class BatchNorm2d(_BatchNorm):
    """Of (n, channels, height, width)."""

    axes, called = (4,), "4D"


class BatchNorm3d(_BatchNorm):
    """Of (n, channels, depth, height, width)."""

    axes, called = (5,), "5D"


class LayerNorm(_Norm):
    """The last axes, of the lengths `normalized_shape`, normalised together."""

    def __init__(
        self,
        normalized_shape: Any,
        eps: float = 1e-05,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self._scale(self.normalized_shape, elementwise_affine, bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Any:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class GroupNorm(_Norm):
    """The channels of each image in groups, each normalised."""

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-05,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self._scale((num_channels,), affine, bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Any:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class _InstanceNorm(_BatchNorm):
    """Each channel of each image normalised.

    track_running_stats  outside training, by running means and variances
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-05,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Tensor) -> Any:
        if input.ndim not in self.axes:
            raise ValueError(f"expected {self.called} input (got {input.ndim}D input)")
        batched = input.ndim == self.axes[1]
        self._check_channels(input.ndim - self.axes[1] + 1, input)
        result = F.instance_norm(
            input if batched else ops.unsqueeze(input, 0),
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            self.momentum or 0.0,
            self.eps,
        )
        return result if batched else ops.squeeze(result, 0)

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, local_metadata: dict[str, Any], *args: Any
    ) -> None:
        """Running values were kept, whether used or not, before the format had versions."""
        name, errors = type(self).__name__, args[-1]
        keys = [prefix + kind for kind in ("running_mean", "running_var") if prefix + kind in state_dict]
        if keys and not self.track_running_stats and local_metadata.get("version", 1) < 2:
            listed = " and ".join(f'"{key}"' for key in keys)
            errors.append(
                f"Unexpected running stats buffer(s) {listed} for {name} with track_running_stats=False. If state_dict "
                f"is a checkpoint saved before 0.4.0, this may be expected because {name} does not track running stats "
                "by default since 0.4.0. Please remove these keys from state_dict. If the running stats are actually "
                f"needed, instead set track_running_stats=True in {name} to enable them. See the documentation of "
                f"{name} for details."
            )
            for key in keys:
                del state_dict[key]
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *args)

    def _check_channels(self, axis: int, input: Tensor) -> None:
        if input.shape[axis] == self.num_features:
            return
        if self.affine:
            raise ValueError(
                f"expected input's size at dim={axis} to match num_features ({self.num_features}), but got: "
                f"{input.shape[axis]}."
            )
        warnings.warn(
            f"input's size at dim={axis} does not match num_features. You can silence this warning by not passing in "
            "num_features, which is not used because affine=False",
            UserWarning,
            stacklevel=4,
        )


class InstanceNorm1d(_InstanceNorm):
    """Of (n, channels, length) or (channels, length)."""

    axes, called = (2, 3), "2D or 3D"


class InstanceNorm2d(_InstanceNorm):
    """Of (n, channels, height, width) or (channels, height, width)."""

    axes, called = (3, 4), "3D or 4D"
