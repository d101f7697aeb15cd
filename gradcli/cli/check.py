"""`gradcli check`: is this gradient right?"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradcli.cli import options
from gradcli.cli.exits import Exit
from gradcli.cli.overseer import overseer
from gradcli.cli.streams import encoded, tell
from gradcli.cli.terminal import json_text, print_json, print_program, print_text, rendered, say, show
from gradcli.errors import InputError
from gradcli.verdict import Settled

if TYPE_CHECKING:
    from gradcli.calculator.claims.claim import Checked, Claim
    from gradcli.calculator.claims.stream import Outcome, Settings


class ReportFormat(StrEnum):
    """How the outcomes are written."""

    text = "text"
    json = "json"
    junit = "junit"
    github = "github"


class Convention(StrEnum):
    """Whose value counts at a kink."""

    torch = "torch"
    jax = "jax"
    tensorflow = "tensorflow"


def check(
    ctx: typer.Context,
    expression: Annotated[list[str] | None, typer.Argument(metavar="[EXPRESSION]", help='The expression, in quotes; "-" reads claims from standard input, as JSON lines.')] = None,
    grad: Annotated[list[str], typer.Option(metavar="NAME=VALUE", help="The gradient that is claimed: a formula, numbers, or @file; repeatable.")] = [],
    at: options.At = [],
    let: options.Let = [],
    over: Annotated[list[str], typer.Option(metavar="NAME=[A,B]", help="Prove the formulas on this whole range; repeatable, for at most two names.")] = [],
    cotangent: options.Cotangent = None,
    dtype: Annotated[options.Dtype | None, typer.Option(help="The precision of the computation; otherwise that of the claimed arrays.")] = None,
    seed: options.Seed = None,
    tol: options.Tol = None,
    convention: Annotated[Convention | None, typer.Option(help="Whose value counts at a kink; otherwise a claim between the slopes is undecided there.")] = None,
    python: Annotated[str | None, typer.Option(metavar="MODULE:FUNCTION", help="Check what this function returns: (value, {name: gradient}); or an autograd.Function.")] = None,
    grad_function: Annotated[str | None, typer.Option(metavar="MODULE:FUNCTION", help="The function that returns {name: gradient}, where --python returns the value alone.")] = None,
    format: Annotated[ReportFormat, typer.Option(help="How to write the outcomes.")] = ReportFormat.text,
    symbolic: Annotated[bool, typer.Option("--symbolic", help="Ask SymPy about every claim, not only where it is needed.")] = False,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first claim that is refuted.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, max=64, help="Processes that check claims.")] = 1,
    certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="Write there what is proved; without an expression, prove what is written there.")] = None,
    timeout: options.Timeout = options.TIMEOUT,
    strict: options.Strict = False,
    no_files: options.NoFiles = False,
    json: options.Json = False,
) -> int:  # fmt: skip
    """Is this gradient right? Proves a claimed derivative, or shows the smallest counterexample found.

    Without --at a formula is claimed for every value of the names, with --over on a range, where it is proved box by
    box. Lines of "-" have the keys expr and grad, and may have at, let, over, cotangent, tol, dtype and name.

    A certificate, of this command, gradcli diff or gradcli jacobian, is proved again from what it holds, where there is
    no expression.

    Exits with 1 if a claim or a certificate is refuted; else with 2 if one cannot be read; else, under --strict, with 3 if one is
    undecided.

    gradcli check "sin(x)**2" --grad "x=2*sin(x)*cos(x)"

    gradcli check "x**2 * y" --grad "x=2*x*y, y=x**2" --json

    gradcli check "sum(x**2)" --at "x=[1,2,3]" --grad "x=[2,4,6]"

    gradcli check "abs(x)" --at x=0 --grad x=1 --convention jax

    gradcli check "sin(x)**2" --grad "x=sin(2*x)" --over "x=[-pi,100]"

    gradcli check "sin(x)**2" --grad "x=sin(2*x)" --over "x=[0,1]" --certificate claim.json

    gradcli check - --format github <<< '{"expr": "x**2", "at": {"x": 3}, "grad": {"x": 6}}'
    """
    from gradcli.calculator.claims.claim import Claim, from_file, from_files, given_by
    from gradcli.calculator.claims.stream import Outcome, Settings

    options.keep_from_files(ctx, no_files)
    words = expression or []
    whose: Any = convention and convention.value
    values = {"--grad": grad, "--at": at, "--let": let, "--over": over, "--cotangent": cotangent}
    lines = {"--jobs": jobs > 1, "--fail-fast": fail_fast, "--symbolic": symbolic}
    if json and format is not ReportFormat.text:
        raise InputError("usage", "--json and --format are different outputs: give one of them")
    if words != ["-"]:  # a stream takes as long as it is, and each of its claims no longer than that
        options.limit(ctx, timeout)
    if certificate is not None and not words:
        _refuse(
            "not beside a certificate that is to be proved",
            values | lines | {"--python": python, "--format": format is not ReportFormat.text},
        )
        return _recheck(certificate, json=json)
    if words == ["-"]:
        _refuse("only of one claim", {"--certificate": certificate})
        _refuse("claims from standard input hold these themselves", values)
        _refuse("standard input has the claims", {"--python": python, "--grad-function": grad_function})
        settings = Settings(tol, dtype and dtype.value, seed, whose, symbolic, timeout)
        return _report(_lines(ctx, jobs, settings), format, json=json, strict=strict, fail_fast=fail_fast)
    _refuse("only for many claims, which gradcli check - reads", lines)
    if python is not None:
        _refuse(
            "not for a Python function",
            {"an expression": words, "--grad": grad, "--over": over, "--convention": convention},
        )
        from gradcli.calculator.claims.python_function import PythonQuestion, check_python
        from gradcli.calculator.claims.user_code import UserError

        precision = "float64" if dtype is None else dtype.value
        question = PythonQuestion(python, grad_function, tuple(at), tuple(let), cotangent, precision, seed, tol)
        try:
            checked = check_python(question)
        except UserError as error:
            if json or format is ReportFormat.json:
                raise
            tell(error.traceback.rstrip("\n"))
            return Exit.USAGE
    else:
        _refuse("only beside --python", {"--grad-function": grad_function})
        if not words:
            raise InputError("usage", "there is no expression", hint="see gradcli check --help")
        from gradcli.calculator.claims.claim import unchecked

        text = options.one_expression(ctx, words)
        claim = Claim(
            text,
            from_files(given_by(grad, "--grad"), "--grad"),
            from_files(given_by(at, "--at"), "--at"),
            from_files(given_by(let, "--let"), "--let"),
            cotangent=cotangent and from_file(cotangent, "--cotangent"),
            tol=tol,
            dtype=dtype and dtype.value,
            seed=seed,
            over=from_files(given_by(over, "--over"), "--over"),
        )
        late = Outcome(None, None, unchecked(claim, f"{timeout:g} s were used up"))
        overseer.meanwhile(
            b"", encoded(_text(late, format, json=json, strict=strict)), _exit(Counter([late.word]), strict=strict)
        )
        checked = _checked(ctx, claim, whose, certificate)
    for note in checked.notes:
        say(note)
    outcome = Outcome(None, None, checked)
    (print_program if format is ReportFormat.junit else print_text)(_text(outcome, format, json=json, strict=strict))
    return _exit(Counter([outcome.word]), strict=strict)


def _checked(ctx: typer.Context, claim: Claim, convention: Any, certificate: Path | None) -> Checked:
    """What is said of a claim; it is also written to a certificate, if there is to be one."""
    from gradcli.calculator.claims.check import check_case
    from gradcli.calculator.claims.claim import read_claim

    case = read_claim(claim)
    checked = check_case(case, ctx.obj, convention)
    if certificate is not None:
        from gradcli.calculator.commands.certificate import of_claim
        from gradcli.files import write_file

        write_file(certificate, of_claim(case, checked))
    return checked


def _text(outcome: Outcome, format: ReportFormat, *, json: bool, strict: bool) -> str:
    """One claim's outcome, as it is asked for."""
    from gradcli.render.check import check_document, check_screen, outcome_document
    from gradcli.render.check_reports import github_line, junit

    if json:
        return json_text(check_document([outcome]))
    if format is ReportFormat.json:
        return json_text(outcome_document(outcome), indent=None)
    if format is ReportFormat.junit:
        return junit([outcome], strict=strict)
    if format is ReportFormat.github:
        line = github_line(outcome)
        return "" if line is None else f"{line}\n"
    assert outcome.checked is not None
    return rendered(check_screen(outcome.checked))


