"""Whether what a node saved is still what it was: not freed, not changed in place, not detached in place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.engine.memory import DETACHED, version, version_at
from gradcli.engine.modes import EVERYWHERE
from gradcli.engine.type_names import TYPE_NAMES

if TYPE_CHECKING:
    from gradcli.engine.graph import Node

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
    "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved "
    "tensors after calling backward."
)


DETECT = (
    "enable anomaly detection to find the operation that failed to compute its gradient, with "
    "torch.autograd.set_detect_anomaly(True, check_nan=False)."
)
DETECTED = (
    "the backtrace further above shows the operation that failed to compute its gradient. The variable in question was "
    "changed in there or anywhere later. Good luck!"
)


SAVED_DETACHED = (
    "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_()."
    "This is not supported, please use out-of-place `.detach()` instead"
)


def refuse_freed_or_stale(node: Node, saved: tuple[Any, ...] | None) -> None:
    """Raises RuntimeError if what the node `saved` was freed, or changed or detached in place after it was made."""
    if saved is None:
        raise RuntimeError(FREED)
    sources = node.op.sources(node)
    for slot, number, value in arrays_in(saved):
        if not node.op.reads(node, slot, number):
            continue
        source: Any = sources[slot] if slot < len(sources) else None
        now, then = version(value), version_at(value, node.seq)
        if now != then:
            origin = ""
            if hasattr(source, "op"):  # a node, not a leaf
                which = number if source is node else source.output_nr
                origin = f", which is output {which} of {source.name().removesuffix('Backward0')},"
            raise RuntimeError(
                "one of the variables needed for gradient computation has been modified by an inplace operation: "
                f"[torch.{TYPE_NAMES[value.dtype.name].scalar}Tensor {[*value.shape]}]{origin} is at version {now}; "
                f"expected version {then} instead. Hint: {DETECTED if EVERYWHERE.failures else DETECT}"
            )
        if source is not node and source in DETACHED:
            raise RuntimeError(SAVED_DETACHED)


def arrays_in(saved: tuple[Any, ...]) -> Iterator[tuple[int, int, Any]]:
    """The arrays among what a node saved: slot, number among several in one slot, array."""
    for slot, values in enumerate(saved):
        for number, value in enumerate(values if type(values) in (tuple, list) else (values,)):
            if isinstance(value, (np.ndarray, np.generic)):
                yield slot, number, value
