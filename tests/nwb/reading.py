#!/usr/bin/env python3
"""Recordings that pynwb writes, one per optional feature, read by us and by pynwb: the same numbers and texts. Files of pynwb's
first versions, files with anything missing, and what is refused."""
import json
import subprocess
import sys
import warnings
from datetime import datetime, timezone
from pathlib import Path

import h5py
import numpy as np
from hdmf.backends.hdf5 import H5DataIO
from hdmf.common import DynamicTable, EnumData, VectorData
from pynwb import NWBHDF5IO, NWBFile, TimeSeries, get_class, load_namespaces
from pynwb.behavior import Position, SpatialSeries
from pynwb.ecephys import LFP, ElectricalSeries
from pynwb.epoch import TimeIntervals
from pynwb.file import Subject
from pynwb.misc import AnnotationSeries, IntervalSeries
from pynwb.ophys import Fluorescence, ImageSegmentation, OpticalChannel, RoiResponseSeries
from pynwb.spec import NWBGroupSpec, NWBNamespaceBuilder

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "program"))
from support import SOURCE, given, main, ok, refused  # noqa: E402

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
        plain = type(column) is VectorData and np.ndim(column.data) == 1 and np.asarray(column.data[:]).dtype.names is None
        if plain and len(column.data) and not isinstance(column.data[0], (str, bytes, bool, int, float, np.number, np.bool_)):
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


# --- one file per feature --------------------------------------------------------------------------------------------

def test_empty_session(tmp):
    ours = compared(written(tmp, session()))
    assert ours["series"] == ours["left_out"] == [] and ours["units"]["id"] == []


def test_subject(tmp):
    path = written(tmp, session(subject=Subject(subject_id="mouse 7", species="Mus musculus", sex="F", age="P90D")))
    assert compared(path)["subject"] == "mouse 7"
    assert listed(path)["about"] == {"species": "Mus musculus", "sex": "F", "age": "P90D"}


def test_ragged_spikes(tmp):
    path = written(tmp, add_units(session()))
    ours = compared(path)["units"]
    assert len(ours["spikes"]) == 3 and ours["observed"] == [None] * 3
    assert listed(path)["units"]["spikes"] == [20, 20, 20]


def test_empty_units(tmp):
    file = session()
    for times in ([], [1.0, 2.0], [], [0.0], []):
        file.add_unit(spike_times=times)
    assert [len(times) for times in compared(written(tmp, file))["units"]["spikes"]] == [0, 2, 0, 1, 0]


def test_units_without_spikes(tmp):
    file = session()
    file.add_unit_column("quality", "how good")
    file.add_unit(quality="good")
    assert "/units: has no spike_times" in compared(written(tmp, file))["units"]["spikes"][0]


def test_columns_of_units(tmp):
    ours = compared(written(tmp, add_units(session(), quality=["good", "multi", "noise"], snr=[3.5, np.nan, -1.25], kept=[True, False, True], depth=[1, 2, 3])))
    assert set(ours["units"]["columns"]) == {"quality", "snr", "kept", "depth"}


def test_obs_intervals(tmp):
    file = session()
    file.add_unit(spike_times=[1.0, 2.0], obs_intervals=[[0.0, 3.0], [10.0, 12.5]])
    file.add_unit(spike_times=[11.0], obs_intervals=[[10.0, 20.0]])
    assert compared(written(tmp, file))["units"]["observed"] == [[[0, 3], [10, 12.5]], [[10, 20]]]


def test_overlapping_obs_intervals(tmp):
    file = session()
    file.add_unit(spike_times=[1.0], obs_intervals=[[5.0, 9.0], [0.0, 3.0], [2.0, 4.0]])
    assert values(written(tmp, file))["units"]["observed"] == [[[0, 4], [5, 9]]]


def test_waveforms(tmp):
    file = session()
    for unit in range(2):
        file.add_unit(spike_times=spikes(unit, 4), waveforms=np.zeros((4, 2, 5)) + unit, waveform_mean=np.ones(5))
    ours = compared(written(tmp, file))["units"]
    assert any("waveforms: doubly ragged" in line for line in ours["left_out"]) and any("waveform_mean" in line for line in ours["left_out"])


def test_units_of_several_probes(tmp):
    file = add_electrodes(session())
    for unit, electrodes in enumerate([[0], [2, 1], [5], [3, 4]]):
        file.add_unit(spike_times=spikes(unit), electrodes=electrodes)
    path = written(tmp, file)
    ours = compared(path)["units"]["columns"]
    assert ours["location"] == ["ALM", "M1, thalamus", "thalamus", "ALM, M1"], ours
    assert ours["electrode_group"] == ["shank 0", "shank 0", "shank 1", "shank 1"]
    assert ours["probe"] == ["probe 0", "probe 0", "probe 1", "probe 1"]


