"""Our own grid: expressions as text, which both evaluate. Runs under PyTorch, which makes the inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import torch

from .neutral import Memory, NotNeutralError, Writer
from .variants import stepped

LISTS = {
    "t": "x f i j u b n z q s t e h",
    "w": "y f i k u b n q v",
    "n": "(x*1) (f*1) p i j u b n s t h",
    "o": "p s t.t().clone() i h n torch.empty(0) torch.zeros(2,2)"
    " torch.ones(3,4,dtype=torch.float64).t().clone().t()",
    "dtype": "int8 int16 int32 int64 uint8 bool float16 float32 float64 complex64 complex128",
    "dim": "0 1 -1 -2 (0,1) (0,-1) (0,0) () None 5",
    "reduce": "sum prod mean amax amin argmax argmin all any max min std var nansum nanmean logsumexp norm",
    "sign": "+ - * / // % ** < <= == != > >=",
    "bits": "& | ^ << >>",
    "binary": "add sub mul div true_divide floor_divide remainder fmod pow float_power maximum minimum fmax fmin"
    " atan2 hypot copysign logaddexp logaddexp2 nextafter xlogy gcd lcm eq ne lt logical_and logical_xor"
    " bitwise_and ldexp dot outer isclose special.xlog1py special.zeta",
    "unary": "abs acos acosh angle asin asinh atan atanh bitwise_not ceil conj_physical cos cosh deg2rad digamma"
    " erf erfc erfinv exp exp2 expm1 floor frac i0 isfinite isinf isnan isneginf isposinf isreal lgamma"
    " log log10 log1p log2 logical_not logit nan_to_num neg positive rad2deg reciprocal relu round rsqrt"
    " sgn sigmoid sign signbit sin sinc sinh sqrt square tan tanh trunc",
    "activation": "celu elu gelu hardshrink hardsigmoid hardswish hardtanh leaky_relu logsigmoid mish relu6 rrelu selu"
    " silu softplus softshrink softsign tanhshrink",
    "fact": "shape dtype ndim is_leaf requires_grad grad_fn grad itemsize nbytes device layout output_nr is_cpu"
    " is_sparse",
    "data": "[] [1,2] [1,2.5] [True,False] [[1],[2]] [[1],[2,3]] 3 2.5 True 1j [1,1j] [True,2] None [None] 'a'"
    " [float('nan')] 300 -1 (1,2) range(3) dict()",
    "number": "3 2.5 True 1j -1 300 float('nan')",
    "spread": "dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout",
    "loss": "mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy binary_cross_entropy_with_logits"
    " kl_div soft_margin_loss hinge_embedding_loss poisson_nll_loss",
    "reduction": "none sum mean other",
    "cast": "byte char short int long half float double bool cfloat cdouble bfloat16",
}  # fmt: skip
"""What a word in braces stands for, each in turn."""


def inputs() -> dict[str, Any]:
    """The tensors that the text has, by name."""
    base = (torch.arange(12, dtype=torch.float64).reshape(3, 4) * 7 % 11 - 4) / 4
    whole = torch.arange(12).reshape(3, 4) * 5 % 7
    return {
        "x": base.clone().requires_grad_(),
        "y": (base.flip(0) + 0.1).requires_grad_(),
        "f": base.float().requires_grad_(),
        "h": base.half(),
        "p": base.abs() + 0.5,
        "s": stepped(base + 1.5),
        "t": (base * 2).t().contiguous().t(),
        "e": base[0].clone().expand(3, 4),
        "v": (base[1] + 0.05).requires_grad_(),
        "c": torch.tensor(1.5, dtype=torch.float64, requires_grad=True),
        "q": torch.tensor(2.5),
        "z": torch.zeros(0, 4, dtype=torch.float64),
        "i": whole - 2,
        "j": whole.int(),
        "k": whole.to(torch.int8) * 25,
        "u": whole.to(torch.uint8) * 40,
        "b": whole > 2,
        "n": torch.complex(base, base.flip(1)),
    }


def groups() -> dict[str, list[str]]:
    """The expressions of each group, words in braces replaced."""
    found: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("grid.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            found[f"grid.{line[2:]}"] = expressions = []
        elif line and not line.startswith("#"):
            expressions += expansions(line)
    return found


def expansions(line: str) -> list[str]:
    """The expression with every choice of its words."""
    words = [*dict.fromkeys(re.findall(r"\{(\w+)\}", line))]
    made = []
    for choice in product(*(LISTS[word].split() for word in words)):
        text = line
        for word, value in zip(words, choice, strict=True):
            text = text.replace(f"{{{word}}}", value)
        made.append(text)
    return made


def grid(name: str, count: int, seed: int, memory: Memory) -> Iterator[dict[str, Any]]:
    """The cases of a group: at most 400 expressions for each of `count`, spread evenly from `seed` on."""
    every = groups()[name]
    step = max(1, -(-len(every) // (400 * count)))
    for number in range(seed % step, len(every), step):
        text = every[number]
        given = {key: each for key, each in inputs().items() if re.search(rf"\b{key}\b", text)}
        writer = Writer(torch, memory)
        try:
            kwargs = writer.write(given)
        except NotNeutralError:
            continue
        case = {"name": f"{name}/text/{number}", "kind": "text", "call": text, "args": {"list": []}, "kwargs": kwargs}
        yield case | {"storages": writer.storages, "tensors": writer.tensors}
