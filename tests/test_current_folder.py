"""Nothing in the current folder is run except what is named: every command, in a folder full of modules that tell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gradcli
from gradcli.cli.app import COMMANDS

ROOT = Path(gradcli.__file__).parent.parent
OTHERS = (
    "torch numpy sympy mpmath rich typer click flint matplotlib plotille platformdirs prompt_toolkit pyarrow pygments "
    "gmpy2 shellingham markdown_it pygraphviz nbformat IPython usercustomize sitecustomize"
).split()
HOSTILE = "import os\nwith open(os.environ['MARKS'], 'a') as file:\n    file.write(__name__ + '\\n')\n"
TORCH = "__version__ = '9.9'\ndef ones(n):\n    return 'tensor([1.])'\n"
PAGE = (
    "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"
    "```python\nimport torch, json, numpy, colorsys\nfrom helper import ONE\nprint(torch.ones(ONE))\n```\n\n"
    "```output\ntensor([1.])\n```\n"
)
FUNCTION = "import json, colorsys, numpy\nfrom helper import ONE\ndef f(x):\n    return x**3, {'x': 3 * x**2}\n"

LINES = [
    ["diff", "x**2", "--at", "x=3"],
    ["diff", "x**2", "--at", "x=3", "--json"],
    ["diff", "relu(x)", "--at", "x=3", "--emit", "torch"],
    ["diff", "x**2", "--at", "x=3", "--certificate", "proof"],
    ["jacobian", "[x**2, x]", "--at", "x=3"],
    ["hessian", "x**2*y", "--at", "x=3, y=2"],
    ["jvp", "x**2", "--at", "x=3", "--tangent", "x=1"],
    ["vjp", "x**2", "--at", "x=3"],
    ["hvp", "x**2", "--at", "x=3", "--vector", "x=1"],
    ["explain", "sin(x)", "--at", "x=3"],
    ["graph", "sin(x)", "--at", "x=3", "--format", "svg"],
    ["eps", "sin(x)", "--at", "x=3"],
    ["minimize", "x**2", "--start", "x=3"],
    ["plot", "sin(x)", "--over", "x=0:1"],
    ["plot", "sin(x)", "--over", "x=0:1", "-o", "figure.pdf"],
    ["profile", "sin(x)", "--at", "x=3"],
    ["check", "x**2", "--grad", "x=2*x"],
    ["check", "-", "--jobs", "2"],
    ["check", "--python", "theirs:f", "--at", "x=2"],
    ["batch", "x**2", "--data", "-", "--format", "jsonl"],
    ["repl"],
    ["functions"],
    ["scenario"],
    ["scenario", "mean-of-squares"],
    ["scenario", "mean-of-squares", "--emit", "ipynb"],
    ["scenario", "mean-of-squares", "--emit", "html"],
    ["scenario", "page.md"],
    ["scenario", "page.md", "--against", "torch"],
    ["scenario", "page.md", "--emit", "py"],
    ["schema", "diff"],
]
STARTS = [line for line in LINES if {"--jobs", "--against", "--python", "figure.pdf"} & {*line}]
"""Those that start other processes, or import most."""
INPUTS = {
    "check": '{"expr": "x**2", "at": {"x": 3}, "grad": {"x": 6}}\n' * 3,
    "batch": "x\n1\n2\n",
    "repl": "x = 3\nx**2\n",
}


def of_python() -> set[str]:
    """What Python imports before it runs the module that -m names; gradcli cannot keep the folder from that."""
    code = "import sys; print(*sys.modules)"
    command = [sys.executable, "-c", f"import runpy; runpy._run_module_as_main; {code}"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, and beside it one with PyTorch."""
    folder = tmp_path_factory.mktemp("hostile")
    for name in {*sys.stdlib_module_names, *OTHERS}:
        (folder / f"{name}.py").write_text(HOSTILE)
    (folder / "helper.py").write_text("ONE = 1\n")
    (folder / "theirs.py").write_text(FUNCTION)
    (folder / "page.md").write_text(PAGE)
    installed = folder / "installed"
    installed.mkdir()
    (installed / "torch.py").write_text(TORCH)
    return folder


def run(folder: Path, marks: Path, arguments: list[str], *, module: bool) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).with_name("gradcli")
    return subprocess.run(
        [sys.executable, "-m", "gradcli", *arguments] if module else [str(script), *arguments],
        cwd=folder,
        env={**os.environ, "MARKS": str(marks), "PYTHONPATH": str(folder / "installed")},
        input=INPUTS.get(arguments[0], ""),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("arguments", LINES, ids=" ".join)
def test_the_command(folder: Path, tmp_path: Path, arguments: list[str]) -> None:
    (folder / "gradcli.py").write_text(HOSTILE)
    done = run(folder, tmp_path / "marks", arguments, module=False)
    assert not (tmp_path / "marks").exists(), (tmp_path / "marks").read_text()
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize("arguments", STARTS, ids=" ".join)
def test_the_module(folder: Path, tmp_path: Path, arguments: list[str]) -> None:
    mine = tmp_path / "folder"
    mine.mkdir()
    known = of_python() | {"gradcli"}
    for path in folder.iterdir():
        if path.stem not in known:
            (mine / path.name).symlink_to(path)
    done = run(mine, tmp_path / "marks", arguments, module=True)
    assert not (tmp_path / "marks").exists(), (tmp_path / "marks").read_text()
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


def test_every_command_is_tried() -> None:
    assert {line[0] for line in LINES} == COMMANDS.keys()


@pytest.mark.parametrize("name", ["json", "numpy"])
def test_a_named_module_that_is_hidden_is_told(folder: Path, tmp_path: Path, name: str) -> None:
    done = run(folder, tmp_path / "marks", ["check", "--python", f"{name}:dumps", "--at", "x=1"], module=False)
    assert not (tmp_path / "marks").exists()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: the module '{name}' in this folder is hidden: '{name}' is ")


def test_a_folder_that_holds_gradcli_and_what_it_needs(tmp_path: Path) -> None:
    """What `pip install --target .` makes is run from there; what is in the folder still hides nothing."""
    (tmp_path / "gradcli").symlink_to(ROOT / "gradcli")
    (tmp_path / "json.py").write_text(HOSTILE)
    done = run(tmp_path, tmp_path / "marks", ["diff", "x**2", "--at", "x=3"], module=True)
    assert (done.returncode, (tmp_path / "marks").exists()) == (0, False)
    assert "enclosure, sympy agree" in done.stdout


def test_a_page_takes_away_what_it_runs(folder: Path, tmp_path: Path) -> None:
    done = run(folder, tmp_path / "marks", ["scenario", "page.md", "--emit", "py"], module=False)
    assert "ONE = 1" in done.stdout
    assert "MARKS" not in done.stdout


def test_a_broken_pytorch_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise OSError('a library is missing')\n")
    command = [sys.executable, "-P", "-m", "gradcli", "diff", "x**2", "--at", "x=3", "--against", "torch"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: PyTorch cannot be imported: a library is missing\n"
