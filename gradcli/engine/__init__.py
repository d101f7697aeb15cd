"""The autograd engine on NumPy. It imports nothing else of gradcli."""

import warnings

# What is left of NumPy's warnings where a thread has not been told (`modes.py`) to do without them.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"gradcli\.")
