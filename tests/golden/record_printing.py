"""Record what PyTorch prints into printing.json: `python tests/golden/record_printing.py`, with PyTorch 2.13.0."""

from __future__ import annotations

import base64
import itertools
import json
import random
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch

SHAPES = [(), (1,), (3,), (7,), (25,), (2, 2), (3, 8), (2, 3, 4), (1, 2, 1, 3), (0,), (0, 3), (2, 0, 1)]
LARGE_SHAPES = [(1000,), (1001,), (40, 30), (2, 600), (7, 12, 13), (3, 5, 7, 11)]
INTEGERS = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
REALS = ["float16", "float32", "float64"]
COMPLEX = ["complex64", "complex128"]
CHOICES = {
    "precision": [0, 1, 2, 6, 8],
    "threshold": [0, 5, 20],
    "edgeitems": [0, 1, 2, 5],
    "linewidth": [1, 20, 40, 120],
    "sci_mode": [True, False],
    "profile": ["default", "short", "full"],
}
EDGES = [
    0.0,
    -0.0,
    1.0,
    2.5,
    1000.0,
    1001.0,
    1e8,
    1.00001e8,
    1e-4,
    0.99e-4,
    999.99996,
    0.00005,
    np.nan,
    np.inf,
    -np.inf,
]


def reals(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """Numbers of one of the kinds that PyTorch writes differently."""
    size = int(np.prod(shape))
    kinds = [
        lambda: rng.normal(size=size) * 10.0 ** rng.uniform(-7, 9),
        lambda: np.round(rng.normal(size=size), 2),
        lambda: rng.integers(-10, 10, size) * 10.0 ** rng.integers(0, 9),
        lambda: rng.choice(EDGES, size),
        lambda: rng.choice(EDGES[:4], size),
    ]
    return np.asarray(kinds[rng.integers(len(kinds))]()).reshape(shape)


def example(shape: tuple[int, ...], dtype: np.dtype[Any], rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """An array of that shape and dtype."""
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        wide = rng.random() < 0.3
        low, high = (limits.min, limits.max) if wide else (max(limits.min, -9), 99)
        return rng.integers(low, high, shape, dtype, endpoint=True)
    if dtype.kind == "c":
        array = np.empty(shape, dtype)
        array.real, array.imag = reals(shape, rng), reals(shape, rng)
        return array
    with np.errstate(over="ignore"):
        return reals(shape, rng).astype(dtype)


def case(array: np.ndarray[Any, Any], options: dict[str, Any], default_dtype: str, grad: str | None) -> dict[str, Any]:
    """The array, how it is printed, and what PyTorch makes of it."""
    array = np.ascontiguousarray(array).reshape(array.shape)
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**options)
    torch.set_default_dtype(getattr(torch, default_dtype))
    tensor = torch.from_numpy(array.copy())
    suffixes = []
    if grad is not None:
        tensor.requires_grad_()
        suffixes = ["requires_grad=True"]
        if grad == "grad_fn":
            tensor = tensor.view_as(tensor)
            suffixes = [f"grad_fn=<{type(tensor.grad_fn).__name__}>"]
    return {
        "dtype": array.dtype.name,
        "shape": array.shape,
        "zlib": base64.b64encode(zlib.compress(array.tobytes(), 9)).decode(),
        "options": options,
        "default_dtype": default_dtype,
        "suffixes": suffixes,
        "text": repr(tensor),
    }


def main() -> None:
    """Write printing.json."""
    rng, pick = np.random.default_rng(0), random.Random(0)
    cases = []
    for shape, name in itertools.product(SHAPES, INTEGERS + REALS * 2 + COMPLEX):
        options = {key: pick.choice(values) for key, values in CHOICES.items() if pick.random() < 0.12}
        default_dtype = pick.choice(["float32", "float32", "float64", "float16"])
        grad = None if name in INTEGERS else pick.choice([None, None, "leaf", "grad_fn"])
        cases.append(case(example(shape, np.dtype(name), rng), options, default_dtype, grad))
    for shape in LARGE_SHAPES:
        for name in ["bool", "int8", "float16", "complex64"]:
            array = example(shape, np.dtype(name), rng)
            cases.append(case(array, {}, "float32", None))
    # A summary's width and notation come from the elements that are shown.
    hidden = np.zeros((30, 50), np.float32)
    hidden[10, 10] = 1e9
    cases.append(case(hidden, {}, "float32", "grad_fn"))
    cases.append(case(np.array([2.5]), {"edgeitems": 0, "threshold": 0}, "float64", "leaf"))
    lines = ",\n".join(json.dumps(entry) for entry in cases)
    Path(__file__).with_name("printing.json").write_text(
        f'{{"torch": "{torch.__version__}", "cases": [\n{lines}\n]}}\n'
    )


if __name__ == "__main__":
    main()
