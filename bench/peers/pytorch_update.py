#!/usr/bin/env python3
"""One training update in PyTorch (CPU, float32, --threads threads on as many cores), timed; the counterpart of stillpoint_update.

    leaky_rate   r(t+1) = (1 - a) r(t) + a tanh(W r(t) + W_in s(t) + b),    y_hat(t+1) = W_out r(t+1) + b_out
    plrnn        x(t+1) = A x(t) + W relu(x(t)) + W_in s(t) + b,            y_hat(t+1) = W_out x(t+1) + b_out
    lstm         torch.nn.LSTM (one layer; its two biases are one bias more than Stillpoint's)

Same sizes and the same work: forward pass, masked mean squared error, gradient, clipped Adam step. Prints one line of JSON.
Variants, of which a comparison should take the fastest:
    bptt     autograd through eager, script (torch.jit.script) or compile (torch.compile of CHUNK steps at a time); lstm:
             module (torch.nn.LSTM), or its equations in eager or script
    e_prop   explicit eligibility traces, one N x (N+K+1) matrix per trial, updated eager (in place) or compile
"""
import argparse
import contextlib
import json
import os
import resource
import statistics
import sys
import time

THREADS = int(sys.argv[sys.argv.index("--threads") + 1]) if "--threads" in sys.argv else 1
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(THREADS)
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-THREADS:])

import torch  # noqa: E402

torch.set_num_threads(THREADS)
torch.set_num_interop_threads(1)
assert torch.get_num_threads() == THREADS == len(os.sched_getaffinity(0)) and torch.get_num_interop_threads() == 1

INPUTS, OUTPUTS = 2, 1
ALPHA = 0.1  # dt / tau = 5 ms / 50 ms
CHUNK = 10   # steps that one compiled function covers


def steps_of(r: torch.Tensor, drive: list[torch.Tensor], W_t: torch.Tensor) -> list[torch.Tensor]:
    rates: list[torch.Tensor] = []
    for d in drive:
        r = torch.lerp(r, torch.tanh(torch.addmm(d, r, W_t)), 0.1)  # ALPHA, as a literal for torch.jit.script
        rates.append(r)
    return rates


def plrnn_steps(x: torch.Tensor, drive: list[torch.Tensor], W_t: torch.Tensor, A: torch.Tensor) -> list[torch.Tensor]:
    states: list[torch.Tensor] = []
    for d in drive:
        x = torch.addcmul(torch.addmm(d, torch.relu(x), W_t), x, A)
        states.append(x)
    return states


def lstm_steps(h: torch.Tensor, c: torch.Tensor, drive: list[torch.Tensor], W_t: torch.Tensor) -> list[torch.Tensor]:
    states: list[torch.Tensor] = []
    for d in drive:
        i, f, g, o = torch.addmm(d, h, W_t).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        states.append(h)
    return states


def in_chunks(compiled):
    def run(r, drive, *weights):
        rates = []
        for first in range(0, len(drive), CHUNK):
            rates += compiled(r, drive[first:first + CHUNK], *weights)
            r = rates[-1]
        return rates
    return run


def trace_step_eager(traces, sums, gain, z, signal):
    """p = (1 - a) p + gain z^T per trial, then G += sum of l p over trials."""
    traces.mul_(1 - ALPHA).addcmul_(gain.unsqueeze(2), z.unsqueeze(1))
    sums += torch.einsum("bi,bij->ij", signal, traces)


def trace_step_fused(traces, sums, gain, z, signal):
    """The same, written so that the compiler makes one loop of it."""
    traces.mul_(1 - ALPHA).add_(gain.unsqueeze(2) * z.unsqueeze(1))
    sums.add_((signal.unsqueeze(2) * traces).sum(0))


VARIANTS = {
    ("leaky_rate", "bptt"): {
        "eager": lambda: steps_of,
        "script": lambda: torch.jit.script(steps_of),
        "compile": lambda: in_chunks(torch.compile(steps_of)),
    },
    ("plrnn", "bptt"): {
        "eager": lambda: plrnn_steps,
        "script": lambda: torch.jit.script(plrnn_steps),
        "compile": lambda: in_chunks(torch.compile(plrnn_steps)),
    },
    ("lstm", "bptt"): {
        "module": lambda: None,
        "eager": lambda: lstm_steps,
        "script": lambda: torch.jit.script(lstm_steps),
    },
    ("leaky_rate", "e_prop"): {"eager": lambda: trace_step_eager, "compile": lambda: torch.compile(trace_step_fused)},
}


