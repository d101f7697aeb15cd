"""Records what PyTorch answers to tests/torch_face/training_*.py. Needs PyTorch 2.13; writes training.json."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import torch
from golden_file import golden_file

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "torch_face"))

import training_answers as answers  # noqa: E402  # found by the line above
import training_cases as cases  # noqa: E402  # found by the line above
from training_runs import RUNS  # noqa: E402  # likewise

ALL = cases.OPTIMIZERS | cases.LBFGS
TEXTS = answers.OPTIMIZER_TEXTS + answers.DATA_TEXTS


def trained(name: str) -> dict[str, Any]:
    """The figures of an optimiser in each dtype."""
    steps = cases.STEPS if name in cases.OPTIMIZERS else 3
    return {dtype: cases.trained(torch, ALL[name], dtype, steps) for dtype in cases.DTYPES}


def amplified(name: str) -> str:
    """What rounding does to them, in two digits each."""
    return " ".join(f"{each:.2g}" for each in cases.amplified(torch, cases.OPTIMIZERS[name]))


def valley(name: str) -> dict[str, list[float]]:
    """The way of a line search in each dtype."""
    return {dtype: cases.valley(torch, cases.LBFGS[name], dtype) for dtype in cases.DTYPES}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    golden = golden_file("training.json", torch)
    document = {
        "torch": golden.version,
        "trained": golden.entries("trained", ALL, trained),
        "amplified": golden.entries("amplified", cases.OPTIMIZERS, amplified),
        "valley": golden.entries("valley", cases.LBFGS, valley),
        "rates": golden.entries("rates", cases.SCHEDULES, lambda name: cases.rates(torch, cases.SCHEDULES[name])),
        "runs": golden.entries("runs", RUNS, lambda name: RUNS[name](torch)),
        "answers": golden.entries("answers", TEXTS, lambda text: answers.answer(torch, text)),
    }
    golden.write_document(document)
    print(f"{len(document['answers'])} answers")
