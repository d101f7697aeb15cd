"""The figures that the tutorials are known by stand in the output blocks of the scenarios that tell them anew.

That the code prints what those blocks show is checked whenever a scenario runs.
"""

from __future__ import annotations

import pytest

from gradcli.scenario import library

FIGURES = {
    "requires-grad": ["requires_grad=True)", "True\nFalse", "False\nTrue"],
    "grad-fn": ["3., 3.", "27., 27.", "AddBackward0", "MulBackward0", "MeanBackward0", "None"],
    "mean-of-squares": ["[4.5000, 4.5000]", "[6.7500, 6.7500]", "tensor(27.)"],
    "leaves-only": ["None", "UserWarning", "tensor([18., 36.])"],
    "no-grad": ["True True False", "5., 5., 5.", "6., 6., 6.", "AddBackward0", "MulBackward0"],
    "requires-grad-switch": ["2., 2., 2.", "grad_fn=<MulBackward0>"],
    "detach": ["False", "tensor(True)"],
    "zero-grad": ["tensor([ 1.,  5.,  9., 13.])", "tensor([1., 1., 1., 1.])", "None"],
    "in-place": [
        "a leaf Variable that requires grad is being used in an in-place operation.",
        "which is output 0 of Exp, is at version 1; expected version 0 instead.",
    ],
    "quadratic": ["tensor(-2.)"],
    "quadratic-2x2": ["tensor([[-2., -2.],\n        [ 0.,  2.]])"],
    "grad-function": ["tensor(-2.)", "tensor(2.)"],
    "many-inputs": ["tensor(2.) tensor(1.)", "tensor(3.) tensor(2.)"],
    "backward-function": ["tensor([5., 5., 3.])", "tensor(36.)"],
    "dot-product": ["tensor(28., grad_fn=<MulBackward0>)", "[ 0.,  4.,  8., 12.]", "DotBackward0"],
    "scalar-outputs-only": ["grad can be implicitly created only for scalar outputs", "[0.2000, 0.0400]"],
    "jacobian-by-rows": ["tensor([[2., 0.],\n        [0., 4.]])"],
    "detach-split": ["tensor([0., 1., 4., 9.])", "tensor([0., 2., 4., 6.])"],
    "control-flow": ["tensor(102400.)", "tensor(True)"],
    "doubling": ["[51.2, 512.0, 0.0512]", "[102.4, 1024.0, 0.1024]"],
    "external-gradient": ["[-12.,  65.]", "[36., 81.]", "[-12.,  -8.]", "[True, True]"],
    "vector-jacobian": ["tensor([13., 62.])"],
    "functional": ["[0.7212]", "4.1137", "[3.]", "[102.4, 1024.0, 0.1024]"],
    "minimise-quadratic": ["x = 1.0000, y = 0.0000"],
    "sine-graph": ["tensor(25.", "AddBackward0\nMulBackward0\nSinBackward0\ntorch::autograd::AccumulateGrad\n()"],
    "computational-graph": [
        "SubBackward0\n  MulBackward0\n    PowBackward0\n      AccumulateGrad\n  PowBackward0\n    AccumulateGrad"
    ],
    "exclusion": ["False None", "True AddBackward0"],
    "profiler": ["aten::div 1000", "aten::mul 1000", "Self CPU %", "CPU time avg", "# of Calls"],
    "function-objects": ["<SubBackward0 object at 0x", "(None, 0))", "grad_fn=<CubeBackward>"],
    "tensor-creation": ["torch.float32", "dtype=torch.int16"],
    "random-seed": [
        "[0.3126, 0.3791],\n        [0.3087, 0.0736]",
        "[0.4216, 0.0691],\n        [0.2332, 0.4047]",
        "[0.3126, 0.3791, 0.3087],\n        [0.0736, 0.4216, 0.0691]",
    ],
    "dtypes": ["[11.2406, 11.2083, 11.6692]], dtype=torch.float64", "dtype=torch.int32"],
    "arithmetic": ["[[ 2.,  4.],\n        [ 8., 16.]]", "The size of tensor a (3) must match the size of tensor b (2)"],
    "broadcasting": [
        "[0.8656, 0.5207, 0.6865, 0.3614]",
        "[0.6276, 0.7357]",
        "tensor a (2) must match the size of tensor b (3)",
    ],
    "math-tour": [
        *("[3, 2, 1]", "1.2910", "24.", "[0.0000, 0.7854, 1.5708, 0.7854]"),
        *("[0.9238, 0.5724, 0.0791, 0.2629]", "[ 0.9956, -0.2232]"),
    ],
    "matrices": ["[ 0.,  0., -1.]", "[4.1498, 1.0548]"],
    "in-place-and-out": ["[0.0000, 0.7071, 1.0000, 0.7071]", "[0.3653, 0.8699]", "True True"],
    "copying": ["561.", "CloneBackward0", "[0.0905, 0.4485]"],
    "device": ["False\n", "cpu"],
    "shapes": ["[[[[[0.2347]]]]]", "[1, 3, 226, 226]", "[20]", "[2, 2]", "[3, 1]", "[2400]"],
    "numpy-bridge": ["dtype=torch.float64", "[0.8716, 0.2459, 0.3499]", "23.", "17."],
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_figures_are_shown(name: str) -> None:
    shown = "\n".join(step.output.text for step in library.load(name).steps if step.output is not None) + "\n"
    assert [figure for figure in FIGURES[name] if figure not in shown] == []
