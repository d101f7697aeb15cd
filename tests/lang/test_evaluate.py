"""What programs are worth: the engine behind the language."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np
import pytest

from gradcli.engine import methods, ops
from gradcli.engine.op import OPS
from gradcli.engine.random import Generator
from gradcli.engine.tensor import Tensor
from gradcli.errors import InputError
from gradcli.lang.creation import Maker, hoist
from gradcli.lang.evaluate import ADAPTED, CONSTANTS, PYTHON, evaluate
from gradcli.lang.functions import find, functions, names
from gradcli.lang.parser import parse

methods.attach()


def value(text: str, dtype: type = np.float64, seed: int = 0, **variables: Any) -> Any:
    parsed = parse(text, find, names=names(), bound={*variables, *CONSTANTS})
    program, made = hoist(parsed.program, parsed.source, Maker(Generator(seed), np.dtype(dtype)))
    arrays = {name: Tensor(np.asarray(array, dtype)[()]) for name, array in {**variables, **made}.items()}
    result = evaluate(program, arrays, parsed.source)
    return result.tolist() if isinstance(result, Tensor) else result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2*3", 7.0),
        ("2/4", 0.5),
        ("7 // 2", 3.0),
        ("-7 % 3", 2.0),
        ("2^3^2", 512.0),
        ("2pi", 2 * math.pi),
        ("1/0", math.inf),
        ("-1/0", -math.inf),
        ("9**9**9**9", math.inf),
        ("10**400", math.inf),
        ("0**0", 1.0),
        ("sqrt(16)", 4.0),
        ("u = 3; v = u*u; v - 1", 8.0),
        ("n = 2 - 1; polygamma(n, 0)", math.inf),
        ("polygamma(2/2, [1, 0])[1]", math.inf),
        ("x*x", 9.0),
        ("x(x+1)", 12.0),
        ("e", math.e),
        ("sum([1, 2, 3])", 6.0),
        ("[1, 2, 3][1]", 2.0),
        ("[[1, 2], [3, 4]][1, 0]", 3.0),
        ("[1, 2, 3][1:]", [2.0, 3.0]),
        ("[1, 2, 3][[2, 0]]", [3.0, 1.0]),
        ("v[v > 1]", [2.0, 3.0]),
        ("v[-1]", 3.0),
        ("[x, 2x]", [3.0, 6.0]),
        ("stack([v, v])", [[1.0, 2.0, 3.0]] * 2),
        ("cat([v, [4]])", [1.0, 2.0, 3.0, 4.0]),
        ("[[1, 2], [3, 4]].T", [[1.0, 3.0], [2.0, 4.0]]),
        ("v.sum()", 6.0),
        ("sum([[1, 2], [3, 4]], dim=0)", [4.0, 6.0]),
        ("mean([[1, 2], [3, 4]], axis=1, keepdim=True)", [[1.5], [3.5]]),
        ("reshape(arange(4), 2, 2)", [[0.0, 1.0], [2.0, 3.0]]),
        ("reshape(arange(4), [2, -1])", [[0.0, 1.0], [2.0, 3.0]]),
        ("where(v > 1 and v < 3, v, 0)", [0.0, 2.0, 0.0]),
        ("where(not (v > 1), 1, 0)", [1.0, 0.0, 0.0]),
        ("clamp(v, max=2)", [1.0, 2.0, 2.0]),
        ("max(v)", 3.0),
        ("maximum(v, 2)", [2.0, 2.0, 3.0]),
        ("full([2], 0.5)", [0.5, 0.5]),
        ("eye(2)", [[1.0, 0.0], [0.0, 1.0]]),
        ("linspace(0, 1, steps=3)", [0.0, 0.5, 1.0]),
        ("logspace(0, 2, 3)", [1.0, 10.0, 100.0]),
        ("arange(1, 2, 0.5)", [1.0, 1.5]),
        ("arange(0)", []),
        ("softmax([0, 0])", [0.5, 0.5]),
        ("detach(v)*2", [2.0, 4.0, 6.0]),
        ("acos(1 < 0)", math.pi / 2),
        ("acos(v < 0)", [math.pi / 2] * 3),
        ("(v > 1)*v", [0.0, 2.0, 3.0]),
        ("sum(v > 1)", 2.0),
        ("sum(amax([[1, 2], [3, 4]], [0, 1]))", 4.0),
        ("[[1, 2], [3, 4]] @ [1, 1]", [3.0, 7.0]),
        ("where(v > 1, 1, 0.2)", [0.2, 1.0, 1.0]),
        ("where(1 > 0, v, 2)", [1.0, 2.0, 3.0]),
    ],
)
def test_values(text: str, expected: Any) -> None:
    assert value(text, x=3, v=[1, 2, 3]) == expected


def test_random_numbers_are_pytorchs() -> None:
    found = value("rand(2, 2)", dtype=np.float32, seed=1729)
    np.testing.assert_allclose(found, [[0.3126, 0.3791], [0.3087, 0.0736]], atol=5e-5)


def test_a_random_array_is_drawn_once_however_often_it_is_used() -> None:
    assert value("u = rand(3); sum(u - u)") == 0.0


@pytest.mark.parametrize(
    ("text", "code", "message", "place"),
    [
        ("x + yy", "unknown-variable", "unknown variable 'yy'", "yy"),
        ("__import__ + 1", "unknown-variable", "unknown variable '__import__'", "__import__"),
        (
            "1 + (v + [1, 2])",
            "evaluation",
            "The size of tensor a (3) must match the size of tensor b (2)",
            "(v + [1, 2])",
        ),
        ("v @ [[1, 2]]", "evaluation", "mat1 and mat2 shapes cannot be multiplied", "v @ [[1, 2]]"),
        ("v[7]", "evaluation", "index 7 is out of bounds for dimension 0 with size 3", "v[7]"),
        ("sum(v, 3)", "evaluation", "Dimension out of range", "sum(v, 3)"),
        ("1 + polygamma(x, 2)", "evaluation", "must be a constant whole number", "polygamma(x, 2)"),
        ("polygamma(1.5, v)", "evaluation", "must be a constant whole number, 0 or larger", "polygamma(1.5, v)"),
        ("polygamma(-1, v)", "evaluation", "must be a constant whole number, 0 or larger", "polygamma(-1, v)"),
        ("polygamma(inf, v)", "evaluation", "must be a constant whole number, 0 or larger", "polygamma(inf, v)"),
        ("polygamma([1, 2], v)", "evaluation", "must be a constant whole number", "polygamma([1, 2], v)"),
        ("polygamma(171, v)", "evaluation", "does not support n > 170", "polygamma(171, v)"),
        ("inv([[1, 1], [1, 1]])", "evaluation", "singular", "inv([[1, 1], [1, 1]])"),
        ("[[1, 2], [3]]", "evaluation", "stack expects each tensor to be equal size|inhomogeneous", "[[1, 2], [3]]"),
        ("ones(x)", "creation", "ones() needs numbers, and 'x' is a variable", "ones(x)"),
        ("ones(1e9)", "creation", "elements are too many", "ones(1e9)"),
        ("ones(100000, 100000)", "creation", "elements are too many", "ones(100000, 100000)"),
        ("arange(0, 1, 1e-9)", "creation", "elements are too many", "arange(0, 1, 1e-9)"),
        ("ones(-1)", "creation", "a length must be a whole number from 0 on, not -1", "ones(-1)"),
        ("ones(2.5)", "creation", "not 2.5", "ones(2.5)"),
        (
            "ones(9000, 1) * ones(1, 9000)",
            "too-large",
            "would have 81,000,000 elements",
            "ones(9000, 1) * ones(1, 9000)",
        ),
        ("outer(ones(9000), ones(9000))", "too-large", "81,000,000", "outer(ones(9000), ones(9000))"),
        ("ones(9000, 1) @ ones(1, 9000)", "too-large", "81,000,000", "ones(9000, 1) @ ones(1, 9000)"),
        ("expand(ones(1), 99999999999)", "too-large", "99,999,999,999", "expand(ones(1), 99999999999)"),
    ],
)
def test_errors_have_a_code_a_message_and_a_place(text: str, code: str, message: str, place: str) -> None:
    with pytest.raises(InputError) as caught:
        value(text, x=3, v=[1, 2, 3])
    error = caught.value
    assert error.code in code.split("|")
    assert any(part in error.message for part in message.split("|"))
    assert error.span is not None
    assert error.span.text[error.span.start : error.span.end] == place


def test_a_function_named_without_brackets_is_explained() -> None:
    with pytest.raises(InputError) as caught:
        value("sin + 1")
    assert caught.value.hint == "'sin' is a function: write sin(...)"


def test_after_sees_every_call_and_every_use_of_a_name() -> None:
    parsed = parse("sin(x) + x[0]", find, bound={"x"})
    seen: list[str] = []

    def after(node: Any, found: Any) -> Any:
        seen.append(getattr(node, "function", type(node).__name__))
        return found

    evaluate(parsed.program, {"x": Tensor(np.ones(2))}, parsed.source, after)
    assert seen == ["Name", "sin", "Name", "Index", "add"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dot(x, sin(4))", "1D tensors expected, but got 1D and 0D tensors (in dot(x, sin(4)))"),
        ("dot(3, x)", "1D tensors expected, but got 0D and 1D tensors (in dot(3, x))"),
        ("matmul(x, 3)", "both arguments to matmul need to be at least 1D, but they are 1D and 0D (in x@3)"),
        ("sum(x, axis=0.5)", "axis must be a whole number"),
        ("sum(x, axis=[0.5])", "axis must be a whole number"),
        ("diag(x, 1/2)", "k must be a whole number"),
        ("stack(3)", "stack takes a list of arrays"),
        ("norm(3, x)", "norm(3, x) has an argument of the wrong kind"),
    ],
)
def test_arguments_of_the_wrong_kind(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        value(text, x=np.ones(3))
    assert caught.value.message == message


def test_numbers_are_arrays_without_axes_where_arrays_are_meant() -> None:
    assert value("reshape(3, [1, 1])") == [[3.0]]
    assert value("stack([2, 3.5])") == [2.0, 3.5]
    assert value("sum(stack([2, 3]))/4") == 1.25


# The function table


def test_no_name_stands_for_two_functions() -> None:
    written = [name for f in functions().values() for name in f.language_names]
    assert len(written) == len(set(written))


@pytest.mark.parametrize("name", functions())
def test_every_function_leads_to_the_engine_and_its_parameters_agree(name: str) -> None:
    function = functions()[name]
    if function.group == "creation":
        assert callable(getattr(Maker, name))
        return
    if name in PYTHON or name in ADAPTED:
        return
    engine = getattr(ops, function.engine or name)
    declared = OPS.get(function.engine or name)
    taken = declared.slots[1:] if declared else tuple(inspect.signature(engine).parameters)
    wanted = [parameter.name for parameter in function.parameters]
    positional = [p.name for p in function.parameters if p.default is None]
    assert set(wanted) - set(positional) <= set(taken), "parameters given by name"
    assert len(positional) <= len(taken)


@pytest.mark.parametrize("name", functions())
def test_every_function_has_a_line_of_help_and_a_group(name: str) -> None:
    function = functions()[name]
    assert function.group
    assert 5 < len(function.help) < 80
    assert not function.help.endswith(".")
