"""Output that stands in the code itself, after the print that makes it: in a string, or in comments.

print(x)       # tensor([1., 2.])
print(y, z)
'''
tensor(3.) True
'''
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from gradcli.scenario.magics import as_python

_LOOKS = re.compile(
    r"\(?(tensor\(|torch\.|Parameter containing:).*"
    r"|((True|False|None|nan|-?inf|-?\d[\d.]*(e[+-]?\d+)?)(,? +|$))+"
    r"|(\[|\{|<class |<\w+ object|\((?=[\d'\"\[(<-]|True|False|None|tensor)).*[\])}>,]"
)
"""What output looks like: a comment that does not is a comment."""
STRINGS = ("'''", '"""')


@dataclass(frozen=True)
class Written:
    """A part of the output, and the lines of the code that it takes, from 0; on the first of them from `column` on."""

    text: str
    first: int
    last: int
    column: int = 0


def written(code: str) -> list[Written]:
    """The output that stands in the code, in order."""
    source = as_python(code)
    try:
        body = ast.parse(source).body
        comments = {
            token.start[0] - 1: token.start[1]
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        }
    except (SyntaxError, ValueError, tokenize.TokenError):
        return []
    lines = source.split("\n")
    found = []
    for statement, following in zip(body, [*body[1:], None], strict=False):
        if not _prints(statement):
            continue
        if following is not None and (text := _string(following, source)) is not None:
            assert following.end_lineno is not None
            found.append(Written(text, following.lineno - 1, following.end_lineno - 1))
        else:
            found += _commented(lines, comments, (statement.end_lineno or 0) - 1)
    return found


def _prints(statement: ast.stmt) -> bool:
    calls = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    return any(isinstance(function, ast.Name) and function.id == "print" for function in calls)


def _string(statement: ast.stmt, source: str) -> str | None:
    """The text of a statement that is nothing but a string of several lines, or of three quotation marks."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Constant):
        return None
    segment = ast.get_source_segment(source, statement) or ""
    value = statement.value.value
    return value.strip("\n") if isinstance(value, str) and segment.lstrip("rR").startswith(STRINGS) else None


def _commented(lines: list[str], comments: dict[int, int], last: int) -> Iterator[Written]:
    """What stands in comments behind the line in which a print ends, and in the lines below it."""
    beside = last in comments
    at = first = last if beside else last + 1
    if at not in comments:
        return
    found = [_text(lines[at], comments[at])]
    if not _LOOKS.fullmatch(found[0].rstrip()):
        return
    while at + 1 in comments and not lines[at + 1][: comments[at + 1]].strip():
        line = _text(lines[at + 1], comments[at + 1])
        if not _open("\n".join(found)) and not _LOOKS.fullmatch(line.rstrip()):
            break
        found.append(line)
        at += 1
    yield Written("\n".join(found), first, at, comments[first] if beside else 0)


def _text(line: str, column: int) -> str:
    return line[column:].removeprefix("#").removeprefix(" ")


def _open(text: str) -> bool:
    """Whether a bracket is not closed yet."""
    return sum(map(text.count, "([{")) > sum(map(text.count, ")]}"))
