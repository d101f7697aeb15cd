"""Certificates: what they say is proved again, and one changed bit in any field is refused."""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb

from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.verify.balls.context import working
from gradcli.verify.balls.facts import BITS, Certain, certain, power
from gradcli.verify.balls.ranges import prove
from gradcli.verify.certificates import Certificate, certified, digest, document
from gradcli.verify.fields import RefusedError
from gradcli.verify.proofs import Derivative, Point, Range

Path = tuple[str | int, ...]

BOUND_BY_DIGEST = {("version",), ("digest",)}
"""Fields that are no mathematics."""
WORDS = ("proved", "apart", "enclosed", "kink", "jump", "domain", "undecided")


def on_range(program: str, claim: str, over: dict[str, tuple[float, float]], **values: Any) -> Range:
    names = {*over, *values}
    texts = [parse(text, find, bound=names).program for text in (program, claim)]
    proof = prove(*texts, next(iter(over)), over, values, "float64")
    assert proof.word == "proved"
    exceptions = tuple(one.box for one in proof.exceptions)
    return Range(program, claim, proof.names, values, proof.whole, proof.leaves, exceptions, proof.bound)


def point(program: str, values: dict[str, Any], *derivatives: Derivative, found: Any = None) -> Certificate:
    arrays = {name: np.asarray(value) for name, value in values.items()}
    return Certificate("1.2.3", "float64", (Point(program, arrays, derivatives, found),))


def ranged(*args: Any, **values: Any) -> Certificate:
    return Certificate("1.2.3", "float64", (), (on_range(*args, **values),))


