"""Arrays on the screen, for the place that they have."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from gradcli.render.numbers import screen_array
from gradcli.render.scenario import _Gradient


@pytest.mark.parametrize("array", [np.linspace(-1, 1, 9), np.ones((3, 9)), np.ones((2, 2, 5)) / 3])
@pytest.mark.parametrize("columns", [24, 30, 80])
def test_a_gradient_is_written_for_the_width_of_its_column(array: np.ndarray, columns: int) -> None:
    table = Table("name", "gradient", box=None, show_header=False)
    table.add_row("W", _Gradient(array))
    text = io.StringIO()
    Console(file=text, width=columns).print(table)
    shown = [line[3:].strip() for line in text.getvalue().rstrip("\n").split("\n")]
    forms = ([line.strip() for line in screen_array(array, width).split("\n")] for width in range(1, 81))
    assert shown in forms
