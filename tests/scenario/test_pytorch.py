"""A page on PyTorch itself, and blocks that need it. A small module named `torch` stands in for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gradcli.datasets import using_folder
from gradcli.errors import InputError
from gradcli.scenario import runner
from gradcli.scenario.capture import KEPT, PIPES, TOO_MUCH
from gradcli.scenario.export.script import script
from gradcli.scenario.markdown import Scenario, parse_scenario
from gradcli.scenario.pytorch import PyTorch, run
from gradcli.scenario.results import StepResult

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"
OTHER = """
import os, sys, warnings

__version__ = "9.9"


class cuda:
    @staticmethod
    def is_available():
        return {card}


def ones(*shape):
    return "tensor([1.5])"


def warn():
    warnings.warn("careful")
"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Scenario]:
    """`page(markdown, card=True)`: a scenario; PyTorch is OTHER."""

    def build(text: str, *, card: bool = False) -> Scenario:
        folder = tmp_path / "pytorch"
        folder.mkdir()
        (folder / "torch.py").write_text(OTHER.format(card=card), encoding="utf-8")
        monkeypatch.syspath_prepend(str(folder))
        source = tmp_path / "mine.md"
        source.write_text(HEAD + text, encoding="utf-8")
        return parse_scenario(HEAD + text, "mine", str(source))

    return build


def on_pytorch(scenario: Scenario, limit: float | None = None) -> list[StepResult]:
    with PyTorch(scenario, limit) as pytorch:
        return list(run(pytorch))


def test_its_output_is_held_against_the_documents(page: Callable[..., Scenario]) -> None:
    ones = "```python\nimport torch\nprint(torch.ones(1))\n```\n\n```output\ntensor([{}])\n```\n"
    same, other = on_pytorch(page(ones.format("1.5") + ones.format("1.")))
    assert same.difference is None
    assert "-tensor([1.])\n+tensor([1.5])" in (other.difference or "")
    assert (same.backwards, same.unfollowed) == ((), 0)


def test_errors_warnings_and_figures_are_those_of_a_page(page: Callable[..., Scenario]) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nimport torch\ntorch.warn()\n1 / 0"
    (result, *rest) = on_pytorch(page(f"```python\n{code}\n```\n\n```python\nprint(1)\n```\n"))
    assert rest == []
    assert len(result.figures) == 1
    assert result.notes == "UserWarning: careful\n"
    assert (result.error or "").splitlines()[1:] == [
        f'  File "{result.error.split(chr(34))[1]}", line 12, in <module>',
        "    1 / 0",
        "    ~~^~~",
        "ZeroDivisionError: division by zero",
    ]


def test_a_documented_error_is_none(page: Callable[..., Scenario]) -> None:
    shown = "Traceback (most recent call last):\n  …\nZeroDivisionError: division by zero"
    (result,) = on_pytorch(page(f"```python\n1 / 0\n```\n\n```output\n{shown}\n```\n"))
    assert (result.error, result.difference) == (None, None)


def test_a_block_that_takes_too_long(page: Callable[..., Scenario]) -> None:
    (result,) = on_pytorch(page("```python\nwhile True: pass\n```\n"), limit=0.3)
    assert (result.error or "").endswith("stopped after 0.3 s (--timeout)\n")


def test_a_process_that_ends_is_told(page: Callable[..., Scenario]) -> None:
    with pytest.raises(InputError, match="mine: PyTorch's process ended in its block 1: exit code 7"):
        on_pytorch(page("```python\nimport os\nos._exit(7)\n```\n"))


NEEDING = (
    "```python\na = 1\n```\n\n"
    "```python torch\nimport torch\nprint(torch.ones(1))\n```\n\n```output\ntensor([1.5])\n```\n\n"
    "```python cuda\nprint('on a card')\n```\n\n```output\non a card\n```\n"
)


def test_what_needs_it_is_shown_as_recorded_here(page: Callable[..., Scenario]) -> None:
    scenario = page(NEEDING)
    assert [step.needs for step in scenario.steps] == ["", "torch", "cuda"]
    first, second, third = runner.run(scenario, None)
    assert [one.recorded for one in (first, second, third)] == [False, True, True]
    assert (second.printed, third.printed) == ("tensor([1.5])\n", "on a card\n")
    assert "--engine torch" in second.notes
    assert "graphics card" in third.notes


@pytest.mark.parametrize("card", [False, True])
def test_it_runs_what_it_has_what_it_takes_for(page: Callable[..., Scenario], card: bool) -> None:
    results = on_pytorch(page(NEEDING, card=card))
    assert [one.recorded for one in results] == [False, False, not card]
    assert not any(one.failed for one in results)


def test_a_recorded_output_that_is_wrong_is_found_there(page: Callable[..., Scenario]) -> None:
    scenario = page(NEEDING.replace("1.5", "2.5"))
    assert not any(result.failed for result in runner.run(scenario, None))
    assert [one.failed for one in on_pytorch(scenario)] == [False, True, False]


def test_a_script_has_them_as_comments(page: Callable[..., Scenario]) -> None:
    text = script(page(NEEDING))
    assert "a = 1\n" in text
    assert "# with PyTorch itself:\n# import torch\n# print(torch.ones(1))\n" in text
    assert "# with PyTorch and a graphics card:\n# print('on a card')\n" in text


WRITES = """```python
import os, subprocess, sys
sys.stdout.buffer.write(b"bytes\\n")
os.write(1, b"descriptor\\n")
subprocess.run([sys.executable, "-c", "print('child')"])
print("print")
```

```output
bytes
descriptor
child
print
```
"""


@pytest.mark.skipif(not PIPES, reason="descriptors are not collected here")
def test_all_that_it_writes_is_held_against_the_document(page: Callable[..., Scenario]) -> None:
    (result,) = on_pytorch(page(WRITES))
    assert not result.failed


def test_a_page_is_a_program_there_too(page: Callable[..., Scenario]) -> None:
    """What it defines can be pickled, and what it raises is its own."""
    code = (
        "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))).__name__)\nraise KeyboardInterrupt"
    )
    (result,) = on_pytorch(page(f"```python\n{code}\n```\n"))
    assert result.printed == "A\n"
    assert (result.error or "").endswith("\nKeyboardInterrupt\n")


def test_endless_output_ends_there_too(page: Callable[..., Scenario]) -> None:
    (result,) = on_pytorch(page("```python\nwhile True: print('x' * 1000)\n```\n"))
    assert (result.error or "").endswith(f"{TOO_MUCH}\n")
    assert len(result.printed) == KEPT


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be forked here")
def test_a_block_that_forks_answers_once(page: Callable[..., Scenario]) -> None:
    fork = "```python\nimport os, time\ntime.sleep(0 if os.fork() else 0.2)\n```\n\n"
    results = on_pytorch(page(f"{fork}```python\ntime.sleep(0.5)\n```\n"))
    assert [one.failed for one in results] == [False, False]


def test_own_data_are_not_held_against_the_document(page: Callable[..., Scenario], tmp_path: Path) -> None:
    scenario = page("```python\nprint(2)\n```\n\n```output embedded\n1\n```\n")
    with using_folder(str(tmp_path)):
        (result,) = on_pytorch(scenario)
    assert (result.own_data, result.failed) == (True, False)
