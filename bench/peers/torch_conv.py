"""PyTorch's convolutions, forward and with their gradients, and training steps of a small convolutional net: all in channels-last layout, eager and
compiled by Inductor."""
import torch
from torch import nn
from torch.nn import functional as F

BATCH = 16
LAYERS = [(64, 64, 56, 3, 1), (64, 128, 56, 3, 2), (128, 128, 28, 3, 1), (256, 256, 14, 3, 1), (512, 512, 7, 3, 1), (64, 128, 56, 1, 2),
          (256, 64, 56, 1, 1), (32, 64, 13, 3, 1)]  # as in bench/conv.ts
LAST = {"memory_format": torch.channels_last}


def layer(inputs, outputs, size, kernel, stride, both):
    def build():
        x = torch.randn(BATCH, inputs, size, size).to(**LAST)
        weight = torch.randn(outputs, inputs, kernel, kernel).to(**LAST)
        made = -(-size // stride)
        dy = torch.randn(BATCH, outputs, made, made).to(**LAST)
        if both:
            x.requires_grad_()
            weight.requires_grad_()

        def step():
            y = F.conv2d(x, weight, stride=stride, padding=kernel // 2)
            if both:
                torch.autograd.grad(y, [x, weight], dy)

        def run(n):
            with torch.set_grad_enabled(both):
                for _ in range(n):
                    step()
        return run
    return build


def train(batch, wrap):
    def build():
        model = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(7 * 7 * 64, 64), nn.ReLU(), nn.Linear(64, 10)).to(**LAST)
        forward = wrap(model)
        opt = torch.optim.Adam(model.parameters(), fused=True)
        x, y = torch.rand(batch, 1, 28, 28).to(**LAST), torch.randint(0, 10, (batch,))

        def run(n):
            for i in range(n):
                opt.zero_grad()
                loss = F.cross_entropy(forward(x), y)
                loss.backward()
                opt.step()
                if i % 100 == 0:
                    loss.item()
        return run
    return build


def name(sizes, part):
    return f"conv.{'-'.join(map(str, sizes))}.{part}"


workloads = {
    **{name(sizes, part): {"channels-last": layer(*sizes, part == "both")} for sizes in LAYERS for part in ("fwd", "both")},
    **{f"train.cnn.{batch}": {"eager, fused Adam": train(batch, lambda model: model), "compile": train(batch, torch.compile)} for batch in (32, 128)},
}
