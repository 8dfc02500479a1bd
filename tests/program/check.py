#!/usr/bin/env python3
"""Recordings against predictions, through files: sessions of networks that no prediction was made from."""
import json
import shutil
import sys

import h5py
import numpy as np

from support import main, ok, refused, runs, settings, stillpoint, write
from predictions import STUDY

ONLY = ["autocorrelation_400", "creep", "residual_200", "paired_pulse", "pairing_contrast", "delay_speed", "delay_block"]
RATES = ["--f-max-hz", 200]  # networks of 20 neurons that hardly learned: with less their responses are lost in noise
EXPERIMENTS = "rest,step,pulse_first,pulse_pair,trial,trial_blocked"


def predicted(tmp):
    """Predictions of six seeds, and runs of a seventh by arm."""
    ok("run", write(tmp / "rivals.ini", STUDY), "--out", tmp / "rivals", "--quiet")
    ok("run", tmp / "rivals.ini", "--out", tmp / "others", "--quiet", *settings("study.seeds=1", "study.first_seed=7"))
    ok("predict", tmp / "rivals", "--out", tmp / "report", "--all", "--only", ",".join(ONLY), "--size", "4x10", "--size", "6x20",
       "--jobs", 2, "--half-step", 0, "--quiet", *RATES)
    others = {}
    for path in runs(tmp / "others"):
        with h5py.File(path) as file:
            arm = file["options"].attrs["study.arm"]
            others[arm.decode() if isinstance(arm, bytes) else arm] = path
    return tmp / "report", others


