"""What a kind of input is: how one is made, tried, and made smaller."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import gradcli
from gradcli.errors import InputError

Data = dict[str, Any]
PACKAGE = Path(gradcli.__file__).parent


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    make     an input, as JSON has it, that depends on nothing but the random numbers
    judge    what is wrong with what becomes of it, a few words; "" if nothing is. It may raise what is a finding
    smaller  inputs of the same kind that are smaller, the much smaller ones first
    refuses  the exceptions that are no finding
    """

    make: Callable[[Random], Data]
    judge: Callable[[Data], str]
    smaller: Callable[[Data], Iterator[Data]]
    refuses: tuple[type[Exception], ...] = (InputError,)

    def tried(self, data: Data) -> str:
        """What is wrong, for a reader; the words before the first colon tell one fault from another."""
        try:
            return self.judge(data)
        except self.refuses:
            return ""
        except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding
            return f"{type(error).__name__} at {_place(error)}: {error}"


def _place(error: Exception) -> str:
    """The innermost line of gradcli's that the exception came through."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if PACKAGE in Path(frame.filename).parents]
    return f"{Path(ours[-1].filename).relative_to(PACKAGE)} {ours[-1].name}" if ours else "no line of gradcli"


def signature(finding: str) -> str:
    """What two findings have in common that are one."""
    return finding.partition(":")[0]
