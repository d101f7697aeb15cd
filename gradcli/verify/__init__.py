"""The independent methods, and the verdict they reach together."""
