"""Constants, the version, the random numbers' state, and settings of the machine that make no difference here."""

from __future__ import annotations

import math
from typing import Any

from gradcli import __version__ as own_version
from gradcli.engine import random
from gradcli.engine.tensor import Tensor
from gradcli.torch.argument_checks import check_device
from gradcli.torch.devices import CPU, device

__all__ = [
    "Generator", "__version__", "are_deterministic_algorithms_enabled", "default_generator", "e",
    "get_default_device", "get_num_threads", "get_rng_state", "inf", "nan", "newaxis", "pi", "seed",
    "set_default_device", "set_num_threads", "set_rng_state", "use_deterministic_algorithms",
]  # fmt: skip

__version__ = f"2.13.0+gradcli.{own_version}"
"""The version of PyTorch whose behaviour this is, and ours."""

default_generator = random.default_generator
"""The stream of random numbers that is used where none is given."""

e, inf, nan, pi, newaxis = math.e, math.inf, math.nan, math.pi, None


class Generator(random.Generator):
    """A stream of random numbers, whose state is a Tensor."""

    def __init__(self, device: Any = "cpu") -> None:
        check_device("Generator", device)
        super().__init__()

    @property
    def device(self) -> device:
        """Where the numbers are drawn."""
        return CPU

    def get_state(self) -> Tensor:  # type: ignore[override]  # the engine has no Tensors there
        """The state, in PyTorch's own format."""
        return Tensor(super().get_state())

    def set_state(self, state: Tensor) -> Generator:  # type: ignore[override]
        """Continues from what `get_state` returned, here or in PyTorch."""
        super().set_state(state.array)  # type: ignore[arg-type]
        return self


def get_rng_state() -> Tensor:
    """The state of the random numbers, in PyTorch's own format."""
    return Tensor(random.default_generator.get_state())


def set_rng_state(new_state: Tensor) -> None:
    """Continues the random numbers from what `get_rng_state` returned."""
    random.default_generator.set_state(new_state.array)  # type: ignore[arg-type]


def seed() -> int:
    """Restarts the random numbers from a seed that the operating system picks, and returns that seed."""
    return random.default_generator.seed()


def get_default_device() -> device:
    """The processor."""
    return CPU


def set_default_device(device: Any) -> None:
    """Accepts the processor."""
    check_device("set_default_device", device)


_threads = 1


def get_num_threads() -> int:
    """How many threads were asked for; everything is computed by one, except what NumPy shares out itself."""
    return _threads


def set_num_threads(num: int) -> None:
    """Notes how many threads are asked for. Raises RuntimeError unless there is at least one."""
    global _threads  # noqa: PLW0603  # PyTorch's setting is the process's
    if num <= 0:
        raise RuntimeError("set_num_threads expects a positive integer")
    _threads = num


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Does nothing: all algorithms are deterministic."""


def are_deterministic_algorithms_enabled() -> bool:
    """True."""
    return True
