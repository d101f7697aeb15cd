"""Lines that are IPython's and no Python, as documents that come from notebooks have them: `%matplotlib inline`."""

from __future__ import annotations

import re

_LINE = re.compile(r"(?P<indent>\s*)(?P<magic>%%?\w+|!\w+).*")
IDLE = "%matplotlib"
"""What asks for nothing here: figures are shown anyway."""


def as_python(text: str) -> str:
    """The code with such lines made Python, line by line: one that has no meaning here raises SyntaxError where it is.

    A line is IPython's only if Python cannot read it: `a` and, in the next line of brackets, `% b` is a remainder.
    """
    lines = text.split("\n")
    for _ in lines:
        try:
            compile("\n".join(lines), "<block>", "exec", dont_inherit=True)
        except SyntaxError as error:
            at = (error.lineno or 1) - 1
            found = _LINE.fullmatch(lines[at]) if at < len(lines) else None
            if found is None:
                break
            words = f"{found['magic']} is IPython's and no Python: it is not run here"
            lines[at] = found["indent"] + ("pass" if found["magic"] == IDLE else f"raise SyntaxError({words!r})")
        except ValueError:  # null bytes
            break
        else:
            break
    return "\n".join(lines)
