"""Records what PyTorch 2.13 shows for the programs of tests/torch_face/inplace_programs.py; needs PyTorch."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "torch_face"))
from inplace_programs import PROGRAMS, show  # noqa: E402  # it lies beside the tests

if __name__ == "__main__":
    record = {title: show(source, torch) for title, source in PROGRAMS.items()}
    (HERE / "inplace.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
