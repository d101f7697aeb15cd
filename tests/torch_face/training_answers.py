"""What optimisers, schedules and datasets are asked, a line each; golden/training.json has PyTorch's answers.

The same lines run under both: `torch` is one or the other.
"""

from __future__ import annotations

import warnings
from typing import Any

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
