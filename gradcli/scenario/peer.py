"""Runs blocks of code on PyTorch itself, in a process of its own."""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from base64 import b64encode
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from gradcli.child import Parent
from gradcli.scenario.capture import TOO_MUCH, OutputLimitError, Streams
from gradcli.scenario.imports import Beside
from gradcli.scenario.stand_in import stand_in
from gradcli.scenario.telling import each_warning, stopped, traceback_of
from gradcli.scenario.timeout import TimeLimitError, time_limit


def main(requests: int, answers: int) -> None:
    """Answers {"folder", "source"} with the {"version"} of PyTorch and whether it has {"cuda"}.

    Then each {"code", "line", "limit", "descriptors"} with {"printed", "notes", "error", "figures"}: what it wrote on
    standard output and on standard error, the traceback, and the figures, pickled. The modules of the folder can be
    imported, and the blocks are the module `__main__`. `matplotlib` and IPython are gradcli's, installed or not. An
    answer that cannot be given is {"error": reason}.
    """
    parent = Parent(requests, answers)
    stand_in(["matplotlib", "matplotlib_inline", "IPython"])
    streams, source = Streams(), ""
    sys.modules["__main__"] = page = ModuleType("__main__")
    for number, request in parent.requests():
        if "folder" in request:
            source = request["source"]
            with streams.given():
                answer = _begin(request["folder"])
            streams.taken()
        else:
            answer = _ran(request, source, vars(page), streams)
        parent.answer(number, answer)


def _begin(folder: str) -> dict[str, Any]:
    """The version of PyTorch, which is imported before anything in the folder can be taken for it."""
    try:
        torch = import_module("torch")
        card = hasattr(torch, "cuda") and bool(torch.cuda.is_available())
        found = {"version": str(torch.__version__), "cuda": card}
    except Exception as raised:  # noqa: BLE001  # whatever an installation that is broken raises
        return {"error": traceback.format_exception_only(raised)[-1].rstrip("\n")}
    sys.meta_path.insert(0, Beside(Path(folder)))
    return found


def _ran(request: dict[str, Any], source: str, namespace: dict[str, Any], streams: Streams) -> dict[str, Any]:
    from gradcli.plot.pyplot import keeping

    with streams.given(descriptors=request["descriptors"]), each_warning(), keeping() as figures:
        error = _execute(request, source, namespace)
    if streams.lost and not error:
        error = f"{TOO_MUCH}\n"
    printed, notes = streams.taken()
    return {
        "printed": printed,
        "notes": notes,
        "error": error,
        "figures": b64encode(pickle.dumps(tuple(figures))).decode(),
    }


def _execute(request: dict[str, Any], source: str, namespace: dict[str, Any]) -> str | None:
    """Runs the code; the traceback if it raises."""
    text = "\n" * (request["line"] - 1) + request["code"]  # its lines have the numbers that they have in the document
    limit, process = request["limit"], os.getpid()
    try:
        try:
            with time_limit(limit, "a block on PyTorch"):
                exec(compile(text, source, "exec"), namespace)  # noqa: S102  # a scenario is a program
        finally:
            if os.getpid() != process:  # the code has forked, and this is not the process that answers
                os._exit(0)
    except (TimeLimitError, OutputLimitError) as error:
        return stopped(error, {source}, limit)
    except BaseException as raised:  # noqa: BLE001  # whatever it raises is its result
        return traceback_of(raised, {source})
    return None
