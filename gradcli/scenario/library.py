"""Where the scenarios are: shipped inside the package, or beside it in a checkout."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import gradcli
from gradcli import words
from gradcli.errors import InputError
from gradcli.files import read_text
from gradcli.scenario.document import Document
from gradcli.scenario.front_matter import TRACKS, front_matter
from gradcli.scenario.markdown import Scenario, parse_scenario


def folder() -> Path:
    """The folder of the scenarios. Raises InputError if the installation has none."""
    package = Path(gradcli.__file__).parent
    for candidate in (package / "scenarios", package.parent / "scenarios"):
        if candidate.is_dir():
            return candidate
    raise InputError("no-scenarios", "this installation of gradcli has no scenarios")


def available() -> dict[str, Path]:
    """The file of every scenario by its name: in the language that is spoken, where there is one in it."""
    translated = folder() / words.language()
    return {path.stem: _first(translated / path.name, path) for path in sorted(folder().glob("*.md"))}


def _first(path: Path, other: Path) -> Path:
    return path if path.is_file() else other


def addresses() -> list[str]:
    """The addresses that our scenarios may link to, from the file beside them."""
    path = folder() / "links.txt"
    return read_text(path).split() if path.exists() else []


def every() -> list[Scenario]:
    """All scenarios, track by track in the order in which they build on each other."""
    known = available()
    return [read(known[name]) for name in _in_order(folder())]


def following(scenario: Scenario) -> tuple[str, ...]:
    """The names of the scenarios that go on from this one; none after the last, and for a page of somebody's own."""
    if scenario.next or scenario.name not in available():
        return scenario.next
    names = _in_order(folder())
    place = names.index(scenario.name) + 1
    return names[place : place + 1]


@cache
def _in_order(folder: Path) -> tuple[str, ...]:
    """The names of the scenarios in a folder as they build on each other, which their front matter alone tells."""
    found = []
    for path in folder.glob("*.md"):
        about, _ = front_matter(Document(read_text(path), str(path)))
        found.append((TRACKS.index(about.track), about.order, path.stem))
    return tuple(name for *_, name in sorted(found))


def select(names: Sequence[str], track: str | None = None, *, everything: bool = False) -> list[Scenario]:
    """The scenarios of these names or paths; else those of the track; else all, or none unless `everything`.

    Raises InputError for names together with a track or with `everything`, and for a track that does not exist.
    """
    if names and (track or everything):
        raise InputError("usage", "give names, or --track, or --all", hint="`gradcli scenario` lists the names")
    if track is not None and track not in TRACKS:
        raise InputError("unknown-track", f"there is no track {track!r}", hint=f"one of {', '.join(TRACKS)}")
    if names:
        return [load(name) for name in names]
    return [scenario for scenario in every() if track in (None, scenario.track)] if track or everything else []


def load(name: str) -> Scenario:
    """The scenario of that name, or in the Markdown file of that path.

    Raises InputError for a name that is not known, with the nearest ones, and for a file that cannot be read.
    """
    known = available()
    if name in known:
        return read(known[name])
    path = Path(name)
    if path.suffix == ".md":
        return read(path)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else "`gradcli scenario` lists them"
    raise InputError("unknown-scenario", f"there is no scenario {name!r}", hint=hint)


def read(path: Path) -> Scenario:
    """The scenario in a file. Raises InputError for a file that is missing, no text, or no scenario."""
    return parse_scenario(read_text(path), path.stem, str(path))
