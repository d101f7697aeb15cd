"""The face of torchvision. Figures that are not derived beside them were recorded from torchvision 0.28."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcli import png, torch, torchvision
from gradcli.errors import InputError
from gradcli.torchvision import datasets, models, pictures, transforms, utils
from gradcli.torchvision.transforms import InterpolationMode, v2

RNG = np.random.RandomState(0)
COLOURS = RNG.randint(0, 256, (37, 53, 3)).astype(np.uint8)
GREY = RNG.randint(0, 256, (28, 28)).astype(np.uint8)


@pytest.fixture(params=["Pillow", "ours"])
def picture(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What makes pictures, with and without Pillow."""
    if request.param == "Pillow":
        pytest.importorskip("PIL")
    else:
        monkeypatch.setattr(pictures, "_pillow", lambda: None)
    return pictures.picture


def weighed(image: Any) -> int:
    """A sum that tells pictures apart."""
    values = np.array(image).astype(np.int64).reshape(-1)
    return int((values * np.arange(1, values.size + 1)).sum())


class TestTransforms:
    def test_a_picture_becomes_a_tensor(self, picture: Any) -> None:
        made = transforms.ToTensor()(picture(COLOURS))
        assert made.shape == (3, 37, 53)
        assert made.dtype is torch.float32
        assert (made.numpy() == COLOURS.transpose(2, 0, 1).astype(np.float32) / np.float32(255)).all()
        assert (transforms.PILToTensor()(picture(GREY)).numpy() == GREY[None]).all()
        assert (np.array(transforms.ToPILImage()(made)) == COLOURS).all()

    def test_an_array_keeps_a_dtype_that_is_not_bytes(self) -> None:
        made = transforms.ToTensor()(COLOURS.astype(np.float64))
        assert made.dtype is torch.float64
        assert float(made.max()) == COLOURS.max()

    @pytest.mark.parametrize(
        ("transform", "shape", "recorded"),
        [
            (transforms.Resize(20), (20, 28, 3), 180_625_161),
            (transforms.CenterCrop((60, 11)), (60, 11, 3), 152_183_145),
            (transforms.Pad((1, 2, 3, 4), fill=7), (43, 57, 3), 2_678_354_521),
            (transforms.Grayscale(), (37, 53), 248_084_530),
            (transforms.Grayscale(3), (37, 53, 3), 2_232_009_843),
            (transforms.Resize((64, 40), InterpolationMode.BICUBIC), (64, 40, 3), 3_772_085_812),
            (transforms.Resize((9, 70), InterpolationMode.NEAREST), (9, 70, 3), 227_226_305),
        ],
        ids=repr,
    )
    def test_pictures_are_torchvisions(
        self, picture: Any, transform: Any, shape: tuple[int, ...], recorded: int
    ) -> None:
        made = np.array(transform(picture(COLOURS)))
        assert made.shape == shape
        assert weighed(made) == recorded

    def test_resized_tensors_have_a_history(self) -> None:
        x = torch.rand(1, 3, 10, 12, requires_grad=True)
        transforms.Resize((5, 20))(x).sum().backward()
        assert float(x.grad.sum()) == pytest.approx(5 * 20 * 3)  # the weights of each new pixel add up to 1

    def test_random_ones_draw_as_torchvision_does(self, picture: Any) -> None:
        torch.manual_seed(3)
        random = [transforms.RandomCrop(25, padding=3), transforms.RandomHorizontalFlip()]
        assert [weighed(transform(picture(GREY))) for _ in range(3) for transform in random] == [
            23473728, 40346686, 21371681, 40346686, 24765582, 40322333,
        ]  # fmt: skip

    def test_normalize(self) -> None:
        x = torch.rand(3, 4, 5)
        made = transforms.Normalize((0.5, 0.4, 0.3), (0.1, 0.2, 0.3))(x)
        means, deviations = (torch.tensor(each).view(3, 1, 1) for each in ((0.5, 0.4, 0.3), (0.1, 0.2, 0.3)))
        assert torch.equal(made, (x - means) / deviations)

    @pytest.mark.parametrize(
        ("act", "error", "message"),
        [
            (lambda: transforms.ToTensor()(torch.ones(3)), TypeError, "pic should be PIL Image or ndarray. Got <class"),
            (lambda: transforms.Resize(3)(COLOURS), TypeError, "Unexpected type <class 'numpy.ndarray'>"),
            (lambda: transforms.Normalize((0.5,), (0.5,))(torch.ones(3, 3)), ValueError, "Expected tensor to be a"),
            (lambda: transforms.Normalize((0.5,), (0.0,))(torch.ones(1, 3, 3)), ValueError, "std evaluated to zero"),
            (lambda: transforms.RandomCrop(9)(torch.ones(1, 3, 3)), ValueError, "Required crop size (9, 9) is larger"),
            (lambda: transforms.ColorJitter, AttributeError, "torchvision.transforms has no 'ColorJitter' in gradcli"),
            (lambda: torchvision.ops, AttributeError, "torchvision has no 'ops' in gradcli (yet); it has datasets"),
            (lambda: v2.ToImage, AttributeError, "torchvision.transforms.v2 has no 'ToImage'"),
        ],
    )
    def test_errors(self, act: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error, match=re.escape(message)):
            act()

    def test_they_print_themselves(self) -> None:
        both = transforms.Compose([transforms.ToTensor(), transforms.Resize((3, 4))])
        assert repr(both) == (
            "Compose(\n    ToTensor()\n"
            "    Resize(size=(3, 4), interpolation=bilinear, max_size=None, antialias=True)\n)"
        )


