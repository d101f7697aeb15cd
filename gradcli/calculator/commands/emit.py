"""Snippets that compute the same derivatives elsewhere: in PyTorch, in JAX, or in NumPy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.calculator.commands.jacobian import refuse_constants
from gradcli.calculator.kernel.field import outputs_of, partial
from gradcli.calculator.kernel.prepare import Prepared, prepare, refuse_missing
from gradcli.calculator.kernel.question import DerivativeQuestion
from gradcli.calculator.kernel.rows import Symbolic, formulas
from gradcli.errors import InputError
from gradcli.lang.emit import Emitter, safe
from gradcli.lang.functions import find
from gradcli.lang.parser import parse
from gradcli.lang.tree import List, free_names

if TYPE_CHECKING:
    from gradcli.verify.client import SympyWorker

MAX_WRITTEN = 10_000
"""Numbers of an array that are written out."""

IMPORTS = {
    "torch": {"": "import torch"},
    "jax": {"": "import jax\nimport jax.numpy as jnp", "jax.scipy": "import jax.scipy.special"},
    "numpy": {"math.": "import math\n", "": "import numpy as np"},
}
"""Lines, by what in a text needs them."""
SETTINGS = {
    "torch": ["", "torch.set_default_dtype(torch.{dtype})"],
    "jax": ["", 'jax.config.update("jax_enable_x64", {double})'],
    "numpy": [],
}
MAKERS = {"torch": "torch.tensor({value})", "jax": "jnp.array({value}, dtype={dtype!r})", "numpy": "np.array({value})"}
SLOPES = '''def slopes(f, at, name, h):
    """Central differences: an axis for each of the result's, then one for each of the variable's."""
    x, columns = at[name], []
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h * max(1.0, abs(x[i]))
        above, below = f(**{**at, name: x + step}), f(**{**at, name: x - step})
        columns.append((above - below) / (2 * step[i]))
    shape = np.shape(columns[0]) if columns else ()
    return np.stack(columns, -1).reshape(shape + x.shape)'''


def emit(question: DerivativeQuestion, command: str, target: str, worker: SympyWorker | None) -> str:
    """The source of a program that prints what the command computes.

    command  "diff", "jacobian" or "hessian"
    target   "torch", "jax" or "numpy"
    worker   the SymPy process, which NumPy's formulas come from
    Raises InputError for missing values, for large arrays, and for what the library cannot do.
    """
    prepared = prepare(question)
    refuse_missing(prepared, "a program needs values: give them with --at or --let")
    refuse_constants(prepared)
    emitter = Emitter(target)
    source = emitter.function(prepared.program, prepared.wrt)
    known = prepared.at | prepared.fixed
    written = dict.fromkeys((*prepared.wrt, *(name for name in free_names(prepared.program) if name in known)))
    values = [_value(name, known[name], target, question.dtype) for name in written]
    snippet = Snippet(question, command, prepared, emitter)
    body = _numpy(snippet, worker) if target == "numpy" else BODIES[target](snippet)
    blocks = [*emitter.helpers.values(), source, *([SLOPES] if any("slopes(" in line for line in body) else [])]
    lines = "\n".join([*values, *body])
    return "\n\n\n".join([_head(target, question.dtype, [*blocks, lines]), *blocks, lines]) + "\n"


def _head(target: str, dtype: str, texts: Sequence[str]) -> str:
    """The imports, of what the texts use, and the settings."""
    imports = [line for word, line in IMPORTS[target].items() if any(word in text for text in texts)]
    return "\n".join([*imports, *SETTINGS[target]]).format(dtype=dtype, double=dtype == "float64")


def _value(name: str, array: Any, target: str, dtype: str) -> str:
    """The assignment of an array. Raises InputError for a large one."""
    if np.size(array) > MAX_WRITTEN:
        raise InputError("too-large", f"{name} has {np.size(array):,} elements: too many to be written into a program")
    own = {"torch": "torch.", "jax": "jnp.", "numpy": "np."}[target]
    text = repr(np.asarray(array).tolist()).replace("inf", f"{own}inf").replace("nan", f"{own}nan")
    return f"{safe(name)} = {MAKERS[target].format(value=text, dtype=dtype)}"


@dataclass(frozen=True)
class Snippet:
    """What the last lines of a snippet are written from."""

    question: DerivativeQuestion
    command: str
    prepared: Prepared
    emitter: Emitter

    @property
    def names(self) -> str:
        """The arguments of f."""
        return ", ".join(map(safe, self.prepared.wrt))

    @property
    def several(self) -> bool:
        """Whether f gives a tuple."""
        result = self.prepared.program.result
        return isinstance(result, List) and bool(result.items)

    def cotangent(self, target: str) -> str | None:
        """The cotangent's source, if one was given."""
        if self.prepared.cotangent is None:
            return None
        return _value("cotangent", self.prepared.cotangent, target, self.question.dtype).partition(" = ")[2]

    def printed(self) -> list[str]:
        """Lines that print each of `gradients`."""
        return [f'print("gradient for {name}:", gradients[{i}])' for i, name in enumerate(self.prepared.wrt)]


