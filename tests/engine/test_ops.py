"""Every declared operation: its value, derivatives, dtypes, shapes and kinks, and PyTorch's figures for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from samples import (
    KINKS,
    Call,
    Drawn,
    Example,
    domains,
    drawn,
    examples,
    golden_calls,
    is_elementwise,
    make_call,
    outputs,
    weights,
)

from gradcli.engine import autograd, methods
from gradcli.engine.domain import Domain
from gradcli.engine.forward import Level
from gradcli.engine.op import OPS, Op, not_differentiable
from gradcli.engine.ops import LinAlgError
from gradcli.engine.tensor import NUMPY, Tensor

# The engine says nan and inf in its results; pytest would undo its own filter.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

methods.attach()
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "ops.json").read_text())
NO_FIRST_DERIVATIVE = {"bincount", "floor_divide", "heaviside", "unique", "unique_consecutive"}

Arrays = list[Any]


def apply(call: Call, arrays: Arrays) -> Any:
    return NUMPY[call.op.forward](*call.having(arrays))


def results(call: Call, arrays: Arrays) -> Arrays:
    """All results that are floats: those that have derivatives."""
    return [result for result in outputs(apply(call, arrays)) if getattr(result, "array", result).dtype.kind == "f"]


def gradients(call: Call, arrays: Arrays) -> Arrays:
    """The gradients of the weighted sum of the results."""
    leaves = [Tensor(array, True) for array in arrays]
    roots = results(call, leaves)
    cotangents = [Tensor(weights(root.array)) for root in roots]
    grads = autograd.grad(roots, leaves, cotangents, materialize_grads=True)
    return [g.array for g in grads if g is not None]


def second_gradients(call: Call, arrays: Arrays) -> Arrays:
    """The gradients of the weighted sum of `gradients`."""
    leaves = [Tensor(array, True) for array in arrays]
    firsts = results(call, leaves)
    cotangents = [Tensor(weights(first.array)) for first in firsts]
    grads = autograd.grad(firsts, leaves, cotangents, create_graph=True, materialize_grads=True)
    roots = [g for g in grads if g is not None and g.requires_grad]
    if not roots:
        return [np.zeros_like(array) for array in arrays]
    seconds = autograd.grad(roots, leaves, [Tensor(weights(g.array)) for g in roots], materialize_grads=True)
    return [g.array for g in seconds if g is not None]


def tangents(call: Call) -> Arrays:
    """The tangents of the results where that of every array is 1."""
    with Level() as level:
        found = results(call, [level.dual(Tensor(x), Tensor(np.ones_like(x))) for x in call.arrays])
        pushed = [level.tangent(result) for result in found]
    return [np.zeros_like(result.array) if t is None else t.array for result, t in zip(found, pushed, strict=True)]


def differences(loss: Callable[[Arrays], float], arrays: Arrays, step: float = 1e-3) -> Arrays:
    """The gradients of `loss` by central differences of two steps, extrapolated: the error is of fourth order."""

    def slope(k: int, place: tuple[int, ...], h: float) -> float:
        sides = []
        for shift in (h, -h):
            moved = [np.array(array) for array in arrays]
            moved[k][place] += shift
            sides.append(loss(moved))
        return (sides[0] - sides[1]) / (2 * h)

    return [
        np.array(
            [(4 * slope(k, place, step / 2) - slope(k, place, step)) / 3 for place in np.ndindex(array.shape)]
        ).reshape(array.shape)
        for k, array in enumerate(arrays)
    ]


def weighted(arrays: Arrays) -> float:
    return sum(float(np.sum(weights(array) * array)) for array in arrays)


OF_A_TRIANGLE = {"cholesky", "eigh"}
"""These read one triangle of a symmetric matrix; their gradient is spread over both."""


def symmetric(arrays: Arrays) -> Arrays:
    return [(array + array.swapaxes(-2, -1)) / 2 for array in arrays]


def agree(call: Call, found: Arrays, expected: Arrays) -> None:
    if call.op.name in OF_A_TRIANGLE:
        found, expected = symmetric(found), symmetric(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-8)


def check_first_derivative(call: Call) -> None:
    agree(call, gradients(call, call.arrays), differences(lambda arrays: weighted(results(call, arrays)), call.arrays))


def check_second_derivative(call: Call) -> None:
    expected = differences(lambda arrays: weighted(gradients(call, arrays)), call.arrays)
    agree(call, second_gradients(call, call.arrays), expected)


def name_of(value: Any) -> str:
    if isinstance(value, Op):
        return value.name
    if isinstance(value, dict):
        shown = {name: np.shape(v) if isinstance(v, np.ndarray) else v for name, v in value.items()}
        return ",".join(f"{name}={v}" for name, v in shown.items())
    return str(getattr(value, "__name__", value))


def each(pairs: list[tuple[Op, Example]]) -> Any:
    return pytest.mark.parametrize(("op", "example"), pairs, ids=name_of)


DIFFERENTIABLE = [
    (op, example) for op, example in examples() if any(rule is not not_differentiable for rule in op.rules)
]
ELEMENTWISE = [op for op in OPS.values() if is_elementwise(op)]


@pytest.mark.parametrize("op", OPS.values(), ids=name_of)
def test_declaration(op: Op) -> None:
    assert len(domains(op)) == len(op.rules)
    assert all(isinstance(domain, Domain) for domain in domains(op))
    assert NUMPY[op.forward].__name__ == op.name
    assert (op.name in KINKS) == (op.kinks is not None)


@each([pair for pair in DIFFERENTIABLE if pair[0].name not in NO_FIRST_DERIVATIVE])
def test_first_derivative(op: Op, example: Example) -> None:
    check_first_derivative(make_call(op, example))


@each([pair for pair in DIFFERENTIABLE if pair[0].name not in NO_FIRST_DERIVATIVE])
def test_second_derivative(op: Op, example: Example) -> None:
    check_second_derivative(make_call(op, example))


@pytest.mark.parametrize("name", sorted(NO_FIRST_DERIVATIVE))
def test_a_missing_derivative_says_so(name: str) -> None:
    call = make_call(OPS[name], {})
    words = r"the derivative of \w+\(\) with respect to '\w+' is not implemented"
    with pytest.raises(NotImplementedError, match=words):
        gradients(call, call.arrays)


def test_a_wrong_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    call = make_call(OPS["sin"], {})
    check_first_derivative(call)
    check_second_derivative(call)
    (pull,) = OPS["sin"].pulls
    monkeypatch.setattr(OPS["sin"], "pulls", (lambda g, slots: pull(g, slots) * 1.000001,))
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check_first_derivative(call)


def test_a_rule_that_loses_the_graph_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    call = make_call(OPS["mul"], {})
    pulls = OPS["mul"].pulls
    detached = tuple(
        lambda g, slots, pull=pull: pull(g, [getattr(slot, "array", slot) for slot in slots]) for pull in pulls
    )
    monkeypatch.setattr(OPS["mul"], "pulls", detached)
    check_first_derivative(call)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check_second_derivative(call)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=name_of)
@each(DIFFERENTIABLE)
def test_floats_keep_their_dtype(op: Op, example: Example, dtype: Any) -> None:
    call = make_call(op, example, dtype)
    for result in results(call, call.arrays):
        assert not isinstance(result, Tensor)
        assert result.dtype == example.get("dtype", dtype)
    if op.name not in NO_FIRST_DERIVATIVE:
        assert {g.dtype for g in gradients(call, call.arrays)} == {np.dtype(dtype)}


@pytest.mark.parametrize("op", [op for op in ELEMENTWISE if op.name != "nextafter"], ids=name_of)
def test_integers_become_the_default_float_or_stay(op: Op) -> None:
    integers = [(1 + np.abs(array)).astype(np.int64) for array in make_call(op, {}).arrays]
    result = NUMPY[op.forward](*map(Tensor, integers))
    assert result.array.dtype in (np.float32, np.int64, np.bool_)


BINARY = [op for op in ELEMENTWISE if len(op.rules) == 2]
SHAPES = [((3, 1), (1, 4)), ((), (2, 3)), ((2, 3), (3,)), ((2, 0), (1,))]


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("op", BINARY, ids=name_of)
def test_two_arguments_broadcast(op: Op, shapes: Any) -> None:
    call = make_call(op, dict(zip(op.slots[1:], map(Drawn, shapes), strict=True)))
    assert apply(call, call.arrays).shape == np.broadcast_shapes(*shapes)
    if not_differentiable not in op.rules and op.name not in NO_FIRST_DERIVATIVE:
        check_first_derivative(call)


@pytest.mark.parametrize("op", BINARY, ids=name_of)
def test_shapes_that_do_not_broadcast_are_named(op: Op) -> None:
    call = make_call(op, dict(zip(op.slots[1:], (drawn(2, 3), drawn(4)), strict=True)))
    words = r"The size of tensor a \(3\) must match the size of tensor b \(4\) at non-singleton dimension 1"
    with pytest.raises(RuntimeError, match=words):
        apply(call, [Tensor(array) for array in call.arrays])


@pytest.mark.parametrize("op", ELEMENTWISE, ids=name_of)
def test_scalars_and_empty_arrays(op: Op) -> None:
    whole = make_call(op, dict.fromkeys(op.slots[1 : len(op.rules) + 1], drawn(3)))
    expected = apply(whole, whole.arrays)
    zero_d = [np.array(array[0]) for array in whole.arrays]
    for arrays in (zero_d, [array[()] for array in zero_d]):
        result = NUMPY[op.forward](*map(Tensor, arrays)).array
        assert result.shape == ()
        np.testing.assert_array_equal(result, expected[0])
    assert NUMPY[op.forward](*(Tensor(np.zeros((0, 3))) for _ in zero_d)).shape == (0, 3)
    if not_differentiable not in op.rules and op.name not in NO_FIRST_DERIVATIVE:
        assert {g.shape for g in gradients(whole, zero_d)} == {()}
        assert {g.shape for g in gradients(whole, [np.zeros((0, 3))] * len(zero_d))} == {(0, 3)}


IGNORES_NAN = [
    ("pow_number", {"exponent": 0}),
    ("number_pow", {"base": 1}),
    ("norm", {"ord": 0, "axis": 1}),
    ("zero", {}),
    ("fill", {"value": 2.5}),
]
"""nan**0 and 1**nan are 1, NaN counts as one that is not 0, and what is overwritten does not matter."""
LEAVES_NAN_OUT = {"heaviside", "nan_to_num", "nansum", "sgn", "sign"}
REFUSES_NAN = {"eig", "eigh", "lstsq", "pinv", "svd"}
NO_PROBABILITY = {"binary_cross_entropy"}
"""They refuse NaN in the place of a probability."""


@pytest.mark.parametrize("name", sorted(REFUSES_NAN))
def test_nan_is_refused(name: str) -> None:
    call = make_call(OPS[name], {})
    with pytest.raises(LinAlgError, match="contained non-finite values"):
        apply(call, [np.full_like(array, np.nan) for array in call.arrays])


@each([pair for pair in DIFFERENTIABLE if pair[0].name not in LEAVES_NAN_OUT | REFUSES_NAN | NO_PROBABILITY])
def test_nan_propagates(op: Op, example: Example) -> None:
    call = make_call(op, example)
    found = results(call, [np.full_like(array, np.nan) for array in call.arrays])
    assert all(np.isnan(result).any() for result in found) == ((op.name, example) not in IGNORES_NAN)


@each([pair for pair in DIFFERENTIABLE if pair[0].name not in NO_FIRST_DERIVATIVE])
def test_arrays_need_not_be_contiguous(op: Op, example: Example) -> None:
    call = make_call(op, example)
    strided = [np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array for array in call.arrays]
    for one, other in zip(results(call, strided), results(call, call.arrays), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(gradients(call, strided), gradients(call, call.arrays), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)


@each([pair for pair in examples() if pair[0].kinks])
def test_generic_points_are_no_kinks(op: Op, example: Example) -> None:
    kinks = op.kinks(*make_call(op, example).values)
    assert not np.any(kinks)


@pytest.mark.parametrize(("name", "point"), [(name, point) for name, points in KINKS.items() for point in points])
def test_kinks_are_known(name: str, point: tuple[Any, ...]) -> None:
    values = OPS[name].bind(point, {})
    kinks = OPS[name].kinks(*(np.array(v)[()] if isinstance(v, float | list) else v for v in values))
    assert np.any(kinks)


# PyTorch's figures

CALLS = dict(golden_calls())
POLYGAMMA = "PyTorch has 9 digits for n = 1; beyond that, NaN at inf, inf at -inf, and 7 digits where terms cancel"


def unlike_pytorch(x: Any, n: int) -> Any:
    """Where polygamma(n, x) is another one than PyTorch's."""
    return np.isfinite(x) if n == 1 else (np.isinf(x) | (x == -2.5)) & (n > 1)


