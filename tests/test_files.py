"""Files that are none, that never end, or that change; and writing."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gradcli import files
from gradcli.calculator.commands.batch import BatchAnswer, BatchQuestion, batch
from gradcli.calculator.commands.certificate import recheck
from gradcli.errors import InputError
from gradcli.files import read_bytes, write_whole
from gradcli.lang.values import read_file
from gradcli.scenario import library
from gradcli.scenario.answers import read_answers
from gradcli.tables import table as tables
from gradcli.tables.formats import FORMATS

READERS: dict[str, Callable[[Path], object]] = {
    "value": lambda path: read_file(str(path), "--at x"),
    "answers": lambda path: read_answers(path, ["mean-of-squares"]),
    "certificate": recheck,
    "page": library.read,
    **{
        f"table, {name}": lambda path, name=name: batch(
            BatchQuestion("x", str(path), data_format=name, columns="x" if name == "npy" else ""),
            None,
            io.BytesIO(),
        )
        for name in FORMATS
    },
}


def folder(path: Path) -> None:
    path.mkdir()


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


SPECIAL: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda path: None, "there is no file"),
    "folder": (folder, "Is a directory"),
    "socket": (unix_socket, "it is a socket"),
    "loop of links": (lambda path: path.symlink_to(path), "symbolic links"),
    "pipe without a writer": (lambda path: os.mkfifo(path), "a pipe that nobody writes to"),
    "memory of a process": (lambda path: path.symlink_to("/proc/self/mem"), "Input/output error|Invalid argument"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", SPECIAL)
def test_what_is_no_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, kind: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(files, "WRITER_SECONDS", 0.05)
    make, message = SPECIAL[kind]
    path = Path("file")
    make(path)
    with pytest.raises(InputError, match=message):
        READERS[reader](path)


@pytest.mark.parametrize("reader", [name for name in READERS if name not in ("table, parquet", "table, arrow")])
def test_what_never_ends_is_read_up_to_a_limit(reader: str) -> None:
    with pytest.raises(InputError, match=r"bytes, which is the limit|does not begin as"):
        READERS[reader](Path("/dev/zero"))


def test_a_pipe_with_a_writer_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    def write() -> None:
        (tmp_path / "pipe").write_text("1, 2\n3, 4\n")

    writer = threading.Thread(target=write)
    writer.start()
    assert read_file(str(tmp_path / "pipe"), "--at x").tolist() == [[1, 2], [3, 4]]
    writer.join()


def test_a_writer_may_think(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in `@<(sleep 9; echo 1)`: the pipe has a writer, who has nothing to say yet."""
    monkeypatch.setattr(files, "WRITER_SECONDS", 0.05)
    command = [sys.executable, "-c", "import time; time.sleep(0.5); print(7)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert read_bytes(f"/proc/self/fd/{process.stdout.fileno()}", 10) == b"7\n"


def test_the_limit_is_what_may_be_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_bytes(tmp_path / "file", 5) == b"12345"
    with pytest.raises(InputError, match="has more than 4 bytes"):
        read_bytes(tmp_path / "file", 4)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def appended(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"1\n")


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


@pytest.mark.parametrize("change", [cut, appended, replaced, Path.unlink], ids=lambda change: change.__name__)
@pytest.mark.parametrize("form", FORMATS)
def test_a_table_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, change: Callable[[Path], object]
) -> None:
    """It is changed after its first rows have been read. One that is cut would pass for a short one."""
    monkeypatch.setattr(tables, "CHUNK", 1000)
    source, path, out = tmp_path / "source.csv", tmp_path / f"data{FORMATS[form].endings[0]}", tmp_path / "out.csv"
    source.write_text("x\n" + "".join(f"{i}.5\n" for i in range(70_000)))
    batch(BatchQuestion("x", str(source), str(path), check=False), None, sys.stdout.buffer)
    out.write_text("before")
    seen = []

    def follow(rows: int, part: float | None) -> None:
        if not seen:
            change(path)
        seen.append(rows)

    def read(follow: Callable[[int, float | None], None]) -> BatchAnswer:
        return batch(
            BatchQuestion("x" if form == "csv" else "value", str(path), str(out), check=False),
            None,
            sys.stdout.buffer,
            follow,
        )

    if form == "csv":
        path = source
    with pytest.raises(InputError, match="was changed while it was read"):
        read(follow)
    assert seen
    assert out.read_text() == "before"
    assert not [*tmp_path.glob(".*")]


def test_a_device_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    write_whole(Path("/dev/null"), b"nothing")
    assert Path("/dev/null").is_char_device()
    os.mkfifo(tmp_path / "pipe")
    found = []
    reader = threading.Thread(target=lambda: found.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_whole(tmp_path / "pipe", b"data")
    reader.join()
    assert found == [b"data"]
    assert [path.name for path in tmp_path.iterdir() if not path.is_symlink()] == ["pipe"]


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250 + ".csv")
    write_whole(path, b"data")
    assert path.read_bytes() == b"data"
