"""Record PyTorch's random numbers and ranges into random.json, with PyTorch 2.13.0.

Run `python tests/golden/record_random.py`.
A result of up to 20 elements is recorded element by element (floats in hexadecimal), a longer one as its ends and the
SHA-256 of its bytes.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from golden_file import check

FLOATS = ["float16", "float32", "float64"]
NUMBERS = [*FLOATS, "int64", "int32", "int16", "int8", "uint8", "bool"]
SEEDS = [0, 1, 42, -1, 2**32, 2**64 - 1, -(2**63), 67280421310721]
SHAPES = [(), (1,), (3,), (0, 2), (15,), (4, 4), (17,), (3, 5, 7), (1000,)]
BOUNDS = [(0, 2), (-5, 10), (0, 2**28 - 1), (0, 2**28), (-(2**63), 2**63 - 1)]

METHODS: dict[str, Callable[..., torch.Tensor]] = {
    "rand": lambda g, shape, dtype: torch.rand(shape, dtype=dtype, generator=g),
    "uniform": lambda g, shape, low, high, dtype: torch.empty(shape, dtype=dtype).uniform_(low, high, generator=g),
    "randn": lambda g, shape, dtype: torch.randn(shape, dtype=dtype, generator=g),
    "normal": lambda g, shape, mean, std, dtype: torch.empty(shape, dtype=dtype).normal_(mean, std, generator=g),
    "randint": lambda g, low, high, shape, dtype: torch.randint(low, high, shape, dtype=dtype, generator=g),
    "random": lambda g, shape, dtype: torch.empty(shape, dtype=dtype).random_(generator=g),
    "randperm": lambda g, count: torch.randperm(count, generator=g),
    "bernoulli": lambda g, p, shape, dtype: torch.empty(shape, dtype=dtype).bernoulli_(p, generator=g),
    "bernoulli_tensor": lambda g, p, dtype: torch.bernoulli(torch.tensor(p, dtype=dtype), generator=g),
    "get_state": lambda g: g.get_state(),
    "linspace": lambda _, start, stop, steps, dtype: torch.linspace(start, stop, steps, dtype=dtype),
    "arange": lambda _, start, stop, step, dtype: torch.arange(start, stop, step, dtype=dtype),
}

REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("rand", {"shape": [2, -1], "dtype": "float32"}),
    ("rand", {"shape": [2], "dtype": "int64"}),
    ("uniform", {"shape": [2], "low": 2.0, "high": 1.0, "dtype": "float32"}),
    ("uniform", {"shape": [2], "low": 0.0, "high": 1e39, "dtype": "float32"}),
    ("uniform", {"shape": [2], "low": -7e4, "high": 1.0, "dtype": "float16"}),
    ("uniform", {"shape": [2], "low": -3e38, "high": 3e38, "dtype": "float32"}),
    ("randn", {"shape": [2], "dtype": "bool"}),
    ("normal", {"shape": [2], "mean": 0.0, "std": -1.0, "dtype": "float32"}),
    ("randint", {"low": 5, "high": 5, "shape": [2], "dtype": "int64"}),
    ("randint", {"low": 0, "high": 257, "shape": [2], "dtype": "uint8"}),
    ("randint", {"low": -1, "high": 9, "shape": [2], "dtype": "uint8"}),
    ("randint", {"low": 0, "high": 40000, "shape": [2], "dtype": "int16"}),
    ("randint", {"low": 0, "high": 70000, "shape": [2], "dtype": "float16"}),
    ("randint", {"low": 0, "high": 2**63, "shape": [2], "dtype": "int64"}),
    ("randperm", {"count": -1}),
    ("bernoulli", {"p": 2.0, "shape": [2], "dtype": "float32"}),
    ("bernoulli", {"p": -0.5, "shape": [2], "dtype": "float32"}),
    ("linspace", {"start": 0, "stop": 1, "steps": -1, "dtype": "float32"}),
    ("linspace", {"start": 0, "stop": 1, "steps": 3, "dtype": "bool"}),
    ("linspace", {"start": 0, "stop": 300, "steps": 3, "dtype": "uint8"}),
    ("linspace", {"start": 0, "stop": 1e39, "steps": 3, "dtype": "float32"}),
    ("linspace", {"start": 0, "stop": 70000, "steps": 3, "dtype": "float16"}),
    ("arange", {"start": 0, "stop": 1, "step": 0.0, "dtype": "float32"}),
    ("arange", {"start": 0, "stop": 1, "step": -1, "dtype": "float32"}),
    ("arange", {"start": 0, "stop": 1e30, "step": 1, "dtype": "float32"}),
]


def call(generator: torch.Generator, method: str, arguments: dict[str, Any]) -> torch.Tensor:
    """What PyTorch returns."""
    typed = {name: getattr(torch, value) if name == "dtype" else value for name, value in arguments.items()}
    return METHODS[method](generator, **typed)


def digest(tensor: torch.Tensor) -> dict[str, Any]:
    """The tensor, exactly."""
    array = tensor.numpy()
    values = [value.hex() if isinstance(value, float) else value for value in array.ravel().tolist()]
    result: dict[str, Any] = {"dtype": array.dtype.name, "shape": array.shape}
    if len(values) <= 20:
        return result | {"values": values}
    return result | {"ends": [values[0], values[-1]], "sha256": hashlib.sha256(array.tobytes()).hexdigest()}


def draw(pick: random.Random) -> tuple[str, dict[str, Any]]:
    """A method that draws numbers, with arguments."""
    shape, dtype, floating = pick.choice(SHAPES), pick.choice(NUMBERS), pick.choice(FLOATS)
    low = pick.choice([0.0, -1.5, 0.3, 1000.3])
    high = low + pick.choice([1.0, 0.1, 40.0])
    bounds = [pair for pair in BOUNDS if dtype in ("int64", "float64") and pair[1] < 2**53] or BOUNDS[:1]
    first, last = pick.choice(BOUNDS if dtype == "int64" else bounds)
    options: list[tuple[str, dict[str, Any]]] = [
        ("rand", {"shape": shape, "dtype": floating}),
        ("uniform", {"shape": shape, "low": low, "high": high, "dtype": floating}),
        ("randn", {"shape": shape, "dtype": floating}),
        ("randn", {"shape": (pick.randrange(6),), "dtype": floating}),
        ("normal", {"shape": shape, "mean": low, "std": high - low, "dtype": floating}),
        ("randint", {"low": first, "high": last, "shape": shape, "dtype": dtype}),
        ("random", {"shape": shape, "dtype": dtype}),
        ("randperm", {"count": pick.choice([0, 1, 2, 10, 500])}),
        ("bernoulli", {"p": pick.choice([0.0, 0.3, 0.5, 1.0]), "shape": shape, "dtype": dtype}),
        ("bernoulli_tensor", {"p": [[0.0, 0.25, 0.5], [0.7, 0.9, 1.0]], "dtype": floating}),
        ("get_state", {}),
    ]
    return pick.choice(options)


def recorded(generator: torch.Generator, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """One call and its result."""
    return {"method": method, "arguments": arguments, "result": digest(call(generator, method, arguments))}


def ranges(pick: random.Random) -> list[dict[str, Any]]:
    """Calls of linspace and arange."""
    calls: list[tuple[str, dict[str, Any]]] = []
    for dtype in NUMBERS[:-1]:
        for steps in (0, 1, 2, 7, 25, 100, 3001):
            floating = dtype in FLOATS
            start, stop = (pick.uniform(-9, 9) if floating else pick.randrange(128) for _ in range(2))
            calls.append(("linspace", {"start": start, "stop": stop, "steps": steps, "dtype": dtype}))
            step = (stop - start) / (steps + 0.5) if floating else pick.choice([1, 3]) * (1 if stop >= start else -1)
            calls.append(("arange", {"start": start, "stop": stop, "step": step, "dtype": dtype}))
    calls.append(("arange", {"start": 0.0, "stop": 3000.0, "step": 0.1, "dtype": "float32"}))
    return [recorded(torch.Generator(), *arguments) for arguments in calls]


def refusals() -> list[dict[str, Any]]:
    """Calls that PyTorch refuses, and its words."""
    entries = []
    for method, arguments in REFUSED:
        try:
            call(torch.Generator(), method, arguments)
        except (RuntimeError, ValueError) as error:
            entry = {"method": method, "arguments": arguments, "type": type(error).__name__, "message": str(error)}
            entries.append(entry)
        else:
            raise AssertionError(f"PyTorch accepts {method} with {arguments}")
    return entries


def main() -> None:
    """Write random.json: all of it, for each call goes on where the one before has left the generator."""
    check(torch)
    torch.set_num_threads(1)
    pick = random.Random(0)
    sequences = []
    for seed in SEEDS:
        generator = torch.Generator().manual_seed(seed)
        calls = [recorded(generator, *draw(pick)) for _ in range(25)]
        sequences.append({"seed": seed, "initial_seed": generator.initial_seed(), "calls": calls})
    generator = torch.Generator().manual_seed(7)
    million = [(method, {"shape": [1_000_003], "dtype": dtype}) for method in ("randn", "rand") for dtype in FLOATS]
    calls = [recorded(generator, *arguments) for arguments in million]
    sequences.append({"seed": 7, "initial_seed": generator.initial_seed(), "calls": calls})
    parts = {"sequences": sequences, "ranges": ranges(pick), "refusals": refusals()}
    texts = [f'"{name}": [\n' + ",\n".join(map(json.dumps, entries)) + "\n]" for name, entries in parts.items()]
    text = ",\n".join([f'{{"torch": "{torch.__version__}"', *texts]) + "}\n"
    Path(__file__).with_name("random.json").write_text(text)


if __name__ == "__main__":
    main()
