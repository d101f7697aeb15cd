"""The entry point: `gradcli` and `python -m gradcli`."""

from __future__ import annotations

import gc
import os
import sys

GC_THRESHOLD = 100_000
"""Container objects between collections: what the imports make is not garbage, and looking for some takes a tenth of start-up."""


def main() -> None:
    """Runs the command line and exits with its code."""
    gc.set_threshold(GC_THRESHOLD)
    # One thread is enough for the sizes at hand, and starting OpenBLAS's pool costs as much time as all of NumPy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = sys.argv[1:]
    worker = None
    if arguments[:1] == ["diff"] and not {"--no-check", "--help"} & set(arguments):
        from gradcli.verify.client import SympyWorker

        worker = SympyWorker()  # starts importing SymPy now, beside everything that follows
    from gradcli.cli.app import run

    sys.exit(run(arguments, worker))


if __name__ == "__main__":
    main()
