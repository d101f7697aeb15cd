"""The forms of the catalogue: they are read, and made of what every target has."""

from __future__ import annotations

import pytest

from gradcli.catalogue import catalogue
from gradcli.lang.array_primitives import ARRAY_PRIMITIVES
from gradcli.lang.forms import ARITHMETIC, form_of
from gradcli.lang.functions import functions
from gradcli.lang.tree import NoFormError
from gradcli.verify.balls import primitives as balls
from gradcli.verify.forms import PRIMITIVES as SYMPY

WITH_FORM = [function for function in catalogue() if function.form]
PRIMITIVE = [f.name for f in functions().values() if f.pointwise and not f.form and f.name not in ARITHMETIC]


@pytest.mark.parametrize("function", WITH_FORM, ids=lambda f: f.name)
def test_a_form_is_read(function) -> None:
    assert callable(form_of(function))
    assert function.name not in {*ARRAY_PRIMITIVES, *ARITHMETIC, *SYMPY, *balls.PRIMITIVES}, "two definitions"


@pytest.mark.parametrize("name", PRIMITIVE)
def test_every_target_has_the_primitives(name: str) -> None:
    assert name in balls.PRIMITIVES
    assert name in SYMPY or name == "detach"


def test_what_has_no_form_says_so() -> None:
    with pytest.raises(NoFormError, match="no symbolic form: zeros"):
        form_of(functions()["zeros"])


def test_no_row_stands_twice() -> None:
    names = [function.name for function in catalogue()]
    assert len(names) == len(set(names))
