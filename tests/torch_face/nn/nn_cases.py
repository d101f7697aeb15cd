"""What `torch.nn` is asked: expressions, the text or error of which is PyTorch's, and computations.

golden/nn.json holds PyTorch's answers.
"""

from __future__ import annotations

import math
import random
import warnings
from typing import Any

SETUP = """
import collections, copy
nn, F = torch.nn, torch.nn.functional
o, z, i, d = torch.ones, torch.zeros, torch.tensor, dict(dtype=torch.float64)
lin = nn.Linear(2, 3)
mlp = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 1, bias=False)))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(1, 2)
        self.second = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Tanh()))
        self.scale = nn.Parameter(torch.ones(2))
        self.register_buffer('mean', torch.zeros(2))
        self.register_buffer('count', torch.zeros(1), persistent=False)

    def extra_repr(self):
        return 'k=1,\\nj=2'

    def forward(self, x):
        return self.second(self.first(x)) * self.scale

class Unready(nn.Module):
    def __init__(self):
        pass

net, unready = Net(), Unready()
x, x3 = o(3, 4, requires_grad=True), o(2, 3, 4, requires_grad=True)
w, b = o(5, 4, requires_grad=True), o(5, requires_grad=True)
img, sig = o(1, 2, 6, 6, requires_grad=True), o(1, 2, 6, requires_grad=True)
lab, soft = i([0, 3, 1]), torch.full((3, 4), 0.25)

def names(t, depth=5):
    def walk(node, left):
        if node is None:
            return '-'
        inner = [walk(edge, left - 1) for edge, _ in node.next_functions] if left else []
        name = node.name().replace('torch::autograd::', '').replace('Backward', '')
        return name + (f"({', '.join(inner)})" if inner else '')
    return walk(t.grad_fn, depth)

def hexes(module):
    return [(n, tuple(p.shape), [v.hex() for v in p.detach().double().reshape(-1).tolist()[:12]])
            for n, p in module.named_parameters()]

def did(*results):
    return results[-1]
"""

