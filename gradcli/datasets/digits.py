"""The handwritten digits of the UCI Machine Learning Repository (see README.md beside this file)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gradcli.datasets.images import Images

FILE = Path(__file__).with_name("digits.npz")
EVERY = 4  # of so many images, one is for testing: the file is in the order of the writers
LEVELS = 16  # a pixel counts the dark ones of a 4×4 square


def digits() -> tuple[Images, Images]:
    """1,347 images to train with and 450 to test with, 1×8×8; the same every time."""
    with np.load(FILE, allow_pickle=False) as content:
        counts, labels = content["images"], content["labels"]
    images = np.round(counts * (255 / LEVELS)).astype(np.uint8)[:, None]
    whole = Images("UCI digits", images, labels.astype(np.int64), tuple("0123456789"))
    testing = np.arange(len(whole)) % EVERY == 0
    return whole.select(~testing), whole.select(testing)
