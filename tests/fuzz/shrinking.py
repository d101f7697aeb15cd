"""Smaller texts and bytes, and the smallest that still shows what a large one has shown."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from .kinds import Data, Kind, signature

Part = TypeVar("Part", list[str], bytes)

TRIES = 400
SECONDS = 60.0
TOKEN = re.compile(r"\w+(?:\.\w*)?|\s+|.", re.DOTALL)
GROUP = re.compile(r"[\w.]*[(\[]([^()\[\]]*)[)\]]")


def smaller_text(text: str) -> Iterator[str]:
    """The text with a group in its own place, with a part left out, or with simpler numbers."""
    for group in GROUP.finditer(text):
        yield group[1]
        yield group[0]
        yield text[: group.start()] + "x" + text[group.end() :]
        for inner in (group[1], *group[1].split(",")):
            yield text[: group.start()] + inner.strip() + text[group.end() :]
    yield from ("".join(part) for part in without_parts(TOKEN.findall(text)))
    for number in re.finditer(r"\d[\d.e+-]*", text):
        for simple in ("1", "2"):
            if number[0] != simple and len(number[0]) >= len(simple):
                yield text[: number.start()] + simple + text[number.end() :]


def without_parts(whole: Part) -> Iterator[Part]:
    """The whole without a half, a quarter, ... of it, wherever that is."""
    size = len(whole) // 2
    while size:
        for start in range(0, len(whole), size):
            yield whole[:start] + whole[start + size :]
        size //= 2


def smallest(kind: Kind, data: Data, finding: str, tried: Callable[[Data], str]) -> tuple[Data, str]:
    """The smallest input that is found in the time, and what is wrong with it: the same as with `data`."""
    end, tries = time.monotonic() + SECONDS, 0
    seen = [data]
    progress = True
    while progress:
        progress = False
        for each in kind.smaller(data):
            if each in seen:
                continue
            seen.append(each)
            tries += 1
            if tries > TRIES or time.monotonic() > end:
                return data, finding
            said = tried(each)
            if said and signature(said) == signature(finding):
                data, finding, progress = each, said, True
                break
    return data, finding
