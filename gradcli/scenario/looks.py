"""What a comment, or a line of a string, is: output, code that was commented out, a note, or what output follows."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from functools import lru_cache

from gradcli.scenario.compare import agree

_ATOM = re.compile(
    r"(True|False|None|nan|-?inf|[-+]?(\d[\d.…]*|\.\d+)(e[+-]?\d+)?j?|torch(\.\w+)+|<(class |\w+ object)[^>]*>|\.{3}|…)"
    r"(?=[, ]|$)"
)
_GROUP = re.compile(
    r"(tensor|torch\.Size|torch\.return_types\.\w+)\("
    r"|[\[{]|\((?=[\d'\"\[(<-]|True|False|None|tensor|torch\.|Parameter containing:)"
)
_GOES_ON = re.compile(r".*[\[({\])}>,:.\d]")
"""How a line ends that leaves a bracket open."""
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NO_WORDS = re.compile(rf"{_QUOTED.pattern}|<[^>]*>|Parameter containing:")
_PROSE = re.compile(r"[A-Za-z]{2,} [a-z]{2,}\b(?!=)")
"""What output does not have outside of those: two words, as in `(see below)`."""
_CHINESE = re.compile("[\u4e00-\u9fff]")
_VALUE = re.compile(r"\d|True|False|None|nan|inf")
MARK = re.compile(
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
_ABOUT = re.compile(r"[~≈]\s*(?=-?\.?\d)")
_LEFT_OUT = re.compile(r"(?P<digits>(?<=\d)(?:\.{3}|…))|\.{3}|…")
_REPR = re.compile(r"tensor|array|torch\.(Size|device|return_types\.\w+)|(\w+\.)*[A-Z]\w*|range|set|frozenset|dict_\w+")
"""What calls in printed values call."""
_VALUES = (ast.Constant, ast.Name, ast.Attribute, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp)


def is_output(line: str, printed: Sequence[str], *, beside: bool = False) -> bool:
    """Whether a line looks like output, is a printed one, or one with another value: as many words, the same first.

    beside  whether it stands in the line of the print: elsewhere `x = 3` is code, whatever was printed
    """
    words = line.split()
    if not words:
        return False
    if is_printed(line, printed):
        return True
    if is_left_out(line) or (is_code(line) and not (beside and "=" in words)):
        return False
    if looks(line.rstrip()) and not _PROSE.search(_NO_WORDS.sub("", line)):
        return True
    others = (each.split() for each in printed if _VALUE.search(line))
    return any(other[0] == words[0] and len(other) == len(words) for other in others if other)


def looks(line: str) -> bool:
    """Whether a line is values and nothing else, of which the last may go on in the next line."""
    at = 0
    if line.startswith("Parameter containing:"):
        return line == "Parameter containing:" or looks(line.removeprefix("Parameter containing:").lstrip())
    while at < len(line):
        if found := _ATOM.match(line, at):
            at = found.end()
        elif found := _GROUP.match(line, at):
            end = _closed(line, at)
            if end is None:
                return _GOES_ON.fullmatch(line) is not None
            at = end
        else:
            return False
        blank = re.compile(r",? +|$").match(line, at)
        if blank is None:
            return at > 0 and line[at:] in (",", ".")
        at = blank.end()
    return bool(line)


def _closed(line: str, at: int) -> int | None:
    """Where the bracket that opens first from there on has been closed; None if it is not."""
    bare, depth = _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), line), 0
    for place in range(at, len(bare)):
        depth += (bare[place] in "([{") - (bare[place] in ")]}")
        if not depth and bare[place] in ")]}":
            return place + 1
    return None


def is_code(text: str) -> bool:
    """Whether a comment is code that was commented out: a statement or a call, and no value that would be printed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return any(map(_is_statement, ast.parse(text.strip()).body))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _is_statement(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.AnnAssign):  # `Output: 3`
        return statement.value is not None
    if not isinstance(statement, ast.Expr):
        return True
    value = statement.value
    if isinstance(value, ast.Subscript):  # `gives [3]`
        return False
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id != "print":
        opened = value.args[0].col_offset if value.args else value.func.end_col_offset or 0
        if opened > (value.func.end_col_offset or 0) + 1:  # `gives (2, 3)`
            return False
    return not _is_value(value)


