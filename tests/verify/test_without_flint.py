"""Where python-flint is not installed, everything runs, and nothing is said to be more than `agrees`."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys
from typing import Any

import pytest

from gradcli.verify import certified

WITHOUT = """
import importlib.abc, sys
class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] == "flint":
            raise ModuleNotFoundError("No module named 'flint'", name="flint")
sys.meta_path.insert(0, Missing())
from gradcli.__main__ import main
sys.argv[0] = "gradcli"
sys.exit(main())
"""


def run(*arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    """The command in a process that has no python-flint."""
    command = [sys.executable, "-c", WITHOUT, *arguments]
    return subprocess.run(command, input=lines, capture_output=True, text=True, timeout=120, check=False)


def words(document: Any) -> list[str]:
    """Every word of a verdict in a JSON answer."""
    if isinstance(document, dict):
        own = [document["word"]] if "methods" in document else []
        return [*own, *(word for part in document.values() for word in words(part))]
    return [word for part in document for word in words(part)] if isinstance(document, list) else []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModuleNotFoundError("No module named 'flint'"), certified.MISSING),
        (ImportError("failed to map segment"), "python-flint cannot be loaded: failed to map segment"),
    ],
)
def test_the_reason_is_said(error: ImportError, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith(("flint", "gradcli.verify.balls")):
            raise error
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert certified.enclose(None, {}, (), "float64") == said  # type: ignore[arg-type]
    assert "pip install python-flint" in certified.MISSING


@pytest.mark.parametrize(
    "arguments",
    [
        ("diff", "sin(x)*y", "--at", "x=1, y=2"),
        ("diff", "sin(x)**2", "--at", "x=1", "--order", "3"),
        ("jacobian", "[x[0]*x[1], sin(x[0])]", "--at", "x=[1,2]"),
        ("hessian", "sum(x**3)", "--at", "x=[1,2]"),
        ("jvp", "x**3", "--at", "x=2", "--tangent", "x=1"),
        ("hvp", "sum(x**3)", "--at", "x=[1,2]", "--vector", "x=[1,0]"),
        ("check", "x**2", "--at", "x=3", "--grad", "x=6"),
        ("check", "sin(x)**2", "--grad", "x=2*sin(x)*cos(x)"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_nothing_is_above_agrees(arguments: tuple[str, ...]) -> None:
    done = run(*arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = words(json.loads(done.stdout))
    assert found
    assert set(found) <= {"agrees", "undecided"}
    assert "agrees" in found


@pytest.mark.parametrize(
    ("expression", "point", "claim", "code"),
    [("x**2", "x=3", "x=7", 1), ("sin(x)", "x=1", "x=0.5", 1), ("abs(x)", "x=0", "x=2", 1)],
)
def test_a_wrong_claim_is_refuted(expression: str, point: str, claim: str, code: int) -> None:
    done = run("check", expression, "--at", point, "--grad", claim)
    assert done.returncode == code
    assert "refuted" in done.stdout


def test_a_stream_is_answered_line_by_line() -> None:
    claims = [
        {"expr": "x**2", "grad": {"x": 6}, "at": {"x": 3}},
        {"expr": "x**2", "grad": {"x": 7}, "at": {"x": 3}},
    ]
    done = run("check", "-", "--json", lines="".join(json.dumps(claim) + "\n" for claim in claims))
    assert [claim["outcome"] for claim in json.loads(done.stdout)["claims"]] == ["holds", "refuted"]
