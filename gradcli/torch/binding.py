"""Functions as PyTorch calls them, made from a line of text each.

A signature is written as PyTorch's documentation writes it: "input, dim, keepdim=False, *, dtype!=None". Its parameters
stand in the order of the engine function's. Five things are marked beside that:

    input           a parameter whose name is in TENSORS takes nothing but a Tensor
    index@          so does any other that is marked so
    other|number    ... or a Python number, if another argument is a Tensor
    sparse!=False   a parameter of PyTorch's alone, after all others: only its default is accepted
    dtype=None      the first argument is cast to it before anything is computed
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gradcli.engine.dtypes import PYTHON_CATEGORY
from gradcli.engine.ops import cast
from gradcli.engine.tensor import Tensor
from gradcli.torch.arguments import numpy_dtype, only_default, refuse, refuse_complex, require_tensor
from gradcli.torch.out import into

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
    dtype       the position of the dtype that the first argument is cast to
    """

    names: tuple[str, ...]
    defaults: tuple[Any, ...]
    positional: int
    required: int
    kept: int
    tensors: tuple[tuple[int, str, bool], ...]
    sequences: tuple[int, ...]
    dtype: int | None

    @staticmethod
    def of(text: str) -> Signature:
        """The signature that `text` describes."""
        before, _, after = text.replace(" ", "").partition("*,")
        parts = [part for part in f"{before}{after}".split(",") if part]
        heads = [part.partition("=")[0] for part in parts]
        names = tuple(head.rstrip("!@").removesuffix("|number") for head in heads)
        defaults = tuple(ast.literal_eval(part.partition("=")[2]) if "=" in part else _REQUIRED for part in parts)
        return Signature(
            names=names,
            defaults=defaults,
            positional=before.count(",") if after else len(names),
            required=defaults.count(_REQUIRED),
            kept=sum(not head.endswith("!") and head != "dtype" for head in heads),
            tensors=tuple((i, n, "|" in heads[i]) for i, n in enumerate(names) if n in TENSORS or "@" in heads[i]),
            sequences=tuple(i for i, name in enumerate(names) if name in SEQUENCES),
            dtype=heads.index("dtype") if "dtype" in heads else None,
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


def bound(
    name: str, signature: Signature, compute: Callable[..., Any], *, real_only: bool = False
) -> Callable[..., Any]:
    """`compute`, an engine function, under PyTorch's name and signature.

    real_only  whether complex Tensors are refused, for which NumPy has an answer and PyTorch has none
    """
    tensors, sequences, defaults, kept = signature.tensors, signature.sequences, signature.defaults, signature.kept
    dtype = signature.dtype

    def function(*args: Any, **keywords: Any) -> Any:
        if "out" in keywords:
            out = keywords.pop("out")
            result = function(*args, **keywords)
            return result if out is None else into(name, out, result)
        if keywords or not signature.required <= len(args) <= signature.positional:
            values = signature.bind(name, args, keywords)
        else:
            values = [*args, *defaults[len(args) :]]
        for position, parameter, number in tensors:
            value = values[position]
            if not isinstance(value, Tensor) and not (number and _is_operand(value, values)):
                require_tensor(name, parameter, value, position + 1)
        if real_only:
            refuse_complex(name, values)
        for position in sequences:
            if type(values[position]) is list:
                values[position] = tuple(values[position])
        if dtype is not None:
            wanted = values.pop(dtype)
            values[0] = values[0] if wanted is None else cast(values[0], numpy_dtype(name, wanted))
        for position in range(kept, len(values)):
            only_default(name, signature.names[position], values[position], defaults[position])
        return compute(*values[:kept])

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"As `torch.{name}`: ({', '.join(signature.names)})."
    return function


def _is_operand(value: Any, values: list[Any]) -> bool:
    """True for a Python number beside a Tensor."""
    return type(value) in PYTHON_CATEGORY and any(isinstance(other, Tensor) for other in values)
