"""A scenario and its results as one HTML page that needs nothing else: no script, no network, no font of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from gradcli import words
from gradcli.plot.svg import svg
from gradcli.render.graph_svg import graph_svg
from gradcli.render.numbers import MOST_BESIDE, screen_array
from gradcli.render.questions import details
from gradcli.render.scenario import MAX_BACKWARDS, command, hooked_note, more_passes, of_what, summary_words
from gradcli.render.verdict import verdict_lines
from gradcli.scenario.library import following
from gradcli.scenario.markdown import Scenario
from gradcli.scenario.questions import solution
from gradcli.scenario.questions_format import Question
from gradcli.scenario.results import BackwardRecord, StepResult
from gradcli.words import counted, said
from gradcli.words.lines import joined

LIGHT, DARK = "xcode", "github-dark"
"""The colours of code, as Pygments names them."""

TAGS = {words.ORIGINAL: "en", "zh": "zh-Hans"}
"""What HTML calls the languages."""

_HYPHENED = re.compile(r"(?<!\S)(?=\S*-\S)\S{2,24}(?!\S)")
"""Words with a hyphen, beside which a browser may end a line: names of options, `--data`."""

MAX_OPEN = 40
"""A graph of more nodes is folded,"""
MAX_ROWS = 12
"""and so is a table of more gradients."""


def page(scenario: Scenario, results: Sequence[StepResult]) -> str:
    """The page: prose, questions with their answers folded, code, outputs, graphs, verdicts and plots."""
    failed = any(result.failed for result in results)
    body = "\n".join(part for result in results for part in _step(result))
    minutes = counted(scenario.minutes, "{number} minute", "{number} minutes")
    summary = said("{told}.", told=summary_words(scenario, results))
    return f"""<!DOCTYPE html>
<html lang="{TAGS[scenario.lang]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{escape(scenario.aim)}">
<title>{escape(scenario.title)}</title>
<style>
{_styles()}</style>
</head>
<body>
<header>
<p class="kind">{escape(said(scenario.track))} · {minutes}</p>
<h1>{escape(scenario.title)}</h1>
<p class="aim">{escape(scenario.aim)}</p>
{_way(said("Before this"), scenario.needs)}</header>
<main>
{body}
</main>
<footer><span class="{"failed" if failed else "passed"}">{"✗" if failed else "✓"}</span> {escape(summary)}
{_way(said("Next"), following(scenario))}</footer>
</body>
</html>
"""


def _way(word: str, names: Sequence[str]) -> str:
    """Which scenarios come before or after."""
    commands = said(", ").join(_code(command(name)) for name in names)
    return f'<p class="kind">{said("{name}: {told}", name=word, told=commands)}</p>\n' if names else ""


@cache
def _styles() -> str:
    light, dark = (HtmlFormatter(style=style).get_style_defs("pre.code") for style in (LIGHT, DARK))
    own = (files("gradcli.render") / "page.css").read_text("utf-8")
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{own}"


@cache
def _markdown() -> MarkdownIt:
    """CommonMark with tables; HTML is shown as text, and a picture that would have to be fetched as a link."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("image", _image)
    reader.add_render_rule("code_inline", _code_inline)
    return reader


def _code_inline(_: Any, tokens: Sequence[Any], index: int, *__: Any) -> str:
    return _code(tokens[index].content)


def _code(text: str) -> str:
    """Code within a line, which ends at no hyphen, unless what has it is too long for a small screen."""
    return f"<code>{_HYPHENED.sub(_whole, escape(text))}</code>"


def _whole(word: re.Match[str]) -> str:
    return f"<span>{word[0]}</span>"


def _image(_: Any, tokens: Sequence[Any], index: int, *__: Any) -> str:
    token = tokens[index]
    address, text = escape(str(token.attrGet("src"))), escape(token.content)
    return (
        f'<img src="{address}" alt="{text}">'
        if address.startswith("data:image/")
        else f'<a href="{address}">{text}</a>'
    )


