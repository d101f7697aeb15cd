"""Claimed gradients: read, judged at a point or searched for one that refutes them; of Python functions too."""
