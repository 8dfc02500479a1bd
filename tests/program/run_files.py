#!/usr/bin/env python3
"""What a run file holds: curves, networks, options, and what became of the run."""
import json
import shutil
import sys

import h5py
import numpy as np

from support import SMALL, attributes, main, ok, refused, runs, settings, small_run, small_study, write


def test_run_file_layout(tmp):
    with h5py.File(small_run("tcr", seed=3)) as run:
        assert attributes(run)["format"] == "stillpoint-run" and attributes(run)["outcome"] in ("reached", "not_reached")
        assert {len(run["curve"][name]) for name in ("update", "loss", "accuracy", "speed")} == {12}
        assert sorted(run["checkpoints"]) == ["00000000", "00000005"]
        np.testing.assert_array_equal(run["checkpoints/00000000/network/W"][()], run["initial/network/W"][()])
        assert np.abs(run["final/network/W"][()] - run["initial/network/W"][()]).max() > 0
        assert run["options"].attrs["network.gain"] == 2.0 and run["options"].attrs["network.tau_ms"] == 50.0 and attributes(run["options"])["task.name"] == "evidence_accumulation"
        assert attributes(run["final/network"])["kind"] == "leaky_rate" and attributes(run["final/network/synapse"])["kind"] == "tcr"
        assert {"commit", "compiler", "host", "matrix_kernels", "wall_seconds"} <= set(run["provenance"].attrs)


def test_a_run_that_reached_criterion_says_when(tmp):
    outcomes = set()
    for path in runs(small_study()):
        with h5py.File(path) as run:
            outcomes.add(attributes(run)["outcome"])
            assert (attributes(run)["outcome"] == "reached") == ("reached_at" in run.attrs), path
            assert 0 <= run.attrs.get("reached_at", 0) < 12 and "diverged_at" not in run.attrs, path
    assert outcomes == {"reached", "not_reached"}


def test_a_run_that_diverges_is_recorded(tmp):
    study = write(tmp / "s.ini", SMALL)
    ok("run", study, "--out", tmp / "out", "--quiet", *settings("study.arm=none", "network.nonlinearity=relu", "network.gain=3", "optimizer.name=sgd",
                                                               "optimizer.rate=1e9", "optimizer.clip=0"))
    for path in runs(tmp / "out"):
        with h5py.File(path) as run:
            assert attributes(run)["outcome"] == "diverged"
            assert 0 <= run.attrs["diverged_at"] < 12
            assert len(run["curve/loss"]) == run.attrs["diverged_at"] + 1
    row, = json.loads(ok("summary", tmp / "out", "--format", "json"))
    assert row["diverged"] == 3 and row["runs"] == 3 and row["reached"] == 0 and row["median_updates"] is None


