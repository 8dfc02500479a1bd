#!/usr/bin/env python3
"""Recordings as they lie in public archives, by the columns that stand there: a delayed-response task with photostimulation
(delayed_response.py), times that count from the start of the trial (DANDI 000221) and columns of one value in a list, beside
tables of other intervals (DANDI 000017). What is in them is made up."""
import json
import sys
from pathlib import Path

import numpy as np
from pynwb.epoch import TimeIntervals

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "program"))
from support import main, ok, refused, small_study, stillpoint  # noqa: E402

from delayed_response import DELAY, TRIALS, UNITS, Delayed  # noqa: E402
from pynwb_files import compared, listed, session, spikes, written  # noqa: E402

CHOSEN = "early_lick=no early, auto_water=0, free_water=0"


def observed(path, *words):
    return json.loads(ok("observe", path, "--json", "-", "--only", "mean_rate", *words))


def close(found, expected):
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-9), (found, expected)


def test_what_a_delayed_response_session_holds(tmp):
    lab = Delayed(tmp)
    compared(lab.path)
    text = ok("observe", lab.path, "--list")
    for said in ("units: 24 in /units", "Secondary motor area, layer 5 (16)", "trials: 160 in /intervals/trials", "photostim_power",
                 f"1.500 ({lab.light.sum()}), N/A ({(~lab.light).sum()})", "/acquisition/BehavioralEvents/go_start_times", "waveform_sd"):
        assert said in text, (said, text)


def test_events_of_their_own_series_are_aligned_to(tmp):
    lab = Delayed(tmp)
    where = f"{CHOSEN}, outcome=hit, photostim_onset=N/A"
    chosen = ~lab.early & (lab.auto_water == 0) & (lab.outcome == "hit") & ~lab.light
    edges = np.arange(-1000, 1001, 50) / 1000
    for name in "go_start_times", "/acquisition/BehavioralEvents/go_start_times":
        found = observed(lab.path, "--align", name, "--where", where, "--units", "classification=good, anno_name=Caudoputamen", "--window", "-1000..1000",
                         "--condition", "trial_instruction")
        (part,) = found["sessions"]
        units = [u for u in range(UNITS) if lab.quality[u] == "good" and u >= 16]
        assert (part["trials"], part["unit_ids"]) == (chosen.sum(), [u + 1 for u in units])
        for condition in part["peri_event"]:
            x = lab.counts(lab.go[chosen & (lab.side == condition["name"])], edges)[:, units]
            close(condition["units"], x.mean(axis=0) / 0.05)

    # An early lick has the delay begin again: the last beginning counts, and it is said.
    edges = np.arange(0, 1201, 50) / 1000
    found = observed(lab.path, "--align", "delay_start_times", "--window", "0..1200")
    (part,) = found["sessions"]
    assert f"{lab.early.sum()} of {TRIALS} trials have several of /acquisition/BehavioralEvents/delay_start_times: the last counts" in part["notes"]
    close(part["peri_event"][0]["units"], lab.counts(lab.delay, edges).mean(axis=0) / 0.05)
    found = observed(lab.path, "--align", "photostim_start_times", "--window", "0..1200")
    (part,) = found["sessions"]
    assert part["trials"] == lab.light.sum() and f"{(~lab.light).sum()} of {TRIALS} trials left out: no photostim_start_times" in part["notes"]
    close(part["peri_event"][0]["units"], lab.counts(lab.delay[lab.light], edges).mean(axis=0) / 0.05)


def test_numbers_that_are_written_as_text(tmp):
    lab = Delayed(tmp)
    for where in "photostim_duration=0.5", "photostim_power>1", "photostim_power<=1.5", "photostim_onset!=N/A":
        assert observed(lab.path, "--where", where, "--window", "0..1000")["sessions"][0]["trials"] == lab.light.sum(), where
    found = observed(lab.path, "--align", "start_time+photostim_onset", "--window", "0..1200")["sessions"][0]
    assert found["trials"] == lab.light.sum()
    edges = np.arange(0, 1201, 50) / 1000
    written_as = lab.start + np.round(lab.delay - lab.start, 4)
    close(found["peri_event"][0]["units"], lab.counts(written_as[lab.light], edges).mean(axis=0) / 0.05)
    refused("observe", lab.path, "--align", "photostim_onset", names=["--align", "counts from their start", "start_time+photostim_onset"])
    refused("observe", lab.path, "--align", "outcome", names=["--align outcome", "holds no times"])
    refused("observe", lab.path, "--where", "outcome>1", names=["--where", "hit", "miss"])
    refused("observe", lab.path, "--align", "go_start_time", names=["trial_instruction", "delay_start_times", "did you mean go_start_times"])
    refused("observe", lab.path, "--align", "start_time+go", names=["--align", "go_start_times"])


