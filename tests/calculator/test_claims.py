"""Claims about gradients: at a point, for every value of the names, and many after each other."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from gradcli.calculator.claims.check import Asker, check
from gradcli.calculator.claims.claim import Checked, Claim, from_file
from gradcli.calculator.claims.stream import Outcome, Settings, batches, check_in_processes, check_lines
from gradcli.errors import InputError
from gradcli.verify.client import SympyWorker


@pytest.fixture(scope="module")
def sympy() -> Iterator[SympyWorker]:
    with SympyWorker() as worker:
        yield worker


def words(checked: Checked) -> dict[str, str]:
    return {part.name: part.verdict.word for part in checked.parts}


class TestAtAPoint:
    @pytest.mark.parametrize(
        ("claim", "word"),
        [
            (Claim("sin(x)**2", {"x": 2 * math.sin(1) * math.cos(1)}, {"x": 1}), "proved"),
            (Claim("sin(x)**2", {"x": "2*sin(x)*cos(x)"}, {"x": 1}), "proved"),
            (Claim("sin(x)**2", {"x": "2*sin(x)"}, {"x": 1}), "mismatch"),
            (Claim("x**2", {"x": 6.001}, {"x": 3}), "mismatch"),
            (Claim("x**2", {"x": 6.001}, {"x": 3}, tol=1e-3), "agrees"),
            (Claim("x**2", {"x": "NaN"}, {"x": 3}), "mismatch"),
            (Claim("x**2", {"x": [2, 40]}, {"x": [1, 2]}, cotangent=[1, 10]), "proved"),
            (Claim("x**2", {"x": [2, 4]}, {"x": [1, 2]}, cotangent=[1, 10]), "mismatch"),
            (Claim("sum(x)", {"x": []}, {"x": []}), "proved"),
            (Claim("sum(a*x)", {"x": [3, 3]}, {"x": "ones(2)"}, {"a": 3}), "proved"),
            (Claim("log(x)", {"x": "Infinity"}, {"x": 0}), "domain"),
            (Claim("log(x)", {"x": 1}, {"x": -1}), "domain"),
            (Claim("abs(x)", {"x": 1}, {"x": 0}), "kink"),
            (Claim("cumsum(x, 0)", {"x": 1}, {"x": [3, 2, 4]}, cotangent="ones(3)"), "mismatch"),
        ],
        ids=lambda value: f"{value.expression} {value.grad}" if isinstance(value, Claim) else value,
    )
    def test_the_word(self, sympy: SympyWorker, claim: Claim, word: str) -> None:
        assert words(check(claim, sympy)) == {"x": word}

    def test_the_worst_element_is_named(self, sympy: SympyWorker) -> None:
        (part,) = check(Claim("sum(x**2)", {"x": [2, 4.5, 6]}, {"x": [1, 2, 3]}), sympy).parts
        assert (part.verdict.worst, part.verdict.found, part.verdict.expected) == ((1,), 4.5, 4.0)

    def test_the_dtype_of_a_dumped_array_sets_the_tolerance(self, sympy: SympyWorker, tmp_path: Any) -> None:
        x = np.linspace(0.1, 3, 7, dtype=np.float32)
        dumped = {}
        for dtype in ("float32", "float64"):
            dumped[dtype] = tmp_path / f"{dtype}.npy"
            np.save(dumped[dtype], np.cos(x).astype(dtype))
        found = {
            dtype: words(
                check(Claim("sum(sin(x))", {"x": from_file(f"@{file}", "--grad x")}, {"x": x.tolist()}), sympy)
            )["x"]
            for dtype, file in dumped.items()
        }
        assert found == {"float32": "proved", "float64": "mismatch"}

    @pytest.mark.parametrize(("convention", "right", "wrong"), [("torch", 0, 1), ("jax", 1, 0), ("tensorflow", 0, 1)])
    def test_a_convention_decides_at_a_kink(
        self, sympy: SympyWorker, convention: Any, right: float, wrong: float
    ) -> None:
        found = [words(check(Claim("abs(x)", {"x": g}, {"x": 0}), sympy, convention))["x"] for g in (right, wrong)]
        assert found == ["agrees", "mismatch"]

    @pytest.mark.parametrize(
        ("expression", "point", "claimed", "word"),
        [
            ("abs(x)", 0, 0.3, "kink"),
            ("abs(x)", 0, 1, "kink"),
            ("abs(x)", 0, 1 + 1e-7, "mismatch"),
            ("abs(x)", 0, -5, "mismatch"),
            ("sum(abs(x))", [0, 1], [1, 1], "kink"),
            ("sum(abs(x))", [0, 1], [-3, 1], "mismatch"),
            ("sum(abs(x))", [0, 1], [0, 1 + 1e-7], "mismatch"),
            ("sum(abs(x))", [0] * 100, [1] * 100, "kink"),
        ],
    )
    def test_at_a_kink_a_slope_between_the_sides_may_be_claimed(
        self, sympy: SympyWorker, expression: str, point: Any, claimed: Any, word: str
    ) -> None:
        assert words(check(Claim(expression, {"x": claimed}, {"x": point}), sympy)) == {"x": word}

    def test_an_integer_of_any_length_is_a_number(self, sympy: SympyWorker) -> None:
        assert words(check(Claim("x", {"x": 1}, {"x": 10**30}), sympy)) == {"x": "proved"}
        with pytest.raises(InputError, match="not a number"):
            check(Claim("x", {"x": 1}, {"x": 10**400}), sympy)

    def test_where_a_convention_is_not_known_nothing_is_decided(self, sympy: SympyWorker) -> None:
        claim = Claim("hypot(x, 2*x)", {"x": 0}, {"x": 0})
        assert words(check(claim, sympy, "jax")) == {"x": "undecided"}

    @pytest.mark.parametrize(("claimed", "word"), [(2, "agrees"), (0, "mismatch")])
    def test_a_convention_goes_through_composites(self, sympy: SympyWorker, claimed: float, word: str) -> None:
        assert words(check(Claim("2*abs(x)", {"x": claimed}, {"x": 0}), sympy, "jax")) == {"x": word}

    def test_a_wrong_rule_of_the_engine_refutes_nothing(self, sympy: SympyWorker, monkeypatch: Any) -> None:
        from gradcli.engine.op import OPS

        monkeypatch.setattr(OPS["sin"], "pulls", tuple(lambda g, slots: 2 * g for _ in OPS["sin"].pulls))
        assert words(check(Claim("sin(x)", {"x": math.cos(1)}, {"x": 1}), sympy)) == {"x": "proved"}


class TestForEveryValue:
    @pytest.mark.parametrize(
        ("expression", "grad"),
        [
            ("sin(x)**2", {"x": "sin(2x)"}),
            ("a*x**3", {"x": "3*a*x**2", "a": "x**3"}),
            ("abs(x)**3", {"x": "3*x*abs(x)"}),
            ("relu(x)", {"x": "where(x > 0, 1, 0)"}),
            ("log(x)", {"x": "1/x"}),
            ("-x", {"x": "-1"}),
            ("3*x", {"x": 3}),
            ("detach(x*x)*x", {"x": "x**2"}),
            ("0.1*x**2", {"x": "0.2*x"}),
            ("x@x", {"x": "2*x"}),
            ("x**2", {"x": "2*x**2/x"}),
        ],
    )
    def test_a_right_formula_is_proved(self, sympy: SympyWorker, expression: str, grad: dict[str, Any]) -> None:
        checked = check(Claim(expression, grad), sympy)
        assert words(checked) == dict.fromkeys(grad, "proved")
        assert all(part.point is None for part in checked.parts)

    @pytest.mark.parametrize(
        ("expression", "formula", "point"),
        [
            ("sin(x)**2", "2*sin(x)", {"x": 1}),
            ("x**2", "x**2", {"x": 1}),
            ("x**2", "2", {"x": 0}),
            ("a*x**2", "2*x", {"x": 1, "a": 0}),
            ("log(x)", "x", {"x": 2}),
        ],
    )
    def test_a_wrong_one_has_a_small_counterexample(
        self, sympy: SympyWorker, expression: str, formula: str, point: dict[str, float]
    ) -> None:
        (part,) = check(Claim(expression, {"x": formula}), sympy).parts
        assert (part.verdict.word, part.point) == ("mismatch", point)

    def test_points_at_which_a_formula_has_no_value_are_left_out(self, sympy: SympyWorker) -> None:
        assert words(check(Claim("det(x)", {"x": "det(x)*inv(x).T"}), sympy)) == {"x": "proved"}

    def test_where_it_has_none_anywhere_that_is_said(self, sympy: SympyWorker) -> None:
        with pytest.raises(InputError, match="at least 2 dimensions"):
            check(Claim("x**2", {"x": "inv(x)"}), sympy)

    def test_values_that_are_given_are_part_of_the_claim(self, sympy: SympyWorker) -> None:
        assert words(check(Claim("a*x**2", {"x": "6*x"}, let={"a": 3}), sympy)) == {"x": "proved"}
        assert words(check(Claim("a*x**2", {"x": "6*x"}, let={"a": 4}), sympy)) == {"x": "mismatch"}
        assert words(check(Claim("a*x**2", {"x": "2*a"}, at={"x": 1}), sympy)) == {"x": "proved"}

    def test_rounding_inside_the_formula_is_no_counterexample(self, sympy: SympyWorker) -> None:
        claim = Claim("exp(x)", {"x": "exp(x) + 1e17 - 1e17*cos(x)**2 - 1e17*sin(x)**2"})
        assert words(check(claim, sympy)) == {"x": "proved"}


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        (Claim("x**2", {}), "grad"),
        (Claim("x**2", {"y": "2*y"}), "wrt"),
        (Claim("x**2", {"x": "2*z"}), "unknown-variable"),
        (Claim("x**2", {"x": "2*"}), "syntax"),
        (Claim("x**2", {"x": [1, 2, 3]}, {"x": [1, 2]}, cotangent=[1, 1]), "shape"),
        (Claim("x**2", {"x": [2, 4]}, {"x": [1, 2]}), "cotangent"),
        (Claim("x**2", {"x": "@none.npy"}, {"x": 1}), "file"),
        (Claim("x**2", {"x": True}, {"x": 1}), "value"),
        (Claim("x**2", {"x": [1, [2]]}, {"x": 1}), "value"),
        (Claim("x**2", {"x": 2}, {"x": 1}, {"x": 1}), "duplicate"),
        (Claim("x[5]", {"x": 2}), "evaluation"),
    ],
)
def test_what_cannot_be_read(sympy: SympyWorker, claim: Claim, code: str) -> None:
    with pytest.raises(InputError) as refused:
        check(claim, sympy)
    assert refused.value.code == code


def test_arrays_that_expression_and_formula_create_are_told_apart(sympy: SympyWorker) -> None:
    claim = Claim("sum(full(2, 3)*x**2) + y*ones(1)[0]", {"x": "full(2, 6)[0]*2*x", "y": "full(1, 1)[0]"})
    assert words(check(claim, sympy)) == {"x": "proved", "y": "proved"}


def outcomes(worker: SympyWorker, *lines: Any, settings: Settings = Settings()) -> list[Outcome]:  # noqa: B008  # frozen
    text = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    return list(check_lines(batches(io.BytesIO(text)), worker, settings))


SQUARE = {"expr": "x**2", "at": {"x": 3}, "grad": {"x": 6}}


class TestLines:
    def test_each_line_has_its_outcome_in_order(self, sympy: SympyWorker) -> None:
        lines = [SQUARE, b"", SQUARE | {"grad": {"x": 7}}, b"not json", {"expr": "sin(x)", "grad": {"x": "cos(x)"}}]
        lines += [{"expr": "abs(x)", "at": "x=0", "grad": "x=1", "name": "kink"}]
        found = [(outcome.line, outcome.word) for outcome in outcomes(sympy, *lines)]
        assert found == [(1, "holds"), (3, "refuted"), (4, "error"), (5, "holds"), (6, "undecided")]

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            (b"[1]", "a claim is a JSON object"),
            (b'{"expr": "x"', "not JSON"),
            (b"\xff", "not JSON"),
            (b"[" * 100_000, "not JSON"),
            (SQUARE | {"att": 1}, "a claim has no 'att'"),
            (SQUARE | {"at": [3]}, "'at' cannot be [3]"),
            (SQUARE | {"tol": -1}, "'tol' cannot be -1"),
            (SQUARE | {"tol": True}, "'tol' cannot be true"),
            (SQUARE | {"dtype": "float8"}, "'dtype' cannot be 'float8'"),
            ({"expr": "x**2"}, "a claim needs 'grad'"),
            ({"grad": {"x": 1}}, "a claim needs 'expr'"),
            (SQUARE | {"expr": "x**"}, "expected an expression"),
        ],
        ids=str,
    )
    def test_a_line_that_cannot_be_read_does_not_stop_the_rest(
        self, sympy: SympyWorker, line: Any, message: str
    ) -> None:
        first, wrong, last = outcomes(sympy, SQUARE, line, SQUARE)
        assert (first.word, wrong.word, last.word) == ("holds", "error", "holds")
        assert wrong.error is not None
        assert message in wrong.error.message

    def test_a_claim_says_more_than_the_settings(self, sympy: SympyWorker) -> None:
        settings = Settings(tol=1e-3, convention="jax")
        rough = SQUARE | {"grad": {"x": 6.001}}
        lines = [rough, rough | {"tol": 1e-9}, {"expr": "abs(x)", "at": {"x": 0}, "grad": {"x": 1}}]
        assert [found.word for found in outcomes(sympy, *lines, settings=settings)] == ["holds", "refuted", "holds"]

    def test_a_line_that_is_too_long(self, sympy: SympyWorker, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("gradcli.calculator.claims.stream.MAX_LINE", 100)
        found = outcomes(sympy, SQUARE, SQUARE | {"name": "n" * 1000}, SQUARE)
        assert [(outcome.line, outcome.word) for outcome in found] == [(1, "holds"), (2, "error"), (3, "holds")]

    def test_a_stream_that_cannot_be_read(self, sympy: SympyWorker) -> None:
        class Broken(io.BytesIO):
            def readline(self, _size: int | None = -1, /) -> bytes:
                raise OSError(5, "Input/output error")

        with pytest.raises(InputError, match="Input/output error"):
            list(check_lines(batches(Broken()), sympy, Settings()))

    def test_processes_answer_in_order(self) -> None:
        text = "\n".join(json.dumps(SQUARE | {"grad": {"x": 6 + i % 2}}) for i in range(200)).encode()
        found = list(check_in_processes(batches(io.BytesIO(text)), 2, Settings()))
        assert [(outcome.line, outcome.word) for outcome in found] == [
            (i + 1, ("holds", "refuted")[i % 2]) for i in range(200)
        ]

    def test_nothing_waits_for_the_next_line(self, sympy: SympyWorker) -> None:
        import os

        read, write = os.pipe()
        with os.fdopen(read, "rb") as source, os.fdopen(write, "wb", buffering=0) as sink:
            found = check_lines(batches(source), sympy, Settings())
            for _ in range(2):
                sink.write(json.dumps(SQUARE).encode() + b"\n")
                assert next(found).word == "holds"
            sink.close()
            assert list(found) == []


class TestAsker:
    REQUEST = {"program": "x**2", "values": {"x": {"shape": [], "values": [3.0]}}, "wrt": ["x"]} | {
        "cotangent": None, "order": 1, "dtype": "float64",
    }  # fmt: skip

    def test_what_has_no_answer_is_not_asked_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        endless = self.REQUEST | {"formulas": {"x": "x"}, "held": [], "order": 10**9}
        with SympyWorker() as worker:
            worker.ask(self.REQUEST, 60)
            asker = Asker(worker)
            assert asker.ask(self.REQUEST)["derivatives"]["x"][0]["text"] == "2*x"
            with monkeypatch.context() as impatient:  # only here: on a busy machine SymPy takes longer to start again
                impatient.setattr("gradcli.calculator.claims.check.PATIENCE", 2.0)
                bad = asker.ask(endless)
            assert "error" in bad
            assert asker.ask(endless) is bad
            assert asker.ask(self.REQUEST)["derivatives"]["x"][0]["text"] == "2*x"
