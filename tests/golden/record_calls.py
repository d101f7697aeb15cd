"""Records what comes of the calls of tests/torch_face/calls under PyTorch 2.13; writes calls.json."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from golden_file import golden_file

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "torch_face" / "calls"))

from face_calls import keys, outcome  # noqa: E402  # found by the line above

if __name__ == "__main__":
    golden, cases = golden_file("calls.json", torch), keys()
    outcomes = golden.entries("outcomes", cases, lambda key: outcome(torch, *cases[key]))
    golden.write_document({"torch": golden.version, "outcomes": outcomes})
    print(f"{len(outcomes)} calls")
