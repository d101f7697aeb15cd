"""Gradients of tables: formats, inputs that are wrong, what is left on disk."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tabulated import answer_of, rows_of

from gradcli.calculator.commands.batch import BatchQuestion, batch
from gradcli.errors import InputError, UnfinishedError
from gradcli.tables import delimited
from gradcli.tables.formats import FORMATS

CELLS = [1.5, -0.0, 1e-310, 123456789.123, np.inf, -np.inf, np.nan]


def write_cells(path: Path) -> None:
    """A column x with CELLS, in the format that the path tells."""
    kind = path.suffix
    if kind == ".npy":
        np.save(path, np.array(CELLS).view([("x", "f8")]))
    elif kind in (".parquet", ".arrow"):
        cells = pa.table({"x": pa.array(CELLS), "text": ["a"] * len(CELLS)})
        if kind == ".parquet":
            pq.write_table(cells, path)
        else:
            with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, cells.schema) as file:
                file.write_table(cells)
    elif kind == ".jsonl":
        words = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
        cells = [cell if np.isfinite(cell) else words[str(cell)] for cell in CELLS]
        path.write_text("".join(json.dumps({"x": cell}) + "\n" for cell in cells))
    else:
        path.write_text("x\n" + "".join(f"{cell!r}\n" for cell in CELLS))


def read_table(path: Path) -> tuple[dict[str, list[float]], list[str]]:
    """The numbers by column and the statuses of an output, read by another way than ours."""
    kind = path.suffix
    if kind == ".npy":
        array = np.load(path)
        columns = {name: array[name].tolist() for name in array.dtype.names}
        columns["status"] = [word.decode() for word in columns["status"]]
    elif kind in (".parquet", ".arrow"):
        found = pq.read_table(path) if kind == ".parquet" else pa.ipc.open_file(path).read_all()
        columns = found.to_pydict()
    elif kind == ".jsonl":
        rows = [json.loads(line, parse_constant=pytest.fail) for line in path.read_text().splitlines()]
        columns = {name: [row[name] for row in rows] for name in rows[0]}
    else:
        head, *rows = [line.split("\t" if kind == ".tsv" else ",") for line in path.read_text().splitlines()]
        columns = dict(zip(head, map(list, zip(*rows, strict=True)), strict=True))
    status = columns.pop("status")
    return {name: [*map(float, cells)] for name, cells in columns.items()}, status


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("target", FORMATS)
def test_every_format_to_every_format(tmp_path: Path, source: str, target: str) -> None:
    data, out = tmp_path / f"in{FORMATS[source].endings[0]}", tmp_path / f"out{FORMATS[target].endings[0]}"
    write_cells(data)
    answer = answer_of(data, "2*x", output=str(out))
    numbers, status = read_table(out)
    np.testing.assert_array_equal(numbers["value"], np.multiply(2, CELLS))
    assert [*map(np.signbit, numbers["value"])][:2] == [False, True]
    assert numbers["grad_x"] == [2.0] * len(CELLS)
    assert status == ["ok"] * 4 + ["domain"] * 3
    assert answer.counts == {"ok": 4, "domain": 3, "unreadable": 0}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([data.name, out.name])


@pytest.mark.parametrize("target", FORMATS)
def test_no_rows(table: Callable[..., Path], tmp_path: Path, target: str) -> None:
    out = tmp_path / f"out{FORMATS[target].endings[0]}"
    assert answer_of(table("x\n"), "x", output=str(out)).rows == 0
    if target == "npy":
        assert np.load(out).shape == (0,)
    elif target != "jsonl":
        assert answer_of(out, "value", output="-").rows == 0


@pytest.mark.parametrize("target", ["npy", "parquet", "arrow"])
def test_a_stream_of_a_binary_format(table: Callable[..., Path], tmp_path: Path, target: str) -> None:
    stream = io.BytesIO()
    batch(BatchQuestion("x", str(table("x\n1\n")), output_format=target), None, stream)
    (tmp_path / f"out.{target}").write_bytes(stream.getvalue())
    assert read_table(tmp_path / f"out.{target}") == ({"value": [1.0], "grad_x": [1.0]}, ["ok"])


def test_float32_is_written_as_short_as_it_is(table: Callable[..., Path], tmp_path: Path) -> None:
    answer_of(table("x\n0.1\n1e300\n"), "x", output=str(tmp_path / "out.csv"), dtype="float32")
    assert (tmp_path / "out.csv").read_text() == "value,grad_x,status\n0.1,1.0,ok\ninf,1.0,domain\n"


@pytest.mark.parametrize(
    ("text", "reasons", "values"),
    [
        ("x,y\n1,2\n", [], ["1"]),
        ("\ufeffx,y\r\n1,2\r\n", [], ["1"]),
        ('"x" , y\n"1", "2"\n', [], ["1"]),
        ('y,x\n"two\nlines, and ""quotes""",1\n', [], ["1"]),
        ("x,y\n1,2\n\n\n3,4", [], ["1", "3"]),
        ("x,y\n1\n2,3\n4,5,6\n", ["it has 1 cell, not 2", "it has 3 cells, not 2"], ["nan", "2", "nan"]),
        ("x,y\nNaN,\n,1\n-Inf,\n", ["x itself is nan", "x is empty", "x itself is -inf"], ["nan", "nan", "-inf"]),
        ("x,y\n2024_05,1\n", ["x is '2024_05', not a number"], ["nan"]),
        ("x,y\n1;5,2\n1e3,2\n", ["x is '1;5', not a number"], ["nan", "1000"]),
        (b"x,y\n\xff,1\n2,\xff\n", ["x is '\\udcff', not a number"], ["nan", "2"]),
        ("x,y\n" + "a" * 200_000 + ",1\n2,3\n", ["field larger than field limit (131072)"], ["nan", "2"]),
        ("x,y\n" + "a" * 99 + ",1\n", ["x is '" + "a" * 38 + "…, not a number"], ["nan"]),
    ],
)
def test_csv(table: Callable[..., Path], text: str | bytes, reasons: list[str], values: list[str]) -> None:
    stream = io.BytesIO()
    answer = batch(BatchQuestion("x", str(table(text))), None, stream)
    assert [each.reason for each in answer.troubles] == reasons
    assert [row[0] for row in rows_of(stream.getvalue())[1:]] == [
        value if "n" in value else repr(float(value)) for value in values
    ]


