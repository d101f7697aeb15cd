"""Modules that are a function with settings: `class ELU(Configured, function=F.elu, alpha=1.0, inplace=False)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.tensor import Tensor
from gradcli.torch.nn.module import Module


class Configured(Module):
    """Calls `function` with its settings, which are attributes, in order; they are given in order or by name."""

    function: Callable[..., Any]
    settings: dict[str, Any]

    def __init_subclass__(cls, function: Callable[..., Any] | None = None, **settings: Any) -> None:
        super().__init_subclass__()
        if function is not None:
            cls.function = staticmethod(function)
            cls.settings = settings

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__()
        name, known = type(self).__name__, [*self.settings]
        if len(args) > len(known):
            takes = f"from 1 to {len(known) + 1} positional arguments" if known else "1 positional argument"
            raise TypeError(f"{name}.__init__() takes {takes} but {len(args) + 1} were given")
        given = dict(zip(known, args, strict=False))
        for key in keywords:
            if key in given or key not in known:
                problem = "got multiple values for" if key in given else "got an unexpected keyword"
                raise TypeError(f"{name}.__init__() {problem} argument '{key}'")
        for key, value in (self.settings | given | keywords).items():
            self._set(key, value)

    def _set(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def forward(self, *inputs: Tensor) -> Any:
        return self.function(*inputs, *[getattr(self, name) for name in self.settings])
