"""The PyTorch-shaped face of the engine: `from gradcli import torch`.

What is here behaves as in PyTorch 2.13, down to its messages and to how it prints. A name that is not here raises
AttributeError, an argument that is not supported raises NotImplementedError; nothing is ignored.

To import this costs nothing: everything is loaded when the first name is asked for.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from gradcli.torch.absent import absent_names

_absent = absent_names(
    __name__,
    submodules=(
        "accelerator autograd backends cuda func linalg nn optim profiler random return_types special testing utils "
        "version"
    ).split(),
    elsewhere={
        "is_anomaly_check_nan_enabled": "autograd.anomaly_mode",
        "is_anomaly_enabled": "autograd.anomaly_mode",
        "vmap": "func",
        **dict.fromkeys(
            (
                "bilinear celu conv1d conv2d cosine_similarity hardshrink layer_norm pairwise_distance pixel_shuffle "
                "pixel_unshuffle prelu selu threshold"
            ).split(),
            "nn.functional",
        ),
    },
)


def __getattr__(name: str) -> Any:
    """The first name that is asked for brings all in; then this is asked for submodules and absent names only."""
    loaded = globals()
    # The face's own modules, which import each other from here, are no names to load all for.
    if "Tensor" not in loaded and find_spec(f"{__name__}.{name}") is None:
        loaded.update(import_module(f"{__name__}.namespace").NAMES)
        if name in loaded:
            return loaded[name]
    return _absent(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *import_module(f"{__name__}.namespace").NAMES})
