"""Figures as plain data, and what draws them: a terminal, SVG, matplotlib; `pyplot` is the face for scenario code."""

from __future__ import annotations


def use(backend: str, *, force: bool = True) -> None:  # matplotlib's names
    """Nothing: what draws a figure is chosen by who looks at it."""
