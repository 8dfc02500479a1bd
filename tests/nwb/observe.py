#!/usr/bin/env python3
"""Statistics of recordings against numpy, from the equations, on files that pynwb wrote with what makes recordings irregular:
empty units, observation intervals, invalid times, trials without an event."""
import json
import os
import sys
import warnings
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from pynwb import NWBHDF5IO, NWBFile, TimeSeries
from pynwb.file import Subject

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "program"))
from support import main, ok, refused, stillpoint  # noqa: E402

warnings.filterwarnings("ignore")

TRIALS, UNITS, LENGTH_S = 60, 10, 4.0
WINDOW, BIN = (-500, 1500), 50
EDGES = [(WINDOW[0] + BIN * i) / 1000 for i in range(41)]


def spikes_of(rng, events, gains, rate):
    """A rate that wanders for 200 ms (in steps of 10 ms), is raised after the event by a gain of its trial."""
    step = 0.01
    times = np.arange(0, TRIALS * LENGTH_S, step)
    wander = np.zeros(len(times))
    for i in range(1, len(times)):
        wander[i] = np.exp(-step / 0.2) * wander[i - 1] + np.sqrt(1 - np.exp(-2 * step / 0.2)) * rng.normal()
    hz = rate * (1 + 0.4 * wander)
    for event, gain in zip(events, gains):
        hz[(times >= event) & (times < event + 1)] *= gain
    counts = rng.poisson(np.maximum(hz, 0) * step)
    return np.sort(np.repeat(times, counts) + rng.uniform(0, step, counts.sum()))


class Lab:
    """What is written, and kept to compute with."""

    def __init__(self, path, seed=1, subject="m1", trials=True, change=None):
        rng = np.random.default_rng(seed)
        self.path = path
        self.start = np.arange(TRIALS) * LENGTH_S
        self.go = self.start + 1 + rng.uniform(0, 0.5, TRIALS)
        self.side = np.where(rng.uniform(size=TRIALS) < 0.5, "left", "right")
        self.correct = rng.uniform(size=TRIALS) < 0.8
        self.contrast = rng.choice([0, 0.25, 0.5, 1.0], TRIALS).astype("f4")
        gains = np.where(self.side == "left", 2.0, 0.8)
        self.spikes = [spikes_of(rng, self.go, gains if u % 2 else 1 / gains, 8 + 2 * u) for u in range(UNITS)]
        self.spikes[3] = np.zeros(0)  # an empty unit
        self.area = ["ALM" if u < 6 else "M1, deep" for u in range(UNITS)]
        self.observed = [[[0, TRIALS * LENGTH_S]] for _ in range(UNITS)]
        self.go[7] = np.nan
        if change:
            change(self)
        file = NWBFile("a session", f"id-{seed}", datetime(2026, 1, 1, tzinfo=timezone.utc), subject=Subject(subject_id=subject, sex="U", species="Mus musculus"))
        if trials:
            for name in ("go_time", "side", "correct", "contrast"):
                file.add_trial_column(name, name)
            for k in range(TRIALS):
                file.add_trial(start_time=self.start[k], stop_time=self.start[k] + LENGTH_S, go_time=self.go[k], side=self.side[k],
                               correct=bool(self.correct[k]), contrast=self.contrast[k])
        file.add_unit_column("area", "where it is")
        for u in range(UNITS):
            file.add_unit(spike_times=self.spikes[u], obs_intervals=self.observed[u], area=self.area[u], id=100 + u)
        if hasattr(self, "invalid"):
            file.add_invalid_time_interval(start_time=self.invalid[0], stop_time=self.invalid[1])
        if hasattr(self, "series"):
            file.add_acquisition(self.series)
        with NWBHDF5IO(str(path), "w") as io:
            io.write(file)

    def counts(self, units, trials):
        """trials x units x bins; a spike at an edge is in the bin that begins there."""
        return np.array([[np.diff(np.searchsorted(self.spikes[u], [self.go[k] + edge for edge in EDGES], side="left")) for u in units]
                         for k in trials], dtype=float)


def observed(lab, *words):
    files = [str(each.path) for each in (lab if isinstance(lab, list) else [lab])]
    return json.loads(ok("observe", *files, "--align", "go_time", "--json", "-", *words))


def value(result, name):
    return next(each for each in result["statistics"] if each["name"] == name)


def close(found, expected, tolerance=1e-9):
    assert np.allclose(found, expected, rtol=tolerance, atol=tolerance), (found, expected)


