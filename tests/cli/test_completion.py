"""What the Tab key brings: in a real bash, and what the command answers to other shells."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from gradcli.cli.app import COMMANDS

ROOT = Path(__file__).parent.parent.parent
PROBE = """
import json, sys
from gradcli.__main__ import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def complete(*words: str) -> tuple[list[str], set[str]]:
    """What is offered for the last of these words in bash, and the modules that this took."""
    env = environment(_GRADCLI_COMPLETE="complete_bash", COMP_WORDS="\n".join(words), COMP_CWORD=str(len(words) - 1))
    done = subprocess.run([sys.executable, "-c", PROBE], check=True, capture_output=True, text=True, env=env)
    return done.stdout.split(), set(json.loads(done.stderr))


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["gradcli", "he"], ["hessian"]),
        (["gradcli", "functions", "softp"], ["softplus"]),
        (["gradcli", "scenario", "mean-of"], ["mean-of-squares"]),
        (["gradcli", "scenario", "quadratic", "mean-of"], ["mean-of-squares"]),
        (["gradcli", "scenario", "--track", "gra"], ["gradients", "graph"]),
        (["gradcli", "schema", "hes"], ["hessian"]),
        (["gradcli", "diff", "--cot"], ["--cotangent"]),
        (["gradcli", "diff", "x", "--dtype", "float3"], ["float32"]),
        (["gradcli", "graph", "x", "--format", "d"], ["dot"]),
        (["gradcli", "graph", "x", "--output", ""], []),  # the shell offers its files
        (["gradcli", "diff", ""], []),
        (["gradcli", "nothing", "x"], []),
        (["gradcli", "--vers"], ["--version"]),
    ],
)
def test_what_is_offered_and_what_it_costs(words: list[str], offered: list[str]) -> None:
    found, modules = complete(*words)
    assert found == offered
    assert not modules & {"numpy", "sympy", "gradcli.verify.client"}


def test_every_command_is_offered() -> None:
    assert complete("gradcli", "")[0] == list(COMMANDS)


def test_just_the_command_of_the_line_is_described() -> None:
    _, modules = complete("gradcli", "hessian", "--")
    assert {name for name in COMMANDS if f"gradcli.cli.{name}" in modules} == {"hessian"}


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells(shell: str) -> None:
    env = environment(
        _GRADCLI_COMPLETE=f"complete_{shell}",
        _TYPER_COMPLETE_ARGS="gradcli functions softp",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
    )
    command = [sys.executable, "-m", "gradcli"]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=env)
    assert "softplus" in done.stdout
    assert "log(1 + exp(x))" in done.stdout  # the line of help


def test_files_behind_an_at_sign_in_other_shells(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("1\n", encoding="utf-8")
    env = environment(_GRADCLI_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="gradcli diff x --at x=@poi")
    done = subprocess.run(
        [sys.executable, "-m", "gradcli"], check=True, capture_output=True, text=True, env=env, cwd=tmp_path
    )
    assert '"x=@points.csv"' in done.stdout


@pytest.fixture
def bash(tmp_path: Path) -> Iterator[Any]:
    """A bash with the completion that `--show-completion bash` prints, in a folder with two files."""
    (tmp_path / "points.csv").write_text("1\n", encoding="utf-8")
    (tmp_path / "lesson.md").write_text("", encoding="utf-8")
    command = tmp_path / "bin" / "gradcli"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gradcli "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    shown = subprocess.run(
        [command, "--show-completion", "bash"],
        check=True,
        capture_output=True,
        encoding="utf-8",
        env=environment(_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1"),
    )
    (tmp_path / "completion.sh").write_text(shown.stdout, encoding="utf-8")
    env = environment(PATH=f"{command.parent}:{os.environ['PATH']}", PS1="$ ", TERM="dumb", INPUTRC=os.devnull)
    shell = pexpect.spawn("bash", ["--norc", "--noprofile"], env=env, cwd=str(tmp_path), timeout=20, encoding="utf-8")
    shell.sendline("source completion.sh; bind 'set enable-bracketed-paste off'; echo re''ady")
    shell.expect("ready")
    yield shell
    shell.close(force=True)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("gradcli hess", "gradcli hessian "),
        ("gradcli functions softp", "gradcli functions softplus "),
        ("gradcli scenario mean-of", "gradcli scenario mean-of-squares "),
        ("gradcli scenario less", "gradcli scenario lesson.md "),
        ("gradcli diff x --at x=@poi", "x=@points.csv "),
        ("gradcli diff x --let x=@bi", "x=@bin/"),
        ("gradcli diff x --dty", "gradcli diff x --dtype "),
        ("gradcli scenario --answers poi", "gradcli scenario --answers points.csv "),
        ("gradcli batch x --data poi", "gradcli batch x --data points.csv "),
    ],
)
def test_tab_in_bash(bash: Any, typed: str, completed: str) -> None:
    bash.send(f"{typed}\t")
    bash.expect(re.escape(completed))
