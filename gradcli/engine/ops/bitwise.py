"""Bits of whole numbers and truth values; greatest common divisors. None has a derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.domain import Domain
from gradcli.engine.op import elementwise, not_differentiable
from gradcli.engine.type_names import not_implemented

WHOLE = Domain(0, shape=(2, 3), note="whole numbers", whole=True)


def _bits(name: str, function: Callable[..., Any], kinds: str, kernel: str = "") -> Callable[..., Any]:
    """Declares a function of two arrays whose dtypes are of these kinds; PyTorch names its kernel in the error."""

    def forward(a: Any, b: Any) -> Any:
        if a.dtype.kind not in kinds:
            raise not_implemented(kernel or f"{name}_cpu", a.dtype)
        return function(a, b)

    return elementwise(
        name, "", forward, domain=(WHOLE, WHOLE), numpy=[function], a=not_differentiable, b=not_differentiable
    )


def _shift(function: Callable[..., Any], beyond: Callable[[Any], Any]) -> Callable[..., Any]:
    """A shift by as many bits as there are, or more, or by a negative number, leaves what `beyond` gives."""

    def shift(a: Any, b: Any) -> Any:
        inside = (b >= 0) & (b < 8 * a.dtype.itemsize)
        if np.all(inside):
            return function(a, b)
        return np.where(inside, function(a, np.where(inside, b, 0)), beyond(a))[()]

    return shift


bitwise_and = _bits("bitwise_and", np.bitwise_and, "bui")
bitwise_or = _bits("bitwise_or", np.bitwise_or, "bui")
bitwise_xor = _bits("bitwise_xor", np.bitwise_xor, "bui")
left_shift = _bits("left_shift", _shift(np.left_shift, lambda a: a * 0), "ui", "lshift_cpu")
right_shift = _bits("right_shift", _shift(np.right_shift, lambda a: -(a < 0).astype(a.dtype)), "ui", "rshift_cpu")
gcd = _bits("gcd", np.gcd, "ui")
lcm = _bits("lcm", np.lcm, "ui")


def _not(x: Any) -> Any:
    if x.dtype.kind not in "bui":
        raise not_implemented("bitwise_not_cpu", x.dtype)
    return np.invert(x)


bitwise_not = elementwise("bitwise_not", "", _not, domain=WHOLE, numpy=[np.invert], x=not_differentiable)
