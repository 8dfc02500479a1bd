#!/usr/bin/env python3
"""Where the memories of a task end: attractors of their own, or not."""
import json
import re
import sys
from collections import Counter

import numpy as np

from support import SMALL, example_network, keys_of, main, ok, refused, runs, says, settings, small_run, write


BRIEF = "--trials", 8, "--hold-ms", 200, "--settle-ms", 2000


def trained(tmp, task, *more, arm="none"):
    """The run file of a network that learned the task for a while."""
    study = write(tmp / "memory.ini", SMALL.replace("seeds = 3", "seeds = 1").replace("study.arm = none tcr", f"study.arm = {arm}"))
    out = tmp / f"{task}-{arm}-{len(more)}"
    ok("run", study, "--out", out, "--quiet", *settings(f"task.name={task}", *more))
    path, = runs(out)
    return path


def ends(found):
    """Of every memory what follows from where its trials ended alone: verdict, the memories it shares its attractor with, share of trials."""
    trials = np.reshape(found["of_trial"], (len(found["memories"]), -1))
    counts = [Counter(int(place) for place in each if place >= 0).most_common(1) for each in trials]
    most = [places[0] if places else (None, 0) for places in counts]
    half = trials.shape[1] / 2
    held = [place if count > half else None for place, count in most]
    unsettled = [(each < 0).sum() >= half for each in trials]
    told = []
    for i, place in enumerate(held):
        shared = [j for j, other in enumerate(held) if j != i and place is not None and other == place]
        told.append(("unsettled" if unsettled[i] else "none" if place is None else "shared" if shared else "undecided" if any(unsettled) else "own",
                     shared, most[i][1] / trials.shape[1]))
    return told


def wilson(share, n):
    """The 95 % score interval of Wilson (1927)."""
    z = 1.959963984540054
    middle, width = share + z**2 / (2 * n), z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return (middle - width) / (1 + z**2 / n), (middle + width) / (1 + z**2 / n)


def test_every_task_that_asks_for_memory_is_looked_at_where_its_memory_ends(tmp):
    until = {"evidence_accumulation": "answer", "delayed_cue_discrimination": "answer", "working_memory_n": "answer",
             "interval_timing": "answer", "context_integration": "answer", "delayed_match_to_sample": "test", "flip_flop": "end"}
    count = {"working_memory_n": 4, "context_integration": 4, "flip_flop": 8}
    for task, end in until.items():
        found = json.loads(ok("analyze", "memories", trained(tmp, task), *BRIEF, "--json", "-"))
        number = count.get(task, 2)
        assert (found["kind"], found["task"], found["until"], found["synapse"]) == ("memories", task, end, "none"), found
        assert [memory["memory"] for memory in found["memories"]] == list(range(number)), found["memories"]
        assert len(found["pairs"]) == number * (number - 1) // 2 and len(found["of_trial"]) == 8 * number
        for memory in found["memories"]:
            assert memory["trials"] == 8 and memory["verdict"] in ("own", "undecided", "shared", "none", "unsettled"), memory
            assert np.allclose(memory["share"]["interval"], wilson(memory["share"]["value"], 8), atol=1e-6), memory
        assert [(memory["verdict"], memory["shared_with"], memory["share"]["value"]) for memory in found["memories"]] == ends(found), found
        assert max(found["of_trial"]) == len(found["attractors"]) - 1
    sine = trained(tmp, "sine_generation", "task.cue=onset", "task.frequencies_hz=2 4")
    assert json.loads(ok("analyze", "memories", sine, *BRIEF, "--json", "-"))["until"] == "end"


def test_the_synapse_and_the_noise_of_a_run_count_for_its_memories(tmp):
    run = small_run("tcr")
    text = ok("analyze", "memories", run, *BRIEF, "--json", tmp / "a.json")
    assert "attractor of their own" in text and "d' smallest" in text and "synapse tcr" in text, text
    assert ok("analyze", "memories", run, *BRIEF, "--json", "-") == (tmp / "a.json").read_text()
    with_synapse, alone = (json.loads(ok("analyze", "memories", run, *BRIEF, "--synapse", which, "--json", "-")) for which in ("trained", "none"))
    assert with_synapse == json.loads((tmp / "a.json").read_text()) and with_synapse["pairs"] != alone["pairs"]
    noisy = json.loads(ok("analyze", "memories", run, *BRIEF, "--noise", 0.2, "--json", "-"))
    assert noisy["noise"]["activity"] == 0.2 and noisy["pairs"] != with_synapse["pairs"]
    early = json.loads(ok("analyze", "memories", run, *BRIEF, "--group", "initial/network", "--json", "-"))
    assert early["pairs"] != with_synapse["pairs"]