CERTIFICATES = {
    "weighted": point(
        "sin(x)*rand_1 + k",
        {"x": [0.5, 1.25], "rand_1": [0.1, 0.7], "k": 3},
        Derivative(("x",), cotangent=np.array([1.0, 2.0]), found={"x": [0.1 * math.cos(0.5), 1.4 * math.cos(1.25)]}),
        found=[0.1 * math.sin(0.5) + 3, 0.7 * math.sin(1.25) + 3],
    ),
    "orders": point(
        "exp(2*x)",
        {"x": 0.75},
        Derivative(("x",), 1, found={"x": [2 * math.exp(1.5)]}),
        Derivative(("x",), 2, found={"x": [4 * math.exp(1.5)]}),
    ),
    "rows": point("x**2*[2, 3]", {"x": 1.5}, Derivative(("x",), row=0), Derivative(("x",), row=1, found={"x": [9.0]})),
    "kink": point("abs(x) + 2*x + y", {"x": 0.0, "y": 1.5}, Derivative(("x", "y"), found={"x": [2.0], "y": [1.0]})),
    "jump": point("floor(x) + x", {"x": 2.0}, Derivative(("x",), found={"x": [1.0]}), found=[4.0]),
    "domain": point("sqrt(1 - x)", {"x": 1.0}, Derivative(("x",), found={"x": [-math.inf]}), found=[0.0]),
    "claim": point("x**3", {"x": 0.3}, Derivative(("x",), claims={"x": "3*x*x"})),
    "direction": point("x**2*y", {"x": 1.5, "y": 0.7}, Derivative(("x",), tangents={"y": np.array(0.3)})),
    "range": ranged("a*abs(x - 1)", "a*sign(x - 1)", {"x": (0.75, 1.25)}, a=np.array(0.3)),
    "smooth range": ranged("a*sin(x)", "a*cos(x)", {"x": (0.0, 3.0)}, a=np.array(0.3)),
    "plane": ranged("x*exp(y)", "x*exp(y)", {"y": (0.0, 1.0), "x": (0.5, 1.0)}),
}
DOCUMENTS = {name: document(one) for name, one in CERTIFICATES.items()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_certified(name: str) -> None:
    assert certified(DOCUMENTS[name]).words.total() + len(certified(DOCUMENTS[name]).bounds) > 0


def elements(name: str) -> list[dict[str, Any]]:
    (derivative, *_) = DOCUMENTS[name]["points"][0]["derivatives"]
    return [element for each in derivative["elements"].values() for element in each]


def test_what_is_certain() -> None:
    assert [one["word"] for one in elements("weighted")] == ["proved", "proved"]
    (kink, smooth) = elements("kink")
    assert kink == {"word": "kink", "left": ["0x1p+0", "0x1p-128"], "right": ["0x3p+0", "0x1p-127"]}
    assert smooth == {"word": "proved", "ball": ["0x1p+0", "0x1p-128"], "found": (1.0).hex(), "ulps": (0.0).hex()}
    (jump,) = elements("jump")
    assert [jump[side][0] for side in ("left", "ball", "right")] == ["0x3p+0", "0x1p+2", "0x1p+2"]
    assert elements("domain") == [{"word": "domain"}]
    (claim,) = elements("claim")
    assert (claim["word"], claim["ball"]) == ("proved", claim["claimed"])


# One changed bit


def leaves(part: Any, path: Path = ()) -> Iterator[Path]:
    """The places of all that is no list and no object."""
    if isinstance(part, dict | list):
        for key in part if isinstance(part, dict) else range(len(part)):
            yield from leaves(part[key], (*path, key))
    else:
        yield path


def lists(part: Any, path: Path = ()) -> Iterator[Path]:
    """The places of all items of lists and objects."""
    if isinstance(part, dict | list):
        for key in part if isinstance(part, dict) else range(len(part)):
            yield (*path, key)
            yield from lists(part[key], (*path, key))


def changed(value: Any) -> Iterator[Any]:
    """The value with one thing changed."""
    if value is None:
        yield 1
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif re.fullmatch(r"-?0x[01]\.[0-9a-f]{1,13}p[+-]\d+", value):  # a double
        number = float.fromhex(value)
        yield from (
            math.nextafter(number, math.inf).hex(),
            math.nextafter(number, -math.inf).hex(),
            (2 * number + 1).hex(),
        )
    elif match := re.fullmatch(r"(-?)0x([0-9a-f]+)p([+-]\d+)", value):  # of a ball
        yield from (ball for ball in next_balls(match) if ball != value)
    elif value in WORDS:
        yield from (word for word in (*WORDS, value[:-1]) if word != value)
    else:
        yield from (value[:i] + other(value[i]) + value[i + 1 :] for i in range(len(value)))


def next_balls(match: re.Match[str]) -> Iterator[str]:
    mantissa, exponent = int(match[1] + match[2], 16), int(match[3])
    shift = BITS - mantissa.bit_length()
    for step in (1, -1):
        yield Certain((mantissa << shift) + step, exponent - shift).texts[0]
    yield Certain(mantissa, exponent + 1).texts[0]


def other(character: str) -> str:
    """Another one, of the same kind."""
    for kind in ("0123456789", "+-*/", "abcdefghijklmnopqrstuvwxyz"):
        if character in kind:
            return kind[(kind.index(character) + 1) % len(kind)]
    return "#"


def with_change(name: str, path: Path, value: Any) -> dict[str, Any]:
    """The certificate with another value there, and its digest."""
    forged = copy.deepcopy(DOCUMENTS[name])
    at: Any = forged
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return forged | ({} if path in BOUND_BY_DIGEST else {"digest": digest(forged)})


FIELDS = [(name, path) for name, one in DOCUMENTS.items() for path in leaves(one)]


@pytest.mark.parametrize(
    ("name", "path"), FIELDS, ids=lambda part: part if isinstance(part, str) else ".".join(map(str, part))
)
def test_one_changed_bit_is_refused(name: str, path: Path) -> None:
    value = DOCUMENTS[name]
    for key in path:
        value = value[key]
    count = 0
    for another in changed(value):
        with pytest.raises(RefusedError):
            certified(with_change(name, path, another))
        count += 1
    assert count


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_dropped_is_refused(name: str) -> None:
    for path in lists(DOCUMENTS[name]):
        forged = copy.deepcopy(DOCUMENTS[name])
        at: Any = forged
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]
        of_less = path[-2] in ("points", "ranges", "derivatives", "elements", "exceptions") if len(path) > 1 else False
        if not of_less and "digest" in forged:  # what is left otherwise is a certificate of less: the digest binds it
            forged["digest"] = digest(forged)
        with pytest.raises(RefusedError):
            certified(forged)


@pytest.mark.parametrize("name", ["weighted", "orders", "claim", "direction", "smooth range"])
def test_whatever_stands_there_is_refused(name: str) -> None:
    for path in lists(DOCUMENTS[name]):
        if path in BOUND_BY_DIGEST:
            continue
        for value in (True, 10**30, "0x1p+99999", "inf", [], {}):
            forged = with_change(name, path, value) | {"digest": DOCUMENTS[name]["digest"]}
            if json.dumps(forged) != json.dumps(DOCUMENTS[name]):
                with pytest.raises(RefusedError):
                    certified(forged)


