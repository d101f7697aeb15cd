"""The autograd engine on NumPy. It imports nothing else of gradcli."""

import warnings

# Like PyTorch, the engine says nan and inf in its results, not in warnings.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"gradcli\.")
