"""What a command tells the process that watches over it (`cli.supervise`): the child's end of the pipe.

Imports next to nothing: it is there before everything else.
"""

from __future__ import annotations

import marshal
import os

HEADER = 4
"""Bytes that say how long a message is."""


class Overseer:
    """The process that watches, or nobody: then all this does nothing.

    descriptor  of a pipe to it; None for nobody
    is_showing  whether something is on the screen that will be replaced
    """

    def __init__(self) -> None:
        self.descriptor: int | None = None
        self.is_showing = False

    def limit(self, seconds: float) -> None:
        """The command may take so long, from its start."""
        self._tell("limit", seconds)

    def deadline(self, ends: float, reason: str) -> None:
        """The command is ended then, by `time.monotonic`, for this reason; infinity takes it back."""
        self._tell("deadline", ends, reason)

    def owns(self, pid: int) -> None:
        """A process that must end with this one."""
        self._tell("owns", pid)

    def meanwhile(self, shown: bytes, text: bytes, code: int) -> None:
        """An answer that is not verified yet.

        shown  what to show at once, until something else is written; empty for nothing
        text   the answer if the time is used up, and `code` the exit code then
        """
        self.is_showing = bool(shown) and self.descriptor is not None
        self._tell("meanwhile", shown, text, int(code))

    def write(self, descriptor: int, text: bytes) -> None:
        """Writes in the place of what it shows."""
        self.is_showing = False
        self._tell("write", descriptor, text)

    def done(self) -> None:
        """The command came to its end."""
        self._tell("done")

    def _tell(self, *message: str | bytes | float) -> None:
        if self.descriptor is None:
            return
        data = marshal.dumps(message)
        data = len(data).to_bytes(HEADER, "big") + data
        while data:
            data = data[os.write(self.descriptor, data) :]


overseer = Overseer()
"""Of this process. `cli.supervise` gives it its descriptor."""
