#!/usr/bin/env python3
"""Recordings that memory does not hold: spikes of one unit, and samples of a series, are read part after part, and sessions
written so."""
import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
from support import given, main, small_run, stillpoint

LENGTH_S, TRIALS, CHANNELS, HZ = 600, 20, 60, 1000
SPIKES = [32_000_000, 1000, 2_000_000]  # of units; 256 MB of the first, and more of the series
ROOM = 200 * 10**6                      # beside what the program takes for a small recording; of it a thread reserves 140 MB
EVENTS = np.arange(TRIALS) * LENGTH_S / TRIALS + 5
ALONE = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}


def typed(group, kind, namespace="core", **attributes):
    group.attrs.update(namespace=namespace, neurodata_type=kind, **attributes)
    return group


def column(group, name, values, **options):
    return typed(group.create_dataset(name, **({"data": values} | options)), "VectorData", "hdmf-common", description=name)


def spikes_of(count, begin, end):
    """Some of a unit that has so many: at times that compress well."""
    return np.floor(np.arange(begin, end) * (LENGTH_S / count * 64)) / 64


def recording(path, counts, seconds):
    """Units with so many spikes, and a series of `seconds` whose samples say the whole second they are of."""
    with h5py.File(path, "w") as file:
        typed(file, "NWBFile", nwb_version="2.7.0")
        for name, text in {"identifier": "-", "session_description": "-", "session_start_time": "2026-01-01T00:00:00+00:00"}.items():
            file[name] = text
        units = typed(file.create_group("units"), "Units", "core", colnames=np.array(["spike_times"], dtype=h5py.string_dtype()), description="-")
        spikes = column(units, "spike_times", None, shape=(sum(counts),), dtype="f8", chunks=(1 << 16,), compression="gzip", compression_opts=1, shuffle=True)
        begin = 0
        for count in counts:
            for part in range(0, count, 1 << 22):
                end = min(count, part + (1 << 22))
                spikes[begin + part:begin + end] = spikes_of(count, part, end)
            begin += count
        column(units, "id", np.arange(len(counts)))
        typed(column(units, "spike_times_index", np.cumsum(counts)), "VectorIndex", "hdmf-common", target=spikes.ref)
        trials = typed(file.create_group("intervals/trials"), "TimeIntervals", colnames=np.array(["start_time", "stop_time"], dtype=h5py.string_dtype()), description="-")
        column(trials, "start_time", EVENTS)
        column(trials, "stop_time", EVENTS + 2)
        column(trials, "id", np.arange(TRIALS))
        series = typed(file.create_group("acquisition/response"), "TimeSeries", description="-")
        samples = seconds * HZ
        data = series.create_dataset("data", shape=(samples, CHANNELS), dtype="f8", chunks=(2000, CHANNELS), compression="gzip", compression_opts=1, shuffle=True)
        data.attrs.update(unit="V", conversion=1.0)
        for part in range(0, samples, 20000):
            data[part:part + 20000] = np.repeat(np.arange(part, part + 20000) // HZ, CHANNELS).reshape(-1, CHANNELS)
        series.create_dataset("starting_time", data=0.0).attrs.update(rate=float(HZ), unit="seconds")
    return path


def on_one_processor():
    """Every thread maps memory of its own."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def addresses_taken(*words):
    """The most that the program maps."""
    child = subprocess.Popen([str(given.program), *map(str, words)], stdout=subprocess.DEVNULL, preexec_fn=on_one_processor, env=ALONE)
    most = 0
    while child.poll() is None:
        found = re.search(r"VmPeak:\s+(\d+) kB", Path(f"/proc/{child.pid}/status").read_text())
        most = max(most, int(found[1]) * 1024 if found else 0)
        time.sleep(0.001)
    assert child.returncode == 0 and most > 0
    return most


def done_in(limit, *words):
    def confine():
        on_one_processor()
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    done = stillpoint(*words, preexec_fn=confine, env=ALONE)
    assert done.returncode == 0, done.stderr
    return done.stdout


def observed_in(limit, *words):
    return json.loads(done_in(limit, "observe", *words))["sessions"][0]


def test_units_and_series_larger_than_memory_are_observed(tmp):
    words = ("--window", "0..1000", "--only", "mean_rate,autocorrelation", "--json", "-")
    series = ("--series", "response")
    small, large = recording(tmp / "small.nwb", [30_000] * 3, 20), recording(tmp / "large.nwb", SPIKES, LENGTH_S)
    limit = addresses_taken("observe", small, *words) + ROOM
    assert 8 * SPIKES[0] > ROOM and 8 * LENGTH_S * HZ * CHANNELS > ROOM
    found = np.array(observed_in(limit, large, *words)["peri_event"][0]["units"])
    edges = EVENTS[:, None] + 0.05 * np.arange(21)
    for unit, count in enumerate(SPIKES):
        before = np.zeros(edges.shape)
        for part in range(0, count, 1 << 22):
            before += np.searchsorted(spikes_of(count, part, min(count, part + (1 << 22))), edges)
        expected = np.diff(before, axis=1).mean(axis=0) / 0.05
        assert np.allclose(found[unit], expected), (unit, found[unit], expected)
    # A figure has the marks that it can show, not one for each of a million spikes at the same times.
    assert np.array_equal(observed_in(limit, large, *words, "--plot", tmp / "large.svg")["peri_event"][0]["units"], found)
    marks = re.findall(r"M([0-9.]+,[0-9.]+)h0", (tmp / "large.svg").read_text())
    different = 64 * TRIALS * 2 + TRIALS  # of the two units that fire often, and at most so many of the third
    assert 64 * TRIALS * 2 <= len(marks) < different + 100 and len(set(marks)) > 0.99 * len(marks), (len(marks), different)
    found = observed_in(limit, large, *words, *series)["peri_event"][0]["units"]
    assert np.allclose(found, EVENTS.mean()), found


def test_a_session_larger_than_memory_is_written(tmp):
    out, trials, room = tmp / "s.nwb", 3000, 80 * 10**6  # beside what few trials take; spikes and inputs of all take some 40 MB
    words = ("export-nwb", small_run("tcr", seed=3), out, "--experiments", "rest", "--neurons", 20, "--quiet", "--trials")
    limit = addresses_taken(*words, 50) + room
    done_in(limit, *words, trials)
    with h5py.File(out) as file:
        rates, times = (file["processing/ecephys/firing_rates"][name] for name in ("data", "timestamps"))
        assert rates.id.get_storage_size() > room, rates.id.get_storage_size()
        assert len(rates) == len(times) and len(file["intervals/trials/id"]) == trials and rates[-1].all()


if __name__ == "__main__":
    sys.exit(main(globals()))
