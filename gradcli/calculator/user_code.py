"""Running the user's own Python code, whose exceptions are shown as its traceback."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import gradcli
from gradcli.errors import InputError
from gradcli.signals import Terminated

_NOT_THEIRS = (str(Path(gradcli.__file__).parent), str(Path(importlib.__file__).parent), "<frozen ")


class UserError(InputError):
    """An exception of the user's code. `traceback` has the frames of that code only."""

    def __init__(self, target: str, error: BaseException) -> None:
        summary = traceback.TracebackException.from_exception(error)
        links: list[traceback.TracebackException | None] = [summary]
        while links:
            link = links.pop()
            if link is not None:
                frames = [frame for frame in link.stack if _is_theirs(frame.filename)]
                link.stack = traceback.StackSummary.from_list(frames)
                links += [link.__cause__, link.__context__]
        self.traceback = "".join(summary.format())
        last = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
        super().__init__("python", f"{target} raised {last}")


def _is_theirs(filename: str) -> bool:
    return not filename.startswith(_NOT_THEIRS)


@contextlib.contextmanager
def theirs(target: str) -> Iterator[None]:
    """Inside runs code of the user's: an exception becomes a UserError."""
    try:
        yield
    except Terminated:  # not their doing
        raise
    except (Exception, SystemExit) as error:  # whatever it is, it is theirs
        raise UserError(target, error) from error


def load(target: str) -> Callable[..., Any]:
    """The function or class that "module:name" names, from the current folder or what is installed.

    Raises InputError where there is none, and UserError for what the module raises.
    """
    module, colon, name = target.partition(":")
    if not (module and colon and name):
        raise InputError("usage", f"{target!r} names no function", hint="--python module:function")
    if sys.path[:1] != [""]:
        sys.path.insert(0, "")  # the current folder, as for `python -m`
    with theirs(target):
        spec = _spec(module)
    if spec is None:
        raise InputError("python", f"there is no module {module!r} in this folder, nor installed")
    with theirs(target):
        loaded = importlib.import_module(module)
    try:
        found = reduce(getattr, name.split("."), loaded)
    except AttributeError:
        raise InputError("python", f"{module} has no {name!r}") from None
    if not callable(found):
        raise InputError("python", f"{target} is no function but {type(found).__name__}")
    return found


def _spec(module: str) -> Any:
    try:
        return importlib.util.find_spec(module)
    except ModuleNotFoundError as error:
        if error.name is not None and (module == error.name or module.startswith(f"{error.name}.")):
            return None
        raise


def check_arguments(target: str, function: Callable[..., Any], values: Mapping[str, Any]) -> None:
    """Raises InputError if the function does not take these arguments by name."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # of a function that is not written in Python
        return
    try:
        signature.bind(**values)
    except TypeError as error:
        hint = f"it takes {signature}; give each argument by --at or --let"
        raise InputError("python", f"{target}: {error}", hint=hint) from None
