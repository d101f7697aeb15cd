"""Dropout: elements, or whole channels, set to zero at random, from PyTorch's stream of random numbers."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import ops, random
from gradcli.engine.inplace import change
from gradcli.engine.layout import copied_like, empty_like
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES
from gradcli.torch import filling
from gradcli.torch.argument_checks import require_tensor

__all__ = ["alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]

NOT_1D = (
    "dropout1d: Expected 2D or 3D input, but received a {}D input. Note that dropout1d exists to provide channel-wise "
    "dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D "
    "inputs)."
)
NO_CHANNELS = (
    "dropout{axes}d: Received a {found}-D input to dropout{axes}d, which is deprecated and will result in an error in "
    "a future release. To retain the behavior and silence this warning, please use dropout instead. Note that "
    "dropout{axes}d exists to provide channel-wise dropout on inputs with {axes} spatial dimensions, a channel "
    "dimension, and an optional batch dimension (i.e. {single}D or {batch}D inputs)."
)
TAKEN_AS_1D = (
    "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input "
    "is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future release to "
    "interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise "
    "dropout behavior, please switch to using dropout1d instead."
)


def _dropped(input: Tensor, p: float, training: bool, inplace: bool, noise: Callable[[Any], Any]) -> Any:
    """`input` times noise: an array like the one that `noise` gives, of zeros with probability p and 1 / (1 - p)."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0 or not input.array.size:
        return input
    if p == 1:
        return _scaled(input, np.zeros((), input.array.dtype), inplace)
    mask = _mask(noise(np.asarray(input.array)), p)
    working = np.dtype(np.float32) if mask.dtype == np.float16 else mask.dtype
    factors = (mask.astype(working, copy=False) / working.type(1 - p)).astype(mask.dtype, copy=False)
    return _scaled(input, factors, inplace)


def _mask(array: Any, p: float) -> Any:
    """The array filled with zeros, with probability p, and ones. Raises RuntimeError for whole numbers."""
    filling.bernoulli(array, 1 - p, random.default_generator)
    if array.dtype.kind in "bui":
        called = TYPE_NAMES[array.dtype.name].scalar
        raise RuntimeError(f"result type Float can't be cast to the desired output type {called}")
    return array


def _like_input(factors: Any, input: Tensor) -> Any:
    """What the input is combined with, laid out as it is, or the result would lie in memory as the factors do."""
    array = np.asarray(input.array)
    if not factors.ndim or array.flags.c_contiguous:
        return factors
    return copied_like(np.broadcast_to(factors, array.shape), array)


def _scaled(input: Tensor, factors: Any, inplace: bool) -> Any:
    factors = Tensor(_like_input(factors, input))
    return change(input, lambda before: ops.mul(before, factors)) if inplace else ops.mul(input, factors)


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Zeros with probability `p`; what stays is divided by 1 - p. Outside training, `input` itself."""
    return _dropped(input, p, training, inplace, lambda array: empty_like(array, array.dtype))


def _features(array: Any) -> Any:
    """An array with one element for all that have the same indices along the first two axes."""
    if array.ndim < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return np.empty((*array.shape[:2], *[1] * (array.ndim - 2)), array.dtype)


def _of_features(input: Tensor, p: float, training: bool, inplace: bool) -> Any:
    """Dropout of whole features."""
    return _dropped(input, p, training, inplace, _features)


def _of_channels(axes: int) -> Callable[..., Any]:
    """Dropout of channels: of axis 1, or of axis 0 where there is no batch, which dropout2d never takes it for."""
    name, dimensions = f"dropout{axes}d", (axes + 1, axes + 2)

    def function(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
        require_tensor(name, "input", input, 1)
        if input.ndim not in dimensions:
            if axes == 1:
                raise RuntimeError(NOT_1D.format(input.ndim))
            words = NO_CHANNELS.format(axes=axes, found=input.ndim, single=axes + 1, batch=axes + 2)
            warnings.warn(words, UserWarning, stacklevel=2)
        if axes == 2 and input.ndim == 3:
            warnings.warn(TAKEN_AS_1D, UserWarning, stacklevel=2)
        if axes == 2 or input.ndim == axes + 2:
            return _of_features(input, p, training, inplace)
        result = _of_features(ops.unsqueeze(input, 0), p, training, inplace)
        return input if inplace else ops.squeeze(result, 0)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "Whole channels zero with probability `p`; what stays is divided by 1 - p."
    return function


dropout1d, dropout2d, dropout3d = map(_of_channels, (1, 2, 3))


ALPHA = 1.7580993408473766
"""What elements far below 0 become under SELU, with the sign changed."""


def _alpha(name: str, noise: Callable[[Any], Any]) -> Callable[..., Any]:
    """Dropout to -ALPHA in the place of 0, scaled so that mean and variance stay (Klambauer and others 2017)."""

    def function(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Any:
        require_tensor(name, "input", input, 1)
        if p in (0, 1) or not training or not input.array.size or not 0 <= p <= 1:
            return _dropped(input, p, training, inplace, noise)
        mask = _mask(noise(np.asarray(input.array)), p)
        scale = 1 / math.sqrt((ALPHA * ALPHA * p + 1) * (1 - p))
        shift = Tensor(_like_input((mask - 1) * (ALPHA * scale) + ALPHA * scale * p, input))
        scaled = _scaled(input, mask * scale, inplace)
        return change(scaled, lambda before: ops.add(before, shift)) if inplace else ops.add(scaled, shift)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "Elements or features set to SELU's limit with probability `p`; mean and variance stay."
    return function


alpha_dropout = _alpha("alpha_dropout", lambda array: empty_like(array, array.dtype))
feature_alpha_dropout = _alpha("feature_alpha_dropout", _features)
