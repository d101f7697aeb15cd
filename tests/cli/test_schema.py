"""`gradcli schema` and `gradcli functions`: what there is, as text and as JSON."""

from __future__ import annotations

import jsonschema
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
    assert document["schemas"]["diff"] == "gradcli/diff/1"


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
