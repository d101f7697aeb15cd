"""What the exit codes mean."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of every command."""

    OK = 0
    FAILED = 1
    """A check failed: a gradient disagrees, a scenario's output differs."""
    USAGE = 2
    """Wrong usage, or an input that cannot be read."""
    UNDECIDED = 3
    """Undecided, under --strict."""
    INTERRUPTED = 130
    """Ended by Ctrl-C."""
