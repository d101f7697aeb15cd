"""One call under a torch, PyTorch's or gradcli's, and everything that can be seen of it."""

from __future__ import annotations

import re
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .neutral import Memory, Reader, name_of, numbers

SECONDS = 20
NO_NAME = re.compile(r"gradcli\.torch\S* has no |('Tensor' object|type object 'Tensor') has no attribute")
TWICE = ("float64", "complex128")
"""Second derivatives are taken of these dtypes."""


class MissingError(Exception):
    """A name that this torch does not have."""


@contextmanager
def limited() -> Iterator[None]:
    """Raises TimeoutError in what takes longer than SECONDS."""

    def late(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def found(torch: Any, name: str, args: list[Any]) -> Callable[..., Any]:
    """The function of this name, to be called with these arguments; a method is looked up in its tensor.

    Raises MissingError.
    """
    _, *path = name.split(".")
    if path[0] == "Tensor" and args:
        try:
            if path[-1] == "__get__":
                getattr(type(args[0]), path[1])
                return lambda tensor, *_: getattr(tensor, path[1])
            return getattr(type(args[0]), path[1])  # type: ignore[no-any-return]
        except AttributeError:
            raise MissingError(name) from None
    each = torch
    for part in path:
        try:
            each = getattr(each, part)
        except (AttributeError, ImportError):
            raise MissingError(name) from None
    return each  # type: ignore[no-any-return]


def observe(torch: Any, case: dict[str, Any], memory: Memory) -> dict[str, Any]:
    """What this torch does when it is asked: see `Look`, or the error that it raises instead."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), limited():
        warnings.simplefilter("ignore")
        try:
            given = Reader(torch, case, memory)
            args, kwargs = given.read(case["args"]), given.read(case["kwargs"])
            torch.manual_seed(7)
            results = KINDS[case.get("kind", "call")](given, args, kwargs)
        except Exception as error:  # noqa: BLE001  (whatever it is, is what is asked)
            return failure(error)
        return Look(torch, given).all(results)


def called(given: Reader, args: list[Any], kwargs: dict[str, Any]) -> Any:
    return found(given.torch, given.case["call"], args)(*args, **kwargs)


def evaluated(given: Reader, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """What an expression gives in which the tensors have names."""
    return eval(given.case["call"], {"torch": given.torch, **kwargs})  # noqa: S307  (it is ours)


def module(given: Reader, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """What a module gives, its parameters and its buffers afterwards."""
    case = given.case
    made = found(given.torch, case["call"], [])(*args, **kwargs).to(getattr(given.torch, case["dtype"]))
    made.train(case["training"])
    forward_args, forward_kwargs = given.read(case["forward"])
    result = made(*forward_args, **forward_kwargs)
    given.leaves += made.parameters()
    return [result, dict(made.named_parameters()), dict(made.named_buffers())]


def optimizer(given: Reader, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """The parameters and the state after some steps."""
    torch = given.torch
    parameters = [torch.tensor(np.cos(np.arange(n * 3.0)).reshape(n, 3), requires_grad=True) for n in (2, 4)]
    made = found(torch, given.case["call"], [])(parameters, **kwargs)

    def loss() -> Any:
        made.zero_grad()
        result = sum((each**2).sum() + each.sin().sum() for each in parameters)
        result.backward()
        return result

    for _ in range(4):
        made.step(loss)
    return [[each.detach() for each in parameters], made.state_dict()]


KINDS = {"call": called, "text": evaluated, "module": module, "optimizer": optimizer}


def failure(error: Exception) -> dict[str, Any]:
    """The names of the error's class and of those above it, and the first line of its message."""
    missing = isinstance(error, AttributeError) and NO_NAME.match(str(error))
    kinds = [kind.__name__ for kind in (MissingError if missing else type(error)).__mro__[:-2]]
    return {"raises": kinds, "says": (str(error).splitlines() or [""])[0][:200]}


class Look:
    """All that can be seen of results: themselves, what became of the inputs, and the derivatives."""

    def __init__(self, torch: Any, given: Reader) -> None:
        self.torch, self.given = torch, given
        self.memories: list[tuple[int, int, str]] = []

    def all(self, results: Any) -> dict[str, Any]:
        given = self.given
        named = {f"base {number}": tensor for number, tensor in given.bases.items()}
        named |= {f"input {number}": tensor for number, tensor in enumerate(given.tensors)}
        for name, tensor in named.items():
            self.remember(tensor, name)
        self.objects = {id(tensor): name for name, tensor in named.items()}
        self.roots: list[Any] = []
        seen = {"results": self.value(results), "inputs": {name: self.tensor(each) for name, each in named.items()}}
        if self.roots and given.leaves:
            seen["first"] = self.derivatives(self.roots, create_graph=False)
            if "raises" not in seen["first"] and name_of(self.roots[0].dtype) in TWICE:
                seen["second"] = self.second()
        return seen

    def remember(self, tensor: Any, name: str) -> None:
        """Takes down where its elements lie, unless that is known."""
        if tensor.numel() and not self.whose(tensor):
            start = tensor.data_ptr()
            last = sum(stride * (length - 1) for stride, length in zip(tensor.stride(), tensor.shape, strict=True))
            self.memories.append((start, start + (last + 1) * tensor.element_size(), name))

    def whose(self, tensor: Any) -> str:
        """The name of the first memory in which it begins."""
        place = tensor.data_ptr() if tensor.numel() else 0
        return next((name for start, stop, name in self.memories if start <= place < stop), "")

    def value(self, value: Any) -> Any:
        """The same structure with what is seen of each tensor in its place."""
        if isinstance(value, self.torch.Tensor):
            if value.requires_grad and not value.is_leaf:
                self.roots.append(value)
            seen = self.tensor(value)
            self.remember(value, f"result {len(self.memories)}")
            return seen
        if isinstance(value, list | tuple):
            kind = "list" if isinstance(value, list) else "tuple"
            return {"kind": kind, "items": [self.value(each) for each in value]}
        if isinstance(value, dict):
            keys = sorted(value, key=str)
            return {"kind": f"dict {' '.join(map(str, keys))}", "items": [self.value(value[key]) for key in keys]}
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, complex):
            return {"complex": [value.real, value.imag]}
        if value is self.torch.strided:
            return {"type": "layout"}
        if isinstance(value, self.torch.dtype):
            return {"dtype": name_of(value)}
        return {"type": type(value).__name__}

    def tensor(self, tensor: Any) -> dict[str, Any]:
        if self.torch.strided is not tensor.layout:
            return {"type": str(tensor.layout)}
        return {
            "value": numbers(tensor),
            "dtype": name_of(tensor.dtype),
            "shape": [*tensor.shape],
            "stride": [*tensor.stride()],
            "shares": self.whose(tensor),
            "is": self.objects.get(id(tensor), ""),
            "offset": tensor.storage_offset() if self.whose(tensor) else 0,
            "requires_grad": tensor.requires_grad,
            "has grad_fn": tensor.grad_fn is not None,
        }

    def derivatives(self, roots: list[Any], *, create_graph: bool, keep: list[Any] | None = None) -> Any:
        """The gradients at the leaves for cotangents that depend on nothing but the shape."""
        cotangents = [self.torch.tensor(cosines(root), dtype=root.dtype) for root in roots]
        try:
            gradients = self.torch.autograd.grad(
                roots, self.given.leaves, cotangents, retain_graph=True, create_graph=create_graph, allow_unused=True
            )
        except Exception as error:  # noqa: BLE001  (as above)
            return failure(error)
        if keep is not None:
            keep += [each for each in gradients if each is not None and each.requires_grad]
        return {"items": [each if each is None else self.gradient(each) for each in gradients]}

    def gradient(self, tensor: Any) -> dict[str, Any]:
        return {"value": numbers(tensor), "dtype": name_of(tensor.dtype), "shape": [*tensor.shape]}

    def second(self) -> Any:
        again: list[Any] = []
        first = self.derivatives(self.roots, create_graph=True, keep=again)
        if "raises" in first:
            return first
        if not again:
            return {"items": [None for _ in self.given.leaves]}
        return self.derivatives(again, create_graph=False)


def cosines(tensor: Any) -> np.ndarray[Any, Any]:
    """Numbers of this shape without a pattern, complex ones if the dtype is."""
    angles = np.arange(1.0, tensor.numel() + 1).reshape([*tensor.shape])
    return np.exp(1j * angles) if tensor.dtype.is_complex else np.cos(angles)
