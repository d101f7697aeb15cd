"""`torch.save` and `torch.load` in a format that runs nothing when it is read.

A file is a zip archive, which `numpy.load` reads too: `tree.json` says what the object is, in JSON, and each Tensor's
values, or an array's, are an entry `tensors/N.npy`. In the tree, a value that JSON has not is a list that begins with
its kind:

    ["tensor", N, requires_grad]  ["parameter", N, requires_grad]  ["array", N]  ["scalar", N]
    ["list", …]  ["tuple", …]  ["size", …]  ["set", …]  ["frozenset", …]
    ["dict", [key, value], …]  ["ordered_dict", …]  ["counter", …]  ["dtype", name]
    ["complex", real, imaginary]  ["float", "inf"]

PyTorch's own files are pickles, which can run any code when they are read: they are refused.
"""

from __future__ import annotations

import math
import os
from collections import Counter, OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from gradcli.engine.dtypes import BY_NAME, dtype
from gradcli.engine.tensor import Size, Tensor
from gradcli.files import whole
from gradcli.npy import read_array
from gradcli.torch.argument_checks import check_device, only_default
from gradcli.torch.creation_from_data import from_numpy

if TYPE_CHECKING:
    from zipfile import ZipFile

    File = str | os.PathLike[str] | IO[bytes]

TREE = "tree.json"
VERSION = 1
ENCRYPTED = 1
"""The bit of an entry's flags."""
SEQUENCES: dict[str, type] = {"list": list, "tuple": tuple, "size": Size, "set": set, "frozenset": frozenset}
MAPPINGS: dict[str, type] = {"dict": dict, "ordered_dict": OrderedDict, "counter": Counter}
NAMES = {kind: name for name, kind in (SEQUENCES | MAPPINGS).items()}

ATOMS: dict[type, Callable[[Any], Any]] = {
    **dict.fromkeys((type(None), bool, int, str), lambda value: value),
    float: lambda value: value if math.isfinite(value) else ["float", repr(value)],
    complex: lambda value: ["complex", value.real, value.imag],
    dtype: lambda value: ["dtype", value.name],
}
"""What stands in the tree for what has no parts ..."""
ATOMS_READ: dict[str, Callable[..., Any]] = {"float": float, "complex": complex, "dtype": BY_NAME.__getitem__}
"""... and what makes it of that."""


