"""Records what PyTorch 2.13 answers to the cases of tests/torch_face/nn; writes nn.json."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from golden_file import golden_file

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "torch_face" / "nn"))

from nn_cases import COMPUTATIONS, EXPRESSIONS, figures, outcome  # noqa: E402  # found by the line above


def rounded(value: Any, digits: int) -> Any:
    """The figures with so many significant digits."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, list):
        return [rounded(each, digits) for each in value]
    return value


def recorded(expression: str, inputs: list[Any]) -> dict[str, Any]:
    """The figures in both dtypes; no second derivatives in float32, or where PyTorch has none."""
    try:
        double = figures(torch, expression, inputs, "float64")
    except (NotImplementedError, RuntimeError) as error:
        raise RuntimeError(f"{expression}: {error}") from error
    single = figures(torch, expression, inputs, "float32", second=False)
    return {
        "float32": {name: rounded(value, 8) for name, value in single.items()},
        "float64": {name: rounded(value, 12) for name, value in double.items()},
    }


if __name__ == "__main__":
    golden = golden_file("nn.json", torch)
    answers = golden.entries("answers", EXPRESSIONS, lambda expression: outcome(torch, expression))
    calls = {str(call): call for call in COMPUTATIONS}
    computed = golden.entries("figures", calls, lambda name: recorded(*calls[name]), lambda name: calls[name][0])
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(each)}" for name, each in computed.items())
    text = f'{{"torch": "{golden.version}", "answers": {json.dumps(answers, indent=1, ensure_ascii=False)},\n'
    golden.write(f'{text}"figures": {{\n{lines}\n}}}}\n')
    print(f"{len(answers)} answers, {len(computed)} computations")
