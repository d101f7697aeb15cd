"""The recipe for an operation in CONTRIBUTING.md leads to an operation: it is followed in a copy of the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STEP = re.compile(r"^# (\S+), below: (.+)\n((?:(?!# \S+, below: ).*\n)+)", re.MULTILINE)


def steps() -> Iterator[tuple[str, str, str]]:
    """Each file, the words of the line below which something belongs, and that."""
    recipe = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## An operation\n")[2].partition("\n## ")[0]
    for block in re.findall(r"```python\n(.*?)```", recipe, re.DOTALL):
        assert STEP.sub("", block) == "", "a line that belongs nowhere"
        yield from STEP.findall(block)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout in which every step has been taken."""
    copy = tmp_path_factory.mktemp("copy")
    for folder in ("gradcli", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for file, words, text in steps():
        lines = (copy / file).read_text("utf-8").splitlines(keepends=True)
        (place,) = [i for i, line in enumerate(lines, 1) if words in line]
        (copy / file).write_text("".join([*lines[:place], text, *lines[place:]]), encoding="utf-8")
    return copy


def run(copy: Path, *arguments: str) -> str:
    """What `python ARGUMENTS` prints there."""
    command, environment = [sys.executable, "-P", *arguments], {**os.environ, "PYTHONPATH": str(copy)}
    done = subprocess.run(command, check=False, cwd=copy, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_steps_touch_each_list_once() -> None:
    files = [file for file, _, _ in steps()]
    assert len(files) == len(set(files)) == 5


def test_the_calculator_has_it(followed: Path) -> None:
    question = ("versine(x)", "--at", "x=1")
    assert "proved" in run(followed, "-m", "gradcli", "diff", *question, "--strict")
    assert "∂v1/∂x = sin(x)" in run(followed, "-m", "gradcli", "explain", *question)
    assert "return torch.versine(x)" in run(followed, "-m", "gradcli", "diff", *question, "--emit", "torch")


FACE = """
from gradcli import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = torch.versine(x)
(first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
(second,) = torch.autograd.grad(first.sum(), x)
print(y.grad_fn.name(), torch.equal(first, x.sin()), torch.equal(second, x.cos()))
z, wide = x.detach().clone(), torch.zeros(2, dtype=torch.float64)
print(z.versine_() is z, torch.equal(z, y), torch.allclose(torch.versine(x.detach(), out=wide), y.double()))
"""


def test_the_face_has_it(followed: Path) -> None:
    assert run(followed, "-c", FACE).split() == ["VersineBackward0", *["True"] * 5]


def test_the_tests_of_the_tables_are_content(followed: Path) -> None:
    """But for those of what is recorded and made, which are the last steps."""
    walked = "versine or every_formula or left_out or every_function or no_name"
    options = ("-q", "-p", "no:cacheprovider", "-k", walked)
    floors = ("engine/test_ops.py", "lang", "calculator/test_rules.py", "verify/balls/test_language.py")
    assert "passed" in run(followed, "-m", "pytest", *options, *(f"tests/{floor}" for floor in floors))
