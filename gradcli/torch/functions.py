"""The functions of `gradcli.torch`, of its catalogue: the engine's under PyTorch's names and signatures, and others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.catalogue import Function, catalogue
from gradcli.engine import ops
from gradcli.torch import (
    comparison_ops,
    creation_from_data,
    creation_ops,
    dtypes,
    matrices,
    mutating_ops,
    other_ops,
    overloaded,
    places_and_counts,
    random_sampling,
    reductions,
)
from gradcli.torch.binding import Signature, bound
from gradcli.torch.kinds import annotated
from gradcli.torch.return_types import STRUCTURES

Face = dict[str, Callable[..., Any]]

WRITTEN_OUT = {
    "comparison_ops": comparison_ops,
    "matrices": matrices,
    "mutating_ops": mutating_ops,
    "other_ops": other_ops,
    "overloaded": overloaded,
    "places_and_counts": places_and_counts,
    "random_sampling": random_sampling,
    "reductions": reductions,
}
"""The modules that write functions out, by what the catalogue calls them."""


def structured(compute: Callable[..., Any], structure: Any) -> Callable[..., Any]:
    """`compute`, which gives a tuple, with a tuple of that type in its place."""
    return lambda *args: structure(*compute(*args))


def refusal(row: Function) -> str:
    """What the function says of truth values, if it takes none."""
    if not row.kernel or "boolean" in row.takes or "integer" not in row.takes:
        return ""
    return row.kernel if " " in row.kernel else f"\"{row.kernel}\" not implemented for 'Bool'"


def bound_as(name: str, signature: str, row: Function) -> Callable[..., Any]:
    """The engine's function under that name of PyTorch's, which errors and `out` go by."""
    short = name.rpartition(".")[2]
    compute = getattr(ops, row.face_engine or row.engine or row.name)
    structure = STRUCTURES.get((name if name.startswith("linalg.") else short).replace(".", "_"))
    return bound(
        name,
        Signature.of(signature),
        structured(compute, structure) if structure else compute,
        real_only="complex" not in row.takes and not row.engine_refuses,
        no_bools=refusal(row),
        no_bools_wanted=row.sums,
        floats_only=row.kernel if "integer" not in row.takes else "",
        with_out="none" not in row.out,
    )


def built(module: str) -> Face:
    """The functions of `torch.linalg` or `torch.special` that are the engine's."""
    found = {}
    for row in catalogue():
        if module == "linalg" and row.linalg:
            name = row.name.removeprefix("linalg.")
            found[name] = bound_as(f"linalg.{name}", row.linalg, row)
        for other in row.other_names:
            submodule, _, name = other.rpartition(".")
            if submodule == module:
                found[name] = bound_as(other, row.face, row)
    return found


def _functions() -> Face:
    found: Face = {
        name: getattr(module, name) for module in (creation_ops, creation_from_data, dtypes) for name in module.__all__
    }
    for row in catalogue():
        if row.face:
            found[row.name] = bound_as(row.name, row.face, row)
        elif row.written and "." not in row.name:
            found[row.name] = annotated(getattr(WRITTEN_OUT[row.written], row.name))
        else:
            continue
        found |= dict.fromkeys(row.face_names, found[row.name])
    return found


FUNCTIONS = _functions()
"""Every function of `gradcli.torch` by name."""
ON_INPUT = {name for row in catalogue() if row.is_method for name in row.face_names}
"""The functions whose first argument is a Tensor called `input`: they are methods of it too."""