class TestPictures:
    def test_ours_says_what_it_is(self) -> None:
        ours = pictures.Picture(GREY)
        assert repr(ours) == "<PIL.Image.Image image mode=L size=28x28>"
        with pytest.raises(AttributeError, match=re.escape("pip install 'gradcli[pictures]'")):
            ours.show()

    @pytest.mark.parametrize("pixels", [COLOURS, GREY], ids=["colours", "grey"])
    def test_png_files_are_read_as_they_were_written(self, pixels: Any) -> None:
        expected = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
        assert (png.decode(png.encode(pixels)) == expected).all()

    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P"])
    def test_pillows_png_files_are_read(self, mode: str, tmp_path: Path) -> None:
        images = pytest.importorskip("PIL.Image")
        smooth = np.add.outer(np.arange(37), np.arange(53)).astype(np.uint8)  # for which Pillow takes every filter
        image = images.fromarray(np.stack([smooth, COLOURS[..., 0], smooth[::-1] * 2], axis=2)).convert(mode)
        image.save(tmp_path / "a.png")
        assert (png.decode((tmp_path / "a.png").read_bytes()) == np.array(image.convert("RGB"))).all()

    def test_a_byte_that_is_not_what_it_was_is_noticed(self) -> None:
        data = bytearray(png.encode(GREY))
        data[60] ^= 1
        with pytest.raises(png.PNGError):
            png.decode(bytes(data))

    @pytest.mark.parametrize("cut", [0, 7, 20, 60, -30])
    def test_damaged_png_files_are_refused(self, cut: int) -> None:
        with pytest.raises(png.PNGError):
            png.decode(png.encode(COLOURS)[:cut])


def write_idx(path: Path, array: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes())


def write_mnist(folder: Path, labels: Any) -> None:
    for part in ("train", "t10k"):
        images = np.arange(len(labels) * 784).reshape(-1, 28, 28).astype(np.uint8)
        write_idx(folder / f"{part}-images-idx3-ubyte", images)
        write_idx(folder / f"{part}-labels-idx1-ubyte", np.array(labels, np.uint8))


