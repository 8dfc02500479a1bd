#!/usr/bin/env python3
"""Simulated sessions as NWB files, read by what labs read them with: pynwb and its validator, nwbinspector, pynapple, and h5py."""
import json
import shutil
import sys
import warnings
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "program"))
from support import SOURCE, attributes, example_network, main, ok, refused, runs, settings, small_run  # noqa: E402

warnings.filterwarnings("ignore")  # of the readers among themselves

EXPERIMENTS = "rest,step,silence_200,rest_blocked,pulse_train,trial,trial_distracted"
# Nobody measured it, and nowhere: what nwbinspector suggests to add and a simulation does not have.
UNKNOWN = {"check_experimenter_exists", "check_institution"}


def simulated(tmp, *words):
    """A simulation of the task in which every step of rates and outputs is kept."""
    path = tmp / "trials.h5"
    ok("simulate", small_run("tcr", seed=3), "--out", path, "--task", "evidence_accumulation", "--trials", 12, *words)
    return path


def exported(path, out, *words):
    return ok("export-nwb", path, out, *words)


def found_by_inspector(path):
    from nwbinspector import inspect_nwbfile
    return [message for message in inspect_nwbfile(nwbfile_path=str(path)) if message.check_function_name not in UNKNOWN]


def errors_of_validator(path):
    import pynwb
    return pynwb.validate(path=str(path))


def opened(path):
    from pynwb import NWBHDF5IO
    io = NWBHDF5IO(str(path), "r")
    return io.read()


def test_a_simulation_is_read_back_as_it_was(tmp):
    source, out = simulated(tmp), tmp / "s.nwb"
    text = exported(source, out, "--neurons", 15)
    nwb = opened(out)
    units, trials = nwb.units.to_dataframe(), nwb.trials.to_dataframe()
    neurons = units["neuron"].to_numpy()
    assert len(set(neurons)) == 15 and (np.diff(neurons) > 0).all() and not units["stimulated"].any()
    with h5py.File(source) as file:
        r, time = file["recording/rate"][()], file["time_ms"][()]
        output, target, mask = (file[name][()] for name in ("recording/output", "trials/target", "trials/mask"))
        given, condition = file["trials/input"][()], file["trials/condition"][()]
        options = attributes(file["options"])
    dt, steps = time[1], given.shape[1]
    hz = 20 * (r[:, 1:] + 1) / 2

    # Rates and inputs to the bit, where the clock of the session says.
    start = 1 + np.arange(12) * (np.ceil(steps * dt) + 1000) / 1000
    np.testing.assert_allclose(trials["start_time"], start, atol=1e-12)
    np.testing.assert_allclose(trials["stop_time"], start + steps * dt / 1000, atol=1e-12)
    at = (start[:, None] + np.arange(steps) * dt / 1000).ravel()
    rates, shown = nwb.processing["ecephys"]["firing_rates"], nwb.stimulus["input"]
    np.testing.assert_array_equal(rates.data[()], hz[:, :, neurons].reshape(-1, 15))
    np.testing.assert_array_equal(shown.data[()], given.reshape(-1, given.shape[2]))
    for series in rates, shown:
        np.testing.assert_allclose(series.timestamps[()], at, atol=1e-12)
    assert rates.unit == "Hz"

    # Trials: conditions, times of the task, answers.
    np.testing.assert_array_equal(trials["condition"], condition)
    before = float(options["task.slots"]) * float(options["task.slot_ms"])
    np.testing.assert_allclose(trials["delay_start_time"], start + before / 1000, atol=1e-12)
    np.testing.assert_allclose(trials["delay_stop_time"], start + (before + float(options["task.delay_ms"])) / 1000, atol=1e-12)
    answer, wanted = ((values * mask).sum((1, 2)) for values in (output[:, 1:], target))
    assert list(trials["outcome"]) == ["correct" if a * b > 0 else "error" for a, b in zip(answer, wanted)]
    assert set(trials["experiment"]) == {"simulate"} and "block_on_time" not in trials

    # Spikes: in trials alone, rising, as many as the rates say and the program counted.
    total = 0
    for place, (_, unit) in enumerate(units.iterrows()):
        spikes = unit["spike_times"]
        total += len(spikes)
        assert (np.diff(spikes) > 0).all()
        np.testing.assert_allclose(unit["obs_intervals"], np.stack([start, start + steps * dt / 1000], 1), atol=1e-12)
        assert sum(((spikes >= a) & (spikes <= b)).sum() for a, b in unit["obs_intervals"]) == len(spikes)
        expected = hz[:, :, neurons[place]].sum() * dt / 1000
        assert abs(len(spikes) - expected) < 5 * np.sqrt(expected) + 1, (len(spikes), expected)
    assert f"{total} spikes" in text and "15 neurons, 0 of them stimulated, 12 trials" in text, text
    expected = hz[:, :, neurons].sum() * dt / 1000
    assert abs(total - expected) < 4 * np.sqrt(expected), (total, expected)
    assert 0 < nwb.units.resolution < 1e-9

    # Where it comes from.
    assert nwb.source_script == "stillpoint export-nwb trials.h5 OUT.nwb --neurons 15" and nwb.source_script_file_name == "stillpoint"
    assert nwb.subject.subject_id == "trials" and nwb.subject.sex == "U" and nwb.session_id == "1"
    for line in "integration.dt_ms = ", "task.slots = ", "commit":
        assert line in nwb.notes, nwb.notes


