"""gradcli: a gradient calculator whose answers are verified, and a runner for autograd tutorials.

Importing this package imports neither NumPy nor SymPy; `from gradcli import torch` brings the PyTorch-shaped face.
"""

__version__ = "0.1.0"
