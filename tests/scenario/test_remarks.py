"""Comments as people write them: which are compared, which `--update` takes away, and of which `--lint` tells."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest

from gradcli.scenario.library import read
from gradcli.scenario.lint import problems
from gradcli.scenario.looks import means
from gradcli.scenario.markdown import parse_scenario
from gradcli.scenario.remarks import uncompared
from gradcli.scenario.results import StepResult
from gradcli.scenario.runner import run
from gradcli.scenario.update import update
from gradcli.scenario.written import written

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"
EPOCHS = "for i in range(4):\n    print('Epoch', i)\n"
LOOP = "for i in range(3): print(i)"
MANY = "for i in range(9): print(i)"
RANGE = "print(list(range(100)))"
CALLED_TWICE = "def f():\n    print(1){}\nf()\nf()"
WITH = "import os\nwith open(os.devnull):\n    print(1)"


def ran(code: str) -> StepResult:
    (result,) = run(parse_scenario(f"{HEAD}```python\n{code}\n```\n", "some", "some.md"), None)
    assert result.error is None
    return result


def updated(path: Path, code: str) -> str:
    """The code in a file after `--update`."""
    path.write_text(f"{HEAD}```python\n{code}\n```\n", "utf-8")
    scenario = read(path)
    assert update(scenario, list(run(scenario, None))) == 1
    return path.read_text("utf-8").removeprefix(f"{HEAD}```python\n").partition("\n```")[0]


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("print(4)  # 4.", "print(5)  # 4."),
        ("print(1 / 3)  # 0.333...", "print(1 / 3)  # 0.334..."),
        (f"{LOOP}  # 0 1 2", f"{LOOP}  # 0 1 3"),
        (f"{LOOP}  # 0, 1, 2", f"{LOOP}  # 0, 1"),
        (f"{MANY}  # 0, 1, 2, ...", f"{MANY}  # 0, 2, ..."),
        (f"{MANY}  # 0, 1, ..., 8", f"{MANY}  # 0, 1, ..., 9"),
        (f"{RANGE}  # [0, 1, ..., 99]", f"{RANGE}  # [0, 1, ..., 98]"),
        ("print('loss:', 0.25)  # loss: ~0.25", "print('loss:', 0.25)  # loss: ~0.35"),
        ("print(3)\n# Output:\n#   3", "print(3)\n# Output:\n#   4"),
        ("print(3)\n\n# Output:\n#\n# 3", "print(3)\n\n# Output:\n#\n# 4"),
        ("print(3)\n\n# Output:\n\n# 3", "print(3)\n\n# Output:\n\n# 4"),
        ("print(1, end='')  # 1\nprint(2)  # 2", "print(1, end='')  # 1\nprint(2)  # 3"),
        ("print(1, end='')\nprint(2)  # 12", "print(1, end='')\nprint(2)  # 13"),
        ("print(1, end='')\nprint(2)  # 2", "print(1, end='')\nprint(2)  # 3"),
        ("print(1, end='\\n\\n')  # 1\nprint(2)  # 2", "print(1, end='\\n\\n')  # 1\nprint(2)  # 3"),
        ("class A:\n    def f(self): print(1)  # 1\nA().f()", "class A:\n    def f(self): print(1)  # 2\nA().f()"),
        ("def f(): print(1)  # 1\nf()\nprint(2)  # 2", "def f(): print(1)  # 1\nf()\nprint(2)  # 3"),
        ("print('a\\n\\nb')\n# Output:\n# a\n#\n# b", "print('a\\n\\nb')\n# Output:\n# a\n#\n# c"),
        (f"{EPOCHS}# Epoch 0\n# ...\n# Epoch 3", f"{EPOCHS}# Epoch 0\n# ...\n# Epoch 4"),
        (f"{EPOCHS}# Epoch 0\n# ...\nprint(7)  # 7", f"{EPOCHS}# Epoch 1\n# ...\nprint(7)  # 7"),
        (CALLED_TWICE.format("  # 1"), CALLED_TWICE.format("  # 2")),
        (CALLED_TWICE.format("\n    # 1"), CALLED_TWICE.format("\n    # 2")),
        ("def f(): print(1)\nprint(2)  # 2\nf()", "def f(): print(1)\nprint(2)  # 3\nf()"),
        ("if False:\n    print(1)  # 1\nprint(2)  # 2", "if False:\n    print(1)  # 1\nprint(2)  # 1"),
        ("if True:\n    print(1)  # 1\nelse:\n    print(2)  # 2", "if True:\n    print(1)  # 2"),
        (f"{WITH}  # 1", f"{WITH}  # 2"),
        ("print('x =', 5)  # x = 5", "print('x =', 5)  # x = 4"),
        ("print([2])  # gives [2]", "print([2])  # gives [3]"),
        ("print((2, 3))  # returns (2, 3)", "print((2, 3))  # returns (2, 4)"),
        ("print(1 + 2j)  # (1+2j)", "print(1 + 2j)  # (1+3j)"),
    ],
)
def test_a_true_comment_agrees_and_another_value_differs(code: str, other: str) -> None:
    assert ran(code).difference is None
    assert ran(other).difference is not None


@pytest.mark.parametrize(
    "comment",
    [
        "# print(2)",
        "# print([1, 2])",
        "# print('hello')",
        "# return 5",
        "# [f(x) for x in y]",
        "# torch.manual_seed(0)",
        "# tensor([1.]).sum()",
        "# x = 4",
        "# ...",
        "# Or, more simply\n# print(2)",
        "'''\nprint(2)\n'''",
    ],
)
def test_code_that_was_commented_out_is_no_output_and_stays(comment: str, tmp_path: Path) -> None:
    code = f"print(3){{}}\nx = 5\nprint('x =', x)\n{comment}"
    assert ran(code.format("  # 3")).difference is None
    assert updated(tmp_path / "some.md", code.format("  # 4")) == code.format("")


@pytest.mark.parametrize(
    "code",
    [
        "print(1.0)  # tensor(1.) on CPU, tensor(1., device='cuda:0') on a GPU",
        "for i in range(3): print(i)  # 0, then 1, then 2",
        "print(0)  # 0, then more",
        "print('a\\n\\nb')\n# Output:\n# a\n#\n# c",
        "print(1)\n# 1\n# and then",
        "print(1)  # [1,\n# and so on",
        CALLED_TWICE.format("  # 1"),
    ],
)
def test_update_leaves_a_comment_that_is_not_output_as_a_whole(code: str, tmp_path: Path) -> None:
    assert updated(tmp_path / "some.md", code) == code


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        (f"{EPOCHS}# Epoch 0\n# ...\n# Epoch 3", EPOCHS.rstrip()),
        ("print('a\\n\\nb')\n# Output:\n# a\n#\n# b", "print('a\\n\\nb')"),
        (f"{LOOP}  # 0, 1, 2", LOOP),
        ("print(1, end='')  # 1\nprint(2)  # 2", "print(1, end='')\nprint(2)"),
    ],
)
def test_update_takes_a_comment_away_that_is(code: str, kept: str, tmp_path: Path) -> None:
    assert updated(tmp_path / "some.md", code) == kept


@pytest.mark.parametrize(
    ("code", "printed", "lines"),
    [
        ("print(x)  # tensor(1.) on CPU, tensor(1., device='cuda:0') on a GPU", "", [0]),
        ("if x:\n    print(1)  # 1\nelse:\n    print(2)  # 2", "1", [3]),
        ("def f():\n    print(1)\n    # 2\nf()", "1", [2]),
        ("print(x)\n\n# Output:\n#\n# as above", "1", [2]),
        ("print(x)\n# print(2)\nprint(x)  # print(2)", "1", []),
    ],
)
def test_remarks_that_are_told(code: str, printed: str, lines: list[int]) -> None:
    assert uncompared(code, printed) == lines


def test_a_difference_is_told_at_the_comment() -> None:
    code = "print(3)  # 3\nprint(1)\n\n# Output:\n#\n# 2"
    scenario = parse_scenario(f"{HEAD}```python\n{code}\n```\n", "some", "some.md")
    found = problems(scenario, list(run(scenario, None)), None)
    assert found == [(11, "the code prints something else than it says here")]


@pytest.mark.parametrize(
    ("code", "output", "lines"),
    [
        ("print(13)  # 3, more or less", "13", [8]),
        ("print(13)  # 13, more or less", "13", []),
        ("print(1, end='')  # 1\nprint(2)  # 2", "12", []),
        ("print(1)\n# Output:\n# 2\n# and more", "1", [9]),
    ],
)
def test_a_comment_that_the_block_below_contradicts_is_told(code: str, output: str, lines: list[int]) -> None:
    text = f"{HEAD}```python\n{code}\n```\n\n```output\n{output}\n```\n"
    scenario = parse_scenario(text, "some", "some.md")
    assert [line for line, _ in problems(scenario, list(run(scenario, None)), None)] == lines


def test_what_is_left_out_is_looked_for_once() -> None:
    begun = perf_counter()
    assert not means(f"[{'1, ..., ' * 30}2]", f"[{'1, ' * 20000}3]")
    assert means("[1, ..., 0.333..., 2]", f"[{'1, ' * 20000}0.333333, 2]")
    assert perf_counter() - begun < 2


def test_a_comment_that_is_too_deep_for_python_is_no_code() -> None:
    deep = f"{'(' * 300}1{')' * 300}"
    assert [part.text for part in written(f"print(x)  # {deep}")] == [deep]
    assert written(f"print(x)  # {'-' * 20000}x") == []
