"""Records what PyTorch has in place, and what kinds of numbers its functions take.

python tests/golden/record_names.py
"""

from __future__ import annotations

from typing import Any

from golden_file import golden_file

KINDS: dict[str, Any] = {
    "real": [[0.5, 0.25], [0.25, 0.5]],
    "complex": [[0.5, 0.25j], [-0.25j, 0.5]],
    "integer": [[2, 1], [1, 2]],
    "boolean": [[True, True], [True, True]],
}
"""A matrix of each kind, which is positive, so that decompositions take it too."""
WITH_OPTIONS = ("clamp", "repeat_interleave", "heaviside")
"""What makes no call of matrices alone."""
OPERANDS = ("input", "other", "exponent")


def in_place(module: object) -> list[str]:
    """The public names with "_" behind them."""
    return sorted(name for name in dir(module) if name.endswith("_") and not name.startswith("_"))


def operands(signature: str) -> int | None:
    """How many Tensors of one kind make a call; None if it takes more than those."""
    required = [part.strip().rstrip("@").removesuffix("|number") for part in signature.split(",") if "=" not in part]
    names = [part for part in required if part != "*"]
    return len(names) if all(name in OPERANDS for name in names) else None


def taken(torch: Any, function: Any, count: int) -> str:
    """The kinds of matrices that it takes, by trial."""
    return " ".join(kind for kind, matrix in KINDS.items() if takes(torch, function, count, matrix))


def takes(torch: Any, function: Any, count: int, matrix: Any) -> bool:
    """Whether it takes Tensors of that matrix."""
    try:
        function(*[torch.tensor(matrix)] * count)
    except (NotImplementedError, RuntimeError, TypeError):
        return False
    return True


if __name__ == "__main__":
    import torch

    from gradcli.catalogue import catalogue

    golden = golden_file("names.json", torch)
    counts = {row.name: operands(row.face) for row in catalogue() if row.face}
    golden.write_document(
        {
            "torch": golden.version,
            "in place": in_place(torch.Tensor),
            "takes": golden.entries(
                "takes",
                [name for name, count in counts.items() if count and name not in WITH_OPTIONS],
                lambda name: taken(torch, getattr(torch, name), counts[name] or 0),
            ),
        }
    )
