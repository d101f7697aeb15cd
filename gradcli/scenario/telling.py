"""How errors and warnings of a page's code are told, on whatever engine it runs."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from gradcli.scenario.capture import TOO_MUCH, OutputLimitError
from gradcli.scenario.timeout import TimeLimitError


def traceback_of(error: BaseException, files: Collection[str], told: str | None = None) -> str:
    """The traceback as if a block had been run by itself: only these files' frames. `told` replaces its last line."""
    summary = traceback.TracebackException.from_exception(error)
    links: list[traceback.TracebackException | None] = [summary]
    while links:
        link = links.pop()
        if link is not None:
            frames = [frame for frame in link.stack if frame.filename in files]
            link.stack = traceback.StackSummary.from_list(frames)
            links += [link.__cause__, link.__context__, *(link.exceptions or ())]
    if told is None:
        return "".join(summary.format())
    return "".join(["Traceback (most recent call last):\n", *summary.stack.format(), f"{told}\n"])


def stopped(error: TimeLimitError | OutputLimitError, files: Collection[str], limit: float | None) -> str:
    """The traceback of code that was stopped, which says why; `limit` are the seconds that it had."""
    late = isinstance(error, TimeLimitError)
    return traceback_of(error, files, f"stopped after {limit:g} s (--timeout)" if late else TOO_MUCH)


@contextmanager
def each_warning() -> Iterator[None]:
    """Inside, all warnings are written to standard error, a line each."""

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        sys.stderr.write(f"{category.__name__}: {message}\n")

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"gradcli\.")  # also in threads of a block
        warnings.showwarning = show
        yield