def test_what_does_not_belong_there_is_refused() -> None:
    forged = copy.deepcopy(DOCUMENTS["kink"])
    forged["points"][0]["derivatives"][0]["elements"]["x"][0]["found"] = (1.0).hex()
    forged["digest"] = digest(forged)
    with pytest.raises(RefusedError, match=r"elements\.x\[0\]\.found: does not belong here"):
        certified(forged)


def test_what_says_nothing_is_refused() -> None:
    empty = DOCUMENTS["kink"] | {"points": [], "ranges": []}
    with pytest.raises(RefusedError, match="points: nothing is certified"):
        certified(empty | {"digest": digest(empty)})


def test_the_digest_binds_what_proves_the_same_anywhere() -> None:
    flat = document(point("floor(x)", {"x": 2.5}, Derivative(("x",), found={"x": [0.0]})))
    assert certified(flat).words.total() == 2
    flat["points"][0]["values"]["x"]["numbers"][0] = (2.25).hex()
    with pytest.raises(RefusedError, match="digest"):
        certified(flat)


# Ranges


def test_a_range_that_is_not_proved_is_refused() -> None:
    right = on_range("sin(x)", "cos(x) + 1e-13", {"x": (0.0, 30.0)})
    for wrong in (
        {"leaves": right.leaves[1:]},
        {"leaves": (*right.leaves, right.leaves[0])},
        {"leaves": (right.over,)},
        {"exceptions": (right.leaves[0],), "leaves": right.leaves[1:]},
        {"over": ((0.0, 30.5),)},
    ):
        one = Range(**{**vars(right), **wrong})
        with pytest.raises(RefusedError):
            document(Certificate("1", "float64", (), (one,)))


def test_a_kink_outside_which_the_claim_lies_is_refused() -> None:
    right = on_range("abs(x)", "sign(x)", {"x": (-1.0, 1.0)})
    wrong = Range(**{**vars(right), "claim": "where(x == 0, 2, sign(x))"})
    with pytest.raises(RefusedError, match=r"bound|leaves|differ"):
        certified(document(Certificate("1", "float64", (), (right,))) | {"ranges": [forged_claim(right, wrong)]})


def forged_claim(right: Range, wrong: Range) -> dict[str, Any]:
    made = document(Certificate("1", "float64", (), (right,)))["ranges"][0]
    return {**made, "claim": wrong.claim}


def test_leaves_in_two_variables_leave_no_gap() -> None:
    whole = ((0.0, 4.0), (0.0, 4.0))
    quarters = tuple(((a, a + 2.0), (b, b + 2.0)) for a in (0.0, 2.0) for b in (0.0, 2.0))
    right = Range("x*y", "y", ("x", "y"), {}, whole, quarters, (), 0.0)
    assert certified(document(Certificate("1", "float64", (), (right,)))).bounds == (2.0**-127,)
    for some in (quarters[1:], (*quarters[:3], ((2.0, 4.0), (2.0, 3.0))), (*quarters, quarters[0])):
        with pytest.raises(RefusedError, match=r"leaves|make up"):
            document(Certificate("1", "float64", (), (Range("x*y", "y", ("x", "y"), {}, whole, some, (), 0.0),)))


# The one form


def test_a_number_has_one_form() -> None:
    for bits in (160, 320, 1000):
        with working(bits):
            one = certain(arb(2).sqrt())
            assert one is not None
            assert abs(one.mid**2 - 2) < 4 * one.rad
            assert one == certain(arb(2).sqrt() + arb(0, 2.0**-150))
    with working(64):
        assert certain(arb(2).sqrt()) is None  # too wide to tell
    with working(256):
        assert certain(arb(0)) == certain(arb(2) ** -1100) == Certain(0, -1079)
        assert certain(1 - arb(2) ** -140) == Certain(1 << (BITS - 1), 1 - BITS)
        assert certain(arb.pos_inf()) is None


def test_the_least_power() -> None:
    for number, expected in ((0.0, 0.0), (1.0, 1.0), (1.1, 2.0), (0.75, 1.0), (0.5, 0.5), (3e-300, 2.0**-994)):
        assert power([Fraction(number)]) == expected
