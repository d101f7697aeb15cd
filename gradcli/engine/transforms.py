"""What a function may do while `grad`, `vmap` and their like run it: change what was made inside, and nothing else."""

from __future__ import annotations

from typing import Any, Self

from gradcli.engine.memory import give_memory, tick
from gradcli.engine.modes import INFERRING, THREAD, Mode
from gradcli.engine.tensor import Tensor

CAPTURED = (
    "During a grad (vjp, jvp, grad, etc) transform, the function provided attempted to call in-place operation that "
    "would mutate a captured Tensor. This is not supported; please rewrite the function being transformed to "
    "explicitly accept the mutated Tensor(s) as inputs."
)
NOT_MAPPED = (
    "vmap: inplace arithmetic(self, *extra_args) is not possible on a `self` that is not vmapped over: the function is "
    "called once for each example. Please try to use out-of-place operators instead of inplace arithmetic."
)


class Transform:
    """One call of a function by a transform: a context manager, open while the function runs.

    number   tells what was made inside from what was made elsewhere
    mapping  whether it is `vmap`, which calls the function once for each example
    entered  the nodes of inputs that are leaves to the function, although they have a history
    again    whether the function will be called again, so that graphs must not be freed
    """

    _mode: Mode

    def __init__(self, *, mapping: bool = False) -> None:
        self.number = tick()
        self.mapping = mapping
        self.entered: set[Any] = set()
        self.again = False

    def __enter__(self) -> Self:
        self._mode = THREAD.mode
        self._mode.transforms = (*self._mode.transforms, self)
        INFERRING.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        INFERRING.__exit__()
        self._mode.transforms = tuple(each for each in self._mode.transforms if each is not self)

    def own(self, x: Tensor) -> Tensor:
        """`x` as one that was made inside."""
        x.made = self.number
        return x

    def lent(self, x: Any) -> Any:
        """An argument that is a constant to the function, which may change it in place; anything else as it is."""
        return x if not isinstance(x, Tensor) or x.tracked else self.own(Tensor(give_memory(x)))

    def made(self, node: Any) -> bool:
        """Whether a node is that of a leaf made inside."""
        leaf = getattr(node, "variable", None)
        return leaf is not None and getattr(leaf, "made", 0) == self.number


def refuse_captured(target: Tensor, *, aside: bool = False) -> None:
    """Raises RuntimeError if the memory of `target` was made outside of the function that is transformed.

    aside  only if that is called once for each example
    """
    transforms = THREAD.mode.transforms
    if not transforms or getattr(target, "made", 0) == transforms[-1].number:
        return
    if transforms[-1].mapping:
        raise RuntimeError(NOT_MAPPED)
    if not aside:
        raise RuntimeError(CAPTURED)


def is_leaf(x: Tensor) -> bool:
    """Whether no operation gave it, as far as the function that is transformed can see."""
    return x.grad_fn is None or any(x.grad_fn in each.entered for each in THREAD.mode.transforms)
