"""What is certified of an answer to a question of kind gradient: at points, and for every value of its names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from gradcli.calculator.claims.check import AtPoint
from gradcli.calculator.claims.claim import Case, Claim, read_formula
from gradcli.calculator.claims.points import values_of
from gradcli.calculator.claims.search import refutes
from gradcli.errors import InputError
from gradcli.lang.tree import free_names
from gradcli.scenario.derivative import Derivative, Point, Reply, identical, same
from gradcli.words import said

if TYPE_CHECKING:
    from gradcli.verify.algebra.decide import Decision
    from gradcli.verify.client import SympyWorker


MOST_TRIED = 1_000
"""Elements in the points at which a formula is tried that is not proved: it is judged at once."""


class Answered:
    """A formula beside the derivative that was asked for."""

    def __init__(self, derivative: Derivative, reply: Reply) -> None:
        self.derivative = derivative
        self.reply = reply
        self.name = derivative.name
        given = derivative.prepared
        text = reply.prepared.parsed.source.text
        self.formula = read_formula(text, "answer", (*given.at, *given.fixed), self.name)
        claim = Claim(derivative.calculation.expression, {self.name: text})
        self.case = Case(claim, given, "", {self.name: self.formula}, derivative.calculation.dtype)

    @cached_property
    def is_right(self) -> bool:
        """Whether it is the derivative at the point, and at those of the points near it at which both exist."""
        return self.is_right_here and all(map(self.is_derivative_near, self.reply.points[1:]))

    @cached_property
    def is_right_here(self) -> bool:
        """Whether it is the derivative at the point of the question."""
        fits = self.reply.value.shape in ((), self.derivative.truth.shape)
        return fits and self.is_derivative(self.reply.points[0])

    @cached_property
    def is_right_beside(self) -> bool:
        """Whether an answer without the variable is right where that has other values: b is, of b*x."""
        is_free = self.name in self.reply.names
        return is_free or all(map(self.is_derivative_near, self.reply.moved([*self.reply.names, self.name])))

    @cached_property
    def refuted(self) -> Point | None:
        """Where it certainly is not the derivative though both exist, in names of `moving`; None if none is found."""
        if self.decision is not None and self.decision.word == "identical":
            return None
        return next(filter(self.is_refuted, (*self.others, *self.differing)), None)

    @cached_property
    def others(self) -> list[Point]:
        """Other values of `moving`, as a claim is tried at; fewer of large arrays."""
        here = self.derivative.point
        shapes = {name: np.shape(here[name]) for name in self.moving}
        programs = (self.derivative.program, self.formula.program)
        most = MOST_TRIED // (sum(map(prod, shapes.values())) or 1)
        return list(islice(values_of(shapes, self.case.dtype, programs), most))

    @property
    def differing(self) -> Iterator[Point]:
        """Where algebra finds that the formula differs."""
        if self.decision is not None and self.decision.point is not None:
            values, here = self.decision.point, self.derivative.point
            yield {name: np.reshape(values[name], np.shape(here[name])).astype(self.case.dtype) for name in self.moving}

    def is_refuted(self, point: Point) -> bool:
        """Whether it certainly is not the derivative at a point, and both exist there."""
        at_point = self.at(self.derivative.point | point)
        try:
            return at_point.is_enclosed and refutes(at_point.verdicts(alone=True)[self.name])
        except InputError:
            return False

    def is_derivative(self, point: Point) -> bool:
        """Whether it is the derivative at a point, or where there is none, the number that PyTorch has for one."""
        told = self.certain(point)
        return same(self.reply(point), self.derivative.gradient(point)) if told is None else told

    def is_derivative_near(self, point: Point) -> bool:
        """The same at a point that counts only if both exist."""
        try:
            told = self.certain(point)
            if told is not None:
                return told
            pair = self.reply(point), self.derivative.gradient(point)
        except InputError:
            return True
        return not all(np.all(np.isfinite(array)) for array in pair) or same(*pair)

    def certain(self, point: Point) -> bool | None:
        """What is certified at a point; None where that is nothing."""
        at_point = self.at(point)
        if not at_point.is_enclosed:
            return None
        word = at_point.verdicts(alone=True)[self.name].word
        return True if word.is_settled else False if word.is_wrong else None

    def at(self, point: Point) -> AtPoint:
        return AtPoint(self.case, replace(self.case.template, at=point), "torch")

    def why(self, worker: SympyWorker | None) -> str:
        """The best reason for which it is right everywhere; SymPy's word stands beside a proof, or in its place."""
        decision = self.decision
        word = "open" if decision is None else decision.word
        sympy = word != "different" and worker is not None and identical(self.derivative, self.reply, worker)
        if decision is not None and word == "identical":
            return self.proved(_said_domain(decision.domain), sympy=sympy)
        if sympy:
            return said("SymPy finds no difference from the derivative.")
        return said("It has the values of the derivative, there and at random points.")

    def proved(self, domain: str, *, sympy: bool) -> str:
        """That it is the derivative on this domain; whether SymPy finds so too."""
        held = ", ".join(self.held)
        if held and sympy:
            sentence = "It is the derivative {domain}, for these {names}; SymPy finds no difference either."
            return said(sentence, domain=domain, names=held)
        if held:
            return said("It is the derivative {domain}, for these {names}.", domain=domain, names=held)
        if sympy:
            return said("It is the derivative {domain}; SymPy finds no difference either.", domain=domain)
        return said("It is the derivative {domain}.", domain=domain)

    @property
    def held(self) -> list[str]:
        """The names of the question that are not in the answer, which has their values put in."""
        given = self.derivative.prepared
        return [name for name in free_names(given.program) if name in given.at and name not in self.moving]

    @property
    def moving(self) -> list[str]:
        """The names for whose every value it is to be the derivative: its own, and the variable."""
        return list(dict.fromkeys((*self.reply.names, self.name)))

    @cached_property
    def decision(self) -> Decision | None:
        """Whether it is the derivative for every value of the names in it, those of the others being given."""
        try:
            from gradcli.verify.algebra.decide import decide
        except ImportError:
            return None
        given = self.derivative.prepared
        held = {name: array for name, array in given.at.items() if name not in self.moving}
        values = {**given.fixed, **self.formula.made, **held}
        shapes = {name: np.shape(given.at[name]) for name in self.moving}
        claims = {self.name: self.formula.program}
        return decide(given.program, claims, values, shapes, self.case.dtype, cotangent=given.cotangent)[self.name]


def _said_domain(domain: str) -> str:
    """The domain of a decision, whose conditions are formulas."""
    conditions = domain.removeprefix("where ")
    return said("everywhere") if conditions == domain else said("where {conditions}", conditions=conditions)
