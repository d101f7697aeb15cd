"""Record what the libraries give at breaks into conventions.json: `python record_conventions.py --library torch`.

Each library is asked in float64, in an environment of its own, with the spelling that the function table has for it,
and merges its numbers into the file. TensorFlow has no spellings in the table; they are here.

The cases are in conventions.txt: under the name of the function that it is about, a line holds an expression, after @
the values of its names, and after "by" a cotangent where it is not all ones.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import math
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[2]))

from gradcli.lang.emit import OPERANDS, SYMBOLS, Emitter, helper
from gradcli.lang.functions import find, functions, names
from gradcli.lang.parser import parse
from gradcli.lang.tree import OPERATORS, Call, Index, List, Name, Program, fold

FILE = Path(__file__).with_name("conventions.json")
DIGITS = 12
Gradients = dict[str, Any]

TENSORFLOW = {
    **{name: f"tf.{name}(x)" for name in "abs sign sqrt square exp asin acos atan sin cos tanh round floor".split()},
    **{name: f"tf.math.{name}(x)" for name in "rsqrt reciprocal log log1p atanh acosh ceil lgamma digamma".split()},
    **{name: f"tf.nn.{name}(x)" for name in "relu softplus gelu silu".split()},
    **{name: f"tf.{name}(a, b)" for name in ("maximum", "minimum")},
    "logsigmoid": "tf.math.log_sigmoid(x)",
    "leaky_relu": "tf.nn.leaky_relu(x, negative_slope)",
    "elu": "tf.nn.elu(x) if alpha == 1 else tf.keras.activations.elu(x, alpha)",
    "floor_divide": "tf.math.floordiv(a, b)",
    "remainder": "tf.math.floormod(a, b)",
    "pow": "tf.pow(a, b)",
    **{name: f"tf.reduce_{name}(x, axis, keepdims)" for name in ("sum", "mean", "prod", "max", "min")},
    "amax": "tf.reduce_max(x, axis, keepdims)",
    "amin": "tf.reduce_min(x, axis, keepdims)",
    "logsumexp": "tf.reduce_logsumexp(x, axis, keepdims)",
    "var": "tf.math.reduce_variance(x, axis, keepdims) if correction == 0 else absent()",
    "std": "tf.math.reduce_std(x, axis, keepdims) if correction == 0 else absent()",
    "norm": "tf.norm(x, 'euclidean' if ord == 2 else ord, axis, keepdims) if ord > 0 else absent()",
    "clamp": "tf.clip_by_value(x, min, max) if None not in (min, max)"
    " else tf.maximum(x, min) if max is None else tf.minimum(x, max)",
    "xlogy": "tf.math.xlogy(x, y)",
    "atan2": "tf.math.atan2(a, b)",
    "where": "tf.where(condition, a, b)",
    "cumprod": "tf.math.cumprod(x, axis)",
    "detach": "tf.stop_gradient(x)",
    "det": "tf.linalg.det(x)",
    "logdet": "tf.math.log(tf.linalg.det(x))",
    **{name: f"tf.experimental.numpy.{name}(x)" for name in ("sinc", "log2", "log10")},
    "trunc": "tf.experimental.numpy.fix(x)",
    "hypot": "tf.experimental.numpy.hypot(a, b)",
    "logaddexp": "tf.experimental.numpy.logaddexp(a, b)",
}
"""How TensorFlow spells a function: an expression in the parameters. It has no frac, no logit."""


def cases() -> Iterator[dict[str, Any]]:
    """Each case: {"function", "expr", "at"} and, where there is one, "cotangent"."""
    function = ""
    for line in FILE.with_suffix(".txt").read_text().splitlines():
        if not line.startswith(" "):
            function = line.rstrip(":")
            continue
        expression, _, rest = line.strip().partition(" @ ")
        values, _, cotangent = rest.partition(" by ")
        at = {name: json.loads(value) for name, value in re.findall(r"(\w+)=(\S+)", values)}
        case = {"function": function, "expr": expression, "at": at}
        yield case | ({"cotangent": json.loads(cotangent)} if cotangent else {})


class AbsentError(Exception):
    """A library has no such function."""


def absent() -> None:
    """What a spelling calls where the library has no such thing."""
    raise AbsentError


def emitted(target: str, program: Program, at: dict[str, Any], scope: dict[str, Any]) -> Callable[..., Any]:
    """The program as a function of the library, from the source that `--emit` writes."""
    emitter = Emitter(target)
    source = emitter.function(program, list(at))
    exec("\n\n".join([*emitter.helpers.values(), source]), scope)  # noqa: S102  # our own
    return scope["f"]


def by_torch(program: Program, at: dict[str, Any], cotangent: Any) -> Gradients:
    import torch

    torch.set_default_dtype(torch.float64)
    function = emitted("torch", program, at, {"torch": torch})
    leaves = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in at.items()}
    result = function(*leaves.values())
    if not result.requires_grad:
        return {name: torch.zeros_like(leaf).tolist() for name, leaf in leaves.items()}
    given = torch.ones_like(result) if cotangent is None else torch.tensor(cotangent).to(result).expand(result.shape)
    gradients = torch.autograd.grad(result, list(leaves.values()), given, materialize_grads=True)
    return {name: gradient.tolist() for name, gradient in zip(leaves, gradients, strict=True)}


def by_jax(program: Program, at: dict[str, Any], cotangent: Any) -> Gradients:
    import jax
    import jax.numpy as jnp
    import jax.scipy.special

    jax.config.update("jax_enable_x64", True)
    function = emitted("jax", program, at, {"jax": jax, "jnp": jnp})
    result, pull_back = jax.vjp(function, *(jnp.array(value, dtype="float64") for value in at.values()))
    given = jnp.asarray(1.0 if cotangent is None else cotangent, "float64")
    gradients = pull_back(jnp.broadcast_to(given, result.shape))
    return {name: gradient.tolist() for name, gradient in zip(at, gradients, strict=True)}


def by_tensorflow(program: Program, at: dict[str, Any], cotangent: Any) -> Gradients:
    import tensorflow as tf

    leaves = {name: tf.constant(value, tf.float64) for name, value in at.items()}
    with tf.GradientTape() as tape:
        for leaf in leaves.values():
            tape.watch(leaf)
        result = fold(program.result, partial(_tensorflow, tf, leaves))
    given = None if cotangent is None else tf.broadcast_to(tf.constant(cotangent, tf.float64), result.shape)
    gradients = tape.gradient(result, leaves, given, tf.UnconnectedGradients.ZERO)
    return {name: gradient.numpy().tolist() for name, gradient in gradients.items()}


def _tensorflow(tf: Any, leaves: dict[str, Any], node: Any, parts: list[Any]) -> Any:
    """The value of a node: operators on Tensors, functions by their spelling."""
    if isinstance(node, Name):
        return leaves[node.id] if node.id in leaves else getattr(math, node.id)
    if isinstance(node, List):
        return parts if all(isinstance(part, int) for part in parts) else tf.stack([_double(tf, p) for p in parts])
    if not isinstance(node, Call):
        return parts[0][tuple(parts[1:])] if isinstance(node, Index) else node.value
    function, count = functions()[node.function], len(node.args)
    if not tf.is_tensor(parts[0]) and node.function == "neg":
        return -parts[0]
    if node.function in SYMBOLS and node.function not in TENSORFLOW:
        spelling = {"neg": "-x"}.get(node.function) or f"a {_symbol(node.function)} b"
    else:
        spelling = TENSORFLOW.get(node.function, "absent()")
    scope = {"tf": tf, "absent": absent}
    exec(helper(function.name, function, spelling), scope)  # noqa: S102  # a line of the table above
    wanted = [p.name for p in function.parameters]
    args = [_double(tf, part) if name in OPERANDS else part for name, part in zip(wanted, parts[:count], strict=False)]
    return scope[node.function](*args, **dict(zip((name for name, _ in node.keywords), parts[count:], strict=True)))


def _double(tf: Any, value: Any) -> Any:
    """An operand in float64, a condition as 0 or 1."""
    return tf.cast(value, tf.float64)


def _symbol(function: str) -> str:
    return next(operator.symbol for operator in OPERATORS if operator.function == function)


LIBRARIES = {"torch": by_torch, "jax": by_jax, "tensorflow": by_tensorflow}


def written(value: Any) -> Any:
    """Numbers as JSON has them: to some digits, without a sign of zero; what is not finite as a word."""
    if isinstance(value, dict):
        return {name: written(item) for name, item in value.items()}
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return float(f"{value:.{DIGITS}g}") + 0.0 if isinstance(value, float) else value


def point(value: Any) -> Any:
    """A point as JSON has it; here zero keeps its sign, and a whole number stays one."""
    if isinstance(value, dict):
        return {name: point(item) for name, item in value.items()}
    if isinstance(value, list):
        return [point(item) for item in value]
    return value if math.isfinite(value) else written(value)


def key(case: dict[str, Any]) -> str:
    """What tells a case from others."""
    return json.dumps([case["function"], case["expr"], case["at"], case.get("cotangent")])


def record(library: str, case: dict[str, Any]) -> dict[str, Any]:
    """The gradients of a case, by name, under "numbers"; under "raises" what the library says where it has none."""
    program = parse(case["expr"], find, names=names(), bound=case["at"]).program
    try:
        return {"numbers": written(LIBRARIES[library](program, case["at"], case.get("cotangent")))}
    except AbsentError:
        return {"raises": "there is no such function"}
    except Exception as error:  # noqa: BLE001  # each library has errors of its own
        return {"raises": str(error).splitlines()[0].rpartition("}} ")[2].partition(" [Op:")[0]}


def merged(case: dict[str, Any], before: dict[str, Any], library: str, found: dict[str, Any]) -> dict[str, Any]:
    """The case with what is known of the other libraries, and what was found of this one."""
    for kind in ("numbers", "raises"):
        known = {**before.get(kind, {}), library: found.get(kind)}
        kept = {name: known[name] for name in LIBRARIES if known.get(name) is not None}
        case |= {kind: kept} if kept or kind == "numbers" else {}
    return case


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", choices=LIBRARIES, required=True)
    library = parser.parse_args().library
    known = json.loads(FILE.read_text()) if FILE.exists() else {"versions": {}, "cases": []}
    before = {key(case): case for case in known["cases"]}
    lines = []
    for case in cases():
        entry = case | {name: point(case[name]) for name in ("at", "cotangent") if name in case}
        found = record(library, case)
        if "raises" in found:
            print(f"{case['expr']}: {found['raises']}")
        lines.append(json.dumps(merged(entry, before.get(key(entry), {}), library, found)))
    package = {"tensorflow": "tensorflow_cpu"}.get(library, library)
    versions = dict(sorted((known["versions"] | {library: importlib.metadata.version(package)}).items()))
    FILE.write_text(f'{{"versions": {json.dumps(versions)}, "cases": [\n' + ",\n".join(lines) + "\n]}\n")
    print(f"{len(lines)} cases")


if __name__ == "__main__":
    main()
