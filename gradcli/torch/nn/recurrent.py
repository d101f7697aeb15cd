"""Recurrent layers: a cell applied along a sequence, in layers and in both directions.

A sequence is (length, batch, features), or (batch, length, features) with `batch_first`, or (length, features) alone.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine import ops
from gradcli.engine.tensor import Tensor
from gradcli.torch.nn import functional as F  # noqa: N812  # as everyone calls it
from gradcli.torch.nn import init
from gradcli.torch.nn.module import Module
from gradcli.torch.nn.parameter import empty

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNCell"]

State = tuple[Any, ...]
"""The state of a cell: h, or h and c; each is (batch, hidden)."""
Step = Callable[[Any, State, Any, Any], State]
"""From what the input brings to the gates, the state, and the hidden weight and bias, to the next state."""

# Cells


def _rnn(activation: Callable[[Any], Any]) -> Step:
    def step(gates: Any, state: State, weight: Any, bias: Any) -> State:
        return (activation(F.linear(state[0], weight, bias) + gates),)

    return step


def _lstm(gates: Any, state: State, weight: Any, bias: Any) -> State:
    h, c = state
    i, f, g, o = ops.chunk(F.linear(h, weight, bias) + gates, 4, 1)
    c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(c), c


def _gru(gates: Any, state: State, weight: Any, bias: Any) -> State:
    (h,) = state
    from_input, from_hidden = ops.chunk(gates, 3, 1), ops.chunk(F.linear(h, weight, bias), 3, 1)
    reset, update = (ops.sigmoid(from_hidden[i] + from_input[i]) for i in (0, 1))
    new = ops.tanh(from_input[2] + from_hidden[2] * reset)
    return ((h - new) * update + new,)


STEPS: dict[str, Step] = {"tanh": _rnn(ops.tanh), "relu": _rnn(ops.relu), "lstm": _lstm, "gru": _gru}


class _Recurrent(Module):
    """Weights for gates: `gates` times as many rows as the hidden state has elements; `states` counts h and c."""

    gates = 1
    states = 1
    kind: str

    def _register(self, suffix: str, features: int, device: Any, dtype: Any) -> None:
        rows = self.gates * self.hidden_size
        shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, features), "weight_hh": (rows, self.hidden_size)}
        if self.bias:
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        for name, shape in shapes.items():
            setattr(self, name + suffix, empty(shape, device, dtype))

    def _weights(self, suffix: str) -> tuple[Any, ...]:
        """The two weights and the two biases, which are None without bias."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return tuple(getattr(self, name + suffix) if self.bias or "weight" in name else None for name in names)

    def reset_parameters(self) -> None:
        """Draws new values: uniform within 1 / sqrt(hidden_size)."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _states(self, hx: Any) -> State:
        return hx if self.states == 2 else (hx,)

    def _given(self, states: State) -> Any:
        """A state as it is given to the caller: h alone, or the pair of h and c."""
        return states if self.states == 2 else states[0]


class _Layers(_Recurrent):
    """Layers of a cell along a sequence.

    Calling one gives the outputs of the last layer, (length, batch, directions * hidden), and the last state of every
    layer and direction, (layers * directions, batch, hidden).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if proj_size:
            raise NotImplementedError(f"gradcli.torch.nn.{self._get_name()}() does not support 'proj_size' yet")
        if isinstance(dropout, bool) or not 0 <= dropout <= 1:
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
            )
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                f"num_layers greater than 1, but got dropout={dropout} and num_layers={num_layers}",
                UserWarning,
                stacklevel=2,
            )
        if not isinstance(hidden_size, int):
            raise TypeError(f"hidden_size should be of type int, got: {type(hidden_size).__name__}")
        for name, number in (("input_size", input_size), ("hidden_size", hidden_size), ("num_layers", num_layers)):
            if number <= 0:
                raise ValueError(f"{name} must be greater than zero")
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        for layer in range(num_layers):
            features = input_size if layer == 0 else hidden_size * len(self._directions)
            for direction in self._directions:
                self._register(f"_l{layer}{direction}", features, device, dtype)
        self.reset_parameters()

    @property
    def _directions(self) -> tuple[str, ...]:
        return ("", "_reverse") if self.bidirectional else ("",)

    def forward(self, input: Tensor, hx: Any = None) -> tuple[Any, Any]:
        batched, x, states = self._prepared(input, hx)
        ends: list[State] = []
        for layer in range(self.num_layers):
            outputs = []
            for direction in self._directions:
                state = tuple(ops.select(part, 0, len(ends)) for part in states)
                output, end = self._along(x, state, f"_l{layer}{direction}", reverse=bool(direction))
                outputs.append(output)
                ends.append(end)
            x = ops.cat(outputs, -1) if self.bidirectional else outputs[0]
            if self.dropout and layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        last = tuple(ops.stack([end[i] for end in ends]) for i in range(self.states))
        if not batched:
            return ops.squeeze(x, 1), self._given(tuple(ops.squeeze(part, 1) for part in last))
        return (ops.transpose(x, 0, 1) if self.batch_first else x), self._given(last)

    def _along(self, x: Any, state: State, suffix: str, *, reverse: bool) -> tuple[Any, State]:
        """The outputs of one layer in one direction, and its last state."""
        weight_ih, weight_hh, bias_ih, bias_hh = self._weights(suffix)
        gates = ops.unbind(F.linear(x, weight_ih, bias_ih))
        outputs = []
        for gate in reversed(gates) if reverse else gates:
            state = STEPS[self.kind](gate, state, weight_hh, bias_hh)
            outputs.append(state[0])
        return ops.stack(outputs[::-1] if reverse else outputs), state

    def _prepared(self, input: Tensor, hx: Any) -> tuple[bool, Any, State]:
        """Whether there is a batch; the sequence as (length, batch, features); the states, zeros if none are given."""
        if input.ndim not in (2, 3):
            raise ValueError(f"{self._get_name()}: Expected input to be 2D or 3D, got {input.ndim}D tensor instead")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.shape[-1]}"
            )
        kind = self._weights("_l0")[0].dtype
        if input.dtype is not kind:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({kind}). Convert input: "
                f"input.to({kind}), or convert model: model.to({input.dtype})"
            )
        batched = input.ndim == 3
        x = ops.unsqueeze(input, 1) if not batched else ops.transpose(input, 0, 1) if self.batch_first else input
        shape = (self.num_layers * len(self._directions), x.shape[1], self.hidden_size)
        if hx is None:
            return batched, x, tuple(Tensor(np.zeros(shape, input.array.dtype)) for _ in range(self.states))
        states = self._states(hx)
        for i, state in enumerate(states):
            self._check_state(state, shape, batched, f"hidden[{i}]" if self.states == 2 else "hidden")
        return batched, x, states if batched else tuple(ops.unsqueeze(state, 1) for state in states)

    def _check_state(self, state: Tensor, shape: tuple[int, ...], batched: bool, called: str) -> None:
        if state.ndim != (3 if batched else 2):
            kind, axes = ("batched 3-D", 3) if batched else ("unbatched 2-D", 2)
            raise RuntimeError(f"For {kind} input, hx should also be {axes}-D but got {state.ndim}-D tensor")
        expected = shape if batched else (shape[0], shape[2])
        if tuple(state.shape) != expected:
            raise RuntimeError(f"Expected {called} size {expected}, got {[*state.shape]}")

    def extra_repr(self) -> str:
        parts = [f"{self.input_size}, {self.hidden_size}"]
        usual = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0, "bidirectional": False}
        parts += [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return ", ".join(parts)


class RNN(_Layers):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype
        )
        self.nonlinearity = self.kind = nonlinearity


