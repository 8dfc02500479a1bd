#!/usr/bin/env python3
"""Drops in synthetic learning curves: those `stillpoint analyze phases` finds, beside change-points of ruptures, in the same run.

    bench/phases/benchmark.py --program build/release/stillpoint --count 60 --seed 101

needs numpy, scipy and ruptures 1.1.10 (PyPI). count: curves of each of 14 shapes in each of 3 kinds of noise (bench/phases/curves.py).

A drop counts as found where its ramp, three points or the ramp's own length on, overlaps one that was found; what overlaps none is a
false positive. ruptures: optimal partitions of log loss into constant levels by PELT with the cost l2 (KernelCPD with a linear
kernel, which is that in C), curves of up to 10,000 points; a change to a lower level is a drop from the last point before to the first
after. Its penalty is a multiple of the noise's variance (by differences) times log n: the multiple at which as many curves without a
drop are given one as here, over all shapes, and over flat curves alone.
"""
import argparse
import json
import math
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

import curves as made

LONGEST_FOR_RUPTURES = 10_000


def found_by_program(curve, program):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "curve.csv"
        table = np.column_stack([np.arange(len(curve.log_loss)), np.exp(curve.log_loss)])
        np.savetxt(path, table, delimiter=",", header="update,loss", comments="", fmt=["%d", "%.17g"])
        before = time.perf_counter()
        answer = json.loads(subprocess.run([program, "analyze", "phases", path, "--json", "-"], check=True, capture_output=True, text=True).stdout)
        seconds = time.perf_counter() - before
    drops = [{key: one[key] for key in ("from", "to", "update", "low", "high", "from_interval", "to_interval")} for one in answer["drops"]]
    return answer["verdict"], drops, seconds


class Partitions:
    """Of one curve by ruptures, for any penalty."""

    def __init__(self, log_loss):
        import ruptures

        self.y = log_loss
        self.unit = np.median(np.abs(np.diff(log_loss))) ** 2 / 0.6745**2 / 2 * math.log(len(log_loss))
        self.search = ruptures.KernelCPD(kernel="linear", min_size=2).fit(log_loss.reshape(-1, 1))

    def falls(self, multiple):
        ends = self.search.predict(pen=multiple * self.unit)
        levels = [self.y[a:b].mean() for a, b in zip([0, *ends], ends)]
        return [{"from": end - 1, "to": end} for end, before, after in zip(ends, levels, levels[1:]) if after < before]

    def largest_with_a_fall(self):
        low, high = math.log(1), math.log(1e6)
        while high - low > 0.1:
            middle = (low + high) / 2
            low, high = (middle, high) if self.falls(math.exp(middle)) else (low, middle)
        return math.exp(low)


def matched(drops, truth):
    """Pairs of found and true, each of either once; and what is left of the found."""
    pairs, left, taken = [], [], set()
    for one in drops:
        for i, (begin, end, _) in enumerate(truth):
            beside = max(3, end - begin)
            if i not in taken and one["from"] <= end + beside and one["to"] >= begin - beside:
                taken.add(i)
                pairs.append((one, truth[i]))
                break
        else:
            left.append(one)
    return pairs, left


def judge(job):
    shape, noise, number, points, seed, program = job
    curve = made.curve_of(shape, noise, number, seed, *points)
    verdict, drops, seconds = found_by_program(curve, program)
    critical = None
    if len(curve.log_loss) <= LONGEST_FOR_RUPTURES and not curve.drops and number % 3 == 0:
        critical = Partitions(curve.log_loss).largest_with_a_fall()
    return curve.shape, curve.noise, len(curve.log_loss), curve.drops, verdict, drops, seconds, critical


def judge_ruptures(job):
    shape, noise, number, points, seed, multiples = job
    curve = made.curve_of(shape, noise, number, seed, *points)
    if len(curve.log_loss) > LONGEST_FOR_RUPTURES:
        return None
    partitions = Partitions(curve.log_loss)
    return shape, curve.drops, len(curve.log_loss), [partitions.falls(multiple) for multiple in multiples]


