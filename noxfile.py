"""What a developer does often: `nox -s quick` before a commit, `nox -l` for the rest. CONTRIBUTING.md says when.

The sessions run in the environment in which nox itself is installed, and make none.
"""

from __future__ import annotations

import sys

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "quick"]

QUICK = """
    tests/test_architecture.py::TestSource::test_imports_run_downwards tests/test_words.py tests/test_reference.py
    tests/engine/test_ops.py::test_first_derivative tests/engine/test_ops.py::test_figures_recorded_from_pytorch
    tests/engine/test_autograd.py tests/engine/test_one_page.py
    tests/lang/test_evaluate.py tests/lang/test_emitter.py tests/calculator/test_rules.py
    tests/verify/test_verdict.py tests/render/test_graph_svg.py tests/scenario/test_markdown.py tests/cli/test_diff.py
""".split()
"""A file or two of each floor: those in which a mistake there shows first."""

COVERING = "tests/engine tests/torch_face tests/verify tests/scenario/test_recorded.py".split()
MADE = "make_support make_reference make_coverage make_screens".split()


def python(session: nox.Session, *arguments: str) -> None:
    """Runs this very Python, which need not be on the path."""
    session.run(sys.executable, *arguments, external=True)


@nox.session
def quick(session: nox.Session) -> None:
    """The tests that find most mistakes soonest, in less than 20 seconds on two free cores."""
    python(session, "-m", "pytest", "-q", "-n", "2", *QUICK, *session.posargs)


@nox.session
def test(session: nox.Session) -> None:
    """All tests: `nox -s test`; or `nox -s test -- tests/cli -k plot`."""
    python(session, "-m", "pytest", "-n", "auto", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """What ruff finds, and whether the code is formatted."""
    python(session, "-m", "ruff", "check", ".")
    python(session, "-m", "ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """The types of the package."""
    python(session, "-m", "mypy", "--strict", "gradcli")


@nox.session
def coverage(session: nox.Session) -> None:
    """What their tests run of the engine and of the verifying methods; fails below the gate, fail_under."""
    missing = "--cov-report=term-missing:skip-covered"
    python(session, "-m", "pytest", "-q", "-n", "auto", "--cov", missing, *COVERING, *session.posargs)


@nox.session
def gen(session: nox.Session) -> None:
    """All that is made from the code: docs/reference.md, SUPPORT.md, docs/coverage.md, the pictures of a terminal."""
    for name in MADE:
        python(session, f"docs/{name}.py")


@nox.session
def record(session: nox.Session) -> None:
    """Golden figures, with PyTorch: `nox -s record -- ops --only exp` runs tests/golden/record_ops.py with the rest."""
    if not session.posargs:
        session.error("which figures? For instance: nox -s record -- ops --only exp")
    name, *rest = session.posargs
    python(session, f"tests/golden/record_{name}.py", *rest)
