"""Two observations of one case, PyTorch's and ours: what differs, most serious first."""

from __future__ import annotations

from typing import Any

import numpy as np

from .unsaid import FAULTS

WRONG = ("value", "dtype", "shape", "alias", "inputs", "gradient", "second", "requires_grad", "stride", "type")
CLASSES = (*WRONG, "accepts", "raises", "error type", "beyond", "refuses")
"""The gravest first. `accepts`: PyTorch raises, we answer; `beyond`: so, where it says that it is not implemented.
`raises`: we raise, PyTorch answers; `refuses`: so, saying that it is not supported."""

TOLERANCES = {
    "float64": (1e-7, 1e-7), "complex128": (1e-7, 1e-7), "float32": (1.3e-6, 1e-5), "complex64": (1.3e-6, 1e-5),
    "float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "complex32": (1e-3, 1e-5),
}  # fmt: skip
"""Relative and absolute, those of `torch.testing.assert_close`."""
LOOSER = 10
"""Gradients are sums of products in an order that is the library's choice."""

Difference = tuple[str, str]
"""One of CLASSES, and words."""


def compare(theirs: dict[str, Any], ours: dict[str, Any]) -> list[Difference]:
    """All differences; none says that the answers are the same."""
    if "raises" in theirs or "raises" in ours:
        return outcome(theirs, ours, "")
    found = structure(theirs["results"], ours["results"], "result")
    found += changed(theirs["inputs"], ours["inputs"])
    if "first" in theirs or "first" in ours:
        found += gradients(theirs, ours, "first", "gradient")
    if "second" in theirs and "raises" not in ours.get("first", {}):
        found += gradients(theirs, ours, "second", "second")
    return sorted(found, key=lambda each: CLASSES.index(each[0]))


def outcome(theirs: dict[str, Any], ours: dict[str, Any], where: str) -> list[Difference]:
    """Where one of both raises, or both do."""
    if "raises" not in ours:
        kind = "beyond" if "not implemented" in theirs["says"] else "accepts"
        return [(kind, f"{where}PyTorch raises {theirs['raises'][0]}: {theirs['says']}")]
    said = f"{where}{ours['raises'][0]}: {ours['says']}"
    if "raises" not in theirs:
        by_name = ours["raises"][0] in ("NotImplementedError", "MissingError")
        return [("refuses" if by_name else "raises", said)]
    if ours["raises"][0] == "MissingError" or theirs["raises"][0] in ours["raises"]:
        return []
    if ours["raises"][0] == "NotImplementedError":
        return []
    if theirs["raises"][0] == "NotImplementedError" and ours["raises"][0] == "RuntimeError":  # which it is one of
        return []
    return [("error type", f"{said}; PyTorch {theirs['raises'][0]}: {theirs['says']}")]


def structure(theirs: Any, ours: Any, where: str) -> list[Difference]:
    """Differences of results that may be lists of results."""
    if not isinstance(theirs, dict) or not isinstance(ours, dict) or "type" in theirs or "complex" in theirs:
        return scalar(theirs, ours, where)
    if "items" in theirs and "items" in ours:
        if theirs["kind"] != ours["kind"] or len(theirs["items"]) != len(ours["items"]):
            return [("type", f"{where} {sketch(ours)}, PyTorch {sketch(theirs)}")]
        each = zip(theirs["items"], ours["items"], strict=True)
        return [found for number, pair in enumerate(each) for found in structure(*pair, f"{where} {number}")]
    if "value" in theirs and "value" in ours:
        return tensor(theirs, ours, where)
    return [] if theirs == ours else [("type", f"{where} {sketch(ours)}, PyTorch {sketch(theirs)}")]


def scalar(theirs: Any, ours: Any, where: str) -> list[Difference]:
    if type(theirs) is not type(ours):
        return [("type", f"{where} {sketch(ours)}, PyTorch {sketch(theirs)}")]
    same = theirs == ours or (isinstance(theirs, float) and bool(np.isclose(theirs, ours, 1e-6, 1e-6, equal_nan=True)))
    if isinstance(theirs, dict) and "complex" in theirs and "complex" in ours:
        same = bool(np.allclose(theirs["complex"], ours["complex"], 1e-6, 1e-6, equal_nan=True))
    return [] if same else [("value", f"{where} {sketch(ours)}, PyTorch {sketch(theirs)}")]


