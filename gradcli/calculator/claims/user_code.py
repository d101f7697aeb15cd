"""Running the user's own Python code, whose exceptions are shown as its traceback."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import gradcli
from gradcli.errors import InputError
from gradcli.signals import Terminated

_HERE = ""  # on the path: the current folder
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
        last = "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()[-1]
        super().__init__("python", f"{target} raised {last}")


def _is_theirs(filename: str) -> bool:
    return not filename.startswith(_NOT_THEIRS)


@contextlib.contextmanager
def theirs(target: str) -> Iterator[None]:
    """Inside runs code of the user's, to which the current folder is the last on the path.

    An exception becomes a UserError.
    """
    added = _HERE not in sys.path
    if added:
        sys.path.append(_HERE)
    process = os.getpid()
    try:
        yield
    except (Terminated, KeyboardInterrupt, MemoryError):  # not their doing
        raise
    except BaseException as error:  # whatever it is, it is theirs
        raise UserError(target, error) from error
    finally:
        if os.getpid() != process:  # a fork of theirs, which goes no further
            os._exit(0)
        if added and _HERE in sys.path:
            sys.path.remove(_HERE)


def load(target: str) -> Callable[..., Any]:
    """The function or class that "module:name" names, from what is installed or the current folder.

    Raises InputError where there is none, or where what is installed hides a module of the folder, and UserError for
    what the module raises.
    """
    module, colon, name = target.partition(":")
    if not (module and colon and name):
        raise InputError("usage", f"{target!r} names no function", hint="--python module:function")
    with theirs(target):
        spec = _spec(module)
    if spec is None:
        raise InputError("python", f"there is no module {module!r} in this folder, nor installed")
    _refuse_hidden(module.partition(".")[0])
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


def _refuse_hidden(name: str) -> None:
    """Raises InputError for a module of the current folder that is not the one that an import finds."""
    here, found = PathFinder.find_spec(name, [_HERE]), importlib.util.find_spec(name)
    if here is None or here.origin is None or found is None or found.origin is None:
        return
    if not (Path(found.origin).exists() and Path(found.origin).samefile(here.origin)):
        whose = "one of Python's" if name in sys.stdlib_module_names else f"installed, as {found.origin}"
        hint = "rename the one in this folder"
        raise InputError("python", f"the module {name!r} in this folder is hidden: {name!r} is {whose}", hint=hint)


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