def test_units_of_electrode_groups(tmp):
    file = add_electrodes(session())
    for unit, name in enumerate(["shank 1", "shank 0"]):
        file.add_unit(spike_times=spikes(unit), electrode_group=file.electrode_groups[name])
    ours = compared(written(tmp, file))["units"]["columns"]
    assert ours["electrode_group"] == ["shank 1", "shank 0"] and ours["location"] == ["region 1", "region 0"] and ours["probe"] == ["probe 1", "probe 0"]


def test_own_location_of_units_is_kept(tmp):
    file = add_electrodes(session())
    file.add_unit_column("location", "area")
    file.add_unit(spike_times=[1.0], electrodes=[0], location="S1")
    assert compared(written(tmp, file))["units"]["columns"]["location"] == ["S1"]


def test_trials(tmp):
    path = written(tmp, add_trials(session(), choice=["left", "right", "left", "none"], contrast=[0.25, np.nan, 1.0, 0.5],
                                   correct=[True, False, True, True], go_time=[1.0, 6.5, 11.25, np.nan], block=[1, 1, 2, 2]))
    ours = compared(path)["trials"]
    assert set(ours["columns"]) == {"start_time", "stop_time", "choice", "contrast", "correct", "go_time", "block"}
    columns = {column["name"]: column for column in listed(path)["trials"]["columns"]}
    assert columns["choice"]["values"] == [{"value": "left", "rows": 2}, {"value": "none", "rows": 1}, {"value": "right", "rows": 1}]
    assert columns["correct"]["kind"] == "truth" and columns["contrast"]["range"] == [0.25, 1]
    text = ok("observe", path, "--list")
    assert "trials: 4 in /intervals/trials, from 0 to 19 s" in text and "left (2), none (1), right (1)" in text


def test_texts_that_are_not_ascii(tmp):
    assert compared(written(tmp, add_trials(session(), stimulus=["Ton α", "é", "", "図"])))["trials"]["columns"]["stimulus"][3] == "図"


def test_trials_with_tags_and_series(tmp):
    file = session()
    one = series()
    file.add_acquisition(one)
    for trial in range(3):
        file.add_trial(start_time=trial + 2.5, stop_time=trial + 3.0, tags=["a", "b"][:trial], timeseries=one)
    left_out = compared(written(tmp, file))["trials"]["left_out"]
    assert any(line.startswith("tags: ragged") for line in left_out) and any(line.startswith("timeseries: ") for line in left_out)


def test_trials_with_ragged_events(tmp):
    file = session()
    file.add_trial_column("licks", "times", index=True)
    for trial in range(3):
        file.add_trial(start_time=float(trial), stop_time=trial + 1.0, licks=[trial + 0.5] * trial)
    assert "licks: ragged" in compared(written(tmp, file))["trials"]["left_out"]


def test_trials_with_an_enumeration(tmp):
    file = add_trials(session())
    elements = VectorData(name="choices", description="-", data=["left", "right"])
    file.trials.add_column(name="choice", description="-", col_cls=EnumData, data=np.array([1, 0, 0, 1], dtype="uint8"), elements=elements)
    path = written(tmp, file)
    with h5py.File(path) as raw:
        assert raw["intervals/trials/choice"].dtype.kind == "u"  # stored as numbers
    assert values(path)["trials"]["columns"]["choice"] == ["right", "left", "left", "right"]


def test_trials_with_rows_of_another_table(tmp):
    file = add_trials(session())
    table = DynamicTable(name="stimuli", description="-", columns=[VectorData(name="size", description="-", data=[1.0, 2.0])])
    file.add_acquisition(table)
    file.trials.add_column(name="stimulus", description="-", table=table, data=[0, 1, 0, 1])
    assert "stimulus: rows of another table" in compared(written(tmp, file))["trials"]["left_out"]


def test_trials_with_two_values_in_a_row(tmp):
    file = add_trials(session())
    file.trials.add_column(name="place", description="-", data=np.arange(8.0).reshape(4, 2))
    assert "place: more than one value in each row" in compared(written(tmp, file))["trials"]["left_out"]