class TestDatasets:
    def test_published_files_are_read(self, tmp_path: Path, picture: Any) -> None:
        write_mnist(tmp_path / "FashionMNIST" / "raw", [9, 0, 3])
        found = datasets.FashionMNIST(str(tmp_path), train=False, transform=transforms.ToTensor(), download=True)
        image, label = found[2]
        assert (image.shape, label, found.classes[found[0][1]]) == ((1, 28, 28), 3, "Ankle boot")
        assert found.targets.tolist() == [9, 0, 3]
        found.root = "data"
        assert repr(found) == (
            "Dataset FashionMNIST\n    Number of datapoints: 3\n    Root location: data\n    Split: Test\n"
            "    StandardTransform\nTransform: ToTensor()"
        )
        bare = datasets.FashionMNIST(tmp_path)[1][0]
        assert (bare.mode, bare.size) == ("L", (28, 28))
        assert (np.array(bare) == found.data[1].numpy()).all()

    def test_the_data_folder_is_looked_into(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write_mnist(tmp_path, [5, 0])
        monkeypatch.setenv("GRADCLI_DATA", str(tmp_path))
        assert datasets.MNIST("nowhere").targets.tolist() == [5, 0]

    def test_nothing_is_put_in_place_of_files_that_are_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("GRADCLI_DATA", raising=False)
        with pytest.raises(InputError, match="download=True downloads nothing here") as caught:
            datasets.CIFAR10("nowhere", download=True)
        assert "--data DIR" in str(caught.value.hint)
        assert "gradcli.datasets.colour_images()" in str(caught.value.hint)

    def test_digits_are_not_taken_for_clothes(self, tmp_path: Path) -> None:
        write_mnist(tmp_path, [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
        with pytest.raises(InputError, match="are those of MNIST, not of Fashion-MNIST"):
            datasets.FashionMNIST(tmp_path)

    @pytest.mark.parametrize("name", ["FashionMNIST", "FashionMNIST/raw", "fashion-mnist"])
    def test_clothes_are_not_taken_for_digits(self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write_mnist(tmp_path / name, [9, 0, 3])
        monkeypatch.setenv("GRADCLI_DATA", str(tmp_path / name))
        with pytest.raises(InputError, match="are those of Fashion-MNIST, not of MNIST"):
            datasets.MNIST("nowhere")
        assert len(datasets.FashionMNIST("nowhere")) == 3

    def test_the_first_labels_count_more_than_the_name_of_the_folder(self, tmp_path: Path) -> None:
        write_mnist(tmp_path / "MNIST", [9, 0, 0, 3, 0, 2, 7, 2, 5, 5, 0, 9])
        assert len(datasets.FashionMNIST(tmp_path / "MNIST")) == 12
        with pytest.raises(InputError, match="are those of Fashion-MNIST, not of MNIST"):
            datasets.MNIST(tmp_path / "MNIST")

    def test_a_folder_of_pictures(self, tmp_path: Path, picture: Any) -> None:
        for name in ("dog", "cat"):
            (tmp_path / name).mkdir()
            utils.save_image(torch.full((3, 4, 5), 0.2 if name == "cat" else 0.8), tmp_path / name / "1.png")
        found = datasets.ImageFolder(tmp_path, transform=transforms.ToTensor())
        assert (found.classes, found.targets, len(found)) == (["cat", "dog"], [0, 1], 2)
        assert [(float(image.mean().item()), label) for image, label in found] == [
            (pytest.approx(0.2), 0),
            (pytest.approx(0.8), 1),
        ]
        (tmp_path / "empty").mkdir()
        with pytest.raises(FileNotFoundError, match="Found no valid file for the classes empty"):
            datasets.ImageFolder(tmp_path)


class TestUtils:
    def test_a_grid(self) -> None:
        grid = utils.make_grid(torch.arange(6.0).view(3, 1, 1, 2), nrow=2, padding=1, pad_value=9)
        assert grid.shape == (3, 5, 7)
        assert grid[0].tolist() == [
            [9, 9, 9, 9, 9, 9, 9],
            [9, 0, 1, 9, 2, 3, 9],
            [9, 9, 9, 9, 9, 9, 9],
            [9, 4, 5, 9, 9, 9, 9],
            [9, 9, 9, 9, 9, 9, 9],
        ]

    def test_a_normalized_grid(self) -> None:
        pictures = torch.tensor([-1.0, 1.0, 3.0, 7.0]).view(2, 1, 1, 2)
        whole = utils.make_grid(pictures, padding=0, normalize=True)
        assert whole[0].tolist() == [[0, 0.25, 0.5, 1]]
        each = utils.make_grid(pictures, padding=0, normalize=True, scale_each=True)
        assert each[0].tolist() == [[0, 1, 0, 1]]


class TestModels:
    def test_resnet18_is_torchvisions(self) -> None:
        torch.manual_seed(0)
        network = models.resnet18()
        assert torch.rand(3).tolist() == [0.8865256309509277, 0.21111810207366943, 0.7820602059364319]
        assert len(network.state_dict()) == 122
        assert sum(p.numel() for p in network.parameters()) == 11_689_512

    def test_weights_of_a_file(self, tmp_path: Path) -> None:
        first = models.resnet18(num_classes=3)
        torch.save(first.state_dict(), tmp_path / "w.pth")
        np.savez(tmp_path / "w.npz", **{name: value.numpy() for name, value in first.state_dict().items()})
        for name in ("w.pth", "w.npz"):
            again = models.resnet18(weights=tmp_path / name, num_classes=3)
            assert torch.equal(again.fc.weight, first.fc.weight)

    def test_weights_as_they_were_asked_for_at_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("GRADCLI_DATA", raising=False)
        with (
            pytest.warns(UserWarning, match="The parameter 'pretrained' is deprecated .*use 'weights' instead."),
            pytest.warns(UserWarning, match="deprecated since 0.13 .* equivalent to passing `weights=None`.$"),
        ):
            models.resnet18(pretrained=False)
        with pytest.warns(UserWarning, match="IMAGENET1K_V1`. You can"), pytest.raises(InputError, match="not downl"):
            models.resnet18(True)

    @pytest.mark.parametrize("weights", [models.ResNet18_Weights.DEFAULT, "DEFAULT", "IMAGENET1K_V1"])
    def test_published_weights_are_not_downloaded(self, weights: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("GRADCLI_DATA", raising=False)
        with pytest.raises(InputError, match="not downloaded here") as caught:
            models.resnet18(weights=weights)
        assert "resnet18.safetensors" in str(caught.value.hint)
