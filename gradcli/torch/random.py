"""`torch.random`: the random numbers' state, under the names that `torch` has too, and a way to keep it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gradcli.engine.random import default_generator as default_generator
from gradcli.torch.absent import absent_names
from gradcli.torch.creation_ops import initial_seed as initial_seed
from gradcli.torch.creation_ops import manual_seed as manual_seed
from gradcli.torch.environment import get_rng_state as get_rng_state
from gradcli.torch.environment import seed as seed
from gradcli.torch.environment import set_rng_state as set_rng_state


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, *, device_type: str = "cuda") -> Iterator[None]:  # noqa: ARG001  # there is one device
    """Puts the random numbers' state back at the end, as if none had been drawn in between."""
    before = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(before)


__getattr__ = absent_names(__name__)