def checked(*words):
    done = stillpoint("check", *words, "--json", "-")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_recording_of_an_unknown_network_through_files(tmp):
    report, others = predicted(tmp)
    with open(report / "predictions.json") as file:
        table = json.load(file)
    assert table["bin_ms"] == 10 and table["stimulated"] == 6, table
    # A response that is not told from noise has no residual: this TCR network's.
    for arm, hypothesis, told in (("tcr", "tcr", "paired_pulse"), ("none", "static", "residual_200")):
        session = tmp / f"{arm}.nwb"
        ok("export-nwb", others[arm], session, "--experiments", EXPERIMENTS, "--neurons", 16, "--trials", 30, *RATES)
        result = checked(session, "--against", report, "--membrane-ms", 20)
        judged = {each["name"]: each for each in result["predictions"]}
        for name in told, "delay_block":
            each = judged[name]
            assert each["cannot_tell"] is None and (each["neurons"], each["trials"]) == (6, 20) and each["sessions"] == 1, each
            assert each["interval"][0] < each["measured"] < each["interval"][1], each
            for law in each["hypotheses"].values():
                assert 1 / (law["seeds"] + 1) <= law["likelihood_ratio"] <= 1 and law["seeds"] >= 3, law
            assert max(law["likelihood_ratio"] for law in each["hypotheses"].values()) == 1
        for name, says in (("autocorrelation_400", "level"), ("delay_speed", "level"), ("pairing_contrast", "connections"),
                           ("train", "not in the table")):
            assert says in judged[name]["cannot_tell"], judged[name]
        # The hypothesis that is true is not excluded, in the sessions that this test is made of.
        joint = result["joint"]["hypotheses"]
        assert set(joint) == {"static", "tcr", "high_pass"} and not joint[hypothesis]["excluded"], joint
        assert result["conclusion"].startswith("Left: ") and "not tested" in result["conclusion"]

    # By filters of a lab's own names, the same numbers; two files of one subject are one animal.
    lab = tmp / "lab.nwb"
    shutil.copy(session, lab)
    with h5py.File(lab, "r+") as file:
        trials, units = file["intervals/trials"], file["units"]
        names = np.array([each.decode() if isinstance(each, bytes) else each for each in trials["experiment"][()]])
        trials["experiment"][...] = np.array([{"rest": "A", "step": "B"}.get(each, "C") for each in names], dtype=object)
    plain = checked(session, "--against", report, "--membrane-ms", 20)
    own = checked(lab, "--against", report, "--membrane-ms", 20, "--experiment", "rest=experiment=A", "--experiment", "step=experiment=B",
                  "--stimulated", "stimulated=true")
    residual = [next(each for each in result["predictions"] if each["name"] == "residual_200") for result in (plain, own)]
    assert residual[0] == residual[1], residual
    assert "pulse_first" in next(each for each in own["predictions"] if each["name"] == "paired_pulse")["cannot_tell"]
    second = tmp / "second.nwb"
    ok("export-nwb", others["none"], second, "--experiments", EXPERIMENTS, "--neurons", 16, "--trials", 20, "--session", 2, *RATES)
    both = checked(session, second, "--against", report / "predictions.json", "--membrane-ms", 20)
    residual = next(each for each in both["predictions"] if each["name"] == "residual_200")
    assert residual["sessions"] == 2 and residual["animals"] == 1 and residual["interval_over"] == "sessions", residual
    both = checked(session, second, "--against", report, "--membrane-ms", 20, "--animal", "file")
    residual = next(each for each in both["predictions"] if each["name"] == "residual_200")
    assert residual["sessions"] == 1 and residual["animals"] == 2 and residual["interval_over"] == "animals", residual

    # Too few trials and no membrane time constant cannot tell, which is no error; levels are judged when all is matched.
    few = tmp / "few.nwb"
    ok("export-nwb", others["none"], few, "--experiments", "rest,step", "--neurons", 16, "--trials", 8, *RATES)
    text = ok("check", few, "--against", report)
    assert "cannot tell" in text and "8 trials" in text and "none is excluded" in text.splitlines()[-1], text
    text = ok("check", session, "--against", report, "--plot", tmp / "check.svg", "--json", tmp / "check.json")
    assert "membrane" in text and (tmp / "check.svg").read_text().startswith("<svg"), text
    with open(tmp / "check.json") as file:
        assert json.load(file)["conclusion"] == text.splitlines()[-1]
    matched = checked(session, "--against", report, "--matched")
    assert next(each for each in matched["predictions"] if each["name"] == "autocorrelation_400")["cannot_tell"] is None

    # One line each.
    against = ["--against", report]
    refused("check", session, names=["against"])
    refused("check", session, "--against", tmp / "none.json", names=["none.json"])
    refused("check", session, "--against", tmp / "rivals", names=["predictions.json"])
    refused("check", session, "--against", report / "animals.json", names=["kind"])
    refused("check", session, session, *against, names=["twice"])
    refused("check", session, *against, "--experiment", "stepp=experiment=B", names=["step"])
    refused("check", session, *against, "--experiment", "step=experiment=Z", names=["--experiment"])
    refused("check", session, *against, "--experiment", "step=power=1", names=["power"])
    refused("check", session, *against, "--align", "events", names=["--align"])
    refused("check", session, *against, "--animal", "mouse", names=["--animal"])
    refused("check", session, *against, "--alpha", "1", names=["--alpha"])
    refused("check", session, *against, "--membrane-ms", "0", names=["--membrane-ms"])
    refused("check", session, *against, "--plot", tmp / "x.png", names=["--plot"])
    refused("check", session, *against, "--json", session, names=["--json"])
    refused("check", report / "predictions.json", *against, names=["predictions.json"])
    refused("check", lab, *against, names=["--experiment"])
    damaged = tmp / "damaged"
    damaged.mkdir()
    shutil.copy(report / "predictions.json", damaged)
    refused("check", session, "--against", damaged, names=["animals.json"])
    (damaged / "animals.json").write_text('{"kind": "animals", "sizes": [')
    refused("check", session, "--against", damaged, names=["damaged"])
    (damaged / "predictions.json").write_text('{"kind": "predictions"}')
    refused("check", session, "--against", damaged, names=["damaged"])
    without = tmp / "without.nwb"
    shutil.copy(session, without)
    with h5py.File(without, "r+") as file:
        del file["intervals"]
    refused("check", without, *against, names=["no trials", "--trials"])
    refused("observe", without, "--where", "side=left", names=["no trials", "--trials"])
    refused("observe", without, "--animal", "side", names=["--animal side", "no table"])
    shutil.copy(session, without)
    with h5py.File(without, "r+") as file:
        del file["units"]
    refused("check", without, *against, names=["no units", "observe --series"])
    for wrong in "units", "/general", "spontaneous":  # "units" is a table, and not of intervals
        refused("observe", session, "--trials", wrong, names=[f"--trials {wrong}: ", "has no such table", "it has: trials"])
    refused("check", session, "--against", session, names=["no text", "give predictions.json of a directory"])
    refused("export-nwb", session, tmp / "y.nwb", names=["neither a run, a simulation nor a network file"])
    refused("observe", session, "--where", "experiment=rest", "--align", "event_time", "--epoch", "0..9000", names=["--epoch = 0 to 9000 ms"])
    assert not (tmp / "x.png").exists()


if __name__ == "__main__":
    sys.exit(main(globals()))
