"""The arguments of a call against the signature of its function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from gradcli.catalogue.signature import Parameter
from gradcli.errors import InputError
from gradcli.lang.tokens import Source, Token
from gradcli.lang.tree import Call, Expr

SYNONYMS = {"dim": "axis", "keepdim": "keepdims", "diagonal": "k"}  # PyTorch's names of NumPy's parameters


Part = TypeVar("Part")


class FunctionLike(Protocol):
    """What has to be known of a function: its canonical name, its parameters and a line of help."""

    @property
    def name(self) -> str: ...
    @property
    def help(self) -> str: ...
    @property
    def parameters(self) -> tuple[Parameter, ...]: ...


def make_call(
    source: Source,
    function: FunctionLike,
    args: Sequence[Expr],
    keywords: Sequence[tuple[Token, Expr]],
    span: tuple[int, int],
) -> Call:
    """The call, its keywords under NumPy's names and in the signature's order. Raises InputError "arity".

    Parameters after a variadic one are given by keyword only. A variadic parameter takes one argument or more.
    """
    hint = f"{signature_text(function)}: {function.help}" if function.help else signature_text(function)

    def wrong(message: str, extent: tuple[int, int]) -> InputError:
        return source.error("arity", f"{function.name}() {message}", extent, hint)

    positional = _positional(function.parameters)
    if len(args) > len(positional) and not (positional and positional[-1].variadic):
        takes = {0: "no arguments", 1: "1 argument"}.get(len(positional), f"at most {len(positional)} arguments")
        raise wrong(f"takes {takes}, not {len(args)}", args[len(positional)].span)
    given = {parameter.name for parameter, _ in zip(positional, args, strict=False)}
    values: dict[str, Expr] = {}
    for token, value in keywords:
        name = _parameter_name(token.text, function.parameters)
        if name is None:
            raise wrong(f"has no parameter '{token.text}'", token.extent)
        if name in given:
            raise wrong(f"is given '{name}' twice", token.extent)
        given.add(name)
        values[name] = value
    for parameter in function.parameters:
        if parameter.default is None and parameter.name not in given:
            raise wrong(f"needs {'at least one argument' if parameter.variadic else repr(parameter.name)}", span)
    ordered = tuple(
        (parameter.name, values[parameter.name]) for parameter in function.parameters if parameter.name in values
    )
    return Call(function.name, tuple(args), ordered, span=span)


def defaults(function: FunctionLike, call: Call) -> dict[str, bool | float | None]:
    """The default values of the parameters that the call leaves out."""
    named = {name for name, _ in call.keywords}
    omitted = _positional(function.parameters)[len(call.args) :]
    omitted += tuple(parameter for parameter in function.parameters if parameter.keyword_only)
    return {p.name: p.value for p in omitted if not p.variadic and p.name not in named}


def bound(
    function: FunctionLike, call: Call, parts: Sequence[Part], default: Callable[[Parameter], Part]
) -> list[tuple[Parameter, Part]]:
    """Every parameter in order with what its argument has become: `parts`, in the order of the call's children.

    default  what stands for an argument that is left out
    A variadic parameter stands once for each argument, those of a list one by one.
    """
    given = len(call.args)
    named = {name: part for (name, _), part in zip(call.keywords, parts[given:], strict=True)}
    found: list[tuple[Parameter, Part]] = []
    for i, parameter in enumerate(function.parameters):
        if parameter.variadic:
            rest: Sequence[Part] = parts[i:given]
            if len(rest) == 1 and isinstance(rest[0], list):
                rest = rest[0]
            found += [(parameter, part) for part in rest]
        elif i < given:
            found.append((parameter, parts[i]))
        else:
            found.append((parameter, named[parameter.name] if parameter.name in named else default(parameter)))
    return found


def signature_text(function: FunctionLike) -> str:
    """For instance `sum(x, axis=None, keepdims=False)`."""
    written: list[str] = []
    for parameter in function.parameters:
        if parameter.keyword_only and "*" not in written:
            written.append("*")
        default = "" if parameter.default is None else f"={parameter.default}"
        written.append(f"{'*' if parameter.variadic else ''}{parameter.name}{default}")
    return f"{function.name}({', '.join(written)})"


def _positional(parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """The parameters up to and with a variadic one, without those that are given by keyword only."""
    end = next((index + 1 for index, parameter in enumerate(parameters) if parameter.variadic), len(parameters))
    return tuple(parameter for parameter in parameters[:end] if not parameter.keyword_only)


def _parameter_name(keyword: str, parameters: tuple[Parameter, ...]) -> str | None:
    """The parameter that the keyword means; PyTorch calls the first one `input`."""
    names = [parameter.name for parameter in parameters if not parameter.variadic]
    if keyword == "input" and keyword not in names and parameters:
        keyword = parameters[0].name
    elif keyword not in names:
        keyword = SYNONYMS.get(keyword, keyword)
    return keyword if keyword in names else None