def autocorrelation(x, conditions):
    """Sum over units and pairs of bins of the covariance over trials, over that of the products of standard deviations."""
    d = x.copy()
    for condition in set(conditions):
        d[conditions == condition] -= d[conditions == condition].mean(axis=0)
    C = np.einsum("kni,knj->nij", d, d)
    sd = np.sqrt(np.einsum("nii->ni", C))
    bins = x.shape[2]
    return [sum(np.trace(C[n], lag) for n in range(x.shape[1])) / sum((sd[:, i] * sd[:, i + lag]).sum() for i in range(bins - lag))
            for lag in range(1, bins)]


def jackknife(statistic, conditions, trials):
    """Value and standard error: the k-th trial of each condition is in group k modulo 10."""
    place = np.zeros(trials, int)
    for condition in set(conditions):
        place[conditions == condition] = np.arange((conditions == condition).sum())
    without = np.array([statistic(place % 10 != group) for group in range(10)])
    return statistic(np.ones(trials, bool)), np.sqrt(0.9 * ((without - without.mean()) ** 2).sum())


T_9 = 2.262157162740992  # 97.5 % of Student's t with 9 degrees of freedom


def test_statistics_are_those_of_numpy(tmp):
    lab = Lab(tmp / "a.nwb")
    kept = np.array([k for k in range(TRIALS) if k != 7])
    found = observed(lab, "--condition", "side", "--epoch", "0..1000", "--lag-ms", 100)
    (session,) = found["sessions"]
    assert (session["units"], session["trials"], session["trials_in_file"]) == (UNITS, 59, TRIALS)
    assert session["notes"][0] == "1 of 60 trials left out: no go_time", session["notes"]
    x, side = lab.counts(range(UNITS), kept), lab.side[kept]
    assert x.sum() > 5000
    for condition in session["peri_event"]:
        close(condition["units"], x[side == condition["name"]].mean(axis=0) / 0.05)
        close(condition["mean"], x[side == condition["name"]].mean(axis=(0, 1)) / 0.05)
    epoch = x[:, :, 10:30]
    close(session["unit_means"], epoch.mean(axis=(0, 2)) / 0.05)

    rate, error = jackknife(lambda use: epoch[use].mean() / 0.05, side, 59)
    mean_rate = value(found, "mean_rate")
    close(mean_rate["value"], rate)
    close(mean_rate["interval"], [rate - T_9 * error, rate + T_9 * error])
    assert (mean_rate["interval_of"], mean_rate["count"], mean_rate["unit"]) == ("trials", 1, "Hz")

    def fano(use):
        counts = epoch.sum(axis=2)
        ratios = [counts[use & (side == c)][:, u].var(ddof=1) / counts[use & (side == c)][:, u].mean()
                  for c in ("left", "right") for u in range(UNITS) if u != 3]
        return np.mean(ratios)
    expected, error = jackknife(fano, side, 59)
    close(value(found, "fano")["value"], expected)
    close(value(found, "fano")["interval"], [expected - T_9 * error, expected + T_9 * error])

    R = autocorrelation(epoch, side)
    close(session["autocorrelation"]["value"], R)
    expected, error = jackknife(lambda use: autocorrelation(epoch[use], side[use])[1], side, 59)
    close(value(found, "autocorrelation")["value"], expected)
    close(value(found, "autocorrelation")["interval"], [expected - T_9 * error, expected + T_9 * error])


def test_speed_and_ramping_are_products_of_different_trials(tmp):
    lab = Lab(tmp / "a.nwb")
    kept = np.array([k for k in range(TRIALS) if k != 7])
    found = observed(lab, "--only", "speed,ramping")
    assert [each["name"] for each in found["statistics"]] == ["ramping", "ramping_index", "speed", "relative_speed"]
    x = lab.counts(range(UNITS), kept)
    means = np.array([x[place::40].mean(axis=0) for place in range(40)]) / 0.05  # of 59 trials, means of one or two

    def mean_product(y):
        """Over pairs of different rows, summed over the last axis."""
        n = len(y)
        return ((y.sum(axis=0) ** 2).sum(axis=0) - (y ** 2).sum(axis=(0, 1))) / (n * (n - 1))
    squared = mean_product(np.diff(means, axis=2) / 0.05).mean() / UNITS
    close(value(found, "speed")["value"], np.sqrt(max(squared, 0)))
    time = (np.arange(40) - 19.5) * 0.05
    slopes = (means - means.mean(axis=2, keepdims=True)) @ time / (time ** 2).sum()
    close(value(found, "ramping")["value"], np.sqrt(max(mean_product(slopes[:, :, None])[0] / UNITS, 0)))


