"""The entry point: `gradcli` and `python -m gradcli`."""

from __future__ import annotations

import gc
import os
import sys

GC_THRESHOLD = 100_000
"""Container objects between collections: what the imports make is no garbage, and to look for some takes time."""

INTERRUPTED = 130
"""`Exit.INTERRUPTED`, which would have to be imported."""

CHECKING = frozenset("diff check jacobian hessian jvp vjp hvp explain eps minimize plot batch repl".split())
"""The commands that ask SymPy, unless they are told not to check; `scenario` does so in a process of its own."""


def main() -> None:
    """Runs the command line and exits with its code."""
    gc.set_threshold(GC_THRESHOLD)
    # One thread is enough for the sizes at hand, and starting OpenBLAS's pool costs as much time as all of NumPy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:  # while modules are imported; `cli.app` sees to it from then on
        code = INTERRUPTED
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    worker = None
    if _checks(arguments):
        from gradcli.verify.client import SympyWorker

        # Starts importing SymPy now, beside everything that follows; a stream of claims may not need it at all.
        worker = SympyWorker(at_once=not (arguments[0] == "check" and "-" in arguments))
    from gradcli.cli.app import run

    return run(arguments, worker)


def _checks(arguments: list[str]) -> bool:
    """Whether this command line will ask SymPy."""
    return (
        arguments[:1] != [] and arguments[0] in CHECKING and not {"--no-check", "--help", "--python"} & set(arguments)
    )


if __name__ == "__main__":
    main()
