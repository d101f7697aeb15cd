"""What the face is asked: the lines of `expressions/`. golden/torch_face.json has PyTorch's text or error for each."""

from __future__ import annotations

import copy
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np

SETUP = """
x = torch.ones(2, 3)
y = torch.arange(6.).reshape(2, 3)
n = torch.tensor([1, 2, 3])
g = torch.tensor([0.5, 1.5, -2.0], requires_grad=True)
m = torch.tensor([[3., 1., 2.], [0.5, 2.5, 1.5]])
w = torch.tensor([[2., 1.], [0.5, 3.], [-1., 0.5]])
s = torch.tensor([[4., 1.], [1., 3.]])
a = torch.tensor([[4., 1.], [1., 3.]], dtype=torch.float64, requires_grad=True)
kinds = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float32, torch.float64]
every = [*kinds, torch.complex64, torch.complex128]
b = torch.tensor([[2., 1.], [0.5, 3.], [-1., 0.5]], dtype=torch.float64, requires_grad=True)
"""

FILES = sorted((Path(__file__).parent / "expressions").glob("*.txt"))
EXPRESSIONS = [line for file in FILES for line in file.read_text("utf-8").splitlines()]


def outcome(torch: Any, expression: str) -> str:
    """What the expression prints under this `torch`, or its error."""
    names = {"torch": torch, "np": np, "copy": copy, "pickle": pickle}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(SETUP, names)  # noqa: S102  # the program above
        try:
            return str(eval(expression, names))  # noqa: S307  # one of the lines of `expressions/`
        except Exception as error:  # noqa: BLE001  # whichever it is: it must be PyTorch's
            return f"{type(error).__name__}: {error}"
