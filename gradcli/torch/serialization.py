"""`torch.save` and `torch.load` in a format that runs nothing when it is read.

A file is a zip archive, which `numpy.load` reads too: `tree.json` says what the object is, in JSON, and each Tensor's
values are an entry `tensors/N.npy`. In the tree, a value that JSON has not is a list whose first element names its kind:

    ["tensor", N, requires_grad]  ["parameter", N, requires_grad]  ["list", …]  ["tuple", …]  ["size", …]
    ["dict", [key, value], …]  ["ordered_dict", …]  ["counter", …]  ["dtype", name]  ["complex", real, imaginary]  ["float", "inf"]

PyTorch's own files are pickles, which can run any code when they are read: they are refused.
"""

from __future__ import annotations

import math
import os
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from gradcli.engine.dtypes import BY_NAME, dtype
from gradcli.engine.tensor import Size, Tensor
from gradcli.torch.arguments import check_device, only_default
from gradcli.torch.data import from_numpy

if TYPE_CHECKING:
    from zipfile import ZipFile

    File = str | os.PathLike[str] | IO[bytes]

TREE = "tree.json"
VERSION = 1
ITSELF = (type(None), bool, int, float, str)
SEQUENCES: dict[str, type] = {"list": list, "tuple": tuple, "size": Size}
MAPPINGS: dict[str, type] = {"dict": dict, "ordered_dict": OrderedDict, "counter": Counter}


def save(
    obj: Any,
    f: File,
    pickle_module: Any = None,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Writes Tensors, numbers, strings, and lists, tuples and dicts of them, to a path or to a file open for writing.

    That is all that state dicts of modules, optimisers and schedulers hold. One Tensor in two places stays one Tensor;
    two Tensors that share memory do so no longer. Raises TypeError for anything else, naming its place.
    """
    import json
    from zipfile import ZipFile

    only_default("save", "pickle_module", pickle_module)
    writer = _Writer()
    tree = {"format": "gradcli tensors", "version": VERSION, "object": writer.tree(obj, "the object")}
    with ZipFile(f, "w") as archive:
        archive.writestr(TREE, json.dumps(tree))
        for number, tensor in enumerate(writer.tensors):
            with archive.open(_entry(number), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asarray(tensor.array), allow_pickle=False)


def load(
    f: File,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """What `save` wrote, from a path or from a file open for reading. Nothing in a file is ever run.

    `weights_only` makes no difference. Raises RuntimeError for a file that `save` did not write.
    """
    only_default("load", "pickle_module", pickle_module)
    only_default("load", "mmap", mmap or None)
    for name, value in pickle_load_args.items():
        only_default("load", name, value)
    check_device("load", map_location)
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(f) as archive:
            return _read(archive)
    except BadZipFile:
        raise _foreign("no zip archive; it may be an old PyTorch file or another pickle") from None
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise _foreign(f"damaged ({error})") from error


def _read(archive: ZipFile) -> Any:
    import json

    names = archive.namelist()
    if TREE not in names:
        pickled = any(name.endswith("data.pkl") for name in names)
        raise _foreign(
            "a pickle in a zip archive, as PyTorch writes it" if pickled else f"a zip archive without {TREE}"
        )
    tree = json.loads(archive.read(TREE))
    if tree.get("version") != VERSION:
        raise _foreign(f"of version {tree.get('version')}")
    return _Reader(archive).object(tree["object"])


def _foreign(found: str) -> RuntimeError:
    return RuntimeError(
        f"gradcli.torch.load() reads what gradcli.torch.save() wrote, and this file is {found}. It does not read pickles, "
        "because they can run any code. Where PyTorch is installed, load the file there, save the tensors as NumPy arrays "
        "(numpy.savez) and make tensors of them here (torch.from_numpy)"
    )


def _entry(number: int) -> str:
    return f"tensors/{number}.npy"


class _Writer:
    """Makes the tree of an object, and gathers its Tensors."""

    def __init__(self) -> None:
        self.tensors: dict[Tensor, int] = {}

    def tree(self, value: Any, place: str) -> Any:
        """What stands for `value` in the tree. `place` says where it is, for an error."""
        kind = type(value)
        if kind is float and not math.isfinite(value):
            return ["float", repr(value)]
        if kind in ITSELF:
            return value
        if kind is Tensor or _is_parameter(value):
            number = self.tensors.setdefault(value, len(self.tensors))
            return ["tensor" if kind is Tensor else "parameter", number, value.requires_grad]
        for name, known in SEQUENCES.items():
            if kind is known:
                return [name, *(self.tree(item, f"{place}[{i}]") for i, item in enumerate(value))]
        for name, known in MAPPINGS.items():
            if kind is known:
                return [name, *([self.tree(key, place), self.tree(v, f"{place}[{key!r}]")] for key, v in value.items())]
        if kind is dtype:
            return ["dtype", value.name]
        if kind is complex:
            return ["complex", value.real, value.imag]
        if isinstance(value, np.generic):
            return self.tree(value.item(), place)
        raise TypeError(
            f"gradcli.torch.save() saves tensors, numbers, strings, and lists and dicts of them, and {place} is a "
            f"{kind.__name__}" + ("; save its state_dict()" if hasattr(value, "state_dict") else "")
        )


class _Reader:
    """Makes an object of its tree."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._tensors: dict[int, Tensor] = {}

    def object(self, tree: Any) -> Any:
        """What the tree says."""
        if not isinstance(tree, list):
            return tree
        kind, *parts = tree
        if kind in SEQUENCES:
            return SEQUENCES[kind](self.object(part) for part in parts)
        if kind in MAPPINGS:
            return MAPPINGS[kind]({self.object(key): self.object(value) for key, value in parts})
        read: Callable[..., Any] = {  # type: ignore[assignment]
            "tensor": self._tensor, "parameter": self._parameter, "dtype": BY_NAME.__getitem__, "complex": complex,
            "float": float,
        }[kind]  # fmt: skip
        return read(*parts)

    def _tensor(self, number: int, requires_grad: bool) -> Tensor:
        if number not in self._tensors:
            self._tensors[number] = self._values(number).requires_grad_(requires_grad)
        return self._tensors[number]

    def _parameter(self, number: int, requires_grad: bool) -> Tensor:
        from gradcli.torch.nn.parameter import Parameter

        if number not in self._tensors:
            self._tensors[number] = Parameter(self._values(number), requires_grad)
        return self._tensors[number]

    def _values(self, number: int) -> Tensor:
        with self._archive.open(_entry(number)) as entry:
            return from_numpy(np.lib.format.read_array(entry, allow_pickle=False))


def _is_parameter(value: Any) -> bool:
    if not isinstance(value, Tensor):
        return False
    from gradcli.torch.nn.parameter import Parameter

    return type(value) is Parameter
