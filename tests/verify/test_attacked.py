"""What an attack on the verdict has found: claims that once held and are wrong, or were open without need."""

from __future__ import annotations

from typing import Any

import pytest

from gradcli.calculator.claims.check import check
from gradcli.calculator.claims.claim import Claim
from gradcli.verdict import Word


class _NoSympy:
    """Nothing here may rest on SymPy's word."""

    def ask(self, _request: Any, _timeout: float) -> dict[str, Any]:
        return {"error": "not asked"}


def word(expression: str, grad: Any, at: dict[str, float] | None = None, name: str = "x") -> Word:
    claim = Claim(expression, {name: grad}, at or {}, option="")
    return check(claim, _NoSympy(), always=False).word


@pytest.mark.parametrize(
    "claimed",
    [
        "where(x**2==6.25,7,2*x)",
        "2*x+0**(x**2-6.25)**2",
        "where(x==1/7,7,2*x)",
        "where(x==pi,7,2*x)",
        "where(sqrt(x)==3,7,2*x)",
        "2*x+sign(x-pi)**2-1",
    ],
)
def test_a_formula_that_is_wrong_at_one_point_is_refuted(claimed: str) -> None:
    assert word("x**2", claimed) is Word.MISMATCH


@pytest.mark.parametrize(
    ("expression", "claimed", "name"),
    [
        ("x*y", "where(x*y==6,7,y)", "x"),
        ("t*where(x+y==3,1,0)", "0", "t"),
        ("t*where(x*4==1,1,0)", "0", "t"),
        ("(x**2)**y", "2*y*x**(2*y-1)", "x"),
        ("t*(x**4)**y", "x**(4*y)", "t"),
    ],
)
def test_so_is_one_in_several_names(expression: str, claimed: str, name: str) -> None:
    assert word(expression, claimed, name=name) is Word.MISMATCH


@pytest.mark.parametrize(
    "expression",
    ["relu(sin(x)-0.999)", "relu(sin(x)-0.99999)", "relu(1e-6-(x**2-1.2345)**2)*1e6", "where(sin(x)>0.99999999,x,0)"],
)
def test_a_branch_in_a_narrow_gap_is_found(expression: str) -> None:
    assert word(expression, "0") is Word.MISMATCH


@pytest.mark.parametrize("expression", ["1e20*(x/3-x*(1/3))", "1e18*(e**x-exp(x))", "1e20*(x**(1/3)*x**(2/3)-x)"])
def test_the_rounding_of_constants_excuses_no_large_difference(expression: str) -> None:
    assert word(expression, "0") is Word.MISMATCH


@pytest.mark.parametrize(
    ("expression", "claimed", "x", "expected"),
    [
        ("exp(-x**4)", "-4*x**3*exp(-x**4)", 6.0, Word.PROVED),
        ("exp(-x**4)", "4*x**3*exp(-x**4)", 6.0, Word.MISMATCH),
        ("exp(-x**4)", "-4*x**3*exp(-x**4)*1.001", 6.0, Word.MISMATCH),
        ("erfc(x**4)", "-(2/sqrt(pi))*exp(-(x**4)**2)*4*x**3", 2.5, Word.PROVED),
        ("erfc(x**4)", "(2/sqrt(pi))*exp(-(x**4)**2)*4*x**3", 2.5, Word.MISMATCH),
        ("x**2*exp(-x**4)", "0", 6.0, Word.MISMATCH),
        ("rad2deg(5)*(x-x)", "rad2deg(5)*(1+(-1))", 2.1, Word.PROVED),
        ("(x-x)*x", "exp(-x**4)", 6.0, Word.MISMATCH),
        ("(x-x)*x", "sin(x)**2+cos(x)**2-1", 6.0, Word.PROVED),
    ],
)
def test_a_formula_is_held_to_numbers_that_no_double_can_hold(
    expression: str, claimed: str, x: float, expected: Word
) -> None:
    assert word(expression, claimed, {"x": x}) is expected


