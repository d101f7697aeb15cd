"""The lowest versions that pyproject.toml declares, as requirements for pip.

pip install -r <(python tests/lowest.py) && pip install --no-deps -e .
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
EXTRAS = ("plot", "graph", "arrow", "repl", "notebook", "test")
"""Those that users install, and the tools of the tests."""


def lowest() -> Iterator[str]:
    """Each dependency at its lower bound. Raises ValueError for one that has none."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    declared = [
        *project["dependencies"],
        *(each for extra in EXTRAS for each in project["optional-dependencies"][extra]),
    ]
    for requirement in declared:
        if requirement.startswith(f"{project['name']}["):  # the extras, which are here one by one
            continue
        found = re.fullmatch(r"([\w-]+)>=([\d.]+)", requirement)
        if found is None:
            raise ValueError(f"no lower bound: {requirement}")
        yield "{}=={}".format(*found.groups())


if __name__ == "__main__":
    print("\n".join(lowest()))
