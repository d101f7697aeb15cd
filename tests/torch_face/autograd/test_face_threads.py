"""What the face keeps for each thread and what for all, as PyTorch 2.13 does; and programs that share Tensors."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import Any

import pytest
from threads import THREADS, elsewhere, together

from gradcli import torch
from gradcli.engine.op import OPS

profiler, forward_ad, graph = torch.autograd.profiler, torch.autograd.forward_ad, torch.autograd.graph


def test_another_threads_no_grad_drops_no_graph() -> None:
    ready, done = threading.Event(), threading.Event()

    def other() -> None:
        with torch.no_grad():
            ready.set()
            done.wait(60)

    x = torch.tensor(2.0, requires_grad=True)
    a = x * x
    thread = threading.Thread(target=other)
    thread.start()
    ready.wait(60)
    b = x * 3
    done.set()
    thread.join()
    (a + b).backward()
    assert x.grad.item() == 7


def test_threads_that_train() -> None:
    def work(_: int) -> float:
        total = 0.0
        for _ in range(200):
            x = torch.tensor([1.0, 2.0], requires_grad=True)
            (x**3).sum().backward()
            total += x.grad.sum().item()
        return total

    assert together(work) == [3000.0] * THREADS


class TestOfTheProcess:
    """PyTorch: these hold in all threads."""

    def test_default_dtype(self) -> None:
        torch.set_default_dtype(torch.float64)
        try:
            assert elsewhere(torch.get_default_dtype) is torch.float64
        finally:
            torch.set_default_dtype(torch.float32)

    def test_print_options(self) -> None:
        torch.set_printoptions(precision=2)
        try:
            assert elsewhere(lambda: repr(torch.tensor(1 / 3))) == "tensor(0.33)"
        finally:
            torch.set_printoptions(profile="default")

    def test_random_numbers(self) -> None:
        torch.manual_seed(0)
        here = torch.rand(2).tolist()
        torch.manual_seed(0)
        assert elsewhere(lambda: torch.rand(2).tolist()) == here

    @pytest.mark.filterwarnings("ignore:Anomaly Detection", "ignore:Error detected in")
    def test_anomaly_mode(self) -> None:
        def fail() -> None:
            x = torch.tensor(0.0, requires_grad=True)
            (torch.sqrt(x) * 0).backward()

        with torch.autograd.detect_anomaly():
            assert elsewhere(torch.is_anomaly_enabled)
            with pytest.raises(RuntimeError, match="returned nan values"):
                elsewhere(fail)
        assert elsewhere(fail) is None

    def test_a_forward_mode_level(self) -> None:
        def enter() -> None:
            with forward_ad.dual_level():
                pass

        with forward_ad.dual_level():
            dual = forward_ad.make_dual(torch.ones(2), torch.full((2,), 3.0)) * 2
            assert elsewhere(lambda: forward_ad.unpack_dual(dual).tangent.tolist()) == [6.0, 6.0]
            assert not elsewhere(torch.no_grad(torch.is_grad_enabled))
            with pytest.raises(RuntimeError, match="Nested forward mode AD is not supported"):
                elsewhere(enter)


class TestOfTheThread:
    """PyTorch: these hold in the thread that asks."""

    def test_saved_tensors_hooks(self) -> None:
        packed: list[Any] = []
        x = torch.ones(2, requires_grad=True)
        with graph.saved_tensors_hooks(lambda t: packed.append(t) or t, lambda t: t):
            elsewhere(lambda: x * x)
            assert packed == []
            _ = x * x
        assert len(packed) == 2

    def test_their_refusal(self) -> None:
        def use() -> str:
            with graph.saved_tensors_hooks(lambda t: t, lambda t: t):
                return "fine"

        with graph.disable_saved_tensors_hooks("not here"):
            assert elsewhere(use) == "fine"
            with pytest.raises(RuntimeError, match="not here"):
                use()

    def test_a_profile(self) -> None:
        x = torch.ones(2)

        def other() -> list[str]:
            with profiler.profile() as own:
                torch.tan(x)
            return [event.name for event in own.function_events]

        with profiler.profile() as profile:
            torch.sin(x)
            assert elsewhere(other) == ["aten::tan"]
            elsewhere(lambda: torch.exp(x))
            torch.cos(x)
        assert [event.name for event in profile.function_events] == ["aten::sin", "aten::cos"]

    def test_many_profiles_leave_nothing_behind(self) -> None:
        forwards = {name: op.forward for name, op in OPS.items()}

        def work(_: int) -> list[int]:
            counts = []
            for _ in range(10):
                x = torch.ones(2, requires_grad=True)
                with profiler.profile() as profile:
                    torch.sin(x).sum().backward()
                counts.append(sum(event.name == "aten::sin" for event in profile.function_events))
            return counts

        assert together(work, 4) == [[1] * 10] * 4
        assert {name: op.forward for name, op in OPS.items()} == forwards


class TestVmap:
    def test_random_numbers_of_other_threads_are_no_offence(self) -> None:
        result = torch.vmap(lambda x: x + elsewhere(lambda: torch.rand(()).numel()))(torch.ones(3))
        assert result.tolist() == [2.0, 2.0, 2.0]

    def test_no_number_is_drawn_twice_beside_it(self) -> None:
        torch.manual_seed(5)

        def work(number: int) -> list[float]:
            drawn = []
            for _ in range(60):
                if number % 2:
                    drawn.append(torch.rand(1, dtype=torch.float64).item())
                else:
                    same = torch.vmap(lambda x: x + torch.rand((), dtype=torch.float64), randomness="same")(
                        torch.zeros(3)
                    )
                    assert len(set(same.tolist())) == 1
                    drawn.append(same[0].item())
            return drawn

        drawn = [value for each in together(work) for value in each]
        assert len(set(drawn)) == len(drawn) == 60 * THREADS

    def test_a_refused_number_is_not_drawn(self) -> None:
        torch.manual_seed(0)
        expected = torch.rand(1).item()
        torch.manual_seed(0)
        with pytest.raises(RuntimeError, match="randomness error mode"):
            torch.vmap(lambda x: x + torch.rand(()))(torch.ones(3))
        assert torch.rand(1).item() == expected


def test_function_transforms_beside_no_grad() -> None:
    def work(number: int) -> Any:
        found = []
        for _ in range(20):
            x = torch.tensor([1.0, 2.0])
            if number % 2:
                found.append(torch.func.hessian(lambda x: (x**3).sum())(x).tolist())
            else:
                with torch.no_grad():
                    found.append((x * 2).tolist())
        return found

    assert together(work) == [[[2.0, 4.0]] * 20, [[[6.0, 0.0], [0.0, 12.0]]] * 20] * (THREADS // 2)


class TestSharedModules:
    def test_gradients_add_up(self) -> None:
        torch.manual_seed(0)
        net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1)).double()
        x = torch.ones(2, 3, dtype=torch.float64)
        net(x).sum().backward()
        once = [p.grad.clone() for p in net.parameters()]
        net.zero_grad()

        def work(_: int) -> None:
            for _ in range(50):
                net(x).sum().backward()

        assert together(work) == [None] * THREADS
        for parameter, gradient in zip(net.parameters(), once, strict=True):
            torch.testing.assert_close(parameter.grad, gradient * 50 * THREADS)

    def test_backward_hooks_see_every_pass(self) -> None:
        layer, seen = torch.nn.Linear(2, 2), []
        layer.register_full_backward_hook(lambda module, arrived, left: seen.append(None))
        loss = layer(torch.ones(1, 2, requires_grad=True)).sum()

        def work(_: int) -> None:
            for _ in range(50):
                loss.backward(retain_graph=True)

        assert together(work) == [None] * THREADS
        assert len(seen) == 50 * THREADS

    def test_calls_with_other_parameters_never_mix_them(self) -> None:
        net = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Linear(1, 1))

        def called(number: float) -> float:
            given = {name: torch.full_like(p, number) for name, p in net.named_parameters()}
            return torch.func.functional_call(net, given, (torch.ones(1),)).item()

        def work(number: int) -> set[Any]:
            found = set()
            for _ in range(50):
                try:
                    found.add(called(float(number)))
                except RuntimeError as refused:
                    found.add(str(refused).partition(":")[0])
            return found

        for number, found in enumerate(together(work)):
            assert found <= {float((number + number) * number + number), "functional_call"}
        assert called(2.0) == 10.0

    def test_a_call_beside_another_threads_is_refused(self) -> None:
        net = torch.nn.Linear(1, 1)
        given = {name: torch.ones_like(p) for name, p in net.named_parameters()}

        class Nested(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.net = net

            def forward(self, x: Any) -> Any:
                with pytest.raises(RuntimeError, match="another thread is calling this module"):
                    elsewhere(lambda: torch.func.functional_call(net, given, (x,)))
                return torch.func.functional_call(net, given, (x,))

        assert torch.func.functional_call(Nested(), {}, (torch.ones(1),)).item() == 2.0
        assert elsewhere(lambda: torch.func.functional_call(net, given, (torch.ones(1),)).item()) == 2.0


def test_a_thread_of_asyncio_has_a_mode_of_its_own() -> None:
    async def main() -> tuple[bool, bool]:
        with torch.no_grad():
            return await asyncio.to_thread(torch.is_grad_enabled), torch.is_grad_enabled()

    assert asyncio.run(main()) == (True, False)


def test_threads_that_are_the_first_to_use_the_face() -> None:
    program = (
        "import threading, gradcli\n"
        "from gradcli import torch\n"
        "start, found = threading.Barrier(8), []\n"
        "def work():\n"
        "    start.wait(); x = torch.ones(2, requires_grad=True)\n"
        "    torch.nn.functional.relu(x * 2).sum().backward(); found.append(x.grad.tolist())\n"
        "threads = [threading.Thread(target=work) for _ in range(8)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "print(found == [[2.0, 2.0]] * 8)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("True\n", "")
