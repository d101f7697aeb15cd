"""What the commands import and start: NumPy and SymPy cost more than all the rest of a short command."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

import pytest

DIFF = ["diff", "x**2", "--at", "x=3"]
PROBE = """
import json, sys
started = []
PROCESSES = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"}
sys.addaudithook(lambda event, _: started.append(event) if event in PROCESSES else None)
import gradcli
if sys.argv[1:]:
    from gradcli.__main__ import main
    try:
        main()
    except SystemExit as exit:
        assert not exit.code, exit.code
print(json.dumps([sorted(sys.modules), started]), file=sys.stderr)
"""


@dataclass
class Run:
    """The modules in memory at the end of a command, what it has started, and the modules of what watches it."""

    modules: set[str]
    started: list[str]
    watching: set[str]


def run(arguments: list[str]) -> Run:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    # The command ends first, and then the process that watches it.
    (modules, started), *watching = map(json.loads, done.stderr.splitlines())
    if watching:
        started.remove("os.fork")
    return Run(set(modules), started, set(watching[0][0]) if watching else set())


@pytest.mark.parametrize("arguments", [[], ["--help"], ["--version"], ["diff", "--help"]], ids=" ".join)
def test_neither_numpy_nor_sympy_is_imported(arguments: list[str]) -> None:
    found = run(arguments)
    assert "gradcli" in found.modules
    assert not found.modules & {"numpy", "sympy"}
    assert found.started == []


def test_importing_the_package_imports_nothing_else() -> None:
    assert {name for name in run([]).modules if name.startswith("gradcli.")} == set()


def test_without_the_check_sympy_is_neither_imported_nor_started() -> None:
    found = run([*DIFF, "--no-check"])
    assert "numpy" in found.modules
    assert "sympy" not in found.modules
    assert found.started == []


def test_what_watches_imports_next_to_nothing() -> None:
    watching = run(DIFF).watching
    assert {name for name in watching if name.startswith("gradcli.")} == {
        "gradcli.__main__",
        "gradcli.cli",
        "gradcli.cli.overseer",
        "gradcli.cli.supervise",
    }
    assert not watching & {"numpy", "sympy", "typer", "rich", "subprocess", "threading", "dataclasses"}


def test_with_the_check_sympy_is_in_a_process_of_its_own() -> None:
    found = run(DIFF)
    assert "sympy" not in found.modules
    assert len(found.started) == 1