def save(
    obj: Any,
    f: File,
    pickle_module: Any = None,
    pickle_protocol: int = 2,  # noqa: ARG001  # nothing is pickled
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Writes Tensors, arrays, numbers, strings, and lists, tuples, sets and dicts of them, to a path or an open file.

    That is all that state dicts of modules, optimisers and schedulers hold. One Tensor or array in two places stays
    one; two Tensors that share memory do so no longer. A file at a path is whole or, after an error, as it was. Raises
    TypeError for anything else, naming its place.
    """
    only_default("save", "pickle_module", pickle_module)
    writer = _Writer()
    tree = {"format": "gradcli tensors", "version": VERSION, "object": writer.tree(obj, "the object")}
    if isinstance(f, str | os.PathLike):
        with whole(Path(f)) as temporary:
            _write(temporary, writer, tree)
    else:
        _write(f, writer, tree)


def _write(f: Path | IO[bytes], writer: _Writer, tree: dict[str, Any]) -> None:
    import json
    from zipfile import ZipFile

    with ZipFile(f, "w") as archive:
        archive.writestr(TREE, json.dumps(tree))
        for number, array in enumerate(writer.arrays):
            with archive.open(_entry(number), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asarray(array), allow_pickle=False)


def load(
    f: File,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,  # noqa: ARG001  # nothing else is ever read
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
        archive = ZipFile(f)
    except (BadZipFile, NotImplementedError, ValueError):
        raise _foreign("no zip archive; it may be an old PyTorch file or another pickle") from None
    with archive:
        try:
            _refuse_bombs(archive)
            return _read(archive)
        except (MemoryError, ForeignError):
            raise
        except Exception as error:  # a damaged archive raises errors of many kinds
            raise _foreign(f"damaged ({str(error)[:200] or type(error).__name__})") from error


def _refuse_bombs(archive: ZipFile) -> None:
    """Raises ForeignError for entries that take more memory than the file has bytes: those of `save` do not."""
    from zipfile import ZIP_STORED

    assert archive.fp is not None
    size = archive.fp.seek(0, os.SEEK_END)
    entries = archive.infolist()
    if any(entry.compress_type != ZIP_STORED or entry.flag_bits & ENCRYPTED for entry in entries):
        raise _foreign("a zip archive with compressed or encrypted entries, which save() does not write")
    if sum(entry.file_size for entry in entries) > size:
        raise _foreign("damaged (its entries are longer than the file)")


def _read(archive: ZipFile) -> Any:
    import json

    names = archive.namelist()
    if TREE not in names:
        pickled = any(name.endswith("data.pkl") for name in names)
        raise _foreign(
            "a pickle in a zip archive, as PyTorch writes it" if pickled else f"a zip archive without {TREE}"
        )
    tree = json.loads(archive.read(TREE))
    if tree["version"] != VERSION:
        raise _foreign(f"of version {tree['version']}")
    return _Reader(archive).object(tree["object"])


class ForeignError(RuntimeError):
    """A file that `save` did not write, or that is damaged."""


def _foreign(found: str) -> ForeignError:
    return ForeignError(
        f"gradcli.torch.load() reads what gradcli.torch.save() wrote, and this file is {found}. It does not read "
        "pickles, because they can run any code. Where PyTorch is installed, load the file there, save the tensors as "
        "NumPy arrays (numpy.savez) and make tensors of them here (torch.from_numpy)"
    )


def _entry(number: int) -> str:
    return f"tensors/{number}.npy"


class _Writer:
    """Makes the tree of an object, and gathers its Tensors."""

    def __init__(self) -> None:
        self.arrays: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._seen: list[Any] = []  # so that nothing else gets the id of one of them

    def tree(self, value: Any, place: str) -> Any:
        """What stands for `value` in the tree. `place` says where it is, for an error."""
        kind = type(value)
        if kind in ATOMS:
            return ATOMS[kind](value)
        if isinstance(value, Tensor):
            number = self._number(value, value.array)
            return ["parameter" if _is_parameter(value) else "tensor", number, value.requires_grad]
        if kind is np.ndarray or isinstance(value, np.generic):
            if value.dtype.kind not in "biufc":
                raise TypeError(f"gradcli.torch.save() saves arrays of numbers, and {place} is one of {value.dtype}")
            return ["array" if kind is np.ndarray else "scalar", self._number(value, value)]
        if kind in MAPPINGS.values():
            parts = [[self.tree(key, place), self.tree(item, f"{place}[{key!r}]")] for key, item in value.items()]
        elif kind in SEQUENCES.values():
            parts = [self.tree(item, f"{place}[{i}]") for i, item in enumerate(value)]
        else:
            raise TypeError(
                "gradcli.torch.save() saves tensors, arrays, numbers, strings, and lists and dicts of them, and "
                f"{place} is a {kind.__name__}" + ("; save its state_dict()" if hasattr(value, "state_dict") else "")
            )
        return [NAMES[kind], *parts]

    def _number(self, value: Any, array: Any) -> int:
        """The number of the entry that holds the values of a Tensor or an array."""
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self.arrays)
            self.arrays.append(array)
            self._seen.append(value)
        return self._numbers[id(value)]


class _Reader:
    """Makes an object of its tree."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._tensors: dict[int, Tensor] = {}
        self._arrays: dict[int, Any] = {}

    def object(self, tree: Any) -> Any:
        """What the tree says. Raises KeyError, TypeError or ValueError for a tree that says nothing."""
        if not isinstance(tree, list):
            return tree
        kind, *parts = tree
        if kind in SEQUENCES:
            return SEQUENCES[kind](self.object(part) for part in parts)
        if kind in MAPPINGS:
            return MAPPINGS[kind]({self.object(key): self.object(value) for key, value in parts})
        if kind in ("tensor", "parameter"):
            return self._tensor(*parts, parameter=kind == "parameter")
        if kind in ("array", "scalar"):
            return self._array(*parts)[()] if kind == "scalar" else self._array(*parts)
        return ATOMS_READ[kind](*parts)

    def _array(self, number: int) -> Any:
        if type(number) is not int:
            raise TypeError(f"{number!r} is the number of no tensor")
        if number not in self._arrays:
            with self._archive.open(_entry(number)) as entry:
                size = self._archive.getinfo(_entry(number)).file_size
                self._arrays[number] = read_array(cast("BinaryIO", entry), size)
                entry.read()  # the end of an entry is where it is compared with its checksum
        return self._arrays[number]

    def _tensor(self, number: int, requires_grad: bool, *, parameter: bool) -> Tensor:
        array = self._array(number)
        if number not in self._tensors:
            values = from_numpy(array)
            if parameter:
                from gradcli.torch.nn.parameter import Parameter

                values = Parameter(values)
            self._tensors[number] = values.requires_grad_(requires_grad)
        return self._tensors[number]


def _is_parameter(value: Tensor) -> bool:
    if type(value) is Tensor:
        return False
    from gradcli.torch.nn.parameter import Parameter

    return isinstance(value, Parameter)
