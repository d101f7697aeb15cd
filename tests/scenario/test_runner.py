"""Running scenarios: one namespace, `import torch`, what is captured and recorded, and what counts as a failure."""

from __future__ import annotations

import ast
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gradcli.errors import InputError
from gradcli.lang.unparse import unparse
from gradcli.plot.figure import Figure
from gradcli.render.scenario import of_what
from gradcli.scenario import library, runner
from gradcli.scenario.imports import Modules
from gradcli.scenario.markdown import Step, parse_scenario
from gradcli.scenario.results import StepResult
from gradcli.scenario.runner import MAX_FOLLOWED, run
from gradcli.verify.problem import Verdict
from gradcli.verify.recorded import Recorded

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"


def blocks(*codes: str, source: str = "some.md") -> list[StepResult]:
    """The results of running these blocks of code, without a check."""
    text = HEAD + "".join(f"```python\n{code}\n```\n" for code in codes)
    return list(run(parse_scenario(text, "some", source), None))


def test_the_gradients_of_a_pass_are_those_that_are_asked_for() -> None:
    code = (
        "import torch\nx, w = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)\n"
        "y = x * 3\nloss = (y * w).sum() + y.sum()\n"
        "def grad(*inputs): torch.autograd.grad(loss, inputs, retain_graph=True, allow_unused=True)\n"
        "grad(w)\ngrad(y, x)\ngrad(y * 2)\nloss.backward(inputs=[y], retain_graph=True)\nloss.backward()"
    )
    (result,) = blocks(code)
    found = [{name: each[0] for name, each in record.gradients.items()} for record in result.backwards]
    assert found == [{"w": 3}, {"x": 6, "y": 2}, {}, {"y": 2}, {"w": 3, "x": 6}]
    assert [record.asked for record in result.backwards] == [True, True, True, True, False]
    assert of_what(result.backwards[1]) == "input"


@pytest.mark.parametrize(
    ("hook", "hooked"),
    [
        ("x.register_hook(lambda g: g * 10)", True),
        ("y.register_hook(lambda g: g * 10)", True),
        ("y.grad_fn.register_hook(lambda *g: None)", True),
        ("y.grad_fn.register_prehook(lambda g: None)", True),
        ("y.retain_grad()", False),
        ("handle = x.register_hook(lambda g: g); handle.remove()", False),
    ],
)
def test_a_pass_that_meets_hooks_says_so(hook: str, hooked: bool) -> None:
    code = f"import torch\nx = torch.ones(2, requires_grad=True)\ny = x * 3\n{hook}\ny.sum().backward()"
    (result,) = blocks(code)
    (record,) = result.backwards
    assert (record.hooked, record.gradients["x"].tolist()) == (hooked, [3, 3])


def test_every_input_has_a_name_of_its_own_and_its_place() -> None:
    code = (
        "import torch\nx = torch.ones(2, requires_grad=True)\nα, β, input_1 = x * 2, x * 3, x * 4\n"
        "torch.autograd.grad((α * β + input_1).sum(), [β, x, input_1, α])"
    )
    (record,) = blocks(code)[0].backwards
    found = [(name, gradient[0]) for name, gradient in record.gradients.items()]
    assert found == [("input_2", 2), ("x", 16), ("input_1", 1), ("input_3", 3)]


def test_of_the_users_own_backward_one_call_serves_all_that_is_recorded() -> None:
    code = (
        "import torch\nclass Twice(torch.autograd.Function):\n"
        "    @staticmethod\n    def forward(ctx, x):\n        return 2 * x\n"
        "    @staticmethod\n    def backward(ctx, g):\n        print('called')\n        return 2 * g\n"
        "x = torch.ones(2, requires_grad=True)\ny = x * 3\n"
        "torch.autograd.grad(Twice.apply(y).sum(), [y, x])"
    )
    assert printed(code) == "called\n"
    assert printed(code.replace("[y, x])", "[y, x], create_graph=True)")) == "called\n"


