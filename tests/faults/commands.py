"""A command line for each command, and one more for each way in which a command writes a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CLAIMS = """\
{"expr": "x**2", "at": {"x": 3}, "grad": {"x": 6}}
{"expr": "sin(x)*y", "grad": {"x": "cos(x)*y"}}
"""
PAGE = """\
---
title: A page
track: basics
minutes: 1
aim: One step.
---

# A page

```python
from gradcli import torch
x = torch.tensor(3.0, requires_grad=True)
(x * x).backward()
print(x.grad)
```
```output
tensor(6.)
```
"""
TABLE = "x,y\n" + "".join(f"{row / 7},{row % 5}\n" for row in range(200))
INPUTS = {"table.csv": TABLE, "page.md": PAGE}
"""Files that are there before."""


@dataclass(frozen=True)
class Line:
    """A command line.

    arguments  of gradcli
    stdin      what is typed into it
    writes     the file that it writes, if it writes one
    asks       whether it asks SymPy
    """

    arguments: tuple[str, ...]
    stdin: str = ""
    writes: str = ""
    asks: bool = False

    @property
    def command(self) -> str:
        """Its name."""
        return self.arguments[0]

    def prepare(self, folder: Path) -> None:
        """Puts the files there that it reads."""
        for name, text in INPUTS.items():
            folder.joinpath(name).write_text(text, encoding="utf-8")


def _asking(*arguments: str, stdin: str = "", writes: str = "") -> Line:
    return Line(arguments, stdin, writes, asks=True)


LINES = {
    "diff": _asking("diff", "sin(x)**x", "--at", "x=1.5"),
    "diff --certificate": _asking("diff", "x**2", "--at", "x=3", "--certificate", "new.json", writes="new.json"),
    "diff --json": _asking("diff", "mean(3*(x+2)**2)", "--at", "x=ones(2,2)", "--json"),
    "jacobian": _asking("jacobian", "[x*y, sin(x)]", "--at", "x=1, y=2"),
    "hessian": _asking("hessian", "x**2 * y", "--at", "x=1, y=2"),
    "jvp": _asking("jvp", "[x*y, sin(x)]", "--at", "x=1, y=2", "--tangent", "x=1"),
    "vjp": _asking("vjp", "[x*y, sin(x)]", "--at", "x=1, y=2", "--cotangent", "[1, 10]"),
    "hvp": _asking("hvp", "sum(x**3)", "--at", "x=[1,2]", "--vector", "x=[1,0]"),
    "explain": _asking("explain", "x*y + sin(x)", "--at", "x=1, y=2"),
    "graph": Line(("graph", "x*y + sin(x)", "--at", "x=1, y=2")),
    "graph -o": Line(("graph", "x*y + sin(x)", "--at", "x=1, y=2", "-o", "new.svg"), writes="new.svg"),
    "eps": _asking("eps", "exp(x)", "--at", "x=1"),
    "minimize": _asking("minimize", "(x-1)**2", "--start", "x=0", "--lr", "0.1"),
    "minimize --trace": _asking(
        "minimize", "(x-1)**2", "--start", "x=0", "--lr", "0.1", "--trace", "new.csv", writes="new.csv"
    ),
    "plot": _asking("plot", "sin(x)*exp(-x/5)", "--over", "x=0:4*pi"),
    "plot -o": _asking("plot", "sin(x)", "--over", "x=0:6", "-o", "new.svg", writes="new.svg"),
    "plot -o .pdf": _asking("plot", "sin(x)", "--over", "x=0:6", "-o", "new.pdf", writes="new.pdf"),
    "profile": Line(("profile", "mean(exp(x))", "--at", "x=ones(1000)")),
    "profile --trace": Line(
        ("profile", "mean(exp(x))", "--at", "x=ones(10)", "--trace", "new.json"), writes="new.json"
    ),
    "check": _asking("check", "sin(x)**2", "--grad", "x=sin(2*x)"),
    "check -": _asking("check", "-", stdin=CLAIMS),
    "batch": _asking("batch", "x*y", "--data", "table.csv"),
    "batch -o": _asking("batch", "x*y", "--data", "table.csv", "-o", "new.csv", writes="new.csv"),
    "repl": _asking("repl", "--at", "x=3", stdin="x**2 + 1\n"),
    "functions": Line(("functions",)),
    "scenario": Line(("scenario",)),
    "scenario NAME": _asking("scenario", "mean-of-squares"),
    "scenario FILE": _asking("scenario", "page.md"),
    "scenario --emit": _asking("scenario", "mean-of-squares", "--emit", "html", "-o", "new.html", writes="new.html"),
    "scenario new": Line(("scenario", "new", "begun"), writes="begun.md"),
    "schema": Line(("schema", "diff")),
    "--help": Line(("--help",)),
    "diff --help": Line(("diff", "--help")),
}
"""By the name of their row."""
