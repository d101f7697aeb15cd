"""What our face of matplotlib lacks is drawn by matplotlib itself, where that is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcli.plot.figure import Figure, Image
from gradcli.scenario import runner
from gradcli.scenario.markdown import parse_scenario
from gradcli.scenario.results import StepResult
from gradcli.scenario.runner import Session, run

HEAD = "---\ntitle: A title\ntrack: basics\nminutes: 5\naim: An aim.\n---\n"
BEGIN = "import torch\nimport matplotlib.pyplot as plt\nx = torch.linspace(0, 1, 20)\nprint(torch.rand(1))"


def blocks(*codes: str, source: str = "some.md") -> list[StepResult]:
    text = HEAD + "".join(f"```python\n{code}\n```\n" for code in codes)
    return list(run(parse_scenario(text, "some", source), None))


def pictures(result: StepResult) -> list[np.ndarray[Any, Any]]:
    """The pixels of the figures that matplotlib has drawn."""
    return [
        mark.pixels
        for figure in result.figures
        for panel in figure.panels.values()
        for mark in panel.marks
        if isinstance(mark, Image)
    ]


@pytest.mark.parametrize(
    "code",
    [
        "plt.axvspan(0, 1)",
        "plt.text(0, 0, 'here')",
        "plt.fill_between(x, 0, x**2)",
        "plt.plot(x, x); plt.grid(linestyle='--', which='both')",
        "plt.plot(x, x); plt.subplots_adjust(left=0.2)",
        "fig, ax = plt.subplots(sharex=True)\nax.twinx().plot(x, x)",
        "plt.imshow(torch.eye(3), cmap='viridis'); plt.colorbar()",
        "plt.bar(x, x, bottom=1)",
        "X, Y = torch.meshgrid(x, x, indexing='ij')\nplt.figure().add_subplot(projection='3d').plot_surface(X, Y, X*Y)",
        "from matplotlib.patches import Circle\nplt.gca().add_patch(Circle((0, 0), 1))",
        "plt.rcParams['axes.grid'] = True\nplt.plot(x, x)",
    ],
)
@pytest.mark.parametrize("end", ["", "\nplt.show()"], ids=["left open", "shown"])
def test_it_draws_what_the_face_lacks(code: str, end: str) -> None:
    first, second = blocks(BEGIN, code + end)
    assert (first.error, second.error) == (None, None)
    (pixels,) = pictures(second)
    assert pixels.shape[2] == 3
    assert pixels.min() < 128 < pixels.max()
    assert "drawn by matplotlib" in second.notes


def test_earlier_steps_are_run_again_as_they_were() -> None:
    drawn = "plt.axvspan(0, 1)\nprint(x.sum(), torch.rand(1))"
    first, second, third = blocks(BEGIN, drawn, "plt.plot(x, x)\nprint(torch.rand(1))")
    plain = blocks(BEGIN, drawn.replace("plt.axvspan(0, 1)", ""), "print(torch.rand(1))")
    assert [one.printed for one in (first, second, third)] == [one.printed for one in plain]
    assert "drawn by matplotlib" not in third.notes
    assert len(pictures(third)) == 1


def test_the_face_draws_what_it_has() -> None:
    _, second = blocks(BEGIN, "plt.plot(x, x)")
    assert pictures(second) == []
    assert len(second.figures) == 1
    assert second.notes == ""


def test_a_page_after_such_a_page_has_the_face_again() -> None:
    blocks(BEGIN, "plt.axvspan(0, 1)")
    test_the_face_draws_what_it_has()


def test_backward_passes_are_followed_there() -> None:
    code = "plt.axvspan(0, 1)\nw = torch.ones(2, requires_grad=True)\n(w*w).sum().backward()"
    _, second = blocks(BEGIN, code)
    assert [record.gradients["w"].tolist() for record in second.backwards] == [[2.0, 2.0]]


def test_live_figures_are_seen_by_who_watches() -> None:
    class Watcher:
        def __init__(self) -> None:
            self.seen: list[Figure] = []

        def drawn(self, figure: Figure) -> None:
            self.seen.append(figure)

        def begin(self, source: str, step: Any) -> None: ...

        def batch(self, position: int, length: int | None) -> None: ...

        def end(self) -> None: ...

    text = f"{HEAD}```python\n{BEGIN}\nfor y in (1, 2):\n    plt.axvspan(0, y)\n    plt.pause(10)\n```\n"
    watcher = Watcher()
    session = Session(parse_scenario(text, "some", "some.md"), follower=watcher)  # type: ignore[arg-type]
    result = session.run(session.scenario.steps[0])
    assert result.error is None
    assert len(watcher.seen) == 2
    assert len(pictures(result)) == 1


def test_a_notebooks_display_shows_it() -> None:
    _, second = blocks(BEGIN, "from IPython import display\nplt.axvspan(0, 1)\ndisplay.display(plt.gcf())\nplt.close()")
    assert len(pictures(second)) == 1


def test_modules_beside_the_page_have_it_too(tmp_path: Path) -> None:
    (tmp_path / "drawing.py").write_text("import matplotlib.pyplot as plt\n\ndef line():\n    plt.axvspan(0, 1)\n")
    (only,) = blocks("import drawing\ndrawing.line()", source=str(tmp_path / "page.md"))
    assert only.error is None
    assert len(pictures(only)) == 1


def test_other_errors_are_the_pages_own() -> None:
    for code in ("x.nothing", "raise NotImplementedError('of its own')", "plt.plot([1, 2], [1, 2, 3])", "int(None)"):
        _, second = blocks(BEGIN, code)
        assert second.error is not None
        assert "drawn by" not in second.notes


def test_without_it_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "find_spec", lambda name: None)
    _, second = blocks(BEGIN, "plt.axvspan(0, 1)")
    last = (second.error or "").splitlines()
    assert "has no attribute 'axvspan'" in last[-2]
    assert last[-1] == "matplotlib itself draws what is lacking, if it is there: pip install 'gradcli[plot]'"


def test_what_an_earlier_step_lacked_is_not_what_stops_a_later_one() -> None:
    shown = "Traceback (most recent call last):\n  …\nAttributeError: module 'matplotlib.pyplot' has no attribute"
    text = (
        f"{HEAD}```python\nimport matplotlib.pyplot as plt\nplt.nothing\n```\n\n```output\n{shown}\n```\n\n"
        "```python\nwhile True: pass\n```\n"
    )
    first, second = run(parse_scenario(text, "some", "some.md"), None, 0.3)
    assert first.error is None
    assert (second.error or "").endswith("stopped after 0.3 s (--timeout)\n")
    assert second.notes == ""
