"""Functions as PyTorch calls them, made from a line of text each.

A signature is written as PyTorch's documentation writes it: "input, dim, keepdim=False, *, dtype!=None". Its parameters
stand in the order of the engine function's. Three things are marked beside that:

    input           a parameter whose name is in TENSORS takes nothing but a Tensor
    other|number    ... or a Python number, if another argument is a Tensor
    dtype!=None     a parameter of PyTorch's alone, after all others: only its default is accepted
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gradcli.engine.dtypes import PYTHON_CATEGORY
from gradcli.engine.tensor import Tensor
from gradcli.torch.arguments import only_default, refuse, require_tensor

TENSORS = frozenset({"input", "other", "exponent", "condition", "mask", "mat2", "tensor", "vec", "vec2", "A", "B"})
SEQUENCES = frozenset({"dim", "dims", "shape"})
"""Parameters that take a list as well as a tuple; the engine takes tuples."""

SYNONYMS = {"axis": "dim", "keepdims": "keepdim"}
"""NumPy's names, which PyTorch accepts for its own."""

_REQUIRED: Any = object()


@dataclass(frozen=True)
class Signature:
    """The parameters of a function.

    names       in order
    defaults    one a name; `_REQUIRED` where an argument must be given
    positional  how many of them may be given by position
    required    how many must be given
    kept        how many the engine function takes
    tensors     per Tensor, its position, its name, and whether it may be a number
    sequences   the positions of shapes and axes
    """

    names: tuple[str, ...]
    defaults: tuple[Any, ...]
    positional: int
    required: int
    kept: int
    tensors: tuple[tuple[int, str, bool], ...]
    sequences: tuple[int, ...]

    @staticmethod
    def of(text: str) -> Signature:
        """The signature that `text` describes."""
        before, _, after = text.replace(" ", "").partition("*,")
        parts = [part for part in f"{before}{after}".split(",") if part]
        heads = [part.partition("=")[0] for part in parts]
        names = tuple(head.rstrip("!").removesuffix("|number") for head in heads)
        defaults = tuple(ast.literal_eval(part.partition("=")[2]) if "=" in part else _REQUIRED for part in parts)
        return Signature(
            names=names,
            defaults=defaults,
            positional=before.count(",") if after else len(names),
            required=defaults.count(_REQUIRED),
            kept=sum(not head.endswith("!") for head in heads),
            tensors=tuple((i, n, "|" in heads[i]) for i, n in enumerate(names) if n in TENSORS),
            sequences=tuple(i for i, name in enumerate(names) if name in SEQUENCES),
        )

    def bind(self, function: str, args: tuple[Any, ...], keywords: Mapping[str, Any]) -> list[Any]:
        """All arguments in order. Raises TypeError for what is wrong, NotImplementedError for what is lacking."""
        if len(args) > self.positional:
            raise TypeError(f"{function}() takes {self.positional} positional arguments but {len(args)} were given")
        values = [*args, *self.defaults[len(args) :]]
        unknown = {}
        for key, value in keywords.items():
            name = SYNONYMS.get(key, key)
            if name not in self.names:
                unknown[key] = value
            elif self.names.index(name) < len(args):
                raise TypeError(f"{function}() got multiple values for argument '{name}'")
            else:
                values[self.names.index(name)] = value
        refuse(function, unknown)
        missing = [name for name, value in zip(self.names, values, strict=True) if value is _REQUIRED]
        if missing:
            listed = ", ".join(f'"{name}"' for name in missing)
            raise TypeError(f"{function}() missing {len(missing)} required positional arguments: {listed}")
        return values


def bound(name: str, signature: Signature, compute: Callable[..., Any]) -> Callable[..., Any]:
    """`compute`, an engine function, under PyTorch's name and signature."""
    tensors, sequences, defaults, kept = signature.tensors, signature.sequences, signature.defaults, signature.kept

    def function(*args: Any, **keywords: Any) -> Any:
        if keywords or not signature.required <= len(args) <= signature.positional:
            values = signature.bind(name, args, keywords)
        else:
            values = [*args, *defaults[len(args) :]]
        for position, parameter, number in tensors:
            value = values[position]
            if not isinstance(value, Tensor) and not (number and _is_operand(value, values)):
                require_tensor(name, parameter, value, position + 1)
        for position in sequences:
            if type(values[position]) is list:
                values[position] = tuple(values[position])
        for position in range(kept, len(values)):
            only_default(name, signature.names[position], values[position], defaults[position])
        return compute(*values[:kept])

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"As `torch.{name}`: ({', '.join(signature.names)})."
    return function


def _is_operand(value: Any, values: list[Any]) -> bool:
    """True for a Python number beside a Tensor."""
    return type(value) in PYTHON_CATEGORY and any(isinstance(other, Tensor) for other in values)
