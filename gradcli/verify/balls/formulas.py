"""The value of a formula at a point: of a claimed derivative, and of SymPy's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.lang.tree import NoFormError
from gradcli.verify.balls.enclosures import DOMAIN, Enclosed, Enclosures


def exact_value(text: str, values: Mapping[str, Any]) -> Enclosed:
    """Of a formula in which 1/3 is a third and pi is pi, as SymPy means it; the names are arrays."""
    program = parse(text, find, bound=values).program
    try:
        return Enclosures(program, values, (), "float64", folding=False).value()[0]
    except NoFormError as reason:
        return Enclosed(DOMAIN, reason=str(reason))
