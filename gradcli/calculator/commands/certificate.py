"""Certificates of answers: what is differentiated, where, and the numbers that were computed or claimed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli import __version__
from gradcli.calculator.claims.claim import Case, Checked, Formula, Part
from gradcli.calculator.commands.jacobian import Matrix
from gradcli.calculator.kernel.field import outputs_of
from gradcli.calculator.kernel.prepare import Array, Prepared
from gradcli.calculator.kernel.question import Answer
from gradcli.errors import InputError, UnfinishedError
from gradcli.files import MOST_CERTIFICATE, read_bytes
from gradcli.lang.tree import Program, free_names
from gradcli.lang.unparse import unparse
from gradcli.verdict import Word
from gradcli.verify.certified import unloadable

try:
    from gradcli.verify.certificates import Certificate, Certified, certified, document
    from gradcli.verify.fields import RefusedError
    from gradcli.verify.proofs import Derivative, Point, Range
except ImportError as error:
    wrong = InputError if isinstance(error, ModuleNotFoundError) else UnfinishedError
    raise wrong("certificate", unloadable(error)) from error

if TYPE_CHECKING:
    from gradcli.verify.balls.ranges import RangeProof


def of_answer(prepared: Prepared, answer: Answer) -> bytes:
    """The certificate of a value and its derivatives. Raises InputError where there is none."""
    _refuse_missing(prepared)
    names = _used(prepared.program, prepared.wrt)
    found = {(one.name, one.order): _flat(one.gradient) for one in answer.derivatives}
    derivatives = [
        Derivative(
            names,
            order,
            cotangent=prepared.cotangent if order == 1 else None,
            found={name: found[name, order] for name in names},
        )
        for order in range(1, 1 + max((order for _, order in found), default=0))
        if names
    ]
    values = _values(prepared, prepared.program)
    point = Point(unparse(prepared.program), values, tuple(derivatives), _flat(answer.value))
    return _written(Certificate(__version__, answer.dtype, (point,)))


def of_matrix(prepared: Prepared, matrix: Matrix) -> bytes:
    """The certificate of a Jacobian: of each row of each output. Raises InputError where there is none."""
    _refuse_missing(prepared)
    points = []
    for field, (label, value) in zip(outputs_of(prepared), matrix.values, strict=True):
        program = field.prepared.program
        names = _used(program, prepared.wrt)
        blocks = {block.variable: block.value for block in matrix.blocks if block.output == label}
        rows = {name: np.reshape(blocks[name], (np.size(value), -1)) for name in names}
        derivatives = [
            Derivative(names, row=row, found={name: _flat(rows[name][row]) for name in names})
            for row in range(np.size(value))
            if names
        ]
        points.append(Point(unparse(program), _values(prepared, program), tuple(derivatives), _flat(value)))
    return _written(Certificate(__version__, matrix.dtype, tuple(points)))


def of_claim(case: Case, checked: Checked) -> bytes:
    """The certificate of what is said of a claim: at a point, or on a range. Raises InputError where there is none."""
    points, ranges = [], []
    for part in checked.parts:
        if part.point is not None:
            points.append(_claimed_at(case, part, part.point))
        elif part.range is not None and part.range.word == Word.PROVED:
            ranges.append(_claimed_on(case, part, part.range))
        else:
            hint = None if part.range else "certificates are of claims at a point, or on a range: --at or --over"
            raise InputError(
                "certificate", f"there is nothing to certify of {part.name}: {part.verdict.detail}", hint=hint
            )
    return _written(Certificate(__version__, case.dtype, tuple(points), tuple(ranges)))


def recheck(path: Path) -> Certified | RefusedError:
    """What is proved anew of a certificate; or which field is refused, and why.

    Raises InputError for a file that cannot be read.
    """
    try:
        stored = json.loads(read_bytes(path, MOST_CERTIFICATE), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise InputError("file", f"{str(path)!r} is no certificate: not JSON: {error}") from None
    if not isinstance(stored, dict) or "schema" not in stored:
        raise InputError("file", f"{str(path)!r} is no certificate: it has no schema")
    try:
        return certified(stored)
    except RefusedError as refused:
        return refused


def _object(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object. Raises ValueError where a field stands twice: readers differ in which of them they take."""
    found = dict(fields)
    if len(found) < len(fields):
        twice = Counter(name for name, _ in fields).most_common(1)[0][0]
        raise ValueError(f"the field {twice!r} stands twice")
    return found


def _written(certificate: Certificate) -> bytes:
    try:
        return (json.dumps(document(certificate), indent=1, ensure_ascii=False) + "\n").encode()
    except RefusedError as reason:
        raise InputError("certificate", f"there is nothing to certify: {reason}") from None


def _claimed_at(case: Case, part: Part, values: Mapping[str, Array]) -> Point:
    claimed = case.claimed[part.name]
    program, claims, formula = case.template.program, {}, None
    if isinstance(claimed, Formula) and not claimed.made:
        formula = claimed.program
        claims = {part.name: unparse(formula)}
    found = {} if claims else {part.name: _flat(part.claimed)}
    used = {*free_names(program), *(free_names(formula) if formula else ()), part.name}
    derivative = Derivative((part.name,), cotangent=case.template.cotangent, found=found, claims=claims)
    return Point(unparse(program), {name: values[name] for name in values if name in used}, (derivative,))


def _claimed_on(case: Case, part: Part, proof: RangeProof) -> Range:
    claimed = case.claimed[part.name]
    assert isinstance(claimed, Formula), "what else is claimed has no range"
    program, held = case.template.program, case.template.at | case.template.fixed
    used = {*free_names(program), *free_names(claimed.program)}
    return Range(
        unparse(program),
        unparse(claimed.program),
        proof.names,
        {name: array for name, array in held.items() if name in used},
        proof.whole,
        proof.leaves,
        tuple(named.box for named in proof.exceptions),
        proof.bound,
    )


def _refuse_missing(prepared: Prepared) -> None:
    if prepared.missing:
        message = f"there is nothing to certify: no value for {', '.join(prepared.missing)}"
        raise InputError("certificate", message, hint="give values with --at or --let")


def _used(program: Program, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those that the program has a use for: by the others the derivative is 0, wherever they are."""
    used = free_names(program)
    return tuple(name for name in names if name in used)


def _values(prepared: Prepared, program: Program) -> dict[str, Array]:
    known = prepared.at | prepared.fixed
    return {name: known[name] for name in free_names(program) if name in known}


def _flat(array: Any) -> list[float]:
    return [float(number) for number in np.asarray(array).reshape(-1)]
