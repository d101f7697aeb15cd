"""`torch.cuda`: there is none."""

from __future__ import annotations

from typing import Any, NoReturn

from gradcli.torch.absent import absent_names


def is_available() -> bool:
    """False."""
    return False


def device_count() -> int:
    """0."""
    return 0


def manual_seed(seed: int) -> None:
    """Does nothing, as there is no generator to seed."""


def manual_seed_all(seed: int) -> None:
    """Does nothing, as there is no generator to seed."""


def empty_cache() -> None:
    """Does nothing, as there is no cache."""


def synchronize(device: Any = None) -> NoReturn:  # noqa: ARG001  # PyTorch's
    """Raises AssertionError."""
    raise AssertionError("Torch not compiled with CUDA enabled")


def current_device() -> NoReturn:
    """Raises AssertionError."""
    raise AssertionError("Torch not compiled with CUDA enabled")


__getattr__ = absent_names(__name__)
