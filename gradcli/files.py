"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file under another name, and then gives it its own. A file that is replaced keeps its permissions."""
    with whole(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """The other name, with the same ending, under which to write. At the end of the block the file gets its own.

    If the block raises, the file stays as it was.
    """
    target = path.resolve()  # a link goes on leading to the file
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=target.suffix)
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _umask() -> int:
    """The permissions that a new file does not get; to ask for it is to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