REPR = """
lin
mlp
net
nn.Module()
nn.Linear(2, 3, bias=False)
nn.Bilinear(2, 3, 4)
nn.Identity(3, a=4)
nn.Flatten()
nn.Unflatten(1, (2, 3))
nn.Conv1d(2, 4, 3)
nn.Conv2d(2, 4, 3, stride=2, padding=1, dilation=2, groups=2, bias=False, padding_mode='reflect')
nn.Conv2d(2, 4, (3, 1), padding='same')
nn.Conv2d(2, 4, 3, padding=(0, 1))
nn.ConvTranspose2d(2, 4, 3, stride=2, output_padding=1)
nn.MaxPool1d(2)
nn.MaxPool2d((2, 1), stride=1, padding=1, ceil_mode=True)
nn.AvgPool1d(2)
nn.AvgPool2d(2)
nn.AdaptiveAvgPool1d(3)
nn.AdaptiveAvgPool2d((1, None))
nn.BatchNorm1d(3)
nn.BatchNorm2d(3, eps=1e-3, momentum=None, affine=False, track_running_stats=False)
nn.LayerNorm(4)
nn.LayerNorm((4, 3), elementwise_affine=False)
nn.GroupNorm(2, 4)
[nn.InstanceNorm1d(3), nn.InstanceNorm2d(2, affine=True, track_running_stats=True)]
[nn.ZeroPad2d(1), nn.ConstantPad1d((1, 2), 3.5), nn.ReflectionPad2d((1, 0, 1, 0)), nn.CircularPad2d(1)]
nn.Embedding(4, 2, padding_idx=-4)
nn.RNN(2, 3, nonlinearity='relu', dropout=.5, num_layers=2)
nn.LSTM(2, 3, bias=False, bidirectional=True, batch_first=True)
nn.GRU(2, 3)
nn.RNNCell(2, 3, nonlinearity='relu')
nn.LSTMCell(2, 3)
nn.GRUCell(2, 3, bias=False)
nn.Dropout()
nn.Dropout2d(0.2, inplace=True)
[nn.ReLU(), nn.ReLU(True), nn.LeakyReLU(.2), nn.LeakyReLU(.2, True), nn.ReLU6(), nn.ELU(2., True), nn.SELU()]
[nn.Sigmoid(), nn.Tanh(), nn.Softmax(dim=1), nn.Softmax(), nn.LogSoftmax(1), nn.Softmin(1), nn.LogSigmoid()]
[nn.GELU(), nn.GELU('tanh'), nn.SiLU(), nn.Softplus(), nn.Hardtanh(-2., 2.), nn.Softsign(), nn.Tanhshrink()]
[nn.CELU(), nn.Mish(), nn.Hardswish(True), nn.Hardsigmoid(), nn.Softshrink(), nn.Hardshrink(.2), nn.GLU(), nn.PReLU(3)]
[nn.Threshold(1, 2), nn.Threshold(1, 2, True), nn.CELU(2., True), nn.Softmax2d(), nn.PairwiseDistance()]
[nn.TripletMarginLoss(), nn.CosineSimilarity(), nn.PoissonNLLLoss(), nn.GaussianNLLLoss(full=True)]
[nn.CrossEntropyLoss(o(2), reduction='sum'), nn.NLLLoss(), nn.MSELoss(), nn.L1Loss(), nn.KLDivLoss('batchmean')]
[nn.SmoothL1Loss(beta=2.), nn.HuberLoss(), nn.BCELoss(), nn.BCEWithLogitsLoss(pos_weight=o(2))]
[nn.Sequential(), nn.ModuleList(), nn.ModuleDict(), nn.ParameterList(), nn.ParameterDict()]
nn.Sequential(collections.OrderedDict(a=nn.ReLU(), b=nn.Tanh()))
nn.ModuleList([nn.Linear(2, 2) for _ in range(3)] + [nn.ReLU()])
nn.Sequential(nn.ModuleDict({'a': nn.ReLU(), 'b': nn.Linear(1, 1)}), nn.ParameterList([o(2, 2), 3]))
nn.ParameterDict({'a': o(2, 3)})
nn.Parameter(o(2))
nn.Parameter(i(1.), requires_grad=False)
nn.Parameter()
[nn.Parameter(o(1))]
type(lin.weight)
"""
MODULE = """
[n for n, _ in net.named_parameters()]
[n for n, _ in net.named_parameters('p', recurse=False)]
[n for n, _ in net.named_buffers()]
[n for n, _ in mlp.named_modules()]
[n for n, _ in net.named_children()]
[n for n, _ in nn.ModuleList([lin, lin]).named_modules()]
[n for n, _ in nn.ModuleList([lin, lin]).named_parameters(remove_duplicate=False)]
len(list(nn.ModuleList([lin, lin]).parameters()))
[*net.state_dict()]
net.state_dict()['mean']
type(net.state_dict())
[*net.state_dict(prefix='m.')]
lin.state_dict(keep_vars=True)['weight'] is lin.weight
did(lin.state_dict()['bias'].zero_(), lin.bias)
net.get_submodule('second.1.0')
net.get_parameter('first.weight').shape
net.get_buffer('mean')
net.get_submodule('second.3')
net.get_parameter('first.w')
net.get_parameter('first.in_features')
net.get_buffer('scale')
lin.foo
lin(o(1, 2)).shape
lin()
lin([1])
nn.Module()(1)
setattr(unready, 'p', nn.Parameter(o(1)))
setattr(unready, 'm', lin)
setattr(unready, 'n', 3) or unready.n
unready.register_buffer('b', None)
setattr(lin, 'weight', 3)
setattr(lin, 'weight', o(3, 2))
did(setattr(lin, 'bias', None), lin)
did(setattr(lin, 'bias', nn.Parameter(z(3))), lin.bias)
setattr(mlp, '0', 3)
setattr(mlp, '0', unready)
setattr(net, 'mean', 3)
did(setattr(net, 'mean', o(2)), [*net.named_buffers()])
did(setattr(net, 'mean', nn.Parameter(o(2))), [n for n, _ in net.named_parameters()])
did(delattr(net, 'scale'), [n for n, _ in net.named_parameters()])
net.register_parameter(3, None)
net.register_parameter('a.b', None)
net.register_parameter('', None)
net.register_parameter('a', o(1))
net.register_parameter('training', None)
net.register_parameter('a', nn.Parameter(o(1)) * 1)
did(net.register_parameter('a', None), [n for n, _ in net.named_parameters()], net.a)
net.register_buffer(3, None)
net.register_buffer('a.b', None)
net.register_buffer('', None)
net.register_buffer('a', 3)
net.register_buffer('forward', None)
net.add_module('a', 3)
net.add_module(3, lin)
net.add_module('a.b', lin)
net.add_module('', lin)
net.add_module('forward', lin)
did(net.register_module('a', lin), net.a is lin)
lin.load_state_dict({'x': o(1), 'weight': o(3, 3), 'y': 3})
lin.load_state_dict({'x': o(1)}, strict=False)
lin.load_state_dict({'weight': 3, 'bias': o(3)})
lin.load_state_dict(3)
lin.load_state_dict(nn.Linear(2, 3).state_dict())
did(lin.load_state_dict({'weight': o(3, 2), 'bias': z(3)}), lin.weight)
did(lin.load_state_dict({'weight': o(3, 2), 'bias': z(3)}, assign=True), lin.weight)
mlp.load_state_dict({'0.weight': o(1)})
mlp.train(3)
did(mlp.eval(), [m.training for m in mlp.modules()])
did(mlp.eval().train(), mlp[2][0].training)
lin.to(torch.int64)
lin.to(torch.float64).weight.dtype
lin.to(device='cpu') is lin
[p.dtype for p in mlp.double().state_dict().values()]
[p.dtype for p in mlp.half().float().state_dict().values()]
did(lin.requires_grad_(False), [p.requires_grad for p in lin.parameters()])
did(lin(o(1, 2)).sum().backward(), lin.zero_grad(), lin.weight.grad)
did(lin(o(1, 2)).sum().backward(), lin.zero_grad(set_to_none=False), lin.weight.grad)
did(lin(o(2, 2)).sum().backward(), lin.weight.grad)
did(lin(o(2, 2)).sum().backward(), lin.weight.grad.view(-1))
did(lin(o(2, 2)).sum().backward(), lin.double(), lin.weight.grad.dtype)
[type(m).__name__ for m in (mlp.apply(lambda m: None)).modules()]
did(order := [], mlp.apply(lambda m: order.append(type(m).__name__)), order)
copy.deepcopy(lin).weight is lin.weight
torch.equal(copy.deepcopy(mlp)[0].weight, mlp[0].weight)
type(copy.deepcopy(lin).weight).__name__
[n for n in ('weight', 'bias', 'forward') if n in dir(lin)]
nn.Parameter(i([1]))
nn.Parameter([1.])
nn.Parameter(o(2, requires_grad=True) * 2)
"""
HOOKS = """
did(h := lin.register_forward_hook(lambda m, a, out: out * 0), lin(o(1, 2)))
did(h := lin.register_forward_hook(lambda m, a, out: 3), h.remove(), h.remove(), torch.equal(lin(z(1, 2))[0], lin.bias))
did(lin.register_forward_pre_hook(lambda m, a: a[0] * 0), torch.equal(lin(o(1, 2))[0], lin.bias))
did(lin.register_forward_pre_hook(lambda m, a: (a[0] * 0,)), torch.equal(lin(o(1, 2))[0], lin.bias))
did(seen := [], lin.register_forward_pre_hook(lambda m, a: seen.append(len(a))), lin(o(1, 2)), seen)
did(s := [], lin.register_forward_pre_hook(lambda m, a, k: s.append(k), with_kwargs=True), lin(input=o(1, 2)), s)
did(s := [], [lin.register_forward_hook(lambda *a, n=n: s.append(n), prepend=n == 2) for n in (1, 2)], lin(o(2)), s)
did(lin.register_forward_hook(lambda m, a, k, out: (len(a), [*k]), with_kwargs=True), lin(input=o(1, 2)))
did(lin.register_forward_pre_hook(lambda m, a, k: 3, with_kwargs=True), lin(o(1, 2)))
did(s := [], lin.register_forward_hook(lambda *a: s.append(a[2]), always_call=True), s, lin(o(3)))
did(s := [], h := lin.register_full_backward_hook(lambda *a: s.append(a)), lin(o(1, 2)).sum().backward(), s)
did(s := [], lin.register_full_backward_hook(lambda *a: s.append(a)), lin(x[:, :2]).sum().backward(), s)
did(lin.register_full_backward_hook(lambda m, i, o: (i[0] * 0,)), lin(x[:, :2]).sum().backward(), x.grad)
did(lin.register_full_backward_hook(lambda m, i, o: (i[0], o[0])), lin(x[:, :2]).sum().backward())
did(lin.register_full_backward_pre_hook(lambda m, o: o[0] * 2), lin(x[:, :2]).sum().backward(), lin.bias.grad)
did(lin.register_full_backward_pre_hook(lambda m, o: (o[0], o[0])), lin(x[:, :2]).sum().backward())
did(lin.register_full_backward_hook(lambda *a: None), names(lin(x[:, :2])))
did(mlp.set_submodule('2.1', nn.ReLU()), mlp)
mlp.set_submodule('', nn.ReLU())
mlp.set_submodule('0', 3)
mlp.set_submodule('9', nn.ReLU(), strict=True)
mlp.set_submodule('0.weight', nn.ReLU())
"""
CONTAINERS = """
nn.Sequential(3)
mlp[1]
mlp[-1][0]
mlp[3]
mlp['a']
mlp[0:2]
len(mlp)
[type(m).__name__ for m in mlp]
did(mlp.append(nn.Tanh()), [*mlp._modules])
did(mlp.insert(1, nn.Tanh()), mlp)
did(mlp.__setitem__(1, nn.Tanh()), mlp[1])
did(mlp.__delitem__(1), [*mlp._modules])
did(mlp.__delitem__(slice(0, 2)), [*mlp._modules])
did(mlp.extend([nn.Tanh()]), len(mlp))
did(mlp.pop(1), len(mlp))
nn.ModuleList([3])
nn.ModuleList()(1)
nn.ModuleList([lin, lin])[1] is lin
nn.ModuleList([lin]) + [nn.ReLU()]
nn.ModuleList([lin, nn.ReLU()])[::-1]
nn.ModuleDict([3])
nn.ModuleDict(3)
nn.ModuleDict({'a': lin})['b']
[*nn.ModuleDict({'a': lin, 'b': nn.ReLU()}).keys()]
'a' in nn.ModuleDict([('a', lin)])
did(m := nn.ModuleDict({'a': lin}), m.pop('a'), len(m))
[p.shape for p in nn.ParameterList([o(1), o(2)]).parameters()]
[n for n, _ in nn.ParameterList([o(1), o(2)]).named_parameters()]
nn.ParameterList([o(1), o(2)])[-1]
nn.ParameterList([o(1)])[1]
len(nn.ParameterList([o(1)]).append(o(2)).extend([o(1)]))
[n for n, _ in nn.ParameterDict({'a': o(1), 'b': o(2)}).named_parameters()]
"""
NODES = """
names(F.linear(x, w, b))
names(F.linear(x, w))
names(F.linear(x3, w, b))
names(F.linear(x3, w))
names(F.linear(x.detach(), w, b))
names(F.linear(x[0], w, b))
names(F.linear(x[0], w))
names(lin(o(1, 2)))
names(F.cross_entropy(x, lab))
names(F.cross_entropy(x, lab, reduction='none', weight=o(4)))
names(F.cross_entropy(x[0], i(1)))
names(F.cross_entropy(x3, z(2, 4).long()))
names(F.cross_entropy(x3[..., None], z(2, 4, 1).long()))
names(F.nll_loss(x, lab))
names(F.mse_loss(x, soft))
names(F.l1_loss(x, soft, reduction='sum'))
names(F.smooth_l1_loss(x, soft))
names(F.smooth_l1_loss(x, soft, beta=0.))
names(F.huber_loss(x, soft))
names(F.binary_cross_entropy(x, soft))
names(F.binary_cross_entropy_with_logits(x, soft, soft, pos_weight=o(4)))
names(F.kl_div(x, soft, reduction='batchmean'))
names(F.conv2d(img, o(3, 2, 3, 3), o(3, requires_grad=True)))
names(F.conv2d(img[0], o(3, 2, 3, 3)))
names(F.conv2d(img, o(3, 2, 4, 4), padding='same'))
names(F.conv1d(sig, o(3, 2, 3)))
names(F.conv_transpose2d(img, o(2, 3, 3, 3)))
names(F.max_pool1d(sig, 2))
names(F.max_pool2d(img, 2))
names(F.max_pool2d(img, 2, return_indices=True)[0])
names(F.avg_pool1d(sig, 2))
names(F.avg_pool2d(img, 2))
names(F.adaptive_avg_pool1d(sig, 2))
names(F.adaptive_avg_pool2d(img, 1))
names(F.adaptive_avg_pool2d(img, (1, 2)))
names(F.layer_norm(x, (4,)))
names(F.layer_norm(x, (4,), w[0], w[1]))
names(F.batch_norm(img, None, None, training=True))
names(F.batch_norm(img, z(2), o(2)))
names(F.group_norm(img, 2))
names(F.dropout(x, 0.5))
F.dropout(x, 0.0) is x
F.dropout(x, 0.5, training=False) is x
names(F.embedding(lab, w))
names(F.pad(img, (1, 1)))
names(F.softmax(x, 1))
names(F.softmin(x, 1))
[names(f(x)) for f in (F.relu, F.relu6, F.elu, F.selu, F.silu, F.gelu, F.softplus, F.logsigmoid, F.leaky_relu)]
names(nn.RNN(4, 5)(x3)[0])
names(nn.RNNCell(4, 5)(x))
names(F.relu(x * 1, inplace=True))
names(F.dropout(x * 1, 0.5, inplace=True))
"""
SEEDED = """
hexes(nn.Linear(3, 2))
hexes(nn.Linear(20, 3, dtype=torch.float64))
hexes(nn.Bilinear(2, 3, 2))
hexes(nn.Conv1d(2, 3, 3, groups=1))
hexes(nn.Conv2d(1, 2, 3))
hexes(nn.Conv2d(4, 4, 3, groups=2, bias=False))
hexes(nn.ConvTranspose2d(2, 3, 2))
hexes(nn.Embedding(3, 2))
hexes(nn.Embedding(10, 3, padding_idx=1))
hexes(nn.RNN(2, 3, num_layers=2, bidirectional=True))
hexes(nn.LSTM(2, 3))
hexes(nn.GRUCell(2, 2))
hexes(nn.Sequential(nn.BatchNorm2d(2), nn.LayerNorm(3), nn.GroupNorm(1, 2)))
nn.Dropout(0.3)(o(10))
nn.Dropout(0.5)(o(3, 4, dtype=torch.float64))
nn.Dropout(1.)(o(3))
nn.Dropout2d(0.5)(o(2, 3, 2, 2))
nn.Dropout1d(0.5)(o(2, 3, 2))
did(m := nn.Dropout(0.3).eval(), m(o(3)))
nn.init.uniform_(o(3), 1, 2)
nn.init.normal_(o(3), 1, 2)
nn.init.normal_(o(4, 5))
nn.init.constant_(o(2), 3)
nn.init.ones_(z(2))
nn.init.zeros_(o(2))
nn.init.eye_(o(2, 3))
nn.init.xavier_uniform_(o(2, 3))
nn.init.xavier_normal_(o(2, 3, 2), gain=2.)
nn.init.kaiming_uniform_(o(2, 3), nonlinearity='relu')
nn.init.kaiming_uniform_(o(2, 3), a=1, mode='fan_out')
nn.init.kaiming_normal_(o(4, 5))
nn.init.orthogonal_(o(3, 2))
nn.init.orthogonal_(o(2, 3), gain=2)
[nn.init.calculate_gain(n) for n in ('linear', 'conv2d', 'sigmoid', 'tanh', 'relu', 'leaky_relu', 'selu')]
nn.init.calculate_gain('leaky_relu', 0.2)
nn.init.xavier_uniform_(o(2))
nn.init.calculate_gain('foo')
nn.init.orthogonal_(o(2))
nn.init.kaiming_uniform_(o(2, 2), mode='x')
nn.init.kaiming_uniform_(o(0, 2))
nn.init.uniform_(lin.weight).requires_grad
"""
CHECKS = """
F.conv2d(o(2, 2), o(1, 1, 1, 1))
F.conv2d(o(1, 1, 2, 2), o(1, 1, 3, 3))
F.conv2d(o(1, 1, 4, 4), o(1, 1, 3, 3), o(1, **d))
F.conv2d(o(1, 1, 4, 4), o(1, 1, 3, 3), o(2))
F.conv2d(o(1, 1, 4, 4), o(1, 1, 3))
F.conv2d(o(1, 2, 4, 4), o(3, 2, 3, 3), groups=2)
F.conv2d(o(1, 1, 4, 4), o(1, 1, 3, 3), stride=0)
F.conv2d(o(1, 1, 4, 4), o(1, 1, 3, 3), padding=-1)
F.conv2d(o(1, 1, 4, 4), o(1, 1, 3, 3), padding='foo')
F.conv2d(o(1, 1, 4, 4), o(1, 1, 3, 3), padding='same', stride=2)
F.conv2d(o(1, 1, 4, 4), o(1, 1, 3, 3), stride=(1, 1, 1))
F.conv1d(o(1, 1, 4, 4), o(1, 1, 3))
F.conv2d(o(0, 1, 4, 4), o(1, 1, 3, 3)).shape
F.conv_transpose2d(o(1, 2, 4, 4), o(1, 1, 3, 3))
nn.Conv2d(3, 2, 1)(o(1, 1, 4, 4))
nn.Conv2d(3, 2, 3, groups=2)
nn.Conv2d(4, 3, 3, groups=2)
nn.Conv2d(4, 3, 3, groups=0)
nn.Conv2d(4, 3, 3, padding='same', stride=2)
nn.ConvTranspose2d(2, 2, 3, padding_mode='reflect')
nn.ConvTranspose2d(1, 1, 3, stride=2)(o(1, 1, 3, 3), output_size=(8, 8)).shape
F.max_pool2d(o(2, 2), 1)
F.max_pool2d(o(1, 1, 2, 2), 3)
F.max_pool2d(o(1, 1, 4, 4), 2, padding=2)
F.max_pool2d(o(1, 1, 4, 4), 0)
F.max_pool2d(o(1, 1, 4, 4).long(), 2)
F.max_pool2d(torch.arange(16.).view(1, 4, 4), 2, return_indices=True)
F.max_pool1d(torch.arange(6.).view(1, 6), 2, return_indices=True)
F.max_pool1d(o(1, 1, 4), 2, padding=2)
F.max_pool1d(o(4), 2)
F.max_pool2d(o(1, 1, 5, 5), 2, ceil_mode=True).shape
F.avg_pool2d(o(2, 2), 2)
F.avg_pool2d(o(1, 1, 4, 4), 5)
F.avg_pool2d(o(1, 1, 4, 4), 2, divisor_override=0)
F.adaptive_avg_pool2d(o(2, 2), 2)
F.adaptive_avg_pool2d(o(1, 1, 2, 2), -2)
F.linear(o(2, 3), o(2, 4))
F.linear(o(2, 2, 3), o(2, 4), o(2))
F.linear(o(2, 4), o(2, 4), o(3))
F.linear(o(2, 4), o(2, 4), o(2, **d))
F.linear(i(1.), o(2, 4))
F.linear(o(3), o(2, 4))
F.linear([1], o(4))
F.nll_loss(o(2, 3), o(2))
F.nll_loss(o(2, 3), o(2, 2).long())
F.nll_loss(o(2, 3), o(3).long())
F.nll_loss(o(2, 3), i([0, 3]))
F.nll_loss(o(2, 3), i([0, -1]))
F.nll_loss(o(2, 3), i([0, 1]), weight=o(2))
F.nll_loss(o(2, 3), i([0, 1]), weight=o(3, requires_grad=True))
F.nll_loss(i(1.), i(1))
F.nll_loss(o(2, 3), i([-100, -100]))
F.nll_loss(o(2, 3), i([0, 1]), reduction='avg')
F.cross_entropy(o(2, 3), o(2))
F.cross_entropy(o(2, 3), o(2).int())
F.cross_entropy(o(2, 3), o(2, 3).long())
F.cross_entropy(o(2, 3), o(2, 4))
F.cross_entropy(o(2, 3, 4), o(2, 5).long())
F.cross_entropy(o(2, 3, 4), o(3, 4).long())
F.cross_entropy(o(2, 3), i([0, 1]), label_smoothing=2.)
F.cross_entropy(o(2, 3), o(2, 3), weight=o(2))
F.cross_entropy(o(2, 3), o(2, 3), ignore_index=1)
F.cross_entropy(o(2, 3).long(), i([0, 1]))
F.mse_loss(o(2, 3), o(3))
F.mse_loss(o(2, 3), o(2))
F.mse_loss(o(2, 3), o(2, 3, **d))
F.mse_loss(o(2, 3).long(), o(2, 3).long())
F.mse_loss(o(2, 3), o(2, 3), size_average=False)
F.mse_loss(o(2, 3), o(2, 3), reduce=False)
nn.MSELoss(size_average=False)(o(2), z(2))
F.mse_loss(z(0), z(0))
F.smooth_l1_loss(o(2, 3), o(2, 3), beta=-1)
F.huber_loss(o(2, 3), o(2, 3), delta=0)
F.binary_cross_entropy(o(2, 3), o(3))
F.binary_cross_entropy(2 * o(2, 3), o(2, 3))
F.binary_cross_entropy(o(2, 3), 2 * o(2, 3))
F.binary_cross_entropy(o(2, 3), o(2, 3).long())
F.binary_cross_entropy(i([0., 1.]), i([1., 1.]))
F.binary_cross_entropy_with_logits(o(2, 3), o(3))
F.binary_cross_entropy_with_logits(i([1000., -1000.]), i([0., 1.]))
F.kl_div(o(2, 3), o(2, 3))
F.kl_div(o(2, 3), o(2, 3), reduction='avg')
F.embedding(o(2), o(3, 2))
F.embedding(i([0, 3]), o(3, 2))
F.embedding(i([0]), o(3, 2), padding_idx=4)
F.embedding(i([0]), o(3))
F.embedding(i(0), o(3, 2))
nn.Embedding(3, 2, padding_idx=3)
nn.Embedding.from_pretrained(o(3, 2)).weight
nn.Embedding.from_pretrained(o(3))
F.one_hot(i([0, 2]))
F.one_hot(i([0, 2]), 4)
F.one_hot(i([0, 2]), 2)
F.one_hot(i([0.]))
F.batch_norm(o(1, 2), None, None, training=True)
F.batch_norm(o(2, 2), None, None)
F.batch_norm(o(2, 2), z(3), o(3))
F.batch_norm(o(2, 2), z(2, requires_grad=True), o(2))
nn.BatchNorm1d(2)(o(2, 2, 2, 2))
nn.BatchNorm2d(2)(o(2, 2))
nn.BatchNorm2d(3)(o(2, 2, 2, 2))
F.layer_norm(o(2, 3), (2,))
F.layer_norm(o(2, 3), (3,), o(2))
F.group_norm(o(2, 3), 2)
nn.GroupNorm(2, 3)
nn.InstanceNorm2d(2)(o(2, 2))
nn.InstanceNorm2d(2)(o(1, 2, 1, 1))
nn.InstanceNorm2d(2)(o(1, 3, 2, 2))
nn.InstanceNorm1d(2, affine=True)(o(1, 3, 2))
names(nn.InstanceNorm1d(2)(x3), 2)
did(m := nn.InstanceNorm1d(1, track_running_stats=True), m(i([[[1., 3.]], [[3., 9.]]])), [m.eval()(o(1, 2)), m])
nn.ZeroPad1d(1)(o(2)), nn.ConstantPad2d((1, 0, 0, 1), 3.5)(o(1, 1, 1))
F.dropout(o(2), 2.)
nn.Dropout(-1)
nn.Softmax()(o(2, 2))
F.softmax(o(2, 2), 0, dtype=torch.float64)
F.softmax(o(2, 2), 3)
F.pad(o(2), (1,))
F.pad(o(2), (1, 1, 1, 1))
F.pad(torch.arange(4.), (1, 2), value=7.)
F.pad(torch.arange(4.), (-1, -1))
F.pad(torch.arange(4.).view(1, 4), (2, 1), mode='reflect')
F.pad(torch.arange(4.).view(1, 4), (2, 1), mode='replicate')
F.pad(torch.arange(4.).view(1, 1, 4), (2, 1), mode='circular')
F.normalize(o(2, 2))
F.cosine_similarity(o(1, 2), i([[1., 0.]]))
nn.Flatten()(o(2, 3, 4)).shape
nn.Flatten()(o(3))
nn.Unflatten(1, (2, -1))(o(2, 6)).shape
F.relu(1)
nn.ReLU(1, 2)
F.hardswish(i([1, 2]))
F.silu(i([1, 2]))
F.elu(i([1, 2]))
F.gelu(i([1, 2]))
F.softplus(i([1, 2]))
F.leaky_relu(i([1, 2]))
F.logsigmoid(i([1, 2]))
F.softshrink(i([1, 2]))
F.glu(i([1, 2]))
F.mish(i([1, 2]))
F.hardtanh(i([-3, 2]))
F.layer_norm(i([1, 2]), (2,))
F.celu(i([1, 2]))
F.threshold(i([1, 2]), 1, 5)
F.softshrink(o(2), -1.)
F.softshrink(o(2, **d), -1.5)
F.glu(o(3))
F.glu(i(1.))
F.prelu(o(2, 2), o(1, 2))
nn.PReLU(3)(o(2, 4))
nn.PReLU(3)(i(1.))
nn.PReLU()(i(-1.))
nn.PReLU(3)(-o(1, 3, 2))
nn.Softmax2d()(o(2, 2))
[names(f(x), 0) for f in (F.hardswish, F.hardsigmoid, F.mish, F.celu, F.softshrink, F.hardshrink, F.glu, nn.PReLU())]
nn.MarginRankingLoss()(o(2, 2), o(2), o(2))
nn.CosineEmbeddingLoss()(o(2, 2), o(2, 2), o(2, 2))
nn.CosineEmbeddingLoss()(o(2), o(2), o(2))
nn.TripletMarginLoss(0)
nn.TripletMarginLoss()(o(2, 2), o(2, 2), o(2))
nn.GaussianNLLLoss()(o(2, 3), o(2, 3), -o(2, 3))
nn.GaussianNLLLoss()(o(2, 3), o(2, 3), o(3))
F.poisson_nll_loss(o(2), o(2), reduction='x')
nn.LeakyReLU(slope=1)
F.relu(i([-1., 2.]), True)
did(t := i([-1., 2.]), nn.ReLU(inplace=True)(t), t)
F.relu(x, inplace=True)
nn.RNN(2, 3)(o(2, 2, 2, 2))
nn.RNN(2, 3)(o(2, 2, 3))
nn.RNN(2, 3)(o(2, 2, 2), o(1, 3, 3))
nn.RNN(2, 3)(o(2, 2, 2), o(2, 3))
nn.LSTM(2, 3)(o(2, 2, 2), (o(1, 2, 3), o(1, 3, 3)))
nn.RNN(2, 3, dropout=2.)
nn.RNN(2, 3, dropout=.2)
nn.RNN(2, 3, nonlinearity='foo')
nn.RNN(2, 0)
nn.RNN(2, 3, num_layers=0)
nn.RNN(2, 3.)
nn.GRU(2, 3)(o(2, 2))[0].shape
[s.shape for s in nn.LSTM(2, 3, 2, bidirectional=True)(o(4, 5, 2))[1]]
nn.RNNCell(2, 3)(o(2, 2, 2))
nn.LSTMCell(2, 3)(o(2, 3))
did(m := nn.BatchNorm1d(2), m(i([[1., 2.], [3., 5.]])), [m.running_mean, m.running_var, m.num_batches_tracked])
did(m := nn.BatchNorm1d(2, momentum=None), m(o(2, 2)), m(3 * o(2, 2)), [m.running_mean, m.running_var])
did(m := nn.BatchNorm1d(2).eval(), m(o(2, 2)), m.num_batches_tracked)
nn.BatchNorm1d(2, track_running_stats=False).eval()(i([[1., 2.], [3., 5.]]))
did(lin(o(1, 2)).sum().backward(), nn.utils.clip_grad_norm_(lin.parameters(), 1.), lin.bias.grad)
did(lin(o(1, 2)).sum().backward(), nn.utils.clip_grad_norm_(lin.parameters(), 1., norm_type='inf'), lin.bias.grad)
did(lin(o(1, 2)).sum().backward(), nn.utils.clip_grad_value_(lin.parameters(), .5), lin.bias.grad)
nn.utils.clip_grad_norm_([], 1.)
nn.utils.clip_grad_norm_(lin.parameters(), 1.)
nn.utils.parameters_to_vector([o(2, 2), z(1)])
did(nn.utils.vector_to_parameters(torch.arange(9.), lin.parameters()), [*lin.parameters()])
"""

