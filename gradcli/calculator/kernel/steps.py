"""An answer that comes in steps: the engine's first, which nothing has verified yet, and then the verified one."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
Steps = Generator[A, None, A]
"""Yields the answer without a verdict, where there is one to wait for, and returns the answer."""


def last(steps: Steps[A], meanwhile: Callable[[A], object] = lambda answer: None) -> A:
    """The answer itself; `meanwhile` is told the one that is not verified yet."""
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            answer: A = end.value
            return answer
        meanwhile(step)


def mapped(steps: Steps[A], made: Callable[[A], B]) -> Steps[B]:
    """The steps of what is made of an answer."""
    while True:
        try:
            answer = next(steps)
        except StopIteration as end:
            return made(end.value)
        yield made(answer)
