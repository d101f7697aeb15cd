"""The catalogue against the engine's operations, the face that is made of it, and what PyTorch has and takes."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import gradcli
from gradcli import torch
from gradcli.catalogue import Function, catalogue
from gradcli.catalogue.internal import INTERNAL
from gradcli.engine.op import OPS
from gradcli.torch.functions import WRITTEN_OUT

GOLDEN = Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))

from record_names import operands, taken  # noqa: E402  # beside the file that it records

RECORDED = json.loads((GOLDEN / "names.json").read_text("utf-8"))
ROWS = {row.name: row for row in catalogue()}

NOT_TAKEN = {
    "logaddexp": "complex: the larger of two has no order there, PyTorch's kernel is its own",
    "ldexp": "complex: a product with a power of two; write it so",
    "logdet": "complex: the logarithm of what may turn round 0",
}
"""What the engine does not take, of what PyTorch takes."""
NOT_IN_PLACE = {
    "of functions that are not there": (
        "conj_physical_ erfinv_ i0_ igamma_ igammac_ index_reduce_ map2_ mvlgamma_ renorm_"
    ),
    "of memory, which is NumPy's, and of parts": (
        "as_strided_ fill_diagonal_ resize_as_ resize_as_sparse_ set_ share_memory_ sparse_resize_ "
        "sparse_resize_and_clear_"
    ),
}
"""What PyTorch's Tensors have in place and ours have not."""


def engines_names(row: Function) -> set[str]:
    return {row.name.rpartition(".")[2], row.engine, row.face_engine}


def test_every_operation_is_in_the_catalogue_or_internal_with_its_reason() -> None:
    known = set().union(*map(engines_names, catalogue()))
    internal = [name for names in INTERNAL.values() for name in names.split()]
    assert len(internal) == len(set(internal))
    assert set(internal) & {row.name for row in catalogue()} == set()
    assert OPS.keys() - known == set(internal)


@pytest.mark.parametrize("name", RECORDED["takes"])
def test_a_function_takes_the_kinds_of_numbers_that_pytorchs_takes(name: str) -> None:
    row = ROWS[name]
    wanted = RECORDED["takes"][name]
    if name in NOT_TAKEN:
        assert row.takes != wanted, "it is no difference any more"
        wanted = row.takes
    assert row.takes == wanted
    assert taken(torch, getattr(torch, name), operands(row.face) or 0) == wanted


def test_what_changes_in_place_has_pytorchs_names() -> None:
    lacking = {name for names in NOT_IN_PLACE.values() for name in names.split()}
    ours = {name for name in dir(torch.Tensor) if name.endswith("_") and not name.startswith("_")}
    assert ours == set(RECORDED["in place"]) - lacking
    assert lacking <= set(RECORDED["in place"])


def test_what_the_face_writes_out_stands_in_the_catalogue() -> None:
    for name, module in WRITTEN_OUT.items():
        rows = {row.name for row in catalogue() if row.written == name and "." not in row.name}
        assert rows == set(module.__all__)


def literals(path: Path) -> set[str]:
    """The words of the texts in a module, its docstrings left out."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs]
    return {word for text in texts if isinstance(text, str) for word in text.split()}


def test_no_other_name_is_written_anywhere_else() -> None:
    """Of a sample: names that stand for nothing but a function."""
    sample: dict[str, Any] = {
        "arctanh",
        "arcsinh",
        "concatenate",
        "swapdims",
        "row_stack",
        "true_divide",
        "greater_equal",
    }
    package = Path(gradcli.__file__).parent
    holders = {path.relative_to(package).parts[0] for path in package.rglob("*.py") if sample & literals(path)}
    assert holders == {"catalogue"}
