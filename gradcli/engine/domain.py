"""Where an operation's argument lives: what `gradcli functions` prints and where the tests sample."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Domain:
    """An open interval, or a closed one, for every element; and the shape that an example has, if not any will do.

    edge   the derivative exists at the finite ends too
    whole  the elements are whole numbers, in an integer dtype
    """

    low: float = -math.inf
    high: float = math.inf
    edge: bool = False
    shape: tuple[int, ...] | None = None
    note: str = ""
    whole: bool = False

    def shaped(self, *shape: int) -> Domain:
        """The same interval for arrays such as one of `shape`."""
        return replace(self, shape=shape)

    def __str__(self) -> str:
        if self.note:
            return self.note
        less = "<=" if self.edge else "<"
        low = "" if self.low == -math.inf else f"{self.low:g} {less} "
        high = "" if self.high == math.inf else f" {less} {self.high:g}"
        return f"{low}x{high}" if low or high else "real"


REAL = Domain()
POSITIVE = Domain(0)
NON_NEGATIVE = Domain(0, edge=True)
UNIT = Domain(-1, 1)
NON_ZERO = Domain(note="x != 0")
