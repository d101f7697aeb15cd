"""What is wrong with how a program ended."""

from __future__ import annotations

import json

from .commands import Line
from .program import Outcome
from .table import Fault

INSIDE = (b"Traceback (most recent", b"Exception ignored", b"Fatal Python error", b"Segmentation fault")
"""What a reader is never to see."""


def wrong(name: str, fault: Fault, line: Line, found: Outcome, plain: Outcome) -> list[str]:
    """What is wrong, a few words each; nothing if all is well. `plain` is the same command without the fault."""
    if found.code is None:
        return [f"hangs ({found.seconds:.0f} s)"]
    troubles = []
    if any(words in found.out + found.err for words in INSIDE):
        troubles.append("traceback")
    if found.code not in (fault.codes | {plain.code} if fault.own else fault.codes):
        troubles.append(f"exit {found.code}")
    if found.processes:
        troubles.append(f"{len(found.processes)} left-over processes")
    troubles += files(line, found, plain)
    if name == "FORCE_COLOR=0" and b"\x1b[" in found.out:
        troubles.append("colours")
    return troubles


def files(line: Line, found: Outcome, plain: Outcome) -> list[str]:
    """What is wrong with the files that are there now."""
    troubles = []
    for name, content in found.files.items():
        if name == f"here/{line.writes}":
            if torn(name, content, plain.files.get(name, b"")):
                troubles.append(f"torn {line.writes}")
        elif name.startswith("here/executed-"):
            troubles.append(f"ran {name.removeprefix('here/executed-')}.py")
        elif "/." in name or (name not in plain.files and "gradcli" not in name.split("/")):
            troubles.append(f"left {name}")
    return troubles


def torn(name: str, content: bytes, plain: bytes) -> bool:
    """Whether a file is not the whole that it is without a fault."""
    if content == plain:
        return False
    if name.endswith(".json"):  # times, in a trace
        try:
            return not json.loads(content)
        except ValueError:
            return True
    if name.endswith(".html"):  # what SymPy said, or that it did not
        return not content.rstrip().endswith(b"</html>")
    if name.endswith(".pdf"):  # the date
        return not content.rstrip().endswith(b"%%EOF")
    return True
