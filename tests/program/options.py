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
        (["netwrk.size=3"], ["netwrk.size: unknown option", "did you mean network.size"]),
        (["nonsense.kind=3"], ["nonsense.kind: unknown section [nonsense]", "training"]),
        (["gain=2"], ["gain: unknown option; did you mean network.gain"]),
        (["study.sead=2"], ["study.sead: unknown option", "study.first_seed", "did you mean study.seeds"]),
        (["grid.arm=none tcr"], ["grid.arm: unknown option; did you mean study.arm"]),
        (["grid.study.seeds=1 2"], ["grid.study.seeds", "same in every condition"]),
        (["rule.name=e_porp"], ["rule.name = e_porp", "did you mean e_prop"]),
        (["training.parameters=W W_ni"], ["did you mean W_in"]),
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
        (["study.arm=high_pass", "synapse.tau_h_ms=100"], ["synapse.tau_h_ms = 100", "synapse.tau_s_ms = 200", "control.match"]),
        (["study.arm=high_pass", "synapse.strength=0"], ["synapse.strength = 0", "above 0"]),
        (["study.arm=derivative_feedback", "synapse.tau_i_ms=100"], ["synapse.tau_e_ms = 100", "synapse.tau_i_ms = 100"]),
        (["study.arm=derivative_feedback", "network.kind=lstm"], ["synapse.kind", "lstm"]),
        (["study.arm=as_given", "synapse.kind=tsodyks_markram", "control.match=speed"], ["control.match = speed", "derivative_feedback, high_pass", "tsodyks_markram"]),
        (["study.arm=as_given", "synapse.kind=high_pass", "control.match=chaos"], ["control.match = chaos", "high_pass"]),
        (["study.arm=tm_depressing", "synapse.use=0.2"], ["synapse.use = 0.2", "contradicts study.arm = tm_depressing"]),
        (["tune.synapse.bta=1 2"], ["tune.synapse.bta: unknown option", "did you mean synapse.beta"]),
        (["tune.rate=1 1"], ["tune.rate = 1: stands twice"]),
        (["tune.rate=1 1e0"], ["tune.rate = 1e0: stands twice"]),
        (["tune.rate=1,2"], ["tune.rate = 1,2", "spaces"]),
        (["tune.seeds=2"], ["tune.seeds: has no effect", "[tune]"]),
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
        (["training.checkpoints=5,100"], ["training.checkpoints = 5,100", "separated by spaces"]),
        (["training.checkpoints=5 700"], ["training.checkpoints = 5 700", "from 0 to 11"]),
        (["training.parameters=W Q"], ["training.parameters", "W Q"]),
        (["grid.tcr.lambda=0 1"], ["grid.tcr.lambda = 0 1: has no effect: needs tcr.form = loss or local or instantaneous, is none in every condition"]),
        (["study.arm=none", "grid.synapse.beta=10 20"], ["grid.synapse.beta = 10 20: has no effect: needs synapse.kind = tcr, is none in every condition"]),
        (["study.arm=none", "grid.schedule.shape=constant linear"], ["grid.schedule.shape", "has no effect", "tcr.form or synapse.kind = tcr"]),
        (["freeze_in.updates=12", "study.arm=tcr_local"], ["freeze_in.updates = 12", "training.updates = 12"]),
        (["freeze_in.every=1", "study.arm=tcr_local"], ["freeze_in.every = 1", "2 and more"]),
        (["freeze_in.every=3", "study.arm=tcr_local", "tcr.lambda=0"], ["freeze_in.every = 3", "nothing would learn", "tcr.lambda > 0"]),
        (["freeze_in.updates=3", "study.arm=tcr"], ["freeze_in.updates = 3", "nothing would learn", "synapse.consolidation > 0"]),
        (["freeze_in.updates=3", "study.arm=tcr", "synapse.consolidation=0.1", "synapse.beta=0"], ["freeze_in.updates = 3", "nothing would learn"]),
        (["network.feedback=uniform"], ["network.feedback = uniform", "e_prop does not train"]),
        (["grid.node_perturbation.sigma=0.1 1"], ["grid.node_perturbation.sigma = 0.1 1", "needs rule.name = node_perturbation, is e_prop in every condition"]),
        (["task.bits=3"], ["task.bits", "needs task.name = flip_flop, is evidence_accumulation in every condition"]),
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
    refused("run", study, names=["--out DIR is missing"])
    refused("run", study, "--out", tmp / "out", "--jobs", "-1", names=["--jobs -1"])
    for threads in -1, 100000:
        refused("run", study, "--out", tmp / "out", "--threads-per-run", threads, names=[f"--threads-per-run {threads}: must be from 0 to", "processors"])
    refused("fly", names=["fly", "unknown command"])
    refused(names=["no command"])
    refused("list", "gods", names=["gods", "rules"])
    refused("run", study, "--quick", "--out", tmp / "out", names=[f"--quick: {study} has no [quick] section"])
    refused("list", "gods", names=["stillpoint list gods: must be one of"])
    refused("list", names=["networks|rules|tasks"])
    used = [["grid.tcr.lambda=0 1", "study.arm=none tcr_loss"], ["grid.synapse.beta=10 20"], ["grid.schedule.shape=constant linear"],
            ["freeze_in.updates=3", "study.arm=tcr", "synapse.consolidation=0.1"], ["freeze_in.updates=11", "freeze_in.every=2", "study.arm=tcr_local"],
            ["optimizer.name=momentum", "optimizer.momentum=0.5"], ["noise.drive=0.1", "noise.drive_tau_ms=30"]]
    for number, entries in enumerate(used):
        ok("run", study, "--out", tmp / f"used{number}", "--quiet", *settings(*entries, "study.seeds=1"))


