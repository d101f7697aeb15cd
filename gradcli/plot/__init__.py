"""Figures as plain data, and what draws them: a terminal, SVG, matplotlib; `pyplot` is the face for scenario code."""
