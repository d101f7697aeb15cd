"""What a new scenario begins as."""

from __future__ import annotations

import re
from pathlib import Path

from gradcli.errors import InputError
from gradcli.files import write_file

RESERVED = "new"
"""The word that makes a scenario, which therefore none can be called by."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_TEXT = """\
---
title: {title}
track: basics
minutes: 5
aim: Say in one sentence what the reader can do afterwards.
---
One idea a step. Say what happens and why, then show it.

```python
import torch

x = torch.tensor(3.0, requires_grad=True)
y = x**2
print(y)
```

```output
tensor(9., grad_fn=<PowBackward0>)
```

The derivative of x² is 2x. A question stands before the code that answers it.

```question
ask: What is the derivative of y with respect to x?
kind: gradient
of: y = x**2
at: x=3
answer: 2*x
hint: The exponent comes down, and is one less.
fresh: x=2..9
```

```python
y.backward()
print(x.grad)
```

```output
tensor(6.)
```
"""


def create(name: str) -> Path:
    """Writes a scenario NAME.md to begin with, in the working directory or in the one that the name leads to.

    Raises InputError for a name that is none, and for a file that is there already.
    """
    path = Path(name if name.endswith(".md") else f"{name}.md")
    if not _NAME.fullmatch(path.stem) or path.stem == RESERVED:
        message = f"{path.stem!r} cannot be the name of a scenario"
        raise InputError("name", message, hint="lower-case words joined by hyphens, for instance chain-rule")
    if path.exists() or path.is_symlink():
        raise InputError("file", f"{str(path)!r} is there already", hint="choose another name")
    write_file(path, _TEXT.format(title=path.stem.replace("-", " ").capitalize()).encode())
    return path
