"""The function table, as a Rich table and as JSON."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from gradcli.catalogue import Function
from gradcli.errors import InputError
from gradcli.lang.call_arguments import signature_text
from gradcli.lang.functions import find, functions, similar
from gradcli.render.schemas import tag


def chosen(name: str | None) -> list[Function]:
    """The function of that name, or all. Raises InputError for an unknown name."""
    if name is None:
        return list(functions().values())
    function = find(name)
    if function is None:
        near = similar(name)
        hint = f"did you mean {near!r}?" if near else "see: gradcli functions"
        raise InputError("unknown-function", f"there is no function {name!r}", hint=hint)
    return [function]


def functions_table(name: str | None) -> Table:
    """Name, what it is, domain and other names, by group."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("function", "what it is", "domain", "also"):
        table.add_column(heading, overflow="fold")
    group = None
    for function in chosen(name):
        if function.group != group:
            if group is not None:
                table.add_row()
            group = function.group
            table.add_row(Text(group, style="dim"))
        table.add_row(
            Text(signature_text(function), style="cyan"),
            function.help,
            domain_text(function),
            ", ".join(function.language_names[1:]),
        )
    return table


def functions_document(name: str | None) -> dict[str, Any]:
    """The functions as JSON."""
    return {
        "schema": tag("functions"),
        "functions": [
            {
                "name": function.name,
                "signature": signature_text(function),
                "group": function.group,
                "help": function.help,
                "aliases": list(function.language_names[1:]),
                "domain": domain_text(function) or None,
            }
            for function in chosen(name)
        ],
    }


def domain_text(function: Function) -> str:
    """Where the function is differentiable, as its operation declares it; empty where that is everywhere."""
    from gradcli.engine import ops
    from gradcli.engine.op import OPS

    declared = OPS.get(function.engine or function.name) or OPS.get(f"{function.name}_tensor")
    if declared is None or not ops:
        return ""
    domains = declared.domain if isinstance(declared.domain, tuple) else (declared.domain,)
    names = declared.slots[1:]
    texts = [
        str(domain).replace("x", name) for domain, name in zip(domains, names, strict=False) if str(domain) != "real"
    ]
    return ", ".join(texts)
