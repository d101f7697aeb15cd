"""`gradcli scenario --emit` and `--against`: what is written where, and how it ends."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import nbformat
import pytest

from gradcli.render.schemas import schema_of
from gradcli.scenario import pytorch as pytorch_process

Run = Callable[..., Any]

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"
CODE = "```python\nimport torch\nprint(torch.ones(1))\n```\n\n```output\ntensor([1.])\n```\n"


@pytest.fixture
def document(tmp_path: Path) -> Callable[[str], str]:
    """`document(text)`: the path of a scenario that has this text."""

    def write(text: str) -> str:
        path = tmp_path / "mine.md"
        path.write_text(HEAD + text, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def pytorch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`pytorch(text)`: makes a module `torch` whose `ones` gives this text stand for PyTorch."""

    def install(text: str) -> None:
        folder = tmp_path / "installed"
        folder.mkdir()
        code = f"__version__ = '9.9'\ndef ones(*shape):\n    return {text!r}\n"
        (folder / "torch.py").write_text(code, encoding="utf-8")
        monkeypatch.syspath_prepend(str(folder))

    return install


@pytest.mark.parametrize(("form", "begin"), [("py", "# A title\n"), ("ipynb", "{"), ("html", "<!DOCTYPE html>\n")])
def test_a_scenario_is_written_to_a_file_or_on_stdout(
    gradcli: Run, document: Callable[[str], str], tmp_path: Path, form: str, begin: str
) -> None:
    source, target = document(CODE), tmp_path / "there"
    outcome = gradcli("scenario", source, "--emit", form)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(begin)
    again = gradcli("scenario", source, "--emit", form, "-o", str(target))
    assert (again.code, again.out) == (0, "")
    assert target.read_text("utf-8") == outcome.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.md", "there"]


def test_several_scenarios_are_written_into_a_folder(
    gradcli: Run, document: Callable[[str], str], tmp_path: Path
) -> None:
    folder = tmp_path / "made" / "here"
    outcome = gradcli("scenario", document(CODE), "grad-fn", "--emit", "html", "-o", str(folder))
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert sorted(path.name for path in folder.iterdir()) == ["grad-fn.html", "mine.html"]
    assert "<h1>A title</h1>" in (folder / "mine.html").read_text("utf-8")
    assert gradcli("scenario", "quadratic", "--emit", "py", "-o", str(folder)).code == 0
    assert (folder / "quadratic.py").is_file()


def test_a_notebook_on_stdout_is_one(gradcli: Run, document: Callable[[str], str]) -> None:
    outcome = gradcli("scenario", document(CODE), "--emit", "ipynb")
    assert nbformat.reads(outcome.out, 4).cells[-1].outputs[0].text == "tensor([1.])\n"


def test_what_differs_is_written_and_fails(gradcli: Run, document: Callable[[str], str]) -> None:
    outcome = gradcli("scenario", document(CODE.replace("1.]", "2.]")), "--emit", "html")
    assert outcome.code == 1
    assert "The output is not the document's" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["quadratic", "mean-of-squares", "--emit", "py"], "several scenarios need a folder"),
        (["quadratic", "quadratic", "--emit", "py", "-o", "."], "two scenarios would become quadratic.py"),
        (["quadratic", "grad-fn", "--emit", "py", "-o", "/dev/null"], "'/dev/null' is no folder to write to"),
        (["quadratic", "--emit", "html", "--json"], "--emit writes no JSON"),
        (["quadratic", "--emit", "docx"], "'docx' is not one of 'py', 'ipynb', 'html'"),
        (["quadratic", "-o", "x.html"], "--output needs --emit"),
        (["quadratic", "--emit", "py", "-o", "nowhere/x.py"], "'nowhere/x.py' cannot be written: No such file"),
        (["quadratic", "--emit", "py", "--lint"], "--lint and --emit exclude each other"),
        (["quadratic", "--against", "jax"], "'jax' is not"),
    ],
)
def test_wrong_usage(gradcli: Run, arguments: list[str], message: str) -> None:
    outcome = gradcli("scenario", *arguments)
    assert outcome.code == 2
    assert message in (outcome.err or outcome.out)


def test_outputs_as_pytorch_gives_them(
    gradcli: Run, document: Callable[[str], str], pytorch: Callable[[str], None]
) -> None:
    pytorch("tensor([1.])")
    outcome = gradcli("scenario", document(CODE), "--against", "torch")
    assert (outcome.code, outcome.out) == (0, "mine: 1 of 1 output as on PyTorch 9.9\n")


def test_outputs_that_differ_from_pytorchs(
    gradcli: Run, document: Callable[[str], str], pytorch: Callable[[str], None]
) -> None:
    pytorch("tensor([1.5])")
    source = document(CODE)
    outcome = gradcli("scenario", source, "--against", "torch")
    assert outcome.code == 1
    assert f"{source}, line 8:" in outcome.out
    assert "0 of 1 output as on PyTorch 9.9" in outcome.out
    outcome = gradcli("scenario", source, "--against", "torch", "--json")
    assert outcome.code == 1
    jsonschema.validate(outcome.document, schema_of("scenario"))
    (step,) = outcome.document["scenarios"][0]["against"]["steps"]
    assert (step["ours"], step["theirs"]) == ("tensor([1.])\n", "tensor([1.5])\n")


