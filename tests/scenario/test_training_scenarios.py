"""The track `training`: its outputs, what is learnt from embedded data and from the user's own, and ResNet-18.

The longest, train-classifier, is run with all others by `.ci/run`; its own page holds the accuracy to its goal.
"""

from __future__ import annotations

import re
import struct

import numpy as np
import pytest

from gradcli import torch
from gradcli.datasets import digits, using_folder
from gradcli.errors import InputError
from gradcli.scenario.library import folder, load
from gradcli.scenario.runner import Session
from gradcli.torchvision import models


def run(name):
    """The variables that a scenario leaves behind, all of whose outputs are as documented."""
    session = Session(load(name))
    for step in session.scenario.steps:
        result = session.run(step)
        assert result.error is None, result.error
        assert result.difference is None, result.difference
        assert result.contradiction is None, result.contradiction
    return session.namespace


@pytest.mark.parametrize("name", ["softmax-training", "softmax-concise"])
def test_softmax_regression_learns_the_digits(name):
    found = run(name)
    assert found["train_loss"] < 0.5
    assert found["test_accuracy"] >= 0.9


OUTPUTS = [
    "linear-regression",
    "scores-probabilities-loss",
    "why-cross-entropy",
    "softmax-scratch",
    "stable-softmax",
    "activations-and-losses",
    "tiny-model",
    "overfitting",
    "lenet",
    "convolution",
    "own-dataset",
    "picture-transforms",
]


@pytest.mark.parametrize("name", OUTPUTS)
def test_outputs_are_as_documented(name):
    run(name)


def write_mnist(where):
    """The embedded digits as MNIST's files: each pixel nine times, and a border of two."""
    for part, data in zip(("train", "t10k"), digits(), strict=True):
        pictures = np.pad(data.images[:, 0].repeat(3, axis=1).repeat(3, axis=2), ((0, 0), (2, 2), (2, 2)))
        head = struct.pack(">HBB3I", 0, 8, 3, *pictures.shape)
        (where / f"{part}-images-idx3-ubyte").write_bytes(head + pictures.tobytes())
        head = struct.pack(">HBBI", 0, 8, 1, len(data))
        (where / f"{part}-labels-idx1-ubyte").write_bytes(head + data.labels.astype(np.uint8).tobytes())


def test_softmax_regression_runs_on_the_users_files(tmp_path):
    write_mnist(tmp_path)
    with using_folder(str(tmp_path)):
        found = run("softmax-concise")
    assert found["train"].name == "MNIST"
    assert found["inputs"] == 784
    assert found["test_accuracy"] >= 0.9


@pytest.mark.parametrize(
    ("first", "then", "names"),
    [
        ("scratch", "training", ["loader", "show", "softmax", "net", "cross_entropy", "correct", "accuracy_of"]),
        ("training", "concise", ["loader", "correct", "accuracy_of", "train_epoch", "train_net", "show_guesses"]),
    ],
)
def test_the_softmax_pages_have_the_same_functions(first, then, names):
    first, then = ((folder() / f"softmax-{name}.md").read_text(encoding="utf-8") for name in (first, then))
    for name in names:
        start = first.index(f"def {name}(")
        function = re.split(r"\n(?:\n\n|```)", first[start:])[0]
        assert function.count("\n") >= 1
        assert f"{function}\n" in then


def test_a_damaged_file_is_told_with_the_line_that_read_it(tmp_path):
    write_mnist(tmp_path)
    path = tmp_path / "t10k-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-1])
    scenario = load("softmax-concise")
    session = Session(scenario)
    lines = (folder() / "softmax-concise.md").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "grey_images()" in text)
    with (
        using_folder(str(tmp_path)),
        pytest.raises(InputError, match=rf"softmax-concise\.md, line {line}: '{path}' is truncated"),
    ):
        all(map(session.run, scenario.steps))


def layer(number, channels, planes):
    """Names and shapes of what a layer of two blocks remembers, as published weights have them."""
    for block, inputs in ((0, channels), (1, planes)):
        prefix = f"layer{number}.{block}"
        yield from normalised(f"{prefix}.conv1", f"{prefix}.bn1", (planes, inputs, 3, 3))
        yield from normalised(f"{prefix}.conv2", f"{prefix}.bn2", (planes, planes, 3, 3))
        if inputs != planes:
            yield from normalised(f"{prefix}.downsample.0", f"{prefix}.downsample.1", (planes, inputs, 1, 1))


def normalised(convolution, norm, shape):
    yield f"{convolution}.weight", shape
    for name in ("weight", "bias", "running_mean", "running_var"):
        yield f"{norm}.{name}", shape[:1]
    yield f"{norm}.num_batches_tracked", ()


PUBLISHED = [
    *normalised("conv1", "bn1", (64, 3, 7, 7)),
    *layer(1, 64, 64),
    *layer(2, 64, 128),
    *layer(3, 128, 256),
    *layer(4, 256, 512),
    ("fc.weight", (1000, 512)),
    ("fc.bias", (1000,)),
]


@pytest.fixture(scope="module")
def resnet18():
    """It takes seconds to make."""
    return models.resnet18().eval()


def test_resnet18_has_the_published_names_in_their_order(resnet18):
    state = resnet18.state_dict()
    assert [(name, tuple(value.shape)) for name, value in state.items()] == PUBLISHED
    assert (
        sum(value.numel() for name, value in state.items() if "running" not in name and "num" not in name) == 11689512
    )


def test_resnet18_halves_the_picture_five_times(resnet18):
    shapes = []
    for part in (resnet18.maxpool, resnet18.layer1, resnet18.layer2, resnet18.layer3, resnet18.layer4):
        part.register_forward_hook(lambda _module, _inputs, result: shapes.append(tuple(result.shape)))
    with torch.no_grad():
        resnet18(torch.zeros(1, 3, 64, 64))
    assert shapes == [(1, 64, 16, 16), (1, 64, 16, 16), (1, 128, 8, 8), (1, 256, 4, 4), (1, 512, 2, 2)]


def test_resnet18_takes_its_steps_with_random_weights():
    run("freeze-and-finetune")


def test_the_training_step_begins_at_the_users_weights(tmp_path):
    names = dict(PUBLISHED)
    rng = np.random.default_rng(0)
    weights = {name: 0.05 * rng.random(shape, np.float32) for name, shape in names.items() if "num" not in name}
    weights |= {name: np.array(3) for name in names if "num" in name}
    np.savez(tmp_path / "resnet18.npz", **weights)
    with using_folder(str(tmp_path)):
        found = run("training-step")
    assert np.array_equal(found["before"].numpy(), weights["fc.bias"])
    assert found["model"].bn1.num_batches_tracked.item() == 4