def test_no_memory_is_called_its_own_while_another_is_unsettled(tmp):
    verdicts = set()
    for path in small_run("tcr"), small_run("none"), trained(tmp, "delayed_match_to_sample"):
        for settle in 200, 1000, 2000, 20000:
            text = ok("analyze", "memories", path, *BRIEF[:4], "--settle-ms", settle, "--json", tmp / "b.json")
            found = json.loads((tmp / "b.json").read_text())
            here = {memory["verdict"] for memory in found["memories"]}
            assert [(memory["verdict"], memory["shared_with"], memory["share"]["value"]) for memory in found["memories"]] == ends(found), found
            assert ("--settle-ms" in text) == ("unsettled" in here) and not {"own", "unsettled"} <= here, text
            assert ("undecided while" in text) == ("undecided" in here), text
            verdicts |= here
    # These networks show each of them; what is said of a verdict that is never given would hold of anything.
    assert verdicts >= {"own", "undecided", "shared", "unsettled"}, verdicts


def test_trials_of_a_slow_synapse_settle_by_default_and_as_the_hint_says(tmp):
    # Temporal consistency slows the last approach by 1 + beta rho phi'^2: the slowest direction of these attractors takes seconds.
    path = trained(tmp, "evidence_accumulation", "network.size=24", "network.gain=1.5", "integration.dt_ms=4", "rule.name=bptt", "training.updates=80", "training.batch=8", arm="tcr")
    points = json.loads(ok("analyze", "fixed-points", path, "--json", "-"))
    slowest_ms = max(-points["tau_ref_ms"] / np.log(np.hypot(*point["eigenvalues"][0])) for point in points["points"] if point["stable"])
    assert points["as"] == "map" and 16000 > slowest_ms > 1000, points
    def settled(*words):
        text = ok("analyze", "memories", path, "--trials", 8, "--hold-ms", 200, "--json", tmp / "settled.json", *words)
        found = json.loads((tmp / "settled.json").read_text())
        return text, found["settle_ms"], np.mean(np.array(found["of_trial"]) < 0)
    text, settle_ms, unsettled = settled()
    assert 10000 < settle_ms < 2 * 20 * slowest_ms and unsettled == 0 and "try --settle-ms" not in text, (settle_ms, unsettled, text)
    for brief in 400, 10000:
        text, settle_ms, unsettled = settled("--settle-ms", brief)
        hint = re.search(r"try --settle-ms (\d+)", text)
        assert settle_ms == brief and unsettled == 1 and hint and "unsettled: not within a hundredth" in text, text
    assert np.isclose(float(hint[1]), 20 * slowest_ms, rtol=1e-3), (hint, slowest_ms)
    text, settle_ms, unsettled = settled("--settle-ms", hint[1])
    assert settle_ms == float(hint[1]) and unsettled == 0 and "try --settle-ms" not in text, (settle_ms, unsettled, text)


