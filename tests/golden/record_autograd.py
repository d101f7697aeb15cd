"""Records what PyTorch 2.13 prints for the programs of tests/torch_face/autograd; writes autograd.json."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from golden_file import golden_file

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "torch_face" / "autograd"))

from autograd_programs import printed, programs  # noqa: E402  # found by the line above

if __name__ == "__main__":
    golden, texts = golden_file("autograd.json", torch), programs()
    printed_by_torch = golden.entries("printed", texts, lambda name: printed(texts[name], torch))
    golden.write_document({"torch": golden.version, "printed": printed_by_torch})
    print(f"{len(printed_by_torch)} programs")
