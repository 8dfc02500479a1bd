"""A session of a delayed-response task with photostimulation, by the columns and events that DataJoint's export of such sessions
has: DANDI 000363 and 000544, written by github.com/mesoscale-activity-map/map-ephys, pipeline/export/nwb.py. What is in it is
made up."""
import json

import numpy as np
from pynwb import TimeSeries
from pynwb.behavior import BehavioralEvents
from pynwb.file import Subject

from pynwb_files import session, written

TRIALS, UNITS, LENGTH, DELAY = 160, 24, 6.0, 1.2


class Delayed:
    """Presample, sample, delay of 1.2 s, go; in a quarter of trials light for the first half second of the delay."""

    def __init__(self, tmp, name="sub-440956_ses-20190207T120657_behavior+ecephys+ogen.nwb"):
        rng = np.random.default_rng(8)
        self.start = 10 + LENGTH * np.arange(TRIALS) + rng.uniform(0, 0.5, TRIALS)
        self.stop = self.start + LENGTH - 1
        self.side = np.array(["left", "right"])[rng.integers(0, 2, TRIALS)]
        self.early = rng.uniform(size=TRIALS) < 0.15
        self.light = rng.uniform(size=TRIALS) < 0.4
        self.outcome = np.array(["hit", "miss", "ignore"])[rng.choice(3, TRIALS, p=[0.8, 0.15, 0.05])]
        self.auto_water = (rng.uniform(size=TRIALS) < 0.05).astype("i4")
        self.delay = self.start + 1.85 + 0.5 * self.early  # an early lick has the delay begin again
        self.go = self.delay + DELAY
        self.quality = np.where(np.arange(UNITS) % 6 == 5, "unlabelled", "good")
        self.area = np.where(np.arange(UNITS) < 16, "Secondary motor area, layer 5", "Caudoputamen")
        self.spikes = [self.of_unit(unit, rng) for unit in range(UNITS)]
        self.path = written(tmp, self.file(), name)

    def of_unit(self, unit, rng):
        times = []
        for k in range(TRIALS):
            prefers = (self.side[k] == "left") == (unit % 2 == 0)
            for begin, end, hz in ((self.start[k], self.delay[k], 8), (self.delay[k], self.go[k], 25 if prefers else 6), (self.go[k], self.stop[k], 12)):
                times.append(rng.uniform(begin, end, rng.poisson(hz * (end - begin))))
        return np.sort(np.concatenate(times))

    def file(self):
        file = session(subject=Subject(subject_id="440956", species="Mus musculus", sex="M", age="P150D"),
                       experiment_description="high tone vs. low tone", institution="Janelia Research Campus")
        groups = []
        for probe in ("18005123392", "18005123682"):
            device = file.create_device(name=f"{probe} (neuropixels 1.0 - 3B)")
            groups.append(file.create_electrode_group(name=f"{probe} 1-384", device=device, description=json.dumps({"probe": probe, "session": 25}),
                                                      location=json.dumps({"brain_regions": "left ALM" if not groups else "left Striatum", "depth": 3840.0})))
            for x in range(2):
                file.add_electrode(group=groups[-1], location=groups[-1].location, x=np.nan, y=np.nan, z=np.nan, imp=-1.0, filtering="")
        for name in ("unit", "unit_quality", "unit_snr", "unit_posx", "presence_ratio", "classification", "anno_name"):
            file.add_unit_column(name, "-")
        for unit in range(UNITS):
            file.add_unit(spike_times=self.spikes[unit], obs_intervals=np.stack([self.start, self.stop], 1), id=unit + 1, unit=unit + 1,
                          unit_quality="multi" if unit == 3 else "good", unit_snr=np.nan if unit == 4 else 3.5, unit_posx=16.0, presence_ratio=0.9,
                          classification=self.quality[unit], anno_name=self.area[unit], electrodes=[2 * (unit >= 16)],
                          electrode_group=groups[unit >= 16], waveform_mean=np.ones(82), waveform_sd=np.full(1, np.nan))
        columns = ("trial", "trial_uid", "task", "task_protocol", "trial_instruction", "early_lick", "outcome", "auto_water", "free_water",
                   "photostim_onset", "photostim_power", "photostim_duration")
        for name in columns:
            file.add_trial_column(name, "-")
        for k in range(TRIALS):
            light = ("%.4f" % (self.delay[k] - self.start[k]), "1.500", "0.5000") if self.light[k] else ("N/A", "N/A", "N/A")
            file.add_trial(self.start[k], self.stop[k], trial=k + 1, trial_uid=5000 + k, task="audio delay", task_protocol=1,
                           trial_instruction=self.side[k], early_lick="early" if self.early[k] else "no early", outcome=self.outcome[k],
                           auto_water=self.auto_water[k], free_water=np.int32(0), photostim_onset=light[0], photostim_power=light[1], photostim_duration=light[2])
        replayed = np.sort(np.concatenate([self.delay, self.delay[self.early] - 0.5]))
        events = BehavioralEvents(name="BehavioralEvents")
        for name, times in (("delay_start_times", replayed), ("go_start_times", self.go), ("left_lick_times", np.sort(self.go[self.side == "left"] + 0.3)),
                            ("photostim_start_times", self.delay[self.light]), ("photostim_stop_times", self.delay[self.light] + 0.5)):
            events.add_timeseries(TimeSeries(name=name, data=np.ones(len(times)), unit="a.u.", timestamps=times))
        file.add_acquisition(events)
        return file

    def counts(self, events, edges):
        return np.array([[np.diff(np.searchsorted(times, event + edges)) for times in self.spikes] for event in events], dtype=float)
