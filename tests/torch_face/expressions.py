"""What the face is asked. The text or error of each expression is PyTorch's, which golden/torch_face.json holds."""

from __future__ import annotations

from typing import Any

import numpy as np

SETUP = """
x = torch.ones(2, 3)
y = torch.arange(6.).reshape(2, 3)
n = torch.tensor([1, 2, 3])
g = torch.tensor([0.5, 1.5, -2.0], requires_grad=True)
"""

DATA = """
torch.tensor([[1, 2], [3]])
torch.tensor([[1, 2], 3])
torch.tensor([1, [3]])
torch.tensor([1, 2.5])
torch.tensor([True, 2])
torch.tensor([True, False])
torch.tensor([])
torch.tensor([[]])
torch.tensor(range(3))
torch.tensor(3)
torch.tensor(0.5)
torch.tensor('a')
torch.tensor([1, 'a'])
torch.tensor([None])
torch.tensor(2**70)
torch.tensor([1, 2], dtype=torch.float64)
torch.tensor([1.7], dtype=torch.int32)
torch.tensor([300], dtype=torch.uint8)
torch.tensor([1, 2], dtype='float32')
torch.tensor([1, 2], requires_grad=True)
torch.tensor([torch.tensor(1., dtype=torch.float64), torch.tensor(2.)])
torch.tensor([1., 2.], requires_grad=True)
torch.as_tensor([1., 2.])
torch.as_tensor(y) is y
torch.from_numpy([1])
"""
CREATION = """
torch.zeros(2, 3)
torch.zeros([2, 2])
torch.zeros((2,), dtype=torch.int16)
torch.zeros(())
torch.zeros(size=(2,))
torch.zeros()
torch.zeros(2, size=(3,))
torch.ones(-1)
torch.ones(2, requires_grad=True)
torch.ones(2, dtype=torch.int64, requires_grad=True)
torch.ones(2, foo=1)
torch.full((2,), 3)
torch.full((2,), 3.)
torch.full((2,), True)
torch.full((2,), 3, dtype=torch.float32)
torch.full((2,), torch.tensor(2.))
torch.full(2, 3)
torch.eye(2, 3)
torch.eye(-1)
torch.arange(5)
torch.arange(1, 4, .5)
torch.arange(0, 5, 2.)
torch.arange(end=3)
torch.arange(1, end=3)
torch.arange(5, 1)
torch.arange(3, requires_grad=True)
torch.linspace(0, 1, steps=3)
torch.linspace(0, 1, 5, dtype=torch.float64)
torch.zeros_like(y)
torch.ones_like(n)
torch.full_like(n, 2.7)
torch.ones_like(n, dtype=torch.float64)
torch.zeros_like([1])
(torch.manual_seed(1729), torch.rand(2, 2), torch.rand_like(x), torch.randn(3), torch.randint(10, (3,)))[1:]
(torch.manual_seed(0), torch.randint(5, 10, (2,)), torch.randint(high=7, size=(2,)), torch.randperm(5))[1:]
torch.randint(10, 3)
torch.rand(2, dtype=torch.int64)
torch.initial_seed()
"""
FUNCTIONS = """
torch.sin(y)
torch.sin(1.0)
torch.sin()
torch.sin(y, out=None)
torch.sin(input=y)
torch.sqrt(n)
torch.add(y, 1, alpha=1)
torch.mul(2, y)
torch.div(y, 2)
torch.pow(2, y)
torch.pow(y, 2)
torch.pow(input=y, exponent=0.5)
torch.remainder(7, y + 1)
torch.floor_divide(y, 2)
torch.maximum(x, y)
torch.maximum(x, 1)
torch.hypot(x, 1.)
torch.logaddexp(x, y)
torch.xlogy(2., y)
torch.eq(y, 2)
torch.ge(y, x)
torch.clamp(y, 1, 3)
torch.clamp(y)
torch.round(y / 3, decimals=1)
torch.where(x > 0, 1., x)
torch.logical_not(y > 2)
torch.isnan(y)
torch.absolute(-y)
torch.arctan2(y, x)
torch.sum(y)
torch.sum(y, 0)
torch.sum(y, dim=1, keepdim=True)
torch.sum(y, axis=0, keepdims=True)
torch.sum(input=y, dim=0)
torch.sum(y, [0, 1])
torch.sum([1, 2])
torch.sum(y, dim=5)
torch.sum(n)
torch.mean(y, (0, 1))
torch.mean(n)
torch.prod(y + 1, 1)
torch.max(y)
torch.max(y, x)
torch.min(y)
torch.amax(y, dim=(0, 1))
torch.argmax(y)
torch.argmax(y, dim=1)
torch.any(y > 4)
torch.all(y > 4, dim=0)
torch.median(y)
torch.count_nonzero(y)
torch.var(y)
torch.var(y, False)
torch.var(y, 0, unbiased=False)
torch.std(y, 0, keepdim=True)
torch.std(y, dim=1, correction=0)
torch.norm(y)
torch.norm(y, 1, 1)
torch.logsumexp(y, dim=(0, 1))
torch.softmax(y, 1)
torch.softmax(y)
torch.log_softmax(y, dim=1)
torch.cumsum(y, dim=0)
torch.cumprod(y, 1)
torch.matmul(y, x.t())
torch.mm(y, x.t())
torch.mm(y, y)
torch.mv(y, y[0])
torch.dot(y[0], y[1])
torch.dot(y[0], 2)
torch.outer(y[0], y[1])
torch.outer(y, y)
torch.cross(y, x, dim=1)
torch.trace(y)
torch.det(y[:, :2])
torch.inverse(y[:, :2] + torch.eye(2))
torch.diag(y[0])
torch.tril(y)
torch.triu(y, diagonal=1)
torch.reshape(y, (3, 2))
torch.reshape(y, [-1])
torch.reshape(y, (7,))
torch.transpose(y, 0, 1)
torch.transpose(y, 0)
torch.permute(y, (1, 0))
torch.flip(y, (0,))
torch.unsqueeze(y, 0).shape
torch.squeeze(torch.zeros(1, 2, 1)).shape
torch.flatten(y)
torch.broadcast_to(x, (2, 2, 3)).shape
torch.movedim(y, 0, 1).shape
torch.roll(y, 1)
torch.tile(y, (2, 1))
torch.diagonal(y)
torch.split(y, 1)
torch.split(y, [1, 2], dim=1)
torch.chunk(y, 2, 1)
torch.unbind(y)
torch.matrix_power(y[:, :2], 3)
torch.linalg.matrix_power(y[:, 1:], -2)
torch.cat([x, y], dim=1)
torch.cat((x, y))
torch.stack((x, y)).shape
torch.masked_fill(y, y > 2, 0.)
torch.equal(y, y)
torch.allclose(y, y + 1e-9)
torch.isclose(y, x)
torch.numel(y)
torch.is_tensor(3)
torch.is_floating_point(n)
torch.linalg.norm(y)
torch.linalg.vector_norm(y, 1, dim=0)
torch.linalg.inv(torch.eye(2) * 2)
torch.linalg.det(torch.eye(2) * 2)
torch.linalg.solve(torch.eye(2) * 2, torch.ones(2))
torch.linalg.cross(y, x)
torch.special.expit(y)
torch.special.erf(y)
torch.nn.functional.softplus(y)
torch.nn.functional.leaky_relu(-y)
torch.nn.functional.gelu(x)
"""
METHODS = """
y.sum()
y.sum(0, keepdim=True)
y.sum(dim=1)
y.mean(dim=(0, 1))
y.std()
y.max()
y.clamp(min=2)
y.softmax(-1)
y.norm()
y.reshape(3, 2)
y.reshape((3, 2))
y.reshape(7)
y.view(3, -1)
y.t().view(6)
y.t().view(3, 2)
y.t().view(7)
y.expand(2, 2, 3).shape
y.permute(1, 0)
y.flip(0, 1)
y.tile(2, 1).shape
y.repeat(2, 1).shape
y.t()
y.T
y.unsqueeze(-1).shape
y.squeeze(0).shape
y.flatten()
y.transpose(0, 1)
y.size()
y.size(-1)
y.shape
y.dim()
y.numel()
y.device
y.dtype
y.data
y.item()
y[0, 0].item()
y.tolist()
y.double()
y.long()
y.bool()
y.half()
y.float() is y
y.to(torch.int32)
y.to('cpu') is y
y.to(n)
y.eq(y).all()
y.view_as(x.t())
y.expand_as(torch.zeros(2, 2, 3)).shape
y.is_floating_point()
y.matmul(x.t())
y.outer(y)
y.dot(n)
g.clone()
g.detach()
g.numpy()
g.sum().backward()
(g * g).backward()
(g * g).backward(torch.ones(2))
(g * 2).backward(torch.ones(3)) or g.grad
g.double()
g.sum()
g.sum(0)
g.mean()
g.max()
g.norm()
g.std()
g.prod()
g @ g
1 - g
2 / g
g / 2
g ** 2
2 ** g
g ** g
-g
abs(g)
g % 0.75
g > 1
g[0]
g[1:]
g[None]
g.view(3, 1)
g.softmax(0)
torch.cat([g, g])
torch.stack([g, g])
torch.where(g > 0, g, 0.)
torch.special.expit(g)
torch.linalg.vector_norm(g)
torch.autograd.grad(g.sum(), g)
torch.autograd.grad(g, g)
torch.autograd.backward([g * 2], [torch.ones(3)])
g.equires_grad
"""

EXPRESSIONS = [line for group in (DATA, CREATION, FUNCTIONS, METHODS) for line in group.strip().split("\n")]


def outcome(torch: Any, expression: str) -> str:
    """What the expression prints under this `torch`, or its error."""
    names = {"torch": torch}
    with np.errstate(all="ignore"):
        exec(SETUP, names)  # noqa: S102  # the program above
        try:
            return str(eval(expression, names))  # noqa: S307  # one of the lines above
        except Exception as error:  # noqa: BLE001  # whichever it is: it must be PyTorch's
            return f"{type(error).__name__}: {error}"