def test_what_was_not_observed_is_left_out_and_said(tmp):
    def change(lab):
        lab.observed[5] = [[0, 30]]                              # one unit, in 7 of 59 trials: the unit goes
        lab.observed[8] = [[0, 100.0], [104.2, TRIALS * LENGTH_S]]  # a gap within trial 25: the trial goes
        lab.observed[9] = [[0, 60.0], [60.0, TRIALS * LENGTH_S]]    # no gap
        lab.invalid = (lab.go[40] + 1.4, lab.go[40] + 1.45)
    lab = Lab(tmp / "a.nwb", change=change)
    assert lab.go[25] + 1.5 > 100 and lab.go[25] - 0.5 < 104.2
    found = observed(lab)
    (session,) = found["sessions"]
    assert session["unit_ids"] == [100 + u for u in range(UNITS) if u != 5]
    kept = [k for k in range(TRIALS) if k not in (7, 25, 40)]
    close(session["peri_event"][0]["units"], lab.counts([u for u in range(UNITS) if u != 5], kept).mean(axis=0) / 0.05)
    notes = "; ".join(session["notes"])
    for said in ("1 of 60 trials left out: no go_time", "1 of 59 trials left out: the window meets invalid_times",
                 "1 of 10 units left out: not observed", "1 of 58 trials left out: not observed"):
        assert said in notes, notes
    assert notes.split("; ")[0] in ok("observe", lab.path, "--align", "go_time")


def test_filters_choose_units_and_trials(tmp):
    lab = Lab(tmp / "a.nwb")
    event = np.arange(TRIALS) != 7
    for where, chosen in (("side=left", lab.side == "left"), ("correct=true, contrast>=0.25", lab.correct & (lab.contrast >= 0.25)),
                          ("contrast=0|1", (lab.contrast == 0) | (lab.contrast == 1)), ("contrast!=0.25,side!=left", (lab.contrast != 0.25) & (lab.side != "left")),
                          ("contrast<0.5", lab.contrast < 0.5), ("id>=10", np.arange(TRIALS) >= 10)):
        found = observed(lab, "--where", where, "--only", "mean_rate")
        assert found["sessions"][0]["trials"] == (chosen & event).sum(), where
    for units, ids in (("area=ALM", range(100, 106)), ('area="M1, deep"', range(106, 110)), ("id=101|103", [101, 103])):
        assert observed(lab, "--units", units, "--only", "mean_rate")["sessions"][0]["unit_ids"] == list(ids), units
    numbers = observed(lab, "--condition", "contrast", "--only", "mean_rate")
    assert numbers["conditions"] == ["0", "0.25", "0.5", "1"]


def test_series_are_means_of_samples_in_bins(tmp):
    rate, gain = 40.0, np.float32(0.5)
    data = np.random.default_rng(2).integers(-500, 500, size=(int(TRIALS * LENGTH_S * rate), 3)).astype("i2")

    def change(lab):
        lab.series = TimeSeries("dff", data=data, unit="dF/F", rate=rate, starting_time=0.0, conversion=float(gain), offset=2.0)
    lab = Lab(tmp / "a.nwb", change=change)
    found = observed(lab, "--series", "dff", "--only", "mean_rate,fano")
    (session,) = found["sessions"]
    times = np.arange(len(data)) / rate
    kept = [k for k in range(TRIALS) if k != 7]
    x = np.array([[[(0.5 * data[(times >= lab.go[k] + a) & (times < lab.go[k] + b), c] + 2).mean() for a, b in zip(EDGES, EDGES[1:])]
                   for c in range(3)] for k in kept])
    close(session["peri_event"][0]["units"], x.mean(axis=0))
    close(value(found, "mean_rate")["value"], x.mean())
    assert value(found, "mean_rate")["unit"] == "dF/F" and value(found, "fano")["value"] is None
    refused("observe", lab.path, "--align", "go_time", "--series", "dff", "--bin-ms", 10, names=["10 ms", "/acquisition/dff"])
    refused("observe", lab.path, "--series", "dfg", names=["dfg", "/acquisition/dff"])


