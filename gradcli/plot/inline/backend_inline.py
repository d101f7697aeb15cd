"""`matplotlib_inline.backend_inline`."""

from __future__ import annotations


def set_matplotlib_formats(*formats: str) -> None:  # all figures are drawn as SVG in a page
    """Nothing: the formats of figures are chosen where a scenario is shown."""
