"""Values in comments that nothing compares, or that are not true: `--lint` tells of them."""

from __future__ import annotations

import ast

from gradcli.scenario.compare import difference
from gradcli.scenario.expected import expected
from gradcli.scenario.looks import begins, is_heading, is_left_out, is_output, is_printed, parted
from gradcli.scenario.written import calls_of, flat, read_code, written


def untrue(code: str, printed: str) -> list[int]:
    """The lines, from 0, where output begins that stands in the code and was not printed; none if all is as it says."""
    said, output = expected(code, printed), printed.split("\n")
    if said is None or difference(said, printed) is None:
        return []
    texts = [(part.first, line) for part in written(code, printed) for line in part.text.split("\n")]
    return sorted({at for at, line in texts if not (is_left_out(line) or is_printed(line, output))})


def unprinted(code: str) -> list[int]:
    """The lines, from 0, on which a value stands beside an expression that prints nothing: nobody compares it."""
    found = read_code(code, "")
    silent = [each for each in found.body if isinstance(each, ast.Expr) and not calls_of(each)]
    ends = [(each.end_lineno or 0) - 1 for each in silent]
    return [at for at in ends if at in found.comments and is_output(found.comment(at), ())]


def uncompared(code: str, printed: str) -> list[int]:
    """The lines, from 0, of comments by a print that begin as output does, and are taken for none.

    Below the print that is a value with a note on it, or with an empty line before it, and what only says that output
    follows: they may belong elsewhere.
    """
    found, taken = read_code(code, printed), set[int]()
    for part in written(code, printed):
        taken |= {*range(part.first, part.last + 1)}
    statements = [each for each in flat(found.body) if calls_of(each)]
    ends = [(each.end_lineno or 0) - 1 for each in statements]
    inside = [(call.end_lineno or 0) - 1 for each in statements for call in calls_of(each)]
    beside = [at for at in {*ends, *inside} if at in found.comments and begins(found.comment(at))]
    below = [at for end in {*ends, *inside} if end not in found.comments and (at := found.below(end)) in found.comments]
    texts = {at: found.comment(at) for at in below}
    values = [at for at, text in texts.items() if parted(text)[1] or is_heading(text) or is_output(text, ())]
    return sorted({*beside, *values} - taken)
