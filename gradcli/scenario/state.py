"""Where gradcli keeps what it knows of its user."""

from __future__ import annotations

import errno
from pathlib import Path

import platformdirs


def state_folder() -> Path:
    """The platform's folder for such things. Raises OSError where the user has none: in a container, for instance."""
    try:
        folder = platformdirs.user_state_path("gradcli", appauthor=False)
    except (RuntimeError, KeyError):
        folder = Path()
    if not folder.is_absolute():  # "~" stays where nobody knows what it stands for
        raise FileNotFoundError(errno.ENOENT, "there is no home folder")
    return folder
