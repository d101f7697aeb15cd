"""`torch.accelerator`: there is none."""

from __future__ import annotations

from typing import NoReturn

from gradcli.torch.absent import absent_names


def is_available() -> bool:
    """False."""
    return False


def device_count() -> int:
    """0."""
    return 0


def current_accelerator(check_available: bool = False) -> None:
    """None."""


def current_device_index() -> NoReturn:
    """Raises RuntimeError."""
    raise RuntimeError("Cannot access accelerator device when none is available.")


def synchronize(device: object = None) -> NoReturn:  # noqa: ARG001  # PyTorch's
    """Raises RuntimeError."""
    raise RuntimeError("Cannot access accelerator device when none is available.")


__getattr__ = absent_names(__name__)