def _step(result: StepResult) -> Iterator[str]:
    """Prose, question, code, and what came of it."""
    step = result.step
    if step.prose:
        yield f'<div class="prose">{_markdown().render(joined(step.prose))}</div>'
    if step.question is not None:
        yield "".join(_question(step.question))
    if step.code is not None:
        code = highlight(step.code.text, PythonLexer(), HtmlFormatter(nowrap=True))
        yield f'<pre class="code"><code>{code}</code></pre>'
    for kind, text in (("output", result.printed), ("notes", result.notes), ("error", result.error)):
        if text:
            yield f'<pre class="{kind}">{escape(text.rstrip())}</pre>'
    for figure in result.figures:
        yield f'<figure class="plot">{svg(figure)}</figure>'
    if result.difference is not None:
        yield '<p class="failed">' + said("The output is not the document's:") + "</p>"
        yield f'<pre class="error">{escape(result.difference)}</pre>'
    if result.contradiction is not None:
        yield f'<p class="failed">{escape(result.contradiction)}</p>'
    for record in result.backwards[:MAX_BACKWARDS]:
        yield from _backward(record)
    rest = len(result.backwards[MAX_BACKWARDS:]) + result.unfollowed
    if rest:
        yield f'<p class="kind">{said("… and {more}.", more=more_passes(rest))}</p>'


def _question(question: Question) -> Iterator[str]:
    asked = _markdown().renderInline(question.ask)
    yield f'<section class="question"><p><strong>{said("Question.")}</strong> {asked}</p>'
    rows = "".join(f"<dt>{escape(key)}</dt><dd>{_code(text)}</dd>" for key, text in details(question))
    if rows:
        yield f"<dl>{rows}</dl>"
    if question.options:
        texts = (_markdown().renderInline(option.text) for option in question.options)
        yield f'<ol type="a">{"".join(f"<li>{text}</li>" for text in texts)}</ol>'
    if question.hint is not None:
        yield f"<details><summary>{said('Hint')}</summary><p>{_markdown().renderInline(question.hint)}</p></details>"
    answer, values = solution(question)
    yield f'<details class="answer"><summary>{said("Answer")}</summary><p>{_code(answer)}</p>'
    if values is not None and screen_array(values) != answer:
        yield f"<pre>{escape(screen_array(values))}</pre>"
    yield "</details></section>"


def _backward(record: BackwardRecord) -> Iterator[str]:
    """The graph of a backward pass, and its gradients with their verdicts."""
    for root, graph in zip(record.roots, record.graphs, strict=True):
        whence = f"<code>{escape(root)}</code>"
        caption = said("Backward from {root}", root=whence) if root else said("A backward pass")
        drawing = f'<div class="scroll graph">{graph_svg(graph)}</div>'
        if len(graph) > MAX_OPEN:
            drawing = _folded(drawing, said("{number} nodes", number=len(graph)))
        told = said("the recorded operations, in the direction of the forward pass")
        caption = said("{name}: {told}", name=caption, told=told)
        yield f"<figure><figcaption>{caption}</figcaption>{drawing}</figure>"
    if not record.gradients:
        return
    rows = []
    for name, gradient in record.gradients.items():
        verdict = record.verdicts.get(name)
        word, *details = (escape(line.plain) for line in verdict_lines(verdict))
        kind = "unchecked" if verdict is None else verdict.word
        remark = [] if verdict is None or verdict.word.is_settled else [escape(verdict.detail)]
        cells = f'<span class="{kind}">{word}</span>' + "".join(f"<small>{line}</small>" for line in details + remark)
        shown = escape(screen_array(gradient, most=MOST_BESIDE))
        rows.append(f"<tr><td><code>{escape(name)}</code></td><td><pre>{shown}</pre></td><td>{cells}</td></tr>")
    heads = "".join(f"<th>{head}</th>" for head in (of_what(record), said("gradient of this pass"), said("verdict")))
    table = f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    yield _folded(table, said("{number} gradients", number=len(rows))) if len(rows) > MAX_ROWS else table
    if record.hooked:
        yield f"<p>{hooked_note()}</p>"


def _folded(content: str, summary: str) -> str:
    return f"<details><summary>{summary}</summary>{content}</details>"
