"""Functions as PyTorch calls them, made from a line of text each.

A signature is written as PyTorch's documentation writes it: "input, dim, keepdim=False, *, dtype!=None". Its parameters
stand in the order of the engine function's. What kind a parameter takes is told by its name (KINDS). Eight things are
marked beside that:

    input           a parameter whose name is in TENSORS takes nothing but a Tensor
    index@          so does any other that is marked so
    other|number    ... or a Python number, if another argument is a Tensor
    sparse!=False   a parameter of PyTorch's alone, after all others: only its default is accepted
    dim[]=None      several whole numbers as well as one, as a list or a tuple
    dim=...         may be left out, and is None then; but None may not be given
    stable^=False   is given by name, and then all but the first argument are
    dtype=None      the first argument is cast to it before anything is computed, and sums of whole numbers after
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gradcli.engine.dtypes import PYTHON_CATEGORY
from gradcli.engine.modes import THREAD
from gradcli.engine.ops import cast
from gradcli.engine.tensor import Tensor
from gradcli.engine.type_names import TYPE_NAMES, not_implemented
from gradcli.torch.argument_checks import (
    numpy_dtype,
    only_default,
    refuse,
    refuse_complex,
    refuse_whole,
    require_tensors,
)
from gradcli.torch.kinds import Kind, count, flag, number_of, real, require_int, require_tensor, text, wholes
from gradcli.torch.out import into

LISTS = frozenset({"tensors"})
"""Parameters that take a sequence of Tensors."""

TENSORS = frozenset({"input", "other", "exponent", "condition", "mask", "mat2", "tensor", "vec", "vec2", "A", "B"})
KINDS: dict[str, Kind] = {
    **dict.fromkeys("chunks decimals diagonal dim dim0 dim1 dim2 end_dim k n offset start_dim".split(), require_int),
    **dict.fromkeys("descending full_matrices keepdim largest sorted stable upper".split(), flag),
    **dict.fromkeys("alpha beta max_val min_val negative_slope threshold".split(), number_of),
    **dict.fromkeys("eps nan neginf posinf".split(), real),
    "repeats": count,
    **dict.fromkeys("UPLO approximate interpolation mode".split(), text),
}
"""What the parameters of these names take, unless they are marked "[]"."""

SYNONYMS = {
    "axis": "dim", "keepdims": "keepdim", "indices": "indices_or_sections", "sections": "indices_or_sections",
    "tensor_indices_or_sections": "indices_or_sections",
}  # fmt: skip
"""NumPy's names, which PyTorch accepts for its own, and those of parameters that are several in PyTorch."""