def test_where_torchvision_is_not_installed_beside_pytorch(
    gradcli: Run, document: Callable[[str], str], pytorch: Callable[[str], None], tmp_path: Path
) -> None:
    pytorch("tensor([1.])")
    (tmp_path / "other.md").write_text(Path(source := document(CODE)).read_text("utf-8"), encoding="utf-8")
    Path(source).write_text(HEAD + CODE.replace("import torch\n", "import torch, torchvision.models\n"), "utf-8")
    for option in ("--against", "--engine"):
        outcome = gradcli("scenario", source, option, "torch")
        told = (
            "error: not run, since torchvision is not installed beside PyTorch: mine\nhint: pip install torchvision\n"
        )
        assert (outcome.code, outcome.out, outcome.err) == (2, "", told)
        outcome = gradcli("scenario", source, str(tmp_path / "other.md"), option, "torch")
        assert outcome.code == 2
        assert "other" in outcome.out
        assert outcome.err.endswith(told)
        outcome = gradcli("scenario", source, str(tmp_path / "other.md"), option, "torch", "--json")
        jsonschema.validate(outcome.document, schema_of("scenario"))
        assert [page.get("lacks") for page in outcome.document["scenarios"]] == [None, "torchvision"]


def test_a_page_on_pytorch_itself(gradcli: Run, document: Callable[[str], str], pytorch: Callable[[str], None]) -> None:
    pytorch("tensor([1.])")
    source = document(CODE)
    outcome = gradcli("scenario", source, "--engine", "torch")
    assert outcome.code == 0
    assert "mine: 1 of 1 output as documented" in outcome.out
    assert "run on PyTorch 9.9; gradients are not checked there" in outcome.err
    outcome = gradcli("scenario", source, "--engine", "torch", "--json")
    jsonschema.validate(outcome.document, schema_of("scenario"))
    (page,) = outcome.document["scenarios"]
    assert (page["engine"], page["passed"]) == ("PyTorch 9.9", True)
    outcome = gradcli("scenario", source, "--engine", "torch", "--lint")
    assert outcome.code == 2
    assert "--engine torch runs scenarios from start to end, without --lint" in outcome.err


def test_a_page_on_pytorch_that_prints_something_else(
    gradcli: Run, document: Callable[[str], str], pytorch: Callable[[str], None]
) -> None:
    pytorch("tensor([1.5])")
    outcome = gradcli("scenario", document(CODE), "--engine", "torch")
    assert outcome.code == 1
    assert "+tensor([1.5])" in outcome.out


def test_without_pytorch(gradcli: Run, document: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytorch_process, "find_spec", lambda _: None)
    outcome = gradcli("scenario", document(CODE), "--against", "torch")
    assert (outcome.code, outcome.out) == (2, "")
    assert "pip install torch" in outcome.err


def test_plots_are_drawn(gradcli: Run, document: Callable[[str], str]) -> None:
    code = "```python\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('A plot')\nplt.show()\n```\n"
    source = document(code)
    outcome = gradcli("scenario", source)
    assert outcome.code == 0
    assert "A plot" in outcome.out
    assert "┤" in outcome.out


PLOTS = """```python
import matplotlib.pyplot as plt
import numpy as np
figure, axes = plt.subplots(1, 3)
axes[0].semilogy([1, 10], label="grows")
axes[1].bar(["a", "b"], [3, 4])
axes[2].imshow(np.zeros((1, 2, 3)))
plt.show()
```
"""


def test_plots_are_in_the_document(gradcli: Run, document: Callable[[str], str]) -> None:
    outcome = gradcli("scenario", document(PLOTS), "--json")
    jsonschema.validate(outcome.document, schema_of("scenario"))
    ((figure,),) = [step["figures"] for step in outcome.document["scenarios"][0]["steps"]]
    assert (figure["rows"], figure["columns"]) == (1, 3)
    line, bars, image = (panel["marks"][0] for panel in figure["panels"])
    assert [panel["yscale"] for panel in figure["panels"]] == ["log", "linear", "linear"]
    assert line == {"kind": "line", "label": "grows", "x": [0, 1], "y": [1, 10]}
    assert (bars["y"], bars["names"]) == ([3, 4], ["a", "b"])
    assert image["pixels"] == [[[0, 0, 0], [0, 0, 0]]]
    assert (image["width"], image["height"], image["digest"]) == (2, 1, hashlib.sha256(bytes(6)).hexdigest())


def test_of_a_large_image_json_has_the_size_and_a_digest(gradcli: Run, document: Callable[[str], str]) -> None:
    code = "```python\nimport matplotlib.pyplot as plt\nplt.imshow([[0.0] * 201] * 100)\nplt.show()\n```\n"
    outcome = gradcli("scenario", document(code), "--json")
    jsonschema.validate(outcome.document, schema_of("scenario"))
    (image,) = outcome.document["scenarios"][0]["steps"][0]["figures"][0]["panels"][0]["marks"]
    assert (image["width"], image["height"], "pixels" in image) == (201, 100, False)
    assert len(outcome.out) < 10_000
