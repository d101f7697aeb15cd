"""The derivation of `gradcli explain` as JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.calculator.commands.explain import Explanation
from gradcli.calculator.commands.tape import Argument, Step, Tape
from gradcli.lang.unparse import unparse
from gradcli.render.diff import gradient_document
from gradcli.render.numbers import json_array, json_number
from gradcli.render.schemas import tag
from gradcli.render.verdict import verdict_document


def explain_document(explanation: Explanation, mode: str) -> dict[str, Any]:
    """Both passes step by step, those of forward mode if that was asked for, and the gradients as `diff` has them."""
    answer, tape = explanation.answer, explanation.tape
    return {
        "schema": tag("explain"),
        "understood": answer.understood,
        "dtype": answer.dtype,
        "notes": list(answer.notes),
        "mode": mode,
        "cotangent_name": tape.cotangent,
        # Some are conditions, which count as 0 and 1.
        "constants": {name: json_array(np.asarray(array) + 0.0) for name, array in tape.constants.items()},
        "forward": [_step(step) for step in tape.steps],
        "backward": [_back(tape, step) for step in reversed(tape.steps)],
        "inputs": explanation.inputs,
        "passes": [
            {
                "variable": one.variable,
                "index": list(one.index),
                "tangents": {name: json_array(array) for name, array in one.tangents.items()},
                "slope": json_number(one.slope),
            }
            for one in explanation.passes
        ],
        "value": json_array(answer.value),
        "value_verdict": verdict_document(answer.value_verdict),
        "gradients": {derivative.name: gradient_document(derivative) for derivative in answer.derivatives},
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "step": step.name,
        "expression": unparse(step.expression),
        "op": step.node,
        "shape": list(np.shape(step.value)),
        "value": json_array(step.value),
    }


def _back(tape: Tape, step: Step) -> dict[str, Any]:
    return {
        "step": step.name,
        "node": step.node,
        "upstream": json_array(step.upstream),
        "from": [source for source, _ in tape.arrivals.get(step.name, [])],
        "contributions": [_argument(argument) for argument in step.arguments],
    }


def _argument(argument: Argument) -> dict[str, Any]:
    rule = argument.rule
    return {
        "to": argument.operand,
        "kind": "local derivative" if rule.local else "contribution",
        "formula": rule.formula if isinstance(rule.formula, str) else unparse(rule.formula),
        "local": json_array(argument.local),
        "value": json_array(argument.contribution),
        "fitted": argument.fitted or None,
    }