def test_a_session_of_experiments_holds_what_was_done_and_when(tmp):
    run, out = small_run("tcr", seed=3), tmp / "s.nwb"
    text = exported(run, out, "--experiments", EXPERIMENTS, "--trials", 8, "--neurons", 10)
    assert "10 neurons, 5 of them stimulated, 56 trials" in text, text
    nwb = opened(out)
    trials, units = nwb.trials.to_dataframe(), nwb.units.to_dataframe()
    assert list(trials["experiment"]) == [name for name in EXPERIMENTS.split(",") for _ in range(8)]
    of = dict(tuple(trials.groupby("experiment")))
    for name, on, off in ("step", 0, 1), ("silence_200", 0, 0.2), ("pulse_train", 0, 0.95):
        np.testing.assert_allclose(of[name]["stimulus_on_time"] - of[name]["event_time"], on, atol=1e-9)
        np.testing.assert_allclose(of[name]["stimulus_off_time"] - of[name]["event_time"], off, atol=1e-9)
    np.testing.assert_allclose(of["rest_blocked"]["block_on_time"] - of["rest_blocked"]["event_time"], -0.2, atol=1e-9)
    assert of["rest"]["stimulus_on_time"].isna().all() and of["step"]["block_on_time"].isna().all() and of["step"]["delay_start_time"].isna().all()
    np.testing.assert_allclose(of["trial"]["event_time"], of["trial"]["delay_start_time"], atol=1e-9)
    assert set(of["trial"]["outcome"]) <= {"correct", "error"} and set(of["rest"]["outcome"]) == {""}
    np.testing.assert_allclose(of["rest"]["stop_time"] - of["rest"]["start_time"], 3.5, atol=1e-9)

    # Currents, by their own definition: a step of 1, pulses of 2 for 50 ms at 10 Hz; silencing; nothing elsewhere.
    current, silencing = nwb.stimulus["current"], nwb.stimulus["silencing"]
    at, value = current.timestamps[()], current.data[()]
    dt = np.diff(at).min()
    for _, row in trials.iterrows():
        within = (at > row["start_time"] - dt / 2) & (at < row["stop_time"] - dt / 2)
        since = at[within] - row["event_time"] + 1e-9
        if row["experiment"] == "step":
            np.testing.assert_array_equal(value[within], (since >= 0) & (since < 1))
        elif row["experiment"] == "pulse_train":
            np.testing.assert_array_equal(value[within], 2 * ((since >= 0) & (since < 1) & (since % 0.1 < 0.05)))
        elif row["experiment"] != "trial_distracted":
            assert not within.any(), row["experiment"]
    for _, row in of["silence_200"].iterrows():
        within = (silencing.timestamps[()] > row["start_time"] - dt / 2) & (silencing.timestamps[()] < row["stop_time"])
        assert silencing.data[()][within].sum() == round(0.2 / dt)
    assert len(silencing.data) == 8 * round(3.5 / dt)

    # The neurons that are called stimulated are those that fall silent, and no others.
    rates = nwb.processing["ecephys"]["firing_rates"]
    at, hz, stimulated = rates.timestamps[()], rates.data[()], units["stimulated"].to_numpy()
    since = [at - row["event_time"] for _, row in of["silence_200"].iterrows()]
    late = np.any([(each > 0.15) & (each < 0.19) for each in since], axis=0)
    assert hz[late][:, stimulated].max() < 2 < hz[late][:, ~stimulated].max(), hz[late].mean(0)
    assert stimulated.sum() == 5

    # Spikes lie where the rates are: of the silenced neurons before, during and after.
    for a, b in (-0.2, 0), (0.15, 0.2), (0.3, 0.5):
        windows = [(row["event_time"] + a, row["event_time"] + b) for _, row in of["silence_200"].iterrows()]
        expected = sum(hz[(at > start - 1e-6) & (at < stop - 1e-6)][:, stimulated].sum() for start, stop in windows) * 0.01
        found = sum(((spikes >= start) & (spikes < stop)).sum() for spikes in units["spike_times"][stimulated] for start, stop in windows)
        assert abs(found - expected) < 4 * np.sqrt(expected) + 2, (a, b, found, expected)


