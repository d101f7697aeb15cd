"""Sums of products over shared axes: einsum, tensordot and their like, composed of permutations and products."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from gradcli.engine.axes import axes_in, axis_in
from gradcli.engine.ops.arithmetic import mul
from gradcli.engine.ops.conversion import cast
from gradcli.engine.ops.indexing import diagonal
from gradcli.engine.ops.products import bmm, dot, mm
from gradcli.engine.ops.reduction import sum as sum_over
from gradcli.engine.ops.shape import moveaxis, permute, reshape, unsafe_view, unsqueeze

Label = str | int
"""What names an axis: a letter, or a number for an axis that an ellipsis stands for, counted from the last one."""


def einsum(equation: str, operands: Sequence[Any]) -> Any:
    """The sum of products that an equation such as "ij,jk->ik" describes; "..." stands for axes that broadcast.

    Raises RuntimeError, in PyTorch's words, for an equation that does not fit the operands.
    """
    inputs, output = _read(equation.replace(" ", ""), operands)
    operands = [_without_repetition(x, labels, i) for i, (x, labels) in enumerate(zip(operands, inputs, strict=True))]
    inputs = [list(dict.fromkeys(labels)) for labels in inputs]
    _check_sizes(operands, inputs)
    order = [*output, *sorted({label for labels in inputs for label in labels} - {*output}, key=str)]
    result, rest = operands[0], operands[1:]
    result = _spread(result, inputs[0], order)
    if not rest:
        return sum_over(result, tuple(range(len(output), len(order)))) if len(order) > len(output) else result
    for i, x in enumerate(rest, 1):
        later = {label for labels in inputs[i + 1 :] for label in labels}
        ending = {k for k, label in enumerate(order) if k >= len(output) and label not in later}
        result = _multiplied(result, _spread(x, inputs[i], order), ending)
    return reshape(result, result.shape[: len(output)]) if len(order) > len(output) else result


def _read(equation: str, operands: Sequence[Any]) -> tuple[list[list[Label]], list[Label]]:
    """The labels of each operand's axes, and those of the result's."""
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        few = "fewer" if len(operands) < len(terms) else "more"
        raise RuntimeError(f"einsum(): {few} operands were provided than specified in the equation")
    inputs = [_labels(term, x.ndim, i) for i, (term, x) in enumerate(zip(terms, operands, strict=True))]
    hidden = sorted({label for labels in inputs for label in labels if isinstance(label, int)})
    if not arrow:
        counts = Counter(label for labels in inputs for label in labels)
        return inputs, [*hidden, *sorted(label for label in counts if isinstance(label, str) and counts[label] == 1)]
    before, ellipsis, after = right.partition("...")
    output: list[Label] = [*before, *(hidden if ellipsis else []), *after]
    known = {label for labels in inputs for label in labels}
    for label in output:
        if output.count(label) > 1:
            raise RuntimeError(f"einsum(): output subscript {label} appears more than once in the output")
        if label not in known:
            raise RuntimeError(
                f"einsum(): output subscript {label} does not appear in the equation for any input operand"
            )
    return inputs, output


def _labels(term: str, ndim: int, number: int) -> list[Label]:
    before, ellipsis, after = term.partition("...")
    for i, letter in enumerate(before + after):
        if not (letter.isascii() and letter.isalpha()):
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {i} in the equation string, subscripts must be in [a-zA-Z]"
            )
    free = ndim - len(before) - len(after)
    if free and not ellipsis:
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({len(term)}) does not match the number of dimensions "
            f"({ndim}) for operand {number} and no ellipsis was given"
        )
    if free < 0:
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({len(before + after)}) is more than the number of "
            f"dimensions ({ndim}) for operand {number}"
        )
    return [*before, *range(-free, 0), *after]


def _without_repetition(x: Any, labels: Sequence[Label], number: int) -> Any:
    """The diagonal of axes that have the same label, in the place of the first of them."""
    labels = list(labels)
    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            if x.shape[first] != x.shape[second]:
                raise RuntimeError(
                    f"einsum(): subscript {label} is repeated for operand {number} but the sizes don't match, "
                    f"{x.shape[second]} != {x.shape[first]}"
                )
            x = moveaxis(diagonal(x, 0, first, second), -1, first)
            del labels[second]
    return x


def _check_sizes(operands: Sequence[Any], inputs: Sequence[Sequence[Label]]) -> None:
    seen: dict[Label, int] = {}
    for i, (x, labels) in enumerate(zip(operands, inputs, strict=True)):
        for label, n in zip(labels, x.shape, strict=True):
            if n != 1 and seen.get(label, 1) not in (1, n):
                raise RuntimeError(
                    f"einsum(): subscript {label} has size {n} for operand {i} which does not broadcast with "
                    f"previously seen size {seen[label]}"
                )
            seen[label] = max(n, seen.get(label, 1))


def _spread(x: Any, labels: Sequence[Label], order: Sequence[Label]) -> Any:
    """`x` with an axis for each label of `order`, of length 1 where it has none."""
    lacking = [label for label in order if label not in labels]
    for _ in lacking:
        x = unsqueeze(x, -1)
    places = [*labels, *lacking]
    return permute(x, [places.index(label) for label in order])


def _multiplied(a: Any, b: Any, ending: Collection[int]) -> Any:
    """The product of `a` and `b`, which have the same axes, summed over the axes `ending`, which stay with length 1."""
    for axis in ending:
        if a.shape[axis] == 1 != b.shape[axis]:
            b = sum_over(b, axis, True)
        elif b.shape[axis] == 1 != a.shape[axis]:
            a = sum_over(a, axis, True)
    if not ending:
        return mul(a, b)
    stay = [axis for axis in range(a.ndim) if axis not in ending]
    both = [axis for axis in stay if a.shape[axis] != 1 != b.shape[axis]]
    of_b = [axis for axis in stay if axis not in both and b.shape[axis] != 1]
    of_a = [axis for axis in stay if axis not in both and axis not in of_b]
    ends = sorted(ending)
    sizes = [math.prod(x.shape[axis] for axis in axes) for x, axes in ((a, both), (a, of_a), (a, ends), (b, of_b))]
    left = reshape(permute(a, [*both, *of_a, *ends, *of_b]), (sizes[0], sizes[1], sizes[2]))
    right = reshape(permute(b, [*both, *ends, *of_b, *of_a]), (sizes[0], sizes[2], sizes[3]))
    axes = [*both, *of_a, *of_b, *ends]
    lengths = [1 if axis in ending else (b if axis in of_b else a).shape[axis] for axis in axes]
    return permute(reshape(bmm(left, right), lengths), [axes.index(axis) for axis in range(a.ndim)])


def _summed(x: Any, axis: int) -> Any:
    """The sum over an axis, which stays with length 1, in the dtype of `x`."""
    dtype = getattr(x, "array", x).dtype
    total = sum_over(x, axis, True)
    return cast(total, dtype) if dtype.kind in "bui" else total


def tensordot(a: Any, b: Any, dims: int | Sequence[Any] = 2) -> Any:
    """The sum of products over the last `dims` axes of `a` and the first of `b`, or over two lists of axes."""
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.ndim, b.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        of_a, of_b = [*range(-dims, 0)], [*range(dims)]
    else:
        of_a, of_b = (
            [axis_in(axis, x.ndim) for axis in ([axes] if isinstance(axes, int) else axes)]
            for x, axes in zip((a, b), dims, strict=True)
        )
    if len(of_a) != len(of_b):
        raise RuntimeError("both dimension lists should have same length")
    if a.dtype != b.dtype:
        raise RuntimeError("both inputs should have same dtype")
    for axes, x in ((of_a, a), (of_b, b)):
        axes_in(axes, x.ndim)  # which must differ
    for i, j in zip(of_a, of_b, strict=True):
        if a.shape[i] == 1 != b.shape[j]:
            b = _summed(b, j)
        elif b.shape[j] == 1 != a.shape[i]:
            a = _summed(a, i)
        if a.shape[i] != b.shape[j]:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {a.shape[i]} in dim {i} and second has size "
                f"{b.shape[j]} in dim {j}"
            )
    of_a = [axis % a.ndim for axis in of_a]
    free_a = [axis for axis in range(a.ndim) if axis not in of_a]
    free_b = [axis for axis in range(b.ndim) if axis not in of_b]
    shape = [a.shape[axis] for axis in free_a] + [b.shape[axis] for axis in free_b]
    n = math.prod(a.shape[axis] for axis in of_a)
    if not shape:
        a, b = permute(a, of_a), permute(b, of_b)
        return reshape(dot(reshape(a, (n,)), reshape(b, (n,))), ())
    rows, columns = (math.prod(x.shape[axis] for axis in free) for x, free in ((a, free_a), (b, free_b)))
    a, b = permute(a, [*free_a, *of_a]), permute(b, [*of_b, *free_b])
    return reshape(mm(reshape(a, (rows, n)), reshape(b, (n, columns))), shape)


def inner(a: Any, b: Any) -> Any:
    """The sum of products over the last axes; the product, if one has none."""
    if not a.ndim or not b.ndim:
        return mul(a, b)
    if a.shape[-1] != b.shape[-1]:
        raise RuntimeError(
            f"inner() the last dimension must match on both input tensors but got shapes {[*a.shape]} and {[*b.shape]}"
        )
    return tensordot(a, b, ([-1], [-1]))


def kron(a: Any, b: Any) -> Any:
    """The Kronecker product: each element of `a` times the whole of `b`."""
    ndim = max(a.ndim, b.ndim)
    sizes = [(1,) * (ndim - x.ndim) + tuple(x.shape) for x in (a, b)]
    left = unsafe_view(a, [n for size in sizes[0] for n in (size, 1)])
    right = unsafe_view(b, [n for size in sizes[1] for n in (1, size)])
    return unsafe_view(mul(left, right), [n * m for n, m in zip(*sizes, strict=True)])


def multi_dot(matrices: Sequence[Any]) -> Any:
    """The product of matrices, in the order that takes the fewest multiplications; a vector may stand at either end."""
    _check_chain(matrices)
    row, column = matrices[0].ndim == 1, matrices[-1].ndim == 1
    factors = [*matrices]
    if row:
        factors[0] = reshape(factors[0], (1, -1))
    if column:
        factors[-1] = reshape(factors[-1], (-1, 1))
    sizes = [factor.shape[0] for factor in factors] + [factors[-1].shape[1]]
    product = _in_order(factors, _cheapest_cuts(sizes), 0, len(factors))
    shape = [*([] if row else product.shape[:1]), *([] if column else product.shape[1:])]
    return reshape(product, shape)


def _check_chain(matrices: Sequence[Any]) -> None:
    """Raises PyTorch's RuntimeErrors for what has no product."""
    if len(matrices) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(matrices)}")
    last = len(matrices) - 1
    for i, x in enumerate(matrices):
        if x.ndim not in ((1, 2) if i in (0, last) else (2,)):
            which = {0: "the first tensor must be 1D or 2D", last: "the last tensor must be 1D or 2D"}
            raise RuntimeError(f"multi_dot(): {which.get(i, f'tensor {i} must be 2D')} but got {x.ndim}D")
    for i, (a, b) in enumerate(itertools.pairwise(matrices)):
        if a.shape[-1] != b.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {[*a.shape]} and {[*b.shape]} cannot be multiplied"
            )


def _cheapest_cuts(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """For each run of matrices, from one to before another, where its last product cuts it.

    `sizes` are the numbers of rows, and of columns of the last. Source: Cormen et al., Introduction to Algorithms,
    matrix-chain multiplication.
    """
    n = len(sizes) - 1
    cost = {(i, i + 1): 0 for i in range(n)}
    cuts = {}
    for length in range(2, n + 1):
        for start in range(n - length + 1):
            end = start + length
            cost[start, end], cuts[start, end] = min(
                (cost[start, cut] + cost[cut, end] + sizes[start] * sizes[cut] * sizes[end], cut)
                for cut in range(start + 1, end)
            )
    return cuts


def _in_order(factors: Sequence[Any], cuts: dict[tuple[int, int], int], start: int, end: int) -> Any:
    if end - start == 1:
        return factors[start]
    cut = cuts[start, end]
    return mm(_in_order(factors, cuts, start, cut), _in_order(factors, cuts, cut, end))
