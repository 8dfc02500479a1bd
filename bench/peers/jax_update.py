#!/usr/bin/env python3
"""One training update in JAX (CPU, float32, jit of a whole update, lax.scan over time), timed; the counterpart of
stillpoint_update for leaky_rate by bptt.

    r(t+1) = (1 - a) r(t) + a tanh(W r(t) + W_in s(t) + b),    y_hat(t+1) = W_out r(t+1) + b_out

Same sizes and the same work as pytorch_update.py. Several networks at once (--networks) go through vmap, each with weights
and trials of its own. JAX takes all processors that it may use: --threads 1 pins it to one. Prints one line of JSON.
"""
import argparse
import json
import os
import resource
import statistics
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--n", type=int, default=100)
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--steps", type=int, default=100)
parser.add_argument("--networks", type=int, default=1)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--repetitions", type=int, default=20)
given = parser.parse_args()
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-given.threads:])  # before JAX counts processors
assert len(os.sched_getaffinity(0)) == given.threads, "fewer processors than --threads"
if given.threads == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

INPUTS, OUTPUTS = 2, 1
ALPHA = 0.1  # dt / tau = 5 ms / 50 ms
RATE, BETA_1, BETA_2, EPSILON, CLIP = 1e-3, 0.9, 0.999, 1e-8, 1.0


def new_network(key, n):
    keys = jax.random.split(key, 3)
    return {"W": 1.5 / n**0.5 * jax.random.normal(keys[0], (n, n)), "W_in": jax.random.normal(keys[1], (n, INPUTS)),
            "b": jnp.zeros(n), "W_out": n**-0.5 * jax.random.normal(keys[2], (OUTPUTS, n)), "b_out": jnp.zeros(OUTPUTS)}


def new_trials(key, n, batch, steps):
    keys = jax.random.split(key, 3)
    mask = jnp.zeros((steps, batch, OUTPUTS)).at[steps // 2:].set(1)
    return {"inputs": jax.random.normal(keys[0], (steps, batch, INPUTS)), "mask": mask,
            "targets": jnp.sign(jax.random.normal(keys[1], (steps, batch, OUTPUTS))),
            "start": jnp.tanh(0.1 * jax.random.normal(keys[2], (batch, n)))}


def loss_of(network, trials):
    W_t = network["W"].T

    def step(r, drive):
        r = (1 - ALPHA) * r + ALPHA * jnp.tanh(drive + r @ W_t)
        return r, r

    drive = trials["inputs"] @ network["W_in"].T + network["b"]  # of all steps as one product
    _, rates = jax.lax.scan(step, trials["start"], drive)
    outputs = rates @ network["W_out"].T + network["b_out"]
    return (trials["mask"] * jnp.square(outputs - trials["targets"])).sum() / trials["mask"].sum()


def update(network, moments, count, trials):
    loss, gradient = jax.value_and_grad(loss_of)(network, trials)
    length = jnp.sqrt(sum(jnp.square(g).sum() for g in gradient.values()))
    scale = jnp.minimum(1.0, CLIP / length)
    count = count + 1
    changed, kept = {}, {}
    for name, weights in network.items():
        g = scale * gradient[name]
        m = BETA_1 * moments[name][0] + (1 - BETA_1) * g
        v = BETA_2 * moments[name][1] + (1 - BETA_2) * g * g
        kept[name] = (m, v)
        changed[name] = weights - RATE * (m / (1 - BETA_1**count)) / (jnp.sqrt(v / (1 - BETA_2**count)) + EPSILON)
    return changed, kept, count, loss


def main():
    keys = jax.random.split(jax.random.PRNGKey(1), 2 * given.networks).reshape(2, given.networks, -1)
    networks = jax.vmap(lambda key: new_network(key, given.n))(keys[0])
    trials = jax.vmap(lambda key: new_trials(key, given.n, given.batch, given.steps))(keys[1])
    count, run = jnp.zeros(given.networks), jax.vmap(update)
    if given.networks == 1:  # no axis of networks, which would cost
        networks, trials = jax.tree.map(lambda a: a[0], (networks, trials))
        count, run = jnp.zeros(()), update
    moments = jax.tree.map(lambda a: (jnp.zeros_like(a), jnp.zeros_like(a)), networks)
    compiled = jax.jit(run, donate_argnums=(0, 1, 2))
    seconds, cpu = [], 0.0
    for repetition in range(3 + given.repetitions):
        start, cpu_start = time.perf_counter(), time.process_time()
        networks, moments, count, loss = jax.block_until_ready(compiled(networks, moments, count, trials))
        if repetition >= 3:
            seconds.append(time.perf_counter() - start)
            cpu += time.process_time() - cpu_start
    seconds = [each / given.networks for each in seconds]
    print(json.dumps({"median_s": statistics.median(seconds), "min_s": min(seconds), "max_s": max(seconds),
                      "cpu_share": cpu / given.networks / sum(seconds), "loss": float(jnp.mean(loss)),
                      "peak_resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, "jax": jax.__version__}))


if __name__ == "__main__":
    main()
