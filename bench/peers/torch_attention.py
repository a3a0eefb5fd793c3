"""PyTorch's causal attention, forward and backward, and steps of a small GPT: eager and compiled by Inductor."""
import torch
from torch import nn
from torch.nn import functional as F

VOCABULARY, SIZE, LENGTH, BATCH, HEADS, LAYERS = 65, 128, 64, 12, 4, 4
READ_EVERY = 100


def causal(batch, length):
    def ready(wrap):
        def build():
            q, k, v = (torch.randn(batch, 4, length, 64, requires_grad=True) for _ in range(3))
            dy, f = torch.randn(batch, 4, length, 64), wrap(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True))

            def run(n):
                for _ in range(n):
                    torch.autograd.grad(f(q, k, v), (q, k, v), dy)
            return run
        return build
    return {"eager": ready(lambda f: f), "compile": ready(torch.compile)}


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(SIZE), nn.LayerNorm(SIZE)
        self.qkv, self.out = nn.Linear(SIZE, 3 * SIZE), nn.Linear(SIZE, SIZE)
        self.up, self.down = nn.Linear(SIZE, 4 * SIZE), nn.Linear(4 * SIZE, SIZE)

    def forward(self, x):
        qkv = self.qkv(self.norm1(x)).view(BATCH, LENGTH, 3, HEADS, SIZE // HEADS).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(*qkv, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(BATCH, LENGTH, SIZE))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.positions = nn.Embedding(VOCABULARY, SIZE), nn.Parameter(torch.randn(LENGTH, SIZE) * 0.02)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)), nn.LayerNorm(SIZE))
        self.head = nn.Linear(SIZE, VOCABULARY, bias=False)

    def forward(self, x, y):
        logits = self.head(self.blocks(self.embed(x) + self.positions))
        return F.cross_entropy(logits.view(-1, VOCABULARY), y)


def gpt(wrap):
    def build():
        x, y = torch.randint(VOCABULARY, (BATCH, LENGTH)), torch.randint(VOCABULARY, (BATCH * LENGTH,))
        model = GPT()
        opt, loss_of = torch.optim.AdamW(model.parameters(), fused=True), wrap(model)

        def run(n):
            for i in range(n):
                opt.zero_grad()
                loss = loss_of(x, y)
                loss.backward()
                opt.step()
                if i % READ_EVERY == 0:
                    loss.item()
        return run
    return build


workloads = {
    "attention.512": causal(4, 512),
    "attention.2048": causal(1, 2048),
    "train.gpt": {"eager, fused AdamW": gpt(lambda f: f), "compile": gpt(torch.compile)},
}
