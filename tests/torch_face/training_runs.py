"""Training from a seed, as tutorials do it: each run gives its losses. PyTorch's stand in golden/training.json."""

from __future__ import annotations

from typing import Any


def tiny_model(torch: Any) -> list[float]:
    """1000-100-10, one batch, plain gradient descent."""
    nn = torch.nn

    class TinyModel(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer1 = nn.Linear(1000, 100)
            self.relu = nn.ReLU()
            self.layer2 = nn.Linear(100, 10)

        def forward(self, x: Any) -> Any:
            return self.layer2(self.relu(self.layer1(x)))

    torch.manual_seed(3)
    some_input, ideal_output = torch.randn(16, 1000), torch.randn(16, 10)
    model = TinyModel()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = (ideal_output - model(some_input)).pow(2).sum()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def image_net(torch: Any) -> list[float]:
    """Two convolutions with pooling and three linear layers on shuffled 3-channel images, momentum, two epochs."""
    nn, functional = torch.nn, torch.nn.functional

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(3, 6, 5)
            self.pool = nn.MaxPool2d(2, 2)
            self.conv2 = nn.Conv2d(6, 16, 5)
            self.fc1 = nn.Linear(16 * 5 * 5, 120)
            self.fc2 = nn.Linear(120, 84)
            self.fc3 = nn.Linear(84, 10)

        def forward(self, x: Any) -> Any:
            x = self.pool(functional.relu(self.conv1(x)))
            x = self.pool(functional.relu(self.conv2(x)))
            x = functional.relu(self.fc1(torch.flatten(x, 1)))
            return self.fc3(functional.relu(self.fc2(x)))

    torch.manual_seed(11)
    images, labels = torch.rand(40, 3, 32, 32) * 2 - 1, torch.randint(0, 10, (40,))
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(images, labels), batch_size=4, shuffle=True)
    net, criterion = Net(), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    losses = []
    for _ in range(2):
        for inputs, wanted in loader:
            optimizer.zero_grad()
            loss = criterion(net(inputs), wanted)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


def _points(torch: Any) -> tuple[Any, Any]:
    """Four clusters in the plane of 36 features."""
    torch.manual_seed(7)
    centres = torch.randn(4, 36) * 2
    labels = torch.arange(240) % 4
    return centres[labels] + torch.randn(240, 36), labels


def softmax_from_scratch(torch: Any) -> list[float]:
    """Softmax regression with nothing but tensors."""
    features, labels = _points(torch)
    weight = torch.normal(0, 0.01, size=(36, 4), requires_grad=True)
    bias = torch.zeros(4, requires_grad=True)
    data = torch.utils.data
    losses = []
    for _ in range(3):
        for inputs, wanted in data.DataLoader(data.TensorDataset(features, labels), 50, shuffle=True):
            scores = torch.exp(torch.matmul(inputs, weight) + bias)
            chosen = (scores / scores.sum(1, keepdim=True))[range(len(wanted)), wanted]
            loss = -torch.log(chosen)
            loss.sum().backward()
            with torch.no_grad():
                for param in (weight, bias):
                    param -= 0.01 * param.grad / len(wanted)
                    param.grad.zero_()
            losses.append(loss.mean().item())
    return losses


def softmax_with_modules(torch: Any) -> list[float]:
    """Softmax regression with `nn.Sequential`, an initialisation of its own, Adam and a schedule."""
    nn = torch.nn
    features, labels = _points(torch)
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, 4))

    def begin(module: Any) -> None:
        if type(module) is nn.Linear:
            nn.init.normal_(module.weight, std=0.01)

    model.apply(begin)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 3)
    data = torch.utils.data
    losses = []
    for _ in range(3):
        for inputs, wanted in data.DataLoader(data.TensorDataset(features.reshape(-1, 6, 6), labels), 50, shuffle=True):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs), wanted)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        schedule.step()
    return losses


RUNS = {run.__name__: run for run in (tiny_model, image_net, softmax_from_scratch, softmax_with_modules)}
