"""The folder with the user's own data, and what can be wrong with a file in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradcli.errors import InputError

VARIABLE = "GRADCLI_DATA"
"""The environment variable that names the folder: processes that a command starts, and exported scripts, see it too."""


def data_folder() -> Path | None:
    """The user's data folder; None if there is none. Raises InputError if its name is not that of a folder."""
    name = os.environ.get(VARIABLE)
    if not name:
        return None
    folder = Path(name)
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise InputError(
            "data", f"the data folder {name!r} {what}", hint="--data names the folder that holds the files"
        )
    return folder


@contextmanager
def using_folder(name: str | None) -> Iterator[None]:
    """Within it, `name` is the data folder; None leaves it as it is. Raises InputError if `name` is not a folder's."""
    before = os.environ.get(VARIABLE)
    if name is not None:
        os.environ[VARIABLE] = name
    try:
        data_folder()
        yield
    finally:
        if before is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = before


def find(folder: Path, *names: str, below: tuple[str, ...] = ()) -> Path | None:
    """The first file of these names in `folder`, or else in its subfolders `below`; None if there is none."""
    candidates = (folder / place / name for place in ("", *below) for name in names)
    return next((path for path in candidates if path.is_file()), None)


def bad_file(path: Path, what: str, hint: str | None = None) -> InputError:
    """The error for a file whose content is not what it should be."""
    return InputError("data", f"{str(path)!r} {what}", hint=hint)


def unreadable(path: Path, error: OSError) -> InputError:
    """The error for a file that the system does not give."""
    return bad_file(path, f"cannot be read: {error.strerror or error}")
