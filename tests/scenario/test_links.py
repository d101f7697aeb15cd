"""Links to addresses: they are well formed, and those of our own scenarios are in one list, each of them used."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.scenario import library, lint
from gradcli.scenario.markdown import Scenario, parse_scenario

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"


def written(folder: Path, prose: str) -> Scenario:
    return parse_scenario(f"{HEAD}{prose}\n\n```python\npass\n```\n", "mine", str(folder / "mine.md"))


def wrong_links(scenario: Scenario) -> list[tuple[int, str]]:
    return [problem for problem in lint.problems(scenario, [], None) if "the link" in problem[1]]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "https://docs.example.org/stable/notes_1/autograd.html#how-it-works",
        "https://example.org:8080/a?b=c&d=%20e",
    ],
)
def test_an_address_is_a_https_one(address: str, tmp_path: Path) -> None:
    assert wrong_links(written(tmp_path, f"See [this]({address}) and <{address}>.")) == []
    assert list(lint.links(written(tmp_path, f"See\n[this]({address})."))) == [(8, address)]


@pytest.mark.parametrize(
    "address",
    ["http://example.org", "https://", "https://example", "https://exa_mple.org", "https:example.org", "ftp://a.org/b"],
)
def test_what_is_no_address(address: str, tmp_path: Path) -> None:
    message = f"the link leads to {address!r}, which is no https address"
    assert wrong_links(written(tmp_path, f"See\n[this]({address}).")) == [(8, message)]
    assert wrong_links(written(tmp_path, f"See\n<{address}>.")) == [(8, message)]


def test_ours_are_in_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "folder", lambda: tmp_path)
    (tmp_path / "links.txt").write_text("https://example.org/a\nhttps://example.org/b\n", encoding="utf-8")
    prose = "See [this](https://example.org/a) and [that](https://example.org/c)."
    message = "the link leads to 'https://example.org/c', which is not in links.txt"
    assert wrong_links(written(tmp_path, prose)) == [(7, message)]
    assert wrong_links(written(tmp_path / "zh", prose)) == [(7, message)]


def test_every_address_of_the_list_is_used() -> None:
    used = {address for scenario in library.every() for _, address in lint.links(scenario)}
    listed = library.addresses()
    assert sorted(used) == sorted(listed)
