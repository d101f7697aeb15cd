"""Every function as text, once: what the language, the face of PyTorch and what they are translated to know of it.

The engine's declaration of the operation (`engine/ops`) says how it is computed and differentiated; nothing else does.
"""

from __future__ import annotations

from functools import cache

from gradcli.catalogue.function import Function as Function


@cache
def catalogue() -> tuple[Function, ...]:
    """All of it, in the order in which `gradcli functions` lists what the language has."""
    from gradcli.catalogue import arrays, creation, matrices, pointwise, reductions

    return (
        *pointwise.FUNCTIONS, *reductions.FUNCTIONS, *matrices.FUNCTIONS, *arrays.FUNCTIONS, *creation.FUNCTIONS
    )  # fmt: skip
