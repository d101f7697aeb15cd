"""Margins as layers."""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor import Tensor
from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn.module import Module

__all__ = [
    f"{kind}Pad{axes}d" for kind in ("Circular", "Constant", "Reflection", "Replication", "Zero") for axes in (1, 2, 3)
]


class _Pad(Module):
    """A margin around the last axes: so wide on all sides, or the widths before and after, from the last axis on."""

    axes: int
    mode = "constant"
    value: float | None = None

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = tuple(padding) if isinstance(padding, (tuple, list)) else (padding,) * (2 * self.axes)

    def forward(self, input: Tensor) -> Any:
        return F.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        return str(self.padding)


class _CircularPad(_Pad):
    mode = "circular"

    def forward(self, input: Tensor) -> Any:
        if input.ndim - self.axes not in (1, 2):
            least = self.axes + 1
            raise ValueError(f"expected {least}D or {least + 1}D input (got {input.ndim}D input)")
        return super().forward(input)


class _ConstantPad(_Pad):
    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_Pad):
    value = 0.0


def _layers() -> dict[str, type[_Pad]]:
    kinds: dict[str, tuple[type[_Pad], str]] = {
        "Circular": (_CircularPad, "circular"), "Constant": (_ConstantPad, "constant"), "Reflection": (_Pad, "reflect"),
        "Replication": (_Pad, "replicate"), "Zero": (_ZeroPad, "constant"),
    }  # fmt: skip
    return {
        f"{kind}Pad{axes}d": type(
            f"{kind}Pad{axes}d",
            (base,),
            {"axes": axes, "mode": mode, "__module__": __name__, "__doc__": f"As `F.pad` with mode {mode!r}."},
        )
        for kind, (base, mode) in kinds.items()
        for axes in (1, 2, 3)
    }


globals().update(_layers())
