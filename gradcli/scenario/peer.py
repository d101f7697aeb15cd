"""Runs blocks of code on PyTorch itself, in a process of its own: a JSON document in, a line of JSON a block out."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import traceback
import warnings
from typing import Any

from gradcli.scenario.stand_in import stand_in
from gradcli.scenario.timeout import TimeLimitError, time_limit


def main() -> None:
    """Reads {"folder", "limit", "blocks"} and writes {"printed", "error"} for each block up to the first that raises.

    The modules of the folder can be imported. `matplotlib` is gradcli's, whether the real one is installed or not.
    """
    asked = json.load(sys.stdin)
    sys.path.insert(0, asked["folder"])
    stand_in(["matplotlib"])
    warnings.simplefilter("ignore")  # they are not compared
    answers, sys.stdin = sys.stdout, io.StringIO()
    from gradcli.plot.pyplot import keeping

    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in asked["blocks"]:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()), keeping():
            error = _execute(block, namespace, asked["limit"])
        answers.write(json.dumps({"printed": printed.getvalue(), "error": error}) + "\n")
        answers.flush()
        if error is not None:
            return


def _execute(code: str, namespace: dict[str, Any], limit: float | None) -> str | None:
    """Runs the code; the last line of the traceback if it raises."""
    try:
        with time_limit(limit, "a block on PyTorch"):
            exec(compile(code, "<block>", "exec"), namespace)  # noqa: S102  # a scenario is a program
    except TimeLimitError:
        return f"stopped after {limit:g} s (--timeout)"
    except (Exception, SystemExit) as raised:  # noqa: BLE001  # whatever it raises is its result
        return "".join(traceback.format_exception_only(raised)).rstrip("\n")
    return None
