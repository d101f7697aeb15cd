"""Makes docs/coverage.md: every section of the five documents, and the scenarios that teach it.

The sections stand in docs/sections.txt, what a scenario covers in its front matter. After a change of either, run
`python docs/make_coverage.py` from the checkout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gradcli.scenario import library

FOLDER = Path(__file__).parent
COVERAGE = FOLDER / "coverage.md"
INTRODUCTION = """# What the scenarios cover

Made by `docs/make_coverage.py` from `docs/sections.txt` and the line `covers:` of each scenario.
"""


def sections() -> Iterator[tuple[str, str]]:
    """Each section's name, for instance S2.softmax, and what it is about; a document's has no point in it."""
    document = ""
    for line in (FOLDER / "sections.txt").read_text("utf-8").splitlines():
        if not line:
            continue
        name, about = re.split(r"\s+", line, maxsplit=1)
        if re.fullmatch(r"S\d", name):
            document = name
            yield name, about
        else:
            yield f"{document}.{name}", about


def coverage() -> str:
    """The text of the file. Raises KeyError for a scenario that covers what is no section."""
    found: dict[str, list[str]] = {name: [] for name, _ in sections()}
    for scenario in library.every():
        for name in scenario.covers:
            found[name].append(scenario.name)
    parts = [INTRODUCTION]
    for name, about in sections():
        if "." not in name:
            parts.append(f"\n## {name}: {about}\n\n| section | what it is about | scenarios |\n|---|---|---|\n")
        else:
            parts.append(f"| {name} | {about} | {', '.join(found[name])} |\n")
    return "".join(parts)


if __name__ == "__main__":
    COVERAGE.write_text(coverage(), "utf-8")
