"""Checking the gradient that a user's own Python function gives, against differences of its values."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gradcli.calculator.claims.claim import Checked, Part, fitting
from gradcli.calculator.claims.user_code import UserError, check_arguments, load, theirs
from gradcli.calculator.kernel.compute import fitted_cotangent
from gradcli.calculator.kernel.prepare import Array, maker_of
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.engine import autograd
from gradcli.engine.modes import no_grad
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.lang.tree import Name, Program
from gradcli.lang.values import read_value, read_values
from gradcli.torch.autograd.function import Function
from gradcli.verdict import Word
from gradcli.verify.jitter import moved
from gradcli.verify.probes import Prober
from gradcli.verify.problem import Problem, Verdict
from gradcli.verify.verdict import Claimed, judge

_USABLE = 1e-3  # the relative error of differences that show that there is a derivative

Values = dict[str, Array]


@dataclass(frozen=True)
class PythonQuestion:
    """A function of the user's, and where to check its gradient.

    target      "module:function": a function(**values) -> (value, {name: gradient}), or a subclass of autograd.Function
    gradients   "module:function" of values -> {name: gradient}, where `target` gives the value alone
    at, let     texts such as "x=0, y=[1,2]", as for expressions; the gradient is checked for each name of `at`
    """

    target: str
    gradients: str | None = None
    at: tuple[str, ...] = ()
    let: tuple[str, ...] = ()
    cotangent: str | None = None
    dtype: str = "float64"
    seed: int | None = None
    tol: float | None = None


def check_python(question: PythonQuestion) -> Checked:
    """What is said of the function's gradients.

    Raises UserError for an exception of the user's code, and InputError for what the function cannot be used with.
    """
    maker = maker_of(DerivativeQuestion("", dtype=question.dtype, seed=question.seed))
    at, let = read_values(question.at, "--at", maker), read_values(question.let, "--let", maker)
    if not at:
        raise InputError("missing-value", "there is no point to check at", hint="give the arguments: --at x=1")
    both = at.keys() & let.keys()
    if both:
        raise InputError("duplicate", f"{min(both)!r} is given by --at and by --let")
    cotangent = question.cotangent and read_value(question.cotangent, "--cotangent", maker).astype(maker.dtype)
    with redirect_stdout(sys.stderr):
        subject = _Subject(question, tuple(at), at | let, cotangent)
        value, claimed = subject.both(at | let)
    weights = fitted_cotangent(cotangent, Tensor(value))
    problem = Problem(
        program=Program((), Name("value")),
        values=at | let,
        wrt=tuple(at),
        cotangent=None if weights is None else weights.array,
        evaluate=subject.nearby,
        perturbed=subject.perturbed,
    )
    reason = {"error": "has no formula for Python code"}
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # what it prints has been seen
        verdicts = judge(problem, value, claimed, reason, tol=question.tol, claim=Claimed())
        checked = {
            name: _not_finite(problem, name, claimed[name], found) if np.all(np.isfinite(value)) else found
            for name, found in verdicts.items()
        }
    return Checked(
        question.target, tuple(Part(name, None, claimed[name], None, None, checked[name], at | let) for name in at)
    )


def _not_finite(problem: Problem, name: str, claimed: Array, found: Verdict) -> Verdict:
    """A gradient that is infinite or NaN is refuted where differences give a number."""
    places = np.argwhere(~np.isfinite(claimed))
    if found.word.is_settled or not len(places):
        return found
    index = tuple(int(i) for i in places[0])
    estimate = Prober(problem, name, np.zeros_like(claimed), 0.0).some([index])[0].estimate()
    if not estimate.error <= _USABLE * max(1.0, abs(estimate.value)):
        return found
    given = float(np.asarray(claimed)[index])
    detail = (
        f"the claimed {given}{f' at {list(index)}' if index else ''} should be {estimate.value:.6g}, say differences"
    )
    return replace(found, word=Word.MISMATCH, detail=detail, worst=index, found=given, expected=estimate.value)


class _Subject:
    """The user's function, as value and gradients in arrays."""

    def __init__(self, question: PythonQuestion, names: tuple[str, ...], values: Values, cotangent: Array) -> None:
        self.question = question
        self.names = names
        self.cotangent = cotangent
        self.point = values
        self.function: Any = load(question.target)
        self.gradients = question.gradients and load(question.gradients)
        self.is_function = isinstance(self.function, type) and issubclass(self.function, Function)
        if self.is_function and self.gradients:
            raise InputError("usage", "an autograd.Function has its own backward: --grad-function is not for it")
        for target, callee in ((question.target, self.function), (question.gradients, self.gradients)):
            if callee and not self.is_function:
                check_arguments(str(target), callee, values)

    def both(self, values: Values) -> tuple[Array, Values]:
        """The value and the gradients. Raises UserError, and InputError for what are no numbers or of another shape."""
        target = self.question.target
        if self.is_function:
            return self._applied(values)
        result = self._call(target, self.function, values)
        if self.gradients:
            given = self._call(self.question.gradients or "", self.gradients, values)
            target = self.question.gradients or ""
        elif isinstance(result, tuple) and len(result) == 2:
            result, given = result
        else:
            hint = "or name the function that returns the gradients: --grad-function module:function"
            raise InputError("python", f"{target} must return (value, {{name: gradient}})", hint=hint)
        if not isinstance(given, Mapping):
            raise InputError("python", f"{target} must give the gradients by name: {{name: gradient}}")
        if {*given} != {*self.names}:
            listed = ", ".join(map(str, given)) or "none"
            hint = "--at gives what to differentiate by, --let the other arguments"
            raise InputError(
                "python", f"{target} gives gradients for {listed}; asked for {', '.join(self.names)}", hint=hint
            )
        return _numbers(target, result), {name: self._fitting(name, given[name], values) for name in self.names}

    def _applied(self, values: Values) -> tuple[Array, Values]:
        leaves = {name: Tensor(values[name], True) for name in self.names}
        tensors = {name: leaves.get(name, Tensor(array)) for name, array in values.items()}
        result = self._output(tensors)
        if not result.requires_grad:
            raise InputError("python", f"{self.question.target} gives a result without a graph")
        weights = fitted_cotangent(self.cotangent, result)
        with theirs(self.question.target):
            found = autograd.grad(result, list(leaves.values()), weights, allow_unused=True)
        gradients = {
            name: np.zeros_like(values[name]) if gradient is None else gradient
            for name, gradient in zip(leaves, found, strict=True)
        }
        return np.asarray(result.array), {name: self._fitting(name, gradients[name], values) for name in self.names}

    def _output(self, tensors: Mapping[str, Tensor]) -> Tensor:
        with theirs(self.question.target):
            result = self.function.apply(**tensors)
        if not isinstance(result, Tensor):
            raise InputError("python", f"{self.question.target} must give one Tensor, not {type(result).__name__}")
        return result

    def _fitting(self, name: str, gradient: Any, values: Values) -> Array:
        return fitting(
            name, _numbers(f"{self.question.target}, gradient for {name}", gradient), np.shape(values[name]), ""
        )

    def value(self, values: Values) -> Array:
        """The value alone, in the dtype that the function gives it."""
        if self.is_function:
            with no_grad():
                return np.asarray(self._output({name: Tensor(array) for name, array in values.items()}).array)
        result = self._call(self.question.target, self.function, values)
        return _numbers(self.question.target, result[0] if isinstance(result, tuple) else result)

    def nearby(self, values: Values) -> Array:
        """The value at another point, where the function may refuse: that is outside its domain, not an error."""
        try:
            return self.value(values).astype(np.float64)
        except UserError as error:
            raise ArithmeticError(error.message) from error

    def perturbed(self, seed: int) -> tuple[Array, Values]:
        """Value and gradients where the point, and the value itself, are off by one unit in the last place."""
        values = {name: moved(np.asarray(array), seed) for name, array in self.point.items()}
        try:
            value, gradients = self.both(values)
        except UserError:
            value, gradients = self.both(self.point)
        return np.asarray(moved(value, seed), np.float64), gradients

    @staticmethod
    def _call(target: str, function: Any, values: Values) -> Any:
        with theirs(target):
            return function(**{name: np.array(array)[()] for name, array in values.items()})


def _described(value: Any) -> str:
    try:
        return repr(str(value)[:60])
    except Exception:  # noqa: BLE001  # what their objects raise; and integers too long for Python to write
        return f"a {type(value).__name__}"


def _numbers(source: str, value: Any) -> Array:
    """An array of what the user's code gives: a number, an array, a Tensor, or lists. Raises InputError for others."""
    array = np.asarray(value.detach() if hasattr(value, "detach") else value)
    if array.dtype.kind not in "biuf":
        raise InputError("python", f"{source}: not a real number or an array of such: {_described(value)}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)