class Network:
    """leaky_rate; plrnn has A beside it, and lstm one row of W, W_in and b per gate."""

    def __init__(self, n, kind="leaky_rate"):
        gain = 0.3 * 1.5 if kind == "plrnn" else 1.5  # (1 - A) g
        def leaf(*shape, scale=1.0):
            return (scale * torch.randn(*shape)).requires_grad_()
        rows = 4 * n if kind == "lstm" else n
        self.kind, self.n = kind, n
        self.W, self.W_in, self.b = leaf(rows, n, scale=gain / n**0.5), leaf(rows, INPUTS), leaf(rows, scale=0.0)
        self.W_out, self.b_out = leaf(OUTPUTS, n, scale=n**-0.5), leaf(OUTPUTS, scale=0.0)
        self.parameters = [self.W, self.W_in, self.b, self.W_out, self.b_out]
        if kind == "plrnn":
            self.A = torch.full((n,), 0.7, requires_grad=True)
            self.parameters.append(self.A)

    def use_module(self):
        """torch.nn.LSTM in place of W, W_in and b."""
        self.module = torch.nn.LSTM(INPUTS, self.n)
        self.parameters = [*self.module.parameters(), self.W_out, self.b_out]

    def states(self, trials, run_steps):
        """T x B x N"""
        start = initial_rates(trials.batch, self.n)
        if self.kind == "leaky_rate":
            return torch.stack(run_steps(start, self.drive(trials.inputs), self.W.t()))
        if self.kind == "plrnn":
            return torch.stack(run_steps(start, self.drive(trials.inputs), self.W.t(), self.A))
        if run_steps is None:
            return self.module(trials.inputs, (start.unsqueeze(0), torch.zeros_like(start).unsqueeze(0)))[0]
        return torch.stack(run_steps(start, torch.zeros_like(start), self.drive(trials.inputs), self.W.t()))

    def drive(self, inputs):
        """W_in s + b of all steps as one product: T tensors B x N."""
        steps, batch, _ = inputs.shape
        return torch.addmm(self.b, inputs.flatten(0, 1), self.W_in.t()).view(steps, batch, -1).unbind(0)