@pytest.mark.parametrize(("size", "checked"), [(3, 5), (30_000, 2)])
def test_of_large_passes_as_many_are_judged_as_the_work_allows(
    monkeypatch: pytest.MonkeyPatch, size: int, checked: int
) -> None:
    code = f"import torch\nw = torch.ones({size}, requires_grad=True)\nfor _ in range(5):\n    (w * w).sum().backward()"
    scenario = parse_scenario(f"{HEAD}```python\n{code}\n```\n", "some", "some.md")
    works = []

    def check(found: Recorded) -> dict[str, Verdict]:
        works.append(0 if found.problem else found.replay.work)
        return {"w": Verdict("agrees", "")}

    list(run(scenario, check))
    monkeypatch.setattr(runner, "MAX_WORK", 2 * works[0])
    (result,) = run(scenario, check)
    assert sum(bool(record.verdicts) for record in result.backwards) == checked


def printed(*codes: str) -> str:
    results = blocks(*codes)
    assert [result.error for result in results] == [None] * len(results)
    return "".join(result.printed for result in results)


def test_blocks_share_one_namespace() -> None:
    assert printed("a = 1", "def f():\n    return a + 1", "print(f())") == "2\n"


@pytest.mark.parametrize(
    "code",
    [
        "import torch\nprint(torch.ones(1))",
        "import torch as t\nprint(t.ones(1))",
        "from torch import ones\nprint(ones(1))",
        "from torch import *\nprint(ones(1))",
        "import torch.nn\nprint(torch.nn.functional.relu(torch.ones(1)))",
        "import torch.nn.functional as F\nimport torch\nprint(F.relu(torch.ones(1)))",
        "from torch.nn import functional as F\nfrom torch import ones\nprint(F.relu(ones(1)))",
        "def f():\n    import torch\n    return torch.ones(1)\nprint(f())",
    ],
)
def test_torch_is_our_face(code: str) -> None:
    assert printed(code) == "tensor([1.])\n"


def test_python_and_numpy_are_themselves() -> None:
    assert printed("import math, numpy as np\nprint(math.tau, np.arange(2))") == "6.283185307179586 [0 1]\n"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import torch.fft", "No module named 'torch.fft' in gradcli (yet)"),
        ("from torch import fft", "cannot import name 'fft' from 'torch'"),
        ("from torchvision.models import resnet50", "ImportError: cannot import name 'resnet50' from 'torchvision.mod"),
        ("from torchvision.utils import draw_bounding_boxes", "cannot import name 'draw_bounding_boxes' from 'torchv"),
        ("from IPython.display import HTML", "ImportError: cannot import name 'HTML' from 'IPython.display'"),
        ("import torch\ntorch.fft", "gradcli.torch has no 'fft' (yet)"),
        ("get_ipython().run_line_magic('x', '')", "NameError: name 'get_ipython' is not defined"),
    ],
)
def test_what_is_absent_is_named(code: str, words: str) -> None:
    (result,) = blocks(code)
    assert words in result.error
    assert "During handling" not in result.error


