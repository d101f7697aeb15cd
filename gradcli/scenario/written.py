"""Output that stands in the code itself, after the print that makes it: in a string, or in comments.

print(x)       # tensor([1., 2.])
print(y, z)
'''
tensor(3.) True
'''

What neither looks like output nor is what was printed is the author's: a note, which is not compared. Beside a print, a
value and a note may share a line: `# 2.0 (two ones)`. The note is not taken away.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass

from gradcli.scenario.compare import agree, difference
from gradcli.scenario.magics import as_python

_LOOKS = re.compile(
    r"\(?(tensor\(|torch\.|Parameter containing:).*"
    r"|((True|False|None|nan|-?inf|-?\d[\d.]*(e[+-]?\d+)?)(,? +|$))+"
    r"|(\[|\{|<class |<\w+ object|\((?=[\d'\"\[(<-]|True|False|None|tensor)).*[\])}>,]"
)
"""What output looks like."""
_NO_WORDS = re.compile(r"'[^']*'|\"[^\"]*\"|<[^>]*>|Parameter containing:")
_PROSE = re.compile(r"[A-Za-z]{2,} [a-z]{2,}\b(?!=)")
"""What it does not have outside of those: two words, as in `(see below)`."""
_CHINESE = re.compile("[\u4e00-\u9fff]")
_VALUE = re.compile(r"\d|True|False|None|nan|inf")
_MARK = re.compile(
    r"\s*(=+>?|-+>|>{1,3}|[→⇒≈~]"
    r"|((this |it )?(will |should )?(prints?|gives?|returns?|yields?|shows?))\b:?"
    r"|((the )?(expected |printed )?(out ?\[\d*\]|\[out\]|out|outputs?|results?)|expected)( is)?(\s*[:：]|(?=\s*$))"
    r"|(应|会|将)?(运行|输出|打印|预期)?(结果|输出|打印)(为|是)?\s*[:：]?)\s*",
    re.IGNORECASE,
)
"""What says that output follows, in the same line or below."""
_NOTE = re.compile(r"(?P<bracket>\s*[(（])|\s*[,;，；]\s*|\s+(#+|[-–—]+|<-+|←)\s+")
"""What parts a value from a note on it: one in brackets ends with them."""
_WORDS = re.compile(r"[A-Za-z]{2}|[\u4e00-\u9fff]")
STRINGS = ("'''", '"""')


@dataclass(frozen=True)
class Written:
    """A part of the output, and the lines of the code that it takes, from 0; on the first of them from `column` on.

    note   the author's words on the value, which stay where that is taken away
    mixed  they stand in the same string: it must not be taken away
    """

    text: str
    first: int
    last: int
    column: int = 0
    note: str = ""
    mixed: bool = False


def written(code: str, printed: str = "") -> list[Written]:
    """The output that stands in the code, in order, by what the code has printed."""
    return [part for part in _parts(code, printed) if part is not None]


def expected(code: str, printed: str) -> str | None:
    """What the code says that it prints; of a print that says nothing, what it printed. None if none says anything."""
    parts = _parts(code, printed)
    if not any(parts):
        return None
    lines, shown, at, silent = printed.rstrip("\n").split("\n"), list[str](), 0, False
    for index, part in enumerate(parts):
        if part is None:
            silent = True
            continue
        if silent:
            start = _start(parts[index:], lines, at)
            shown += lines[at:start]
            at, silent = start, False
        wanted = part.text.split("\n")
        shown += wanted
        at += len(wanted)
    return "\n".join(shown + lines[at:] if silent else shown)


def _start(parts: Sequence[Written | None], lines: Sequence[str], at: int) -> int:
    """The line from `at` on where the first of the parts was printed: counted from the end if all say what they print.

    `at` if it was not printed.
    """
    said = [part.text for part in parts if part is not None]
    if len(said) == len(parts):
        return max(at, len(lines) - len("\n".join(said).split("\n")))
    length = len(said[0].split("\n"))
    places = range(at, len(lines) - length + 1)
    return next((place for place in places if not difference(said[0], "\n".join(lines[place : place + length]))), at)


def unprinted(code: str) -> list[int]:
    """The lines, from 0, on which a value stands beside an expression that prints nothing: nobody compares it."""
    source = as_python(code)
    body, comments = _parsed(source)
    lines = source.split("\n")
    silent = [each for each in body if isinstance(each, ast.Expr) and not _prints(each)]
    ends = [(each.end_lineno or 0) - 1 for each in silent]
    return [at for at in ends if at in comments and _is_output(_text(lines[at], comments[at]), ())]


def uncompared(code: str, printed: str) -> list[int]:
    """The lines, from 0, of comments by a print that begin as output does, and are taken for none.

    Below the print that is a value with a note on it, and one with an empty line before it: they may belong elsewhere.
    """
    source = as_python(code)
    body, comments = _parsed(source)
    lines, taken = source.split("\n"), {part.first for part in written(code, printed)}
    ends = [(each.end_lineno or 0) - 1 for each in body if _prints(each)]
    beside = [at for at in ends if at in comments and _begins(_text(lines[at], comments[at]))]
    below = [at for end in ends if end not in comments and (at := _next(lines, end)) in comments]
    texts = {at: _text(lines[at], comments[at]) for at in below}
    values = [at for at, text in texts.items() if _parted(text)[1] or (at - 1 not in ends and _is_output(text, ()))]
    return sorted({*beside, *values} - taken)


def _begins(comment: str) -> bool:
    """Whether a comment has a value before its words, or is one after what says that output follows."""
    mark = _MARK.match(comment)
    words = (comment if mark is None else comment[mark.end() :]).split(" ")
    return any(_LOOKS.fullmatch(" ".join(words[:count]).rstrip(":：")) for count in range(1, len(words) + 1))


