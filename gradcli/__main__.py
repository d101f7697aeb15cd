"""The entry point: `gradcli` and `python -m gradcli`.

Up to its last lines it imports only what Python itself has imported by then; see `_leave_the_current_folder`.
"""

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
    from gradcli.cli.supervise import keep_descriptors, supervised

    keep_descriptors()
    try:
        code = supervised(_run, _unfinished) if _is_watched() else _run()
    except KeyboardInterrupt:  # while modules are imported; `cli.app` sees to it from then on
        code = INTERRUPTED
    sys.exit(code)


def _is_watched() -> bool:
    """Whether another process watches the command: not what a shell completes, nor scenarios, which have a guard."""
    return "_GRADCLI_COMPLETE" not in os.environ and sys.argv[1:2] != ["scenario"]


def _run() -> int:
    arguments = sys.argv[1:]
    worker = None
    if _checks(arguments):
        from gradcli.cli.overseer import overseer
        from gradcli.verify.client import SympyWorker

        # Starts importing SymPy now, beside everything that follows; a stream of claims may not need it at all.
        at_once = not (arguments[0] == "check" and "-" in arguments)
        worker = SympyWorker(at_once=at_once, started=overseer.owns)
    from gradcli.cli.app import run
    from gradcli.cli.streams import mend_streams
    from gradcli.cli.terminal import mend_environment
    from gradcli.signals import end_on_signals, keep_interrupts

    end_on_signals()
    keep_interrupts()
    mend_streams()
    mend_environment()
    return run(arguments, worker)


def _unfinished(sentence: str) -> int:
    """Tells that a command did not come to its end; the exit code."""
    from gradcli.cli.streams import mend_streams
    from gradcli.cli.terminal import command_of, report
    from gradcli.errors import UnfinishedError

    mend_streams()
    error = UnfinishedError("unfinished", sentence)
    return report(error, command_of(sys.argv[1:]), as_json="--json" in sys.argv)


def _checks(arguments: list[str]) -> bool:
    """Whether this command line will ask SymPy."""
    return (
        arguments[:1] != [] and arguments[0] in CHECKING and not {"--no-check", "--help", "--python"} & set(arguments)
    )


def _leave_the_current_folder() -> None:
    """Takes the folder that `python -m` puts first on the path off it, before anything else is imported.

    Where gradcli and what it needs are in that folder itself, it stays, behind all others.
    """
    if not sys.flags.safe_path:
        folder = sys.path.pop(0)
        from pathlib import Path

        if Path(folder, "gradcli", "__main__.py") == Path(__file__):
            sys.path.append(folder)


if __name__ == "__main__":
    _leave_the_current_folder()
    main()
