"""The SymPy process: answers one request after the other, until the parent ends."""

from __future__ import annotations

import gc
import signal
import traceback
from contextlib import suppress
from typing import Any

from gradcli.child import Parent, debugging

MEMORY_LIMIT = 2 * 2**30  # bytes


def main(requests: int, answers: int) -> None:
    """Answers what comes on the pipes of these numbers. An answer that cannot be given is {"error": reason}."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    _limit_memory()
    parent = Parent(requests, answers)
    _warm_up()
    for number, request in parent.requests():
        parent.answer(number, respond(request))


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
    from gradcli.errors import InputError
    from gradcli.lang.tree import NoFormError
    from gradcli.verify.identity import identical
    from gradcli.verify.symbolic import answer

    try:
        return identical(request) if "formulas" in request else answer(request)
    except NoFormError as reason:
        return {"error": str(reason)}
    except InputError as wrong:
        return {"error": f"SymPy could not differentiate this: {wrong.message}"}
    except RecursionError:
        return {"error": "the expression is nested too deeply for SymPy"}
    except MemoryError:
        return {"error": f"SymPy needed more than {MEMORY_LIMIT / 2**30:g} GiB of memory"}
    except Exception:  # noqa: BLE001  # whatever SymPy raises: the parent reports it and goes on
        if debugging():
            traceback.print_exc()
        return {"error": "SymPy could not differentiate this: it stopped with an error of its own"}
