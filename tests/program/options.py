#!/usr/bin/env python3
"""Options of a study and of the command line: which are taken, which refused, and what help shows."""
import json
import sys

import h5py

from support import SMALL, attributes, main, ok, refused, runs, settings, stillpoint, write


def test_a_study_of_two_networks_can_be_cut_to_one(tmp):
    study = write(tmp / "two.ini", SMALL.replace("[grid]", "[grid]\nnetwork.kind = leaky_rate plrnn").replace("[network]", "[network]\nA = 0.7"))
    ok("run", study, "--out", tmp / "one", "--quiet", *settings("network.kind=leaky_rate", "study.arm=none", "training.updates=2"))
    for path in runs(tmp / "one"):
        with h5py.File(path) as run:
            assert attributes(run["final/network"])["kind"] == "leaky_rate"
    refused("run", study, "--out", tmp / "a", *settings("network.kind=leaky_rate", "network.rank=1"), names=["network.rank", "low_rank"])


def test_bad_options_are_one_line_and_write_nothing(tmp):
    study = write(tmp / "s.ini", SMALL)
    cases = [
        (["network.sizes=3"], ["network.sizes", "unknown option", "network.size"]),
        (["netwrk.size=3"], ["netwrk", "unknown section"]),
        (["network.size=many"], ["network.size", "many", "integer"]),
        (["network.size=2.5"], ["network.size", "2.5", "integer"]),
        (["network.tau_ms=-5"], ["network.tau_ms = -5", "> 0"]),
        (["network.tau_ms=80..20"], ["network.tau_ms", "80..20", "LOW <= HIGH"]),
        (["task.delay_ms=300..200"], ["task.delay_ms", "300..200"]),
        (["task.delay_ms="], ["task.delay_ms", "(empty)"]),
        (["network.tau_ms=4"], ["integration.dt_ms = 10", "4 ms"]),
        (["integration.dt_ms=0"], ["integration.dt_ms = 0"]),
        (["task.response_ms=1"], ["task.response_ms", "1 ms", "step"]),
        (["rule.name=backprop"], ["rule.name", "backprop", "bptt", "e_prop"]),
        (["task.name=chess"], ["task.name", "chess", "flip_flop"]),
        (["rule.name=bptt", "integration.method=dopri5"], ["integration.method", "dopri5", "bptt", "exponential_euler"]),
        (["integration.method=rk4"], ["integration.method", "rk4", "e_prop"]),
        (["study.arm=magic"], ["study.arm", "magic", "matched_chaos"]),
        (["study.arm=none", "synapse.kind=tcr"], ["synapse.kind", "contradicts study.arm = none"]),
        (["study.arm=tcr_yoked", "training.batch=1"], ["training.batch", "two trials"]),
        (["tune.synapse.bta=1 2"], ["tune.synapse.bta", "no condition", "full name"]),
        (["tune.rate="], ["tune.rate", "(empty)"]),
        (["study.arm=none tcr", "synapse.use=banana"], ["synapse.use = banana", "a number"]),
        (["study.arm=none", "synapse.form=thick"], ["synapse.form = thick", "dense"]),
        (["tune.integration.dt_ms=10 700"], ["integration.dt_ms = 700"]),
        (["tune.integration.dt_ms=600 700", "study.inapplicable=skip"], ["no candidate", "integration.dt_ms = 600"]),
        (["grid.network.gain="], ["grid.network.gain", "(empty)"]),
        (["grid.network.gain=1, 2"], ["grid.network.gain", "1, 2", "spaces"]),
        (["grid.network.gain=1 1"], ["grid.network.gain", "twice"]),
        (["study.seeds=0"], ["study.seeds = 0"]),
        (["training.updates=0"], ["training.updates = 0"]),
        (["training.checkpoints=5 700"], ["training.checkpoints = 5 700", "from 0 to 11"]),
        (["training.parameters=W Q"], ["training.parameters", "W Q"]),
        (["grid.tcr.lambda=0 1"], ["grid.tcr.lambda = 0 1: no condition", "tcr.form"]),
        (["study.arm=none", "grid.synapse.beta=10 20"], ["grid.synapse.beta = 10 20: no condition", "synapse"]),
        (["study.arm=none", "grid.schedule.shape=constant linear"], ["grid.schedule.shape", "no condition", "tcr.form or synapse.kind = tcr"]),
        (["freeze_in.updates=12", "study.arm=tcr_local"], ["freeze_in.updates = 12", "training.updates = 12"]),
        (["freeze_in.every=1", "study.arm=tcr_local"], ["freeze_in.every = 1", "2 and more"]),
        (["freeze_in.every=3", "study.arm=tcr_local", "tcr.lambda=0"], ["freeze_in.every = 3", "nothing would learn", "tcr.lambda > 0"]),
        (["freeze_in.updates=3", "study.arm=tcr"], ["freeze_in.updates = 3", "nothing would learn", "synapse.consolidation > 0"]),
        (["freeze_in.updates=3", "study.arm=tcr", "synapse.consolidation=0.1", "synapse.beta=0"], ["freeze_in.updates = 3", "nothing would learn"]),
        (["network.feedback=uniform"], ["network.feedback = uniform", "e_prop does not train"]),
        (["grid.node_perturbation.sigma=0.1 1"], ["node_perturbation.sigma", "not used with rule.name = e_prop, but with rule.name = node_perturbation"]),
        (["task.bits=3"], ["task.bits", "not used with task.name = evidence_accumulation, but with task.name = flip_flop"]),
        (["synapse.tau_s_ms=1"], ["synapse.tau_s_ms", "integration.dt_ms"]),
        (["network.kind=rnn_map", "study.arm=matched_speed"], ["control.match", "rnn_map"]),
        (["nonsense"], ["--set", "nonsense", "KEY=VALUE"]),
    ]
    for entries, names in cases:
        refused("run", study, "--out", tmp / "out", *settings(*entries), names=names)
        assert not (tmp / "out").exists(), entries
    refused("run", write(tmp / "t.ini", SMALL + "\n[training]\nupdates = 3\n"), "--out", tmp / "out", names=["training.updates", "twice"])
    refused("run", write(tmp / "g.ini", "[grid]\nnetwork.size = 5 10\n[network]\nsize = 5\n"), "--out", tmp / "out", names=["network.size = 5", "[grid]"])
    refused("run", write(tmp / "u.ini", "[network\nsize = 3\n"), "--out", tmp / "out", names=["u.ini", "'[network'"])
    refused("run", tmp / "absent.ini", "--out", tmp / "out", names=["absent.ini: cannot be read"])
    refused("run", tmp, "--out", tmp / "out", names=[f"{tmp}: is a directory"])
    refused("run", study, names=["out is missing"])
    refused("run", study, "--out", tmp / "out", "--jobs", "-1", names=["--jobs -1"])
    refused("fly", names=["fly", "unknown command"])
    refused(names=["no command"])
    refused("list", "gods", names=["gods", "rules"])
    refused("run", study, "--quick", "--out", tmp / "out", names=[f"--quick: {study} has no [quick] section"])
    refused("list", "gods", names=["stillpoint list gods: must be one of"])
    refused("list", names=["networks|rules|tasks"])
    used = [["grid.tcr.lambda=0 1", "study.arm=none tcr_loss"], ["grid.synapse.beta=10 20"], ["grid.schedule.shape=constant linear"],
            ["freeze_in.updates=3", "study.arm=tcr", "synapse.consolidation=0.1"], ["freeze_in.updates=11", "freeze_in.every=2", "study.arm=tcr_local"],
            ["grid.tcr.lambda=1"], ["tcr.lambda=3"]]  # one value is a setting like any other
    for number, entries in enumerate(used):
        ok("run", study, "--out", tmp / f"used{number}", "--quiet", *settings(*entries, "study.seeds=1"))


