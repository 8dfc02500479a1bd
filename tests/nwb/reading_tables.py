#!/usr/bin/env python3
"""Units, trials and intervals that pynwb writes, one file per optional feature, read by us and by pynwb: the same numbers and texts."""
import sys
from pathlib import Path

import h5py
import numpy as np
from hdmf.common import DynamicTable, EnumData, VectorData
from pynwb.epoch import TimeIntervals
from pynwb.file import Subject

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "program"))
from support import main, ok  # noqa: E402

from pynwb_files import add_electrodes, add_trials, add_units, compared, listed, series, session, spikes, values, written  # noqa: E402


def test_empty_session(tmp):
    ours = compared(written(tmp, session()))
    assert ours["series"] == ours["left_out"] == [] and ours["units"]["id"] == []


def test_subject(tmp):
    path = written(tmp, session(subject=Subject(subject_id="mouse 7", species="Mus musculus", sex="F", age="P90D")))
    assert compared(path)["subject"] == "mouse 7"
    assert listed(path)["about"] == {"species": "Mus musculus", "sex": "F", "age": "P90D"}


def test_long_texts_are_begun_in_a_list_and_whole_in_json(tmp):
    path = written(tmp, session(notes="Änderung " * 40, surgery="one line\nand another"))
    text = ok("observe", path, "--list")
    notes, surgery = (next(line for line in text.splitlines() if line.startswith(f"  {name}: ")) for name in ("notes", "surgery"))
    assert len(notes) < 290 and notes.endswith("(400 bytes, all of them with --json)"), notes
    assert surgery == "  surgery: one line .. (20 bytes, all of them with --json)", surgery
    assert listed(path)["about"]["notes"] == "Änderung " * 40


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


if __name__ == "__main__":
    sys.exit(main(globals()))
