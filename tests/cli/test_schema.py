"""`gradcli schema` and `gradcli functions`: what there is, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import numpy as np
import pytest

from gradcli.cli.app import COMMANDS
from gradcli.lang.functions import functions
from gradcli.render.schemas import names, schema_of


def test_without_a_command_the_schemas_are_listed(gradcli) -> None:
    outcome = gradcli("schema")
    assert (outcome.code, outcome.out.split()) == (0, names())
    document = gradcli("schema", "--json").document
    jsonschema.validate(document, schema_of("schema"))
    assert list(document["schemas"]) == names()
    assert document["schemas"]["diff"] == "gradcli/diff/2"


def test_every_command_has_a_schema_and_nothing_else_has() -> None:
    assert set(names()) == COMMANDS.keys()


@pytest.mark.parametrize("name", names())
def test_each_is_a_schema(gradcli, name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(gradcli("schema", name).document)


@pytest.mark.parametrize("name", ["", "nothing", "shared", "../pyproject"])
def test_what_has_no_schema(gradcli, name: str) -> None:
    outcome = gradcli("schema", name, "--json")
    assert outcome.code == 2
    jsonschema.validate(outcome.document, schema_of("schema"))
    assert outcome.document["error"]["message"] == f"there is no schema for {name!r}"


def test_the_functions_as_json(gradcli) -> None:
    document = gradcli("functions", "--json").document
    jsonschema.validate(document, schema_of("functions"))
    assert [function["name"] for function in document["functions"]] == list(functions())
    (one,) = gradcli("functions", "log", "--json").document["functions"]
    assert (one["signature"], one["domain"]) == ("log(x)", "0 < x")


def test_a_function_that_there_is_not(gradcli) -> None:
    outcome = gradcli("functions", "sni", "--json")
    assert outcome.code == 2
    jsonschema.validate(outcome.document, schema_of("functions"))
    assert outcome.document["error"]["hint"] == "did you mean 'sin'?"


# What is certified

JUDGED = [
    ("diff", "sum(abs(x))", "--at", "x=[0,1,2]"),
    ("diff", "sum(floor(x))", "--at", "x=[[1,2.5],[0,-1]]"),
    ("diff", "log(x)", "--at", "x=0"),
    ("diff", "exp(x)", "--at", "x=800"),
    ("diff", "x*abs(x)", "--at", "x=0", "--order", "3"),
    ("diff", "sum(x/3)", "--at", "x=[1,0.1]", "--dtype", "float32"),
    ("diff", "sum(x)", "--at", "x=zeros(2,0)"),
    ("jacobian", "abs(x)", "--at", "x=[1,0]"),
    ("jacobian", "[[x*y, x], [y, 1]]", "--at", "x=[1,2], y=0", "--dtype", "float32"),
    ("jacobian", "x", "--at", "x=zeros(0)"),
    ("hessian", "sum(relu(x)*y)", "--at", "x=[0,1], y=[1,2]"),
    ("hessian", "x**1.5", "--at", "x=0"),
    ("jvp", "abs(x)", "--at", "x=[0,1]", "--tangent", "x=[1,1]"),
    ("vjp", "log(x)", "--at", "x=[0,1]", "--cotangent", "[1,2]"),
    ("hvp", "sum(abs(x)**3)", "--at", "x=[0,1]", "--vector", "x=[1,1]"),
    ("check", "sum(abs(x))", "--at", "x=[0,1]", "--grad", "x=[0.5,1]"),
    ("check", "sum(x)", "--at", "x=zeros(0)", "--grad", "x=zeros(0)"),
    ("check", "sin(x)", "--grad", "x=cos(x) + 1"),
    ("eps", "floor(x)", "--at", "x=0"),
    ("minimize", "sum(abs(x))", "--at", "x=[1,0]"),
    ("explain", "sum(log(x))", "--at", "x=[0,1]"),
]


def judged(document: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The arrays in a document that have a verdict, each with it."""
    if isinstance(document, list):
        for part in document:
            yield from judged(part)
    elif isinstance(document, dict):
        if document.get("verdict"):
            array = next(document[key] for key in ("gradient", "value", "claimed", "end") if key in document)
            yield array, document["verdict"]
        for key, part in document.items():
            if key != "verdict":
                yield from judged(part)


def elements(enclosure: Any) -> Iterator[dict[str, Any]]:
    if isinstance(enclosure, dict):
        yield enclosure
    else:
        for part in enclosure:
            yield from elements(part)


@pytest.mark.parametrize("arguments", JUDGED, ids=" ".join)
def test_an_enclosure_is_shaped_as_its_array(gradcli, arguments: tuple[str, ...]) -> None:
    text = gradcli(*arguments, "--json").out
    document = json.loads(text, parse_constant=lambda bare: pytest.fail(f"{bare} is not JSON"))
    jsonschema.validate(document, schema_of(arguments[0]))
    found = list(judged(document))
    assert found
    for array, verdict in found:
        assert np.array(verdict["enclosure"], object).shape == np.array(array, object).shape
        words = [element["word"] for element in elements(verdict["enclosure"])]
        assert {word: words.count(word) for word in words} == verdict["elements"]
        assert not words or verdict["word"] in words


def test_where_some_rows_are_judged_no_element_is_told(gradcli) -> None:
    (block,) = gradcli("jacobian", "exp(x)", "--at", "x=linspace(0,1,40)", "--json").document["blocks"]
    assert (block["verdict"]["word"], block["verdict"]["enclosure"], block["verdict"]["elements"]) == (
        "agrees",
        None,
        {},
    )