DIFFERENT: dict[tuple[str, str], tuple[str, Callable[..., Any]]] = {
    ("elu", "first"): ("NaN stays NaN; PyTorch has alpha", lambda x, alpha, scale: np.isnan(x)),
    ("elu", "second"): ("NaN stays NaN", lambda x, alpha, scale: np.isnan(x)),
    ("hardsigmoid", "first"): ("PyTorch has 1/6 in float32", lambda x: np.abs(x) < 3),
    ("mish", "second"): ("PyTorch has NaN where exp overflows", lambda x: x > 700),
    ("prelu", "second"): ("0 is on the weighted side, as for the slope", lambda x, weight: x == 0),
    ("sinc", "first"): ("PyTorch cancels", lambda x: (x != 0) & (np.abs(x) < 1e-4)),
    ("sinc", "second"): ("PyTorch cancels, and has NaN at 0", lambda x: np.abs(x) < 1e-4),
    ("logaddexp", "second"): ("PyTorch has NaN", lambda a, b: (np.isinf(a) | np.isinf(b)) & (a != b)),
    ("pow_tensor", "second"): ("0**b is flat; PyTorch has NaN", lambda a, b: (a == 0) & (b >= 1)),
    ("number_pow", "second"): ("0**x is flat; PyTorch has NaN", lambda x, base: base == 0),
    ("logaddexp2", "second"): ("PyTorch has NaN", lambda a, b: (np.isinf(a) | np.isinf(b)) & (a != b)),
    ("polygamma", "value"): (POLYGAMMA, lambda x, n: unlike_pytorch(x, n)),
    ("polygamma", "first"): (POLYGAMMA, lambda x, n: unlike_pytorch(x, n + 1)),
    ("polygamma", "second"): (POLYGAMMA, lambda x, n: unlike_pytorch(x, n + 2)),
    ("digamma", "first"): ("PyTorch has 9 digits", np.isfinite),
    ("digamma", "second"): (POLYGAMMA, lambda x: unlike_pytorch(x, 2)),
    ("lgamma", "second"): ("PyTorch has 9 digits", np.isfinite),
    # PyTorch has rules for tangents beside those for gradients; where the two differ, ours are the gradients'
    ("atan2", "tangents"): ("0 at the origin, as the gradients; PyTorch has NaN", lambda a, b: (a == 0) & (b == 0)),
    ("clamp_tensor", "tangents"): (
        "0 where the gradients are; PyTorch has that of a limit",
        lambda x, min, max: (
            np.isnan(x) | (min is not None and np.isnan(min)) | (max is not None and (np.isnan(max) | (min == max)))
        ),
    ),
    ("digamma", "tangents"): ("PyTorch has 9 digits", np.isfinite),
    ("div", "tangents"): ("inf - inf; PyTorch subtracts before it divides", lambda a, b: b == 0),
    ("elu", "tangents"): ("NaN stays NaN; PyTorch has alpha", lambda x, alpha, scale: np.isnan(x)),
    ("embedding", "tangents"): ("what is done to gradients is done to them; not so in PyTorch", lambda *_: True),
    ("hardsigmoid", "tangents"): ("PyTorch has 1/6 in float32", lambda x: np.abs(x) < 3),
    ("maximum", "tangents"): ("both arguments have the slope 1 at NaN", lambda a, b: np.isnan(a) | np.isnan(b)),
    ("minimum", "tangents"): ("both arguments have the slope 1 at NaN", lambda a, b: np.isnan(a) | np.isnan(b)),
    ("polygamma", "tangents"): (POLYGAMMA, lambda x, n: unlike_pytorch(x, n + 1)),
    ("prelu", "tangents"): ("0 is on the weighted side, as for the gradient", lambda x, weight: x == 0),
    ("sinc", "tangents"): ("PyTorch cancels", lambda x: (x != 0) & (np.abs(x) < 1e-4)),
    ("binary_cross_entropy", "second"): ("PyTorch adds 1e-12 to a divisor", lambda x, *_: np.isfinite(x)),
}
"""Where our figures differ from PyTorch's knowingly: why, and for which arguments."""


