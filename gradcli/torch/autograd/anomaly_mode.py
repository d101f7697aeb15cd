"""`autograd.detect_anomaly`: says which operation of the forward pass an error in a backward pass comes from.

It is on or off in all threads at once, as in PyTorch.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from gradcli.engine.autograd import observed
from gradcli.engine.graph import Node, each_node
from gradcli.engine.locks import TABLES
from gradcli.engine.modes import told
from gradcli.engine.tensor import Tensor

PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120  # pathlib takes long to import


class _Detection:
    """Whether it is on, whether NaN is looked for, and what is to be undone when it is turned off."""

    enabled = False
    check_nan = True
    watching = ExitStack()


def _note_traceback(node: Node) -> None:
    """Keeps in a new node where the user's program made it."""
    import traceback

    frames = [frame for frame in traceback.extract_stack() if not frame.filename.startswith(PACKAGE)]
    node.metadata["traceback_"] = traceback.format_list(frames)


def _refuse_nan(node: Node, g: Any, contributions: Sequence[Any]) -> None:
    for i, contribution in enumerate(contributions):
        array = contribution.array if isinstance(contribution, Tensor) else contribution
        if isinstance(array, (np.ndarray, np.generic)) and array.dtype.kind in "fc" and np.isnan(array).any():
            _warn_of_failure(node)
            raise RuntimeError(f"Function '{node.name()}' returned nan values in its {i}th output.")


def _warn_of_failure(node: Node) -> None:
    lines = node.metadata.get("traceback_")
    told = (
        f"Traceback of forward call that caused the error:\n{''.join(lines)}"
        if lines
        else "No forward pass information available. Enable detect anomaly during forward pass for more information."
    )
    warnings.warn(f"Error detected in {node.name()}. {told}", UserWarning, stacklevel=2)


def _switch(enabled: bool, check_nan: bool) -> None:
    with TABLES:
        _Detection.watching.close()
        _Detection.enabled, _Detection.check_nan = enabled, check_nan
        if enabled:
            _Detection.watching.enter_context(each_node(_note_traceback, everywhere=True))
            _Detection.watching.enter_context(told("failures", _warn_of_failure, everywhere=True))
        if enabled and check_nan:
            _Detection.watching.enter_context(observed(_refuse_nan, everywhere=True))


def is_anomaly_enabled() -> bool:
    """True while anomalies are looked for."""
    return _Detection.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """True if NaN counts as an anomaly."""
    return _Detection.check_nan


class set_detect_anomaly:
    """Turns the detection on or off at once; used as a context manager it puts the former state back.

    While it is on, an error in a backward pass is preceded by a warning that shows where the forward pass made the
    node; and with `check_nan` a rule that gives NaN raises RuntimeError.
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = (_Detection.enabled, _Detection.check_nan)
        _switch(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        _switch(*self._before)


class detect_anomaly:
    """A context manager in which anomalies are detected: see `set_detect_anomaly`."""

    def __init__(self, check_nan: bool = True) -> None:
        self._check_nan = check_nan
        self._before = (False, True)
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            UserWarning,
            stacklevel=2,
        )

    def __enter__(self) -> None:
        self._before = (_Detection.enabled, _Detection.check_nan)
        _switch(True, self._check_nan)

    def __exit__(self, *_: object) -> None:
        _switch(*self._before)
