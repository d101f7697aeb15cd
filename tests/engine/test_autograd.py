"""The backward loop and the two functions over it: accumulation, retained graphs, higher orders, depth, messages."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from gradcli.engine import autograd, methods, ops
from gradcli.engine.graph import AccumulateGrad, Node
from gradcli.engine.modes import enable_grad, is_grad_enabled, no_grad, record_all, set_grad_enabled
from gradcli.engine.op import OPS
from gradcli.engine.tensor import Tensor

methods.attach()


def leaf(values: object, dtype: type = np.float64) -> Tensor:
    return Tensor(np.asarray(values, dtype)[()], True)


def test_gradients_add_up_over_backward_calls() -> None:
    x = leaf([1.0, 2.0])
    ops.sum(x * x).backward()
    ops.sum(x * x).backward()
    assert x.grad.tolist() == [4.0, 8.0]


def test_gradients_add_up_in_place() -> None:
    for x in (leaf([1.0, 2.0]), leaf(3.0)):
        ops.sum(x * x).backward()
        first = x.grad
        ops.sum(x * x).backward()
        assert x.grad is first
        assert first.tolist() == (4 * x.array).tolist()


def test_leaves_do_not_share_the_memory_of_their_gradients() -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    autograd.backward(x + y, Tensor(np.ones(2)))
    assert not np.shares_memory(x.grad.array, y.grad.array)


def test_a_value_used_twice_receives_both_contributions() -> None:
    x = leaf(3.0)
    y = x * x
    (y + y * x).backward()
    assert x.grad.item() == 2 * 3 + 3 * 9


def test_second_backward_needs_retain_graph() -> None:
    x = leaf(2.0)
    y = ops.exp(x)
    y.backward(retain_graph=True)
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()
    assert x.grad.item() == pytest.approx(2 * np.exp(2))


def test_create_graph_to_any_order() -> None:
    x = leaf(0.7)
    y = ops.sin(x)
    for k in range(1, 9):
        (y,) = autograd.grad(y, x, create_graph=True)
        assert y.item() == pytest.approx(np.sin(0.7 + k * np.pi / 2), rel=1e-14)


@pytest.mark.filterwarnings("ignore:Using backward")
def test_backward_with_create_graph_gives_a_grad_with_a_graph() -> None:
    x = leaf(2.0)
    (x**3).backward(create_graph=True)
    assert x.grad.requires_grad
    (second,) = autograd.grad(x.grad, x)
    assert second.item() == 12.0


def test_cotangent_weights_a_non_scalar_result() -> None:
    x = leaf([1.0, 2.0])
    (x**2).backward(Tensor(np.array([0.1, 0.01])))
    np.testing.assert_allclose(x.grad.array, [0.2, 0.04], rtol=1e-15)


def test_several_outputs_and_inputs() -> None:
    x, y = leaf(1.0), leaf(2.0)
    gradients = autograd.grad([x * y, x + y], [x, y])
    assert [g.item() for g in gradients] == [3.0, 2.0]


def test_gradient_of_an_intermediate_value() -> None:
    x = leaf(3.0)
    y = x * x
    (gradient,) = autograd.grad(y * 5, y)
    assert gradient.item() == 5.0
    assert x.grad is None


def test_backward_of_inputs_only_touches_those() -> None:
    x, y = leaf(1.0), leaf(2.0)
    (x * y).backward(inputs=[y])
    assert (x.grad, y.grad.item()) == (None, 1.0)


def test_allow_unused_and_materialize_grads() -> None:
    x, y = leaf(1.0), leaf([2.0, 3.0])
    with pytest.raises(RuntimeError, match="index 0 appears to not have been used in the graph"):
        autograd.grad(x * 2, y)
    assert autograd.grad(x * 2, y, allow_unused=True) == (None,)
    assert autograd.grad(x * 2, y, materialize_grads=True)[0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: leaf([1.0, 2.0]).backward(), "grad can be implicitly created only for scalar outputs"),
        (
            lambda: Tensor(np.float64(1.0)).backward(),
            "element 0 of tensors does not require grad and does not have a grad_fn",
        ),
        (
            lambda: (leaf([1.0, 2.0]) * 2).backward(Tensor(np.ones(3))),
            r"Mismatch in shape: grad_output\[0\] has a shape of torch.Size\(\[3\]\) and output\[0\] has a shape of",
        ),
        (
            lambda: leaf([1.0, 2.0]) + leaf([1.0, 2.0, 3.0]),
            r"The size of tensor a \(2\) must match the size of tensor b \(3\)",
        ),
        (
            lambda: autograd.grad(leaf(1.0), Tensor(np.float64(1.0))),
            "One of the differentiated Tensors does not require grad",
        ),
        (lambda: Tensor(np.arange(3)).requires_grad_(), "only Tensors of floating point dtype can require gradients"),
        (lambda: (leaf([1.0, 2.0]) * 2).numpy(), r"Can't call numpy\(\) on Tensor that requires grad"),
        (lambda: bool(leaf([1.0, 2.0])), "Boolean value of Tensor with more than one value is ambiguous"),
    ],
)  # fmt: skip
def test_messages_are_pytorchs(attempt: object, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        attempt()  # type: ignore[operator]


def test_broadcast_cotangents_are_summed_back() -> None:
    column, row = leaf(np.ones((3, 1))), leaf(np.ones(4))
    ops.sum(column * row * 2).backward()
    assert column.grad.tolist() == [[8.0]] * 3
    assert row.grad.tolist() == [6.0] * 4


def test_a_float32_leaf_beside_float64_gets_a_float32_gradient() -> None:
    x = leaf([1.0, 2.0], np.float32)
    ops.sum(x * Tensor(np.array([3.0, 4.0]))).backward()
    assert x.grad.array.dtype == np.float32


def test_second_derivative_across_dtypes() -> None:
    x = leaf([1.0, 2.0], np.float32)
    y = ops.sum(x * x * Tensor(np.array([3.0, 4.0])))
    (first,) = autograd.grad(y, x, create_graph=True)
    (second,) = autograd.grad(ops.sum(first), x)
    assert second.array.dtype == np.float32
    assert second.tolist() == [6.0, 8.0]


def test_modes_nest_and_decorate() -> None:
    x = leaf(1.0)
    with no_grad():
        assert not (x * 2).requires_grad
        with enable_grad():
            assert (x * 2).requires_grad
        assert not is_grad_enabled()
    assert is_grad_enabled()

    @no_grad()
    def double(v: Tensor) -> Tensor:
        return v * 2

    assert not double(x).requires_grad
    with set_grad_enabled(False):
        assert not is_grad_enabled()
    assert is_grad_enabled()


def test_detach_stops_the_gradient_and_shares_memory() -> None:
    x = leaf(3.0)
    d = x.detach()
    assert not d.requires_grad
    assert np.shares_memory(d.array, x.array)
    (x * d).backward()
    assert x.grad.item() == 3.0


def test_next_functions_lead_to_the_leaf() -> None:
    x = leaf([0.0, 1.0])
    y = ops.sum(ops.sin(x) * 2 + 1)
    names = []
    node = y.grad_fn
    while node.next_functions:
        names.append(node.name())
        node = next(n for n, _ in node.next_functions if n is not None)
    assert names == ["SumBackward0", "AddBackward0", "MulBackward0", "SinBackward0"]
    assert node.name() == "torch::autograd::AccumulateGrad"
    assert node.variable is x
    assert AccumulateGrad.of(x) is node


def test_a_chain_of_100_000_operations_neither_recurses_nor_leaks() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(100_000):
        y = y + 1.0
    y.backward()
    assert x.grad.item() == 1.0
    gone = weakref.ref(y.grad_fn)
    del y
    gc.collect()
    assert gone() is None


def test_a_graph_is_freed_without_the_garbage_collector() -> None:
    gc.disable()
    try:
        x = leaf([1.0, 2.0])
        y = ops.sum(ops.exp(x) * x)
        node = weakref.ref(y.grad_fn)
        y.backward()
        del y
        assert node() is None
        kept = weakref.ref(x)
        del x
        assert kept() is None
    finally:
        gc.enable()


def test_a_node_keeps_only_what_its_rules_need() -> None:
    x, w = leaf([1.0, 2.0]), Tensor(np.array([3.0, 4.0]))
    result, a, b = (x * w).grad_fn.saved
    assert (result, a) == (None, None)
    assert b is w.array
    with record_all():
        assert all(value is not None for value in (x * w).grad_fn.saved)


def test_a_missing_rule_names_the_operation_and_the_argument() -> None:
    with pytest.raises(NotImplementedError, match=r"floor_divide\(\) with respect to 'a'"):
        (leaf(7.0) // 2.0).backward()


def test_a_wrong_rule_is_not_hidden_by_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OPS["sin"], "pulls", (lambda g, slots: g,))
    x = leaf(1.0)
    ops.sin(x).backward()
    assert x.grad.item() == 1.0


def test_numpys_functions_on_a_tensor_are_recorded() -> None:
    x = leaf([0.0, 1.0])
    assert isinstance(np.cos(x).grad_fn, Node)
    assert np.sum(x, axis=0).grad_fn.name() == "SumBackward1"
    assert (np.ones(2) * x).grad_fn.name() == "MulBackward0"
    with pytest.raises(RuntimeError, match="Can't call numpy\\(\\) on Tensor that requires grad"):
        np.partition(x, 1)  # no operation stands for it


def test_observer_sees_each_node_once_in_backward_order() -> None:
    x = leaf(2.0)
    y = ops.exp(x * x)
    seen: list[str] = []
    autograd.run([y], [None], create_graph=False, retain_graph=False, observer=lambda n, g, c: seen.append(n.name()))
    assert seen == ["ExpBackward0", "MulBackward0"]


def test_witness_is_called_while_the_graph_is_whole() -> None:
    x = leaf(2.0)
    found = []
    with autograd.witness(
        lambda roots, _, inputs, differentiable: found.append((roots[0].grad_fn.saved, inputs, differentiable))
    ):
        ops.exp(x).backward()
        y = ops.exp(x)
        autograd.grad(y, x, create_graph=True)
    assert [saved is not None for saved, *_ in found] == [True, True]
    assert [([*inputs], differentiable) for _, inputs, differentiable in found] == [([], False), ([x], True)]


def test_backward_with_create_graph_warns_of_the_cycle_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autograd._Warned, "cycle", False)
    x = leaf(2.0)
    with pytest.warns(UserWarning, match="reference cycle"):
        (x**3).backward(create_graph=True)
    (x**3).backward(create_graph=True)


def test_joined_values_are_not_read_so_a_second_backward_pass_is_allowed() -> None:
    x = leaf([1.0, 2.0])
    for join in (ops.cat, ops.stack):
        y = ops.sum(join([x, x]))
        y.backward()
        y.backward()
    assert x.grad.tolist() == [8.0, 8.0]