def test_candidates_that_cannot_be_run_are_left_out_and_listed(tmp):
    words = settings("tune.integration.dt_ms=700 10 5", "tune.seeds=1", "study.inapplicable=skip", "study.seeds=1", "study.arm=none")
    done = stillpoint("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", *words)
    assert done.returncode == 0 and "left out: " in done.stderr and "dt_ms = 700" in done.stderr, done.stderr
    (condition,) = json.loads((tmp / "out/tuning.json").read_text())
    tried = condition["candidates"]
    assert [candidate["tuned"] for candidate in tried] == [[["integration.dt_ms", value]] for value in ("700", "10", "5")]
    assert "integration.dt_ms = 700" in tried[0]["left_out"] and "updates" not in tried[0] and condition["chosen"] in (1, 2)
    assert all("left_out" not in candidate and candidate["updates"] > 0 for candidate in tried[1:])
    assert len(list((tmp / "out/tuning").glob("*.h5"))) == 2
    assert "700: not applicable; 10: 12" in ok("summary", tmp / "out")


def test_help_shows_an_example_for_every_command(tmp):
    for command in "run", "summary", "compare", "figure", "simulate", "check-gradients", "analyze", "task", "list":
        text = ok(command, "--help")
        assert "example:" in text and f"stillpoint {command}" in text, text
    for what in "networks", "rules", "tasks", "synapses", "integrators", "arms":
        assert ok("list", what)
        items = json.loads(ok("list", what, "--json"))
        assert items and all(item["help"] for item in items)


if __name__ == "__main__":
    sys.exit(main(globals()))
