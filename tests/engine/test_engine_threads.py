"""The engine in several threads: each has modes of its own, and what they share is whole. As in PyTorch 2.13."""

from __future__ import annotations

import gc
import os
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from threads import THREADS, elsewhere, hurried, together

import gradcli.torch.namespace  # noqa: F401  # attaches the methods of Tensor
from gradcli.engine import autograd, graph, hooks, locks, ops, random
from gradcli.engine.forward import Level
from gradcli.engine.graph import Node, each_node
from gradcli.engine.inplace import change
from gradcli.engine.memory import Latest, tick, touch, version, version_at
from gradcli.engine.modes import (
    EVERYWHERE,
    THREAD,
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    record_all,
    set_grad_enabled,
)
from gradcli.engine.packing import packing
from gradcli.engine.staleness import FREED
from gradcli.engine.tensor import Tensor
from gradcli.engine.ties import is_inference


def leaf(*values: float) -> Tensor:
    return Tensor(np.array(values), requires_grad=True)


class TestModes:
    def test_no_grad_is_of_its_thread(self) -> None:
        with no_grad():
            assert elsewhere(is_grad_enabled)
            assert not is_grad_enabled()

    def test_inference_mode_is_of_its_thread(self) -> None:
        with inference_mode():
            assert not elsewhere(is_inference_mode_enabled)
            assert not elsewhere(lambda: is_inference(Tensor(np.ones(2))))
            assert is_inference(Tensor(np.ones(2)))

    def test_a_constructor_is_plain_again_once_no_thread_infers(self) -> None:
        plain = Tensor.__init__

        def infer(_: int) -> None:
            for _ in range(200):
                with inference_mode():
                    assert is_inference(Tensor(np.ones(1)))
                assert not is_inference(Tensor(np.ones(1)))

        assert together(infer) == [None] * THREADS
        assert Tensor.__init__ is plain

    def test_set_grad_enabled_is_of_its_thread(self) -> None:
        assert elsewhere(lambda: (set_grad_enabled(False), is_grad_enabled())[1]) is False
        assert is_grad_enabled()

    def test_one_switch_finds_in_each_thread_what_was_there(self) -> None:
        switch, inside, over = no_grad(), threading.Event(), threading.Event()

        def other() -> bool:
            set_grad_enabled(False)
            with switch:
                inside.set()
                over.wait(60)
            return is_grad_enabled()

        left: list[bool] = []
        thread = threading.Thread(target=lambda: left.append(other()))
        thread.start()
        inside.wait(60)
        with switch:
            over.set()
            thread.join()
        assert (left, is_grad_enabled()) == ([False], True)

    def test_switches_that_end_crosswise_put_back_what_each_found(self) -> None:
        first, second = no_grad(), enable_grad()
        first.__enter__()
        second.__enter__()
        first.__exit__()
        after_first = is_grad_enabled()
        second.__exit__()
        after_second = is_grad_enabled()
        set_grad_enabled(True)
        assert (after_first, after_second) == (True, False)

    def test_a_decorated_function_puts_back_what_each_thread_had(self) -> None:
        decorated = no_grad(lambda: is_grad_enabled())

        def work(number: int) -> bool:
            set_grad_enabled(number % 2 == 0)
            return all(not decorated() and is_grad_enabled() == (number % 2 == 0) for _ in range(500))

        assert together(work) == [True] * THREADS

    def test_a_decorated_generator_may_go_on_in_another_thread(self) -> None:
        @no_grad()
        def steps() -> Iterator[bool]:
            while True:
                yield is_grad_enabled()

        generator = steps()
        assert [next(generator), elsewhere(lambda: next(generator)), is_grad_enabled()] == [False, False, True]

    def test_forward_mode_forbids_no_grad_in_its_thread_only(self) -> None:
        with Level():
            with pytest.raises(NotImplementedError), no_grad():
                pass
            assert not elsewhere(no_grad(is_grad_enabled))
        assert is_grad_enabled()

    def test_a_level_may_be_closed_in_another_thread(self) -> None:
        level = Level().__enter__()
        elsewhere(level.__exit__)
        assert THREAD.mode.levels == 0

    def test_a_backward_pass_turns_recording_off_in_its_thread_only(self) -> None:
        seen: list[bool] = []
        x = leaf(2.0)
        y = ops.mul(x, x)
        y.register_hook(lambda g: seen.append(elsewhere(is_grad_enabled)))
        ops.sum(y).backward()
        assert seen == [True]

    def test_all_that_nodes_keep_is_kept_in_the_thread_that_asks(self) -> None:
        def kept() -> Any:
            return ops.add(leaf(1.0), 2.0).grad_fn.saved

        with record_all():
            assert elsewhere(kept) == (None, None, None)
            assert kept() != (None, None, None)
        with record_all(threads=True):
            assert elsewhere(kept) != (None, None, None)
        assert elsewhere(kept) == (None, None, None)
        assert not EVERYWHERE.keep_all


