"""Runs blocks of code on PyTorch itself, in a process of its own."""

from __future__ import annotations

import contextlib
import io
import sys
import traceback
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

from gradcli.child import Parent
from gradcli.scenario.imports import Beside
from gradcli.scenario.stand_in import stand_in
from gradcli.scenario.timeout import TimeLimitError, time_limit


def main(requests: int, answers: int) -> None:
    """Answers {"folder"} with the {"version"} of PyTorch, and then each {"code", "limit"} with {"printed", "error"}.

    The modules of the folder can be imported. `matplotlib` and IPython are gradcli's, installed or not. An
    answer that cannot be given is {"error": reason}.
    """
    parent = Parent(requests, answers)
    stand_in(["matplotlib", "matplotlib_inline", "IPython"])
    warnings.simplefilter("ignore")  # they are not compared
    sys.stdin = io.StringIO()
    from gradcli.plot.pyplot import keeping

    namespace: dict[str, Any] = {"__name__": "__main__"}
    for number, request in parent.requests():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()), keeping():
            if "folder" in request:
                answer = _begin(request["folder"])
            else:
                error = _execute(request["code"], namespace, request["limit"])
                answer = {"printed": printed.getvalue(), "error": error}
        parent.answer(number, answer)


def _begin(folder: str) -> dict[str, Any]:
    """The version of PyTorch, which is imported before anything in the folder can be taken for it."""
    try:
        found = str(import_module("torch").__version__)
    except Exception as raised:  # noqa: BLE001  # whatever an installation that is broken raises
        return {"error": _last_line(raised)}
    sys.meta_path.insert(0, Beside(Path(folder)))
    return {"version": found}


def _execute(code: str, namespace: dict[str, Any], limit: float | None) -> str | None:
    """Runs the code; the last line of the traceback if it raises."""
    try:
        with time_limit(limit, "a block on PyTorch"):
            exec(compile(code, "<block>", "exec"), namespace)  # noqa: S102  # a scenario is a program
    except TimeLimitError:
        return f"stopped after {limit:g} s (--timeout)"
    except (Exception, SystemExit) as raised:  # noqa: BLE001  # whatever it raises is its result
        return _last_line(raised)
    return None


def _last_line(raised: BaseException) -> str:
    return "".join(traceback.format_exception_only(raised)).rstrip("\n")
