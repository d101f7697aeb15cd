"""`torch.backends`: libraries for other machines, none of which is here."""

from __future__ import annotations

from gradcli.torch.absent import absent_names


class Backend:
    """A library that is not available. Its settings can be made, and change nothing."""

    def is_available(self) -> bool:
        """False."""
        return False

    def is_built(self) -> bool:
        """False."""
        return False


mps, cuda, mkldnn = Backend(), Backend(), Backend()


class Cudnn(Backend):
    """The settings that programs make for reproducible runs on other machines."""

    enabled, deterministic, benchmark = True, False, False


cudnn = Cudnn()

__getattr__ = absent_names(__name__)
