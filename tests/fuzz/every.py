"""Every kind of input."""

from __future__ import annotations

from . import expressions, files, texts
from .kinds import Kind

KINDS: dict[str, Kind] = {"expression": expressions.KIND, "file": files.KIND, **texts.KINDS}
"""By name."""
SHARES = {"expression": 6, "file": 4, "text": 3, "values": 1, "claim": 2, "true claim": 2, "page": 2}
"""How many of each there are in a round."""
