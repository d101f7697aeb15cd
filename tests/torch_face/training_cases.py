"""What optimisers, schedules and datasets are asked; what PyTorch answers stands in golden/training.json.

The same functions run under both: `torch` is one or the other.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

STEPS = 20
OPTIMIZERS = {
    "SGD": "SGD(p, lr=0.05)",
    "SGD tensor rate": "SGD(p, lr=torch.tensor(0.05))",
    "SGD momentum": "SGD(p, lr=0.05, momentum=0.9)",
    "SGD dampening": "SGD(p, lr=0.05, momentum=0.9, dampening=0.5)",
    "SGD nesterov": "SGD(p, lr=0.05, momentum=0.9, nesterov=True)",
    "SGD decay": "SGD(p, lr=0.05, momentum=0.5, weight_decay=0.1)",
    "SGD nesterov decay": "SGD(p, lr=0.05, momentum=0.5, weight_decay=0.1, nesterov=True)",
    "SGD maximize": "SGD(p, lr=0.001, momentum=0.5, maximize=True)",
    "SGD groups": "SGD([{'params': p[:1], 'lr': 0.01, 'momentum': 0.8}, {'params': p[1:]}], lr=0.1)",
    "SGD foreach": "SGD(p, lr=0.05, momentum=0.9, foreach=True)",
    "Adam": "Adam(p, lr=0.1)",
    "Adam betas": "Adam(p, lr=0.1, betas=(0.4, 0.9), eps=1e-3)",
    "Adam decay": "Adam(p, lr=0.1, weight_decay=0.1)",
    "Adam amsgrad": "Adam(p, lr=0.1, amsgrad=True)",
    "Adam maximize": "Adam(p, lr=0.01, maximize=True)",
    "Adam decoupled": "Adam(p, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)",
    "AdamW": "AdamW(p, lr=0.1)",
    "AdamW amsgrad": "AdamW(p, lr=0.1, weight_decay=0.2, amsgrad=True)",
    "Adamax": "Adamax(p, lr=0.1)",
    "Adamax decay": "Adamax(p, lr=0.1, weight_decay=0.1)",
    "RMSprop": "RMSprop(p)",
    "RMSprop momentum": "RMSprop(p, momentum=0.5)",
    "RMSprop centered": "RMSprop(p, centered=True)",
    "RMSprop all": "RMSprop(p, alpha=0.4, centered=True, momentum=0.5, weight_decay=0.1)",
    "Adagrad": "Adagrad(p, lr=0.1)",
    "Adagrad all": "Adagrad(p, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.5, weight_decay=0.1)",
    "NAdam": "NAdam(p, lr=0.1)",
    "NAdam all": "NAdam(p, lr=0.05, betas=(0.8, 0.9), weight_decay=0.1, momentum_decay=0.01, maximize=False)",
    "NAdam decoupled": "NAdam(p, lr=0.05, weight_decay=0.1, decoupled_weight_decay=True)",
    "RAdam": "RAdam(p, lr=0.1)",
    "RAdam all": "RAdam(p, lr=0.1, betas=(0.8, 0.9), weight_decay=0.1)",
    "RAdam decoupled": "RAdam(p, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)",
    "ASGD": "ASGD(p, lr=0.05)",
    "ASGD all": "ASGD(p, lr=0.05, lambd=0.1, alpha=0.5, t0=3, weight_decay=0.1)",
    "Rprop": "Rprop(p, lr=0.1)",
    "Rprop all": "Rprop(p, lr=0.1, etas=(0.4, 1.5), step_sizes=(0.01, 0.3))",
    "Adadelta": "Adadelta(p)",
    "Adadelta all": "Adadelta(p, lr=0.5, rho=0.8, eps=1e-3, weight_decay=0.1)",
}
LBFGS = {
    "LBFGS": "LBFGS(p, lr=0.5, max_iter=4)",
    "LBFGS history": "LBFGS(p, lr=0.5, max_iter=5, history_size=2)",
    "LBFGS few": "LBFGS(p, lr=0.5, max_eval=3)",
    "LBFGS wolfe": "LBFGS(p, line_search_fn='strong_wolfe', max_iter=4)",
    "LBFGS wolfe history": "LBFGS(p, line_search_fn='strong_wolfe', max_iter=6, history_size=2)",
    "LBFGS wolfe long": "LBFGS(p, lr=30, line_search_fn='strong_wolfe', max_iter=3)",
    "LBFGS wolfe short": "LBFGS(p, lr=1e-3, line_search_fn='strong_wolfe', max_iter=3)",
    "LBFGS wolfe few": "LBFGS(p, line_search_fn='strong_wolfe', max_eval=2)",
}
DTYPES = ("float32", "float64")


def trained(torch: Any, make: str, dtype: str, steps: int = STEPS) -> dict[str, Any]:
    """Least squares with a quartic term: the losses of all steps, the parameters and the state after the last."""
    rng = np.random.default_rng(0)
    matrix = torch.tensor(rng.standard_normal((6, 3)), dtype=getattr(torch, dtype))
    wanted = torch.tensor(rng.standard_normal(6), dtype=getattr(torch, dtype))
    weight = torch.tensor([1.0, -3.0, 0.5], dtype=getattr(torch, dtype), requires_grad=True)
    bias = torch.tensor(0.3, dtype=getattr(torch, dtype), requires_grad=True)
    optimizer = eval(f"torch.optim.{make}", {"torch": torch, "p": [weight, bias]})  # noqa: S307  # a line of the tables
    losses = []

    def closure() -> Any:
        optimizer.zero_grad()
        loss = ((matrix @ weight + bias - wanted) ** 2).mean() + ((weight - 1) ** 4).sum() * 0.1
        loss.backward()
        losses.append(loss.item())
        return loss

    for _ in range(steps):
        optimizer.step(closure)
    state = {
        f"{number} {name}": _plain(value)
        for number, entries in optimizer.state_dict()["state"].items()
        for name, value in entries.items()
        if name != "al"  # scratch of LBFGS in PyTorch
    }
    return {"losses": losses, "params": [*weight.tolist(), bias.item()], "state": state}


def valley(torch: Any, make: str, dtype: str) -> list[float]:
    """Rosenbrock's function, whose curved valley makes line searches work: the losses of all evaluations."""
    point = torch.tensor([-1.2, 1.0], dtype=getattr(torch, dtype), requires_grad=True)
    optimizer = eval(f"torch.optim.{make}", {"torch": torch, "p": [point]})  # noqa: S307
    losses = []

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (1 - point[0]) ** 2 + 100 * (point[1] - point[0] ** 2) ** 2
        loss.backward()
        losses.append(loss.item())
        return loss

    for _ in range(3):
        optimizer.step(closure)
    return losses


