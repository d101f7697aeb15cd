"""Records what PyTorch 2.13 shows for the programs of tests/torch_face/inplace_programs.py; needs PyTorch."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from golden_file import golden_file

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "torch_face"))
from inplace_programs import PROGRAMS, show  # noqa: E402  # it lies beside the tests

if __name__ == "__main__":
    golden = golden_file("inplace.json", torch)
    golden.write_document(golden.entries("", PROGRAMS, lambda title: show(PROGRAMS[title], torch)))
