"""Answers that go to a file, or to a program of the desktop."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradcli.errors import InputError


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Another name to write the file under, which gets its own at the end of the block.

    Raises InputError if it cannot be written.
    """
    from gradcli.files import unwritable, whole

    try:
        with whole(path) as temporary:
            yield temporary
    except OSError as error:
        raise unwritable(path, error) from None


def ending_of(path: Path, endings: tuple[str, ...]) -> str:
    """The file's ending in lower case. Raises InputError for any but `endings`."""
    ending = path.suffix.lower()
    if ending not in endings:
        hint = f"name it {path.stem}{endings[0]}; the endings are {', '.join(endings)}"
        raise InputError("file", f"the ending of {path.name!r} names no format that can be written", hint=hint)
    return ending


def open_on_desktop(data: bytes, ending: str) -> Path:
    """Shows the data in the browser; the temporary file that it is in. Raises InputError without a desktop."""
    import tempfile
    import webbrowser

    graphical = sys.platform in ("darwin", "win32") or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    if graphical:
        with tempfile.NamedTemporaryFile(prefix="gradcli-", suffix=ending, delete=False) as file:
            file.write(data)
        if webbrowser.open(Path(file.name).as_uri()):
            return Path(file.name)
        Path(file.name).unlink()
    raise InputError("no-desktop", "there is no desktop to show a picture on", hint=f"write a file: -o graph{ending}")