def test_empty_lines_are_told(table: Callable[..., Path]) -> None:
    assert answer_of(table("x\n1\n\n\n2\n"), "x").notes == ["2 empty lines are not counted as rows"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("one", "it is not JSON: Expecting value at character 1"),
        ("[1]", "it is no JSON object"),
        ('{"x": 1, "y": 2, "x": 1}', "it has two values for x"),
        ('{"y": 1}', "x is missing"),
        ('{"x": null}', "x is empty"),
        ('{"x": "1"}', "x is '1', not a number"),
        ('{"x": true}', "x is True, not a number"),
        ('{"x": [1]}', "x is [1], not a number"),
        ('{"x": 1' + "0" * 400 + "}", "x is 1" + "0" * 38 + "…, not a number"),
        ('{"x": 1' + "0" * 9000 + "}", "it is too large a value"),
        ("[" * 100_000, "it is too large a value"),
        (b'{"x": 1, "y": "\xff"}', "it is not UTF-8 text"),
    ],
)
def test_json_lines(table: Callable[..., Path], line: str | bytes, reason: str) -> None:
    line = line.encode() if isinstance(line, str) else line
    stream = io.BytesIO()
    data = table(b'\xef\xbb\xbf{"x": 1}\n\n' + line + b'\n{"x": 3, "z": 0}', "data.jsonl")
    answer = batch(BatchQuestion("x", str(data)), None, stream)
    assert [(each.row, each.status, each.reason) for each in answer.troubles] == [(2, "unreadable", reason)]
    assert [json.loads(line)["value"] for line in stream.getvalue().splitlines()] == [1.0, "NaN", 3.0]


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_nulls(tmp_path: Path, kind: str) -> None:
    cells = pa.table({"x": pa.array([1, None, 3], pa.int32()), "a.b": [1.0, 2.0, 3.0]})
    data = tmp_path / f"data.{kind}"
    if kind == "parquet":
        pq.write_table(cells, data)
    else:
        with pa.OSFile(str(data), "wb") as sink, pa.ipc.new_stream(sink, cells.schema) as file:
            file.write_table(cells)
    answer = answer_of(data, "x*t", rename=("a.b=t",))
    assert [(each.row, each.reason) for each in answer.troubles] == [(2, "x is missing")]


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_of_two_axes(tmp_path: Path, order: Any) -> None:
    numbers = np.arange(20.0).reshape(10, 2)
    np.save(tmp_path / "data.npy", np.array(numbers, order=order))
    answer_of(tmp_path / "data.npy", "a*b", columns="a,b", output=str(tmp_path / "out.npy"), wrt=("b",))
    out = np.load(tmp_path / "out.npy")
    np.testing.assert_array_equal(out["value"], numbers.prod(axis=1))
    np.testing.assert_array_equal(out["grad_b"], numbers[:, 0])


def test_npy_of_one_axis_and_integers(tmp_path: Path) -> None:
    np.save(tmp_path / "data.npy", np.arange(3))
    answer_of(tmp_path / "data.npy", "x**2", columns="x", output=str(tmp_path / "out.npy"))
    assert np.load(tmp_path / "out.npy")["grad_x"].tolist() == [0, 2, 4]


