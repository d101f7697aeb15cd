"""Tutorials that run: Markdown to steps, steps to results, results against what the document shows."""