def _plain(value: Any) -> Any:
    """Numbers and lists of numbers."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


EPOCHS = 12
SCHEDULES = {
    "StepLR": "StepLR(o, 3)",
    "StepLR gamma": "StepLR(o, 2, gamma=0.7)",
    "MultiStepLR": "MultiStepLR(o, [2, 5, 5, 9], gamma=0.5)",
    "ExponentialLR": "ExponentialLR(o, 0.9)",
    "ConstantLR": "ConstantLR(o)",
    "ConstantLR factor": "ConstantLR(o, 0.25, 3)",
    "LinearLR": "LinearLR(o)",
    "LinearLR down": "LinearLR(o, 1.0, 0.2, 6)",
    "PolynomialLR": "PolynomialLR(o)",
    "PolynomialLR square": "PolynomialLR(o, 8, 2)",
    "CosineAnnealingLR": "CosineAnnealingLR(o, 5)",
    "CosineAnnealingLR least": "CosineAnnealingLR(o, 4, eta_min=0.01)",
    "LambdaLR": "LambdaLR(o, lambda epoch: 0.5**epoch)",
    "LambdaLR each": "LambdaLR(o, [lambda epoch: 1 / (1 + epoch), lambda epoch: 2])",
    "MultiplicativeLR": "MultiplicativeLR(o, lambda epoch: 0.9 if epoch % 2 else 1)",
    "CosineAnnealingWarmRestarts": "CosineAnnealingWarmRestarts(o, 3, 2, 0.001)",
    "CyclicLR": "CyclicLR(o, 0.01, [0.1, 0.2], 3)",
    "CyclicLR triangular2": "CyclicLR(o, 0.01, 0.1, 2, 3, mode='triangular2', cycle_momentum=False)",
    "CyclicLR exp_range": "CyclicLR(o, 0.01, 0.1, 3, mode='exp_range', gamma=0.9)",
    "CyclicLR own": "CyclicLR(o, 0.01, 0.1, 3, scale_fn=lambda n: 1 / (1 + n), scale_mode='iterations')",
    "OneCycleLR": "OneCycleLR(o, 0.1, total_steps=15)",
    "OneCycleLR linear": "OneCycleLR(o, [0.1, 1.0], epochs=5, steps_per_epoch=3, anneal_strategy='linear')",
    "OneCycleLR three": "OneCycleLR(o, 0.1, 15, pct_start=0.25, div_factor=5, final_div_factor=10, three_phase=True)",
    "SequentialLR": (
        "SequentialLR(o, [torch.optim.lr_scheduler.ConstantLR(o, 0.1, 2),"
        " torch.optim.lr_scheduler.ExponentialLR(o, 0.9)], [4])"
    ),
    "ChainedScheduler": (
        "ChainedScheduler([torch.optim.lr_scheduler.ConstantLR(o, 0.1, 2),"
        " torch.optim.lr_scheduler.ExponentialLR(o, 0.9)])"
    ),
    "ReduceLROnPlateau": "ReduceLROnPlateau(o, patience=1)",
    "ReduceLROnPlateau max": "ReduceLROnPlateau(o, 'max', factor=0.5, patience=0, cooldown=2)",
    "ReduceLROnPlateau abs": "ReduceLROnPlateau(o, 'min', 0.1, 0, 0.3, 'abs', min_lr=[0.01, 0.4])",
    "ReduceLROnPlateau max abs": "ReduceLROnPlateau(o, 'max', patience=2, threshold=0.1, threshold_mode='abs')",
}
METRICS = [1.0, 0.8, 0.79, 0.85, 0.85, 0.3, 0.3, 0.29, 0.29, 0.29, 0.1, 0.5]


def rates(torch: Any, make: str) -> list[list[float]]:
    """The learning rates of two groups, at first and after each epoch."""
    first, second = (torch.ones(1, requires_grad=True) for _ in range(2))
    optimizer = torch.optim.SGD([{"params": [first]}, {"params": [second], "lr": 0.5}], lr=0.1)
    schedule = eval(f"torch.optim.lr_scheduler.{make}", {"torch": torch, "o": optimizer})  # noqa: S307
    found = [schedule.get_last_lr()]
    for metric in METRICS:
        optimizer.step()
        schedule.step(*[metric] * ("Plateau" in make))
        assert schedule.get_last_lr() == [group["lr"] for group in optimizer.param_groups]
        found.append(schedule.get_last_lr())
    return [list(each) for each in found]


SETUP = """
from collections import OrderedDict, namedtuple
import numpy as np
optim, schedules, data = torch.optim, torch.optim.lr_scheduler, torch.utils.data
Pair = namedtuple('Pair', 'a b')
x = torch.ones(2, requires_grad=True)
(x * 3).sum().backward()
rows = data.TensorDataset(torch.arange(10))
class Stream(data.IterableDataset):
    def __iter__(self):
        return iter(range(7))
