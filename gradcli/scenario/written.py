"""Output that stands in the code itself, after the print that makes it: in a string, or in comments.

print(x)       # tensor([1., 2.])
print(y, z)
'''
tensor(3.) True
'''

What neither looks like output nor is what was printed is the author's: a note, which is not compared. Beside a print, a
value and a note may share a line: `# 2.0 (two ones)`. The note is not taken away.

Beside a print in a loop, a function or a branch, which runs many times or never, a value says that it is printed, but
not where: it is the author's too, unless it was printed, or is all that a loop prints: `# 0, 1, 2`.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gradcli.scenario.looks import (
    MARK,
    is_code,
    is_heading,
    is_left_out,
    is_open,
    is_output,
    is_printed,
    is_prose,
    looks,
    marked,
    parted,
    without_stop,
)
from gradcli.scenario.magics import as_python

STRINGS = ("'''", '"""')
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)
_LOOPS = (ast.For, ast.While)
_INSIDE = (*_LOOPS, *_DEFINITIONS, ast.If, ast.Try, ast.Match)
"""What a print may stand in that runs many times, or never."""


@dataclass(frozen=True)
class Written:
    """A part of the output, and the lines of the code that it takes, from 0; on the first of them from `column` on.

    note  the author's words on the value, which stay where that is taken away
    kept  it must not be taken away: the author's words are in it, or go on behind it
    loose it was printed, and nothing says where
    """

    text: str
    first: int
    last: int
    column: int = 0
    note: str = ""
    kept: bool = False
    loose: bool = False


@dataclass(frozen=True)
class Print:
    """A statement that prints, what is written of its output, and what the output ends with; None if nobody knows."""

    written: Written | None = None
    end: str | None = "\n"

    @property
    def text(self) -> str | None:
        """The output, if what is written says all of it."""
        return None if self.written is None or self.written.loose else self.written.text


@dataclass(frozen=True)
class Code:
    """A block: its statements, its lines, where in each a comment begins, and the lines that it printed."""

    source: str
    body: list[ast.stmt]
    lines: list[str]
    comments: dict[int, int]
    printed: list[str]

    def comment(self, at: int) -> str:
        """The text of the comment in a line."""
        return self.lines[at][self.comments[at] :].lstrip("#").removeprefix(" ")

    def is_alone(self, at: int) -> bool:
        """Whether a line is nothing but a comment."""
        return at in self.comments and not self.lines[at][: self.comments[at]].strip()

    def below(self, last: int) -> int:
        """The first line after that one that is not empty."""
        return next((at for at in range(last + 1, len(self.lines)) if self.lines[at].strip()), len(self.lines))


def written(code: str, printed: str = "") -> list[Written]:
    """The output that stands in the code, in order, by what the code has printed."""
    return [each.written for each in prints(read_code(code, printed)) if each.written is not None]


def read_code(code: str, printed: str) -> Code:
    """The block, of which nothing is known if it is no Python."""
    source = as_python(code)
    lines, output = source.split("\n"), printed.split("\n")
    try:
        tokens = [*tokenize.generate_tokens(io.StringIO(source).readline)]
        comments = {token.start[0] - 1: token.start[1] for token in tokens if token.type == tokenize.COMMENT}
        return Code(source, ast.parse(source).body, lines, comments, output)
    except (SyntaxError, ValueError, tokenize.TokenError):
        return Code(source, [], lines, {}, output)


def flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements, and in the place of a `with` those in it, which run once like the others."""
    for statement in body:
        if isinstance(statement, ast.With):
            yield from flat(statement.body)
        else:
            yield statement


def calls_of(node: ast.AST, names: Sequence[str] = ("print",)) -> list[ast.Call]:
    """The calls of `print`, or of functions of these names, in a part of the code."""
    calls = (each for each in ast.walk(node) if isinstance(each, ast.Call))
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in names]


def prints(code: Code) -> list[Print]:
    """The statements that print, in order, with what is written of each."""
    body = [*flat(code.body)]
    functions = [each.name for each in body if isinstance(each, _FUNCTIONS) and calls_of(each)]
    found: list[Print] = []
    for statement, following in zip(body, [*body[1:], None], strict=False):
        calls, last = calls_of(statement), (statement.end_lineno or 0) - 1
        if not isinstance(statement, _DEFINITIONS) and calls_of(statement, functions):
            found.append(Print())
        if not calls:
            continue
        if following is not None and following.lineno - 1 == last:  # what stands behind both is the last one's
            found.append(Print(end=_end(statement)))
        elif part := _string(following, code):
            found.append(Print(part, _end(statement)))
        elif isinstance(statement, _INSIDE):
            parts = _of_compound(statement, calls, code)
            found += [Print(part, _end(statement)) for part in parts] or [Print(end=_end(statement))]
        else:
            found.append(Print(_commented(code, last), _end(statement)))
    return found


def _end(statement: ast.stmt) -> str | None:
    """What the output of a print ends with."""
    ends = [each.value for call in calls_of(statement) for each in call.keywords if each.arg == "end"]
    if not ends:
        return "\n"
    if not isinstance(statement, ast.Expr) or not isinstance(ends[0], ast.Constant):
        return None
    return "\n" if ends[0].value is None else str(ends[0].value)


def _of_compound(statement: ast.stmt, calls: Sequence[ast.Call], code: Code) -> list[Written]:
    """What is written below a loop or a branch as a whole; else by the prints in it, as far as it was printed."""
    last = (statement.end_lineno or 0) - 1
    if last not in code.comments and not isinstance(statement, _DEFINITIONS):
        part = _commented(code, last)
        if part is not None and code.comments[part.first] <= statement.col_offset:
            return [part]
    found: list[Written] = []
    for call in calls:
        part = _commented(code, (call.end_lineno or 0) - 1)
        if part is None:
            continue
        if isinstance(statement, _LOOPS) and len(calls) == 1 and (text := _each(statement, call, part, code)):
            found.append(replace(part, text=text))
        elif all(is_printed(line, code.printed) for line in part.text.split("\n")):
            found.append(replace(part, kept=True, loose=True))
    return found


def _each(loop: ast.stmt, call: ast.Call, part: Written, code: Code) -> str | None:
    """The lines that a loop prints, if a comment has several values, and each pass prints one."""
    body = loop.body if isinstance(loop, _LOOPS) else []
    once = any(isinstance(each, ast.Expr) and each.value is call for each in body)
    if not once or len(call.args) != 1 or call.keywords or is_printed(part.text, code.printed):
        return None
    values = without_stop(part.text).replace(",", " ").split()
    plain = not is_left_out(values[0]) and all(map(looks, values))
    return "\n".join(values) if plain and len(values) > 1 and not any(map(is_open, values)) else None


def _string(statement: ast.stmt | None, code: Code) -> Written | None:
    """The output in a statement that is nothing but a string of three quotation marks, without its heading."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Constant):
        return None
    segment = ast.get_source_segment(code.source, statement) or ""
    value = statement.value.value
    if not isinstance(value, str) or not segment.lstrip("rR").startswith(STRINGS):
        return None
    text = value.strip("\n")
    mark = marked(text, code.printed)
    text = text if mark is None else text[mark.end() :]
    if not is_output(text.split("\n")[0], code.printed) or (is_code(text) and not is_printed(text, code.printed)):
        return None
    kept = any(map(is_prose, _whole_values(text)))
    return Written(text, statement.lineno - 1, (statement.end_lineno or 0) - 1, kept=kept)


def _whole_values(text: str) -> list[str]:
    """The lines, without those that go on within the brackets of lines before them."""
    lines = text.split("\n")
    return [line for at, line in enumerate(lines) if line.strip() and not is_open("\n".join(lines[:at]))]


def _commented(code: Code, last: int) -> Written | None:
    """What stands in comments behind the line in which a print ends, and in the lines below it."""
    run = _run(code, last)
    if not run:
        return None
    texts = [code.comment(at) for at in run]
    if mark := marked(texts[0], code.printed):
        texts[0] = texts[0][mark.end() :]
    skipped = next((at for at, text in enumerate(texts) if text.strip()), 0) if mark else 0
    texts = _outdented(texts[skipped:], code.printed)
    found, note, kept = list[str](), "", False
    for at, text in enumerate(texts):
        if note or not _belongs(texts, at, found, code.printed, beside=run[skipped + at] == last, is_marked=bool(mark)):
            break
        value, note, in_brackets = text, "", True
        if not is_printed(text, code.printed) and not is_open("\n".join(found)):
            value, note, in_brackets = parted(text)
        kept = bool(note) and not in_brackets
        found.append(value)
    if not found:
        return None
    end = skipped + len(found)
    goes_on = end < len(run) and code.comments[run[end]] == code.comments[run[end - 1]]
    text, note = "\n".join(found), "" if kept else note
    kept = kept or goes_on or is_open(text)
    return Written(text, run[0], run[end - 1], code.comments.get(last, 0), note, kept)


def _run(code: Code, last: int) -> list[int]:
    """The lines of the comments that may be a print's: from its last line on, or from below it.

    Output may stand after empty lines if something says that it follows.
    """
    at, run = last, list[int]()
    if last not in code.comments:
        at = code.below(last)
        at = at if at in code.comments and MARK.match(code.comment(at)) else last + 1
    while at in code.comments and (at == last or code.is_alone(at)):
        run.append(at)
        waits = is_heading(code.comment(run[0])) and not any(code.comment(each).strip() for each in run[1:])
        at = code.below(at) if waits else at + 1
    return run


def _outdented(texts: list[str], printed: Sequence[str]) -> list[str]:
    """The lines without the blanks before the first of them, if these were not printed."""
    if not texts or is_printed(texts[0], printed):
        return texts
    indent = texts[0][: len(texts[0]) - len(texts[0].lstrip())]
    return [text.removeprefix(indent) for text in texts]


def _belongs(
    texts: Sequence[str], at: int, found: Sequence[str], printed: Sequence[str], *, beside: bool, is_marked: bool
) -> bool:
    """Whether a line of comments is output, behind those that were found to be.

    beside  whether it stands in the line of the print
    """
    text = texts[at]
    if found and is_open("\n".join(found)):
        return True
    if not text.strip():
        return bool(found) and "" in printed and any(is_printed(each, printed) for each in texts[at + 1 :] if each)
    if is_left_out(text):
        return bool(found)
    if is_printed(text, printed):
        return True
    value, note, _ = parted(text)
    return is_output(value, printed, beside=beside) and (not note or is_marked or beside)