def test_what_a_rival_was_matched_by_is_its_synapse_everywhere(tmp):
    study = write(tmp / "s.ini", SMALL.replace("none tcr", "derivative_feedback high_pass").replace("= 20", "= 50").replace("gain = 2", "gain = 2.5").replace(
        "dt_ms = 10", "dt_ms = 5") + "[synapse]\nbeta = 5\ntau_s_ms = 150\nstrength = 8\ntau_e_ms = 20\n")
    ok("run", study, "--out", tmp / "out", "--quiet", *settings("study.seeds=1", "training.stop_at_criterion=false"))
    for path, option, start in zip(runs(tmp / "out"), ("tau_e_ms", "strength"), (20, 8)):
        with h5py.File(path) as run:
            control, given, stored = attributes(run["control"]), run["options"].attrs, [
                attributes(run[f"{group}/network/synapse"]) for group in ("initial", "final", "checkpoints/00000003")]
            assert control["property"] == "speed" and control["option"] == f"synapse.{option}", control
            assert control["value"] == start * control["factor"] and control["factor"] != 1, control
            assert given[f"synapse.{option}"] == start  # as the study gave it
            assert all(float(each[option]) == control["value"] for each in stored), (stored, control)
            assert option != "strength" or all(float(each["tau_h_ms"]) == 150 for each in stored)
        # what analyses and simulations take
        points = json.loads(ok("analyze", "fixed-points", path, "--starts", 4, "--json", "-"))
        assert points["synapse"][option] == control["value"], points["synapse"]
        ok("simulate", path, "--out", tmp / "again.h5", "--duration-ms", 100, "--record", "synapse", "--quiet")
        with h5py.File(tmp / "again.h5") as again:
            assert float(attributes(again["options"])[f"synapse.{option}"]) == control["value"]
            assert again["recording/synapse"].shape[2] == (100 if option == "tau_e_ms" else 50)
            # and what trained: the same numbers as of a study that gives the value itself
        with h5py.File(path) as run:
            kind, tau_h = attributes(run["options"])["synapse.kind"], ["synapse.tau_h_ms=150"] if option == "strength" else []
            plain = write(tmp / "plain.ini", study.read_text().split("[synapse]")[0])
            ok("run", plain, "--out", tmp / kind, "--quiet", *settings(
                "study.arm=as_given", "study.seeds=1", f"synapse.kind={kind}", f"synapse.{option}={float(control['value'])!r}", *tau_h))
            with h5py.File(runs(tmp / kind)[0]) as other:
                np.testing.assert_array_equal(run["final/network/W"][()], other["final/network/W"][()])
                np.testing.assert_array_equal(run["curve/loss"][()], other["curve/loss"][()])
                assert run.attrs["final_loss"] == other.attrs["final_loss"]  # of the evaluation trials
        damaged = shutil.copy(path, tmp / "damaged.h5")
        with h5py.File(damaged, "r+") as run:
            run["control"].attrs["option"] = np.bytes_("synapse.tau")
        refused("analyze", "fixed-points", damaged, names=["/control", "option = synapse.tau", "/options"])
    # and it goes on with it
    ok("run", study, "--out", tmp / "long", "--quiet", *settings("study.seeds=1", "training.updates=24"))
    ok("run", study, "--out", tmp / "out", "--quiet", *settings("study.seeds=1", "training.updates=24"))
    for one, other in zip(runs(tmp / "out"), runs(tmp / "long")):
        with h5py.File(one) as gone_on, h5py.File(other) as at_once:
            np.testing.assert_array_equal(gone_on["final/network/W"][()], at_once["final/network/W"][()])
    rows = json.loads(ok("summary", tmp / "out", "--format", "json"))
    assert all("unmatched" in row for row in rows) and len(rows) == 2, rows


def test_a_control_that_cannot_be_matched_is_marked(tmp):
    def matched(arm, gain, within):
        """Of two runs, the flags of their files, what the summary counts and what it says; a flag is what the file's own numbers say."""
        ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / arm, "--quiet",
           *settings(f"study.arm={arm}", f"network.gain={gain}", "study.seeds=2", "training.updates=2"))
        flags = []
        for path in runs(tmp / arm):
            with h5py.File(path) as run:
                control = run["control"].attrs
                flags.append(int(control["matched"]))
                assert control["matched"] == (abs(control["achieved"] - control["target"]) <= within(control["target"])), dict(control)
        row, = json.loads(ok("summary", tmp / arm, "--format", "json"))
        return flags, row["unmatched"], ok("summary", tmp / arm)

    # W is only scaled down, which cannot help a network that is already calmer than its TCR network, as weak ones are.
    flags, unmatched, text = matched("matched_chaos", 0.8, lambda target: 0.05)
    assert flags == [0, 0] and unmatched == 2 and "unmatched: 2 of 2 runs of #0 matched_chaos:\n  not matched" in text, (flags, text)
    # The time constant may grow and shrink, so that the speed can always be matched.
    flags, unmatched, text = matched("matched_speed", 2, lambda target: 0.02 * target)
    assert flags == [1, 1] and unmatched == 0 and "not matched" not in text, (flags, text)


if __name__ == "__main__":
    sys.exit(main(globals()))
