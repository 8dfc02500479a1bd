"""Fixed points of tau dr/dt = -r + tanh(W r + b) by gradient descent; arguments: JSON file with W, or M and V, and b, limit in
seconds."""
import json
import sys
import time

import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
torch.manual_seed(1)

with open(sys.argv[1]) as file:
    network = json.load(file)
limit = float(sys.argv[2])
b = torch.tensor(network["b"])
N, STARTS = len(b), 1024
if "W" in network:
    W = torch.tensor(network["W"])
    recurrent = lambda r: r @ W.T
else:
    M, V = torch.tensor(network["M"]) / N, torch.tensor(network["V"])
    W = M @ V.T
    recurrent = lambda r: (r @ V) @ M.T

# Half random, half visited by free runs, as in the other program.
spread = torch.exp(torch.empty(STARTS, 1).uniform_(-2.3, 1.1))
r = torch.tanh(spread * torch.randn(STARTS, N))
for step in range(100):
    r[::2] += 0.2 * (-r[::2] + torch.tanh(recurrent(r[::2]) + b))

r.requires_grad_(True)
optimizer = torch.optim.Adam([r], lr=0.01)
residual = lambda F, x: F.abs().amax(1) / x.abs().amax(1).clamp(min=1)
reached = {0.5: None, 0.9: None, 1.0: None}
best, waited, steps = float("inf"), 0, 0
began = time.process_time()
while time.process_time() - began < limit:
    F = -r + torch.tanh(recurrent(r) + b)
    q = 0.5 * F.square().sum(1)
    optimizer.zero_grad(set_to_none=True)
    q.sum().backward()
    with torch.no_grad():
        below = (residual(F, r) < 1e-10).double().mean().item()
        level = torch.log(q + 1e-300).mean().item()
    for share in reached:
        if reached[share] is None and below >= share:
            reached[share] = time.process_time() - began
    if below == 1:
        break
    best, waited = (level, 0) if level < best else (best, waited + 1)
    if waited > 200:
        optimizer.param_groups[0]["lr"] /= 2
        waited = 0
    optimizer.step()
    steps += 1
seconds = time.process_time() - began

points, stable = [], 0
with torch.no_grad():
    F = -r + torch.tanh(recurrent(r) + b)
    for state in r[residual(F, r) < 1e-10]:
        if all((state - point).abs().max() > 1e-6 for point in points):
            points.append(state)
            slope = 1 - torch.tanh(W @ state + b) ** 2
            stable += bool(torch.linalg.eigvals(slope[:, None] * W - torch.eye(N)).real.max() < 0)
    count = int((residual(F, r) < 1e-10).sum())
print(json.dumps({"torch": torch.__version__, "steps": steps, "seconds": seconds, "below": count, "points": len(points),
                  "stable": stable, "seconds_to": reached}))