def tally(rows):
    """rows: (n, truth, drops) -> counts over curves of a shape."""
    count, errors = Counter(), []
    for n, truth, drops in rows:
        pairs, left = matched(drops, truth)
        count.update(curves=1, true=len(truth), found=len(pairs), false=bool(left))
        for one, (begin, end, middle) in pairs:
            errors.append(abs(one["from"] - begin))
            if "low" in one:
                half = 0.5 if one["low"] == int(one["low"]) else 0  # half of a ramp may lie between two points
                count.update(middle=one["low"] - half <= middle <= one["high"] + half, onset=one["from_interval"][0] <= begin <= one["from_interval"][1],
                             end=one["to_interval"][0] <= end <= one["to_interval"][1])
    return count, errors


def share(part, whole):
    return f"{100 * part / whole:.0f} %" if whole else ""


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--program", required=True)
    options.add_argument("--count", type=int, default=60)
    options.add_argument("--seed", type=int, default=101)
    options.add_argument("--points", type=int, nargs=2, default=(100, 200_000), metavar=("LEAST", "MOST"))
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--without-ruptures", action="store_true")
    given = options.parse_args()
    places = [(shape, noise, i) for shape in made.WITH_DROPS + made.WITHOUT for noise in made.NOISES for i in range(given.count)]
    with multiprocessing.Pool(given.jobs) as pool:
        ours = pool.map(judge, [(*place, given.points, given.seed, given.program) for place in places], chunksize=4)
        by_shape, by_noise, peers = defaultdict(list), defaultdict(list), defaultdict(lambda: ([], []))
        for shape, noise, n, truth, _, drops, _, _ in ours:
            by_shape[shape].append((n, truth, drops))
            by_noise[noise].append((n, truth, drops))
        if not given.without_ruptures:
            critical = sorted((one[-1], one[0] == "flat", bool(one[5])) for one in ours if one[-1] is not None)
            all_shapes, flat = [c for c, _, _ in critical], [c for c, is_flat, _ in critical if is_flat]
            allowed = sum(is_false for _, _, is_false in critical) / len(critical)
            allowed_flat = sum(is_false for _, is_flat, is_false in critical if is_flat) / len(flat)
            multiples = [sorted(values)[max(0, math.ceil((1 - rate) * len(values)) - 1)] * 1.1 for values, rate in ((all_shapes, allowed), (flat, allowed_flat))]
            print(f"ruptures: {len(critical)} curves without a drop, of which {100 * allowed:.1f} % are given one here ({100 * allowed_flat:.1f} % of the flat): "
                  f"penalty {multiples[0]:.4g} and {multiples[1]:.4g} variance log n\n")
            for answer in pool.map(judge_ruptures, [(*place, given.points, given.seed, multiples) for place in places], chunksize=4):
                if answer:
                    for k in range(2):
                        peers[answer[0]][k].append((answer[2], answer[1], answer[3][k]))
    print("| shape | curves | false positives | found | onset off by (points) | half way, onset, end within their intervals | ruptures, same rate over all shapes: "
          "false, found, off by | same rate on flat curves: false, found, off by |\n|---|---|---|---|---|---|---|---|")
    for shape, rows in [*by_shape.items(), *by_noise.items()]:
        count, errors = tally(rows)
        cells = [shape, count["curves"], share(count["false"], count["curves"]), f"{count['found']} of {count['true']}" if count["true"] else "",
                 f"{np.median(errors):.3g}, {np.quantile(errors, 0.9):.3g}" if errors else "",
                 ", ".join(share(count[key], count["found"]) for key in ("middle", "onset", "end")) if errors else ""]
        for k in range(2):
            if shape not in peers:
                cells.append("")
                continue
            count, errors = tally(peers[shape][k])
            cells.append(f"{share(count['false'], count['curves'])}" + (f", {share(count['found'], count['true'])}, {np.median(errors):.3g}, {np.quantile(errors, 0.9):.3g}" if errors else
                                                                       ", 0 %" if count["true"] else ""))
        print("| " + " | ".join(map(str, cells)) + " |")
    verdicts = defaultdict(Counter)
    for shape, _, _, _, verdict, _, _, _ in ours:
        verdicts[shape][verdict] += 1
    print("\nverdicts: " + "; ".join(f"{shape} {dict(count)}" for shape, count in verdicts.items()))
    longest = sorted(((seconds, n) for _, _, n, _, _, _, seconds, _ in ours), reverse=True)[:3]
    print(f"{len(ours)} curves; the slowest: " + ", ".join(f"{seconds:.2f} s for {n} points" for seconds, n in longest))


if __name__ == "__main__":
    sys.exit(main())