def _torch(snippet: Snippet) -> list[str]:
    if snippet.command != "diff":
        return [f"print(torch.autograd.functional.{snippet.command}(f, ({snippet.names},)))"]
    # Unlike torch.autograd.grad, they give zeros where the result depends on no variable.
    return _pulled_back(snippet, "torch.func", "torch")


def _jax(snippet: Snippet) -> list[str]:
    if snippet.command != "diff":
        function = {"jacobian": "jacrev", "hessian": "hessian"}[snippet.command]
        return [f"print(jax.{function}(f, argnums={tuple(range(len(snippet.prepared.wrt)))})({snippet.names}))"]
    return _pulled_back(snippet, "jax", "jnp")


def _pulled_back(snippet: Snippet, transforms: str, arrays: str) -> list[str]:
    """Value and gradients by `vjp`, or every order by `grad`: of a module that has these, and one with arrays."""
    names, order = snippet.names, snippet.question.order
    if order > 1:
        return [
            f'print("value:", f({names}))',
            "derivative = f",
            f"for order in range(1, {order + 1}):",
            f"    derivative = {transforms}.grad(derivative)",
            f'    print(f"order {{order}}:", derivative({names}))',
        ]
    whole = f"lambda *at: {arrays}.stack(f(*at))" if snippet.several else "f"
    cotangent = snippet.cotangent("torch" if arrays == "torch" else "jax")
    return [
        f"result, pull_back = {transforms}.vjp({whole}, {names})",
        'print("value:", result)',
        f"gradients = pull_back({cotangent or f'{arrays}.ones_like(result)'})",
        *snippet.printed(),
    ]


BODIES = {"torch": _torch, "jax": _jax}


def _numpy(snippet: Snippet, worker: SympyWorker | None) -> list[str]:
    if snippet.question.order > 1:
        raise InputError(
            "emit", "--emit numpy gives first derivatives", hint="--emit torch and --emit jax give every order"
        )
    return (_by_formulas(snippet, worker) if worker else None) or _by_differences(snippet)


def _by_formulas(snippet: Snippet, worker: SympyWorker) -> list[str] | None:
    """Lines that print the formulas' values; None where not all is a number, or a derivative has no formula."""
    question, prepared = snippet.question, snippet.prepared
    if prepared.cotangent is not None or any(map(np.ndim, (prepared.at | prepared.fixed).values())):
        return None
    hessian = snippet.command == "hessian"
    fields = [partial(prepared, name) for name in prepared.wrt] if hessian else outputs_of(prepared)
    if any(np.ndim(field.at_point()[1].array) for field in fields) or (snippet.command == "diff" and snippet.several):
        return None
    symbolic, lines = Symbolic(worker), ["# The derivatives are SymPy's formulas."]
    if snippet.command == "diff":
        lines.append(f'print("value:", f({snippet.names}))')
    for field in fields:
        for name, checked in formulas(field, symbolic, question.dtype, prepared.wrt).items():
            text = checked.formulas[()][0]
            source = text and _source(text, snippet)
            if not source:
                return None
            label = {"diff": f"gradient for {name}", "hessian": f"d2/d{field.label} d{name}"}.get(
                snippet.command, f"{field.label} by {name}"
            )
            lines.append(f"print({label + ':'!r}, {source})")
    return lines


def _source(text: str, snippet: Snippet) -> str | None:
    """A formula in NumPy; None where it has a function that the language or NumPy does not have."""
    try:
        return snippet.emitter.expression(
            parse(text, find, bound=snippet.prepared.at | snippet.prepared.fixed).program.result
        )
    except InputError:
        return None


def _by_differences(snippet: Snippet) -> list[str]:
    """Lines that print central differences."""
    prepared, command = snippet.prepared, snippet.command
    at = ", ".join(f"{safe(name)!r}: {safe(name)}" for name in prepared.wrt)
    lines = [
        "# The derivatives are central differences: about 9 digits, of second derivatives about 6.",
        f"at = {{{at}}}",
    ]
    if command == "hessian":
        return lines + [
            f'print("d2/d{a} d{b}:", slopes(lambda **at: slopes(f, at, {safe(a)!r}, 1e-4), at, {safe(b)!r}, 1e-4))'
            for a in prepared.wrt
            for b in prepared.wrt
        ]
    if command == "jacobian":
        outputs = outputs_of(prepared)
        functions = [f"lambda **at: f(**at)[{i}]" for i in range(len(outputs))] if snippet.several else ["f"]
        return lines + [
            f"print({f'{output.label} by {name}:'!r}, slopes({function}, at, {safe(name)!r}, 1e-5))"
            for output, function in zip(outputs, functions, strict=True)
            for name in prepared.wrt
        ]
    whole = "lambda **at: np.stack(f(**at))" if snippet.several else "f"
    weights = snippet.cotangent("numpy") or "np.ones_like(result)"
    return [
        *lines,
        f"whole = {whole}",
        "result = whole(**at)",
        'print("value:", result)',
        f"weights = np.broadcast_to({weights}, np.shape(result))",
        *(
            f'print("gradient for {name}:", '
            f"np.tensordot(weights, slopes(whole, at, {safe(name)!r}, 1e-5), np.ndim(result)))"
            for name in prepared.wrt
        ),
    ]
