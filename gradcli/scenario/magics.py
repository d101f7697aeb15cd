"""Lines that are IPython's and no Python, as documents that come from notebooks have them: `%matplotlib inline`."""

from __future__ import annotations

import re

from gradcli.words import said

_LINE = re.compile(r"(?P<indent>\s*)(?P<magic>%%?\w+|!\w+).*")
IDLE = "%matplotlib"
"""What asks for nothing here: figures are shown anyway."""
PROMPT = ">>>"
HARMLESS = ("%config", "%load_ext", "%reload_ext", "%autoreload")
"""What changes nothing that code computes: a note on standard error is enough."""


def as_python(text: str) -> str:
    """The code with such lines made Python, line by line: one that matters here and cannot be run raises SyntaxError.

    A line is IPython's only if Python cannot read it: `a` and, in the next line of brackets, `% b` is a remainder. What
    was copied from a console, prompts and all, raises as a whole.
    """
    if text.lstrip().startswith(PROMPT):
        before = text[: text.index(PROMPT)]
        words = said(
            "{prompt} is a console's prompt: code stands without it, its output in a block of its own", prompt=PROMPT
        )
        return f"{before}raise SyntaxError({words!r})"
    lines = text.split("\n")
    for _ in lines:
        try:
            compile("\n".join(lines), "<block>", "exec", dont_inherit=True)
        except SyntaxError as error:
            at = (error.lineno or 1) - 1
            found = _LINE.fullmatch(lines[at]) if at < len(lines) else None
            if found is None:
                break
            lines[at] = found["indent"] + _instead(found["magic"])
        except ValueError:  # null bytes
            break
        else:
            break
    return "\n".join(lines)


def _instead(magic: str) -> str:
    """The statement in the place of a line of IPython's."""
    if magic == IDLE:
        return "pass"
    words = said("{magic} is IPython's and no Python: it is not run here", magic=magic)
    note = f"{words}\n"
    return f"__import__('sys').stderr.write({note!r})" if magic in HARMLESS else f"raise SyntaxError({words!r})"
