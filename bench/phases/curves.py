"""Synthetic learning curves of known drops: the shapes that training makes, in three kinds of noise.

A curve is log loss, mean + noise. Its drops are (from, to, half way), in points. Noise has a standard deviation of 1 to 30 % of the
loss, falls are by factors of 1.6 to 20, both drawn evenly in their logarithm; so is the number of points.
"""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

WITH_DROPS = ("cliff", "cliff into a power law", "staircase", "grokking", "oscillation, then a cliff", "spikes and a cliff")
WITHOUT = ("flat", "power law", "exponential", "two exponentials", "rising", "spikes", "blow-up", "oscillation")
NOISES = ("white", "autocorrelated", "shrinking")


@dataclass
class Made:
    shape: str
    noise: str
    log_loss: np.ndarray
    drops: list[tuple[float, float, float]] = field(default_factory=list)


def ramp(t, begin, end):
    return np.clip((t - begin) / (end - begin), 0, 1)


def log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def one_drop(rng, n):
    begin = int(rng.uniform(0.15, 0.7) * n)
    width = int(log_uniform(rng, 1, begin / 4))
    size = log_uniform(rng, 0.5, 3)
    return begin, begin + width, size


def with_noise(rng, mean, noise):
    n, sd = len(mean), log_uniform(rng, 0.01, 0.3)
    e = rng.normal(size=n)
    if noise == "autocorrelated":
        from scipy.signal import lfilter

        rho = rng.choice([0.5, 0.8, 0.95])
        burn = 200
        e = lfilter([np.sqrt(1 - rho**2)], [1, -rho], rng.normal(size=n + burn))[burn:]
    if noise == "shrinking":
        e = e * np.exp(0.5 * (mean - mean.max()))
    return mean + sd * e


def spikes_of(rng, n):
    up = np.zeros(n)
    for _ in range(rng.integers(1, 6)):
        at, length = rng.integers(0, n), rng.integers(1, 4)
        up[at:at + length] += rng.uniform(0.5, 3)
    return up


def make(shape, noise, n, rng):
    t, drops = np.arange(n, dtype=float), []
    if shape in ("cliff", "cliff into a power law", "oscillation, then a cliff", "spikes and a cliff"):
        begin, end, size = one_drop(rng, n)
        mean = -size * ramp(t, begin, end) - rng.choice([0, 0.1]) * t / n
        if shape == "cliff into a power law":
            power = rng.uniform(0.5, 2)
            least = max(10, 4 * power * (end - begin) / size)  # its steepest a quarter of the ramp's: else where does the ramp end?
            mean -= power * np.log1p(np.maximum(0, t - end) / log_uniform(rng, least, max(least, n / 4)))
        elif shape == "oscillation, then a cliff":
            period = log_uniform(rng, 8, max(9, begin / 3))
            mean += rng.uniform(0.1, 0.25) * size * np.sin(2 * np.pi * t / period) * (t < begin)
        elif shape == "spikes and a cliff":
            mean += spikes_of(rng, n)
        drops = [(begin, end, (begin + end) / 2)]
    elif shape == "staircase":
        count = int(rng.integers(2, 5))
        gaps = rng.dirichlet(np.full(count + 1, 6.0))
        begins = np.cumsum(gaps)[:-1] * n
        mean = np.zeros(n)
        for i, begin in enumerate(begins.astype(int)):
            width = int(log_uniform(rng, 1, max(1.5, 0.25 * gaps[i] * n)))
            mean -= log_uniform(rng, 0.5, 2) * ramp(t, begin, begin + width)
            drops.append((begin, begin + width, begin + width / 2))
    elif shape == "grokking":
        middle = rng.uniform(0.3, 0.7) * n
        width = log_uniform(rng, 0.5, middle / 30)  # 10 to 90 % of the fall take 4.4 of these
        mean = -log_uniform(rng, 0.7, 4) / (1 + np.exp(-np.clip((t - middle) / width, -500, 500))) + rng.uniform(0, 0.1) * ramp(t, 0, middle)
        drops = [(middle - 2.2 * width, middle + 2.2 * width, middle)]
    elif shape == "flat":
        mean = np.zeros(n)
    elif shape == "power law":
        mean = -rng.uniform(0.3, 2) * np.log1p(t / log_uniform(rng, 0.5, n / 3))
    elif shape == "exponential":
        mean = np.log(np.exp(-t / log_uniform(rng, 2, n)) + rng.choice([1e-9, 0.01, 0.1]))
    elif shape == "two exponentials":
        fast = log_uniform(rng, 2, n / 10)
        mean = np.log(0.6 * np.exp(-t / fast) + 0.4 * np.exp(-t / (fast * log_uniform(rng, 3, 30))) + 0.01)
    elif shape == "rising":
        mean = [t / n, np.log1p(10 * t / n), 2 * ramp(t, 0.4 * n, 0.45 * n)][rng.integers(3)]
    elif shape == "spikes":
        mean = [np.zeros(n), -t / n, -np.log1p(t / 10)][rng.integers(3)] + spikes_of(rng, n)
    elif shape == "blow-up":
        at, tau = rng.uniform(0.2, 0.7) * n, log_uniform(rng, 2, n / 20)
        up = rng.uniform(1, 3) * np.exp(-np.maximum(0, t - at) / tau) * (t >= at)
        mean = [np.zeros(n), -t / n, -np.log1p(t / 10)][rng.integers(3)] + up
    elif shape == "oscillation":
        mean = rng.uniform(0.2, 0.8) * np.sin(2 * np.pi * t / log_uniform(rng, 8, n / 3) + rng.uniform(0, 6.3))
    return Made(shape, noise, with_noise(rng, np.asarray(mean, dtype=float), noise), drops)


def curve_of(shape, noise, number, seed, low=100, high=200_000):
    rng = np.random.default_rng([seed, (WITH_DROPS + WITHOUT).index(shape), NOISES.index(noise), number])
    return make(shape, noise, int(log_uniform(rng, low, high)), rng)
