"""What the tests of reading share: recordings that pynwb writes, and what it and we read of them."""
import json
import subprocess
import sys
import warnings
from datetime import datetime, timezone
from pathlib import Path

import h5py
import numpy as np
from hdmf.common import EnumData, VectorData
from pynwb import NWBHDF5IO, NWBFile, TimeSeries

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "program"))
from support import given, ok  # noqa: E402

warnings.filterwarnings("ignore")  # of pynwb about its own older files


# --- writing ---------------------------------------------------------------------------------------------------------

def session(**more):
    return NWBFile(session_description="a session", identifier="id 1",
                   session_start_time=datetime(2024, 5, 17, 9, 30, tzinfo=timezone.utc), **more)


def written(tmp, file, name="recording.nwb", **options):
    path = tmp / name
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file, **options)
    return path


def spikes(seed, count=20):
    return np.sort(np.random.default_rng(seed).uniform(0, 60, size=count))


def add_units(file, count=3, **columns):
    for name in columns:
        file.add_unit_column(name, f"the unit's {name}")
    for unit in range(count):
        file.add_unit(spike_times=spikes(unit), id=10 + unit, **{name: values[unit] for name, values in columns.items()})
    return file


def add_trials(file, count=4, **columns):
    for name in columns:
        file.add_trial_column(name, f"the trial's {name}")
    for trial in range(count):
        file.add_trial(start_time=5.0 * trial, stop_time=5.0 * trial + 4, **{name: values[trial] for name, values in columns.items()})
    return file


def add_electrodes(file, probes=2, each=3):
    for probe in range(probes):
        device = file.create_device(name=f"probe {probe}")
        group = file.create_electrode_group(name=f"shank {probe}", description="-", location=f"region {probe}", device=device)
        for electrode in range(each):
            file.add_electrode(location=["ALM", "M1", "thalamus"][electrode], group=group)
    return file


def series(name="series", data=None, **more):
    more = {"rate": 50.0, "starting_time": 2.5, "unit": "V", **more}
    if "timestamps" in more:
        del more["rate"], more["starting_time"]
    return TimeSeries(name=name, data=np.arange(30.0) if data is None else data, **more)


# --- reading it twice ------------------------------------------------------------------------------------------------

def values(path):
    """What we read of a file, all of it."""
    done = subprocess.run([str(given.program.parent / "tests/recording_values"), str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"
    return json.loads(done.stdout)


def listed(path):
    return json.loads(ok("observe", path, "--list", "--json", "-"))


def same(ours, theirs, what):
    theirs = np.asarray(theirs)
    if theirs.dtype.kind in "OUS":
        assert ours == [value.decode() if isinstance(value, bytes) else str(value) for value in theirs], f"{what}: {ours} {theirs}"
    else:
        ours = np.array(ours, dtype=float).reshape(theirs.shape)
        assert np.array_equal(ours, theirs.astype(float), equal_nan=True), f"{what}: {ours} {theirs}"


def same_columns(ours, theirs):
    """Every column of one number, text or switch in each row; the names of all others are among those left out."""
    same(ours["id"], theirs.id[:], "id")
    left_out = {line.split(": ")[0] for line in ours["left_out"]}
    for name in theirs.colnames:
        column = theirs[name]
        one = np.ndim(column.data) == 1 or np.shape(column.data)[1:] == (1,)  # or a list of one value in each row
        plain = type(column) is VectorData and one and np.asarray(column.data[:]).dtype.names is None
        if plain and len(column.data) and not isinstance(np.ravel(column.data[:1])[0], (str, bytes, bool, int, float, np.number, np.bool_)):
            plain = False
        if isinstance(column, EnumData):
            same(ours["columns"][name], [column.elements.data[i] for i in column.data[:]], name)
        elif plain:
            same(ours["columns"][name], column.data[:], name)
        elif name not in ("spike_times", "obs_intervals", "electrode_group"):
            assert name in left_out and name not in ours["columns"], f"{name}: {ours}"


def same_series(ours, theirs):
    data = np.asarray(theirs.data[:])
    by_channel = getattr(theirs, "channel_conversion", None)
    factor = theirs.conversion * (1 if by_channel is None else np.asarray(by_channel[:]))
    assert not isinstance(ours["samples"], str), ours["samples"]
    same(ours["samples"]["values"], data * factor + theirs.offset, theirs.name)
    times = theirs.timestamps[:] if theirs.rate is None else theirs.starting_time + np.arange(len(data)) / theirs.rate
    same(ours["samples"]["times"], times, theirs.name)
    assert ours["unit"] == theirs.unit or (ours["unit"], theirs.unit) == ("", "unknown")  # the first schemas ask for none


def readable(theirs):
    return isinstance(theirs.data, h5py.Dataset) and 1 <= theirs.data.ndim <= 2 and theirs.data.dtype.kind in "iufb"


def compared(path):
    """Ours, after it was found to be what pynwb reads."""
    ours = values(path)
    with NWBHDF5IO(str(path), "r", load_namespaces=True) as io:
        theirs = io.read()
        assert ours["identifier"] == theirs.identifier and ours["description"] == theirs.session_description
        assert datetime.fromisoformat(ours["start_time"]) == theirs.session_start_time
        assert ours["subject"] == ("" if theirs.subject is None else theirs.subject.subject_id)
        if theirs.units is not None:
            same_columns(ours["units"], theirs.units)
            for unit in range(len(theirs.units)):
                if "spike_times" in theirs.units.colnames:
                    same(ours["units"]["spikes"][unit], theirs.units.get_unit_spike_times(unit), f"spikes of {unit}")
                if "obs_intervals" in theirs.units.colnames:
                    same(ours["units"]["observed"][unit], theirs.units.get_unit_obs_intervals(unit), f"intervals of {unit}")
        else:
            assert ours["units"]["path"] == ""
        if theirs.trials is not None:
            same_columns(ours["trials"], theirs.trials)
        else:
            assert ours["trials"]["path"] == ""
        found = {each["path"].split("/")[-1]: each for each in ours["series"]}
        expected = {each.name: each for each in theirs.objects.values() if isinstance(each, TimeSeries) and readable(each)}
        assert sorted(found) == sorted(expected), f"{sorted(found)} {sorted(expected)}"
        for name, each in expected.items():
            same_series(found[name], each)
    return ours
