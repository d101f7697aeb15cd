"""What functions with several results return: tuples with names, printed as PyTorch prints them."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

FIELDS = {
    **dict.fromkeys(
        ("cummax", "cummin", "kthvalue", "max", "median", "min", "mode", "nanmedian", "sort", "topk"), "values indices"
    ),
    "aminmax": "min max",
    "linalg_eig": "eigenvalues eigenvectors",
    "linalg_eigh": "eigenvalues eigenvectors",
    "linalg_lstsq": "solution residuals rank singular_values",
    "linalg_qr": "Q R",
    "linalg_slogdet": "sign logabsdet",
    "linalg_svd": "U S Vh",
    "qr": "Q R",
    "slogdet": "sign logabsdet",
    "svd": "U S V",
}
"""The names of the results, by the function's name; `linalg_svd` is `torch.linalg.svd`."""


def _structure(name: str, fields: str) -> Any:
    class Structure(namedtuple(name, fields)):  # type: ignore[misc]  # noqa: PYI024  # the names are those of the table
        __slots__ = ()
        __module__ = "torch.return_types"

        def __repr__(self) -> str:
            parts = ",\n".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))  # type: ignore[var-annotated]
            return f"torch.return_types.{name}(\n{parts})"

    Structure.__name__ = Structure.__qualname__ = name
    return Structure


STRUCTURES = {name: _structure(name, fields) for name, fields in FIELDS.items()}
globals().update(STRUCTURES)