def test_validators_find_nothing(tmp):
    run, source = small_run("tcr", seed=3), simulated(tmp)
    single = tmp / "one.h5"
    ok("simulate", run, "--out", single, "--duration-ms", 2000, "--trials", 1)
    calcium = settings("recording.signal=calcium")
    sessions = {"all": [run, "--experiments", "all", "--trials", 6], "trials": [source], "calcium": [source, "--f-max-hz", 50, *calcium],
                "one": [single, "--neurons", 3], "film": [single, *calcium], "bare": [run, "--no-rates", "--trials", 2], "default": [run, "--trials", 3]}
    for name, words in sessions.items():
        out = tmp / f"{name}.nwb"
        exported(words[0], out, *words[1:])
        assert not errors_of_validator(out), (name, errors_of_validator(out))
        found = [each for each in found_by_inspector(out) if name not in ("one", "film") or each.check_function_name != "check_single_row"]
        assert not found, (name, found)
    nwb = opened(tmp / "all.nwb")
    experiments = set(nwb.trials["experiment"][:])
    known = {each["name"] for each in json.loads(ok("list", "experiments", "--json"))}
    assert experiments == known - {"pairing_rising", "pairing_flat", "pairing_falling"} and {"rest", "switch_long_16"} <= experiments
    assert "processing/ecephys" not in h5py.File(tmp / "bare.nwb") and opened(tmp / "one.nwb").processing["ecephys"]["firing_rates"].rate == 1000 / 10


def test_the_checks_of_these_tests_see_what_is_wrong(tmp):
    out = tmp / "s.nwb"
    exported(simulated(tmp), out)
    for wrong in "unit", "species", "index":
        bad = shutil.copy(out, tmp / f"{wrong}.nwb")
        with h5py.File(bad, "r+") as file:
            if wrong == "unit":
                del file["processing/ecephys/firing_rates/data"].attrs["unit"]
            elif wrong == "species":
                del file["general/subject/species"]
            else:
                del file["units/spike_times_index"].attrs["target"]
        try:
            found = errors_of_validator(bad) or found_by_inspector(bad)
        except Exception as problem:  # what cannot be read at all
            found = problem
        assert found, wrong


def test_fluorescence_is_a_series_of_regions(tmp):
    source, out = simulated(tmp), tmp / "s.nwb"
    exported(source, out, "--neurons", 6, *settings("recording.signal=calcium", "recording.frame_hz=20", "recording.calcium_noise=0"))
    nwb = opened(out)
    series = nwb.processing["ophys"]["DfOverF"]["RoiResponseSeries"]
    table = series.rois.table
    neurons = table["neuron"][:]
    trials = nwb.trials.to_dataframe()
    length = trials["stop_time"] - trials["start_time"]
    frames = np.floor(length / 0.05 + 1e-9).astype(int)
    assert series.data.shape == (frames.sum(), 6) and len(neurons) == 6 and nwb.units is None and series.rois.data[:].tolist() == list(range(6))
    np.testing.assert_allclose(series.timestamps[()], np.concatenate([row + np.arange(n) * 0.05 for row, n in zip(trials["start_time"], frames)]), atol=1e-9)
    assert table.imaging_plane.device.name == "stillpoint" and "17" in table.imaging_plane.indicator and table.imaging_plane.imaging_rate == 20
    assert [[tuple(pixel) for pixel in mask] for mask in table['pixel_mask'][:]] == [[(i, 0, 1)] for i in range(6)]
    # In the mean a spike adds its peak times the integral of its course, from 17 and 180 ms; a Poisson count at the rate.
    with h5py.File(source) as file:
        hz = 10 * (file["recording/rate"][:, 1:][:, :, neurons] + 1)
    rise, decay = 0.017, 0.18
    peak = np.log(decay / rise) * rise * decay / (decay - rise)
    area = 0.2 * (decay - rise) / (np.exp(-peak / decay) - np.exp(-peak / rise))
    ratio = series.data[()].mean() / (hz.mean() * area)
    assert 0.8 < ratio < 1.2, ratio


