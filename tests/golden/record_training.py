"""Records what PyTorch answers to tests/torch_face/training_*.py. Needs PyTorch 2.13; writes training.json."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "torch_face"))

import training_answers as answers  # noqa: E402  # found by the line above
import training_cases as cases  # noqa: E402  # found by the line above
from training_runs import RUNS  # noqa: E402  # likewise

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    document = {
        "torch": torch.__version__,
        "trained": {
            name: {
                dtype: cases.trained(torch, make, dtype, 20 if name in cases.OPTIMIZERS else 3)
                for dtype in cases.DTYPES
            }
            for name, make in (cases.OPTIMIZERS | cases.LBFGS).items()
        },
        "amplified": {
            name: " ".join(f"{each:.2g}" for each in cases.amplified(torch, make))
            for name, make in cases.OPTIMIZERS.items()
        },
        "valley": {
            name: {dtype: cases.valley(torch, make, dtype) for dtype in cases.DTYPES}
            for name, make in cases.LBFGS.items()
        },
        "rates": {name: cases.rates(torch, make) for name, make in cases.SCHEDULES.items()},
        "runs": {name: run(torch) for name, run in RUNS.items()},
        "answers": {text: answers.answer(torch, text) for text in answers.OPTIMIZER_TEXTS + answers.DATA_TEXTS},
    }
    (HERE / "training.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(document['answers'])} answers")
