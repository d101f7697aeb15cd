"""Figures that go to a file."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from gradcli.cli.files import ending_of, new_file

if TYPE_CHECKING:
    from gradcli.plot.figure import Figure

ENDINGS = (".png", ".svg", ".pdf", ".html")


def write_figure(figure: Figure, path: Path) -> None:
    """Writes the figure in the format of the file's ending: SVG and HTML by ourselves, PNG and PDF by the extra `plot`.

    Raises InputError for another ending, for a missing extra, and if the file cannot be written.
    """
    ending = ending_of(path, ENDINGS)
    with new_file(path) as temporary:
        if ending in (".svg", ".html"):
            from gradcli.plot.svg import svg

            text = svg(figure, alone=True)
            temporary.write_text(_page(figure.title, text) if ending == ".html" else text, encoding="utf-8")
        else:
            from gradcli.plot.files import save

            save(figure, temporary)


def _page(title: str, body: str) -> str:
    head = (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<meta name="color-scheme" content="light dark">\n'
    )
    return f"{head}<title>{escape(title)}</title>\n{body}</html>\n"
