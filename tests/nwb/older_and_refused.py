#!/usr/bin/env python3
"""Recordings of pynwb's first versions, recordings with anything missing, and what is refused."""
import json
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
from pynwb.ecephys import ElectricalSeries
from pynwb.file import Subject

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "program"))
from support import SOURCE, given, main, refused  # noqa: E402

from pynwb_files import add_electrodes, add_trials, add_units, compared, listed, session, spikes, values, written  # noqa: E402


# --- older files -----------------------------------------------------------------------------------------------------

def test_files_of_older_versions_of_pynwb(tmp):
    """scripts/install-deps --nwb puts them there, from pynwb's source distribution."""
    files = sorted((SOURCE / "build/nwb/back_compat").glob("*.nwb"))
    assert len(files) == 27, f"{len(files)} files"
    for path in files:
        ours = compared(path)
        assert listed(path)["identifier"] == ours["identifier"]
    by_name = {path.name: values(path) for path in files}
    assert by_name["1.5.1_timeseries_no_data.nwb"]["left_out"] == ["/acquisition/test_timeseries: has no data"]
    assert by_name["1.5.1_timeseries_no_unit.nwb"]["series"][0]["unit"] == ""
    assert [each["path"] for each in by_name["2.1.0_nwbfile_with_extension.nwb"]["series"]] == ["/acquisition/test_ts"]
    assert by_name["3.0.0_electrodes_dynamic_table.nwb"]["units"]["columns"]["location"] == ["brain area"]


# --- what is refused -------------------------------------------------------------------------------------------------

def changed(tmp, change, file=None):
    path = written(tmp, file or add_trials(add_units(session())))
    with h5py.File(path, "a") as raw:
        change(raw)
    return path


def test_spikes_that_do_not_rise_or_are_before_0(tmp):
    def swap(raw):
        raw["units/spike_times"][22:24] = raw["units/spike_times"][22:24][::-1]

    def before(raw):
        raw["units/spike_times"][20] = -0.5

    def no_time(raw):
        raw["units/spike_times"][25] = np.nan

    for change, words in [(swap, "must not be before the last one"), (before, "spike 0 is at -0.5 s; must not be before 0"), (no_time, "spike 5 is at nan s")]:
        times = values(changed(tmp, change))["units"]["spikes"]
        assert "/units/spike_times: unit 1 (id 11): " in times[1] and words in times[1], times[1]
        assert len(times[0]) == len(times[2]) == 20


def test_missing_ids_and_wrong_indices(tmp):
    refused("observe", changed(tmp, lambda raw: raw.__delitem__("units/id")), "--list", names=["/units/id", "missing"])
    refused("observe", changed(tmp, lambda raw: raw.__delitem__("intervals/trials/start_time")), "--list", names=["/intervals/trials/start_time"])

    def beyond(raw):
        raw["units/spike_times_index"][2] = 61
    assert "/units/spike_times_index: row 2 ends at 61" in values(changed(tmp, beyond))["units"]["spikes"][0]


def test_what_is_no_nwb(tmp):
    with h5py.File(tmp / "plain.h5", "w") as raw:
        raw["x"] = 1
    refused("observe", tmp / "plain.h5", "--list", names=["nwb_version"])
    with h5py.File(tmp / "first.nwb", "w") as raw:
        raw["nwb_version"] = "NWB-1.0.6"
    refused("observe", tmp / "first.nwb", "--list", names=["NWB-1.0.6", "only NWB 2"])
    with h5py.File(tmp / "first_again.nwb", "w") as raw:
        raw.attrs["nwb_version"] = "1.0.6"
    refused("observe", tmp / "first_again.nwb", "--list", names=["1.0.6"])
    (tmp / "zarr.nwb").mkdir()
    (tmp / "zarr.nwb/.zgroup").write_text("{}")
    refused("observe", tmp / "zarr.nwb", "--list", names=["Zarr"])
    refused("observe", tmp, "--list", names=["directory"])
    refused("observe", tmp / "absent.nwb", "--list", names=["no such file"])
    (tmp / "text.nwb").write_text("no HDF5")
    refused("observe", tmp / "text.nwb", "--list", names=["HDF5"])
    whole = written(tmp, add_units(session()))
    for share in (0.1, 0.5, 0.99):
        (tmp / "cut.nwb").write_bytes(whole.read_bytes()[:int(whole.stat().st_size * share)])
        refused("observe", tmp / "cut.nwb", "--list", names=["truncated"])


def everything(raw):
    """Every object by its path, and every attribute by its object's path and name."""
    objects, attributes = [], [("/", name) for name in raw.attrs]

    def visit(name):
        objects.append(name)
        if raw.get(name, getlink=True).__class__ is h5py.HardLink:
            attributes.extend((name, attribute) for attribute in raw[name].attrs)
    raw.visit_links(visit)
    return objects, attributes


def test_every_single_deletion(tmp):
    """A result, or one line and exit code 2."""
    file = add_electrodes(session(subject=Subject(subject_id="m", species="Mus musculus", sex="F", age="P90D")), probes=1, each=2)
    region = file.create_electrode_table_region(region=[0, 1], description="-")
    file.add_acquisition(ElectricalSeries(name="raw", data=np.ones((4, 2)), electrodes=region, timestamps=np.arange(4.0), channel_conversion=[1.0, 2.0]))
    for unit in range(2):
        file.add_unit(spike_times=spikes(unit, 3), obs_intervals=[[0.0, 60.0]], electrodes=[unit], waveforms=np.zeros((3, 1, 2)))
    add_trials(file, choice=["a", "b", "a", "b"])
    file.add_invalid_time_interval(start_time=1.0, stop_time=2.0)
    whole = written(tmp, file, cache_spec=False)
    with h5py.File(whole) as raw:
        objects, attributes = everything(raw)
    assert len(objects) > 50 and len(attributes) > 130, f"{len(objects)} {len(attributes)}"
    results = 0
    for path, attribute in [(path, None) for path in objects] + attributes:
        (tmp / "damaged.nwb").write_bytes(whole.read_bytes())
        with h5py.File(tmp / "damaged.nwb", "a") as raw:
            if attribute is None:
                del raw[path]
            else:
                del raw[path].attrs[attribute]
        done = subprocess.run([str(given.program.parent / "tests/recording_values"), str(tmp / "damaged.nwb")], capture_output=True, text=True, timeout=60)
        shown = f"without {path} {attribute or ''}: exit {done.returncode}: {done.stderr}"
        assert done.returncode in (0, 2), shown
        results += done.returncode == 0
        if done.returncode == 2:
            assert done.stdout == "" and done.stderr.count("\n") == 1 and "damaged.nwb" in done.stderr, shown
        else:
            json.loads(done.stdout)
            assert done.stderr == "", shown
    assert results > len(objects)  # what is missing is seldom needed


if __name__ == "__main__":
    sys.exit(main(globals()))