class TestWatchers:
    def test_nodes_are_told_to_those_of_their_thread(self) -> None:
        own: list[Node] = []
        every: list[Node] = []
        with each_node(own.append), each_node(every.append, everywhere=True):
            elsewhere(lambda: ops.mul(leaf(1.0), 2.0))
            mine = ops.mul(leaf(1.0), 2.0).grad_fn
        assert own == [mine]
        assert len(every) == 2

    def test_watchers_come_and_go_in_many_threads(self) -> None:
        plain = Node.__init__

        def watch(_: int) -> int:
            count = 0
            for _ in range(200):
                nodes: list[Node] = []
                with each_node(nodes.append):
                    ops.mul(leaf(1.0), 2.0)
                count += len(nodes)
            return count

        assert together(watch) == [200] * THREADS
        assert Node.__init__ is plain

    def test_passes_and_steps_are_told_to_those_of_their_thread(self) -> None:
        passes: list[Any] = []
        steps: list[Any] = []
        with autograd.witness(lambda *_: passes.append(1)), autograd.observed(lambda *_: steps.append(1)):
            elsewhere(lambda: ops.mul(leaf(1.0), 2.0).backward())
            assert (passes, steps) == ([], [])
            ops.mul(leaf(1.0), 2.0).backward()
        assert (passes, steps) == ([1], [1])

    def test_saved_values_are_packed_in_the_thread_that_asks(self) -> None:
        packed: list[Tensor] = []
        with packing(lambda t: packed.append(t) or t, lambda t: t):
            elsewhere(lambda: ops.mul(leaf(2.0), leaf(3.0)))
            assert packed == []
            ops.mul(leaf(2.0), leaf(3.0))
        assert len(packed) == 2

    def test_a_packed_graph_is_gone_back_through_by_many_threads(self) -> None:
        unpacked: list[int] = []
        x = leaf(2.0)
        with packing(lambda t: t, lambda t: unpacked.append(1) or t):
            y = ops.sum(ops.mul(ops.mul(x, x), x))

        def work(_: int) -> list[float]:
            return [float(autograd.grad(y, [x], create_graph=True, retain_graph=True)[0].item()) for _ in range(40)]

        assert together(work) == [[12.0] * 40] * THREADS
        assert len(unpacked) == 4 * 40 * THREADS

    def test_hooks_are_silent_in_the_thread_that_asks(self) -> None:
        heard: list[Any] = []
        x = leaf(2.0)
        x.register_hook(lambda g: heard.append(1))
        with hooks.unheard():
            elsewhere(lambda: ops.mul(x, x).backward())
            ops.mul(x, x).backward()
        assert heard == [1]


