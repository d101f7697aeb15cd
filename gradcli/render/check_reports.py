"""The outcomes of many claims, for the programs that show the results of tests."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from gradcli.calculator.claims.stream import Outcome
from gradcli.render.check import reason, title
from gradcli.verdict import Settled

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LEVELS = {Settled.REFUTED: "error", Settled.ERROR: "error", Settled.UNDECIDED: "warning"}


def junit(outcomes: Iterable[Outcome], *, strict: bool) -> str:
    """A test suite in JUnit's XML, with a test case a claim.

    strict  an undecided claim is a failure; otherwise it counts as skipped
    """
    suite = ET.Element("testsuite", name="gradcli check")
    counts = dict.fromkeys(("failure", "error", "skipped"), 0)
    open_ = "failure" if strict else "skipped"
    kinds = {Settled.REFUTED: "failure", Settled.ERROR: "error", Settled.UNDECIDED: open_}
    total = 0
    for outcome in outcomes:
        total += 1
        place = f"line {outcome.line}" if outcome.line is not None else "claim"
        name = _xml(f"{place}: {title(outcome)}" if title(outcome) else place)
        case = ET.SubElement(suite, "testcase", classname="gradcli.check", name=name)
        kind = kinds.get(outcome.word)
        if kind is None:
            continue
        counts[kind] += 1
        told = ET.SubElement(case, kind, message=_xml(reason(outcome)))
        if kind != "skipped":
            told.set("type", outcome.word)
    suite.set("tests", str(total))
    for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(counts[kind]))
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _xml(text: str) -> str:
    """The text without characters that XML does not have."""
    return _NOT_XML.sub("\ufffd", text)


def github_line(outcome: Outcome) -> str | None:
    """A workflow command that makes an annotation of what does not hold; None for a claim that does."""
    level = _LEVELS.get(outcome.word)
    if level is None:
        return None
    line = "" if outcome.line is None else f"line={outcome.line},"
    heading = f"{outcome.word}: {title(outcome)}" if title(outcome) else outcome.word
    return f"::{level} {line}title={_property(heading)}::{_data(reason(outcome))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