def test_invalid_times(tmp):
    file = add_trials(session())
    for start, stop in [(20.0, 30.0), (1.0, 4.0), (3.0, 6.0)]:
        file.add_invalid_time_interval(start_time=start, stop_time=stop)
    assert compared(written(tmp, file))["invalid"] == [[1, 6], [20, 30]]


def test_other_intervals_are_no_trials(tmp):
    file = session()
    file.add_epoch(start_time=1.0, stop_time=2.0)
    own = TimeIntervals(name="stimuli", description="-")
    own.add_row(start_time=1.0, stop_time=2.0)
    file.add_time_intervals(own)
    assert compared(written(tmp, file))["trials"]["path"] == ""


def test_series_by_rate(tmp):
    file = session()
    file.add_acquisition(series())
    ours = compared(written(tmp, file))["series"]
    assert ours[0]["rate_hz"] == 50 and len(ours[0]["samples"]["times"]) == 30


def test_series_by_timestamps_with_gaps(tmp):
    file = session()
    file.add_acquisition(series(timestamps=np.concatenate([np.arange(10) * 0.1, 100 + np.arange(20) * 0.1])))
    ours = compared(written(tmp, file))["series"]
    assert ours[0]["rate_hz"] is None and ours[0]["samples"]["times"][10] == 100


def test_series_of_channels(tmp):
    file = session()
    file.add_acquisition(series(data=np.random.default_rng(1).normal(size=(40, 3))))
    assert np.shape(compared(written(tmp, file))["series"][0]["samples"]["values"]) == (40, 3)


def test_series_of_int16_with_conversion_and_offset(tmp):
    file = session()
    file.add_acquisition(series(data=np.arange(-15, 15, dtype="int16"), conversion=2.5e-6, offset=0.125))
    assert compared(written(tmp, file))["series"][0]["samples"]["values"][0] == [-15 * 2.5e-6 + 0.125]


def test_series_with_a_conversion_by_channel(tmp):
    file = add_electrodes(session(), probes=1)
    region = file.create_electrode_table_region(region=[2, 0], description="-")
    file.add_acquisition(ElectricalSeries(name="raw", data=np.arange(20, dtype="int16").reshape(10, 2), electrodes=region, rate=30.0,
                                          conversion=0.5, channel_conversion=[2.0, 4.0], offset=1.0))
    ours = compared(written(tmp, file))["series"]
    assert ours[0]["samples"]["values"][1] == [3, 7] and ours[0]["table"] == "/general/extracellular_ephys/electrodes"


def test_series_with_gaps_of_nan(tmp):
    file = session()
    file.add_acquisition(series(data=np.where(np.arange(30) % 4 == 0, np.nan, 1.5).astype("float32")))
    assert compared(written(tmp, file))["series"][0]["samples"]["values"][0] == [None]


def test_series_in_modules(tmp):
    file = add_electrodes(session(), probes=1)
    region = file.create_electrode_table_region(region=[0, 1], description="-")
    lfp = LFP(electrical_series=ElectricalSeries(name="lfp", data=np.ones((5, 2)), electrodes=region, rate=10.0))
    module = file.create_processing_module(name="ecephys", description="-")
    module.add(lfp)
    behavior = file.create_processing_module(name="behavior", description="-")
    behavior.add(Position(spatial_series=SpatialSeries(name="position", data=np.arange(8.0).reshape(4, 2), rate=5.0, reference_frame="-")))
    ours = compared(written(tmp, file))
    assert [each["path"] for each in ours["series"]] == ["/processing/behavior/Position/position", "/processing/ecephys/LFP/lfp"]


def test_fluorescence_of_regions(tmp):
    file = session()
    device = file.create_device(name="microscope")
    plane = file.create_imaging_plane(name="plane", optical_channel=OpticalChannel(name="green", description="-", emission_lambda=500.0), description="-",
                                      device=device, excitation_lambda=600.0, indicator="GCaMP", location="V1")
    module = file.create_processing_module(name="ophys", description="-")
    segmentation = ImageSegmentation()
    module.add(segmentation)
    regions = segmentation.create_plane_segmentation(name="cells", description="-", imaging_plane=plane)
    for region in range(3):
        mask = np.zeros((4, 4))
        mask[region, region] = 1
        regions.add_roi(image_mask=mask)
    rois = regions.create_roi_table_region(region=[0, 1, 2], description="-")
    module.add(Fluorescence(roi_response_series=RoiResponseSeries(name="dff", data=np.random.default_rng(3).normal(size=(25, 3)), rois=rois, unit="n.a.", rate=15.0)))
    ours = compared(written(tmp, file))["series"]
    assert ours[0]["table"] == "/processing/ophys/ImageSegmentation/cells"


