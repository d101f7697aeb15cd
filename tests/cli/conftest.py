"""Running the command line in this process, with one SymPy process for all tests of a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from gradcli.cli import guard
from gradcli.cli.app import run
from gradcli.engine.op import OPS
from gradcli.verify.client import SympyWorker


@dataclass(frozen=True)
class Outcome:
    """What a command line left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """stdout as JSON; strict: no NaN."""

        def refuse(constant: str) -> Any:
            raise AssertionError(f"{constant} is not JSON")

        return json.loads(self.out, parse_constant=refuse)


class Lent:
    """A worker that outlives the command it is lent to."""

    def __init__(self, worker: SympyWorker) -> None:
        self.ask, self.post, self.answer = worker.ask, worker.post, worker.answer

    def close(self) -> None:
        """Nothing: the owner ends it."""


@pytest.fixture(scope="session")
def worker() -> Iterator[Lent]:
    with SympyWorker() as worker:
        yield Lent(worker)


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`spoil("mul", 1)`: makes the operation's rule for its second argument 1 % wrong; without a number, every rule."""

    def spoil(name: str, argument: int | None = None) -> None:
        right = OPS[name].pulls
        wrong = [lambda g, slots, pull=pull: 1.01 * pull(g, slots) for pull in right]
        chosen = [wrong[i] if argument in (None, i) else pull for i, pull in enumerate(right)]
        monkeypatch.setattr(OPS[name], "pulls", tuple(chosen))

    return spoil


@pytest.fixture
def gradcli(
    worker: Lent, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """`gradcli("diff", "x**2", "--at", "x=3")`: runs it and returns its exit code and output."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(guard, "FORKS", False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*arguments: str) -> Outcome:
        code = run(list(arguments), worker)
        captured = capsys.readouterr()
        return Outcome(int(code), captured.out, captured.err)

    return call