OUT_SAYS = frozenset({"cumprod", "cumsum", "mean", "prod", "sum"})
"""The functions whose `out` says what dtype they add up in."""

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
    lists       the position and the name of each sequence of Tensors
    kinds       the position, the name, the kind and the default of what takes values of one kind
    apart       the parameter that is given by name, with all others but the first; None if there is none
    dtype       the position of the dtype that the first argument is cast to
    """

    names: tuple[str, ...]
    defaults: tuple[Any, ...]
    positional: int
    required: int
    kept: int
    tensors: tuple[tuple[int, str, bool], ...]
    lists: tuple[tuple[int, str], ...]
    kinds: tuple[tuple[int, str, Kind, Any], ...]
    apart: str | None
    dtype: int | None

    @staticmethod
    def of(text: str) -> Signature:
        """The signature that `text` describes."""
        before, _, after = text.replace(" ", "").partition("*,")
        parts = [part for part in f"{before}{after}".split(",") if part]
        heads = [part.partition("=")[0] for part in parts]
        names = tuple(head.rstrip("!@^").removesuffix("|number").removesuffix("[]") for head in heads)
        defaults = tuple(ast.literal_eval(part.partition("=")[2]) if "=" in part else _REQUIRED for part in parts)
        return Signature(
            names=names,
            defaults=defaults,
            positional=before.count(",") if after else len(names),
            required=defaults.count(_REQUIRED),
            kept=sum(not head.endswith("!") and head != "dtype" for head in heads),
            tensors=tuple((i, n, "|" in heads[i]) for i, n in enumerate(names) if n in TENSORS or "@" in heads[i]),
            lists=tuple((i, n) for i, n in enumerate(names) if n in LISTS),
            kinds=tuple(
                (i, name, wholes if "[]" in heads[i] else KINDS[name], default)
                for i, (name, default) in enumerate(zip(names, defaults, strict=True))
                if "[]" in heads[i] or name in KINDS
            ),
            apart=next((name for i, name in enumerate(names) if "^" in heads[i]), None),
            dtype=heads.index("dtype") if "dtype" in heads else None,
        )

    def bind(self, function: str, args: tuple[Any, ...], keywords: Mapping[str, Any]) -> list[Any]:
        """All arguments in order. Raises TypeError for what is wrong, NotImplementedError for what is lacking."""
        if len(args) > self.positional:
            raise TypeError(f"{function}() takes {self.positional} positional arguments but {len(args)} were given")
        values = [*args, *self.defaults[len(args) :]]
        unknown = {}
        for key, value in keywords.items():
            name = key if key in self.names else SYNONYMS.get(key, key)
            if name not in self.names:
                unknown[key] = value
            elif self.names.index(name) < len(args):
                raise TypeError(f"{function}() got multiple values for argument '{name}'")
            else:
                values[self.names.index(name)] = value
        refuse(function, unknown)
        if self.apart in keywords and len(args) > 1:
            raise TypeError(
                f"{function}() received an invalid combination of arguments: '{self.apart}' goes with no others that "
                "are given by position"
            )
        missing = [name for name, value in zip(self.names, values, strict=True) if value is _REQUIRED]
        if missing:
            listed = ", ".join(f'"{name}"' for name in missing)
            raise TypeError(f"{function}() missing {len(missing)} required positional arguments: {listed}")
        return values

    def check(self, function: str, values: list[Any]) -> None:
        """Raises PyTorch's TypeError for a value of another kind than its parameter takes.

        Lists become tuples, and NumPy's numbers Python's.
        """
        for position, parameter, or_number in self.tensors:
            value = values[position]
            if not isinstance(value, Tensor) and not (or_number and _is_operand(value, values)):
                require_tensor(function, parameter, value, position + 1)
        for position, parameter in self.lists:
            require_tensors(function, parameter, values[position], position + 1)
        for position, parameter, kind, default in self.kinds:
            value = values[position]
            if value is not default:
                values[position] = kind(
                    function, parameter, value, position + 1 if position < self.positional else None
                )
            elif value is ...:
                values[position] = None


def bound(
    name: str,
    signature: Signature,
    compute: Callable[..., Any],
    *,
    real_only: bool = False,
    no_bools: str = "",
    no_bools_wanted: str = "",
    floats_only: str = "",
    with_out: bool = True,
) -> Callable[..., Any]:
    """`compute`, an engine function, under PyTorch's name and signature.

    no_bools     the error for truth values, which NumPy computes with and PyTorch does not
    no_bools_wanted  the kernel that PyTorch lacks for truth values as the dtype of the result
    floats_only  the kernel that PyTorch lacks where no argument holds floats; NumPy has an answer
    with_out     whether it takes `out`
    real_only    whether complex Tensors are refused, for which NumPy has an answer and PyTorch has none
    """
    defaults, kept, dtype = signature.defaults, signature.kept, signature.dtype

    def function(*args: Any, **keywords: Any) -> Any:
        if "out" in keywords:
            if not with_out:
                raise TypeError(f"{name}() got an unexpected keyword argument 'out'")
            out = keywords.pop("out")
            if name in OUT_SAYS and isinstance(out, Tensor):
                keywords["dtype"] = _said_by(out, keywords.get("dtype"))
            result = function(*args, **keywords)
            return result if out is None else into(name, out, result, (*args, *keywords.values()))
        if keywords or not signature.required <= len(args) <= signature.positional:
            values = signature.bind(name, args, keywords)
        else:
            values = [*args, *defaults[len(args) :]]
        signature.check(name, values)
        wanted = None if dtype is None else numpy_dtype(name, values.pop(dtype))
        if wanted is not None:
            values[0] = _in(wanted, values[0], no_bools_wanted)
        if no_bools and values[0].array.dtype.kind == "b":
            raise (NotImplementedError if "not implemented" in no_bools else RuntimeError)(no_bools)
        if floats_only:
            refuse_whole(floats_only, values)
        if real_only:
            refuse_complex(name, values)
        for position in range(kept, len(values)):
            only_default(name, signature.names[position], values[position], defaults[position])
        result = compute(*values[:kept])
        return result if wanted is None or result.array.dtype == wanted else cast(result, wanted)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"As `torch.{name}`: ({', '.join(signature.names)})."
    return function


def _in(wanted: Any, x: Tensor, no_bools: str) -> Any:
    """`x` in the dtype that is asked for. Raises PyTorch's errors for what a sum in that dtype cannot be."""
    if no_bools and wanted.kind == "b":
        raise not_implemented(no_bools, wanted)
    if wanted.kind in "bui" and x.requires_grad and THREAD.mode.enabled:
        raise RuntimeError(f"Autograd not support dtype: {TYPE_NAMES[wanted.name].scalar}")
    return cast(x, wanted)


def _said_by(out: Tensor, dtype: Any) -> Any:
    """The dtype of `out`. Raises PyTorch's RuntimeError if another one is asked for."""
    wanted = numpy_dtype("out", dtype) or out.array.dtype
    if wanted != out.array.dtype:
        names = [TYPE_NAMES[each.name].cpp for each in (wanted, out.array.dtype)]
        raise RuntimeError(f"Expected out tensor to have dtype {names[0]}, but got {names[1]} instead")
    return out.dtype


def _is_operand(value: Any, values: list[Any]) -> bool:
    """True for a Python number beside a Tensor."""
    return type(value) in PYTHON_CATEGORY and any(isinstance(other, Tensor) for other in values)