class TestSharedGraphs:
    def test_the_sum_of_all_passes_arrives_at_a_shared_leaf(self) -> None:
        x, y = leaf(1.0, 2.0), Tensor(np.float64(1.0), requires_grad=True)

        def work(_: int) -> None:
            for _ in range(1000):
                ops.add(ops.sum(x), y).backward()

        assert together(work) == [None] * THREADS
        assert (x.grad.tolist(), y.grad.item()) == ([8000.0, 8000.0], 8000.0)

    @pytest.mark.filterwarnings("ignore:Using backward")
    def test_so_do_sums_with_a_history(self) -> None:
        x = leaf(3.0)

        def work(_: int) -> None:
            for _ in range(50):
                ops.sum(ops.mul(x, x)).backward(create_graph=True)

        assert together(work) == [None] * THREADS
        assert x.grad.item() == 6.0 * 50 * THREADS
        assert autograd.grad(x.grad, [x])[0].item() == 2.0 * 50 * THREADS
        x.grad = None

    def test_a_graph_of_one_thread_is_gone_back_through_by_others(self) -> None:
        x, heard = leaf(1.0, 2.0), []
        middle = ops.mul(x, x)
        middle.retain_grad()
        middle.register_hook(lambda g: heard.append(1))
        y = ops.sum(ops.mul(middle, x))

        def work(_: int) -> None:
            for _ in range(100):
                y.backward(retain_graph=True)

        assert together(work) == [None] * THREADS
        assert x.grad.tolist() == [3.0 * 100 * THREADS, 12.0 * 100 * THREADS]
        assert middle.grad.tolist() == [1.0 * 100 * THREADS, 2.0 * 100 * THREADS]
        assert len(heard) == 100 * THREADS

    def test_first_passes_and_numbers_are_kept_whole(self) -> None:
        for _ in range(100):
            middle = ops.mul(Tensor(np.float64(2.0), requires_grad=True), 3.0)
            middle.retain_grad()
            y = ops.mul(middle, 5.0)
            together(lambda _, y=y: [y.backward(retain_graph=True) for _ in range(5)], 4)
            assert middle.grad.item() == 5.0 * 20

    def test_a_graph_that_another_thread_frees_is_said_to_be_freed(self) -> None:
        for _ in range(60):
            x = leaf(2.0)
            y = x
            for _ in range(20):
                y = ops.mul(y, x)
            loss = ops.sum(y)
            for ended in together(lambda _, loss=loss: loss.backward(), 3):
                assert ended is None or (type(ended) is RuntimeError and str(ended) == FREED)

    def test_all_threads_find_one_accumulator(self) -> None:
        for _ in range(150):
            x = leaf(2.0)
            found = together(lambda _, x=x: (ops.mul(x, x).grad_fn, graph.AccumulateGrad.of(x)), 4)
            assert len({id(end) for node, end in found for end in (*node.edges, end)}) == 1

    def test_hooks_and_their_leaf_are_held_together(self) -> None:
        x, taken = leaf(1.0), []

        def take(x: Tensor) -> None:
            taken.append(x.grad.item())
            x.grad = None

        x.register_post_accumulate_grad_hook(take)

        def work(_: int) -> None:
            for _ in range(200):
                ops.sum(x).backward()

        assert together(work) == [None] * THREADS
        assert taken == [1.0] * 200 * THREADS

    def test_a_hook_may_go_back_to_its_own_leaf(self) -> None:
        x, depth = leaf(1.0), []

        def again(x: Tensor) -> None:
            if not depth:
                depth.append(1)
                with enable_grad():
                    ops.sum(x).backward()

        x.register_post_accumulate_grad_hook(again)
        assert elsewhere(lambda: ops.sum(x).backward()) is None
        assert x.grad.item() == 2.0

    def test_hooks_are_registered_and_removed_by_many_threads(self) -> None:
        x, heard = leaf(1.0), []

        def work(number: int) -> None:
            for _ in range(100):
                if number % 2:
                    x.register_hook(lambda g: None).remove()
                else:
                    x.register_hook(lambda g: heard.append(number))

        assert together(work) == [None] * THREADS
        ops.sum(x).backward()
        assert sorted(heard) == sorted([*range(0, THREADS, 2)] * 100)

    def test_hooks_change_while_passes_run(self) -> None:
        x = leaf(1.0)
        y = ops.sum(ops.mul(x, x))
        for _ in range(10):
            x.register_hook(lambda g: g * 1.0)

        def work(number: int) -> None:
            for _ in range(200):
                if number % 2:
                    with x.register_hook(lambda g: None), y.grad_fn.register_hook(lambda *_: None):
                        pass
                else:
                    autograd.grad(y, [x], retain_graph=True)

        assert together(work) == [None] * THREADS


