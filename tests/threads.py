"""Functions run in several threads at once, which the interpreter switches as often as it can."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

THREADS = 8
SECONDS = 60.0
"""After which a thread that has not ended counts as one that never will."""


@contextmanager
def hurried() -> Iterator[None]:
    """Inside, the interpreter switches threads after a microsecond."""
    former = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(former)


def together(work: Callable[[int], Any], count: int = THREADS) -> list[Any]:
    """What `work(number)` gives, or raises, in each of so many threads, which begin at once."""
    results: list[Any] = [TimeoutError("the thread did not end")] * count
    start = threading.Barrier(count)

    def run(number: int) -> None:
        start.wait(SECONDS)
        try:
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001  # the test says what it expected
            results[number] = error

    with hurried():
        threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SECONDS)
    return results


def elsewhere(work: Callable[[], Any]) -> Any:
    """What `work()` gives in another thread, while this one waits. Raises what it raises."""
    (result,) = together(lambda _: work(), 1)
    if isinstance(result, Exception):
        raise result
    return result
