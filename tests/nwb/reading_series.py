#!/usr/bin/env python3
"""Series that pynwb writes, one file per optional feature, read by us and by pynwb: the same numbers; links, filters, types of extensions."""
import sys
from pathlib import Path

import h5py
import numpy as np
from hdmf.backends.hdf5 import H5DataIO
from pynwb import NWBHDF5IO, get_class, load_namespaces
from pynwb.behavior import Position, SpatialSeries
from pynwb.ecephys import LFP, ElectricalSeries
from pynwb.misc import AnnotationSeries, IntervalSeries
from pynwb.ophys import Fluorescence, ImageSegmentation, OpticalChannel, RoiResponseSeries
from pynwb.spec import NWBGroupSpec, NWBNamespaceBuilder

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "program"))
from support import main, refused  # noqa: E402

from pynwb_files import add_electrodes, add_trials, add_units, compared, series, session, spikes, values, written  # noqa: E402


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
    path = written(tmp, file, "rewards.nwb")
    ours = compared(path)
    assert [each["path"] for each in ours["series"]] == ["/acquisition/rewards"]
    why = ["/acquisition/frames: has 3 axes; time, or time and channels, can be read", "/acquisition/notes: holds text"]
    assert ours["left_out"] == why
    # Refused, it is one line all the same.
    refused("observe", path, names=["no units", "--series", "/acquisition/rewards"])
    file = session()
    file.add_acquisition(series(name="frames", data=np.zeros((4, 3, 2))))
    refused("observe", written(tmp, file, "frames.nwb"), names=["neither units nor series", why[0]])


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


if __name__ == "__main__":
    sys.exit(main(globals()))