class TestMemory:
    def test_every_change_is_counted(self) -> None:
        shared = np.zeros(3)

        def work(_: int) -> int:
            own = np.zeros(2)
            for _ in range(1000):
                before = tick()
                touch(own)
                assert Latest.time > before
                touch(shared)
                version_at(shared, before)
            return version(own)

        assert together(work) == [1000] * THREADS
        assert version(shared) == 1000 * THREADS

    def test_a_number_that_threads_ask_to_share_gets_one_memory(self) -> None:
        for _ in range(200):
            x = Tensor(np.float64(1.0))
            shared = together(lambda _, x=x: x.detach(), 4)
            assert {id(each.array) for each in shared} == {id(x.array)}

    def test_a_stale_value_is_found_while_others_change_theirs(self) -> None:
        def work(_: int) -> int:
            refused = 0
            for _ in range(150):
                x = leaf(2.0)
                y = ops.mul(x, 1.0)
                z = ops.mul(y, y)
                change(y, lambda before: ops.add(before, 1.0))
                try:
                    z.backward()
                except RuntimeError:
                    refused += 1
            return refused

        assert together(work) == [150] * THREADS

    def test_views_that_threads_make_are_told_of_a_change(self) -> None:
        for _ in range(10):
            base = ops.mul(leaf(1.0, 2.0, 3.0), 1.0)
            views = [v for made in together(lambda _, b=base: [b[:2] for _ in range(150)], 4) for v in made]
            change(base, lambda before: ops.mul(before, 2.0))
            assert {view.grad_fn.name() for view in views} == {"AsStridedBackward0"}


class TestRandomNumbers:
    """Each number of a stream is drawn by one thread."""

    @staticmethod
    def numbers(draw: Any, count: int) -> list[Any]:
        found = together(lambda _: [draw() for _ in range(count)])
        return sorted(np.concatenate([np.ravel(numbers) for each in found for numbers in each]).tolist())

    @pytest.mark.parametrize("shape", [(1,), (3,), (40,)])
    def test_uniform(self, shape: tuple[int, ...]) -> None:
        for seed in range(5):  # the first draw makes the stream
            shared, alone = random.Generator(seed), random.Generator(seed)
            expected = sorted(np.concatenate([alone.rand(shape) for _ in range(20 * THREADS)]).tolist())
            assert self.numbers(lambda shared=shared: shared.rand(shape), 20) == expected

    def test_halves_of_pairs(self) -> None:
        shared, alone = random.Generator(7), random.Generator(7)
        expected = sorted(np.concatenate([alone.randn((3,)) for _ in range(100 * THREADS)]).tolist())
        assert self.numbers(lambda: shared.randn((3,)), 100) == expected

    def test_a_state_is_whole(self) -> None:
        shared = random.Generator(3)

        def work(number: int) -> bool:
            for _ in range(100):
                if number % 2:
                    shared.randn((3,))
                else:
                    copy = random.Generator().set_state(shared.get_state())
                    copy.randn((5,))
            return True

        assert together(work) == [True] * THREADS

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
    @pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
    def test_a_child_never_finds_a_lock_taken(self) -> None:
        over = threading.Event()

        def draw() -> None:
            generator = random.Generator(0)
            while not over.is_set():
                with random.DRAWING, locks.TABLES:
                    generator.randn((3,))

        thread = threading.Thread(target=draw)
        with hurried():
            thread.start()
            try:
                for _ in range(30):
                    child = os.fork()
                    if not child:
                        touch(np.zeros(1))
                        random.default_generator.rand((1,))
                        os._exit(0)
                    assert ended_well(child)
            finally:
                over.set()
                thread.join()


def ended_well(child: int) -> bool:
    """Whether a process ends with 0 within 20 seconds; else it is killed."""
    for _ in range(2000):
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status == 0
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return False


def test_forward_and_reverse_mode_side_by_side() -> None:
    def work(number: int) -> float:
        total = 0.0
        for _ in range(50):
            x = Tensor(np.array(3.0), requires_grad=True)
            if number % 3 == 0:
                with enable_grad(), Level() as level:
                    y = level.dual(x, Tensor(np.array(1.0)))
                    total += level.tangent(ops.mul(ops.mul(y, y), y)).item()
            elif number % 3 == 1:
                with no_grad():
                    total += 27.0 if not ops.mul(x, x).tracked else 0.0
            else:
                ops.mul(ops.mul(x, x), x).backward()
                total += x.grad.item()
        return total

    assert together(work) == [27.0 * 50] * THREADS


def test_a_thread_that_ends_takes_its_mode_along() -> None:
    known: list[weakref.ref[Any]] = []

    class Watcher:
        def __call__(self, node: Node) -> None: ...

    def work() -> None:
        watcher = Watcher()
        known.append(weakref.ref(watcher))
        THREAD.mode.nodes = (watcher,)

    elsewhere(work)
    gc.collect()
    assert known[0]() is None
