"""Parameter: a Tensor that a Module counts among its own when it is assigned as an attribute."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from gradcli.engine.dtypes import Default
from gradcli.engine.modes import no_grad
from gradcli.engine.tensor import Tensor
from gradcli.engine.ties import is_inference
from gradcli.torch.argument_checks import check_device, numpy_dtype, shape_of
from gradcli.torch.protocol import copied


class Parameter(Tensor):
    """A leaf on the memory of `data`, empty without. Raises RuntimeError for integers that need a gradient."""

    __module__ = "torch.nn.parameter"

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        values = np.empty(0, Default.float) if data is None else data.detach().array
        if requires_grad and values.dtype.kind not in "fc":
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        super().__init__(values)
        if data is not None and is_inference(data):
            self.origin = data.origin
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A Parameter with a copy of the values; without the `.grad`, as in PyTorch."""
        if id(self) not in memo:
            with no_grad():
                memo[id(self)] = type(self)(Tensor(copied(self.array, memo)), self.requires_grad)
        return memo[id(self)]  # type: ignore[no-any-return]


def empty(shape: tuple[int, ...], device: Any = None, dtype: Any = None) -> Parameter:
    """A Parameter of a shape, to be filled by an initialisation."""
    check_device("nn.Parameter", device)
    return Parameter(Tensor(np.zeros(shape_of("empty", (shape,)), numpy_dtype("empty", dtype) or Default.float)))
