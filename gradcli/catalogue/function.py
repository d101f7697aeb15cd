"""What a row of the catalogue holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from gradcli.catalogue.signature import Parameter, parse_signature

InPlace = Literal["", "values", "comparison", "running", "view"]


@dataclass(frozen=True)
class Function:
    """One function, as text. Names in a text of several are apart by blanks.

    In the expression language:

    name       canonical: the name of the engine's function, unless `engine` says otherwise
    aliases    other names for it, in the face too
    signature  "x, axis=None, keepdims=False", with NumPy's names (PyTorch's dim and keepdim are read as synonyms); None
               for what the language has no function for
    help       one line; of what the face writes out, its docstring says it
    group      the heading under which it is listed
    pointwise  whether it works on each element, broadcast
    form       what it computes, as a program of the language over other functions, which may have forms themselves; ""
               for a primitive, and for what has no derivative
    language_aliases
               names that it has here alone

    In the face of PyTorch:

    face       its signature, as `torch/binding.py` reads it, with the parameters of the engine's function in order
    written    the module of the face that writes it out, because its arguments mean different things
    linalg, functional
               its signatures under `torch.linalg` and `torch.nn.functional`
    also       names that it has there alone; with a dot in it, one in a submodule
    method     whether Tensors have it
    in_place   what becomes of a Tensor whose method has "_" behind the name: its values change; it takes the truth of a
               comparison; running sums in its own dtype; it becomes the view
    out        how it writes into `out`: "elementwise", "joining", "casting", "limited", "same", "apart" as in
               `torch/out.py`; "none" where it has no `out`
    takes      the kinds of numbers that it takes
    engine_refuses
               whether the engine's function refuses the others, in PyTorch's words; else the face does
    kernel     what PyTorch's refusal of whole numbers or truth values calls it, or all that it says
    sums       what the refusal of `dtype=torch.bool` calls it
    floats     what the refusal of whole numbers under `torch.nn.functional` calls it
    engine, face_engine
               the engine's functions, where they have other names; that of the face where it is another one

    Elsewhere:

    torch, jax, numpy
               how it is spelled there, where that is not its name under `torch.`, `jnp.` or `np.`: another name under
               `torch.`, `jax.` or `np.`; an expression in the parameters, which has a bracket; "form" for its form;
               "" where there is no way
    """

    name: str
    signature: str | None
    help: str = ""
    group: str = ""
    pointwise: bool = False
    form: str = ""
    aliases: str = ""
    language_aliases: str = ""
    face: str = ""
    written: str = ""
    linalg: str = ""
    functional: str = ""
    also: str = ""
    method: bool | None = None
    in_place: InPlace = ""
    out: str = ""
    takes: str = "real complex integer boolean"
    engine_refuses: bool = False
    kernel: str = ""
    sums: str = ""
    floats: str = ""
    engine: str = ""
    face_engine: str = ""
    torch: str | None = None
    jax: str | None = None
    numpy: str | None = None

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters of its signature in the language."""
        return parse_signature(self.signature or "")

    @property
    def language_names(self) -> tuple[str, ...]:
        """Its names in the language, the canonical one first."""
        return self.name, *self.aliases.split(), *self.language_aliases.split()

    @property
    def other_names(self) -> tuple[str, ...]:
        """Its other names in the face, those with a dot in submodules."""
        return *self.aliases.split(), *self.also.split()

    @property
    def face_names(self) -> tuple[str, ...]:
        """Its names in `torch` itself, the canonical one first."""
        return self.name, *(name for name in self.other_names if "." not in name)

    @property
    def is_method(self) -> bool:
        """Whether Tensors have it: by default where the first argument is one called `input`."""
        return self.method if self.method is not None else bool(self.written) or self.face.startswith("input")