@pytest.mark.parametrize(
    ("text", "name", "more", "code", "message"),
    [
        ("", "data.csv", {}, "empty", "there is no line with the columns' names"),
        ("", "data.jsonl", {}, "empty", "the data are empty"),
        ("", "data.npy", {}, "file", "no array of numbers"),
        ("", "data.parquet", {}, "file", "no Parquet file"),
        ("", "data.arrow", {}, "file", "no Arrow file"),
        ("junk, not a table", "data.npy", {}, "file", "no array of numbers"),
        ("junk, not a table", "data.parquet", {}, "file", "no Parquet file"),
        ("junk, not a table", "data.arrow", {}, "file", "no Arrow file"),
        ("[1]\n", "data.jsonl", {}, "file", "no line holds an object with columns: in the first, it is no JSON object"),
        ("x\n1\n", "data.xlsx", {}, "format", "the ending '.xlsx' of"),
        ("x\n1\n", "data", {}, "format", "has no ending"),
        ("x\n1\n".encode("utf-16"), "data.csv", {}, "encoding", "UTF-16"),
        ("a,b\n1,2\n", "data.csv", {}, "missing-column", "no column 'x'; they have 'a', 'b'"),
        ("1,2\n", "data.csv", {}, "missing-column", "no column 'x'; they have '1', '2'"),
        ("x,y,x\n1,2,3\n", "data.csv", {}, "duplicate", "2 columns of the data are called 'x'"),
        ("x,y\n1,2\n", "data.csv", {"rename": ("y=x",)}, "duplicate", "2 columns of the data are called 'x'"),
        ("x\n1\n", "data.csv", {"rename": ("y=x",)}, "missing-column", "no column 'y'"),
        ("x\n1\n", "data.csv", {"rename": ("x",)}, "syntax", "COLUMN=NAME"),
        ("x\n1\n", "data.csv", {"rename": ("x=2",)}, "syntax", "'2' cannot be the name of a variable"),
        ("x\n1\n", "data.csv", {"rename": ("x=sin",)}, "reserved", "'sin' has a meaning of its own"),
        ("x\n1\n", "data.csv", {"columns": "x,x"}, "duplicate", "twice"),
        ('{"x": 1}', "data.jsonl", {"columns": "x"}, "columns", "have names"),
        ("x\n1\n", "data.csv", {"let": ("x=1",)}, "duplicate", "is a column of the data and is given by --let"),
        ("x\n1\n", "data.csv", {"wrt": ("y",)}, "wrt", "there is no variable 'y'"),
        ("x\n1\n", "data.csv", {"output": "no-such-folder/out.csv"}, "file", "cannot be written"),
        ("x\n1\n", "data.csv", {"output": "out.txt"}, "format", "the ending '.txt'"),
        ("x\n1\n", "data.csv", {"output": "/"}, "format", "has no ending"),
        ("x\n1\n", "data.csv", {"output": "/", "output_format": "csv"}, "file", "is a folder"),
    ],
)  # fmt: skip
def test_bad_inputs(
    table: Callable[..., Path], text: str | bytes, name: str, more: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        answer_of(table(text, name), "x*2", **more)
    assert caught.value.code == code
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("array", "columns", "message"),
    [
        (np.zeros((2, 2)), "", "2 columns, and they have no names"),
        (np.zeros((2, 2)), "x", "2 columns, and --columns names 1"),
        (np.zeros((2, 2, 2)), "x,y", "an array of shape (2, 2, 2)"),
        (np.zeros(()), "x", "an array of shape ()"),
        (np.array(["a"]), "x", "holds <U1 values"),
        (np.array([1j]), "x", "holds complex128 values"),
        (np.zeros(2, [("x", "f8", (3,))]), "", "holds"),
        (np.zeros(2, [("x", "f8")]), "x", "leave out --columns"),
    ],
)
def test_arrays_that_are_no_tables(tmp_path: Path, array: Any, columns: str, message: str) -> None:
    np.save(tmp_path / "data.npy", array)
    with pytest.raises(InputError) as caught:
        answer_of(tmp_path / "data.npy", "x", columns=columns)
    assert message in caught.value.message


def test_a_pickle_is_not_loaded(tmp_path: Path) -> None:
    np.save(tmp_path / "data.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(InputError, match="no array of numbers"):
        answer_of(tmp_path / "data.npy", "x", columns="x")


def test_an_error_leaves_what_was_there(table: Callable[..., Path], tmp_path: Path, monkeypatch: Any) -> None:
    out = tmp_path / "out.csv"
    out.write_text("before")
    monkeypatch.setattr(delimited.DelimitedWriter, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        answer_of(table("x\n1\n"), "x", output=str(out))
    assert out.read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv", "out.csv"]


def test_a_full_disk_is_no_wrong_input(table: Callable[..., Path]) -> None:
    with pytest.raises(UnfinishedError, match="No space left"):
        answer_of(table("x\n" + "1\n" * 10_000), "x", output="/dev/full", output_format="csv")


def test_a_link_stays_a_link(table: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "out.csv")
    answer_of(table("x\n1\n"), "x", output=str(tmp_path / "link.csv"))
    assert (tmp_path / "link.csv").is_symlink()
    assert "ok" in (tmp_path / "out.csv").read_text()
