"""The derivation of `gradcli explain` as Markdown and as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from gradcli.calculator.commands.explain import Explanation, Pass
from gradcli.calculator.commands.tape import Argument, Step, Tape
from gradcli.calculator.kernel.question import Derivative
from gradcli.render.explain import (
    BACKWARD,
    DUAL,
    FORWARD,
    backward_rows,
    dual_rows,
    forward_rows,
    sums,
    why_reverse,
    without_steps,
)
from gradcli.render.latex import latex, latex_array, latex_name, latex_words
from gradcli.render.numbers import brief
from gradcli.render.verdict import open_verdicts


def explain_markdown(explanation: Explanation, *, forward: bool) -> str:
    """Tables of the steps, a line for each gradient, and the reason of every verdict that is not plain."""
    answer, tape = explanation.answer, explanation.tape
    lines = [f"## {_code(answer.understood)}", ""]
    if not tape.steps:
        lines += [without_steps(explanation), ""]
    elif forward:
        lines += [DUAL, "", *_table(*dual_rows(explanation)), "", why_reverse(explanation), ""]
    else:
        lines += [FORWARD, "", *_table(*forward_rows(tape)), ""]
        lines += [BACKWARD.format(g=_code(tape.cotangent)), "", *_table(*backward_rows(tape)), ""]
        lines += [f"- {_code(line)}" for line in sums(tape)]
        lines += [""] if lines[-1] else []
    lines += [
        f"**Gradient for {_code(each.name)}**: {_code(brief(each.gradient))}{_verdict(each)}"
        for each in answer.derivatives
    ]
    reasons = [
        f"- {_code(name)}: {verdict.word}: {verdict.detail}" for name, verdict in open_verdicts(answer.named_verdicts)
    ]
    return "\n".join([*lines, *([""] if reasons else []), *reasons]) + "\n"


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(_code(cell) for cell in row)} |"


def _code(text: str) -> str:
    """The text as code in Markdown; a bar would end the cell."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def _verdict(derivative: Derivative) -> str:
    return f", {derivative.verdict.word}" if derivative.verdict else ", not checked"


def explain_latex(explanation: Explanation, *, forward: bool) -> str:
    """Aligned equations, for amsmath: the steps, how their cotangents or tangents follow, and the gradients."""
    answer, tape = explanation.answer, explanation.tape
    blocks = [f"% {answer.understood}"]
    if tape.steps:
        named = [f"{latex_name(name)} &= {latex_array(array)}" for name, array in tape.constants.items()]
        blocks.append(_aligned([*named, *map(_value, tape.steps)]))
        if forward:
            blocks += [_aligned(_tangents(tape, one)) for one in explanation.passes]
        else:
            last = tape.steps[-1]
            seed = f"{_bar(last.name)} &= {latex_array(last.upstream)}"
            blocks.append(_aligned([seed, *(line for step in reversed(tape.steps) for line in _pulled(tape, step))]))
    blocks.append(_aligned(_gradient(derivative) for derivative in answer.derivatives))
    blocks += [f"% {name}: {verdict.word}: {verdict.detail}" for name, verdict in open_verdicts(answer.named_verdicts)]
    return "\n".join(blocks) + "\n"


def _aligned(lines: Iterable[str]) -> str:
    return "\\begin{align*}\n  " + " \\\\\n  ".join(lines) + "\n\\end{align*}"


def _value(step: Step) -> str:
    return f"{latex_name(step.name)} &= {latex(step.expression)} = {latex_array(step.value)}"


def _bar(name: str) -> str:
    """The cotangent of a name."""
    return rf"\bar{{{latex_name(name)}}}"


def _pulled(tape: Tape, step: Step) -> Iterator[str]:
    """What a step contributes to the cotangents of its arguments."""
    for argument in step.arguments:
        yield f"{_bar(argument.operand)} &\\mathrel{{+}}= {_rule(tape, step, argument)} = {_fitted(argument)}"


def _rule(tape: Tape, step: Step, argument: Argument) -> str:
    formula = argument.rule.formula
    if isinstance(formula, str):
        return latex_words(formula)
    if not argument.rule.local:
        # The name that stands for the cotangent in formulas is written as the cotangent of this step.
        return latex(formula, {tape.cotangent: _bar(step.name)})
    slope = rf"\frac{{\partial {latex_name(step.name)}}}{{\partial {latex_name(argument.operand)}}}"
    return rf"{_bar(step.name)} \cdot {slope} = {_bar(step.name)} \cdot \left({latex(formula)}\right)"


def _fitted(argument: Argument) -> str:
    note = rf"\quad {latex_words(f'({argument.fitted})')}" if argument.fitted else ""
    return latex_array(argument.contribution) + note


def _tangents(tape: Tape, one: Pass) -> Iterator[str]:
    """The speeds of the steps in one pass, and the slope that they come to."""
    index = rf"\left[{', '.join(map(str, one.index))}\right]" if one.index else ""
    yield rf"\dot{{{latex_name(one.variable)}}}{index} &= 1"
    for step in tape.steps:
        yield rf"\dot{{{latex_name(step.name)}}} &= {latex_array(one.tangents[step.name])}"


def _gradient(derivative: Derivative) -> str:
    verdict = latex_words(_verdict(derivative))
    return rf"\nabla_{{{latex_name(derivative.name)}}} &= {latex_array(np.asarray(derivative.gradient))}{verdict}"
