"""`--update` writes output blocks, and touches nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.errors import InputError
from gradcli.scenario import library
from gradcli.scenario.runner import run
from gradcli.scenario.update import update

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\nProse.  \n\n"


def updated(path: Path, text: str) -> str:
    path.write_bytes(text.encode())
    scenario = library.read(path)
    update(scenario, list(run(scenario, None)))
    return path.read_bytes().decode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.md"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("```python\nprint(1)\n```\n", "```python\nprint(1)\n```\n\n```output\n1\n```\n"),
        ("```python\nprint(1)\n```", "```python\nprint(1)\n```\n\n```output\n1\n```\n"),
        ("```python\na = 1\n```\n\n```output\n1\n```\nEnd.\n", "```python\na = 1\n```\nEnd.\n"),
        (
            "```python\nprint(2)\n```\n\n```output embedded\n1\n```\n",
            "```python\nprint(2)\n```\n\n```output embedded\n2\n```\n",
        ),
        (
            "```python\nprint(2)\n```\n```output\n1\n```\nEnd.\n",
            "```python\nprint(2)\n```\n\n```output\n2\n```\nEnd.\n",
        ),
        (
            "```python\nprint('a\\n\\n```\\n')\n```\n",
            "```python\nprint('a\\n\\n```\\n')\n```\n\n````output\na\n\n```\n````\n",
        ),
        (
            "```python\nprint(1)\n```\n```python\n```\n```python\nprint(2)\n```\n",
            "```python\nprint(1)\n```\n\n```output\n1\n```\n```python\n```\n```python\nprint(2)\n```\n\n```output\n2\n```\n",
        ),
    ],
)
def test_blocks_are_written_put_in_and_taken_away(path: Path, before: str, after: str) -> None:
    assert updated(path, HEAD + before) == HEAD + after
    assert updated(path, HEAD + after) == HEAD + after


@pytest.mark.parametrize(
    "text",
    [
        "```python\nprint(0.123456)\nprint(object())\n```\n\n\n~~~output  \n0.1235\n<object object at 0x12>\n\n~~~\n",
        "```python\nprint(1)\n```\n```output\n1   \n```\nNo end of line",
    ],
)
def test_what_agrees_stays_as_it_is(path: Path, text: str) -> None:
    assert updated(path, HEAD + text) == HEAD + text


def test_ends_of_lines_and_the_mark_at_the_beginning_stay(path: Path) -> None:
    before = "\ufeff" + HEAD + "```python\nprint(1)\n```\nEnd.\n"
    after = "\ufeff" + HEAD + "```python\nprint(1)\n```\n\n```output\n1\n```\nEnd.\n"
    assert updated(path, before.replace("\n", "\r\n")) == after.replace("\n", "\r\n")


def test_permissions_and_links_stay(path: Path, tmp_path: Path) -> None:
    path.write_text(HEAD + "```python\nprint(1)\n```\n")
    path.chmod(0o640)
    link = tmp_path / "link.md"
    link.symlink_to(path)
    scenario = library.read(link)
    assert update(scenario, list(run(scenario, None))) == 1
    assert link.is_symlink()
    assert "```output" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.md", "mine.md"]


def test_a_file_that_was_changed_meanwhile_is_left_alone(path: Path) -> None:
    path.write_text(HEAD + "```python\nprint(1)\n```\n")
    scenario = library.read(path)
    results = list(run(scenario, None))
    changed = HEAD + "Another line.\n\n```python\nprint(1)\n```\n"
    path.write_text(changed)
    with pytest.raises(InputError, match="was changed while it ran"):
        update(scenario, results)
    assert path.read_text() == changed