class Trials:
    def __init__(self, batch, steps):
        self.inputs = torch.randn(steps, batch, INPUTS)
        self.targets = torch.sign(torch.randn(steps, batch, OUTPUTS))
        self.mask = torch.zeros(steps, batch, OUTPUTS)
        self.mask[steps // 2:] = 1
        self.batch = batch


def initial_rates(batch, n):
    return torch.tanh(0.1 * torch.randn(batch, n))


def bptt_gradient(network, trials, run_steps):
    outputs = network.states(trials, run_steps) @ network.W_out.t() + network.b_out
    loss = (trials.mask * (outputs - trials.targets).square()).sum() / trials.mask.sum()
    loss.backward()
    return loss.item()


@torch.no_grad()
def e_prop_gradient(network, trials, trace_step):
    """p_ij(t+1) = (1 - a) p_ij(t) + a phi'_i(t) z_j(t); G_ij = sum over time and trials of l_i p_ij; z = (r, s, 1)."""
    n = network.W.shape[0]
    r = initial_rates(trials.batch, n)
    W_t, W_out_t, graded = network.W.t(), network.W_out.t(), trials.mask.sum()
    traces = torch.zeros(trials.batch, n, n + INPUTS + 1)
    sums = torch.zeros(n, n + INPUTS + 1)
    ones = torch.ones(trials.batch, 1)
    grad_out, grad_b_out, loss = torch.zeros_like(network.W_out), torch.zeros_like(network.b_out), torch.zeros(())
    for drive, s, target, mask in zip(network.drive(trials.inputs), trials.inputs, trials.targets, trials.mask):
        f = torch.tanh(torch.addmm(drive, r, W_t))
        gain, z = ALPHA * (1 - f.square()), torch.cat([r, s, ones], 1)
        r = torch.lerp(r, f, ALPHA)
        difference = torch.addmm(network.b_out, r, W_out_t) - target
        error = 2 / graded * mask * difference
        trace_step(traces, sums, gain, z, error @ network.W_out)
        grad_out += error.t() @ r
        grad_b_out += error.sum(0)
        loss += (mask * difference.square()).sum()
    network.W.grad, network.W_in.grad = sums[:, :n].contiguous(), sums[:, n:-1].contiguous()
    network.b.grad, network.W_out.grad, network.b_out.grad = sums[:, -1].contiguous(), grad_out, grad_b_out
    return float(loss / graded)


def product_rates(n, batch, steps):
    """GFLOP/s of the products of one update, as stillpoint_update measures its own; states are B x N here."""
    W, r, u = torch.randn(n, n), torch.randn(steps * batch, n), torch.empty(steps * batch, n)

    def rate(body):
        body()
        best = 0.0
        for _ in range(7):
            count, start = 0, time.perf_counter()
            while time.perf_counter() - start < 0.02:
                body()
                count += 1
            best = max(best, count / (time.perf_counter() - start))
        return 2e-9 * n * n * batch * steps * best

    def each_step(weights):
        pairs = list(zip(r.split(batch), u.split(batch)))
        def body():
            for source, target in pairs:
                torch.mm(source, weights, out=target)
        return rate(body)

    with torch.no_grad():
        return {"forward": each_step(W.t()), "transposed": each_step(W), "gradient": rate(lambda: torch.mm(u.t(), r))}


def blas_of_numpy():
    try:
        import numpy
        blas = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
        return f"numpy {numpy.__version__}, {blas['name']} {blas['version']}"
    except Exception as problem:  # an old numpy, or none
        return f"unknown ({type(problem).__name__})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=["leaky_rate", "plrnn", "lstm"], default="leaky_rate")
    parser.add_argument("--rule", choices=["bptt", "e_prop"], default="bptt")
    parser.add_argument("--variant", default="", help="one of those above; default: the first of the rule")
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--threads", type=int, default=THREADS)
    parser.add_argument("--repetitions", type=int, default=20)
    parser.add_argument("--adam", choices=["fused", "foreach", "loop"], default="fused")
    parser.add_argument("--no-rates", action="store_true")
    given = parser.parse_args()
    case = (given.network, given.rule)
    if case not in VARIANTS:
        sys.exit(f"--rule {given.rule}: not written for --network {given.network}")
    variant = given.variant or next(iter(VARIANTS[case]))
    if variant not in VARIANTS[case]:
        sys.exit(f"--variant {variant}: must be one of: {', '.join(VARIANTS[case])}")

    torch.manual_seed(1)
    network, trials = Network(given.n, given.network), Trials(given.batch, given.steps)
    if variant == "module":
        network.use_module()
    how = {} if given.adam == "loop" else {given.adam: True}
    optimizer = torch.optim.Adam(network.parameters, lr=1e-3, **(how or {"foreach": False}))
    gradient = bptt_gradient if given.rule == "bptt" else e_prop_gradient
    form = VARIANTS[case][variant]()

    def update():
        optimizer.zero_grad(set_to_none=True)
        loss = gradient(network, trials, form)
        torch.nn.utils.clip_grad_norm_(network.parameters, 1.0)
        optimizer.step()
        return loss

    with contextlib.redirect_stdout(sys.stderr):
        for _ in range(3):
            loss = update()
        seconds, cpu = [], time.process_time()
        for _ in range(given.repetitions):
            start = time.perf_counter()
            loss = update()
            seconds.append(time.perf_counter() - start)
        cpu = time.process_time() - cpu
    result = {"median_s": statistics.median(seconds), "min_s": min(seconds), "max_s": max(seconds),
              "cpu_share": cpu / sum(seconds), "loss": loss,
              "peak_resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, "variant": variant,
              "torch": torch.__version__, "mkl": torch.backends.mkl.is_available(), "cpu_capability": torch.backends.cpu.get_cpu_capability(),
              "numpy_blas": blas_of_numpy()}
    if not given.no_rates:
        result["gflops"] = product_rates(given.n, given.batch, given.steps)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
