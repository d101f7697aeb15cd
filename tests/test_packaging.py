"""What is installed, and that it works from where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import gradcli
from gradcli.scenario.library import available, folder

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def module(*arguments: str, path: Path = ROOT, cwd: Path | None = None) -> str:
    """What `python -m gradcli` prints, with the package in `path`."""
    environment = {**os.environ, "PYTHONPATH": str(path)}
    command = [sys.executable, "-P", "-m", "gradcli", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=environment, cwd=cwd)
    return done.stdout


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder that holds the package as a wheel lays it out."""
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    site = tmp_path / "site"
    for package in wheel["packages"]:
        shutil.copytree(ROOT / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    for source, destination in wheel["force-include"].items():
        shutil.copytree(ROOT / source, site / destination)
    return site


def test_it_needs_these_libraries_and_no_other() -> None:
    names = {requirement.partition(">=")[0] for requirement in PROJECT["project"]["dependencies"]}
    assert names == {"typer", "rich", "numpy", "python-flint", "sympy", "plotille", "platformdirs"}


def test_the_tests_do_not_need_pytorch() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    assert extras["oracle"] == ["torch==2.13.0"]
    assert not any("torch" in requirement for extra in ("test", "dev") for requirement in extras[extra])


def test_the_version_is_the_packages() -> None:
    assert module("--version") == f"gradcli {gradcli.__version__}\n"


def test_the_changelog_knows_the_version() -> None:
    assert f"## [{gradcli.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_types_are_declared() -> None:
    assert (ROOT / "gradcli" / "py.typed").exists()


def test_a_checkout_finds_its_scenarios() -> None:
    assert folder() == ROOT / "scenarios"
    assert {"mean-of-squares", "quadratic"} <= available().keys()


def test_an_installation_finds_its_scenarios(installed: Path, tmp_path: Path) -> None:
    code = "from gradcli.scenario.library import folder; print(folder())"
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert Path(done.stdout.strip()) == installed / "gradcli" / "scenarios"


def test_an_installation_works_from_any_folder(installed: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for arguments in (["diff", "x**2", "--at", "x=3"], ["scenario", "mean-of-squares"], ["schema", "diff"]):
        assert module(*arguments, path=installed, cwd=elsewhere) == module(*arguments)
