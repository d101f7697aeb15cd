"""PyTorch's CPU random number generator on NumPy.

The stream is MT19937 seeded the classic way; NumPy has the same one. What a seed gives is what PyTorch 2.13 gives on an
x86-64 processor with AVX2 or AVX-512 and glibc, bit for bit. Elsewhere PyTorch's own kernels take other paths, and the
last digit of its normal numbers may differ from ours.

Shapes are tuples of lengths; every method returns a new ndarray and raises what PyTorch raises, with its message.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gradcli.engine import random_normal
from gradcli.engine.bfloat16 import BFLOAT16, BFLOAT16_MAX, converted, readable
from gradcli.engine.fma import fma32, fma64
from gradcli.engine.locks import lock
from gradcli.engine.modes import THREAD
from gradcli.engine.type_names import TYPE_NAMES, not_implemented

DRAWING = lock()
"""Held while numbers are drawn, or the state of a stream is read or set: each number is drawn by one thread."""
UNDRAWN = (
    "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' "
    "randomness flags on vmap or perform the randomness operation out of vmap"
)

Array = NDArray[Any]
Shape = tuple[int, ...]

DEFAULT_SEED = 67280421310721

# The layout of PyTorch's generator state: 5056 bytes, of which the last 16 and some others are never used.
_STATE = np.dtype(
    {
        "names": ["seed", "left", "seeded", "next", "key", "normal", "has_normal"],
        "formats": ["<u8", "<i4", "<i4", "<u8", ("<u8", 624), "<f8", "<i4"],
        "offsets": [0, 8, 12, 16, 24, 5024, 5040],
        "itemsize": 5056,
    }
)


class Generator:
    """A stream of random numbers. Creating or seeding one costs nothing until the first number is drawn."""

    def __init__(self, seed: int = DEFAULT_SEED) -> None:
        self.manual_seed(seed)

    def manual_seed(self, seed: int) -> Generator:
        """Restart the stream. Only the low 32 bits of the seed (−2⁶³ ≤ seed < 2⁶⁴) influence the numbers."""
        if not isinstance(seed, int | np.integer):
            raise RuntimeError(  # noqa: TRY004  (PyTorch's choice)
                f"manual_seed expected a long, but got {type(seed).__name__}"
            )
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
        with DRAWING:
            self._seed = int(seed) % 2**64
            self._bits: np.random.MT19937 | None = None
            self._next_normal: float | None = None
        return self

    def seed(self) -> int:
        """Restart the stream from a seed that the operating system picks, and return that seed."""
        return self.manual_seed(int.from_bytes(os.urandom(8), "little")).initial_seed()

    def initial_seed(self) -> int:
        """The seed that the stream was last started from, 0 ≤ seed < 2⁶⁴."""
        return self._seed

    def get_state(self) -> NDArray[np.uint8]:
        """The state in PyTorch's own format (5056 bytes), which PyTorch's `set_state` accepts too."""
        state = np.zeros((), _STATE)
        with DRAWING:
            mt19937 = self._stream().state["state"]
            state["seed"], state["seeded"], state["key"] = self._seed, 1, mt19937["key"]
            state["normal"], state["has_normal"] = self._next_normal or 0.0, self._next_normal is not None
        # `left` counts down to 1, when PyTorch makes the next 624 numbers.
        state["next"], state["left"] = mt19937["pos"] % 624, 1 if mt19937["pos"] == 624 else 625 - mt19937["pos"]
        return np.frombuffer(state.tobytes(), np.uint8).copy()

    def set_state(self, state: NDArray[np.uint8]) -> Generator:
        """Continue from what `get_state` returned, here or in PyTorch."""
        if state.dtype != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if state.size != _STATE.itemsize:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {_STATE.itemsize} "
                f"but found the input RNG state size to be {state.size}"
            )
        fields = np.frombuffer(state.tobytes(), _STATE)[0]
        if not (fields["seeded"] == 1 and 1 <= fields["left"] <= 624 and fields["next"] <= 624):
            raise RuntimeError("Invalid mt19937 state")
        position = 624 if fields["left"] == 1 else int(fields["next"])
        key = fields["key"].astype(np.uint32)
        with DRAWING:
            self.manual_seed(int(fields["seed"]))
            self._stream().state = {"bit_generator": "MT19937", "state": {"key": key, "pos": position}}
            self._next_normal = float(fields["normal"]) if fields["has_normal"] else None
        return self

    def uint32(self, count: int) -> NDArray[np.uint64]:
        """The next `count` numbers of the stream, 0 ≤ number < 2³². Raises RuntimeError where none may be drawn."""
        if THREAD.mode.undrawn:
            raise RuntimeError(UNDRAWN)
        with DRAWING:
            return self._stream().random_raw(count)

    def uint64(self, count: int) -> NDArray[np.uint64]:
        """Numbers below 2⁶⁴, each made of two of the stream, the first one in the high half."""
        raw = self.uint32(2 * count)
        return raw[0::2] << np.uint64(32) | raw[1::2]

    def rand(self, shape: Shape, dtype: DTypeLike = np.float32) -> Array:
        """Uniform numbers, 0 ≤ number < 1."""
        return self.uniform(shape, 0.0, 1.0, dtype)

    def uniform(self, shape: Shape, low: float, high: float, dtype: DTypeLike = np.float32) -> Array:
        """Uniform numbers, low ≤ number < high (all equal to `low` if that equals `high`): `uniform_`."""
        dtype = _floating(dtype, "check_uniform_bounds")
        _check_uniform(low, high, dtype)
        unit = self._unit(_count(shape), dtype)
        if dtype == np.float64:
            numbers = fma64(unit, high - low, low)
        else:
            numbers = _rounded(fma32(unit, np.float32(high) - np.float32(low), np.float32(low)), dtype)
        # A number that is rounded up to the excluded end becomes the other end.
        first, last = _rounded(np.array([low, high]), dtype)
        return _rounded(np.where(readable(numbers) == readable(last), first, numbers), dtype).reshape(shape)

    def randn(self, shape: Shape, dtype: DTypeLike = np.float32) -> Array:
        """Normal numbers with mean 0 and standard deviation 1."""
        return self.normal(shape, 0.0, 1.0, dtype)

    def normal(
        self, shape: Shape, mean: float, std: float, dtype: DTypeLike = np.float32, *, blocks: bool = True
    ) -> Array:
        """Normal numbers: `normal_`. PyTorch's `normal` of two tensors is `randn(shape) * std + mean`.

        Fewer than 16 numbers are made in pairs, in float64; half a pair that is left over is kept for the next such
        call, whatever its dtype. From 16 on they are made in blocks of 16, and if the last block is not full, the last
        16 numbers are made anew; but in pairs if not `blocks`, as for memory with gaps or in another order.
        """
        dtype = _floating(dtype, "normal_kernel_cpu")
        if not std >= 0:
            raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
        standard = self._standard_normals(_count(shape), dtype, blocks)
        fma = fma64 if standard.dtype == np.float64 else fma32
        scalar = standard.dtype.type
        with np.errstate(over="ignore", invalid="ignore"):
            numbers = fma(standard, scalar(std), scalar(mean)).astype(_working(dtype))
            return _rounded(numbers, dtype).reshape(shape)

    def randint(self, low: int, high: int | None, shape: Shape, dtype: DTypeLike = np.int64) -> Array:
        """Integers, low ≤ number < high, in any real dtype; without `high`, all that it holds exactly.

        Warns where floats do not hold all of them.
        """
        dtype = _real(dtype, "check_random_bounds")
        for bound in (low, 0 if high is None else high):
            if not -(2**63) <= bound < 2**63:
                raise ValueError("Overflow when unpacking long long")
        high = exact_integers(dtype)[1] + 1 if high is None else high
        if low >= high:
            raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
        _check_integers(low, high, dtype)
        if dtype.kind in "fV":
            low, high = _held(low, high, dtype)
            if low >= high:
                raise RuntimeError(
                    "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got "
                    f"from={low} >= to={high}"
                )
        draw = self.uint32 if high - low < 2**28 else self.uint64
        offsets = draw(_count(shape)) % np.uint64(high - low)
        # Modulo 2⁶⁴, as in PyTorch: the offset may exceed int64 although the sum does not.
        return _rounded((offsets + np.uint64(low % 2**64)).view(np.int64), dtype).reshape(shape)

    def random(self, shape: Shape, dtype: DTypeLike = np.int64) -> Array:
        """All the integers from 0 on that the dtype holds exactly, equally likely: `random_()`."""
        dtype = _real(dtype, "random_kernel_cpu")
        choices = exact_integers(dtype)[1] + 1
        draw = self.uint64 if dtype.name in ("int64", "float64") else self.uint32
        return _rounded(draw(_count(shape)) % np.uint64(choices), dtype).reshape(shape)

    def randperm(self, count: int) -> NDArray[np.int64]:
        """The numbers 0 … count − 1 in random order (Fisher and Yates, forwards), count < 2³² / 20."""
        _count((count,))
        if count >= (2**32 - 1) // 20:
            raise NotImplementedError(f"randperm of {count} numbers")
        order = list(range(count))
        offsets = self.uint32(max(count - 1, 0)) % np.arange(count, 1, -1, dtype=np.uint64)
        for i, offset in enumerate(offsets.tolist()):
            order[i], order[i + offset] = order[i + offset], order[i]
        return np.array(order, np.int64)

    def bernoulli(self, p: float, shape: Shape, dtype: DTypeLike = np.float32) -> Array:
        """Ones with probability p, zeros otherwise: `bernoulli_(p)`, and what dropout keeps."""
        if not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
        return _rounded(self._unit(_count(shape), np.dtype(np.float64)) < p, np.dtype(dtype)).reshape(shape)

    def bernoulli_tensor(self, p: Array) -> Array:
        """Ones with the probabilities in `p`, zeros otherwise, in the shape and the dtype of `p`: `bernoulli(p)`."""
        dtype = _floating(p.dtype, "bernoulli_tensor_cpu_p_")
        p = readable(p)
        if not np.all((p >= 0) & (p <= 1)):
            raise RuntimeError(
                "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  "
                "If so, please report an enhancement request to PyTorch.)"
            )
        return _rounded(self._unit(p.size, dtype) < p.ravel(), dtype).reshape(p.shape)

    def _stream(self) -> np.random.MT19937:
        if self._bits is None:
            self._bits = np.random.MT19937()
            np.random.RandomState(self._bits).seed(self._seed % 2**32)
        return self._bits

    def _unit(self, count: int, dtype: np.dtype[Any]) -> Array:
        """Uniform numbers, 0 ≤ number < 1, in the working type of the dtype."""
        if dtype == np.float64:
            return (self.uint64(count) & np.uint64(2**53 - 1)) * 2.0**-53
        return (self.uint32(count) & np.uint64(2**24 - 1)).astype(np.float32) * np.float32(2**-24)

    def _standard_normals(self, count: int, dtype: np.dtype[Any], blocks: bool) -> Array:
        """Normal numbers: float64 if they are fewer than a block, in the working type of the dtype otherwise."""
        if count < random_normal.BLOCK or not blocks:
            with DRAWING:
                return np.fromiter(self._normals_one_by_one(count), np.float64, count)
        full = count - count % random_normal.BLOCK
        # The uniform numbers for the last, partial block are drawn and thrown away, except for 16 bits.
        drawn = full if dtype.itemsize == 2 else count
        unit = self._unit(drawn + (random_normal.BLOCK if full < count else 0), dtype)
        normals = np.empty(count, unit.dtype)
        normals[:full] = random_normal.blocks(unit[:full])
        if full < count:
            normals[-random_normal.BLOCK :] = random_normal.blocks(unit[drawn:])
        return normals

    def _normals_one_by_one(self, count: int) -> Iterator[float]:
        for _ in range(count):
            if self._next_normal is None:
                u1, u2 = self._unit(2, np.dtype(np.float64)).tolist()
                number, self._next_normal = random_normal.pair(u1, u2)
            else:
                number, self._next_normal = self._next_normal, None
            yield number


# PyTorch starts its own from a seed that the operating system picks; this one gives the same numbers in every run.
default_generator = Generator()


def _count(shape: Shape) -> int:
    for length in shape:
        if length < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {length}: {list(shape)}")
    return math.prod(shape)


def _real(dtype: DTypeLike, kernel: str) -> np.dtype[Any]:
    dtype = np.dtype(dtype)
    if dtype.name not in TYPE_NAMES or dtype.kind == "c":
        raise not_implemented(kernel, dtype)
    return dtype


def _floating(dtype: DTypeLike, kernel: str) -> np.dtype[Any]:
    dtype = _real(dtype, kernel)
    if dtype.kind not in "fV":
        raise not_implemented(kernel, dtype)
    return dtype


def _working(dtype: np.dtype[Any]) -> type[np.floating[Any]]:
    """The type to compute in: 16 bits are computed in float32 and rounded at the end."""
    return np.float64 if dtype == np.float64 else np.float32


def _rounded(numbers: Array, dtype: np.dtype[Any]) -> Array:
    """The numbers in the dtype; themselves if they have it."""
    return numbers if numbers.dtype == dtype else converted(numbers, dtype)


def exact_integers(dtype: np.dtype[Any]) -> tuple[int, int]:
    """The ends of the range in which the dtype holds every integer."""
    if dtype.kind == "b":
        return 0, 1
    if dtype.kind in "fV":
        bound = 2 ** (8 if dtype == BFLOAT16 else np.finfo(dtype).nmant + 1)
        return -bound, bound
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


def _check_integers(low: int, high: int, dtype: np.dtype[Any]) -> None:
    """Raises RuntimeError for bounds beyond the dtype, and warns of those between which floats have gaps."""
    least, greatest = exact_integers(dtype)
    ends = (-_greatest(dtype), _greatest(dtype)) if dtype.kind in "fV" else (least, greatest)
    for name, bound in (("from", low), ("to - 1", high - 1)):
        words = f"{name} is out of bounds for {TYPE_NAMES[dtype.name].cpp}"
        if not ends[0] <= bound <= ends[1]:
            raise RuntimeError(words)
        if not least <= bound <= greatest:
            digits = greatest.bit_length() - 1
            warnings.warn(
                f"{name} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision limitations "
                f"{TYPE_NAMES[dtype.name].cpp} can support discrete uniform distribution only within this range. This "
                "warning will become an error in version 1.7 release, please fix the code in advance",
                UserWarning,
                stacklevel=5,
            )


def _held(low: int, high: int, dtype: np.dtype[Any]) -> tuple[int, int]:
    """The bounds moved inwards by one step of the floats there, where rounding would move them outwards."""
    digits = exact_integers(dtype)[1].bit_length() - 1

    def step(bound: int) -> int:
        return 1 << max(abs(bound).bit_length() - digits, 0)

    after, before = (int(readable(_rounded(np.array([x]), dtype))[0]) for x in (low + 1, high - 1))
    return (after + step(low + 1) if after < low else low), (before - step(high - 1) if before >= high else high)


def _greatest(dtype: np.dtype[Any]) -> float:
    """The largest number of a floating-point dtype."""
    return BFLOAT16_MAX if dtype == BFLOAT16 else float(np.finfo(dtype).max)


def _check_uniform(low: float, high: float, dtype: np.dtype[Any]) -> None:
    greatest = _greatest(dtype)
    for name, bound in (("from", low), ("to", high)):
        if not abs(bound) <= greatest:
            raise RuntimeError(f"{name} is out of bounds for {TYPE_NAMES[dtype.name].cpp}")
    if low > high:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    if high - low > greatest:
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{TYPE_NAMES[dtype.name].scalar}>::max(), "
            f"but found to={high:g} and from={low:g} which result in to-from to exceed the limit"
        )