EXPRESSIONS = [
    line for group in (REPR, MODULE, HOOKS, CONTAINERS, NODES, SEEDED, CHECKS) for line in group.strip().split("\n")
]


def outcome(torch: Any, expression: str) -> str:
    """What the expression prints under this `torch`, or its error; and its warnings."""
    torch.manual_seed(0)
    names: dict[str, Any] = {"torch": torch}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's, of nan and inf
        exec(SETUP, names)  # noqa: S102  # the program above
        try:
            text = str(eval(expression, names))  # noqa: S307  # one of the lines above
        except Exception as error:  # noqa: BLE001  # whichever it is: it must be PyTorch's
            text = f"{type(error).__name__}: {error}"
    told = [str(each.message).partition(" (Triggered internally")[0] for each in caught]
    return "\n".join([text, *(f"Warning: {message}" for message in told)])


# Computations: an expression for a layer or a function, and what it is called with

Integers = tuple[str, int, tuple[int, ...]]
"""("below", n, shape): whole numbers from 0 to n - 1."""
LABELS = ("below", 4, (5,))
COMPUTATIONS: list[tuple[str, list[Any]]] = [
    ("nn.Linear(4, 3)", [(5, 4)]),
    ("nn.Linear(4, 3)", [(2, 5, 4)]),
    ("nn.Linear(4, 3)", [(4,)]),
    ("nn.Linear(4, 3, bias=False)", [(5, 4)]),
    ("nn.Linear(4, 3)", [(0, 4)]),
    ("nn.Bilinear(2, 3, 4)", [(5, 2), (5, 3)]),
    ("nn.Conv1d(2, 3, 3, padding=1)", [(2, 2, 6)]),
    ("nn.Conv2d(2, 4, 3)", [(2, 2, 5, 6)]),
    ("nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2))", [(2, 2, 6, 5)]),
    ("nn.Conv2d(4, 6, 3, groups=2, bias=False)", [(1, 4, 5, 5)]),
    ("nn.Conv2d(3, 3, 3, groups=3, padding='same')", [(1, 3, 4, 4)]),
    ("nn.Conv2d(2, 3, (2, 4), padding='same')", [(1, 2, 5, 5)]),
    ("nn.Conv2d(2, 3, 1)", [(2, 2, 3, 3)]),
    ("nn.Conv2d(2, 3, 3)", [(2, 4, 5)]),
    ("nn.Conv2d(2, 3, 3, padding=1, padding_mode='reflect')", [(1, 2, 4, 4)]),
    ("nn.Conv2d(2, 3, 3, padding=(1, 2), padding_mode='replicate')", [(1, 2, 4, 4)]),
    ("nn.Conv2d(2, 3, 3, padding='same', padding_mode='circular')", [(1, 2, 4, 4)]),
    ("nn.Conv3d(1, 2, 2)", [(1, 1, 3, 3, 3)]),
    ("nn.ConvTranspose1d(2, 3, 3, stride=2)", [(2, 2, 4)]),
    ("nn.ConvTranspose2d(2, 3, 3)", [(2, 2, 3, 4)]),
    ("nn.ConvTranspose2d(4, 2, (3, 2), stride=(2, 3), padding=1, output_padding=(1, 0), groups=2)", [(1, 4, 3, 3)]),
    ("nn.ConvTranspose2d(2, 3, 3, dilation=2, bias=False)", [(1, 2, 3, 3)]),
    ("nn.MaxPool1d(2)", [(2, 3, 7)]),
    ("nn.MaxPool2d(2)", [(2, 3, 4, 6)]),
    ("nn.MaxPool2d((3, 2), stride=1, padding=1)", [(1, 2, 5, 5)]),
    ("nn.MaxPool2d(2, dilation=2, ceil_mode=True)", [(1, 2, 6, 5)]),
    ("nn.MaxPool2d(1)", [(1, 2, 3, 3)]),
    ("nn.MaxPool3d(2)", [(1, 1, 4, 4, 4)]),
    ("nn.AvgPool1d(3, stride=2, padding=1)", [(2, 3, 7)]),
    ("nn.AvgPool2d(2)", [(2, 3, 4, 6)]),
    ("nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)", [(1, 2, 5, 6)]),
    ("nn.AvgPool2d((2, 3), stride=2, padding=1, ceil_mode=True)", [(1, 2, 6, 5)]),
    ("nn.AvgPool2d(2, divisor_override=3)", [(1, 2, 4, 4)]),
    ("nn.AdaptiveAvgPool1d(3)", [(2, 2, 7)]),
    ("nn.AdaptiveAvgPool2d(1)", [(2, 2, 4, 5)]),
    ("nn.AdaptiveAvgPool2d((3, None))", [(2, 2, 4, 5)]),
    ("nn.AdaptiveAvgPool2d((4, 7))", [(1, 2, 4, 5)]),
    ("nn.BatchNorm1d(3)", [(4, 3)]),
    ("nn.BatchNorm1d(3)", [(4, 3, 2)]),
    ("nn.BatchNorm2d(3, affine=False)", [(2, 3, 2, 2)]),
    ("nn.BatchNorm2d(3).eval()", [(2, 3, 2, 2)]),
    ("nn.LayerNorm(4)", [(3, 4)]),
    ("nn.LayerNorm((3, 4), bias=False)", [(2, 3, 4)]),
    ("nn.GroupNorm(2, 4)", [(2, 4, 3)]),
    ("nn.GroupNorm(2, 4, affine=False)", [(2, 4, 2, 2)]),
    ("F.instance_norm", [(2, 3, 4)]),
    ("nn.InstanceNorm1d(3, affine=True)", [(2, 3, 4)]),
    ("nn.InstanceNorm2d(3)", [(3, 2, 2)]),
    ("nn.ReflectionPad2d((1, 1, 0, 1))", [(1, 2, 3, 3)]),
    ("nn.CircularPad1d(2)", [(1, 2, 3)]),
    ("nn.Embedding(4, 3)", [("below", 4, (2, 3))]),
    ("nn.Embedding(4, 3, padding_idx=1)", [("below", 4, (6,))]),
    ("nn.Embedding(4, 3, scale_grad_by_freq=True)", [("below", 4, (6,))]),
    ("nn.RNN(3, 2)", [(4, 2, 3)]),
    ("nn.RNN(3, 2, num_layers=2, nonlinearity='relu', bidirectional=True, batch_first=True)", [(2, 4, 3)]),
    ("nn.RNN(3, 2, bias=False)", [(4, 3), (1, 2)]),
    ("nn.LSTM(3, 2)", [(4, 2, 3)]),
    ("nn.LSTM(3, 2, num_layers=2, bidirectional=True)", [(3, 2, 3)]),
    ("lambda x, h, c: nn.LSTM(3, 2, batch_first=True, dtype=x.dtype)(x, (h, c))",
     [(2, 4, 3), (1, 2, 2), (1, 2, 2)]),
    ("nn.GRU(3, 2)", [(4, 2, 3)]),
    ("nn.GRU(3, 2, num_layers=2, bidirectional=True, batch_first=True)", [(2, 3, 3)]),
    ("nn.RNNCell(3, 2)", [(4, 3)]),
    ("nn.LSTMCell(3, 2)", [(4, 3)]),
    ("nn.GRUCell(3, 2)", [(4, 3), (4, 2)]),
    *[(f"nn.{name}", [(3, 4)]) for name in (
        "ReLU()", "ReLU6()", "LeakyReLU(0.2)", "Sigmoid()", "Tanh()", "Softmax(1)", "LogSoftmax(0)", "Softmin(1)",
        "GELU()", "GELU('tanh')", "SiLU()", "ELU(1.5)", "SELU()", "Softplus()", "Softplus(2, 1)", "Hardtanh()",
        "LogSigmoid()", "Softsign()", "Tanhshrink()", "Flatten()",
    )],
    *[(f"nn.{name}({kind})", [(3, 4), (3, 4)])
      for kind in ("", "reduction='sum'", "reduction='none'")
      for name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "BCEWithLogitsLoss")],
    *[(f"nn.{name}", [(3, 4)]) for name in (
        "CELU(1.5)", "Mish()", "Hardswish()", "Softshrink()", "Hardshrink(0.3)", "Threshold(0.2, -2.0)", "GLU()",
        "GLU(1)", "PReLU()", "PReLU(4)",
    )],
    *[(f"lambda x, y, s=torch.tensor([1, -1, 1]): nn.{name}(.1, reduction='{kind}')(x{row}, y{row}, s)",
       [(3, 4), (3, 4)])
      for kind in ("mean", "sum", "none")
      for name, row in (("MarginRankingLoss", "[:, 0]"), ("CosineEmbeddingLoss", ""))],
    *[(f"nn.TripletMarginLoss({settings})", [(3, 4), (3, 4), (3, 4)])
      for settings in ("", "2., p=1., swap=True", "reduction='none'", "5., p=3., reduction='sum'")],
    ("lambda x: F.hinge_embedding_loss(x, torch.tensor([1, -1, 1, -1]))", [(3, 4)]),
    ("lambda x, t: F.poisson_nll_loss(x, t.exp())", [(3, 4), (3, 4)]),
    ("lambda x, t: F.poisson_nll_loss(x.exp(), t.exp(), log_input=False, full=True)", [(3, 4), (3, 4)]),
    ("lambda x, t, v: F.gaussian_nll_loss(x, t, v.exp(), full=True)", [(3, 4), (3, 4), (3, 1)]),
    ("nn.MultiLabelSoftMarginLoss()", [(3, 4), (3, 4)]),
    ("nn.PairwiseDistance(keepdim=True)", [(3, 4), (3, 4)]),
    ("nn.SmoothL1Loss(beta=0.5)", [(3, 4), (3, 4)]),
    ("nn.HuberLoss(delta=0.5)", [(3, 4), (3, 4)]),
    ("lambda x, t: F.binary_cross_entropy(x.sigmoid(), t.sigmoid())", [(3, 4), (3, 4)]),
    ("lambda x, t: F.binary_cross_entropy(x.sigmoid(), t.sigmoid(), torch.arange(4.).to(x), reduction='none')",
     [(3, 4), (3, 4)]),
    (
        "lambda x, t: F.binary_cross_entropy_with_logits(x, t.sigmoid(), x.data.abs(), pos_weight=t.data.abs())",
        [(3, 4), (3, 4)],
    ),
    *[(f"lambda x, t: F.kl_div(F.log_softmax(x, 1), {target}, reduction='{kind}', log_target={log})", [(3, 4), (3, 4)])
      for target, log in (("F.softmax(t, 1)", False), ("F.log_softmax(t, 1)", True))
      for kind in ("batchmean", "sum")],
    *[(f"nn.CrossEntropyLoss({settings})", [(5, 4), LABELS])
      for settings in ("", "reduction='sum'", "reduction='none'", "ignore_index=2", "label_smoothing=0.1",
                       "label_smoothing=0.1, ignore_index=2, reduction='sum'")],
    *[(f"lambda x, t: F.cross_entropy(x, t, torch.arange(1., 5.).to(x){settings})", [(5, 4), LABELS])
      for settings in ("", ", label_smoothing=0.2, ignore_index=0", ", reduction='none'")],
    *[(f"lambda x, t: F.cross_entropy(x, t.softmax(1){settings})", [(5, 4), (5, 4)])
      for settings in ("", ", label_smoothing=0.1", ", torch.arange(1., 5.).to(x), reduction='none'",
                       ", torch.arange(1., 5.).to(x), reduction='sum'")],
    ("F.cross_entropy", [(4,), ("below", 4, ())]),
    ("F.cross_entropy", [(2, 4, 3), ("below", 4, (2, 3))]),
    ("lambda x, t: F.cross_entropy(x, t, reduction='none')", [(2, 4, 3), ("below", 4, (2, 3))]),
    ("F.cross_entropy", [(2, 4, 3, 2), ("below", 4, (2, 3, 2))]),
    ("F.nll_loss", [(5, 4), LABELS]),
    ("lambda x: F.pad(x, (1, 2, -1, 1), value=3.)", [(2, 3, 4)]),
    ("F.normalize", [(3, 4)]),
    ("F.cosine_similarity", [(3, 4), (3, 4)]),
    ("nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3))",
     [(3, 1, 6, 6)]),
]  # fmt: skip