def _is_value(node: ast.AST) -> bool:
    """Whether an expression can be what Python prints of a value."""
    if isinstance(node, ast.Call):
        parts: list[ast.AST] = [*node.args, *(keyword.value for keyword in node.keywords)]
        return _REPR.fullmatch(ast.unparse(node.func)) is not None and all(map(_is_value, parts))
    expressions = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
    return isinstance(node, _VALUES) and all(map(_is_value, expressions))


def means(shown: str, printed: str) -> bool:
    """Whether a line of a comment is a printed line: as in an output block, and as one writes in comments.

    It may end with a full stop, call a number ~0.25, and leave digits or items out: 0.333..., [0, 1, ..., 99].
    """
    texts, pattern = _meanings(shown)
    printed = printed.rstrip()
    return any(agree(text, printed) for text in texts) or (pattern is not None and bool(pattern.fullmatch(printed)))


@lru_cache
def _meanings(shown: str) -> tuple[set[str], re.Pattern[str] | None]:
    """The lines that a line of a comment stands for, and what others look like if it leaves something out."""
    exact = _ABOUT.sub("", shown).rstrip()
    texts = {shown.rstrip(), exact, without_stop(exact)}
    if not _LEFT_OUT.search(exact) or is_left_out(exact):
        return texts, None
    gaps = [*_LEFT_OUT.finditer(exact)]
    ends = [*(gap.start() for gap in gaps[1:]), len(exact)]
    pattern = re.escape(exact[: gaps[0].start()])
    for gap, end in zip(gaps, ends, strict=True):
        skipped, then = r"\d" if gap["digits"] else ".", re.escape(exact[gap.end() : end])
        # An atomic group: the first place of what follows is as good as any, and going back could take for ever.
        pattern += f"{skipped}*{then}" if gap is gaps[-1] else f"(?>{skipped}*?{then})"
    return texts, re.compile(pattern)


def without_stop(line: str) -> str:
    """A line without the full stop at its end."""
    return line if line.endswith("..") else line.removesuffix(".")


def is_heading(comment: str) -> bool:
    """Whether a comment says that output follows in the next lines, and nothing else."""
    return MARK.fullmatch(comment) is not None and comment.rstrip().endswith((":", "："))


def is_left_out(line: str) -> bool:
    """Whether a line stands for any number of lines."""
    return line.strip() in ("...", "…")


def is_printed(line: str, printed: Sequence[str]) -> bool:
    """Whether a line is one of those that were printed."""
    return any(means(line, each) for each in printed)


def begins(comment: str) -> bool:
    """Whether a comment has a value before its words, or is one after what says that output follows."""
    mark = MARK.match(comment)
    words = (comment if mark is None else comment[mark.end() :]).split(" ")
    heads = (" ".join(words[:count]).rstrip(":：") for count in range(1, len(words) + 1))
    return not is_code(comment) and any(looks(head) and not is_left_out(head) for head in heads)


def parted(line: str) -> tuple[str, str, bool]:
    """A value, the note on it, and whether that is in brackets; the line itself and nothing if there is none."""
    for parting in _NOTE.finditer(line):
        value, note, bracket = line[: parting.start()], line[parting.end() :], parting["bracket"] is not None
        closed = not bracket or note.rstrip().endswith((")", "）"))
        if closed and looks(value) and not is_open(value) and _WORDS.search(note) and not _starts_as_output(note):
            return value, line[parting.start() :].strip() if bracket else note, bracket
    return line, "", False


def _starts_as_output(note: str) -> bool:
    return _ATOM.match(note) is not None or _GROUP.match(note) is not None


def is_prose(line: str) -> bool:
    """Whether a line has words, and is no value."""
    return bool(_PROSE.search(_NO_WORDS.sub("", line))) or bool(_CHINESE.search(line))


def marked(text: str, printed: Sequence[str]) -> re.Match[str] | None:
    """What says, before it, that output follows; but where it was printed itself, or is code."""
    first = text.partition("\n")[0]
    return None if is_printed(first, printed) or is_code(first) or is_code(text) else MARK.match(text)


def is_open(text: str) -> bool:
    """Whether a bracket is not closed yet."""
    return sum(map(text.count, "([{")) > sum(map(text.count, ")]}"))
