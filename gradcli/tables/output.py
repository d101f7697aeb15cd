"""Where a table is written to: a file that appears under its name when it is whole, or a stream."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from gradcli.errors import InputError
from gradcli.files import unwritable, whole


@contextmanager
def output(path: str, stream: BinaryIO, *, text: bool) -> Iterator[BinaryIO]:
    """A file to write to, which becomes `path` when all went well; for "-" the stream.

    What is left half-written by an error or an interrupt is removed, and a file that had the name stays as it was. What
    is no text is written to the stream in the end, since its beginning is written last. Raises InputError for a path
    that cannot be written.
    """
    if path == "-" and text:
        yield stream
        stream.flush()
    elif path == "-":
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            shutil.copyfileobj(file, stream)
            stream.flush()
    else:
        with _replacing(Path(path), text=text) as file:
            yield file


@contextmanager
def _replacing(path: Path, *, text: bool) -> Iterator[BinaryIO]:
    path = path.resolve()  # a link stays one
    if path.is_dir():
        raise InputError("file", f"'{path}' is a folder")
    if path.exists() and not path.is_file():  # a device or a pipe cannot be replaced
        with path.open("wb") as stream, output("-", stream, text=text) as file:
            yield file
        return
    with ExitStack() as stack:
        try:
            part = stack.enter_context(whole(path))
        except OSError as error:
            raise unwritable(path, error) from None
        yield stack.enter_context(part.open("wb"))