def test_every_reference_and_link_leads_to_its_object(tmp):
    source, out = simulated(tmp), tmp / "s.nwb"
    exported(source, out)
    exported(source, tmp / "c.nwb", *settings("recording.signal=calcium"))
    with h5py.File(out) as file, h5py.File(tmp / "c.nwb") as film:
        for name in "spike_times", "obs_intervals":
            assert file[file[f"units/{name}_index"].attrs["target"]] == file[f"units/{name}"]
        rois = film["processing/ophys/DfOverF/RoiResponseSeries/rois"]
        assert film[rois.attrs["table"]] == film["processing/ophys/ImageSegmentation/PlaneSegmentation"]
        assert film["processing/ophys/ImageSegmentation/PlaneSegmentation/imaging_plane"] == film["general/optophysiology/plane"]
        for each in file, film:
            ids = []
            each.visititems(lambda name, node: ids.append((name, node.attrs["object_id"])) if "neurodata_type" in node.attrs else None)
            assert len(set(dict(ids).values())) == len(ids) > 10
            for name in "session_description", "general/notes":
                assert isinstance(each[name][()], bytes) and h5py.check_string_dtype(each[name].dtype).length is None
        data = file["processing/ecephys/firing_rates/data"]
        assert data.compression == "gzip" and data.chunks is not None and data.maxshape[0] is None


def test_equal_sessions_are_equal_files_and_others_are_not(tmp):
    run = small_run("tcr", seed=3)
    words = ["--experiments", "rest,trial", "--trials", 4, "--neurons", 8]
    exported(run, tmp / "a.nwb", *words)
    (tmp / "b").mkdir()
    exported(run, tmp / "b/other.nwb", *words)
    first = (tmp / "a.nwb").read_bytes()
    assert first == (tmp / "b/other.nwb").read_bytes()
    before = opened(tmp / "a.nwb")
    for change in ["--session", 2], ["--seed", 9]:
        exported(run, tmp / "c.nwb", *words, *change)  # over a file of its own kind
        exported(run, tmp / "c.nwb", *words, *change)
        other = opened(tmp / "c.nwb")
        assert other.identifier != before.identifier
        assert not np.array_equal(*[nwb.processing["ecephys"]["firing_rates"].data[:50] for nwb in (before, other)]), change
        assert list(other.units["neuron"][:]) != list(before.units["neuron"][:])
    # Another session: of a run other trials; of a simulation the same, with other noise.
    source = simulated(tmp)
    for path, same in (run, False), (source, True):
        one, two = (exported(path, tmp / f"{number}.nwb", "--neurons", 20, "--trials", 3, "--session", number) and opened(tmp / f"{number}.nwb") for number in (1, 2))
        assert np.array_equal(*[nwb.processing["ecephys"]["firing_rates"].data[()] for nwb in (one, two)]) == same
        assert two.session_id == "2" and not np.array_equal(*[nwb.units["spike_times"].target.data[:20] for nwb in (one, two)])
    exported(run, tmp / "d.nwb", *words, *settings("recording.shape=4"), "--start-time", "2026-02-28T10:00:00+01:00")
    regular = opened(tmp / "d.nwb")
    assert regular.session_start_time.isoformat() == "2026-02-28T10:00:00+01:00"
    np.testing.assert_array_equal(regular.processing["ecephys"]["firing_rates"].data[()], before.processing["ecephys"]["firing_rates"].data[()])


def test_pynapple_opens_it(tmp):
    import pynapple as nap
    out = tmp / "s.nwb"
    exported(small_run("tcr", seed=3), out, "--experiments", "rest,step", "--trials", 6, "--neurons", 9)
    nwb, file = nap.load_file(str(out)), opened(out)
    spikes = nwb["units"]
    assert len(spikes) == 9
    for place, unit in enumerate(spikes):
        np.testing.assert_array_equal(spikes[unit].times(), file.units["spike_times"][place])
    epochs = nwb["trials"]
    np.testing.assert_array_equal(epochs.start, file.trials["start_time"][:])
    assert list(epochs["experiment"]) == list(file.trials["experiment"][:])
    rates = nwb["firing_rates"]
    np.testing.assert_array_equal(rates.values, file.processing["ecephys"]["firing_rates"].data[()])


