"""The face of torchvision: what introductions to PyTorch use of its transforms, data sets, models and `utils`.

Numbers and messages are those of torchvision 0.28. Nothing is ever downloaded: data and weights are files of the user.
"""

from __future__ import annotations

from gradcli.torchvision.absent import absent_names

__getattr__ = absent_names(__name__, submodules=("datasets", "models", "transforms", "utils"))
__version__ = "0.28.0"
