"""The answer of `gradcli hessian`, for the screen and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from gradcli.calculator.commands.hessian import Hessian, Shape
from gradcli.calculator.commands.jacobian import JacobianBlock
from gradcli.render.matrix import Blocks, block_document, matrix_document, missing_remarks, value_lines
from gradcli.render.numbers import json_array, json_number, screen_array, short
from gradcli.render.verdict import verdict_remarks

MEANING = {
    "minimum": "a strict local minimum",
    "maximum": "a strict local maximum",
    "saddle": "a saddle point",
    "degenerate": "a degenerate critical point: second derivatives do not tell which",
    "convex": "not a critical point; curved upwards in every direction, or level",
    "concave": "not a critical point; curved downwards in every direction, or level",
    "mixed": "not a critical point; curved upwards in some directions and downwards in others",
    "flat": "not a critical point; no curvature",
}


def hessian_screen(answer: Hessian) -> RenderableType:
    """What was understood, value and gradient, the blocks, and the shape."""
    parts: list[RenderableType] = [Text(answer.understood, style="bold cyan")]
    if answer.values:
        (_, value), *first = answer.values
        parts += [Text(), value_lines([("value", value), *((f"d/d{name}", array) for name, array in first)])]
    parts += [Text(), Blocks(answer.blocks, hessian_title)]
    if answer.form is not None:
        parts += [Text(), *_shape(answer.form)]
    parts += [*missing_remarks(answer), *verdict_remarks((hessian_title(b), b.verdict) for b in answer.blocks)]
    return Group(*parts)


def hessian_title(block: JacobianBlock) -> str:
    """The block as Leibniz writes it."""
    return f"d2/d{block.output}2" if block.output == block.variable else f"d2/d{block.output} d{block.variable}"


def _shape(form: Shape) -> Iterator[Text]:
    if form.symmetric:
        yield Text("symmetric", style="dim")
    else:
        yield Text(
            f"not symmetric: entries differ from their mirror images by up to {short(form.asymmetry)}", "bold red"
        )
    if form.eigenvalues is not None and form.signs is not None:
        negative, zero, positive = form.signs
        yield Text("eigenvalues ", style="dim").append(screen_array(form.eigenvalues), style="default")
        yield Text(f"{negative} negative, {zero} zero, {positive} positive: ").append(MEANING[form.word], style="bold")


def hessian_document(answer: Hessian) -> dict[str, Any]:
    """The answer as JSON."""
    form = answer.form
    value, *first = answer.values or (("value", None),)
    return {
        **matrix_document("hessian", answer),
        "value": json_array(value[1]),
        "gradient": {name: json_array(array) for name, array in first},
        "blocks": [{"variables": [b.output, b.variable], **block_document(b)} for b in answer.blocks],
        "shape": None
        if form is None
        else {
            "gradient_norm": json_number(form.gradient),
            "critical": form.critical,
            "symmetric": form.symmetric,
            "asymmetry": json_number(form.asymmetry),
            "eigenvalues": json_array(form.eigenvalues),
            "signs": None
            if form.signs is None
            else dict(zip(("negative", "zero", "positive"), form.signs, strict=True)),
            "word": form.word,
        },
    }
