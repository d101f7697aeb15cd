"""What an entry of the function table holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gradcli.lang.signature import Parameter, parse_signature


@dataclass(frozen=True)
class Function:
    """One function of the language.

    name       canonical: the name of the engine's function, unless `engine` says otherwise
    signature  "x, axis=None, keepdims=False"; NumPy's names (PyTorch's dim and keepdim are read as synonyms)
    help       one line
    group      the heading under which it is listed
    aliases    other names for it, PyTorch's and NumPy's
    scalar     its form for SymPy, a function (S, *arguments) of the module and of scalar expressions, used on each element
    array      its form for SymPy on arrays of expressions, a function (S, N, *arguments) of the modules SymPy and NumPy
    torch, jax, numpy
               how it is spelled there, where that is not its name under `torch.`, `jnp.` or `np.`: another name under
               `torch.`, `jax.` or `np.`; an expression in the parameters, which has a bracket; "" where there is no way
    """

    name: str
    signature: str
    help: str
    group: str = ""
    aliases: tuple[str, ...] = ()
    scalar: Callable[..., Any] | None = None
    array: Callable[..., Any] | None = None
    engine: str | None = None
    torch: str | None = None
    jax: str | None = None
    numpy: str | None = None

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters of the signature."""
        return parse_signature(self.signature)