def test_series_without_numbers_or_with_three_axes(tmp):
    file = session()
    file.add_acquisition(AnnotationSeries(name="notes", data=["a", "b"], timestamps=[1.0, 2.0]))
    file.add_acquisition(series(name="frames", data=np.zeros((4, 3, 2))))
    file.add_acquisition(IntervalSeries(name="rewards", data=np.array([1, -1], dtype="int8"), timestamps=[1.0, 2.0]))
    ours = compared(written(tmp, file))
    assert [each["path"] for each in ours["series"]] == ["/acquisition/rewards"]
    assert ours["left_out"] == ["/acquisition/frames: has 3 axes; time, or time and channels, can be read", "/acquisition/notes: holds text"]


def test_timestamps_of_another_series(tmp):
    file = session()
    first = series(name="first", timestamps=np.arange(30) ** 1.5)
    file.add_acquisition(first)
    file.add_acquisition(series(name="second", data=np.arange(30) * 2.0, timestamps=first))
    path = written(tmp, file)
    with h5py.File(path) as raw:
        assert isinstance(raw.get("acquisition/second/timestamps", getlink=True), h5py.SoftLink)
    assert compared(path)["series"][1]["samples"]["times"][4] == 8


def test_data_of_another_series(tmp):
    file = session()
    first = series(name="first")
    file.add_acquisition(first)
    file.add_acquisition(series(name="second", data=first, starting_time=20.0))
    path = written(tmp, file)
    with h5py.File(path) as raw:
        assert isinstance(raw.get("acquisition/second/data", getlink=True), h5py.SoftLink)
    assert values(path)["series"][1]["samples"] == {"times": list(20 + np.arange(30) / 50), "values": [[value] for value in range(30)]}


def linked_elsewhere(tmp):
    raw = written(tmp, (lambda file: (file.add_acquisition(series(name="far")), file)[1])(session()), "raw.nwb")
    with NWBHDF5IO(str(raw), "r") as io:
        file = add_units(session())
        file.add_acquisition(series(name="near", data=H5DataIO(io.read().acquisition["far"].data, link_data=True)))
        path = written(tmp, file)
    with h5py.File(path) as opened:
        assert isinstance(opened.get("acquisition/near/data", getlink=True), h5py.ExternalLink)
    return raw, path


def test_data_in_a_file_beside_it(tmp):
    ours = values(linked_elsewhere(tmp)[1])
    assert ours["series"][0]["samples"]["values"] == [[value] for value in range(30)] and ours["left_out"] == []


def test_data_in_a_file_that_is_missing(tmp):
    raw, path = linked_elsewhere(tmp)
    raw.unlink()
    ours = values(path)
    assert ours["series"] == [] and len(ours["units"]["spikes"]) == 3
    assert any("leads to /acquisition/far/data in raw.nwb, which is not there" in line for line in ours["left_out"]), ours["left_out"]


def test_series_in_a_file_that_is_missing_and_a_link_to_nothing(tmp):
    path = written(tmp, add_units(session()))
    with h5py.File(path, "a") as raw:
        raw["acquisition/far"] = h5py.ExternalLink("nowhere.nwb", "/acquisition/x")
        raw["acquisition/lost"] = h5py.SoftLink("/acquisition/gone")
        raw["acquisition/self"] = h5py.SoftLink("/acquisition/self")
        raw["processing/again"] = raw["/"]
    ours = values(path)
    assert ours["left_out"][:2] == ["/acquisition/far: leads to /acquisition/x in nowhere.nwb, which is not there",
                                    "/acquisition/lost: leads to /acquisition/gone, which is not in the file"], ours["left_out"]
    assert len(ours["units"]["spikes"]) == 3


def test_chunks_and_compression(tmp):
    file = session()
    file.add_acquisition(series(data=H5DataIO(np.random.default_rng(2).normal(size=(5000, 4)), compression="gzip", chunks=(128, 2), shuffle=True, fletcher32=True)))
    file.add_acquisition(series(name="stamped", data=H5DataIO(np.arange(5000), compression="gzip", compression_opts=9, chunks=(64,)), timestamps=H5DataIO(np.arange(5000) * 0.01, compression="gzip")))
    for unit in range(3):
        file.add_unit(spike_times=spikes(unit, 1000))
    path = written(tmp, file)
    with h5py.File(path, "a") as raw:
        times = raw["units/spike_times"]
        attributes, kept = dict(times.attrs), times[:]
        del raw["units/spike_times"]
        raw.create_dataset("units/spike_times", data=kept, chunks=(100,), compression="gzip", maxshape=(None,)).attrs.update(attributes)
        raw["units/spike_times_index"].attrs["target"] = raw["units/spike_times"].ref
    compared(path)


