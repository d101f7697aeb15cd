"""What the output that stands in the code says, against what was printed: print by print."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.scenario.compare import difference
from gradcli.scenario.looks import is_left_out, is_printed, means
from gradcli.scenario.written import Print, prints, read_code


def expected(code: str, printed: str) -> str | None:
    """What the code says that it prints; of a print that says nothing, what it printed. None if none says anything."""
    found = prints(read_code(code, printed))
    if not any(each.written for each in found):
        return None
    lines, shown, at, silent = printed.rstrip("\n").split("\n"), list[str](), 0, False
    texts = _joined(found, lines)
    for index, text in enumerate(texts):
        if text is None:
            silent = True
            continue
        if silent:
            start = _start(texts[index:], lines, at)
            shown += lines[at:start]
            at, silent = start, False
        wanted = _filled(text.split("\n"), lines, at)
        shown += wanted
        at += len(wanted)
    return "\n".join(shown + lines[at:] if silent else shown)


def _joined(found: Sequence[Print], lines: Sequence[str]) -> list[str | None]:
    """What the prints say; that of one that ends no line, and of the next one, together."""
    texts: list[str | None] = []
    end: str | None = "\n"
    for each in found:
        text = each.text
        if texts and end != "\n":
            text = _behind(texts.pop(), end, text, lines)
        kept, _, last = (text or "").rpartition("\n")
        texts += [kept, None] if is_left_out(last) else [text]
        end = each.end
    return texts


def _behind(before: str | None, end: str | None, text: str | None, lines: Sequence[str]) -> str | None:
    """What a print says together with the one before it, which ends no line; None if it may say a part of it alone."""
    if text is None:
        return None
    if "\n" not in (end or "") and is_printed(text, lines):
        return text
    if before is None or end is None:
        return None if any(line.rstrip().endswith(text.rstrip()) for line in lines) else text
    return f"{before}{end}{text}"


def _filled(wanted: Sequence[str], lines: Sequence[str], start: int) -> list[str]:
    """The lines that are wanted; for those that mean what was printed from `start` on, and are left out, that."""
    filled: list[str] = []
    for want, following in zip(wanted, [*wanted[1:], None], strict=True):
        at = start + len(filled)
        if is_left_out(want) and following is not None:
            end = next((place for place in range(at, len(lines)) if means(following, lines[place])), at)
            filled += lines[at:end]
        else:
            filled.append(lines[at] if at < len(lines) and means(want, lines[at]) else want)
    return filled


def _start(texts: Sequence[str | None], lines: Sequence[str], at: int) -> int:
    """The line from `at` on where the first of the texts was printed: counted from the end if all are said.

    `at` if it was not printed.
    """
    said = [text.split("\n") for text in texts if text is not None]
    if len(said) == len(texts) and not any(is_left_out(line) for text in said for line in text):
        return max(at, len(lines) - sum(map(len, said)))
    for place in range(at, len(lines)):
        filled = _filled(said[0], lines, place)
        if not difference("\n".join(filled), "\n".join(lines[place : place + len(filled)])):
            return place
    return at
