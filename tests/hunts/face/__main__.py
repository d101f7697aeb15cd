"""Every public function of the face beside PyTorch, on PyTorch's own samples and on variants of them.

    python -m tests.hunts.face --answers folder --torch ../peers/bin/python --count 8 --seed 1
    python -m tests.hunts.face --answers folder --only linalg.norm --only sort

Two processes that share nothing but files: one records under the Python of `--torch`, the other replays under this one.
What is recorded already is not recorded again. Each line on standard output is a case that differs; the last one counts
them:

    value, dtype, shape, alias, inputs, gradient, second, requires_grad, stride, type   something else than PyTorch's
    accepts      PyTorch raises, and we answer
    raises       PyTorch answers, and we raise
    error type   both raise, other types
    beyond       PyTorch says that it is not implemented, and we answer
    refuses      we have no such name, or say that it is not supported

Exit code 1 where there is anything but `refuses`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=Path, help="the folder of what is recorded; a temporary one if not given")
    parser.add_argument("--torch", default=sys.executable, help="the Python that has PyTorch")
    parser.add_argument("--count", type=int, default=8, help="samples of an operator and a dtype")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this operator; may be repeated")
    parser.add_argument("--every", action="store_true", help="print what is refused by name, too")
    parser.add_argument("--record", action="store_true", help="record here, and do nothing else")
    return parser.parse_args()


def main() -> int:
    given = options()
    if given.record:
        from .record import record

        record(given.answers, given.only, given.count, given.seed)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        answers = given.answers or Path(temporary)
        only = [word for name in given.only for word in ("--only", name)]
        numbers = ["--count", str(given.count), "--seed", str(given.seed)]
        recorder = [given.torch, "-m", __spec__.parent, "--record", "--answers", str(answers), *numbers, *only]
        subprocess.run(recorder, check=True)

        from .replay import replay, report

        tally, found = replay(answers, given.only)
        print(report(tally, found, every=given.every))
        return int(any(each.kind != "refuses" for each in found))


if __name__ == "__main__":
    sys.exit(main())
