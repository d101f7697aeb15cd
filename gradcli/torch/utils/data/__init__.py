"""`torch.utils.data`."""

from __future__ import annotations

import gradcli.torch.namespace  # noqa: F401  # attaches the methods of Tensor
from gradcli.torch.absent import absent_names
from gradcli.torch.utils.data.collate import default_collate as default_collate
from gradcli.torch.utils.data.collate import default_convert as default_convert
from gradcli.torch.utils.data.dataloader import DataLoader as DataLoader
from gradcli.torch.utils.data.dataset import ChainDataset as ChainDataset
from gradcli.torch.utils.data.dataset import ConcatDataset as ConcatDataset
from gradcli.torch.utils.data.dataset import Dataset as Dataset
from gradcli.torch.utils.data.dataset import IterableDataset as IterableDataset
from gradcli.torch.utils.data.dataset import StackDataset as StackDataset
from gradcli.torch.utils.data.dataset import Subset as Subset
from gradcli.torch.utils.data.dataset import TensorDataset as TensorDataset
from gradcli.torch.utils.data.dataset import random_split as random_split
from gradcli.torch.utils.data.sampler import BatchSampler as BatchSampler
from gradcli.torch.utils.data.sampler import RandomSampler as RandomSampler
from gradcli.torch.utils.data.sampler import Sampler as Sampler
from gradcli.torch.utils.data.sampler import SequentialSampler as SequentialSampler
from gradcli.torch.utils.data.sampler import SubsetRandomSampler as SubsetRandomSampler
from gradcli.torch.utils.data.sampler import WeightedRandomSampler as WeightedRandomSampler
from gradcli.torch.utils.data.worker_info import get_worker_info as get_worker_info

__getattr__ = absent_names(__name__, submodules={"dataloader", "dataset", "sampler"})
