"""The dtypes by all their names."""

from __future__ import annotations

from gradcli.engine.dtypes import BY_NAME

SHORT = {
    "half": "float16", "float": "float32", "double": "float64", "short": "int16", "int": "int32", "long": "int64",
    "cfloat": "complex64", "cdouble": "complex128",
}  # fmt: skip

DTYPES = BY_NAME | {short: BY_NAME[name] for short, name in SHORT.items()}