def test_a_filter_that_is_not_installed(tmp):
    file = add_units(session())
    file.add_acquisition(series(data=H5DataIO(np.zeros(3000), compression="lzf", allow_plugin_filters=True)))
    ours = values(written(tmp, file))
    assert "/acquisition/series/data: is compressed by lzf (HDF5 filter 32000), which is not installed" in ours["series"][0]["samples"], ours["series"]
    assert len(ours["units"]["spikes"]) == 3


def test_type_of_an_extension(tmp):
    ours = values(written(tmp, of_extension(tmp)))  # pynwb's units are those of /units alone
    assert [each["path"] for each in ours["series"]] == ["/acquisition/wheel"] and ours["units"]["path"] == "/acquisition/sorted"
    assert ours["units"]["spikes"] == [[1, 2, 3], [4]] and ours["series"][0]["samples"]["values"] == [[value] for value in range(6)]


def of_extension(tmp):
    builder = NWBNamespaceBuilder("an extension", "ndx-wheel", version="0.1.0", author="-", contact="-")
    builder.include_type("TimeSeries", namespace="core")
    builder.include_type("Units", namespace="core")
    builder.add_spec("wheel.yaml", NWBGroupSpec(neurodata_type_def="WheelSeries", neurodata_type_inc="TimeSeries", doc="-"))
    builder.add_spec("wheel.yaml", NWBGroupSpec(neurodata_type_def="FastWheelSeries", neurodata_type_inc="WheelSeries", doc="-"))
    builder.add_spec("wheel.yaml", NWBGroupSpec(neurodata_type_def="SortedUnits", neurodata_type_inc="Units", doc="-"))
    builder.export("namespace.yaml", outdir=str(tmp))
    load_namespaces(str(tmp / "namespace.yaml"))
    file = session()
    file.add_acquisition(get_class("FastWheelSeries", "ndx-wheel")(name="wheel", data=np.arange(6.0), unit="m", rate=10.0))
    units = get_class("SortedUnits", "ndx-wheel")(name="sorted", description="-")
    units.add_unit(spike_times=[1.0, 2.0, 3.0])
    units.add_unit(spike_times=[4.0])
    file.add_acquisition(units)
    return file


def test_without_specifications(tmp):
    file = add_trials(add_units(session()))
    file.add_acquisition(series())
    file.add_acquisition(SpatialSeries(name="place", data=np.ones((5, 2)), rate=1.0, reference_frame="-"))
    path = written(tmp, file, cache_spec=False)
    with h5py.File(path) as raw:
        assert "specifications" not in raw
    ours = values(path)
    assert [each["path"] for each in ours["series"]] == ["/acquisition/place", "/acquisition/series"] and len(ours["units"]["spikes"]) == 3


def test_specifications_that_cannot_be_read(tmp):
    path = written(tmp, add_units(session()))
    with h5py.File(path, "a") as raw:
        version = next(iter(raw["specifications/core"].values()))
        del version["nwb.base"]
        version["nwb.base"] = "{" * 200000
    ours = values(path)
    assert any("nwb.base: is no JSON" in line for line in ours["left_out"]) and len(ours["units"]["spikes"]) == 3


def test_more_samples_than_a_chunk(tmp):
    file = session()
    file.add_acquisition(series(data=np.random.default_rng(5).integers(-2000, 2000, size=(30000, 2)).astype("int16"), rate=30000.0, conversion=1e-6))
    compared(written(tmp, file))


def test_fixed_length_texts_of_other_programs(tmp):
    path = written(tmp, add_trials(session(), choice=["left", "right", "left", "none"]))
    with h5py.File(path, "a") as raw:
        trials = raw["intervals/trials"]
        trials.attrs["colnames"] = np.array([b"start_time", b"stop_time", b"choice"], dtype="S10")
        trials.attrs["neurodata_type"] = np.bytes_("TimeIntervals")
        del trials["choice"]
        trials["choice"] = np.array([b"left", b"right", b"", b"none"], dtype="S12")
        del raw["identifier"]
        raw["identifier"] = np.bytes_("of fixed length")
    ours = values(path)
    assert ours["trials"]["columns"]["choice"] == ["left", "right", "", "none"] and ours["identifier"] == "of fixed length"


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
