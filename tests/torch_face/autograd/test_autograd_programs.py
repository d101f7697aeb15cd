"""What autograd offers beyond backward and grad: the same programs print what they print under PyTorch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from autograd_programs import printed, programs

from gradcli import torch

PRINTED = json.loads((Path(__file__).parents[2] / "golden" / "autograd.json").read_text("utf-8"))["printed"]
PROGRAMS = programs()


@pytest.mark.parametrize("name", PROGRAMS)
def test_prints_what_pytorch_prints(name: str) -> None:
    assert printed(PROGRAMS[name], torch) == PRINTED[name]


def test_every_record_is_of_a_program() -> None:
    assert PRINTED.keys() == PROGRAMS.keys()
