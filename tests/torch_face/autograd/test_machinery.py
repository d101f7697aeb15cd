"""What stands behind autograd's extras: nothing is left behind, and what is not done says so."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcli import torch
from gradcli.engine.autograd import observed
from gradcli.engine.graph import Node
from gradcli.engine.op import OPS
from gradcli.torch.autograd import blocks

profiler, forward_ad, graph = torch.autograd.profiler, torch.autograd.forward_ad, torch.autograd.graph


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x, x * x)
        return x * x

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return 2 * ctx.saved_tensors[0] * g


class TestProfiler:
    def test_puts_every_operation_back(self) -> None:
        before = {name: op.forward for name, op in OPS.items()}
        with profiler.profile():
            assert OPS["mul"].forward is not before["mul"]
        assert {name: op.forward for name, op in OPS.items()} == before
        with pytest.raises(ZeroDivisionError), profiler.profile():
            raise ZeroDivisionError
        assert {name: op.forward for name, op in OPS.items()} == before

    def test_every_call_is_counted_once(self) -> None:
        x = torch.ones(2, 3, requires_grad=True)
        with profiler.profile() as prof:
            for _ in range(1000):
                x = x / 2 * x
        counts = {row.key: row.count for row in prof.key_averages()}
        assert counts == {"aten::div": 1000, "aten::mul": 1000}

    def test_times_add_up(self) -> None:
        with profiler.profile() as prof, profiler.record_function("outer"):
            for _ in range(10):
                torch.ones(50, 50) @ torch.ones(50, 50)
        outer = prof.function_events[0]
        assert outer.name == "outer"
        assert outer.self_cpu_time_total + sum(e.cpu_time_total for e in outer.cpu_children) == pytest.approx(
            outer.cpu_time_total
        )
        assert prof.self_cpu_time_total == pytest.approx(outer.cpu_time_total)

    def test_rows_are_sorted_and_limited(self) -> None:
        with profiler.profile() as prof:
            for n in (1, 2, 3):
                for _ in range(n):
                    [torch.sin, torch.cos, torch.tan][n - 1](torch.ones(1))
        lines = prof.key_averages().table(sort_by="count", row_limit=2).splitlines()
        assert [line.split()[0] for line in lines[3:5]] == ["aten::tan", "aten::cos"]
        with pytest.raises(AttributeError):
            prof.key_averages().table(sort_by="colour")

    def test_the_trace_is_what_the_viewer_reads(self, tmp_path: Path) -> None:
        with profiler.profile(record_shapes=True) as prof, profiler.record_function("block"):
            torch.ones(3).mul(torch.ones(2, 3))
        prof.export_chrome_trace(tmp_path / "trace.json")
        events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
        assert [event["name"] for event in events] == ["block", "aten::mul"]
        assert {"ph", "ts", "dur", "pid", "tid", "name"} <= events[1].keys()
        assert events[1]["ph"] == "X"
        assert events[1]["args"]["Input Dims"] == [[3], [2, 3]]
        assert events[0]["ts"] <= events[1]["ts"] <= events[1]["ts"] + events[1]["dur"]
        assert events[1]["ts"] + events[1]["dur"] <= events[0]["ts"] + events[0]["dur"] + 0.002  # both are rounded

    def test_record_function_decorates(self) -> None:
        named = profiler.record_function("named")(lambda: torch.ones(1) + 1)
        named()
        with profiler.profile() as prof:
            named()
        assert [event.name for event in prof.function_events] == ["named", "aten::add"]

    def test_profiles_do_not_nest(self) -> None:
        with profiler.profile(), pytest.raises(RuntimeError, match="not reentrant"), profiler.profile():
            pass

    @pytest.mark.parametrize("argument", ["use_cuda", "with_stack", "profile_memory", "with_flops"])
    def test_what_is_not_supported_is_named(self, argument: str) -> None:
        with pytest.raises(NotImplementedError, match=argument):
            profiler.profile(**{argument: True})

    def test_the_newer_profiler(self) -> None:
        ready = []
        with torch.profiler.profile(
            activities=[torch.profiler.ProfilerActivity.CPU], on_trace_ready=ready.append
        ) as prof:
            for _ in range(2):
                torch.ones(2) * 2
                prof.step()
        assert ready == [prof]
        names = [event.name for event in prof.events()]
        assert names == ["ProfilerStep#0", "aten::mul", "ProfilerStep#1", "aten::mul"]
        with pytest.warns(UserWarning, match="CUDA is not available"):
            torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA])
        with pytest.raises(NotImplementedError, match="schedule"):
            torch.profiler.profile(schedule=lambda step: step)


class TestNodes:
    def test_making_one_is_as_before_when_no_one_listens(self) -> None:
        gc.collect()  # inferred Tensors that another test has left listen too
        make = Node.__init__
        with graph.saved_tensors_hooks(lambda x: x, lambda x: x), torch.autograd.set_detect_anomaly(True):
            assert Node.__init__ is not make
        assert Node.__init__ is make

    def test_a_function_leaves_no_cycles(self) -> None:
        gc.collect()
        gc.disable()
        try:
            y = Square.apply(torch.ones(1000, requires_grad=True) * 1)
            node, array = weakref.ref(y.grad_fn), weakref.ref(y.array)
            y.sum().backward()
            del y
            assert node() is None
            assert array() is None
        finally:
            gc.enable()

    def test_packed_values_are_let_go(self) -> None:
        class Content:
            def __init__(self, tensor: Any) -> None:
                self.tensor = tensor

        made = []

        def pack(tensor: Any) -> Content:
            content = Content(tensor)
            made.append(weakref.ref(content))
            return content

        x = torch.ones(3, requires_grad=True)
        with graph.saved_tensors_hooks(pack, lambda content: content.tensor):
            y = (x * x).sum()
        assert [content() is not None for content in made] == [True, True]
        y.backward()
        assert [content() for content in made] == [None, None]
        np.testing.assert_array_equal(x.grad.numpy(), 2 * np.ones(3))

    def test_packing_twice_differentiates_twice(self) -> None:
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        with graph.saved_tensors_hooks(lambda t: t.numpy().copy() if not t.requires_grad else t.tolist(), torch.tensor):
            y = (x**3).sum()
            (g,) = torch.autograd.grad(y, x, create_graph=True)
        (h,) = torch.autograd.grad(g.sum(), x)
        assert h.tolist() == [6.0, 12.0]

    def test_what_several_results_save_is_packed_once(self) -> None:
        kept = []
        norm = torch.nn.BatchNorm2d(1)
        with graph.saved_tensors_hooks(lambda t: (kept.append(t.shape), t)[1], lambda t: t):
            result = norm(torch.arange(4.0).reshape(4, 1, 1, 1))
        result[0].sum().backward()
        assert (4, 1, 1, 1) in kept
        assert norm.weight.grad.tolist() == pytest.approx([-1.3416], abs=1e-4)


class TestForwardMode:
    def test_recording_cannot_be_turned_off(self) -> None:
        with forward_ad.dual_level(), pytest.raises(NotImplementedError, match="recording"), torch.no_grad():
            pass

    def test_gradients_within_a_level_have_tangents(self) -> None:
        with forward_ad.dual_level():
            x = forward_ad.make_dual(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.0]))
            leaf = torch.ones(2, requires_grad=True)
            (g,) = torch.autograd.grad((x * x * leaf).sum(), leaf)
            assert forward_ad.unpack_dual(g).tangent.tolist() == [2.0, 0.0]


class TestFunctional:
    def test_hessians_agree(self) -> None:
        def f(x: Any, y: Any) -> Any:
            return (x.sin() * y.exp()).sum() * x.prod()

        x, y = torch.tensor([0.5, 1.5]), torch.tensor([0.25, -0.5])
        hessian = torch.autograd.functional.hessian
        ways = [
            hessian(f, (x, y)),
            hessian(f, (x, y), vectorize=True, outer_jacobian_strategy="forward-mode"),
            torch.func.hessian(f, argnums=(0, 1))(x, y),
            torch.func.jacrev(torch.func.jacrev(f, (0, 1)), (0, 1))(x, y),
            torch.func.jacfwd(torch.func.jacfwd(f, (0, 1)), (0, 1))(x, y),
        ]
        for way in ways[1:]:
            for i in range(2):
                for j in range(2):
                    np.testing.assert_allclose(way[i][j].numpy(), ways[0][i][j].numpy(), rtol=1e-5)

    def test_an_output_without_elements(self) -> None:
        x = torch.ones(2)
        assert torch.autograd.functional.jacobian(lambda x: x[:0], x).shape == (0, 2)
        assert torch.func.jacrev(lambda x: x[:0])(x).shape == (0, 2)

    @pytest.mark.parametrize("limit", [1, 5, 1000])
    def test_rows_and_columns_are_taken_as_many_at_once_as_memory_allows(
        self, limit: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls = []

        def f(x: Any) -> Any:
            calls.append(x)
            return (x.outer(x).sin() @ x, x.sum())

        x = torch.tensor([1.0, 2.0, 3.0])
        expected = torch.autograd.functional.jacobian(f, x)
        monkeypatch.setattr(blocks, "BATCH", limit)
        calls.clear()
        ways = [
            torch.func.jacrev(f)(x),
            torch.func.jacfwd(f)(x),
            torch.autograd.functional.jacobian(f, x),
            torch.autograd.functional.jacobian(f, x, vectorize=True, strategy="forward-mode"),
        ]
        assert len(calls) == len(ways)
        for way in ways:
            for block, wanted in zip(way, expected, strict=True):
                np.testing.assert_allclose(block.numpy(), wanted.numpy(), rtol=1e-5)

    def test_no_gradient_is_added_anywhere(self) -> None:
        w = torch.ones(2, requires_grad=True)
        torch.func.grad(lambda x: (x * w).sum())(torch.ones(2))
        torch.autograd.functional.jacobian(lambda x: x * w, torch.ones(2))
        assert w.grad is None


class TestVmap:
    def test_a_batch_is_one_pass_for_what_vjp_gave(self) -> None:
        calls = []
        _, pull = torch.func.vjp(lambda x: x * x, torch.ones(3))
        with observed(lambda node, *_: calls.append(node.name())):
            torch.vmap(pull)(torch.eye(3))
        assert calls.count("MulBackward0") == 3  # one for each while somebody looks on
        (rows,) = torch.vmap(pull)(torch.eye(3))
        assert rows.tolist() == (2 * torch.eye(3)).tolist()

    def test_random_numbers_of_a_generator_of_ones_own_are_refused_too(self) -> None:
        own = torch.Generator().manual_seed(1)
        with pytest.raises(RuntimeError, match="randomness error mode"):
            torch.vmap(lambda x: x + torch.rand(1, generator=own))(torch.ones(3, 1))


class TestGradcheck:
    @pytest.mark.parametrize("argument", ["fast_mode", "check_batched_grad", "check_grad_dtypes"])
    def test_what_is_not_supported_is_named(self, argument: str) -> None:
        x = torch.ones(2, dtype=torch.float64, requires_grad=True)
        with pytest.raises(NotImplementedError, match=argument):
            torch.autograd.gradcheck(torch.sin, (x,), **{argument: True})
        with pytest.raises(NotImplementedError, match=argument):
            torch.autograd.gradgradcheck(torch.sin, (x,), **{argument: True})