def test_what_no_condition_uses_is_refused(tmp):
    study = write(tmp / "s.ini", SMALL)
    plain = write(tmp / "plain.ini", SMALL.replace("study.arm = none tcr", "network.gain = 1 2").replace("gain = 2\n", "") + "[synapse]\nbeta = 40\n")
    refused("run", plain, "--out", tmp / "out", names=["synapse.beta = 40: has no effect: needs synapse.kind = tcr, is none in every condition"])
    refused("check-gradients", plain, names=["synapse.beta = 40"])
    idle = [
        (["grid.tcr.lambda=1"], "grid.tcr.lambda = 1"),
        (["tcr.lambda=3"], "tcr.lambda = 3"),
        (["study.arm=none", "synapse.beta=50"], "synapse.beta = 50"),
        (["study.arm=tcr", "schedule.final=0.1"], "schedule.shape = linear or exponential or cosine or pulse, is constant"),
        (["study.arm=tcr", "schedule.shape=linear", "schedule.speed=3"], "needs schedule.shape = controlled, is linear"),
        (["optimizer.name=sgd", "optimizer.beta1=0.8"], "needs optimizer.name = adam, is sgd"),
        (["optimizer.momentum=0.8"], "needs optimizer.name = momentum, is adam"),
        (["integration.tolerance=1e-3"], "needs integration.method = dopri5, is euler"),
        (["noise.drive_tau_ms=50"], "needs noise.drive > 0, is 0"),
        (["network.density_between=0.5"], "needs network.modules > 1, is 1"),
        (["rule.feedback_decay=0.1"], "needs rule.feedback = kolen_pollack, is symmetric"),
        (["training.criterion_mse=0.1"], "needs a task graded by mean squared error, is evidence_accumulation"),
        (["task.name=sine_generation", "training.criterion=0.9"], "needs a task graded by accuracy, is sine_generation"),
        (["network.excitatory=0.5", "network.kind=plrnn"], "is plrnn"),
        (["oja.rate=0.1"], "needs rule.add = oja, is none"),
        (["study.arm=none", "synapse.tau_s_ms=nonsense"], "synapse.tau_s_ms = nonsense: must be a number > 0 [ms]"),
        (["grid.network.gain=2 2.0"], "2.0: stands twice"),
        (["study.arm=as_given none"], "conditions #0 as_given and #1 none are the same"),
        (["grid.task.difficulty=paper easy", "task.slots=10", "task.favoured=0.7", "task.delay_ms=100"], "are the same"),
        # A mistake is not what a condition may be left out for.
        (["study.inapplicable=skip", "grid.network.gain=2 much"], "network.gain = much: must be a number"),
        (["study.inapplicable=skip", "grid.training.checkpoints=log lug"], "training.checkpoints = lug"),
        (["study.inapplicable=skip", "grid.shadow.rules=bptt bqtt"], "did you mean bptt"),
    ]
    for entries, name in idle:
        refused("run", study, "--out", tmp / "out", *settings(*entries), names=[name])
    assert not (tmp / "out").exists()


