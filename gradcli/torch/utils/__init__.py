"""`torch.utils`."""

from __future__ import annotations

from gradcli.torch.absent import absent_names

__getattr__ = absent_names(__name__, submodules={"data"})