def _parsed(source: str) -> tuple[list[ast.stmt], dict[int, int]]:
    """The statements, and where in each line, from 0, a comment begins; none of both for what is no Python."""
    try:
        tokens = [*tokenize.generate_tokens(io.StringIO(source).readline)]
        comments = {token.start[0] - 1: token.start[1] for token in tokens if token.type == tokenize.COMMENT}
        return ast.parse(source).body, comments
    except (SyntaxError, ValueError, tokenize.TokenError):
        return [], {}


def _parts(code: str, printed: str) -> list[Written | None]:
    """The output that stands behind each print, in order; None behind one that has none."""
    source = as_python(code)
    body, comments = _parsed(source)
    lines, output = source.split("\n"), printed.split("\n")
    found: list[Written | None] = []
    for statement, following in zip(body, [*body[1:], None], strict=False):
        if _prints(statement):
            last = (statement.end_lineno or 0) - 1
            if following is not None and following.lineno - 1 == last:  # what stands behind both is the last one's
                found.append(None)
                continue
            found.append(_string(following, source, output) or _commented(lines, comments, last, output))
    return found


def _parted(line: str) -> tuple[str, str]:
    """A value, and the note on it; the line itself and nothing if there is none."""
    for parting in _NOTE.finditer(line):
        value, note = line[: parting.start()], line[parting.end() :]
        closed = parting["bracket"] is None or note.rstrip().endswith((")", "）"))
        if closed and _LOOKS.fullmatch(value) and not _open(value) and _WORDS.search(note) and not _LOOKS.match(note):
            return value, note if parting["bracket"] is None else line[parting.start() :].strip()
    return line, ""


def _is_output(line: str, printed: Sequence[str]) -> bool:
    """Whether a line looks like output, is a printed one, or one with another value: as many words, the same first."""
    words = line.split()
    if not words:
        return False
    if _LOOKS.fullmatch(line.rstrip()) and not _PROSE.search(_NO_WORDS.sub("", line)):
        return True
    if _is_printed(line, printed):
        return True
    others = (each.split() for each in printed if _VALUE.search(line))
    return any(other[0] == words[0] and len(other) == len(words) for other in others if other)


def _marked(text: str, printed: Sequence[str]) -> re.Match[str] | None:
    """What says, before it, that output follows; but where it was printed itself."""
    return None if _is_printed(text.partition("\n")[0], printed) else _MARK.match(text)


def _is_printed(line: str, printed: Sequence[str]) -> bool:
    return any(agree(line.rstrip(), each.rstrip()) for each in printed)


def _prints(statement: ast.stmt) -> bool:
    calls = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    return any(isinstance(function, ast.Name) and function.id == "print" for function in calls)


def _string(statement: ast.stmt | None, source: str, printed: Sequence[str]) -> Written | None:
    """The output in a statement that is nothing but a string of three quotation marks, without its heading."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Constant):
        return None
    segment = ast.get_source_segment(source, statement) or ""
    value = statement.value.value
    if not isinstance(value, str) or not segment.lstrip("rR").startswith(STRINGS):
        return None
    text = value.strip("\n")
    mark = _marked(text, printed)
    text = text if mark is None else text[mark.end() :]
    if not _is_output(text.split("\n")[0], printed):
        return None
    mixed = any(map(_is_prose, _whole_values(text)))
    return Written(text, statement.lineno - 1, (statement.end_lineno or 0) - 1, mixed=mixed)


def _whole_values(text: str) -> list[str]:
    """The lines, without those that go on within the brackets of lines before them."""
    lines = text.split("\n")
    return [line for at, line in enumerate(lines) if line.strip() and not _open("\n".join(lines[:at]))]


def _is_prose(line: str) -> bool:
    """Whether a line has words, and is no value."""
    return bool(_PROSE.search(_NO_WORDS.sub("", line))) or bool(_CHINESE.search(line))


def _commented(lines: list[str], comments: dict[int, int], last: int, printed: Sequence[str]) -> Written | None:
    """What stands in comments behind the line in which a print ends, and in the lines below it."""
    first = last if last in comments else _below(lines, comments, last)
    at, found, mark, note = first, list[str](), None, ""
    while not note and at in comments and (at == last or not lines[at][: comments[at]].strip()):
        line = _text(lines[at], comments[at])
        if mark is None and not found and (mark := _marked(line, printed)):
            line = line[mark.end() :]
        if not (found and _open("\n".join(found))):
            value, noted = (line, "") if _is_printed(line, printed) else _parted(line)
            if not _is_output(value, printed) or (noted and mark is None and at != last):
                if found or mark is None or line:
                    break
                at += 1
                continue
            line, note = value, noted
        found.append(line)
        at += 1
    return Written("\n".join(found), first, at - 1, comments.get(last, 0), note) if found else None


def _below(lines: list[str], comments: dict[int, int], last: int) -> int:
    """The first line below a print where its output may be: after empty lines if something says that it follows."""
    at = _next(lines, last)
    said = at in comments and _MARK.match(_text(lines[at], comments[at]))
    return at if said else last + 1


def _next(lines: list[str], last: int) -> int:
    """The first line after that one that is not empty."""
    return next((at for at in range(last + 1, len(lines)) if lines[at].strip()), len(lines))


def _text(line: str, column: int) -> str:
    return line[column:].lstrip("#").removeprefix(" ")


def _open(text: str) -> bool:
    """Whether a bracket is not closed yet."""
    return sum(map(text.count, "([{")) > sum(map(text.count, ")]}"))