def test_sys_modules_is_left_alone() -> None:
    program = (
        "import sys\n"
        "from gradcli.scenario import library, runner\n"
        "results = list(runner.run(library.load('mean-of-squares'), None))\n"
        "assert not any(result.failed for result in results)\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'torch'])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_traceback_names_file_and_line_and_only_the_block(tmp_path: Path) -> None:
    path = tmp_path / "broken.md"
    path.write_text(
        HEAD + "Prose.\n\n```python\nimport torch\nx = torch.ones(2, requires_grad=True)\nx.backward()\n```\n", "utf-8"
    )
    (result,) = run(library.load(str(path)), None)
    assert result.failed
    assert result.error == (
        "Traceback (most recent call last):\n"
        f'  File "{path}", line 12, in <module>\n'
        "    x.backward()\n"
        "RuntimeError: grad can be implicitly created only for scalar outputs\n"
    )


def test_a_syntax_error_names_its_line() -> None:
    (result,) = blocks("x = 1\ny = = 2")
    assert 'File "some.md", line 9' in result.error
    assert "SyntaxError" in result.error


def test_what_is_printed_before_an_error_is_kept_and_nothing_runs_after_it() -> None:
    first, second = blocks("a = 1", "print(2)\n1 / 0", "print(3)")
    assert not first.failed
    assert (second.printed, second.failed) == ("2\n", True)
    assert second.error.endswith("ZeroDivisionError: division by zero\n")


def test_exit_is_an_error_of_the_block() -> None:
    (result,) = blocks("raise SystemExit(3)")
    assert result.error.endswith("SystemExit: 3\n")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, also where pytest was started with it ignored."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_is_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt):
        blocks("import signal\nsignal.raise_signal(signal.SIGINT)")


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("moment", ["importable", "files"])
def test_nor_is_one_just_before_the_code_or_just_after_it(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    monkeypatch.setattr(Modules, moment, lambda _: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        blocks("a = 1")


def test_one_that_the_code_raises_is_its_result() -> None:
    (result,) = blocks("raise KeyboardInterrupt")
    assert result.error.endswith("KeyboardInterrupt\n")


def test_standard_error_and_warnings_are_notes() -> None:
    code = "import sys, warnings\nprint('a', file=sys.stderr)\nwarnings.warn('b')"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (result,) = blocks(code)
    assert (result.printed, result.notes, result.failed) == ("", "a\nUserWarning: b\n", False)


def test_floating_point_problems_are_quiet() -> None:
    code = "import torch\nprint(torch.log(torch.tensor([0.0, -1.0])), torch.ones(1) / torch.zeros(1))"
    (result,) = blocks(code)
    assert (result.printed, result.notes) == ("tensor([-inf, nan]) tensor([inf])\n", "")


def test_every_run_begins_afresh() -> None:
    code = (
        "import torch\nprint(torch.rand(1), torch.is_grad_enabled(), torch.tensor(0.5))\n"
        "torch.set_grad_enabled(False)\ntorch.set_printoptions(precision=2)"
    )
    assert printed(code) == printed(code)


def test_a_difference_fails_the_step() -> None:
    text = HEAD + "```python\nprint(4.5)\n```\n```output\n4.6\n```\n"
    (result,) = run(parse_scenario(text, "some", "some.md"), None)
    assert result.failed
    assert result.error is None
    assert "-4.6\n+4.5" in result.difference


def test_printing_without_an_output_block_fails_the_step() -> None:
    (result,) = blocks("print(1)")
    assert result.failed
    assert "no output block" in result.difference


class TestBackwards:
    def test_graph_and_gradients(self) -> None:
        code = "import torch\nx = torch.ones(2, requires_grad=True)\ny = (x * 3).sum()\ny.backward()"
        (record,) = blocks(code)[0].backwards
        assert record.roots == ("y",)
        (graph,) = record.graphs
        assert [(node.name, node.variable) for node in graph] == [
            ("SumBackward0", None),
            ("MulBackward0", None),
            ("AccumulateGrad", "x"),
        ]
        np.testing.assert_array_equal(record.gradients["x"], [3, 3])
        assert record.verdicts == {}

    def test_each_pass_is_recorded_with_its_own_increment(self) -> None:
        code = (
            "import torch\nx = torch.tensor(2.0, requires_grad=True)\n(x * x).backward()\n"
            "(x * x * x).backward()\nprint(x.grad)"
        )
        (result,) = blocks(code)
        assert [float(record.gradients["x"]) for record in result.backwards] == [4, 12]
        assert result.printed == "tensor(16.)\n"

    def test_autograd_grad_is_a_pass_too(self) -> None:
        code = "import torch\nx = torch.tensor(3.0, requires_grad=True)\nprint(torch.autograd.grad(x**2, x))"
        (record,) = blocks(code)[0].backwards
        assert (record.roots, float(record.gradients["x"])) == (("",), 6)

    def test_a_freed_graph_is_the_engines_error(self) -> None:
        code = "import torch\nx = torch.tensor(3.0, requires_grad=True)\ny = x**2\ny.backward()\ny.backward()"
        (result,) = blocks(code)
        assert "Trying to backward through the graph a second time" in result.error
        assert len(result.backwards) == 1

    def test_a_training_loop_is_followed_for_a_while_and_counted(self) -> None:
        loop = "x = torch.ones(2, requires_grad=True)\nfor _ in range(100):\n    y = (x * x).sum()\n    y.backward()"
        first, second = blocks(f"import torch\n{loop}\ny = (x * x).sum()", "y.backward()\n(x * 3).sum().backward()")
        assert (len(first.backwards), first.unfollowed) == (MAX_FOLLOWED, 100 - MAX_FOLLOWED)
        # The first graph was recorded when nothing was kept for reading it back.
        assert (len(second.backwards), second.unfollowed) == (1, 1)
        np.testing.assert_array_equal(second.backwards[0].gradients["x"], [3, 3])

    @pytest.mark.parametrize(
        "code",
        [
            "x = torch.randn(4, 5, requires_grad=True)\nx.max(1).values.sum().backward()",
            "x = torch.randn(4, 5, requires_grad=True)\n(torch.nn.BatchNorm1d(5)(x) ** 2).sum().backward()",
            "x = torch.randn(4, requires_grad=True)\ny = x * 2\ny[1:3] = 0\n(y * x).sum().backward()",
            "x = torch.zeros(4, requires_grad=True)\ntorch.log(x).sum().backward()",
        ],
    )
    def test_graphs_of_every_kind_are_followed(self, code: str) -> None:
        (result,) = blocks(f"import torch\n{code}")
        assert (result.error, len(result.backwards), result.unfollowed) == (None, 1, 0)

    def test_parameters_are_called_by_their_place(self) -> None:
        code = "import torch\nnet = torch.nn.Sequential(torch.nn.Linear(2, 1))\nnet(torch.ones(2)).sum().backward()"
        (record,) = blocks(code)[0].backwards
        assert record.gradients.keys() == {"net_0_weight", "net_0_bias"}


class TestModulesBesideTheFile:
    def scenario(self, folder: Path, code: str) -> StepResult:
        path = folder / "some.md"
        path.write_text(f"{HEAD}```python\n{code}\n```\n", encoding="utf-8")
        (result,) = run(library.read(path), None)
        return result

    def test_they_see_our_torch_and_are_loaded_anew(self, tmp_path: Path) -> None:
        helper = tmp_path / "some_helper.py"
        for number in (1, 2):
            helper.write_text(f"import torch\ndef f():\n    return torch.ones({number})\n", encoding="utf-8")
            result = self.scenario(tmp_path, f"import some_helper\nassert len(some_helper.f()) == {number}")
            assert result.error is None
            assert "some_helper" not in sys.modules
        assert not (tmp_path / "__pycache__").exists()

    def test_their_lines_are_in_the_traceback(self, tmp_path: Path) -> None:
        (tmp_path / "some_helper.py").write_text("def f():\n    return 1 / 0\n", encoding="utf-8")
        result = self.scenario(tmp_path, "from some_helper import f\nf()")
        assert f'File "{tmp_path}/some_helper.py", line 2, in f' in result.error
        assert f'File "{tmp_path}/some.md", line 9' in result.error

    def test_python_s_own_come_first(self, tmp_path: Path) -> None:
        (tmp_path / "colorsys.py").write_text("1 / 0\n", encoding="utf-8")
        assert self.scenario(tmp_path, "import colorsys").error is None

    def test_packages(self, tmp_path: Path) -> None:
        (tmp_path / "some_package").mkdir()
        (tmp_path / "some_package" / "__init__.py").write_text("from .inner import name\n", encoding="utf-8")
        (tmp_path / "some_package" / "inner.py").write_text("import torch\nname = torch.__name__\n")
        assert self.scenario(tmp_path, "import some_package\nassert some_package.name == 'gradcli.torch'").error is None


class TestQuestions:
    @pytest.mark.parametrize(
        ("kind", "answer", "shown", "told"),
        [
            ("value", "[1, 2]", "x", None),
            ("value", "[1, 3]", "x", "the answer is [1, 3], but x is [1.0, 2.0]"),
            ("shape", "(2,)", "x.shape", None),
            ("shape", "(3,)", "x.shape", "the answer is (3,), but x.shape is (2,)"),
            ("grad_fn", "mul", "y.grad_fn", None),
            ("grad_fn", "None", "x.grad_fn", None),
            ("grad_fn", "add", "y.grad_fn", "the answer is add, but y.grad_fn is MulBackward0"),
            ("value", "1", "nowhere", "nowhere raises NameError: name 'nowhere' is not defined"),
            ("error", "ValueError", None, "the answer is 'ValueError', which the output does not name"),
        ],
    )
    def test_what_is_shown_is_compared_with_the_answer(
        self, kind: str, answer: str, shown: str | None, told: str | None
    ) -> None:
        key = "" if shown is None else f"shown: {shown}\n"
        code = "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\ny = x * 2"
        text = f"{HEAD}```question\nask: ?\nkind: {kind}\nanswer: {answer}\n{key}```\n```python\n{code}\n```\n"
        (result,) = run(parse_scenario(text, "some", "some.md"), None)
        assert (result.contradiction, result.failed) == (told, told is not None)


def test_time_is_limited() -> None:
    text = f"{HEAD}```python\ntry:\n    while True:\n        pass\nexcept Exception:\n    pass\n```\n"
    (result,) = run(parse_scenario(text, "some", "some.md"), None, limit=0.2)
    assert 'File "some.md", line ' in result.error
    assert result.error.endswith("stopped after 0.2 s (--timeout)\n")


class TestLibrary:
    def test_every_scenario_is_listed_track_by_track(self) -> None:
        listed = [(scenario.name, scenario.track) for scenario in library.every()]
        assert ("mean-of-squares", "basics") in listed
        assert listed.index(("mean-of-squares", "basics")) < listed.index(("quadratic", "gradients"))

    def test_an_unknown_name_suggests(self) -> None:
        with pytest.raises(InputError, match="there is no scenario 'quadratik'") as caught:
            library.load("quadratik")
        assert caught.value.hint.startswith("did you mean quadratic")

    def test_a_missing_file(self) -> None:
        with pytest.raises(InputError, match="there is no file"):
            library.load("nowhere/else.md")

    def test_a_file_that_is_no_text(self, tmp_path: Path) -> None:
        path = tmp_path / "binary.md"
        path.write_bytes(b"---\xff\xfe")
        with pytest.raises(InputError, match="not UTF-8"):
            library.load(str(path))


THREADED = """import threading
import torch
w = torch.ones(2, requires_grad=True)
def in_threads(work, count):
    threads = [threading.Thread(target=work) for _ in range(count)]
    [t.start() for t in threads]
    [t.join() for t in threads]
"""


def test_backward_passes_of_other_threads_are_followed_and_judged() -> None:
    (result,) = blocks(THREADED + "in_threads(lambda: (w * w).sum().backward(), 8)\nprint(w.grad)")
    assert (result.error, result.printed) == (None, "tensor([16., 16.])\n")
    assert (len(result.backwards), result.unfollowed) == (MAX_FOLLOWED, 8 - MAX_FOLLOWED)


def test_a_graph_whose_values_are_packed_is_counted_and_not_judged() -> None:
    (result,) = blocks(
        "import torch\nx = torch.ones(2, requires_grad=True)\n"
        "with torch.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), torch.tensor):\n"
        "    y = (x * x).exp().sum()\n"
        "y.backward()\nprint(x.grad)"
    )
    assert (result.error, result.printed) == (None, "tensor([5.4366, 5.4366])\n")
    assert (len(result.backwards), result.unfollowed) == (0, 1)


def test_a_graph_of_another_thread_can_be_read_back() -> None:
    found = []

    def check(recorded: Recorded) -> dict[str, Verdict]:
        assert recorded.problem is not None
        found.append(unparse(recorded.problem.program))
        return {}

    code = THREADED + "made = []\nin_threads(lambda: made.append(((w + 2) ** 2).sum()), 1)\nmade[0].backward()"
    list(run(parse_scenario(f"{HEAD}```python\n{code}\n```\n", "some", "some.md"), check))
    assert [program.partition(";")[0] for program in found] == ["node_1 = w + constant_1"]


def test_a_mode_that_a_scenario_leaves_on_ends_with_it() -> None:
    assert printed("import torch\ntorch.inference_mode().__enter__()\nprint(torch.ones(1).is_inference())") == "True\n"
    assert printed("import torch\nprint(torch.ones(1).is_inference(), torch.is_grad_enabled())") == "False True\n"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("10%\\r100%\\r\\n", "100%"),
        ("batch 10\\rdone\\nnext", "doneh 10\\nnext"),
        ("batch 10\\r\\x1b[Kdone", "done"),
        ("batch 10\\x1b[2K\\rdone", "done    "),
        ("batch 10\\b\\b\\b:\\x1b[1K", "      10"),
        ("\\x1b[31mred\\x1b[0m\\rR", "Red"),
        ("a\\r\\nb\\r\\n", "a\\nb"),
    ],
)
def test_of_a_line_that_is_written_over_the_last_state_is_shown(written: str, shown: str) -> None:
    (result,) = blocks(f"import sys\nprint('{written}')\nprint('{written}', file=sys.stderr)")
    assert result.printed.rstrip("\n") == result.notes.rstrip("\n") == ast.literal_eval(f"'{shown}'")


def test_lines_of_a_notebook() -> None:
    assert printed("%matplotlib inline\nx = (7\n% 4)\nprint(x)") == "3\n"
    (result,) = blocks("%config InlineBackend.figure_format = 'svg'\n%load_ext autoreload\nprint(1)")
    assert (result.printed, result.error) == ("1\n", None)
    assert result.notes.startswith("%config is IPython's and no Python: it is not run here\n%load_ext is")
    (result,) = blocks("print(1)\n%timeit x = 1")
    assert result.printed == "1\n"
    assert result.error is not None
    assert result.error.endswith("SyntaxError: %timeit is IPython's and no Python: it is not run here\n")


def test_what_was_copied_from_a_console_is_not_taken_for_python() -> None:
    (result,) = blocks("\n>>> print(f)\n<object at 0x7f>\n>>> x")
    assert result.error is not None
    assert "line 9" in result.error
    assert "SyntaxError: >>> is a console's prompt" in result.error


def test_the_faces_of_other_libraries_are_imported_as_documents_do_it() -> None:
    code = (
        "from IPython import display\nfrom matplotlib import pyplot as plt, ticker\n"
        "from matplotlib_inline import backend_inline\nimport torchvision.transforms as transforms\n"
        "from torchvision import datasets, models\nprint(display.__name__, transforms.ToTensor())"
    )
    assert printed(code) == "gradcli.plot.ipython.display ToTensor()\n"


def test_settings_of_figures_are_those_of_a_fresh_process() -> None:
    code = (
        "import matplotlib.pyplot as plt\nprint(plt.rcParams['figure.figsize'])\nplt.rcParams['figure.figsize'] = 1, 2"
    )
    assert printed(code) == printed(code) == "(6.4, 4.8)\n"


def test_a_figure_that_grows_is_told_of_and_kept_once() -> None:
    class Follower:
        def __init__(self) -> None:
            self.lines: list[int] = []

        def drawn(self, figure: Figure) -> None:
            self.lines.append(len(figure.panels[0, 0].marks[0].x))

        def begin(self, source: str, step: Step) -> None: ...

        def backward(self, passes: int, loss: float | None) -> None: ...

        def batch(self, position: int, length: int | None) -> None: ...

        def end(self) -> None: ...

    code = (
        "import matplotlib.pyplot as plt\nfor i in range(1, 4):\n"
        "    plt.cla()\n    plt.plot([0] * i)\n    plt.pause(0.1)\nplt.show()"
    )
    follower = Follower()
    (result,) = run(parse_scenario(f"{HEAD}```python\n{code}\n```\n", "some", "some.md"), None, follower=follower)
    assert follower.lines == [1, 2, 3]
    assert len(result.figures) == 1


def test_hooks_of_modules_hear_only_what_the_code_asks_for() -> None:
    code = (
        "import torch\nnet = torch.nn.Linear(2, 1)\nx = torch.ones(2, requires_grad=True)\n"
        "net.register_full_backward_hook(lambda module, before, behind: print('heard'))\n"
        "net.register_full_backward_pre_hook(lambda module, behind: print('heard before'))\n"
        "net(x).backward()"
    )
    assert printed(code) == "heard before\nheard\n"


def test_a_backward_of_the_users_own_runs_once() -> None:
    code = (
        "import torch\nclass Twice(torch.autograd.Function):\n    calls = 0\n"
        "    @staticmethod\n    def forward(ctx, x, y):\n        return 2 * x, y * y\n"
        "    @staticmethod\n    def backward(ctx, g, h):\n        Twice.calls += 1\n        print('called', h)\n"
        "        return 2 * g, None\n"
        "x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)\n"
        "out, _ = Twice.apply(x, y)\nout.sum().backward(retain_graph=True)\n"
        "x.register_hook(lambda g: 5 * g)\nout.register_hook(lambda g: 3 * g)\nout.sum().backward()\n"
        "print(Twice.calls, x.grad)"
    )
    # In the second pass a hook changes what arrives: what was seen without hooks is not what it needs.
    assert printed(code) == "called tensor([0., 0.])\n" * 3 + "3 tensor([32., 32.])\n"
