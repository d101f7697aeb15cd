"""The replay: gradcli's torch on the recorded cases, and the differences as lines. Runs without PyTorch."""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .compare import CLASSES, compare
from .neutral import Memory, recalled
from .observe import observe
from .unsaid import said

DIGITS = re.compile(r"-?\d+(\.\d*)?(e[+-]\d+)?|nan|inf")


class Finding(NamedTuple):
    """A case that differs: its class, the operator, the case's name and call, and words."""

    kind: str
    operator: str
    case: str
    call: str
    words: str


def replay(folder: Path, only: list[str]) -> tuple[Counter[str], list[Finding]]:
    """The tally, and each case that differs; how far it is stands on stderr."""
    from gradcli import torch

    tally: Counter[str] = Counter()
    found: list[Finding] = []
    files = [path for path in sorted(folder.glob("*.json")) if not only or path.name.removesuffix(".json") in only]
    begun = time.monotonic()
    for number, path in enumerate(files, 1):
        name = path.name.removesuffix(".json")
        memory = Memory(np.load(path.with_name(f"{name}.npz"))["bytes"].tobytes())
        for case in json.loads(path.read_text(encoding="utf-8")):
            kind, words = judged(torch, case, memory)
            tally[kind] += 1
            if words:
                found.append(Finding(kind, name, case["name"], shown(case), words))
        if number % 20 == 0 or number == len(files):
            seconds = time.monotonic() - begun
            print(
                f"replayed {number}/{len(files)} {tally.total():,} cases, {seconds:.0f} s", file=sys.stderr, flush=True
            )
    return tally, found


def judged(torch: Any, case: dict[str, Any], memory: Memory) -> tuple[str, str]:
    """The gravest class of difference of a case, with words for all; ("same", "") without any."""
    try:
        ours = observe(torch, case, memory)
        differences = compare(said(case, recalled(case["saw"], memory)), said(case, ours))
    except Exception as error:  # noqa: BLE001  (an input that cannot be made, or a result that cannot be read)
        return "raises", f"around the call {type(error).__name__}: {error}"
    return (differences[0][0], "; ".join(words for _, words in differences)) if differences else ("same", "")


def shown(case: dict[str, Any]) -> str:
    """The call as a line of code, tensors by dtype and shape."""

    def text(value: Any) -> str:
        if not isinstance(value, dict):
            return repr(value)
        ((kind, inner),) = value.items()
        if kind == "tensor":
            entry = case["tensors"][inner]
            mark = "*" if entry["needs"] else ""
            return f"{case['storages'][entry['storage']]['dtype']}{mark}{entry['shape']}"
        if kind in ("list", "tuple", "Size"):
            return f"[{', '.join(map(text, inner))}]"
        if kind == "dict":
            return f"{{{', '.join(f'{key}: {text(each)}' for key, each in inner)}}}"
        return str(inner) if kind != "slice" else ":".join(map(text, inner))

    if case.get("kind") == "text":
        return str(case["call"])
    given = [*map(text, case["args"]["list"]), *(f"{key}={text(each)}" for key, each in case["kwargs"]["dict"])]
    line = f"{case['call']}({', '.join(given)})"
    return line if len(line) < 300 else f"{line[:300]}…"


def report(tally: Counter[str], found: list[Finding], *, every: bool) -> str:
    """The findings by operator, the one with the gravest first, like ones as one line; the tally is the last line."""
    groups: dict[str, dict[tuple[str, str], list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for each in found:
        if every or each.kind != "refuses":
            groups[each.operator][each.kind, DIGITS.sub("#", each.words)].append(each)
    lines = []
    for operator in sorted(groups, key=lambda name: (min(order(kind) for kind, _ in groups[name]), name)):
        for (kind, _), alike in sorted(groups[operator].items(), key=lambda item: order(item[0][0])):
            first, more = alike[0], f"  (and {len(alike) - 1} more)" if len(alike) > 1 else ""
            lines.append(f"{kind}: {first.case}: {first.call}: {first.words}{more}")
    counts = ", ".join(f"{tally[kind]:,} {kind}" for kind in ("same", *CLASSES) if tally[kind])
    return "\n".join([*lines, f"{tally.total():,} cases: {counts}"])


def order(kind: str) -> int:
    return CLASSES.index(kind)
