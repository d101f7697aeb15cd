"""A golden file as its recorder sees it: `--only NAME`, once or more, records those entries and leaves all others."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


class GoldenFile:
    """A file of recorded figures, of which the entries in `only` are recorded anew, or all where that is empty."""

    def __init__(self, path: Path, version: str, only: Iterable[str] = ()) -> None:
        self.path = path
        self.only = set(only)
        self.unknown = set(self.only)
        self.before: dict[str, Any] = json.loads(path.read_text("utf-8")) if self.only else {}
        self.version = self.before.get("torch", version)

    def entries(
        self, part: str, names: Iterable[str], record: Callable[[str], Any], family: Callable[[str], str] = str
    ) -> dict[str, Any]:
        """The entries of a part of the file, or of all of it where the part is "", in the order of the names.

        `only` has an entry's name or its family's. What the file has under no name stays, at the end.
        """
        names = list(names)
        before = self.before.get(part, {}) if part else self.before
        asked = [name for name in names if not self.only or self.only & {name, family(name)}]
        self.unknown -= {*asked, *map(family, asked)}
        entries = before | {name: record(name) for name in asked}
        return {name: entries[name] for name in [*names, *before] if name in entries}

    def write(self, text: str) -> None:
        """Replaces the file, unless `only` has what no part knows."""
        if self.unknown:
            sys.exit(f"{self.path.name} has no entry for {', '.join(map(repr, sorted(self.unknown)))}")
        self.path.write_text(text, encoding="utf-8")

    def write_document(self, document: dict[str, Any]) -> None:
        self.write(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def golden_file(name: str, torch: Any) -> GoldenFile:
    """The file of this name beside this one, with the `--only` of the command line."""
    check(torch)
    parser = argparse.ArgumentParser(description=f"Record {name} with PyTorch 2.13.0.")
    parser.add_argument("--only", metavar="NAME", action="append", default=[], help="record this alone; repeatable")
    return GoldenFile(Path(__file__).with_name(name), torch.__version__, parser.parse_args().only)


def check(torch: Any) -> None:
    """Exits where PyTorch has other figures. On a processor without AVX2 it draws numbers whose last bits differ."""
    if not torch.__version__.startswith("2.13.0") or torch.backends.cpu.get_cpu_capability() == "DEFAULT":
        sys.exit("golden figures are recorded with PyTorch 2.13.0, on a processor with AVX2")
