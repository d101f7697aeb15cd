"""The SymPy process: a JSON request a line in, a JSON answer a line out, until the input ends."""

from __future__ import annotations

import gc
import json
import signal
import sys
from contextlib import suppress
from typing import Any

MEMORY_LIMIT = 2 * 2**30  # bytes


def main() -> None:
    """Answers requests. An answer that cannot be given is {"error": reason}."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    _limit_memory()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that is printed may get between the answers
    _warm_up()
    for line in requests:
        answer = respond(json.loads(line))
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):  # not on this system: the time limit remains
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def _warm_up() -> None:
    """Imports SymPy, also what it imports at its first derivative. Nothing of it is garbage."""
    gc.disable()
    from gradcli.verify import symbolic

    example: dict[str, Any] = {
        "program": "x**2 + x",
        "values": {},
        "wrt": ["x"],
        "cotangent": None,
        "order": 1,
        "dtype": "float64",
    }
    symbolic.answer(example)
    gc.enable()
    gc.freeze()


def respond(request: dict[str, Any]) -> dict[str, Any]:
    """The answer of `symbolic.answer`, or {"error": reason}; a request with "formulas" is for `identity.identical`."""
    from gradcli.verify.building import NoFormError
    from gradcli.verify.identity import identical
    from gradcli.verify.symbolic import answer

    try:
        return identical(request) if "formulas" in request else answer(request)
    except NoFormError as reason:
        return {"error": str(reason)}
    except RecursionError:
        return {"error": "the expression is nested too deeply for SymPy"}
    except MemoryError:
        return {"error": f"SymPy needed more than {MEMORY_LIMIT / 2**30:g} GiB of memory"}
    except Exception as error:  # noqa: BLE001  # whatever SymPy raises: the parent reports it and goes on
        return {"error": f"SymPy failed: {type(error).__name__}: {error}"}
