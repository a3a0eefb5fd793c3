"""Recurrent layers and cells, their gradients and five steps of Adam, in float64 as PyTorch defines them.

Rerun: `python test/golden/recurrent.py`, with the versions of bench/peers/requirements.txt. Writes recurrent.safetensors:

  x              [5, 4, 3]    sequences, batch first
  lengths        [5] I32      of the cases named .packed
  NAME.KEY                    parameters by their state dict's keys
  NAME.h0, .c0                first states, where they are given
  NAME.y, .h, .c              results; a cell takes the first step of x, and has no y
  NAME.gy, .gh, .gc           the gradients that come back
  NAME.d.KEY, NAME.dx, .dh0, .dc0    the gradients of parameters and inputs
  NAME.losses    [5]          the mean of (y - gy)² before each of five steps of Adam with lr 0.01 (layers)
"""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from golden import exact, write

SEED = 20240711
F64 = {"dtype": torch.float64}
N, T, C = 5, 4, 3
LENGTHS = [4, 2, 3, 1, 3]


def outputs(layer, x, states, packed):
    """[y], h, [c]"""
    given = (tuple(states) if len(states) == 2 else states[0]) if states else None
    if not isinstance(layer, nn.RNNBase):
        state = layer(x[:, 0], given)
        return list(state) if isinstance(state, tuple) else [state]
    if packed:
        x = pack_padded_sequence(x, LENGTHS, batch_first=True, enforce_sorted=False)
    y, state = layer(x, given)
    if packed:
        y = pad_packed_sequence(y, batch_first=True, total_length=T)[0]
    return [y, *(state if isinstance(state, tuple) else [state])]


def main():
    torch.manual_seed(SEED)
    tensors = {"x": exact(torch.randn(N, T, C, **F64)), "lengths": torch.tensor(LENGTHS)}

    def add(name, layer, stated=False):
        packed, is_cell = name.endswith(".packed"), not isinstance(layer, nn.RNNBase)
        layer.to(torch.float64)
        with torch.no_grad():
            for key, parameter in layer.named_parameters():
                parameter.copy_(exact(torch.randn_like(parameter) * 0.4))
                tensors[f"{name}.{key}"] = parameter.detach().clone()
        lstm = isinstance(layer, (nn.LSTM, nn.LSTMCell))
        shape = (N, layer.hidden_size) if is_cell else (layer.num_layers * (1 + layer.bidirectional), N, layer.hidden_size)
        states = [exact(torch.randn(shape, **F64)) for _ in range(2 if lstm else 1)] if stated else []
        leaves = [t.clone().requires_grad_() for t in [tensors["x"], *states]]
        results = outputs(layer, leaves[0], leaves[1:], packed)
        gradients = [exact(torch.randn(r.shape, **F64)) for r in results]
        parameters = dict(layer.named_parameters())
        found = torch.autograd.grad(results, [*parameters.values(), *leaves], gradients)
        names = [*(f"d.{key}" for key in parameters), "dx", *["dh0", "dc0"][:len(states)]]
        last = ["h", "c"][:2 if lstm else 1]
        keys = last if is_cell else ["y", *last]
        tensors.update({f"{name}.{key}": value for key, value in zip(["h0", "c0"], states)})
        tensors.update({f"{name}.{key}": value for key, value in zip(keys, results, strict=True)})
        tensors.update({f"{name}.g{key}": value for key, value in zip(keys, gradients, strict=True)})
        tensors.update({f"{name}.{key}": value for key, value in zip(names, found, strict=True)})
        if is_cell:
            return
        optimizer, losses = torch.optim.Adam(layer.parameters(), lr=0.01), []
        for _ in range(5):
            loss = (outputs(layer, tensors["x"], states, packed)[0] - gradients[0]).square().mean()
            losses.append(loss.detach())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        tensors[f"{name}.losses"] = torch.stack(losses)

    for kind, layer, cell in [("lstm", nn.LSTM, nn.LSTMCell), ("gru", nn.GRU, nn.GRUCell), ("rnn", nn.RNN, nn.RNNCell)]:
        add(kind, layer(C, 9, batch_first=True))
        add(f"{kind}.deep", layer(C, 3, num_layers=2, bidirectional=True, bias=False, batch_first=True), stated=True)
        add(f"{kind}.packed", layer(C, 3, bidirectional=True, batch_first=True), stated=True)
        add(f"{kind}.cell", cell(C, 3), stated=True)
    add("rnn.relu", nn.RNN(C, 3, nonlinearity="relu", batch_first=True), stated=True)
    write(__file__, tensors, SEED)


main()
