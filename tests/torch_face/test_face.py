"""What the face promises beside PyTorch's answers: nothing is ignored, what is absent says so, and it starts fast."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcli import torch
from gradcli.torch.functions import ON_INPUT


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda x: torch.clone(x, memory_format=object()), "memory_format"),
        (lambda x: torch.zeros(2, pin_memory=True), "pin_memory"),
    ],
)
def test_an_argument_that_is_not_supported_is_named(call: Callable[..., Any], argument: str) -> None:
    with pytest.raises(NotImplementedError) as caught:
        call(torch.ones(2, 2))
    assert f"does not support the argument '{argument}'" in str(caught.value)


def test_other_devices_are_refused() -> None:
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        torch.ones(2, device="cuda")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (torch, "fft"),
        (torch.linalg, "ldl_factor"),
        (torch.special, "bessel_j0"),
        (torch.nn, "Transformer"),
        (torch.autograd, "nope"),
    ],
)
def test_an_absent_name_is_named(module: Any, name: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(module, name)
    assert str(caught.value) == f"{module.__name__} has no '{name}' (yet); gradcli/torch/SUPPORT.md lists what there is"


def test_unknown_keywords_are_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'foo'"):
        torch.sum(torch.ones(2), foo=1)
    with pytest.raises(TypeError, match="multiple values for argument 'dim'"):
        torch.sum(torch.ones(2), 0, dim=0)


def test_arrays_are_no_tensors() -> None:
    for call in (torch.sin, torch.sum, lambda x: torch.add(torch.ones(1), x)):
        with pytest.raises(TypeError, match=r"must be Tensor, not numpy\.ndarray"):
            call(np.ones(1))


def test_numbers_alone_are_no_operands() -> None:
    with pytest.raises(TypeError, match="must be Tensor, not int"):
        torch.pow(2, 3)


def test_methods_are_the_functions() -> None:
    assert {name for name in ON_INPUT if not hasattr(torch.Tensor, name)} == set()


def test_memory_is_shared_as_in_pytorch() -> None:
    array = np.zeros((2, 2))
    tensor = torch.from_numpy(array)
    array[0, 0] = 5
    assert tensor[0, 0].item() == 5
    assert np.shares_memory(torch.as_tensor(array).numpy(), array)
    assert np.shares_memory(tensor.detach().numpy(), array)
    assert not np.shares_memory(torch.tensor(array).numpy(), array)


def test_a_list_within_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="too many dimensions 'list'"):
        torch.tensor(endless)


def test_a_generator_is_a_stream_of_its_own() -> None:
    first, second = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    torch.manual_seed(0)
    np.testing.assert_array_equal(torch.rand(4, generator=first).numpy(), torch.rand(4, generator=second).numpy())
    undisturbed = torch.rand(1).item()
    torch.manual_seed(0)
    assert torch.rand(1).item() == undisturbed


def loaded_by(program: str) -> set[str]:
    program = f"import sys; {program}; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )


def test_it_is_loaded_when_a_name_is_asked_for() -> None:
    assert "numpy" not in loaded_by("from gradcli import torch")
    loaded = loaded_by("from gradcli import torch; torch.ones")
    assert "numpy" in loaded
    assert not loaded & {"sympy", "rich", "typer", "torch", "gradcli.torch.nn", "gradcli.torch.linalg", "gradcli.lang"}


@pytest.mark.parametrize("module", ["nn", "optim", "autograd", "func", "utils.data", "linalg", "special", "functions"])
def test_a_module_imported_alone_brings_the_methods_of_tensor(module: str) -> None:
    loaded_by(f"import gradcli.torch.{module}; from gradcli.torch.nn import Linear; Linear(2, 2).weight.sum().cos_()")


def test_methods_stay_when_the_calculator_is_loaded_later() -> None:
    check = "import pytest; pytest.raises(RuntimeError, lambda: +torch.tensor([True]))"
    loaded_by(f"from gradcli import torch; torch.ones; import gradcli.calculator.kernel.compute; {check}")


def test_a_star_import_brings_every_name() -> None:
    loaded_by("from gradcli.torch import *; ones(2).add_(tensor(1.0))")


@pytest.mark.parametrize("name", ["max", "min", "median", "nanmedian"])
def test_an_extreme_along_no_axis_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name}\\(\\): argument 'dim' must be int, not NoneType"):
        getattr(torch, name)(torch.ones(2), dim=None)


@pytest.mark.parametrize("values", [4.0, [4.0], []])
def test_a_spread_of_too_few_warns_in_pytorchs_words_alone(values: Any) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert torch.std(torch.tensor(values)).isnan()
        assert torch.var(torch.tensor(values)).isnan()
    assert [str(each.message).partition(" is <= 0")[0] for each in told] == [
        f"{name}(): degrees of freedom" for name in ("std", "var")
    ]


def test_cross_without_an_axis_is_deprecated() -> None:
    x, y = torch.eye(3)[:2]
    with pytest.warns(UserWarning, match=r"Using torch.cross without specifying the dim arg is deprecated"):
        assert torch.cross(x, y).tolist() == [0, 0, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.cross(x, y, dim=0).tolist() == torch.linalg.cross(x, y).tolist() == [0, 0, 1]