class LSTM(_Layers):
    """A cell with a memory c and input, forget and output gates (Hochreiter and Schmidhuber 1997)."""

    gates, states, kind = 4, 2, "lstm"


class GRU(_Layers):
    """A cell with reset and update gates (Cho and others 2014)."""

    gates, kind = 3, "gru"


# Cells as layers of their own


class _Cell(_Recurrent):
    """One step: from (batch, features) and a state to the next state; both may lack the batch."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        self._register("", input_size, device, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor, hx: Any = None) -> Any:
        if input.ndim not in (1, 2):
            raise ValueError(f"{self._get_name()}: Expected input to be 1D or 2D, got {input.ndim}D instead")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(f"input has inconsistent input_size: got {input.shape[-1]} expected {self.input_size}")
        x = input if input.ndim == 2 else ops.unsqueeze(input, 0)
        if hx is None:
            zeros = Tensor(np.zeros((x.shape[0], self.hidden_size), x.array.dtype))
            state: State = (zeros,) * self.states
        else:
            state = tuple(part if part.ndim == 2 else ops.unsqueeze(part, 0) for part in self._states(hx))
            for i, part in enumerate(state):
                if part.shape[0] != x.shape[0]:
                    raise RuntimeError(
                        f"Input batch size {x.shape[0]} doesn't match hidden{i} batch size {part.shape[0]}"
                    )
        weight_ih, weight_hh, bias_ih, bias_hh = self._weights("")
        state = STEPS[self.kind](F.linear(x, weight_ih, bias_ih), state, weight_hh, bias_hh)
        return self._given(state if input.ndim == 2 else tuple(ops.squeeze(part, 0) for part in state))

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else f", bias={self.bias}")


class RNNCell(_Cell):
    """One step of an RNN."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {nonlinearity}")
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = self.kind = nonlinearity

    def extra_repr(self) -> str:
        return super().extra_repr() + ("" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}")


class LSTMCell(_Cell):
    """One step of an LSTM; gives h and c."""

    gates, states, kind = 4, 2, "lstm"


class GRUCell(_Cell):
    """One step of a GRU."""

    gates, kind = 3, "gru"