def test_what_some_conditions_use_is_listed_once(tmp):
    study = write(tmp / "s.ini", SMALL + "[synapse]\nbeta = 40\ntau_s_ms = 100\n")
    done = stillpoint("run", study, "--out", tmp / "out", *settings("study.seeds=1", "grid.network.gain=1 2"))
    line = ("synapse.beta, synapse.tau_s_ms have no effect in 2 of 4 conditions: #0 none, gain = 1; #1 none, gain = 2 "
            "(needs synapse.kind = tcr, is none)")
    assert done.returncode == 0 and done.stderr.count(line) == 1 and done.stderr.count("no effect") == 1, done.stderr
    # What --set leaves out of the file may stay unused; what it sets itself may not.
    assert "have no effect in 1 of 1" in stillpoint("run", study, "--out", tmp / "cut", *settings("study.arm=none", "study.seeds=1")).stderr
    refused("run", study, "--out", tmp / "more", *settings("study.arm=none", "synapse.beta=3"), names=["synapse.beta = 3: has no effect"])


def test_times_that_are_rounded_or_implausible_are_said(tmp):
    study = write(tmp / "s.ini", SMALL)

    def said(*entries):
        done = stillpoint("run", study, "--out", tmp / "-".join(entries), *settings("study.seeds=1", "training.updates=1", *entries))
        assert done.returncode == 0, done.stderr
        return [line for line in done.stderr.splitlines() if " steps of " in line or "longer than" in line]

    assert said("task.delay_ms=100") == []
    assert said("task.delay_ms=0.3") == ["warning: task.delay_ms = 0.3 is 0 steps of dt_ms = 10: 0 ms"]
    quiet = stillpoint("run", study, "--out", tmp / "quiet", "--quiet", *settings("study.seeds=1", "training.updates=1", "task.delay_ms=0.3"))
    assert [line for line in quiet.stderr.splitlines() if "delay" in line] == ["warning: task.delay_ms = 0.3 is 0 steps of dt_ms = 10: 0 ms"], quiet.stderr
    assert said("task.delay_ms=99..206") == ["task.delay_ms = 99..206 is 10..21 steps of dt_ms = 10: 100..210 ms"]
    assert said("noise.drive=0.1", "noise.drive_tau_ms=4") == ["warning: integration.dt_ms = 10 is longer than noise.drive_tau_ms = 4"]
    long, = said("task.delay_ms=1000500", "network.size=1", "training.batch=1", "study.arm=none", "training.criterion=1")
    assert long.startswith("warning: a trial is 1000"), long
    for entry, name in ("integration.dt_ms=1e-300", "task.slot_ms = 30 ms: is 3e+301 steps"), ("task.delay_ms=1e300", "task.delay_ms = 1e+300 ms: is 1e+299 steps"):
        refused("run", study, "--out", tmp / "out", *settings(entry), names=[name])


def test_words_for_what_is_misspelt_or_damaged(tmp):
    study = write(tmp / "s.ini", SMALL)
    refused("run", study, "--otu", tmp / "o", names=["--otu", "did you mean --out"])
    refused("rnu", names=["rnu", "did you mean run"])
    refused("list", "network", names=["did you mean networks"])
    refused("analyze", "lyapunow", study, names=["did you mean lyapunov"])
    ok("run", write(tmp / "bom.ini", "\ufeff" + SMALL), "--out", tmp / "bom", "--quiet", *settings("study.seeds=1"))
    refused("figure", tmp / "bom", "--out", tmp / "f.svg", "--only", "study.arm=tca", names=["did you mean study.arm=tcr"])
    whole = (tmp / "bom/study.json").read_text()
    for damaged, name in (whole[:len(whole) // 2], "study.json: is damaged: is no JSON from line"), (whole.replace('"identity"', '"other"'), "study.json: is damaged: an entry is missing"):
        (tmp / "bom/study.json").write_text(damaged)
        done = stillpoint("summary", tmp / "bom")
        assert done.returncode == 2 and name in done.stderr and "json.exception" not in done.stderr, done.stderr


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
