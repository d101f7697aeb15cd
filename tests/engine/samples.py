"""Arguments for every declared operation: what the tests call it with, and what its golden figures were recorded with.

Arrays are drawn from the domain that the operation declares. What EXAMPLES does not list needs nothing else.
Python's generator draws them, as its numbers stay the same with every version.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from itertools import count, product
from typing import Any

import layer_samples
import numpy as np

from gradcli.engine import ops  # noqa: F401  # declares the operations
from gradcli.engine.domain import Domain
from gradcli.engine.op import OPS, Op, SequenceOp

Example = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """Stands for an array of this shape, drawn from the domain of the argument."""

    shape: tuple[int, ...]


def drawn(*shape: int) -> Drawn:
    return Drawn(shape)


def draw(domain: Domain, shape: tuple[int, ...], seed: str) -> Any:
    """An array well inside the domain, in float64."""
    pick = random.Random(seed).random
    u = np.array([pick() for _ in range(math.prod(shape))]).reshape(shape)
    if domain.whole:
        return (20 * u).astype(np.int64)
    if math.isfinite(domain.low) and math.isfinite(domain.high):
        return domain.low + (domain.high - domain.low) * (0.1 + 0.8 * u)
    if math.isfinite(domain.low):
        return domain.low + 0.2 + 1.8 * u
    assert domain.high == math.inf, f"no way to draw from {domain}"
    return np.where(u < 0.5, -1, 1) * (0.3 + 1.7 * (2 * u % 1))


# Generic arguments: away from kinks, so that derivatives can be compared with differences.

MASK = np.array([[True, False, True], [False, False, True]])
ALONG = np.array([[1, 3, 1], [0, 0, 2]])
DISTINCT = np.array([[1, 3, 2], [0, 3, 2]])
LINES = np.array([2, 0, 2])
TALL = np.array([[2.0, 0.3, -0.5], [0.4, 1.8, 0.2], [-0.3, 0.6, 2.2], [0.5, -0.4, 0.7]])
SYMMETRIC = np.array([[4.0, 1.0, -0.5], [1.0, 3.0, 0.7], [-0.5, 0.7, 2.0]])
REDUCED: list[Example] = [{}, {"axis": 0}, {"axis": -1, "keepdims": True}]
EXAMPLES: dict[str, list[Example]] = {
    # arithmetic
    "rsub": [{"number": 3.0}],
    "fill": [{"value": 2.5}],
    "remainder_number": [{"divisor": 0.7}, {"divisor": -2}],
    "fmod_number": [{"divisor": 0.7}, {"divisor": -2}],
    "pow_number": [{"exponent": n} for n in (0, 1, 2, 3, 4, 5, -1, 2.0)] + [{"x": MASK + 0.5, "exponent": 0.5}],
    "number_pow": [{"base": 2.0}, {"base": 0.5}, {"base": 1}],
    "logit_clamped": [{"eps": 0.1}],
    # conversion, shape, indexing, joining
    "cast": [{"dtype": np.dtype(np.float64)}],
    "reshape": [{"shape": (2, 3)}, {"shape": (3, -1)}, {"x": drawn(), "shape": (1,)}],
    "unsafe_view": [{"shape": (2, 3)}],
    "expand": [{"shape": (2, 3, 4)}, {"shape": (-1, 2)}],
    "squeeze": [{}, {"axis": 1}, {"axis": (-1,)}, {"axis": 0}],
    "unsqueeze": [{"axis": 0}, {"axis": -1}, {"axis": 1}],
    "transpose": [{"axis0": 0, "axis1": 1}, {"x": drawn(2, 3, 2), "axis0": 0, "axis1": -1}],
    "permute": [{"axes": (1, 0)}, {"x": drawn(2, 3, 4), "axes": (2, 0, -2)}],
    "flip": [{"axis": (0, 1)}, {"axis": (1,)}],
    "roll": [{"shift": 2}, {"shift": -1, "axis": 1}, {"shift": (1, 2), "axis": (0, 1)}],
    "tril": [{}, {"k": 1}],
    "triu": [{}, {"k": -1}],
    "repeat": [{"repeats": (2, 2)}, {"repeats": (2, 1, 3)}],
    "select": [{"axis": 0, "index": 1}, {"axis": -1, "index": -1}],
    "slice_axis": [{"axis": 1, "start": 1, "stop": 4, "step": 2}, {"axis": 0, "start": -1}],
    "index": [
        {"key": (np.array([0, 2, 0]),)},
        {"key": (slice(None), np.array([[1], [3]]))},
        {"key": (np.eye(3, 4) > 0,)},
    ],
    "scatter": [
        {"shape": (2, 4), "key": (slice(None), np.array([0, 2, 0]))},
        {"shape": (3, 3), "key": (slice(1, 3),)},
    ],
    "diagonal": [{}, {"offset": 1}, {"x": drawn(2, 3, 3), "offset": -1, "axis1": 1, "axis2": 2}],
    "diag_embed": [{}, {"x": drawn(2, 2), "offset": 1}, {"x": drawn(2, 2), "axis1": 0, "axis2": -1}],
    "stack": [{}, {"arrays": [drawn(2), drawn(2), drawn(2)], "axis": -1}],
    "cat": [{"arrays": [drawn(2, 3), drawn(1, 3)]}, {"arrays": [drawn(2, 1), drawn(2, 0), drawn(2, 2)], "axis": 1}],
    "split_part": [{"axis": 1, "start": 2, "stop": 4, "step": None, "by_sizes": flag} for flag in (False, True)],
    "unbind_part": [{"axis": 0, "index": 1}, {"axis": -1, "index": 2}],
    "rot90": [{"k": 1, "axes": (0, 1)}, {"k": 2, "axes": (1, 0)}, {"x": drawn(2, 3, 2), "k": 3, "axes": (0, 2)}],
    "unfold": [{"axis": 1, "size": 2, "step": 1}, {"axis": 0, "size": 3, "step": 2}],
    # gathering, selection, sorting
    "gather": [{"index": ALONG, "axis": 1}, {"index": np.array([[2, 0, 2]]), "axis": -2}],
    "scatter_along": [
        {"source": drawn(2, 3), "index": DISTINCT, "axis": 1},
        {"source": 0.5, "index": DISTINCT, "axis": 1},
    ],
    "scatter_add": [{"source": drawn(2, 3), "index": ALONG, "axis": 1}],
    "scatter_reduce": [
        {"source": drawn(2, 3), "index": ALONG, "axis": 1, "reduction": reduction, "include_self": flag}
        for reduction in ("sum", "prod", "mean", "amax", "amin")
        for flag in (True, False)
    ],
    "take": [{"index": np.array([[1, -1], [1, 6]])}],
    "index_select": [{"index": LINES, "axis": 0}, {"index": LINES, "axis": -1}],
    "index_add": [{"source": drawn(3, 4), "index": LINES, "axis": 0}, {"index": LINES, "axis": 0, "alpha": 2}],
    "index_fill": [{"index": LINES, "axis": 1, "value": 0.5}],
    "index_fill_tensor": [{"index": LINES, "axis": 1}],
    "index_copy": [{"source": drawn(2, 4), "index": LINES[:2], "axis": 0}],
    "masked_select": [{"mask": np.eye(3, 4) > 0}],
    "masked_scatter": [{"mask": np.eye(3, 4) > 0}],
    "sort": [{}, {"axis": 0, "descending": True}, {"x": drawn()}],
    "topk": [{"k": 2}, {"k": 2, "axis": 0, "largest": False}],
    "kthvalue": [{"k": 2}, {"k": 3, "axis": 0, "keepdims": True}],
    **{name: [{}, {"axis": 0, "keepdims": True}] for name in ("median_along", "nanmedian_along", "mode")},
    **{
        name: [{"axis": 1}, {"axis": 0, "keepdims": True}, {"x": drawn(), "axis": 0}]
        for name in ("max_along", "min_along")
    },
    **{name: [{"axis": 0}, {"axis": -1}] for name in ("cummax", "cummin")},
    "aminmax": REDUCED,
    # decompositions and other matrices
    "svd": [
        {"x": drawn(3, 3)},
        {"x": drawn(2, 3, 3)},
        {"full_matrices": False},
        {"x": drawn(2, 3), "full_matrices": False},
    ],
    "qr": [{}, {"x": drawn(3, 4)}, {"x": drawn(2, 3, 3), "mode": "complete"}],
    "eigh": [{"x": SYMMETRIC}, {"x": np.stack([SYMMETRIC, 2 * SYMMETRIC])}],
    "cholesky": [{"x": SYMMETRIC}],
    "pinv": [{"x": TALL}, {"x": TALL.T}],
    "lstsq": [{"a": TALL}, {"a": TALL, "b": drawn(4)}],
    **{
        name: [{}, {"beta": 0.5, "alpha": 2.0}, {"x": drawn(3)}]
        for name in ("addbmm", "addmm", "addmv", "baddbmm", "addr")
    },
    **{name: [{}, {"value": 2.0}, {"x": drawn(3)}] for name in ("addcmul", "addcdiv")},
    "lerp": [{}, {"weight": 0.3}, {"weight": drawn(3)}],
    # reduction, statistics
    **{name: [*REDUCED, {"axis": (0, 1)}] for name in ("sum", "mean", "nansum", "amax", "amin", "logsumexp")},
    **dict.fromkeys(("prod", "max", "min"), REDUCED),
    **{name: [{}, {"axis": 1}] for name in ("any", "all", "count_nonzero")},
    **{name: [*REDUCED, {"x": drawn()}] for name in ("argmax", "argmin")},
    **{name: [{"axis": 0}, {"axis": -1}] for name in ("cumsum", "cumprod", "softmax", "log_softmax")},
    **{name: [*REDUCED, {"axis": (0, 1), "correction": 0}] for name in ("var", "std", "var_mean", "std_mean")},
    "norm": [{"ord": n, "axis": 1} for n in (1, 2, 3, 2.5, 0, -1, math.inf, -math.inf)] + REDUCED,
    # linear algebra
    "mv": [{"a": drawn(2, 3)}],
    "mm": [{"a": drawn(2, 3)}],
    "cross": [{}, {"a": drawn(2, 3), "b": drawn(2, 3)}, {"a": drawn(3, 2), "b": drawn(3, 2), "axis": 0}],
    "solve": [{}, {"b": drawn(3, 2)}, {"a": drawn(2, 3, 3), "b": drawn(2, 3, 2)}],
    # transcendental, piecewise
    "polygamma": [{"n": n} for n in (0, 1, 2, 5)] + [{"x": MASK + 2.5, "n": 10}],
    "softplus": [{}, {"beta": 2.0, "threshold": 3.0}],
    "gelu": [{}, {"approximate": "tanh"}],
    "elu": [{}, {"alpha": 1.5}, {"alpha": 1.6732632423543772, "scale": 1.0507009873554805}],
    "leaky_relu": [{}, {"negative_slope": 0.2}],
    "hardtanh": [{}, {"min_val": 0, "max_val": 6}],
    "clamp": [{"min": -0.5, "max": 0.75}, {"min": -0.5}, {"max": 0.75}],
    "clamp_min_number": [{"bound": -0.5}],
    "clamp_max_number": [{"bound": 0.75}],
    "clamp_tensor": [
        {},
        {"max": None},
        {"min": None},
        {"min": drawn(3), "max": drawn(2, 1)},
    ],
    "where": [
        {"condition": MASK},
        {"condition": MASK[0], "b": drawn()},
        {"condition": MASK, "a": 0.0},
        {"condition": np.True_, "a": drawn(2, 1), "b": drawn(3)},
    ],
    "masked_fill": [{"mask": MASK[:, :1], "value": 2.0}],
    "masked_fill_tensor": [{"mask": MASK}],
    "nan_to_num": [{}, {"nan": 1.0, "posinf": 2.0, "neginf": -2.0}],
    "round": [{}, {"decimals": 1}, {"decimals": -1}],
}

# Kinks and other points where a convention decides, for the golden figures alone.

POINTS = np.array(
    [-math.inf, -1000, -3, -2.5, -1, -0.5, -1e-5, -0.0, 0, 1e-5, 0.5, 1, 1.5, 2, 3, 20, 30, 1000, math.inf, math.nan]
)
PAIRS = np.array([*product((-math.inf, -1, 0, 0.5, 1, 2, math.inf, math.nan), repeat=2)]).T
TRIPLES = np.array([*product((-1, 0, 1, math.nan), repeat=3)]).T
EDGES: dict[str, list[Example]] = {
    "pow_number": [{"x": POINTS, "exponent": n} for n in (0, 1, 2, 3, -1, 0.5, -0.5)],
    "number_pow": [{"x": POINTS, "base": b} for b in (0, 1, 2.0, -2.0)],
    "polygamma": [{"x": POINTS, "n": n} for n in (0, 1, 2, 5, 10)],
    "softplus": [{"x": POINTS}, {"x": POINTS, "beta": 2.0, "threshold": 3.0}],
    "gelu": [{"x": POINTS[4:], "approximate": "tanh"}],
    "elu": [{"x": POINTS, "alpha": 1.5}],
    "leaky_relu": [{"x": POINTS}],
    "hardtanh": [{"x": POINTS}],
    "clamp": [
        {"x": POINTS, "min": -1, "max": 2},
        {"x": POINTS, "min": 2, "max": -1},
    ],
    "clamp_min_number": [{"x": POINTS, "bound": -1}],
    "clamp_max_number": [{"x": POINTS, "bound": 2}],
    "clamp_tensor": [
        {"x": TRIPLES[0], "min": TRIPLES[1], "max": TRIPLES[2]},
        {"x": PAIRS[0], "min": PAIRS[1], "max": None},
        {"x": PAIRS[0], "min": None, "max": PAIRS[1]},
    ],
    "where": [{"condition": PAIRS[0] > 0, "a": PAIRS[0], "b": PAIRS[1]}],
    "masked_fill": [{"x": POINTS, "mask": POINTS > 0, "value": math.inf}],
    "round": [{"x": POINTS}, {"x": POINTS, "decimals": 1}],
}

KINKS: dict[str, list[tuple[Any, ...]]] = {
    "div_floor": [(4.0, 2.0), (0.0, 3.0)],
    "remainder_number": [(4.0, 2.0), (0.0, 3.0)],
    "remainder_tensor": [(4.0, 2.0), (0.0, 3.0)],
    "div_trunc": [(4.0, 2.0), (-4.0, 2.0)],
    "fmod_number": [(4.0, 2.0), (-4.0, 2.0)],
    "fmod_tensor": [(4.0, 2.0), (-4.0, 2.0)],
    "hypot": [(0.0, 0.0)],
    "atan2": [(0.0, 0.0), (0.0, -1.0)],
    "elu": [(0.0, 1.5)],
    **{name: [([2.0, 2.0],), ([[1.0, 3.0], [1.0, 3.0]], 0)] for name in ("max", "min", "amax", "amin")},
    "median": [([1.0, 1.0, 2.0],)],
    "nanmedian": [([1.0, 1.0, 2.0],)],
    "std": [([3.0, 3.0],)],
    "norm": [([0.0, 0.0],), ([1.0, 0.0], 1), ([2.0, -2.0], math.inf)],
    "abs": [(0.0,)],
    "sign": [(0.0,)],
    "relu": [(0.0,)],
    "leaky_relu": [(0.0,)],
    "hardtanh": [(-1.0,), (1.0,)],
    "maximum": [(2.0, 2.0)],
    "minimum": [(2.0, 2.0)],
    "fmax": [(2.0, 2.0)],
    "fmin": [(2.0, 2.0)],
    "clamp": [(0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (1.0, None, 1.0)],
    "clamp_tensor": [(0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (1.0, None, 1.0)],
    "clamp_min_number": [(1.0, 1.0)],
    "clamp_max_number": [(1.0, 1.0)],
    "copysign": [(0.0, 1.0), (1.0, 0.0)],
    "sgn": [(0.0,)],
    "floor": [(-2.0,), (0.0,)],
    "ceil": [(-2.0,), (0.0,)],
    "trunc": [(-2.0,), (3.0,)],
    "frac": [(-2.0,), (3.0,)],
    "round": [(2.5,), (-0.5,), (0.25, 1), (15.0, -1)],
}
"""Arguments at which an operation that declares kinks has one."""

EXAMPLES |= layer_samples.EXAMPLES
EDGES |= layer_samples.EDGES
KINKS |= layer_samples.KINKS


def domains(op: Op) -> tuple[Domain, ...]:
    """One per array argument."""
    return op.domain if isinstance(op.domain, tuple) else (op.domain,) * len(op.rules)


def weights(array: Any) -> Any:
    """A cotangent in which no two elements are alike."""
    return np.linspace(0.5, 1.5, array.size).reshape(array.shape).astype(array.dtype)[()]


def is_elementwise(op: Op) -> bool:
    """True for an operation that needs no example: one or two arrays of any shape."""
    return op.name not in EXAMPLES and all(domain.shape is None for domain in domains(op))


def outputs(result: Any) -> list[Any]:
    """The results of a call: one, or those of an operation with several."""
    return list(result) if isinstance(result, tuple) else [result]


def examples() -> list[tuple[Op, Example]]:
    """Every operation with each of its examples."""
    return [(op, example) for op in OPS.values() for example in EXAMPLES.get(op.name, [{}])]


def edges(op: Op) -> list[Example]:
    """The examples at special points: given, or all points that one or two arguments take."""
    if not is_elementwise(op):
        return EDGES.get(op.name, [])
    points = [POINTS] if len(op.rules) == 1 else PAIRS
    return [dict(zip(op.slots[1 : len(points) + 1], points, strict=True))]


@dataclass(frozen=True)
class Call:
    """An operation with all its arguments. `arrays` are its arrays of floats."""

    op: Op
    values: tuple[Any, ...]

    @property
    def arrays(self) -> list[Any]:
        return [self._sequence[i] for i in self._places]

    def having(self, arrays: list[Any]) -> list[Any]:
        """The arguments with others in the places of `arrays`."""
        sequence = list(self._sequence)
        for place, array in zip(self._places, arrays, strict=True):
            sequence[place] = array
        return [sequence, *self.values[1:]] if isinstance(self.op, SequenceOp) else sequence

    @property
    def _sequence(self) -> tuple[Any, ...]:
        return self.values[0] if isinstance(self.op, SequenceOp) else self.values

    @property
    def _places(self) -> list[int]:
        arrays = None if isinstance(self.op, SequenceOp) else len(self.op.rules)
        return [i for i, value in enumerate(self._sequence[:arrays]) if is_float(value)]


def is_float(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f"


def make_call(op: Op, example: Example, dtype: Any = np.float64) -> Call:
    """The call of an example, with arrays of floats in the dtype."""
    assert set(example) <= set(op.slots[1:]), f"{op.name} has no argument {set(example) - set(op.slots[1:])}"
    places = dict(zip(op.slots[1:], domains(op), strict=False))
    seeds = (f"{op.name} {i}" for i in count())

    def made(value: Any, domain: Domain | None) -> Any:
        if isinstance(value, list) and value and isinstance(value[0], Drawn):
            return tuple(made(item, domain) for item in value)
        if isinstance(value, Drawn):
            assert domain is not None
            value = draw(domain, value.shape, next(seeds))
        return value.astype(dtype) if is_float(value) else value

    values = []
    for name in op.slots[1:]:
        domain = places.get(name)
        if name in example:
            value = example[name]
        elif domain is None:
            assert name in op.defaults, f"{op.name} needs an example of {name!r} in EXAMPLES"
            value = op.defaults[name]
        else:
            value = Drawn((2, 3) if domain.shape is None else domain.shape)
            value = [value, value] if isinstance(op, SequenceOp) else value
        values.append(made(value, domain))
    return Call(op, tuple(values))


def golden_calls() -> list[tuple[str, Call]]:
    """Every call whose figures are recorded, with the key that it is recorded under."""
    return [
        (f"{op.name} {kind} {i} {dtype.__name__}", make_call(op, example, dtype))
        for op in OPS.values()
        for kind, of_kind in (("drawn", EXAMPLES.get(op.name, [{}])), ("edge", edges(op)))
        for i, example in enumerate(of_kind)
        for dtype in (np.float32, np.float64)
    ]