def test_every_operation_is_recorded() -> None:
    assert {key.split()[0] for key in GOLDEN["cases"]} | set(GOLDEN["without"]) == set(OPS)


@pytest.mark.parametrize("key", GOLDEN["cases"])
def test_figures_recorded_from_pytorch(key: str) -> None:
    case, call = GOLDEN["cases"][key], CALLS[key]
    result = outputs(apply(call, [Tensor(array, True) for array in call.arrays]))[0]
    assert (result.grad_fn.name() if getattr(result, "grad_fn", None) else None) == case["node"]
    for quantity, found in figures(call, case).items():
        _, where = DIFFERENT.get((call.op.name, quantity), ("", None))
        compare(found, case[quantity], False if where is None else where(*call.values))


@pytest.mark.parametrize(("name", "quantity"), DIFFERENT)
def test_differences_from_pytorch_are_real(name: str, quantity: str) -> None:
    found, recorded = [], []
    for key, case in GOLDEN["cases"].items():
        if key.split()[0] == name and quantity in case:
            found += figures(CALLS[key], case)[quantity]
            recorded += case[quantity]
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        compare(found, recorded, ignored=False)


def figures(call: Call, case: dict[str, Any]) -> dict[str, Arrays]:
    """What was recorded of a call, as the engine has it."""
    found = {"value": outputs(apply(call, call.arrays))}
    if case["first"] and call.op.name not in NO_FIRST_DERIVATIVE:
        found["first"] = gradients(call, call.arrays)
        if case["second"]:
            found["second"] = second_gradients(call, call.arrays)
        if "tangents" in case:
            found["tangents"] = tangents(call)
    return found


def compare(found: Arrays, recorded: list[Any], ignored: Any) -> None:
    for array, (dtype, shape, words) in zip(found, recorded, strict=True):
        expected = np.array([float(word) for word in words.split()]).reshape(shape)
        assert (str(array.dtype), list(array.shape)) == (dtype, shape)
        rtol, atol = (1e-5, 1e-6) if array.dtype == np.float32 else (1e-12, 1e-14)
        np.testing.assert_allclose(np.where(ignored, 0, array), np.where(ignored, 0, expected), rtol=rtol, atol=atol)