def test_several_files_are_sessions_of_animals(tmp):
    labs = [Lab(tmp / f"{i}.nwb", seed=i + 1, subject=f"m{i // 2}") for i in range(6)]
    rates = [observed(lab, "--only", "mean_rate")["statistics"][0]["value"] for lab in labs]
    found = observed(labs, "--only", "mean_rate")["statistics"][0]
    close(found["value"], np.mean(rates))
    assert (found["interval_of"], found["count"]) == ("sessions", 6)
    assert found["interval"][0] < found["value"] < found["interval"][1]
    found = observed(labs, "--only", "mean_rate", "--animal", "subject")["statistics"][0]
    animals = np.array(rates).reshape(3, 2).mean(axis=1)
    error = animals.std(ddof=1) / np.sqrt(3) * 4.302652729911275  # Student's t, 2 degrees of freedom
    close(found["interval"], [animals.mean() - error, animals.mean() + error])
    assert (found["interval_of"], found["count"]) == ("animals", 3)
    found = observed(labs[:4], "--only", "mean_rate", "--animal", "subject")["statistics"][0]
    pairs = np.array(rates[:4]).reshape(2, 2)
    error = np.sqrt((pairs.var(axis=1, ddof=1) / 2).sum() / 4) * 4.302652729911275
    close(found["interval"], [pairs.mean() - error, pairs.mean() + error])
    assert (found["interval_of"], found["count"]) == ("sessions", 4)
    assert observed(labs[:2], "--only", "mean_rate", "--animal", "subject")["statistics"][0]["interval_of"] == "trials"


def test_a_figure_a_table_and_json_are_written(tmp):
    lab = Lab(tmp / "a.nwb")
    words = ("observe", lab.path, "--align", "go_time", "--condition", "side")
    table = ok(*words, "--plot", tmp / "a.svg", "--json", tmp / "a.json")
    for name in ("mean_rate", "fano_ratio", "timescale", "coding_stability", "decoding", "tangling", "signal_dimension", "left", "right"):
        assert name in table, table
    assert "cross_temporal" not in table
    assert (tmp / "a.svg").read_text().endswith("</svg>\n") and json.loads((tmp / "a.json").read_text())["format"] == "stillpoint-observation"
    assert value(json.loads(ok(*words, "--only", "cross_temporal", "--json", "-")), "cross_temporal")["about"]
    again = ok(*words, "--json", "-")
    assert again == (tmp / "a.json").read_text()
    alone = stillpoint(*words, "--json", "-", preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
    assert alone.stdout == again  # on one processor


def test_what_cannot_be_observed_is_one_line(tmp):
    lab = Lab(tmp / "a.nwb")
    f = lab.path
    refused("observe", f, f.parent / "." / f.name, "--align", "go_time", names=["given twice"])
    refused("observe", f, "--align", "go_tim", names=["--align", "go_tim", "go_time", "side"])
    refused("observe", f, "--align", "side", names=["--align", "side"])
    refused("observe", f, "--where", "sid=left", names=["--where", "sid", "side"])
    refused("observe", f, "--where", "side=lef", names=["--where", "left", "right"])
    refused("observe", f, "--where", "side", names=["--where", "side"])
    refused("observe", f, "--where", "side<3", names=["--where", "side"])
    refused("observe", f, "--where", "contrast>1", names=["--where", "60"])
    refused("observe", f, "--units", "area=V1", names=["--units", "V1", "ALM"])
    refused("observe", f, "--condition", "start_time", names=["--condition", "start_time", "16"])
    refused("observe", f, "--window", "500", names=["--window", "500"])
    refused("observe", f, "--window", "0..20", names=["--window", "50"])
    refused("observe", f, "--epoch", "0..3000", names=["--epoch", "1500"])
    refused("observe", f, "--bin-ms", 0, names=["--bin-ms", "0"])
    refused("observe", f, "--only", "fanoo", names=["--only", "fanoo", "fano"])
    refused("observe", f, "--plot", tmp / "a.png", names=["--plot", ".svg"])
    refused("observe", f, "--animal", "side", names=["--animal", "side", "2"])
    refused("observe", f, "--json", f, names=["--json"])
    refused("observe", f, "--window", "-500..300000", names=["obs_intervals"])
    refused("observe", Lab(tmp / "b.nwb", trials=False).path, names=["b.nwb", "trials"])
    assert "reach into the next" in ok("observe", f, "--window", "-500..5000", "--only", "mean_rate")


if __name__ == "__main__":
    sys.exit(main(globals()))
