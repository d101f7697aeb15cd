"""One axis of a panel, as matplotlib names what can be done with it."""

from __future__ import annotations

from typing import Any

from gradcli.plot.figure import Panel
from gradcli.plot.inputs import refuse
from gradcli.plot.ticker import Locator


class AxisFace:
    """One axis of a panel, "x" or "y"."""

    def __init__(self, panel: Panel, name: str) -> None:
        self.panel, self.name = panel, name

    def set_visible(self, b: bool) -> None:
        """Whether its ticks and their texts are shown."""
        setattr(self.panel, f"{self.name}axis", bool(b))

    def set_ticks(self, ticks: Any, **others: Any) -> None:
        """No ticks, if the list is empty."""
        refuse("set_ticks", others)
        if len(ticks):
            raise NotImplementedError("set_ticks() only takes all ticks away here: ticker.MultipleLocator places them")
        self.set_visible(False)

    def set_major_locator(self, locator: Locator) -> None:
        """Where the ticks stand."""
        setattr(self.panel, f"{self.name}every", locator.every)