def _recheck(path: Path, *, json: bool) -> Exit:
    """Proves a certificate; the exit code."""
    from gradcli.calculator.commands.certificate import recheck
    from gradcli.render.certificate import recheck_document, recheck_line

    found = recheck(path)
    if json:
        print_json(recheck_document(found))
    else:
        print_text(recheck_line(found) + "\n")
    return Exit.FAILED if isinstance(found, Exception) else Exit.OK


def _refuse(reason: str, given: Mapping[str, Any]) -> None:
    """Raises InputError for an option that was given and has no use here."""
    for option, value in given.items():
        if value:
            raise InputError("usage", f"{option}: {reason}")


def _lines(ctx: typer.Context, jobs: int, settings: Settings) -> Iterator[Outcome]:
    """The outcomes of the claims on standard input."""
    from gradcli.calculator.claims.stream import batches, check_in_processes, check_lines

    # A reader of its own: Python wants the lock of sys.stdin when it ends, and a thread that waits for a line has it.
    given = batches(os.fdopen(os.dup(sys.stdin.fileno()), "rb"))
    return check_lines(given, ctx.obj, settings) if jobs == 1 else check_in_processes(given, jobs, settings)


def _report(outcomes: Iterable[Outcome], format: ReportFormat, *, json: bool, strict: bool, fail_fast: bool) -> Exit:
    """Writes the outcomes of many claims as they come; the exit code."""
    from gradcli.render.check import check_document, summary
    from gradcli.render.check_reports import junit

    counts: Counter[str] = Counter()

    def counted() -> Iterator[Outcome]:
        for outcome in outcomes:
            counts[outcome.word] += 1
            for note in outcome.checked.notes if outcome.checked else ():
                say(f"line {outcome.line}: {note}")
            yield outcome
            if fail_fast and outcome.word is Settled.REFUTED:
                return

    if json:
        print_json(check_document(counted()))
    elif format is ReportFormat.junit:
        print_program(junit(counted(), strict=strict))
    else:
        write = _writer(format)
        for outcome in counted():
            write(outcome)
        if format is ReportFormat.text:
            print_text(summary(counts) + "\n")
    return _exit(counts, strict=strict)


def _writer(format: ReportFormat) -> Callable[[Outcome], None]:
    """What writes one outcome on a line."""
    from gradcli.render.check import outcome_document, outcome_line
    from gradcli.render.check_reports import github_line

    def as_json(outcome: Outcome) -> None:
        print_json(outcome_document(outcome), indent=None)

    def as_annotation(outcome: Outcome) -> None:
        line = github_line(outcome)
        if line is not None:
            print_text(line + "\n")

    if format is ReportFormat.json:
        return as_json
    if format is ReportFormat.github:
        return as_annotation
    if sys.stdout.isatty() or "FORCE_COLOR" in os.environ:
        return lambda outcome: show(outcome_line(outcome))
    return lambda outcome: print_text(outcome_line(outcome).plain + "\n")


def _exit(counts: Mapping[str, int], *, strict: bool) -> Exit:
    if counts[Settled.REFUTED]:
        return Exit.FAILED
    if counts[Settled.ERROR]:
        return Exit.USAGE
    return Exit.UNDECIDED if strict and counts[Settled.UNDECIDED] else Exit.OK
