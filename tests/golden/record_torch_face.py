"""Records what PyTorch answers to the expressions of the face's tests. Needs PyTorch 2.13; writes torch_face.json."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import torch
from golden_file import golden_file

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "torch_face"))

from expressions import EXPRESSIONS, outcome  # noqa: E402  # found by the line above

warnings.simplefilter("ignore")
torch.manual_seed(0)
golden = golden_file("torch_face.json", torch)
answers = golden.entries("answers", EXPRESSIONS, lambda expression: outcome(torch, expression))
golden.write_document({"torch": golden.version, "answers": answers})
print(f"{len(answers)} answers")
