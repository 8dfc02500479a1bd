#!/usr/bin/env python3
"""Every command of docs/recordings.md as it is written, from the first to the last, in one fresh directory. The study that it
begins with takes minutes: a small one stands in its place, with the same conditions first. Files of a lab are made up."""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "program"))
from pages import commands_shown  # noqa: E402
from support import SOURCE, given, main, write  # noqa: E402

from delayed_response import Delayed  # noqa: E402
from pynwb_files import session, written  # noqa: E402

STUDY = """
[study]
name = small
seeds = 9
[grid]
study.arm = none tcr
[quick]
study.seeds = 3
study.arm = none tcr
[network]
size = 60
gain = 1.5
tau_ms = 50
[integration]
dt_ms = 10
[training]
updates = 6
batch = 4
criterion = 0.01
"""


def mouse(tmp, name, seed):
    """Rest and a second of light into the cells that are tagged, with and without a drug."""
    rng, file, trials, length = np.random.default_rng(seed), session(), 120, 4.0
    light, drug = np.arange(trials) % 2 == 0, np.arange(trials) >= trials // 2
    event = length * np.arange(trials) + 1
    for column in ("trial_type", "opto_power", "opto_ms", "drug", "opto_start_time"):
        file.add_trial_column(column, "-")
    for k in range(trials):
        file.add_trial(length * k, length * (k + 1), trial_type="opto" if light[k] else "spontaneous", opto_power=2.5 if light[k] else 0.0,
                       opto_ms=1000.0 if light[k] else 0.0, drug=int(drug[k]), opto_start_time=event[k])
    for column in ("quality", "opto_tagged"):
        file.add_unit_column(column, "-")
    for unit in range(24):
        tagged = unit < 14
        times = [rng.uniform(0, length * trials, rng.poisson(10 * length * trials))]
        times += [rng.uniform(at, at + 1, rng.poisson(20)) for at in event[light] if tagged]
        file.add_unit(spike_times=np.sort(np.concatenate(times)), quality="good" if unit % 12 else "noise", opto_tagged=tagged)
    return written(tmp, file, name)


def test_every_command_of_the_page(tmp):
    (tmp / "experiments/studies").mkdir(parents=True)
    write(tmp / "experiments/studies/predictions.ini", STUDY)
    for seed, name in enumerate(("mouse1.nwb", "mouse2.nwb")):
        mouse(tmp, name, seed)
    Delayed(tmp, "delayed.nwb")
    environment = {**os.environ, "PATH": f"{given.program.parent}:{os.environ['PATH']}"}
    printed = {}
    all_commands = commands_shown(SOURCE / "docs/recordings.md")
    assert len(all_commands) == 12, all_commands
    for command in all_commands:
        done = subprocess.run(command, shell=True, cwd=tmp, env=environment, capture_output=True, text=True, timeout=850)
        assert done.returncode == 0, f"{command}: exit {done.returncode}: {done.stderr}"
        printed[command] = done.stdout

    def of(*words):
        (text,) = [text for command, text in printed.items() if all(word in command for word in words)]
        return text
    assert "experiment" in of("session.nwb --list") and "mean_rate" in of("--where experiment=step")
    for text in of("check session.nwb"), of("check mouse1.nwb"), of("check delayed.nwb"):
        conclusion = text.splitlines()[-1]
        assert conclusion.startswith(("Left: ", "This recording cannot tell")), text
    assert (tmp / "check.svg").read_text().startswith("<svg")
    found = json.loads((tmp / "check.json").read_text())
    judged = {each["name"] for each in found["predictions"] if each["cannot_tell"] is None}
    assert "residual_200" in judged, found["predictions"]
    text = of("check mouse1.nwb")
    assert "mouse1.nwb: animal mouse1.nwb, 22 units, 12 stimulated" in text and "mouse2.nwb: animal mouse2.nwb" in text, text
    assert re.search(r"^residual_200 .* animals +10 x 20 ", text, re.MULTILINE), text
    assert re.search(r"^delay_silencing .* trials +10 x 20 ", of("check delayed.nwb"), re.MULTILINE), of("check delayed.nwb")
    assert "photostim_power" in of("delayed.nwb --list") and "decoding" in of("--align go_start_times")


if __name__ == "__main__":
    sys.exit(main(globals()))