def _input(torch: Any, given: Any, dtype: Any, seed: int) -> Any:
    """Numbers between -2 and 2, no two alike, so that no maximum is a tie; or whole numbers."""
    pick = random.Random(seed)
    if given and given[0] == "below":
        _, high, shape = given
        return torch.tensor([pick.randrange(high) for _ in range(math.prod(shape))]).reshape(shape)
    count = math.prod(given)
    values = pick.sample([4 * k / (count + 1) - 2 + 0.001 for k in range(1, count + 1)], count)
    return torch.tensor(values, dtype=dtype).reshape(given).requires_grad_()


def _weighted(torch: Any, tensors: list[Any]) -> Any:
    """One number that depends on every element in a way of its own."""
    total = 0
    for t in tensors:
        weights = torch.linspace(0.5, 1.5, math.prod(t.shape), dtype=torch.float64).to(t.dtype).reshape(t.shape)
        total = total + (t * weights).sum()
    return total


def figures(torch: Any, expression: str, inputs: list[Any], dtype: str, *, second: bool = True) -> dict[str, Any]:
    """The results of a computation, the gradients of their weighted sum, and the gradients of the sum of those."""
    torch.manual_seed(0)
    kind = getattr(torch, dtype)
    layer = eval(expression, {"torch": torch, "nn": torch.nn, "F": torch.nn.functional})  # noqa: S307
    given = [_input(torch, each, kind, seed) for seed, each in enumerate(inputs)]
    leaves = [x for x in given if x.requires_grad]
    if isinstance(layer, torch.nn.Module):
        leaves += layer.to(kind).parameters()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # among the expressions they are looked at
        results = _flat(layer(*given))
    first = torch.autograd.grad(_weighted(torch, results), leaves, create_graph=second, allow_unused=True)
    found = {"value": results, "first": first}
    if second:
        roots = [g for g in first if g is not None and g.requires_grad]
        zeros = [torch.zeros_like(x) for x in leaves]
        grads = torch.autograd.grad(_weighted(torch, roots), leaves, materialize_grads=True) if roots else zeros
        found["second"] = [g + zero for g, zero in zip(grads, zeros, strict=True)]  # PyTorch's zeros may lack memory
    return {name: [_listed(t) for t in tensors] for name, tensors in found.items()}


def _flat(result: Any) -> list[Any]:
    return [t for part in result for t in _flat(part)] if isinstance(result, tuple) else [result]


def _listed(tensor: Any) -> Any:
    return None if tensor is None else [[*tensor.shape], tensor.detach().reshape(-1).tolist()]
