"""Output that stands in the code: what is taken for it, how it is compared, and what `--update` makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.scenario.expected import expected
from gradcli.scenario.library import read
from gradcli.scenario.lint import problems
from gradcli.scenario.markdown import parse_scenario
from gradcli.scenario.remarks import uncompared, unprinted
from gradcli.scenario.runner import run
from gradcli.scenario.update import update
from gradcli.scenario.written import written

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("print(x)  # tensor([1., 2.])", ["tensor([1., 2.])"]),
        ("print(x)\n# tensor([[1., 2.],\n#         [3., 4.]])\ny = 1", ["tensor([[1., 2.],\n        [3., 4.]])"]),
        ("print(x)  # tensor([[1.],\n          #         [3.]])", ["tensor([[1.],\n        [3.]])"]),
        ("print(x)\n'''\ntensor(1.)\n4\n'''", ["tensor(1.)\n4"]),
        ('print(x)\n"""True"""\nprint(y) # 2.5 None', ["True", "2.5 None"]),
        ("for i in range(2):\n    print(i)\n# 0\n# 1", ["0\n1"]),
        ("print(x.shape) # torch.Size([2])\nprint(f)\n# <AddBackward0 object at 0x7f>", None),
        ("print(x)  # the sum\nprint(y)\n# 3 passes are needed\nprint(z)\n# (see below)", []),
        ("x = 1  # 1\n'''notes'''\ny = '''\nno\n'''", []),
        ("print('# 3')", []),
        ("print(1)\n# 1\n# and then", ["1"]),
        ("print(", []),
    ],
)
def test_what_is_output(code: str, texts: list[str] | None) -> None:
    expected = ["torch.Size([2])", "<AddBackward0 object at 0x7f>"] if texts is None else texts
    assert [part.text for part in written(code)] == expected


@pytest.mark.parametrize(
    ("code", "printed", "texts"),
    [
        ('print(a*2)\n"""Multiplying by two doubles every element."""', "tensor([2.])", []),
        ('print("a")\n"""a"""', "a", ["a"]),
        ('print("loss", 1)\n"""\nloss 2\n"""', "loss 1", ["loss 2"]),
        ('print("loss", 1)\n"""loss goes down with every step"""', "loss 1", []),
        ('print(x)\n"""[1] Broadcasting (see below)"""\nprint(y)  # torch.Size is a tuple', "2\n3", []),
        (
            "print(x)  # [<AddBackward0 object at 0x7f>, 'two words']",
            "",
            ["[<AddBackward0 object at 0x7f>, 'two words']"],
        ),
        ("print('the', x)  # the sum", "the 3", []),
        ("print('a b')  # a b\nprint(c)  # the sum", "a b\n1", ["a b"]),
        ("print(x)  # => tensor(1.)", "", ["tensor(1.)"]),
        ("print(x)\n# >>> tensor([1.,\n#            2.])", "", ["tensor([1.,\n           2.])"]),
        ("print(x)  # prints 3\nprint(y)  # prints the sum", "3\n4", ["3"]),
        ("print(x)  # Output: 3\nprint(y)  # 输出: 4\nprint(z)  # 输出：5", "", ["3", "4", "5"]),
        ("print(x)\n# Output:\n# 3\n# 4\n# as above", "", ["3\n4"]),
        ("print(x)\n# 输出：\ny = 1", "", []),
        ("print(x)\n'''\n输出结果：\ntensor(1.)\n'''", "", ["tensor(1.)"]),
        ("print(x)\n'''\nResult:\nit is doubled\n'''", "2", []),
        ("print(x)\n\n# Output\n#\n# 2.0\n\n# 3.0", "", ["2.0"]),
        ("print(x)\n\n# 2.0", "2.0", []),
        ("print(x)  # → 3\nprint(y)  # should print 4\nprint(z)  # ≈ 5.0\nprint(z)  #> 6", "", ["3", "4", "5.0", "6"]),
        ("print(x)  # 应输出 3\nprint(y)  # 输出层\nprint(y)  # the output is the sum", "", ["3"]),
        ("print('->', x)  # -> 3", "-> 3", ["-> 3"]),
        ("print(x); print(y)  # 3", "2\n3", ["3"]),
        (
            "print(x)  # 2.0 (two ones)\nprint(y)  # 3, the sum\nprint(z)  # tensor([2., 3.]) <- both",
            "",
            ["2.0", "3", "tensor([2., 3.])"],
        ),
        ("print(x)  # 2.0 (two ones)", "2.0 (two ones)", ["2.0 (two ones)"]),
        ("print(x)  # True，因为是叶子\nprint(y)  # 2.0（两个一）", "", ["True", "2.0"]),
        ("print(x)  # (2, 3), (the shape)\nprint(x)  # 1, 2, 3 (all)", "", ["(2, 3)", "1, 2, 3"]),
        ("print(x)\n# tensor([2.]), a vector\nprint(x)\n# 1, load the data", "", []),
        ("print(x)  # 3 passes are needed\nprint(x)  # 2.0 because of it", "", []),
    ],
)
def test_what_is_output_by_what_was_printed(code: str, printed: str, texts: list[str]) -> None:
    assert [part.text for part in written(code, printed)] == texts


@pytest.mark.parametrize(
    ("code", "printed", "shown"),
    [
        ("print(a)\nprint(b)  # 2", "1\n2", "1\n2"),
        ("print(a)  # 1\nprint(b)\nprint(c)  # 4", "1\n2\n3", "1\n2\n4"),
        ("print(a)  # 1\nprint(b)", "2\n3", "1\n3"),
        ("print(a)\nprint(b)  # 2\nprint(c)", "0\n1\n2\n3", "0\n1\n2\n3"),
        ("print(a)\nprint(b)  # 3", "3\n4", "3\n3"),
        ("print(a)\nprint(b)  # <A object at 0x1>\nprint(c)", "0\n\n<A object at 0x2>\n3", "0\n\n<A object at 0x1>\n3"),
        ("print(a)\nprint(b)", "1\n2", None),
    ],
)
def test_prints_are_compared_one_by_one(code: str, printed: str, shown: str | None) -> None:
    assert expected(code, printed) == shown


@pytest.mark.parametrize(("shown", "agrees"), [("3", True), ("4", False)])
def test_it_is_compared(shown: str, agrees: bool) -> None:
    text = f"{HEAD}```python\nprint(1 + 2)  # {shown}\nprint('a')\n'''\na\n'''\n```\n"
    (result,) = run(parse_scenario(text, "some", "some.md"), None)
    assert (result.difference is None) == agrees


def test_update_makes_a_block_of_it(tmp_path: Path) -> None:
    path = tmp_path / "some.md"
    path.write_text(
        f"{HEAD}Words.\n\n```python\nx = 1  # one\nprint(x)  # 1\nprint(x, 2)\n'''\n1 3\n'''\n```\n\nMore.\n", "utf-8"
    )
    scenario = read(path)
    assert update(scenario, list(run(scenario, None))) == 1
    assert path.read_text("utf-8") == (
        f"{HEAD}Words.\n\n```python\nx = 1  # one\nprint(x)\nprint(x, 2)\n```\n\n```output\n1\n1 2\n```\n\nMore.\n"
    )
    again = read(path)
    assert update(again, list(run(again, None))) == 0


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ('print([1] * 2)\n"""Multiplying by two repeats every element."""\nprint(3)  # three', "[1, 1]\n3"),
        ('print([1] * 2)\n"""\n[1, 2]\nmy own remark\n"""', "[1, 1]"),
    ],
    ids=["a note", "a remark in a string of output"],
)
def test_update_leaves_the_authors_words_alone(code: str, printed: str, tmp_path: Path) -> None:
    path = tmp_path / "some.md"
    path.write_text(f"{HEAD}```python\n{code}\n```\n", "utf-8")
    scenario = read(path)
    assert update(scenario, list(run(scenario, None))) == 1
    assert path.read_text("utf-8") == f"{HEAD}```python\n{code}\n```\n\n```output\n{printed}\n```\n"


def test_update_takes_whole_values_away_and_leaves_notes_in_brackets(tmp_path: Path) -> None:
    path = tmp_path / "some.md"
    code = "print(1)  # 2 (more)\nprint(2)  # 3.0, of all\nprint(3)\n# Output:\n# 4 <- three\nprint(4)  # 4\n# 5 (see)"
    path.write_text(f"{HEAD}```python\n{code}\n```\n", "utf-8")
    scenario = read(path)
    assert update(scenario, list(run(scenario, None))) == 1
    kept = "print(1)  # (more)\nprint(2)  # 3.0, of all\nprint(3)\n# Output:\n# 4 <- three\nprint(4)\n# 5 (see)"
    assert path.read_text("utf-8") == f"{HEAD}```python\n{kept}\n```\n\n```output\n1\n2\n3\n4\n```\n"
    again = read(path)
    found = problems(again, list(run(again, None)), None)
    assert [(line, "other output" in message) for line, message in found] == [(9, True)]


@pytest.mark.parametrize("mark", ["Out:", "out:", "Out[3]:", "Output:"])
def test_notebooks_marks_are_understood(mark: str) -> None:
    assert [part.text for part in written(f"print(1 + 1)  # {mark} 3", "2")] == ["3"]


def test_values_among_words_that_are_not_compared_are_found() -> None:
    comments = ["  # 2.0 because", "  # the sum", "  # 2.0 (two)", "\n# 3.0, a sum", "  # True: a leaf", "\n\n# 2.0"]
    code = "".join(f"print(x){comment}\n" for comment in comments)
    assert uncompared(code, "") == [0, 4, 5, 8]
    output = "```output\n2.0\n```\n"
    text = f"{HEAD}```python\nprint(2.0)  # 3.0 because\n```\n{output}```python\nprint(2.0)  # 3.0 as above\n```\n"
    scenario = parse_scenario(text, "some", "some.md")
    found = problems(scenario, list(run(scenario, None)), None)
    assert [line for line, message in found if "in this comment" in message] == [14]


def test_values_beside_expressions_that_print_nothing_are_found() -> None:
    code = "x = 3\nx + 1  # 4\nprint(x)  # 3\nx.bit_length()  # how long it is\n(\n    x\n)  # tensor(3.)\n'text'"
    assert unprinted(code) == [1, 6]
    assert unprinted("x +") == []