def test_constants_are_excused_beside_a_branch_whose_slope_no_library_is_known_for() -> None:
    expression = "where(x > 0.5, x**0.5, (x**2 + 1)**0.3)"
    right = "where(x > 0.5, 0.5*x**(0.5 - 1), 0.3*(x**2 + 1)**(0.3 - 1)*2*x)"
    assert word(expression, right, {"x": -1000.0}) is Word.PROVED
    assert word(expression, right + "*(1 + 1e-12)", {"x": -1000.0}) is Word.MISMATCH


@pytest.mark.parametrize("x", [1e9, 1e12])
def test_a_right_formula_that_cancels_is_not_refuted_for_its_constants(x: float) -> None:
    expression = "reciprocal(x/(e**2+1)**2+1)*x"
    right = "-1/(x/(e**2+1)**2+1)**2*(1/(e**2+1)**2)*x+reciprocal(x/(e**2+1)**2+1)"
    assert word(expression, right, {"x": x}) is Word.ILL_CONDITIONED
    assert word(expression, right).is_settled
    assert word(expression, right + "+1e-9") is Word.MISMATCH


@pytest.mark.parametrize(
    ("expression", "claimed", "expected"),
    [
        ("sqrt(abs(x))**2", 0.0, Word.KINK),
        ("sqrt(abs(x))**2", 1.5, Word.MISMATCH),
        ("cos(sqrt(abs(x)))", 0.5, Word.KINK),
        ("exp(sqrt(abs(x)))-sqrt(abs(x))", 0.6, Word.MISMATCH),
        ("tanh(sqrt(abs(x)))**2", -1.0, Word.KINK),
        ("acos(1-abs(x))**2", 2.0, Word.KINK),
        ("sqrt(abs(x))**4", 0.0, Word.PROVED),
        ("sqrt(abs(x))**4+where(x==0,0,x)", 1.0, Word.PROVED),
        ("sqrt(abs(x))**4+where(x==0,0,x)", 0.0, Word.MISMATCH),
        ("sqrt(sqrt(abs(x)))**4*sign(x)", 1.0, Word.PROVED),
        ("where(x<0,x,sqrt(abs(x))**2)", 1.0, Word.PROVED),
        ("sqrt(abs(x))-sqrt(abs(x))+x", 1.0, Word.PROVED),
        ("sqrt(abs(x))+x", 1.0, Word.DOMAIN),
        ("sqrt(sqrt(abs(x)))**3", 0.0, Word.DOMAIN),
    ],
)
def test_what_is_computed_from_roots_of_zero_is_told(expression: str, claimed: float, expected: Word) -> None:
    assert word(expression, claimed, {"x": 0.0}) is expected


@pytest.mark.parametrize(
    ("expression", "claimed"),
    [
        ("where(x==0,0,exp(-1/x**2))+where(x==0,0,1000*x)", 0.0),
        ("where(x==0,0,x*sin(1/x))", 0.0),
    ],
)
def test_no_witness_settles_what_the_enclosure_leaves_open(expression: str, claimed: float) -> None:
    assert not word(expression, claimed, {"x": 0.0}).is_settled


@pytest.mark.parametrize(
    ("expression", "x"),
    [
        ("floor(x)+1e17", 2.0),
        ("where(x>1,x+1e-10,x)+1e16", 1.0),
        ("sign(x)+1e20", 0.0),
        ("x+floor(x)+1e20", 1.0),
        ("-sign((1-x*1e-300)-1)-max([1,1+(-2.5*x-0.5)*1e-300])/1e-300", 0.0),
    ],
)
def test_a_jump_beside_a_large_number_is_one(expression: str, x: float) -> None:
    assert word(expression, 0.0, {"x": x}) is Word.JUMP


def test_rounding_is_no_excuse_for_a_claim_where_the_engine_is_right() -> None:
    assert word("sin(x)", 0.9, {"x": 1e22}) is Word.MISMATCH
