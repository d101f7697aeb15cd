"""Whether an error says that the face of matplotlib lacks something."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from gradcli.plot import faces, pyplot
from gradcli.plot.axis import AxisFace

HERE = Path(__file__).parent


def lacks(error: BaseException) -> bool:
    """Whether the face has no such name, or refuses an argument that matplotlib may take."""
    if isinstance(error, AttributeError):
        return _is_ours(error.obj) or _refuses(error)
    if isinstance(error, ImportError):
        return (error.name or "").partition(".")[0] in ("matplotlib", "mpl_toolkits")
    return (isinstance(error, NotImplementedError) and _refuses(error)) or (
        isinstance(error, TypeError) and _is_call(error)
    )


def _is_ours(thing: Any) -> bool:
    """Whether it is a part of the face: an object, or a module."""
    name = thing.__name__ if isinstance(thing, type(pyplot)) else type(thing).__module__
    return str(name).startswith("gradcli.plot")


def _refuses(error: BaseException) -> bool:
    """Whether the face itself raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and Path(frames[-1].filename).is_relative_to(HERE)


def _is_call(error: TypeError) -> bool:
    """Whether arguments did not fit a function of the face, which Python tells by the function's name."""
    function, bracket, _ = str(error).partition("() ")
    name = function.rpartition(".")[2]
    return bool(bracket) and any(hasattr(each, name) for each in (pyplot, faces.Axes, faces.FigureFace, AxisFace))
