"""Records what PyTorch answers to the expressions of the face's tests. Needs PyTorch 2.13; writes torch_face.json."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "torch_face"))

from expressions import EXPRESSIONS, outcome  # noqa: E402  # found by the line above

warnings.simplefilter("ignore")
torch.manual_seed(0)
answers = {expression: outcome(torch, expression) for expression in EXPRESSIONS}
document = {"torch": torch.__version__, "answers": answers}
(HERE / "torch_face.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
print(f"{len(answers)} answers")