def test_an_attractor_has_one_number_in_fixed_points_memories_and_follow(tmp):
    path = trained(tmp, "flip_flop", "task.bits=2", "training.updates=150", "training.batch=16", "rule.name=bptt", "network.gain=1.5", "optimizer.name=adam", "optimizer.rate=1e-2",
                   "training.checkpoints=every 50")
    for words in [], ["--input", "0.05,0"]:
        points, memories, follow = (json.loads(ok("analyze", kind, path, *words, *more, "--json", "-"))
                                    for kind, more in (("fixed-points", []), ("memories", BRIEF[:4]), ("follow", [])))
        assert [point["number"] for point in points["points"]] == list(range(1, len(points["points"]) + 1)), points["points"]
        state = {point["number"]: np.array(point["state"]) for point in points["points"]}
        # A search of other starts that finds the same points numbers them alike.
        others = json.loads(ok("analyze", "fixed-points", path, *words, "--starts", 1500, "--seed", 3, "--visited", "free", "--json", "-"))["points"]
        attractors = [[point for point in found if point["stable"]] for found in (points["points"], others)]
        assert len(attractors[0]) == len(attractors[1]) > 1, attractors
        for one, other in zip(*attractors):
            assert one["number"] == other["number"] and np.abs(np.array(one["state"]) - other["state"]).max() < 1e-6, (one, other)
        numbered = [attractor for attractor in memories["attractors"] if not isinstance(attractor["attractor"], str)]
        assert len(numbered) > 1, memories["attractors"]
        for attractor in numbered:
            assert attractor["kind"] == "fixed point" and np.abs(np.array(attractor["state"]) - state[attractor["attractor"]]).max() < 1e-3, attractor
        for attractor in memories["attractors"]:
            assert attractor in numbered or attractor["kind"] == "cycle" or min(np.abs(np.array(attractor["state"]) - x).max() for x in state.values()) > 1e-5, attractor
        trials = np.reshape(memories["of_trial"], (len(memories["memories"]), -1))
        for memory, ended in zip(memories["memories"], trials):
            if memory["attractor"] is not None:
                place = Counter(int(each) for each in ended if each >= 0).most_common(1)[0][0]
                assert memory["attractor"] == memories["attractors"][place]["attractor"], memory
        last = follow["checkpoints"][-1]["points"]
        stable = [point for point in last if point["stable"]]
        assert {point["number"] for point in stable} == {point["number"] for point in points["points"] if point["stable"]}, stable
        for point in last:
            assert np.abs(np.array(point["state"]) - state[point["number"]]).max() < 1e-6, point
            assert point["track"] in (None, point["number"]), point
        tracks = {point["track"] for at in follow["checkpoints"] for point in at["points"]} - {None}
        ended = tracks - {point["track"] for point in last}
        assert len(tracks) == follow["tracks"] and (not ended or min(ended) > len(state)), (tracks, ended)


def test_the_median_of_the_separations_is_that_of_all_pairs(tmp):
    path = trained(tmp, "working_memory_n")  # four memories, six pairs
    text = ok("analyze", "memories", path, *BRIEF, "--json", tmp / "pairs.json")
    values = [pair["d_prime"]["value"] for pair in json.loads((tmp / "pairs.json").read_text())["pairs"]]
    told = float(re.search(r"median (\S+) of 6 pairs", text)[1])
    assert len(values) == 6 and np.isclose(told, np.median(values), rtol=5e-3, atol=1e-9), (told, sorted(values))


def test_the_help_names_every_key_of_the_json(tmp):
    run = small_run("tcr")
    for kind, words in ("memories", BRIEF), ("fixed-points", ["--starts", 20, "--synapse", "tsodyks_markram"]), ("follow", ["--starts", 4]):
        told = " ".join(ok("analyze", kind, "--help").split())
        found = json.loads(ok("analyze", kind, run, *words, "--json", "-"))
        if kind == "fixed-points":
            found["synapse"] = {"kind": found["synapse"]["kind"]}  # its other keys are the parameters of that kind
        missing = sorted(key for key in keys_of(found) if not says(told, key))
        assert not missing, (kind, missing)


def test_runs_without_memories_to_tell_apart_are_refused(tmp):
    run = small_run("tcr")
    for task in "delayed_addition", "fast_tracking", "sine_generation":
        refused("analyze", "memories", trained(tmp, task), names=[f"task.name = {task}", "nothing to tell apart" if task != "sine_generation" else "nothing is remembered"])
    refused("analyze", "memories", trained(tmp, "evidence_accumulation", arm="tcr_yoked"), names=["synapse.current = yoked", "--synapse none"])
    refused("analyze", "memories", example_network(tmp / "network.h5"), names=["network.h5: is not a run file: one is needed here, as `stillpoint run` writes it\n"])
    refused("analyze", "memories", tmp, names=["holds no study"])
    for abbreviated in "--trial", "--settle", "--seeds":
        refused("analyze", "memories", run, abbreviated, 8, names=[f"unrecognised option '{abbreviated}'"])
    for option, value in ("--trials", 7), ("--hold-ms", 0), ("--settle-ms", 10), ("--noise", -1), ("--synapse", "tcr"), ("--seed", -1):
        refused("analyze", "memories", run, f"{option}={value}", names=[f"{option} = {value}"])
    refused("analyze", "memories", run, "--input", "1,2,3", names=["--input = 3 values"])


if __name__ == "__main__":
    sys.exit(main(globals()))
