"""The programs in programs/*.txt and what they print; golden/autograd.json holds what they print under PyTorch.

A program begins with a line "## title". It finds `torch`, and `attempt`, which prints a result or an error.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any


def programs() -> dict[str, str]:
    """Every program by "file: title"."""
    found = {}
    for path in sorted((Path(__file__).parent / "programs").glob("*.txt")):
        for part in path.read_text("utf-8").split("## ")[1:]:
            title, _, text = part.partition("\n")
            found[f"{path.stem}: {title}"] = text
    return found


def attempt(call: Callable[[], Any]) -> None:
    """Prints what the call returns, or its error."""
    try:
        print(call())  # noqa: T201  # what a program does
    except Exception as error:  # noqa: BLE001  # whichever it is: it must be PyTorch's
        print(f"{type(error).__name__}: {error}")  # noqa: T201  # likewise


def printed(program: str, torch: Any) -> str:
    """What the program prints under this `torch`, errors and warnings included, addresses left out."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", "`torch.jit")  # PyTorch says that of itself
        warnings.filterwarnings("ignore", "Casting complex values")  # PyTorch says that once a process
        warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's, of nan and inf
        torch.manual_seed(0)
        attempt(lambda: exec(program, {"torch": torch, "attempt": attempt, "__name__": "program"}))  # noqa: S102
    text = out.getvalue().removesuffix("None\n").rstrip("\n")
    lines = [text, *(f"{each.category.__name__}: {str(each.message).splitlines()[0]}" for each in caught)]
    return re.sub(r" at 0x[0-9a-f]+| \(Triggered internally.*", "", "\n".join(lines))
