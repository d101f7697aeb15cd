"""`gradcli scenario`: the list, the tutorials as promised, and every way in which one can fail."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gradcli.engine.op import OPS
from gradcli.render.schemas import schema_of
from gradcli.scenario import library
from gradcli.scenario.front_matter import TRACKS
from gradcli.scenario.library import following

Run = Callable[..., Any]

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"


@pytest.fixture
def document(tmp_path: Path) -> Callable[..., str]:
    """`document(code, output)`: the path of a scenario with one block."""

    def write(code: str, output: str | None = None) -> str:
        path = tmp_path / "mine.md"
        shown = "" if output is None else f"\n```output\n{output}\n```\n"
        path.write_text(f"{HEAD}Prose.\n\n```python\nimport torch\n{code}\n```\n{shown}", encoding="utf-8")
        return str(path)

    return write


def run_json(gradcli: Run, *names: str) -> tuple[int, list[dict[str, Any]]]:
    outcome = gradcli("scenario", *names, "--json")
    jsonschema.validate(outcome.document, schema_of("scenario"))
    return outcome.code, outcome.document["scenarios"]


def verdicts(scenario: dict[str, Any]) -> list[str]:
    """The word on every gradient, in order."""
    passes = [backward for step in scenario["steps"] for backward in step["backwards"]]
    return [gradient["verdict"]["word"] for backward in passes for gradient in backward["gradients"].values()]


def gradients(scenario: dict[str, Any]) -> list[Any]:
    passes = [backward for step in scenario["steps"] for backward in step["backwards"]]
    return [gradient["value"] for backward in passes for gradient in backward["gradients"].values()]


def test_the_list(gradcli: Run) -> None:
    outcome = gradcli("scenario")
    assert outcome.code == 0
    tracks = [line.split()[0] for line in outcome.out.splitlines() if line.startswith(TRACKS)]
    assert tracks == sorted(set(tracks), key=TRACKS.index)
    assert tracks[0] in ("start", "tensors")
    words = outcome.out.split()
    assert {"mean-of-squares", "quadratic"} <= set(words)
    assert "check it against the formula." in " ".join(words)


@pytest.mark.parametrize(
    ("columns", "line"),
    [("40", r"scores-probabilities-loss  \d+ min"), ("80", r" {11}scores-probabilities-loss +\d+ ")],
)
def test_no_word_of_the_list_is_broken(gradcli: Run, monkeypatch: pytest.MonkeyPatch, columns: str, line: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    outcome = gradcli("scenario")
    assert any(re.match(line, each) for each in outcome.out.splitlines())
    assert "check it against the formula." in " ".join(outcome.out.split())
    assert max(map(len, outcome.out.splitlines())) <= int(columns)


def test_the_table_of_a_narrow_terminal(gradcli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    outcome = gradcli("scenario", "--track", "graph")
    assert re.search(r"^computational-graph  passed  6/6  \d+\.\d s$", outcome.out, re.MULTILINE)


def test_a_question_that_cannot_be_computed(gradcli: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    asked = "```question\nask: What?\nkind: gradient\nof: x**2 + (\nat: x=3\nanswer: 2*x\n```\n"
    path.write_text(f"{HEAD}{asked}\n```python\nx = 1\n```\n", encoding="utf-8")
    outcome = gradcli("scenario", str(path))
    assert (outcome.code, outcome.out) == (2, "")
    assert f"the question at {path}, line 8: '(' is never closed" in outcome.err


def test_the_list_as_json(gradcli: Run) -> None:
    code, scenarios = run_json(gradcli)
    assert code == 0
    assert {"mean-of-squares", "quadratic"} <= {scenario["name"] for scenario in scenarios}
    assert all("steps" not in scenario and "progress" in scenario for scenario in scenarios)


def test_mean_of_squares(gradcli: Run) -> None:
    code, (scenario,) = run_json(gradcli, "mean-of-squares")
    assert code == 0
    assert scenario["passed"]
    assert gradients(scenario) == [[[4.5, 4.5], [4.5, 4.5]]]
    assert verdicts(scenario) == ["proved"]
    printed = "".join(step["printed"] for step in scenario["steps"])
    for figure in (
        "tensor([[3., 3.],",
        "tensor([[27., 27.],",
        "tensor(27., grad_fn=<MeanBackward0>)",
        "[4.5000, 4.5000]",
    ):
        assert figure in printed
    (graph,) = [backward["graphs"][0] for step in scenario["steps"] for backward in step["backwards"]]
    assert [node["name"] for node in graph] == [
        "MeanBackward0", "MulBackward0", "MulBackward0", "AddBackward0", "AccumulateGrad",
    ]  # fmt: skip


def test_quadratic(gradcli: Run) -> None:
    code, (scenario,) = run_json(gradcli, "quadratic")
    assert code == 0
    assert gradients(scenario) == [-2, -4, -2, 0, 2, 1, 3, 9]
    assert verdicts(scenario) == ["proved"] * 8


def test_what_the_screen_shows(gradcli: Run) -> None:
    outcome = gradcli("scenario", "mean-of-squares")
    assert outcome.code == 0
    for text in (
        "The gradient of a mean of squares",
        "out = z.mean()",
        "backward from out",
        "└─ AccumulateGrad x",
        "proved",
    ):
        assert text in outcome.out
    *_, last, further = outcome.out.splitlines()
    assert last == "mean-of-squares: 5 of 5 outputs as documented; gradients: 1 proved"
    (name,) = following(library.load("mean-of-squares"))
    assert further == f"Next: gradcli scenario {name}"


def test_several_scenarios_in_one_go(gradcli: Run) -> None:
    code, scenarios = run_json(gradcli, "quadratic", "mean-of-squares")
    assert (code, [scenario["name"] for scenario in scenarios]) == (0, ["quadratic", "mean-of-squares"])


@pytest.mark.parametrize(("figure", "wrong"), [("4.5000, 4.5000", "4.5000, 4.5001"), ("27.", "28."), ("Mean", "Sum")])
def test_a_changed_figure_is_found(gradcli: Run, tmp_path: Path, figure: str, wrong: str) -> None:
    source = Path(__file__).parent.parent.parent / "scenarios" / "mean-of-squares.md"
    before, output, after = source.read_text("utf-8").rpartition(figure)
    assert output
    changed = tmp_path / "changed.md"
    changed.write_text(before + wrong + after, encoding="utf-8")
    outcome = gradcli("scenario", str(changed))
    assert outcome.code == 1
    assert "The output is not the document's" in outcome.out
    assert "4 of 5 outputs as documented" in outcome.out


def test_a_wrong_rule_is_a_mismatch(gradcli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OPS["mean"], "pulls", (lambda g, slots: g,))
    code, (scenario,) = run_json(gradcli, "mean-of-squares")
    assert code == 1
    assert verdicts(scenario) == ["mismatch"]
    assert not scenario["passed"]


def test_a_wrong_rule_fails_even_where_nothing_is_printed(
    gradcli: Run, document: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OPS["sin"], "pulls", (lambda g, slots: g,))
    outcome = gradcli("scenario", document("x = torch.tensor(0.5, requires_grad=True)\ntorch.sin(x).backward()"))
    assert outcome.code == 1
    assert "mismatch" in outcome.out


def test_an_operation_without_a_form_is_left_to_differences(gradcli: Run, document: Callable[..., str]) -> None:
    code = "x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)\ntorch.median(x).backward()"
    exit_code, (scenario,) = run_json(gradcli, document(code))
    (backward,) = scenario["steps"][0]["backwards"]
    verdict = backward["gradients"]["x"]["verdict"]
    assert (exit_code, verdict["word"]) == (0, "agrees")
    assert verdict["methods"] == {"numeric": "agrees"}
    assert "median" in verdict["detail"]


def test_gradients_that_accumulate_are_checked_pass_by_pass(gradcli: Run, document: Callable[..., str]) -> None:
    code = "x = torch.tensor(3.0, requires_grad=True)\n(x**2).backward()\n(x**3).backward()\nprint(x.grad)"
    exit_code, (scenario,) = run_json(gradcli, document(code, "tensor(33.)"))
    assert (exit_code, gradients(scenario), verdicts(scenario)) == (0, [6, 27], ["proved", "proved"])


def test_second_derivatives_are_checked_too(gradcli: Run, document: Callable[..., str]) -> None:
    code = "x = torch.tensor(2.0, requires_grad=True)\n(g,) = torch.autograd.grad(x**4, x, create_graph=True)\n"
    code += "g.backward()"
    exit_code, (scenario,) = run_json(gradcli, document(code))
    assert (exit_code, gradients(scenario), verdicts(scenario)) == (0, [32, 48], ["proved", "proved"])


def test_a_block_that_raises(gradcli: Run, document: Callable[..., str]) -> None:
    path = document("x = torch.ones(2, requires_grad=True)\nx.backward()")
    outcome = gradcli("scenario", path)
    assert outcome.code == 1
    assert f'File "{path}", line 12' in outcome.out.replace("\n", "")
    assert "grad can be implicitly created only for scalar outputs" in outcome.out
    assert "0 of 1 output as documented" in outcome.out


def test_not_a_number_in_json_is_strict(gradcli: Run, document: Callable[..., str]) -> None:
    code = "x = torch.tensor(0.0, requires_grad=True)\ntorch.log(x).backward()"
    _, (scenario,) = run_json(gradcli, document(code))
    assert gradients(scenario) == ["Infinity"]


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("mean-of-square", "there is no scenario 'mean-of-square'", "did you mean mean-of-squares?"),
        ("nowhere.md", "there is no file 'nowhere.md'", None),
        ("xyzzy", "there is no scenario 'xyzzy'", "`gradcli scenario` lists them"),
    ],
)
def test_a_scenario_that_does_not_exist(gradcli: Run, name: str, message: str, hint: str | None) -> None:
    outcome = gradcli("scenario", "quadratic", name)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    error = gradcli("scenario", name, "--json").document["error"]
    assert (error["message"], error["hint"]) == (message, hint)


def test_a_document_out_of_order_is_shown_with_its_line(gradcli: Run, tmp_path: Path) -> None:
    path = tmp_path / "broken.md"
    path.write_text(HEAD + "```pyhton\n```\n", encoding="utf-8")
    outcome = gradcli("scenario", str(path))
    assert (outcome.code, outcome.out) == (2, "")
    assert f"{path}, line 7" in outcome.err
    error = json.loads(gradcli("scenario", str(path), "--json").out)["error"]
    assert (error["code"], error["span"]["line"], error["span"]["source"]) == ("fence", 7, str(path))