ASPECTS = {"dtype": "dtype", "shape": "shape", "requires_grad": "requires_grad", "has grad_fn": "requires_grad",
           "shares": "alias", "is": "alias", "offset": "alias"}  # fmt: skip


def tensor(theirs: dict[str, Any], ours: dict[str, Any], where: str) -> list[Difference]:
    found = [
        (kind, f"{where} {aspect} {ours[aspect]!r}, PyTorch {theirs[aspect]!r}")
        for aspect, kind in ASPECTS.items()
        if theirs[aspect] != ours[aspect]
    ]
    if theirs["shape"] == ours["shape"]:
        if placed(theirs) != placed(ours):
            found.append(("stride", f"{where} stride {ours['stride']}, PyTorch {theirs['stride']}"))
        found += [("value", f"{where} {words}") for words in values(theirs, ours, 1)]
    return found


def placed(seen: dict[str, Any]) -> list[int]:
    """The strides along axes of which there is more than one place: no others can be told by what is read."""
    if 0 in seen["shape"]:
        return []
    return [stride for stride, length in zip(seen["stride"], seen["shape"], strict=True) if length > 1]


def values(theirs: dict[str, Any], ours: dict[str, Any], looser: float) -> list[str]:
    """Words for the first element that differs."""
    relative, absolute = (looser * each for each in TOLERANCES.get(theirs["dtype"], (0, 0)))
    a, b = np.atleast_1d(theirs["value"]), np.atleast_1d(ours["value"])
    if not a.size:
        return []
    with np.errstate(all="ignore"):
        finite = np.abs(a[np.isfinite(a)]) if relative else []
        absolute = max(absolute, relative * max(finite, default=0.0))  # sums lose what their largest terms lose
        same = np.isclose(b.astype(wide(b)), a.astype(wide(a)), relative, absolute, equal_nan=True)
    if same.all():
        return []
    at = tuple(int(each[0]) for each in np.nonzero(~same))
    return [f"value {b[at]}, PyTorch {a[at]} at {[*at]} ({np.count_nonzero(~same)} of {same.size} differ)"]


def wide(array: np.ndarray[Any, Any]) -> Any:
    """A dtype in which differences of these can be taken."""
    if array.dtype.kind == "c":
        return np.complex128
    return np.float64 if array.dtype.kind == "f" or array.dtype.itemsize < 8 else array.dtype


def changed(theirs: dict[str, Any], ours: dict[str, Any]) -> list[Difference]:
    """What became of the inputs."""
    return [
        ("inputs", f"afterwards {words}")
        for name, seen in theirs.items()
        for _, words in tensor(seen, ours[name], name)
    ]


def gradients(theirs: dict[str, Any], ours: dict[str, Any], key: str, kind: str) -> list[Difference]:
    """Differences of the derivatives of one order."""
    a, b = theirs.get(key), ours.get(key)
    if a is None or b is None:
        return [(kind, f"{kind} {'lost' if b is None else 'where PyTorch has none'}")]
    if "raises" in a or "raises" in b:
        return [] if a.get("says", "").startswith(FAULTS) else outcome(a, b, f"{kind}: ")
    found = []
    for number, (one, other) in enumerate(zip(a["items"], b["items"], strict=True)):
        where = f"{kind} {number}"
        if one is None or other is None:
            some = one or other
            if some and not (kind == "second" and not some["value"].any()):  # no second derivative is a zero one
                found.append((kind, f"{where} {sketch(other)}, PyTorch {sketch(one)}"))
        elif one["shape"] != other["shape"] or one["dtype"] != other["dtype"]:
            found.append((kind, f"{where} {sketch(other)}, PyTorch {sketch(one)}"))
        else:
            found += [(kind, f"{where} {words}") for words in values(one, other, LOOSER)]
    return found


def sketch(value: Any) -> str:
    """What was seen, in a few words."""
    if isinstance(value, dict):
        if "value" in value:
            return f"{value['dtype']}{value['shape']}"
        if "items" in value:
            return f"{value['kind']} of {len(value['items'])}"
        return str(next(iter(value.values()), value))
    return repr(value)
