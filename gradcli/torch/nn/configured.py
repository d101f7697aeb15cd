"""Modules that are a function with options: `class GLU(Configured, function=F.glu)` declares `dim: int = -1`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Any, ClassVar, dataclass_transform

from gradcli.engine.tensor import Tensor
from gradcli.torch.declared import declared
from gradcli.torch.nn.module import Module


@dataclass_transform(eq_default=False, field_specifiers=(field,))
class Configured(Module):
    """Calls `function` with its input and its options, which are attributes, in order; `shown` are those it prints."""

    __options__: dict[str, Any]
    function: Callable[..., Any]
    shown: ClassVar[Sequence[str]] = ()

    def __init_subclass__(cls, function: Callable[..., Any] | None = None) -> None:
        super().__init_subclass__()
        if function is not None:
            cls.function = staticmethod(function)
            declared(cls)

    def _take_options(self, options: dict[str, Any]) -> None:
        super().__init__()
        for name, value in options.items():
            setattr(self, name, value)

    def forward(self, *inputs: Tensor, **named: Tensor) -> Any:
        options = {name: getattr(self, name) for name in self.__options__}
        return self.function(*inputs, **named, **options) if named else self.function(*inputs, *options.values())

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={getattr(self, name)}" for name in self.shown)
