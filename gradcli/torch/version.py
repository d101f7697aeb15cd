"""`torch.version`."""

from __future__ import annotations

from gradcli.torch.environment import __version__ as __version__

cuda = hip = None
"""The versions of what is not here."""
