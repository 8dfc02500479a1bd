"""Trains an RNN in PyTorch to remember three bits; writes its state dict as flip_flop_pytorch.npz.

usage: python flip_flop_pytorch.py, with torch and numpy; a minute or two. The notebook reads what it wrote, and needs no torch.
"""
from pathlib import Path

import numpy as np
import torch

BITS, NEURONS, STEPS, TRIALS, UPDATES = 3, 32, 60, 128, 3000


class Memory(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.RNN(BITS, NEURONS, batch_first=True)
        self.readout = torch.nn.Linear(NEURONS, BITS)

    def forward(self, pulses):
        return self.readout(self.rnn(pulses)[0])


def draw(random):
    """Pulses of +1 and -1, one step long, on one in ten steps of a channel; what to hold is the last of each channel."""
    pulses = random.choice([-1, 0, 1], size=(TRIALS, STEPS, BITS), p=[0.05, 0.9, 0.05])
    pulses[:, 0] = random.choice([-1, 1], size=(TRIALS, BITS))
    held = pulses.copy()
    for t in range(1, STEPS):
        held[:, t] = np.where(pulses[:, t] == 0, held[:, t - 1], pulses[:, t])
    return torch.tensor(pulses, dtype=torch.float32), torch.tensor(held, dtype=torch.float32)


torch.manual_seed(1)
random = np.random.default_rng(1)
model = Memory()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, UPDATES)
for update in range(UPDATES):
    pulses, held = draw(random)
    loss = ((model(pulses) - held) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
    optimizer.step()
    schedule.step()
    if update % 500 == 0 or update == UPDATES - 1:
        print(update, loss.item())

np.savez(Path(__file__).with_suffix(".npz"), **{name: values.numpy() for name, values in model.state_dict().items()})
