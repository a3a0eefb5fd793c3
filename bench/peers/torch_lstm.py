"""PyTorch: a training step of a small LSTM classifier, eager with fused Adam; Inductor doesn't compile its recurrence."""
import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(64, 128, batch_first=True)
        self.out = nn.Linear(128, 10)

    def forward(self, x):
        return self.out(self.lstm(x)[0][:, -1])


def lstm():
    model = Net()
    opt = torch.optim.Adam(model.parameters(), fused=True)
    x, y = torch.randn(32, 50, 64), torch.randint(0, 10, (32,))

    def run(n):
        for i in range(n):
            opt.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            opt.step()
            if i % 100 == 0:
                loss.item()
    return run


workloads = {"train.lstm": {"eager, fused Adam": lstm}}
