"""The generator and the ranges give PyTorch's numbers, bit for bit, and its refusals, word for word."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcli.engine import ranges
from gradcli.engine.random import DEFAULT_SEED, Generator

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "random.json").read_text())
Array = np.ndarray[Any, Any]


def call(generator: Generator, method: str, arguments: dict[str, Any]) -> Array:
    function: Callable[..., Array] = getattr(ranges if method in ("linspace", "arange") else generator, method)
    if method == "bernoulli_tensor":
        return function(np.array(arguments["p"], arguments["dtype"]))
    return function(**arguments)


def is_recorded(array: Array, result: dict[str, Any]) -> bool:
    if array.dtype.name != result["dtype"] or list(array.shape) != result["shape"]:
        return False
    if "sha256" in result:
        return hashlib.sha256(array.tobytes()).hexdigest() == result["sha256"]
    values = [float.fromhex(value) if isinstance(value, str) else value for value in result["values"]]
    return array.tobytes() == np.array(values, result["dtype"]).tobytes()


@pytest.mark.parametrize("sequence", GOLDEN["sequences"], ids=lambda sequence: f"seed {sequence['seed']}")
def test_recorded_sequences(sequence: dict[str, Any]) -> None:
    generator = Generator().manual_seed(sequence["seed"])
    assert generator.initial_seed() == sequence["initial_seed"]
    for step, recorded in enumerate(sequence["calls"]):
        array = call(generator, recorded["method"], recorded["arguments"])
        assert is_recorded(array, recorded["result"]), (step, recorded, array)


@pytest.mark.parametrize("recorded", GOLDEN["ranges"], ids=lambda entry: "{method}-{arguments}".format(**entry))
def test_recorded_ranges(recorded: dict[str, Any]) -> None:
    array = call(Generator(), recorded["method"], recorded["arguments"])
    assert is_recorded(array, recorded["result"]), array


@pytest.mark.parametrize("recorded", GOLDEN["refusals"], ids=lambda entry: entry["message"][:40])
def test_recorded_refusals(recorded: dict[str, Any]) -> None:
    with pytest.raises((RuntimeError, ValueError)) as caught:
        call(Generator(), recorded["method"], recorded["arguments"])
    assert (type(caught.value).__name__, str(caught.value)) == (recorded["type"], recorded["message"])


def test_half_a_normal_pair_is_kept_across_rand_and_dtypes_but_not_across_seeding() -> None:
    generator = Generator(3)
    first, second = generator.randn((2,), np.float64)
    generator.manual_seed(3)
    assert generator.randn((), np.float64) == first
    generator.rand((5,))
    assert generator.randn((), np.float32) == np.float32(second)
    generator.manual_seed(3).randn((1,))
    assert generator.manual_seed(3).randn((), np.float64) == first


def test_the_state_restores_the_stream_and_the_kept_normal() -> None:
    generator = Generator(11)
    generator.randn((3,))
    state = generator.get_state()
    expected = generator.randn((1,)), generator.rand((700,)), generator.randint(0, 9, (4,))
    other = Generator().set_state(state)
    assert other.initial_seed() == 11
    actual = other.randn((1,)), other.rand((700,)), other.randint(0, 9, (4,))
    for have, want in zip(actual, expected, strict=True):
        assert have.tobytes() == want.tobytes()


@pytest.mark.parametrize(
    ("state", "error"),
    [(np.zeros(5056), TypeError), (np.zeros(3, np.uint8), RuntimeError), (np.zeros(5056, np.uint8), RuntimeError)],
)
def test_a_state_that_is_none_is_refused(state: Array, error: type[Exception]) -> None:
    with pytest.raises(error, match="state"):
        Generator().set_state(state)


@pytest.mark.parametrize(("seed", "error"), [(2**64, ValueError), (-(2**63) - 1, ValueError), (1.5, RuntimeError)])
def test_seeds_out_of_range_are_refused(seed: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        Generator().manual_seed(seed)


def test_seed_picks_a_new_seed() -> None:
    generator = Generator()
    assert generator.seed() == generator.initial_seed() != generator.seed()


def test_the_default_generator_starts_from_pytorchs_constant() -> None:
    assert DEFAULT_SEED == 67280421310721
    script = (
        "from gradcli.engine.random import *; import sys; sys.exit(default_generator.initial_seed() != DEFAULT_SEED)"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0


def test_importing_makes_no_stream() -> None:
    script = "import sys, gradcli.engine.random; sys.exit('numpy.random' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0


def test_probabilities_outside_0_and_1_are_refused() -> None:
    for p in (1.5, -0.1, np.nan):
        with pytest.raises(RuntimeError, match="Expected p_in >= 0 && p_in <= 1 to be true"):
            Generator().bernoulli_tensor(np.array([0.5, p]))


def test_0d_results_are_arrays() -> None:
    generator = Generator()
    for result in (generator.rand(()), generator.randn(()), generator.bernoulli_tensor(np.array(0.5))):
        assert isinstance(result, np.ndarray)
        assert result.shape == ()


def test_an_overflowing_deviation_gives_infinities() -> None:
    assert np.isinf(Generator().normal((20,), 0.0, 1e39)).all()


def test_a_floating_range_of_integers_should_be_exact() -> None:
    Generator().randint(-(2**24), 2**24 + 1, (2,), np.float32)
    with pytest.warns(UserWarning, match=r"to - 1 is out of bounds \[-\(2\^24\), 2\^24\]"):
        Generator().randint(0, 2**24 + 2, (2,), np.float32)
    with pytest.raises(RuntimeError, match="to - 1 is out of bounds for c10::Half"):
        Generator().randint(0, 2**17, (2,), np.float16)


def test_fractions_of_an_integer_range_are_dropped() -> None:
    assert ranges.arange(0.5, 4, 1.5, np.int64).tolist() == [0, 1, 2, 3]
