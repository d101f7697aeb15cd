"""`torch.device`. There is one device to compute on: the processor."""

from __future__ import annotations

import re
from typing import Any, Self

TYPES = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy",
    "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip
"""The kinds of devices that PyTorch knows, in the order of its error message."""


def _parsed(text: str, index: int | None) -> tuple[str, int | None]:
    if not text:
        raise RuntimeError("Device string must not be empty")
    if not re.fullmatch("[a-zA-Z_]+(:(0|[1-9][0-9]*))?", text):
        raise RuntimeError(f"Invalid device string: '{text}'")
    kind, colon, number = text.partition(":")
    if kind not in TYPES:
        raise RuntimeError(f"Expected one of {', '.join(TYPES)} device type at start of device string: {kind}")
    if colon and index is not None:
        raise RuntimeError(f"type (string) must not include an index because index was passed explicitly: {text}")
    return kind, int(number) if colon else index


class device:
    """A kind of device and, perhaps, its number. Any that PyTorch knows can be named; only "cpu" can be used.

    Raises RuntimeError for a text that names none, and for a number, which means an accelerator.
    """

    __slots__ = ("index", "type")

    def __init__(self, type: Any, index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index
        elif isinstance(type, int) and not isinstance(type, bool):
            raise RuntimeError("Cannot access accelerator device when none is available.")  # noqa: TRY004  # PyTorch's
        elif not isinstance(type, str):
            raise TypeError(f"device(): argument 'device' must be torch.device, not {type.__class__.__name__}")
        else:
            type, index = _parsed(type, index)
        self.type: str = type
        self.index: int | None = index

    def __repr__(self) -> str:
        number = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{number})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __enter__(self) -> Self:
        """Makes it the device of what is created inside. Raises an error for all but the processor."""
        check_device("device", self)
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing changed."""

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (self.type, self.index)


CPU = device("cpu")


class Word:
    """A name that PyTorch gives to a way of storing numbers."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"torch.{self._name}"


strided, preserve_format, contiguous_format = Word("strided"), Word("preserve_format"), Word("contiguous_format")
MEANINGLESS = (strided, preserve_format, contiguous_format)
"""The layout and the formats of memory that every Tensor has here anyway."""


def check_device(function: str, wanted: Any) -> None:
    """Accepts the processor and None. Raises PyTorch's errors for what is no device and for devices it lacks here."""
    if wanted is None or wanted is CPU:
        return
    if not isinstance(wanted, (str, int, device)):
        raise TypeError(f"{function}(): argument 'device' must be torch.device, not {type(wanted).__name__}")
    kind = device(wanted).type
    if kind == "cpu":
        return
    if kind in ("cuda", "xpu"):
        raise AssertionError(f"Torch not compiled with {kind.upper()} enabled")
    raise NotImplementedError(f"gradcli.torch.{function}(): device='{wanted}' is not supported: the only device is cpu")
