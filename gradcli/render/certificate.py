"""What becomes of a certificate that is proved again, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcli.verify.certificates import Certified


def recheck_line(found: Certified | str) -> str:
    """How much is certified, by words, and within which bound on ranges; or which field is refused, and why."""
    if isinstance(found, str):
        return f"refused: {found}"
    told = ", ".join(f"{count:,} {word}" for word, count in found.words.items())
    count, ranges = found.words.total() - found.words["undecided"], len(found.bounds)
    elements = f"{count:,} element{'' if count == 1 else 's'}" + (f" ({told})" if told else "")
    if not ranges:
        return f"certified: {elements}"
    proved = f"{ranges:,} range{'' if ranges == 1 else 's'} (bound {max(found.bounds):.2g})"
    return f"certified: {elements}, {proved}" if found.words else f"certified: {proved}"
