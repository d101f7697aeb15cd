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
    """What the prints say; that of one that ends no line, and of the next one, together, unless it says both itself."""
    texts: list[str | None] = []
    end: str | None = "\n"
    for each in found:
        text = each.text
        if texts and end != "\n":
            before = texts.pop()
            if text is not None and not is_printed(text, lines):
                known = before is not None and end is not None
                text = f"{before}{end}{text}" if known else None if _is_end(text, lines) else text
        left_out = text is not None and is_left_out(text.split("\n")[-1])
        texts.append("\n".join(text.split("\n")[:-1]) if text is not None and left_out else text)
        texts += [None] if left_out else []
        end = each.end
    return texts


def _is_end(text: str, lines: Sequence[str]) -> bool:
    """Whether a printed line ends with the text."""
    return any(line.rstrip().endswith(text.rstrip()) for line in lines)


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
        filled = _filled(said[0], lines, place) if means(said[0][0], lines[place]) else [""]
        if not difference("\n".join(filled), "\n".join(lines[place : place + len(filled)])):
            return place
    return at
