"""The quasi-Newton method L-BFGS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.dtypes import Array
from gradcli.engine.inplace import write
from gradcli.engine.modes import enable_grad, no_grad
from gradcli.engine.tensor import Tensor
from gradcli.torch.declared import declared
from gradcli.torch.optim.line_search import Point, Search
from gradcli.torch.optim.optimizer import Closure, Group, Optimizer, Parameters, Rate, State, plain

LEAST_CURVATURE = 1e-10
"""A step along which the gradient grew by less is not remembered: it would spoil the approximate Hessian."""


@declared
class LBFGS(Optimizer):
    """Newton steps with an inverse Hessian that is approximated from the last `history_size` steps.

    One `step` makes up to `max_iter` iterations and calls the closure, which must compute the loss and the gradients,
    up to about `max_eval` times (by default 1.25·max_iter). It ends when no gradient is larger than `tolerance_grad`,
    or when the parameters or the loss change by no more than `tolerance_change`. line_search_fn is None, which takes
    steps of length `lr`, or "strong_wolfe". All state is kept with the first parameter.

    Source: J. Nocedal, S. J. Wright, "Numerical optimization", 2nd edition, algorithms 7.4 and 7.5.
    Raises ValueError for several groups of parameters, NotImplementedError for complex ones.
    """

    params: Parameters
    lr: Rate = 1
    max_iter: int = 20
    max_eval: int | None = None
    tolerance_grad: float = 1e-7
    tolerance_change: float = 1e-9
    history_size: int = 100
    line_search_fn: str | None = None

    def _take_options(self, options: Group) -> None:
        if options["max_eval"] is None:
            options["max_eval"] = options["max_iter"] * 5 // 4
        super()._take_options(options)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
        if any(param.array.dtype.kind == "c" for param in self._params):
            raise NotImplementedError("gradcli.torch.optim.LBFGS of complex parameters")

    @property
    def _params(self) -> list[Tensor]:
        params: list[Tensor] = self.param_groups[0]["params"]
        return params

    @no_grad()
    @np.errstate(all="ignore")  # nan and inf are results, as everywhere
    def step(self, closure: Closure) -> Any:
        """Moves the parameters to a lower loss; returns what the closure returned first."""
        closure = enable_grad()(closure)
        options = {name: plain(value) for name, value in self.param_groups[0].items() if name != "params"}
        if options["line_search_fn"] not in (None, "strong_wolfe"):
            raise RuntimeError("only 'strong_wolfe' is supported")
        state = self.state[self._params[0]]
        first = closure()
        state["func_evals"] = state.get("func_evals", 0) + 1
        state.setdefault("n_iter", 0)
        here = Point(0, float(first), self._gradient(), 0)
        evaluations = 1
        for iteration in range(1, options["max_iter"] + 1):
            if np.max(np.abs(here.gradient)) <= options["tolerance_grad"]:
                break
            state["n_iter"] += 1
            direction, guess = _plan(state, here, options)
            here = here._replace(step=0, slope=here.gradient @ direction)
            if here.slope > -options["tolerance_change"]:
                break
            before, trials, last = here, options["max_eval"] - evaluations, iteration == options["max_iter"]
            if options["line_search_fn"] is None:
                here, used = self._move(closure, guess, direction, last=last)
            else:
                here, used = self._search(closure, before, guess, direction, trials)
            state["t"] = plain(here.step)
            state["func_evals"] += used
            evaluations += used
            if evaluations >= options["max_eval"] or _stands_still(before, here, direction, options):
                break
        return first

    def _move(self, closure: Closure, step: Any, direction: Array, *, last: bool) -> tuple[Point, int]:
        """Moves so far: the Point that is reached (the last one without its loss), and how many calls it took."""
        self._add(step, direction)
        loss = 0.0 if last else float(closure())
        return Point(step, loss, self._gradient(), 0), 0 if last else 1

    def _search(self, closure: Closure, start: Point, guess: Any, direction: Array, trials: int) -> tuple[Point, int]:
        """Moves as far as a line search says: the Point that is reached, and how often the closure was called."""
        search = Search(self._probe(closure, direction), start, np.max(np.abs(direction)), trials)
        found = search.run(guess)
        self._add(found.step, direction)
        return found, search.trials + 1

    def _probe(self, closure: Closure, direction: Array) -> Callable[[Any], Point]:
        """What gives the Point at a distance along the direction, and leaves the parameters as they are now."""
        saved = [np.array(param.array) for param in self._params]

        def evaluate(step: Any) -> Point:
            self._add(step, direction)
            loss, gradient = float(closure()), self._gradient()
            for param, values in zip(self._params, saved, strict=True):
                write(param, values)
            return Point(step, loss, gradient, gradient @ direction)

        return evaluate

    def _gradient(self) -> Array:
        """All gradients in one vector; zeros for a parameter that has none."""
        return np.concatenate(
            [np.ravel(np.zeros_like(param.array) if param.grad is None else param.grad.array) for param in self._params]
        )

    def _add(self, step: Any, direction: Array) -> None:
        """Moves the parameters along the direction."""
        start = 0
        for param in self._params:
            end = start + param.array.size
            write(param, param.array + (step * direction[start:end]).reshape(param.array.shape))
            start = end


def _plan(state: State, here: Point, options: Group) -> tuple[Array, Any]:
    """The direction of the next step and a first guess of its length, which enter into the state."""
    guess = options["lr"]
    if state["n_iter"] == 1:
        direction = -here.gradient
        state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
        guess = min(1.0, 1.0 / np.sum(np.abs(here.gradient))) * guess
    else:
        _remember(state, here.gradient - state["prev_flat_grad"].array, options["history_size"])
        direction = _newton(state, here.gradient)
    state.update(d=Tensor(direction), t=guess, prev_flat_grad=Tensor(here.gradient), prev_loss=here.loss)
    return direction, guess


def _remember(state: State, growth: Array, size: int) -> None:
    """Takes the last step, and by how much the gradient grew along it, into the history."""
    step = state["d"].array * state["t"]
    curvature = growth @ step
    if curvature > LEAST_CURVATURE:
        for name, value in (("old_dirs", growth), ("old_stps", step), ("ro", 1.0 / curvature)):
            state[name] = [*state[name], Tensor(value)][-size:]
        state["H_diag"] = Tensor(curvature / (growth @ growth))


def _newton(state: State, gradient: Array) -> Array:
    """The negative gradient times the approximate inverse Hessian: the two loops."""
    growths, steps, inverses = ([kept.array for kept in state[name]] for name in ("old_dirs", "old_stps", "ro"))
    history = list(zip(growths, steps, inverses, strict=True))
    direction = -gradient
    parts = []
    for growth, step, inverse in reversed(history):
        part = step @ direction * inverse
        direction -= part * growth
        parts.append(part)
    direction *= plain(state["H_diag"])
    for (growth, step, inverse), part in zip(history, reversed(parts), strict=True):
        direction += step * (part - growth @ direction * inverse)
    return direction


def _stands_still(before: Point, here: Point, direction: Array, options: Group) -> bool:
    """True if the parameters or the loss have hardly changed."""
    tolerance = options["tolerance_change"]
    return bool(np.max(np.abs(direction * here.step)) <= tolerance or abs(here.loss - before.loss) < tolerance)
