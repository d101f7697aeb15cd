"""Injects every fault into every command, and prints the table that stands in docs/reliability.md.

    python -m tests.faults --command diff --fault "stdout full"
    python -m tests.faults --write

A cell is empty if all is well, "-" if the fault cannot be done to the command, and otherwise says what was wrong.
Exit code 1 if anything is.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .commands import LINES
from .judge import wrong
from .program import Outcome, program, remove, run
from .table import FAULTS

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- faults -->\n", "<!-- /faults -->\n"
NOT_TRIED = "-"

Told = Callable[[str, str, str], None]


def outcome(fault: str, line: str) -> Outcome:
    """What becomes of a command line under a fault."""
    home = Path(tempfile.mkdtemp(prefix="gradcli-fault-"))
    try:
        started = program(LINES[line], home)
        FAULTS[fault].inject(started)
        return run(started)
    finally:
        remove(home)


def cells(faults: list[str], lines: list[str], jobs: int, told: Told) -> dict[tuple[str, str], str]:
    """What was wrong, by fault and command line."""
    with ThreadPoolExecutor(jobs) as pool:
        plain = dict(zip(lines, pool.map(lambda line: outcome("none", line), lines), strict=True))

        def cell(where: tuple[str, str]) -> str:
            name, line = where
            fault = FAULTS[name]
            if not (fault.of(LINES[line]) and fault.needs()):
                return NOT_TRIED
            found = outcome(name, line)
            word = "; ".join(wrong(name, fault, LINES[line], found, plain[line]))
            told(name, line, f"{word}\n{found.err.decode(errors='replace')[-600:]}" if word else "")
            return word

        places = [(fault, line) for fault in faults for line in lines]
        return dict(zip(places, pool.map(cell, places), strict=True))


def table(found: dict[tuple[str, str], str]) -> Iterator[str]:
    """The table in Markdown: a row a fault, what it was tried on, and what was wrong."""
    yield "| fault | tried on | held | what was wrong |"
    yield "|---|--:|--:|---|"
    for fault in dict.fromkeys(fault for fault, _ in found):
        row = {line: word for (each, line), word in found.items() if each == fault and word != NOT_TRIED}
        bad: dict[str, list[str]] = {}
        for line, word in row.items():
            if word:
                bad.setdefault(word, []).append(line)
        told = "; ".join(f"{word}: {', '.join(lines)}" for word, lines in bad.items())
        yield f"| {fault} | {len(row)} | {sum(not word for word in row.values())} | {told} |"


def main() -> int:
    """Prints the table; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fault", action="append", choices=FAULTS, metavar="NAME", help=f"of {', '.join(FAULTS)}")
    parser.add_argument("--command", action="append", choices=LINES, metavar="NAME", help=f"of {', '.join(LINES)}")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    parser.add_argument("--quiet", action="store_true", help="do not tell of each cell on stderr")
    options = parser.parse_args()

    def told(fault: str, line: str, word: str) -> None:
        if word and not options.quiet:
            print(f"{fault} × {line}: {word}", file=sys.stderr, flush=True)

    found = cells(options.fault or [*FAULTS], options.command or [*LINES], options.jobs, told)
    text = "\n".join(table(found)) + "\n"
    print(text, end="")
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        head, _, rest = page.partition(BEGIN)
        PAGE.write_text(head + BEGIN + text + END + rest.partition(END)[2], encoding="utf-8")
    return int(any(word not in ("", NOT_TRIED) for word in found.values()))


if __name__ == "__main__":
    sys.exit(main())