def test_networks_and_tasks_of_other_kinds(tmp):
    network = example_network(tmp / "n.h5", N=8)
    exported(network, tmp / "n.nwb", "--experiments", "rest,silence_50", "--trials", 3)
    nwb = opened(tmp / "n.nwb")
    assert set(nwb.trials["experiment"][:]) == {"rest", "silence_50"} and "outcome" not in nwb.trials.colnames and "input" not in nwb.stimulus
    # Without a delay: the event is the start of the trial, and nothing tells right from wrong.
    ok("run", SOURCE / "experiments/studies/flip_flop_quick.ini", "--out", tmp / "f", "--quiet", *settings("training.updates=2", "study.seeds=1", "study.arm=none"))
    exported(runs(tmp / "f")[0], tmp / "f.nwb", "--trials", 3)
    nwb = opened(tmp / "f.nwb")
    np.testing.assert_array_equal(nwb.trials["event_time"][:], nwb.trials["start_time"][:])
    assert "outcome" not in nwb.trials.colnames and nwb.stimulus["input"].data.shape[1] == 3
    # A simulation that holds trials of different lengths and only some of the steps.
    ok("simulate", small_run("tcr", seed=3), "--out", tmp / "x.h5", "--task", "evidence_accumulation", "--trials", 6, "--every", 3, *settings("task.delay_ms=20..200"))
    exported(tmp / "x.h5", tmp / "x.nwb")
    trials, nwb = opened(tmp / "x.nwb").trials.to_dataframe(), opened(tmp / "x.nwb")
    assert len({round(each, 3) for each in trials["stop_time"] - trials["start_time"]}) > 1 and "delay_stop_time" not in trials and "outcome" not in trials
    for spikes, seen in zip(nwb.units["spike_times"][:], nwb.units["obs_intervals"][:]):
        assert (seen[:, 1] <= trials["stop_time"] + 1e-9).all() and sum(((spikes >= a) & (spikes <= b)).sum() for a, b in seen) == len(spikes)
    assert not found_by_inspector(tmp / "x.nwb")


def test_mistakes_are_one_line_and_lose_nothing(tmp):
    run, source, out = small_run("tcr", seed=3), simulated(tmp), tmp / "o.nwb"
    network, foreign = example_network(tmp / "n.h5"), tmp / "lab.nwb"
    with h5py.File(foreign, "w") as file:
        file["units"] = 1
    cases = [([run, out, "--experiments", "rest,sleep"], ["--experiments sleep", "rest"]), ([run, out, "--experiments", "rests"], ["did you mean rest"]),
             ([run, out, "--experiments", "pairing_rising"], ["--experiments pairing_rising"]), ([run, out, "--experiments", "rest,rest"], ["twice"]),
             ([run, out, "--experiments", ""], ["--experiments"]), ([run, out, "--neurons", 21], ["--neurons 21", "20"]), ([run, out, "--neurons", 0], ["--neurons 0"]),
             ([network, out], ["has no task"]), ([network, out, "--experiments", "rest,trial"], ["--experiments trial", "has no task"]),
             ([source, out, "--experiments", "rest"], ["--experiments", "simulated already"]), ([source, out, "--trials", 13], ["--trials 13", "has 12"]),
             ([source, out, "--trials", 0], ["--trials 0"]), ([run, out, "--session", 0], ["--session 0"]), ([run, out, "--seed", -1], ["--seed -1"]),
             ([run, out, "--f-max-hz", 0], ["--f-max-hz 0"]), ([run, out, *settings("recording.shape=0")], ["recording.shape"]),
             ([run, out, *settings("recording.signal=calcium", "recording.frame_hz=1000")], ["recording.frame_hz", "at most 100 Hz"]),
             ([run, out, *settings("recording.bin_ms=5")], ["recording.bin_ms", "no effect"]), ([run, out, *settings("network.gain=5")], ["network.gain=5"]),
             ([run, out, "--start-time", "yesterday"], ["--start-time yesterday"]), ([run, out, "--start-time", "2026-02-30T10:00:00Z"], ["--start-time"]),
             ([run, tmp / "o.h5"], ["OUT.nwb", ".nwb"]), ([run], ["OUT.nwb is missing"]), ([run, foreign], ["OUT.nwb", "lost"]), ([foreign, out], ["lab.nwb"]),
             ([tmp / "absent.h5", out], ["absent.h5: no such file"]), ([run, tmp / "none/o.nwb"], ["no directory"]), ([run, run], ["OUT.nwb", "lost"])]
    before = {path: path.read_bytes() for path in tmp.iterdir()}
    for words, names in cases:
        refused("export-nwb", *words, names=names)
    for drop, name in ("recording/rate", "recording/rate"), ("time_ms", "time_ms"), ("trials/input", "input"), ("options", "options"), ("network", "network"):
        bad = shutil.copy(source, tmp / "bad.h5")
        with h5py.File(bad, "r+") as file:
            del file[drop]
        refused("export-nwb", bad, out, names=["bad.h5", name])
        bad.unlink()
    assert {path: path.read_bytes() for path in tmp.iterdir()} == before


if __name__ == "__main__":
    sys.exit(main(globals()))
