"""What comes of running a scenario, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from gradcli.scenario.compare import difference, is_traceback
from gradcli.scenario.markdown import CUDA, Step
from gradcli.verdict import Word
from gradcli.words import said

if TYPE_CHECKING:
    from gradcli.engine.structure import GraphNode
    from gradcli.plot.figure import Figure
    from gradcli.scenario.judgement import Judgement
    from gradcli.verify.problem import Verdict


@dataclass(frozen=True)
class BackwardRecord:
    """One backward pass.

    roots      the names of the Tensors that it started from; "" for one without a name
    graphs     the grad_fn chain of each root
    gradients  what this pass computes for each leaf, by name: `.grad` grows by that much; or for each input, if asked
    verdicts   by the same names; empty where nothing was checked
    asked      whether the code names the inputs, which need not be leaves
    hooked     whether there are hooks on the way, which are not heard here
    """

    roots: tuple[str, ...]
    graphs: tuple[tuple[GraphNode, ...], ...]
    gradients: dict[str, Any]
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    asked: bool = False
    hooked: bool = False


@dataclass(frozen=True)
class StepResult:
    """What came of a step.

    printed     the text on standard output
    notes       the text on standard error, and warnings: shown, not compared
    error       the traceback, if the code raised
    difference  a unified diff, if the output is not the document's
    backwards   the backward passes in order
    unfollowed  how many more there were, which were neither recorded nor judged
    contradiction  one sentence, if the code shows another answer than the step's question has
    judgement   on the answer that was given to the step's question, if one was
    figures     what was plotted
    own_data    True if the output is that of the reader's own data, and not compared with the document's
    recorded    True if nothing was run: the code needs what is not here, and the output is the document's
    """

    step: Step
    printed: str = ""
    notes: str = ""
    error: str | None = None
    difference: str | None = None
    backwards: tuple[BackwardRecord, ...] = ()
    unfollowed: int = 0
    contradiction: str | None = None
    judgement: Judgement | None = None
    figures: tuple[Figure, ...] = ()
    own_data: bool = False
    recorded: bool = False

    @classmethod
    def as_recorded(cls, step: Step) -> Self:
        """A step that cannot be run here, with the output that the document has."""
        where = {
            "torch": said("Not run here: this needs PyTorch itself, which --engine torch takes."),
            CUDA: said("Not run here: this needs a graphics card; where there is one, --engine torch runs it."),
        }
        printed = "" if step.output is None else f"{step.output.text}\n"
        return cls(step, printed, f"{where[step.needs]}\n", recorded=True)

    @property
    def failed(self) -> bool:
        """True if the code raised, its output or what it answers differs, or a gradient or a given answer is wrong."""
        words = {verdict.word for backward in self.backwards for verdict in backward.verdicts.values()}
        told = (self.error, self.difference, self.contradiction)
        wrong = self.judgement is not None and not self.judgement.right
        return wrong or any(each is not None for each in told) or Word.MISMATCH in words


def concluded(
    step: Step,
    printed: str,
    notes: str,
    error: str | None,
    figures: tuple[Figure, ...] = (),
    *,
    own_data: bool = False,
) -> StepResult:
    """The result of a step whose code has run, held against the document; a traceback that it shows is no failure."""
    expected = step.expected(printed)
    if error is not None and expected is not None and is_traceback(error) and is_traceback(expected):
        printed, error = printed + error, None
    differs = None if own_data or error is not None else difference(expected, printed)
    return StepResult(step, printed, notes, error, differs, figures=figures, own_data=own_data and error is None)
