"""Records what PyTorch 2.13 prints for the programs of tests/torch_face/autograd; writes autograd.json."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "torch_face" / "autograd"))

from autograd_programs import printed, programs  # noqa: E402  # found by the line above

if __name__ == "__main__":
    printed_by_torch = {name: printed(text, torch) for name, text in programs().items()}
    document = {"torch": torch.__version__, "printed": printed_by_torch}
    (HERE / "autograd.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(printed_by_torch)} programs")
