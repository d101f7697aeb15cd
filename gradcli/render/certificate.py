"""What becomes of a certificate that is proved again: a line, or a JSON document."""

from __future__ import annotations

from typing import Any

from gradcli.render.check import check_document
from gradcli.verdict import Word
from gradcli.verify.certificates import Certified
from gradcli.verify.fields import RefusedError


def recheck_document(found: Certified | RefusedError) -> dict[str, Any]:
    """The same as a document of `check`, which has no claims then."""
    refused = {"field": found.path, "message": found.why} if isinstance(found, RefusedError) else None
    words, bounds = (found.words, found.bounds) if isinstance(found, Certified) else ({}, ())
    certificate = {"outcome": "refused" if refused else "certified", "elements": dict(words), "bounds": list(bounds)}
    return check_document([]) | {"certificate": certificate | {"refused": refused}}


def recheck_line(found: Certified | RefusedError) -> str:
    """How much is certified, by words, and within which bound on ranges; or which field is refused, and why."""
    if isinstance(found, RefusedError):
        return f"refused: {found}"
    told = ", ".join(f"{count:,} {word}" for word, count in found.words.items())
    count, ranges = found.words.total() - found.words[Word.UNDECIDED], len(found.bounds)
    elements = f"{count:,} element{'' if count == 1 else 's'}" + (f" ({told})" if told else "")
    if not ranges:
        return f"certified: {elements}"
    proved = f"{ranges:,} range{'' if ranges == 1 else 's'} (bound {max(found.bounds):.2g})"
    return f"certified: {elements}, {proved}" if found.words else f"certified: {proved}"
