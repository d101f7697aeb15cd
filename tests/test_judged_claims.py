"""`gradcli check -` on claims of every kind whose truth is known: no verdict is wrong, every claim has an answer."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "hunts"))
from claims.judge import judge
from claims.stream import KINDS, claims

EACH = 7


def test_no_verdict_is_wrong() -> None:
    found = judge(claims(EACH * len(KINDS), seed=11), str(Path(sys.executable).with_name("gradcli")), chunk=1000)
    assert not found.fails, found.report()
    assert found.right["settled"] >= 0.98 * found.right.total() > 0, found.report()
