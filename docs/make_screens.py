"""Makes docs/screens/*.svg: what a terminal shows for a command, exported by Rich.

After a change of the output, run `python docs/make_screens.py` from the checkout.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

SCREENS = Path(__file__).parent / "screens"
COMMANDS = {
    "diff": 'gradcli diff "a*x**2 + b*x + c" --at "x=[[0,0],[1,2]]" --let "a=1, b=-2, c=1" --cotangent "ones(2,2)"',
    "scenario": "gradcli scenario mean-of-squares",
}
WIDTH = 108


def terminal(command: str) -> Text:
    """What a terminal of WIDTH columns shows for a command, in colour. Raises CalledProcessError if that fails."""
    environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(WIDTH)}
    environment.pop("NO_COLOR", None)
    arguments = [sys.executable, "-m", "gradcli", *shlex.split(command)[1:]]
    done = subprocess.run(arguments, env=environment, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    return Text("$ ", style="dim").append(command, style="bold").append("\n") + Text.from_ansi(done.stdout)


def svg(name: str) -> str:
    """The picture of that name, which loads nothing from elsewhere: the fonts are the reader's own."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(terminal(COMMANDS[name]))
    picture = console.export_svg(title="gradcli", unique_id=f"gradcli-{name}")
    return re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)


if __name__ == "__main__":
    for name in COMMANDS:
        (SCREENS / f"{name}.svg").write_text(svg(name), encoding="utf-8")