def stepped(optimizer):
    optimizer.step()
    return optimizer
def sent(make, epoch):
    schedule = make(stepped(optim.SGD([x], lr=1.0)))
    schedule.step(epoch)
    return schedule.last_epoch, [round(rate, 12) for rate in schedule.get_last_lr()]
def seeded(make):
    torch.manual_seed(7)
    return [[_.tolist() if hasattr(_, 'tolist') else _ for _ in make()] for _ in 'ab'], torch.rand(1).item()
def drawn(make):
    generator = torch.Generator().manual_seed(3)
    return list(make(generator)), torch.rand(1, generator=generator).item()
def batches(*args, **options):
    return [batch[0].tolist() for batch in data.DataLoader(rows, *args, **options)]
"""


def _lines(text: str) -> list[str]:
    return text.strip().split("\n")


OPTIMIZER_TEXTS = _lines("""
optim.SGD([x])
optim.SGD([{'params': x}, {'params': [torch.ones(1)], 'lr': 3}], lr=0.1, nesterov=True, momentum=0.9)
optim.Adam([x], lr=torch.tensor(0.5))
optim.AdamW([x], amsgrad=True)
optim.Adamax([x])
optim.RMSprop([x])
optim.Adagrad([x])
optim.Adadelta([x])
optim.LBFGS([x])
optim.SGD([('w', x)])
optim.SGD([x]).defaults
optim.Adam([x]).defaults
optim.RMSprop([x]).param_groups
optim.Adagrad([x]).state_dict()
stepped(optim.SGD([x])).state_dict()
stepped(optim.SGD([x], momentum=0.9)).state_dict()
stepped(optim.Adam([x], amsgrad=True)).state_dict()
stepped(optim.RMSprop([x], centered=True, momentum=0.5)).state_dict()
stepped(optim.Adadelta([x])).state_dict()
stepped(optim.Adamax([x])).state
optim.SGD([x], lr=-1)
optim.SGD([x], momentum=-1)
optim.SGD([x], weight_decay=-1)
optim.SGD([x], nesterov=True)
optim.SGD([x], nesterov=True, momentum=0.9, dampening=0.1)
optim.SGD([x], lr=torch.ones(2))
optim.SGD([x], foreach=True, fused=True)
optim.Adam([x], eps=-1)
optim.Adam([x], betas=(1, 0.9))
optim.AdamW([x], betas=(0.1, 1))
optim.Adamax([x], weight_decay=-1)
optim.RMSprop([x], alpha=-1)
optim.RMSprop([x], momentum=-1)
optim.Adagrad([x], lr_decay=-1)
optim.Adagrad([x], initial_accumulator_value=-1)
optim.Adadelta([x], rho=2)
optim.LBFGS([x], lr=-1)
optim.LBFGS([{'params': [x]}, {'params': [torch.ones(1)]}])
optim.LBFGS([x], line_search_fn='armijo').step(lambda: (x * x).sum())
optim.LBFGS([x]).step()
optim.SGD([])
optim.SGD([3])
optim.SGD([None])
optim.SGD([np.ones(2)])
optim.SGD([x * 2])
optim.SGD(3)
optim.SGD([{'params': {x}}])
optim.SGD([{'params': [x]}, {'params': [x]}])
optim.SGD([('w', x), torch.ones(1)])
optim.SGD([x]).add_param_group(3)
optim.SGD([x]).add_param_group({'params': [x]})
optim.SGD([x]).load_state_dict({'state': {}, 'param_groups': []})
optim.SGD([x]).load_state_dict({'state': {}, 'param_groups': [{'params': [0, 1]}]})
optim.SGD([x]).load_state_dict({})
optim.Optimizer([x], {}).step()
optim.SGD([x]).step(lambda: 5)
schedules.StepLR(3, 1)
schedules.StepLR(optim.SGD([x]), 1, last_epoch=3)
schedules.LambdaLR(optim.SGD([x]), [abs, abs])
schedules.LinearLR(optim.SGD([x]), 0)
schedules.LinearLR(optim.SGD([x]), 1, 2)
schedules.ConstantLR(optim.SGD([x]), 2)
schedules.ReduceLROnPlateau(optim.SGD([x]), factor=1)
schedules.ReduceLROnPlateau(optim.SGD([x]), 'least')
schedules.ReduceLROnPlateau(optim.SGD([x]), threshold_mode='ratio')
schedules.ReduceLROnPlateau(optim.SGD([x]), min_lr=[1, 2])
schedules.ReduceLROnPlateau(optim.SGD([x])).step()
schedules.ReduceLROnPlateau(3)
schedules.ReduceLROnPlateau(optim.SGD([x])).state_dict()
schedules.ExponentialLR(optim.SGD([x]), 0.9).state_dict()
schedules.LambdaLR(optim.SGD([x]), lambda e: e).state_dict()
schedules.CosineAnnealingWarmRestarts(optim.SGD([x]), 3).state_dict()
schedules.CyclicLR(optim.SGD([x], momentum=0.5), 0.1, 0.2).state_dict()['max_lrs']
schedules.CosineAnnealingWarmRestarts(optim.SGD([x]), 0)
schedules.CosineAnnealingWarmRestarts(optim.SGD([x]), 1, 0)
schedules.OneCycleLR(optim.SGD([x]), 0.1)
schedules.OneCycleLR(optim.SGD([x]), 0.1, -1)
schedules.OneCycleLR(optim.SGD([x]), 0.1, epochs=2, steps_per_epoch=0)
schedules.OneCycleLR(optim.SGD([x]), 0.1, 10, pct_start=2)
schedules.OneCycleLR(optim.SGD([x]), 0.1, 10, anneal_strategy='foo')
schedules.OneCycleLR(optim.Adagrad([x]), 0.1, 10)
schedules.CyclicLR(optim.Adagrad([x]), 0.1, 0.2)
schedules.CyclicLR(optim.SGD([x]), 0.1, 0.2, mode='foo')
schedules.CyclicLR(optim.SGD([x]), [0.1, 0.2], 0.3)
schedules.SequentialLR(optim.SGD([x]), [], [])
schedules.SequentialLR(optim.SGD([x]), [3], [])
schedules.SequentialLR(o := optim.SGD([x]), [schedules.StepLR(o, 1)], [3])
schedules.ChainedScheduler([])
schedules.ChainedScheduler([schedules.ReduceLROnPlateau(optim.SGD([x]))])
(o := optim.SGD([x]), c := optim.Adam([x]), schedules.OneCycleLR(c, 0.1, 10), c.param_groups)[-1]
sent(lambda o: schedules.StepLR(o, 3), 7)
sent(lambda o: schedules.MultiStepLR(o, [2, 2, 5], 0.5), 3)
sent(lambda o: schedules.ConstantLR(o, 0.5, 3), 2), sent(lambda o: schedules.ConstantLR(o, 0.5, 3), 3)
sent(lambda o: schedules.LinearLR(o), 2), sent(lambda o: schedules.PolynomialLR(o, 4, 2), 3)
sent(lambda o: schedules.CosineAnnealingLR(o, 4, 0.1), 3), sent(lambda o: schedules.ExponentialLR(o, 0.5), 3)
sent(lambda o: schedules.LambdaLR(o, lambda e: 1 / (1 + e)), 3)
sent(lambda o: schedules.CosineAnnealingWarmRestarts(o, 3, 2), 7.5)
optim.NAdam([x], momentum_decay=-1)
optim.Rprop([x], etas=(2, 3))
optim.NAdam([x])
optim.RAdam([x])
optim.ASGD([x])
optim.Rprop([x])
(h := [], o := optim.SGD([x]), o.register_step_pre_hook(lambda *a: h.append(len(a))), o.step(), o.step(), h)[-1]
(h := [], o := optim.SGD([x]), k := o.register_step_post_hook(lambda *a: h.append(1)), o.step(), k.remove(), h)[0]
(o := optim.SGD([x]), o.register_state_dict_post_hook(lambda o, d: {'mine': 1}), o.state_dict())[-1]
(o := optim.SGD([x]), o.register_load_state_dict_pre_hook(lambda o, d: 3), o.load_state_dict({}))[2]
""")

DATA_TEXTS = _lines("""
rows[3], rows[[1, 2]], rows[1:3], len(rows)
data.TensorDataset(torch.ones(2), torch.ones(3))
[(rows + rows)[i] for i in (0, 9, 10, 19, -1, -20)], len(rows + rows)
data.ConcatDataset([])
data.ConcatDataset([Stream()])
(rows + rows)[-21]
(rows + rows)[20]
list(Stream() + Stream())
list(data.ChainDataset([[1]]))
data.Subset(rows, [4, 2])[1], data.Subset(rows, [4, 2])[[0, 1]], len(data.Subset(rows, [4, 2]))
data.StackDataset(rows, rows)[2], len(data.StackDataset(rows, rows))
data.StackDataset(a=rows, b=[*range(10)])[2]
data.StackDataset(rows, [1])
data.StackDataset()
data.StackDataset([1], a=[1])
data.Dataset()[0]
Stream()[0]
len(Stream())
seeded(lambda: [part.indices for part in data.random_split(rows, [7, 3])])
seeded(lambda: [part.indices for part in data.random_split(rows, [0.33, 0.33, 0.34])])
drawn(lambda g: [part.indices for part in data.random_split(rows, [0.5, 0.25, 0.25], generator=g)])
data.random_split(rows, [3, 3])
data.random_split(rows, [0.3, 0.3])
data.random_split(rows, [1.5, -0.5])
list(data.SequentialSampler(rows)), len(data.SequentialSampler(rows))
seeded(lambda: data.RandomSampler(rows))
seeded(lambda: data.RandomSampler(rows, num_samples=25))
seeded(lambda: data.RandomSampler(rows, replacement=True, num_samples=40))
drawn(lambda g: data.RandomSampler(rows, generator=g))
drawn(lambda g: data.RandomSampler(rows, num_samples=20, generator=g))
drawn(lambda g: data.RandomSampler(rows, num_samples=3, generator=g))
drawn(lambda g: data.RandomSampler(rows, True, 33, g))
seeded(lambda: data.SubsetRandomSampler([5, 6, 7, 8]))
drawn(lambda g: data.SubsetRandomSampler([5, 6, 7, 8], g))
seeded(lambda: data.WeightedRandomSampler([0.1, 0.2, 0.7, 0.5], 10))
seeded(lambda: data.WeightedRandomSampler([0.1, 0.2, 0.7, 0, 0.5], 3, replacement=False))
drawn(lambda g: data.WeightedRandomSampler([1, 2, 3], 1, generator=g))
list(data.BatchSampler(range(5), 2, False)), len(data.BatchSampler(range(5), 2, False))
list(data.BatchSampler(range(5), 2, True)), len(data.BatchSampler(range(5), 2, True))
data.RandomSampler(rows, replacement=3)
data.RandomSampler(rows, num_samples=0)
data.RandomSampler([])
data.WeightedRandomSampler([1.0], 0)
data.WeightedRandomSampler([[1.0]], 2)
data.WeightedRandomSampler([1.0], 2, 3)
list(data.WeightedRandomSampler([1.0], 2, False))
data.BatchSampler([1], 0, False)
data.BatchSampler([1], True, False)
data.BatchSampler([1], 2, 3)
seeded(lambda: torch.multinomial(torch.tensor([0.2, 0.3, 0.5]), 5, replacement=True))
seeded(lambda: torch.multinomial(torch.tensor([[1.0, 2, 3], [3, 0, 1]]), 2))
torch.multinomial(torch.tensor([1, 2]), 1)
torch.multinomial(torch.tensor([0.0, 0.0]), 1)
torch.multinomial(torch.tensor([1.0, -1.0]), 1)
torch.multinomial(torch.tensor([1.0, -1.0]), 2, True)
torch.multinomial(torch.ones(2), 3)
torch.multinomial(torch.ones(2), 0)
torch.multinomial(torch.ones(2, 2, 2), 1)
seeded(lambda: torch.normal(torch.arange(3.0), torch.ones(3) * 2))
seeded(lambda: torch.normal(torch.arange(3.0), 2.0))
seeded(lambda: torch.normal(torch.zeros(20)))
seeded(lambda: torch.normal(1, torch.tensor([0.5, 2.0], dtype=torch.float64)))
seeded(lambda: torch.normal(torch.zeros(2, 1), torch.ones(3)))
seeded(lambda: torch.normal(0, 1, (2, 5)))
drawn(lambda g: torch.normal(mean=0.5, std=2.0, size=(3,), generator=g).tolist())
torch.normal(torch.zeros(2), 1.0).dtype, torch.normal(torch.zeros(2).double(), torch.ones(2)).dtype
torch.normal(torch.zeros(2), -torch.ones(2))
torch.normal(torch.zeros(2), -1.0)
torch.normal(0.0, -1.0, (2,))
torch.normal(0.0, torch.ones(2, dtype=torch.int64))
seeded(lambda: torch.bernoulli(torch.tensor([0.1, 0.5, 0.9])))
seeded(lambda: torch.bernoulli(torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)))
seeded(lambda: torch.bernoulli(torch.zeros(3, dtype=torch.int64), 0.5))
seeded(lambda: torch.tensor([0.5, 0.5]).bernoulli())
torch.bernoulli(torch.zeros(3), 2.0)
torch.bernoulli(torch.tensor([1]))
torch.bernoulli([0.5])
data.default_collate([1, 2])
data.default_collate([1.0, 2])
data.default_collate([True, False])
data.default_collate(['a', 'b'])
data.default_collate([b'a', b'b'])
data.default_collate([torch.ones(2), torch.zeros(2)])
data.default_collate([x, x * 2])
data.default_collate([torch.ones(2), torch.ones(3)])
data.default_collate([np.ones(2), np.zeros(2)])
data.default_collate([np.array(1), np.array(2)])
data.default_collate([np.float32(1), np.float64(2)])
data.default_collate([np.int32(3)])
data.default_collate([np.array(['a'])])
data.default_collate([{'a': 1, 'b': (1, 2.0)}, {'a': 2, 'b': (3, 4.0)}])
data.default_collate([OrderedDict(a=1), OrderedDict(a=2)])
data.default_collate([Pair(1, 2.0), Pair(3, 4.0)])
data.default_collate([(1, 'x'), (2, 'y')])
data.default_collate([[1, 2], [3, 4]])
data.default_collate([[1, 2], [3]])
data.default_collate([None])
data.default_collate([1j])
data.default_collate([1, 'a'])
data.default_collate([])
data.default_convert({'a': np.ones(2), 'b': [1, np.float32(2)], 'c': (np.zeros(1), 's')})
batches(), batches(4), batches(4, drop_last=True)
[len(data.DataLoader(rows, *options)) for options in ((4,), (None,))], len(data.DataLoader(rows, 4, drop_last=True))
seeded(lambda: batches(4, shuffle=True))
seeded(lambda: batches(3, True, drop_last=True))
seeded(lambda: batches(4))
drawn(lambda g: batches(4, shuffle=True, generator=g) + batches(4, shuffle=True, generator=g))
drawn(lambda g: batches(4, generator=g))
seeded(lambda: batches(sampler=data.SubsetRandomSampler([1, 3, 5]), batch_size=2))
batches(batch_sampler=[[1, 2], [7]]), batches(sampler=[3, 4])
list(data.DataLoader(rows, batch_size=None))[:2]
list(data.DataLoader([np.ones(1), 's'], batch_size=None))
list(data.DataLoader(rows, 3, collate_fn=len))
[list(data.DataLoader(Stream(), size)) for size in (3, None)], list(data.DataLoader(Stream(), 3, drop_last=True))
len(data.DataLoader(Stream()))
data.DataLoader(Stream(), shuffle=True)
data.DataLoader(Stream(), sampler=[1])
data.DataLoader(Stream(), batch_sampler=[[1]])
data.DataLoader(rows, num_workers=-1)
data.DataLoader(rows, timeout=-1)
data.DataLoader(rows, prefetch_factor=2)
data.DataLoader(rows, num_workers=1, prefetch_factor=-1)
data.DataLoader(rows, batch_sampler=[[1]], batch_size=2)
data.DataLoader(rows, batch_sampler=[[1]], shuffle=True)
data.DataLoader(rows, batch_size=None, drop_last=True)
data.DataLoader(rows, sampler=[1], shuffle=True)
data.DataLoader(rows, batch_size=0)
data.DataLoader(rows, batch_size=1.5)
data.DataLoader(rows, drop_last=1)
data.DataLoader(rows, persistent_workers=True)
setattr(data.DataLoader(rows), 'batch_size', 3)
""")


def answer(torch: Any, text: str) -> str:
    """What the expression prints under this `torch`, or its error."""
    names = {"torch": torch}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(SETUP, names)  # noqa: S102  # the program above
        try:
            return str(eval(text, names))  # noqa: S307  # one of the lines above
        except Exception as error:  # noqa: BLE001  # whichever it is: it must be PyTorch's
            return f"{type(error).__name__}: {error}"
