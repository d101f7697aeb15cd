"""Files that others give, which may be anything; and writing files so that nobody ever sees half of one."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from gradcli.errors import InputError, UnfinishedError

# The most bytes of what is read at once, by what it is. Tables are read in pieces, and may be longer.
MOST_TEXT = 2**24
"""Of a page of a scenario, a file of answers, a Python file."""
MOST_CERTIFICATE = 2**26
MOST_NUMBERS = 2**28
"""Of an array, or a text of numbers, for `@FILE`."""
MOST_DATA = 2**30
"""Of a data set or weights, unpacked; of a table that comes through a pipe and has to be copied first."""
LONGEST_ROW = 2**24
"""Of a table that is read in pieces."""

WRITER_SECONDS = 5.0
"""How long a named pipe may be without a writer."""

_BLOCK = 2**20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file to read, or a device or a pipe; a pipe that nobody writes to is not waited for without end.

    Raises InputError for what is not there or is not given, and for a folder.
    """
    name = os.fspath(path)
    try:
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            _refuse_unreadable(name, descriptor)
        except BaseException:
            os.close(descriptor)
            raise
    except (OSError, ValueError) as error:  # ValueError for a name that can be none
        raise unreadable(name, error) from None
    with open(descriptor, "rb") as file:  # noqa: PTH123  # a descriptor has no path
        yield file


def _refuse_unreadable(name: str, descriptor: int) -> None:
    """Raises OSError for a folder, and InputError for a pipe without a writer. What is read then, is waited for."""
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if stat.S_ISFIFO(mode):
        _await_writer(name, descriptor)
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):  # of /proc, there are files that are waited for without end
        os.set_blocking(descriptor, True)


def _await_writer(name: str, descriptor: int) -> None:
    import select

    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    if not poll.poll(1000 * WRITER_SECONDS):
        with suppress(BlockingIOError):  # there is a writer, who has nothing to say yet
            if not os.read(descriptor, 1):
                raise InputError("file", f"{name!r} is a pipe that nobody writes to (waited {WRITER_SECONDS:g} s)")


def read_bytes(path: str | os.PathLike[str], most: int) -> bytearray:
    """What is in a file, a device or a pipe; "-" is standard input.

    Raises InputError where it cannot be read, and for more than `most` bytes, of which no more are read.
    """
    name = os.fspath(path)
    if name == "-":
        return _all_of(sys.stdin.buffer, "standard input", most)
    with opened(name) as file:
        return _all_of(file, repr(name), most)


def read_text(path: str | os.PathLike[str], most: int = MOST_TEXT) -> str:
    """The UTF-8 text in a file, without a byte order mark, its lines ended as Python's are.

    Raises InputError as `read_bytes` does, and for what is no UTF-8.
    """
    name = os.fspath(path)
    data = read_bytes(name, most)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = "standard input" if name == "-" else repr(name)
        raise InputError("file", f"{what} is not UTF-8 text (byte {error.start})") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _all_of(file: BinaryIO, shown: str, most: int) -> bytearray:
    try:
        data = up_to(file, most + 1)
    except OSError as error:
        raise InputError("file", f"{shown} cannot be read: {error.strerror}") from None
    if len(data) > most:
        raise InputError("too-large", f"{shown} has more than {most:,} bytes, which is the limit")
    return data


def up_to(file: BinaryIO, count: int) -> bytearray:
    """So many bytes, or what is left: read in blocks, so that memory is taken for what comes, not for what is asked."""
    data = bytearray()
    while len(data) < count and (block := file.read(min(count - len(data), _BLOCK))):
        data += block
    return data


def unreadable(name: str, error: OSError | ValueError) -> InputError:
    """The error for a file that the system does not give."""
    if isinstance(error, FileNotFoundError):
        return InputError("file", f"there is no file {name!r}")
    if isinstance(error, OSError) and error.errno == errno.ENXIO:
        return InputError("file", f"{name!r} cannot be read: it is a socket, or a device that is not there")
    return InputError("file", f"{name!r} cannot be read: {getattr(error, 'strerror', None) or error}")


def unwritable(path: str | os.PathLike[str], error: OSError) -> InputError:
    """The error for a file that cannot be written."""
    return of_system(f"{os.fspath(path)!r} cannot be written", error)


def of_system(what: str, error: OSError) -> InputError:
    """The error for what the system refuses: UnfinishedError where there is no room, which is no wrong input."""
    kind = UnfinishedError if error.errno in _FULL else InputError
    return kind("file", f"{what}: {error.strerror or error}")


def write_file(path: Path, data: bytes) -> None:
    """`write_whole`. Raises InputError if the file cannot be written, UnfinishedError where there is no room for it."""
    try:
        write_whole(path, data)
    except OSError as error:
        raise unwritable(path, error) from None


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file under another name, and then gives it its own. A file that is replaced keeps its permissions."""
    with whole(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """The other name, with the same ending, under which to write. At the end of the block the file gets its own.

    If the block raises, or a signal ends it, the file stays as it was, and nothing is left under the other name. A
    device or a pipe, which cannot be replaced, is written to when all is there.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.exists() and not path.is_file():
        with _through(path) as temporary:
            yield temporary
        return
    target = Path(os.path.realpath(path))  # a link goes on leading to the file
    temporary = target.with_name(f".{target.name[:50]}.{os.urandom(8).hex()}{target.suffix}")
    try:  # from before the file is there: a signal may come at any moment
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield temporary
        temporary.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


@contextmanager
def _through(target: Path) -> Iterator[Path]:
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder, f"data{target.suffix}")
        yield temporary
        with temporary.open("rb") as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink)


def _umask() -> int:
    """The permissions that a new file does not get; to ask for it is to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