def test_a_delayed_response_session_against_predictions(tmp):
    lab, report = Delayed(tmp), tmp / "report"
    ok("predict", small_study(), "--out", report, "--all", "--only", "delay_silencing,delay_speed,residual_200", "--size", "8x12", "--jobs", 2,
       "--half-step", 0, "--quiet", "--f-max-hz", 50)
    words = ("check", lab.path, "--against", report, "--units", "classification=good", "--align", "delay_start_times", "--delay-ms", 1000 * DELAY,
             "--condition", "trial_instruction", "--experiment", f"trial=photostim_onset=N/A, {CHOSEN}",
             "--experiment", f"trial_silenced=photostim_power>0, {CHOSEN}")
    done = stillpoint(*words, "--json", "-")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    judged = {each["name"]: each for each in found["predictions"]}
    silencing = judged["delay_silencing"]
    assert silencing["cannot_tell"] is None and (silencing["neurons"], silencing["trials"]) == (8, 12), silencing
    assert silencing["interval"] is None, silencing  # all trials are decoded: an interval would have no width
    assert "level" in judged["delay_speed"]["cannot_tell"] and "rest, step" in judged["residual_200"]["cannot_tell"], judged
    assert found["recordings"][0]["units"] == (lab.quality == "good").sum()
    text = ok(*words)
    assert text.splitlines()[0].endswith("animal 440956, 20 units"), text
    refused(*words[:-1], "trial_silenced=photostim_power>9", names=["--experiment", "trial_silenced=photostim_power>9"])
    refused(*words[:6], "--align", "go_cue", *words[8:], names=["--align go_cue", "go_start_times"])


def test_times_that_count_from_the_start_of_the_trial(tmp):
    """Columns of a table whose descriptions say "relative to trial start time", one number for each kind of trial."""
    file, start = session(), 20.0 + 9 * np.arange(40)
    hits = np.arange(40) % 2
    for name in ("CueTime", "DelayOnset", "HitL", "HitR", "GoodTrials", "PhotostimulationType"):
        file.add_trial_column(name, "in seconds, relative to trial start time")
    for k in range(40):
        file.add_trial(start[k], start[k] + 8, CueTime=3.2 + 0.01 * k, DelayOnset=2.0, HitL=np.int32(hits[k]), HitR=np.int32(1 - hits[k]), GoodTrials=1.0,
                       PhotostimulationType=float(k % 3))
    times = np.sort(np.concatenate([start + 3.2 + 0.01 * np.arange(40) + lag for lag in (0.01, 0.02, 0.26)]))
    file.add_unit(spike_times=times)
    path = written(tmp, file)
    refused("observe", path, "--align", "CueTime", names=["--align CueTime", "start_time+CueTime"])
    found = observed(path, "--align", "start_time+CueTime", "--where", "HitL=1, PhotostimulationType=0", "--window", "0..500")
    close(found["sessions"][0]["peri_event"][0]["units"], [[40, 0, 0, 0, 0, 20, 0, 0, 0, 0]])
    assert found["sessions"][0]["trials"] == len([k for k in range(40) if hits[k] and k % 3 == 0])


def test_columns_of_one_value_in_a_list_and_other_tables_of_intervals(tmp):
    file = session()
    for name in ("phy_annotations", "peak_channel", "cluster_depths"):
        file.add_unit_column(name, "-")
    for unit in range(4):
        file.add_unit(spike_times=spikes(unit, 200), phy_annotations=unit, peak_channel=[100 + unit], cluster_depths=[20.0 * unit])
    for name in ("visual_stimulus_time", "visual_stimulus_left_contrast", "response_choice", "feedback_type", "included"):
        file.add_trial_column(name, "-")
    for k in range(6):
        file.add_trial(10.0 * k, 10.0 * k + 3, visual_stimulus_time=10.0 * k + 0.5, visual_stimulus_left_contrast=0.25 * (k % 3), response_choice=float(k % 3 - 1),
                       feedback_type=1 - 2 * (k % 2), included=k > 0)
    rest = TimeIntervals(name="spontaneous", description="nothing else is going on")
    for k in range(5):
        rest.add_row(start_time=10.0 * k + 4, stop_time=10.0 * k + 9)
    file.add_time_intervals(rest)
    path = written(tmp, file)
    ours = listed(path)
    assert {"peak_channel", "cluster_depths"} <= {column["name"] for column in ours["units"]["columns"]} and ours["intervals"] == [{"name": "spontaneous", "rows": 5}]
    assert "other intervals: spontaneous (5); --trials takes one of them for the trials" in ok("observe", path, "--list")
    found = observed(path, "--units", "phy_annotations>=2, peak_channel<103", "--align", "visual_stimulus_time", "--where", "included=true, response_choice=-1|1",
                     "--condition", "visual_stimulus_left_contrast", "--window", "-500..1000")
    assert found["sessions"][0]["unit_ids"] == [2] and found["sessions"][0]["trials"] == 3 and found["conditions"] == ["0", "0.5"], found
    found = observed(path, "--trials", "spontaneous", "--window", "0..4000")
    edges = np.arange(0, 4001, 50) / 1000
    x = np.array([[np.diff(np.searchsorted(spikes(unit, 200), 10.0 * k + 4 + edges)) for unit in range(4)] for k in range(5)])
    close(found["sessions"][0]["peri_event"][0]["units"], x.mean(axis=0) / 0.05)
    refused("observe", path, "--trials", "spontanous", names=["--trials spontanous", "spontaneous", "trials"])


if __name__ == "__main__":
    sys.exit(main(globals()))
