"""How much memory and time `gradcli batch` takes for a long table, checked and all, the whole process.

The table of 10 million rows is made for it and removed afterwards: about 800 MB as CSV.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from gradcli.tables.formats import FORMATS

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-c", "from gradcli.__main__ import main; main()", "batch", "a*x**2 + b*x + c"]
NAMES = "abcx"
TARGET = 300
"""MB of memory, the peak of the largest process."""
PIECE = 2**16


@dataclass(frozen=True)
class Measured:
    """What one run took."""

    format: str
    rows: int
    seconds: float
    rows_per_second: float
    peak_mb: float
    target_mb: int


def pieces(rows: int) -> Iterator[np.ndarray]:
    """Random numbers, a column for each name, some rows at a time."""
    random = np.random.default_rng(0)
    for start in range(0, rows, PIECE):
        yield random.standard_normal((min(PIECE, rows - start), len(NAMES)))


def write(path: Path, rows: int) -> None:
    """Makes the table: CSV, JSON lines or .npy, as the path ends."""
    if path.suffix == ".npy":
        fields = np.dtype([(name, "f8") for name in NAMES])
        head = {"descr": fields.descr, "fortran_order": False, "shape": (rows,)}
        with path.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, head)
            file.writelines(piece.tobytes() for piece in pieces(rows))
        return
    line = '{"a": %r, "b": %r, "c": %r, "x": %r}\n' if path.suffix == ".jsonl" else "%r,%r,%r,%r\n"
    with path.open("w") as file:
        if path.suffix == ".csv":
            file.write(",".join(NAMES) + "\n")
        for piece in pieces(rows):
            file.writelines(line % tuple(row) for row in piece.tolist())


def measure(kind: str, rows: int) -> Measured:
    """Runs the command on a table of that format, the output in the same. Raises CalledProcessError if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, f"data{FORMATS[kind].endings[0]}")
        write(data, rows)
        command = [*COMMAND, "--data", str(data), "-o", str(data.with_stem("out")), "--wrt", "x"]
        start = time.perf_counter()
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Measured(kind, rows, seconds, rows / seconds, usage.ru_maxrss / 1024, TARGET)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the table (default 10 million)")
    parser.add_argument("--quick", action="store_const", const=100_000, dest="rows", help="100,000 rows: does it run?")
    parser.add_argument("--format", choices=["csv", "jsonl", "npy"], action="append", help="repeatable (default all)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    found = [measure(kind, options.rows) for kind in options.format or ["csv", "jsonl", "npy"]]
    if options.json:
        print(json.dumps([asdict(each) for each in found], indent=2))
    for each in [] if options.json else found:
        print(
            f"{each.format:6} {each.rows:>12,} rows {each.seconds:7.1f} s {each.rows_per_second:>12,.0f} rows/s "
            f"peak {each.peak_mb:6.0f} MB (target {each.target_mb} MB)"
        )


if __name__ == "__main__":
    main()
