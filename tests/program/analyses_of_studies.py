#!/usr/bin/env python3
"""`analyze KIND STUDYDIR`: every number of every kind against the analysis of each run alone, statistics computed anew, what is kept."""
import itertools
import json
import math
import shutil
import signal
import subprocess
import sys
import time

import h5py
import numpy as np

from support import given, main, ok, refused, runs, settings, small_study, stillpoint, write

STUDY = """
[study]
name = many
seeds = 6
[grid]
study.arm = none tcr
[network]
size = 10
gain = 3
[integration]
dt_ms = 10
[rule]
name = bptt
[optimizer]
rate = 0.05
[training]
updates = 40
batch = 4
"""


def given_values(entries):
    return [entry for entry in entries if entry is not None]


def least(entries):
    return min(given_values(entries), default=None)


def most(entries):
    return max(given_values(entries), default=None)


def mean(entries):
    values = given_values(entries)
    return math.fsum(values) / len(values) if values else None


def answered(result):
    """Of the searches for cycles, half or more."""
    searches = result["searches"]
    return 2 * (searches["no_return"] + searches["not_converged"]) <= searches["samples"]


def settled(result):
    """Of the trials of memories, half or more."""
    return 2 * result["of_trial"].count(-1) <= len(result["of_trial"])


# What stands for one network, from the JSON of its analysis: the options that make it brief, and the numbers.
KINDS = {
    "fixed-points": (["--starts", 16], {
        "points": lambda r: len(r["points"]) - sum(c["points"] for c in r["continua"]), "stable": lambda r: sum(p["stable"] for p in r["points"]), "continua": lambda r: len(r["continua"]),
        "lowest_index": lambda r: least([p["index"] for p in r["points"]]), "missing": lambda r: r["missing"]["estimate"]}),
    "slow-points": (["--starts", 8], {
        "points": lambda r: len(r["points"]), "lowest_speed": lambda r: least([p["speed_per_s"] for p in r["points"]]),
        "longest_passage": lambda r: None if None in [p["passage_ms"] for p in r["points"]] else most([p["passage_ms"] for p in r["points"]])}),
    "lyapunov": (["--synapse", "none", "--duration-ms", 500, "--discard-ms", 100], {
        "leading": lambda r: r["exponents_per_s"][0], "kaplan_yorke_dimension": lambda r: r["kaplan_yorke_dimension"],
        "positive_sum": lambda r: r["positive_sum_per_s"]}),
    "cycles": (["--as", "flow", "--samples", 2, "--discard-ms", 1000, "--duration-ms", 2000], {
        "cycles": lambda r: len(r["cycles"]) if answered(r) else None, "stable": lambda r: sum(c["stable"] for c in r["cycles"]) if answered(r) else None,
        "period": lambda r: max(r["cycles"], key=lambda c: c["found"])["period_ms"] if r["cycles"] else None}),
    "basins": (["--samples", 8, "--duration-ms", 2000], {
        "attractors": lambda r: len(r["attractors"]) if r["unsettled"]["share"] <= 0.5 else None, "largest_share": lambda r: most([a["share"] for a in r["attractors"]]),
        "unsettled": lambda r: r["unsettled"]["share"]}),
    "dimension": (["--samples", 6, "--duration-ms", 500, "--discard-ms", 100, "--noise", 0.1], {"participation_ratio": lambda r: r["participation_ratio"]}),
    "timescales": (["--samples", 2, "--duration-ms", 2000, "--discard-ms", 100, "--noise", 0.1], {
        **{name: lambda r, key=key: r["populations"][0][key] for name, key in (("integrated", "integrated_ms"), ("e_folding", "e_folding_ms"), ("fitted", "fitted_ms"), ("offset", "offset"))},
        "slowest_mode": lambda r: mean([-1000 / state["modes"][0]["tau_ms"] for state in r["states"]])}),
    "memories": (["--trials", 8, "--settle-ms", 500, "--hold-ms", 100], {
        "own": lambda r: sum(m["verdict"] == "own" for m in r["memories"]) if settled(r) else None, "attractors": lambda r: len(r["attractors"]) if settled(r) else None,
        "d_prime": lambda r: least([p["d_prime"] and p["d_prime"]["value"] for p in r["pairs"]]),
        "drift": lambda r: mean([m["drift_per_s"] and m["drift_per_s"]["value"] for m in r["memories"]]),
        "unsettled": lambda r: r["of_trial"].count(-1) / len(r["of_trial"])}),
    "phases": (["--bootstrap", 20], {
        "abrupt": lambda r: r["verdict"] == "abrupt", **{name: lambda r, key=key: r["drop"][key] if r["verdict"] == "abrupt" else None for name, key in (("onset", "from"), ("end", "to"))}}),
    "follow": (["--starts", 4], {
        "tracks": lambda r: r["tracks"], "folds": lambda r: sum(c["type"] == "fold" for c in r["changes"]),
        "first_fold": lambda r: least([c["update"] for c in r["changes"] if c["type"] == "fold"])}),
}
STUDENT = {1: 12.706204736174694, 2: 4.302652729749462, 3: 3.182446305283710, 4: 2.776445105197799, 5: 2.570581835636315}  # 97.5 %, by degrees of freedom


def close(found, expected):
    return found == expected or (found is not None and expected is not None and math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12))


ANY_SIGN, SHARES = {"offset", "leading", "slowest_mode", "d_prime", "drift"}, {"largest_share", "unsettled"}


def student(values, name):
    """Cut to what the number can be."""
    n = len(values)
    if n < 2 or min(values) == max(values):
        return None
    half = STUDENT[n - 1] * math.sqrt(sum((value - mean(values)) ** 2 for value in values) / (n - 1) / n)
    low, high = mean(values) - half, mean(values) + half
    return [low if name in ANY_SIGN else max(low, 0), min(high, 1) if name in SHARES else high]


def wilson(values, z=1.959963984540054):
    n, p = len(values), mean(values)
    half, centre = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)), p + z * z / (2 * n)
    return [(centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)]


def signs_turned(differences):
    """p: of all assignments of signs the share whose sum is as far out; interval: by the means of all subsets."""
    if len(differences) < 2 or not any(differences):
        return None, None
    little = 1e-12 * sum(map(abs, differences))
    sums = [abs(sum(sign * value for sign, value in zip(signs, differences))) for signs in itertools.product((1, -1), repeat=len(differences))]
    means = sorted(mean(subset) for n in range(1, len(differences) + 1) for subset in itertools.combinations(differences, n))
    rank = int(0.025 * (len(means) + 1))
    return sum(each >= abs(sum(differences)) - little for each in sums) / len(sums), [means[rank - 1], means[-rank]] if rank else None


def holm(p):
    """Of all comparisons; one without a p counts as 1."""
    order, largest, corrected = sorted(range(len(p)), key=lambda i: 1 if p[i] is None else p[i]), 0, [None] * len(p)
    for rank, i in enumerate(order):
        largest = max(largest, min(1, (1 if p[i] is None else p[i]) * (len(p) - rank)))
        corrected[i] = largest if p[i] is not None else None
    return corrected


def close_pair(found, expected):
    return found == expected or (found is not None and expected is not None and all(map(close, found, expected)))


def check_statistics(found, values, against):
    """`values`: number -> condition -> seed -> value."""
    for condition in found["conditions"]:
        for name, summary in condition["numbers"].items():
            of = values[name][condition["number"]]
            assert {each["seed"]: each["value"] for each in summary["values"]} == of, (name, condition, of)
            defined = given_values(of.values())
            interval = (wilson(defined) if name == "abrupt" else student(defined, name)) if defined else None
            assert close(summary["mean"], mean(defined)) and close_pair(summary["interval"], interval), (name, summary, of)
            assert close(summary["median"], float(np.median(defined)) if defined else None) and summary["undefined"] == len(of) - len(defined), summary
            assert condition["networks"] == len(of)
    expected = []
    for condition, other in against.items():
        for name in values:
            one, two = values[name][condition], values[name][other]
            shared = sorted(one.keys() & two.keys())
            differences = [one[seed] - two[seed] for seed in shared if one[seed] is not None and two[seed] is not None]
            expected.append((condition, other, name, len(differences), len(shared) - len(differences), mean(differences), *signs_turned(differences)))
    assert len(found["paired"]) == len(expected)
    for each, row, corrected in zip(found["paired"], expected, holm([row[6] for row in expected])):
        assert (each["condition"], each["against"], each["number"], each["pairs"], each["undefined"]) == row[:5] and each["set_apart"] == 0, (each, row)
        assert close(each["mean"], row[5]) and close(each["p"], row[6]) and close_pair(each["interval"], row[7]) and close(each["p_holm"], corrected), (each, row)


def plain(line):
    """A message, whether its parameter is called as an option or not."""
    return line.strip().lstrip("-").replace("_", "-")


def kept(directory):
    return sorted((directory / "analyses").glob("*/*.json"))


def make_study(tmp):
    """Two conditions of six seeds. A third of the curves are given a drop, of which there is none in so short a training."""
    ok("run", write(tmp / "many.ini", STUDY), "--out", tmp / "many", "--quiet")
    rng = np.random.default_rng(3)
    for number, path in enumerate(runs(tmp / "many")):
        with h5py.File(path, "r+") as file:
            update = file["curve/update"][()]
            file["curve/loss"][...] = np.exp(0.05 * rng.normal(size=update.size) - 3 * (update >= 18 + number) * (number % 3 != 0))
    return tmp / "many"


def test_numbers_are_those_of_each_run_and_statistics_are_theirs(tmp):
    study = make_study(tmp)
    seen, hinted = set(), set()
    of_trials = ["--trials", 32, "--samples", 2, "--duration-ms", 2000, "--discard-ms", 100]
    for kind, (options, numbers) in [*KINDS.items(), ("timescales", (of_trials, KINDS["timescales"][1]))]:
        text = ok("analyze", kind, study, *options, "--quiet", "--jobs", 2, "--json", tmp / "a.json")
        found = json.loads((tmp / "a.json").read_text())
        values, alone, refusals, hints = {name: {0: {}, 1: {}} for name in numbers}, [], [], []
        for number, path in enumerate(runs(study)):
            done = stillpoint("analyze", kind, path, *options, "--json", "-")
            if done.returncode == 2:  # as where nothing moves
                refusals.append((number // 6, number % 6 + 1, plain(done.stderr)))
                continue
            alone.append(json.loads(done.stdout))
            hints += [(hint, number // 6) for hint in alone[-1].get("hints", [])]
            for name, of in numbers.items():
                values[name][number // 6][number % 6 + 1] = of(alone[-1])
        assert (found["kind"], found["analysis"], found["study"]) == ("study", kind, "many")
        assert [(each["condition"], each["seed"], plain(each["problem"])) for each in found["not_analysed"]] == refusals, (found["not_analysed"], refusals)
        assert [number["name"] for number in found["numbers"]] == list(numbers)
        assert [(each["number"], each["label"], each["condition"]) for each in found["conditions"]] == [(0, "none", {"study.arm": "none"}), (1, "tcr", {"study.arm": "tcr"})]
        check_statistics(found, values, {1: 0})
        left_out = list(dict.fromkeys(name for result in alone for name in result.get("left_out", [])))
        assert found["left_out"] == left_out
        first = text.split("\n")[0]
        assert first.startswith(f"study many, {kind}: {len(alone)} networks in 2 conditions") and first.endswith(", ".join(left_out)), first
        assert all(f"\n#{number}  {arm}  " in text for number, arm in enumerate(["none", "tcr"])) and "paired differences" in text, text
        for option, value in zip(options[::2], options[1::2]):
            assert found["options"][option[2:]] == value, found["options"]
        assert sorted((each["hint"], each["condition"], each["networks"]) for each in found["hints"]) == sorted((*each, hints.count(each)) for each in set(hints)), (found["hints"], hints)
        hinted |= {kind} if hints else set()
        for each in found["hints"]:
            condition = found["conditions"][each["condition"]]
            assert f"\nhint, {each['networks']} of {condition['networks']} networks of #{each['condition']} {condition['label']}: {each['hint']}\n" in text, text
        seen |= {f"{kind} {name}" for name in numbers if given_values([*values[name][0].values(), *values[name][1].values()])}
    unseen = {f"{kind} {name}" for kind, (_, numbers) in KINDS.items() for name in numbers} - seen
    assert {"cycles", "memories", "timescales"} <= hinted, hinted
    assert not unseen, f"no network has a value of {unseen}: any number would do"
    onset = json.loads(ok("analyze", "phases", study, *KINDS["phases"][0], "--quiet", "--json", "-"))["conditions"][0]["numbers"]["onset"]
    assert 0 < onset["undefined"] < 6, onset


def test_counts_of_networks_that_did_not_settle_are_undefined(tmp):
    """The networks of one condition turn on a limit cycle, which a map does not come back to: 0 attractors would be a wrong mean."""
    ok("run", write(tmp / "s.ini", STUDY), "--out", tmp / "out", "--quiet", *settings("study.seeds=2", "training.updates=2"))
    for path in runs(tmp / "out"):
        with h5py.File(path, "r+") as file:
            turning = "condition0000" in path.name
            file["final/network/W"][...] = np.kron(np.eye(5), [[1.5, -1], [1, 1.5]] if turning else [[0.5, 0], [0, 0.5]])
            file["final/network/b"][...] = 0
    words = "analyze", "basins", tmp / "out", "--quiet", "--samples", 4, "--spread", 0.5, "--synapse", "none", "--duration-ms", 4000, "--json", "-"
    found = json.loads(ok(*words))
    turning, resting = (condition["numbers"] for condition in found["conditions"])
    assert (turning["attractors"]["mean"], turning["attractors"]["undefined"], turning["unsettled"]["mean"]) == (None, 2, 1), turning
    assert (resting["attractors"]["mean"], resting["attractors"]["undefined"], resting["unsettled"]["mean"]) == (1, 0, 0), resting
    (hint,) = found["hints"]
    assert (hint["condition"], hint["networks"]) == (0, 2) and "--as flow" in hint["hint"], hint
    assert json.loads(ok(*words)) == found, "what is kept says other things"


def test_conditions_are_compared_with_the_one_that_is_named(tmp):
    study = tmp / "study"
    shutil.copytree(small_study(), study)
    words = "analyze", "lyapunov", study, *KINDS["lyapunov"][0], "--quiet", "--json", "-"

    def pairs(*more):
        found = json.loads(ok(*words, *more))
        assert found["conditions"][3]["condition"] == {"study.arm": "none", "network.gain": 2, "rule.name": "e_prop"}
        values = {number["name"]: {each["number"]: {value["seed"]: value["value"] for value in each["numbers"][number["name"]]["values"]}
                                   for each in found["conditions"]} for number in found["numbers"]}
        against = {each["condition"]: each["against"] for each in found["paired"]}
        check_statistics(found, values, against)
        return against

    assert pairs() == {4: 0, 5: 1, 6: 2, 7: 3}  # arms of each gain and rule
    assert pairs("--by", "study.arm", "--by", "rule.name") == {1: 0, 3: 2, 4: 0, 5: 0, 6: 2, 7: 2}
    everyone = {condition: 3 for condition in range(8) if condition != 3}
    assert pairs("--against", 3) == pairs("--against", "#3") == pairs("--against", "none, gain = 2, rule = e_prop") == everyone
    assert pairs("--against", "rule=e_prop") == pairs("--against", "e_prop") == {0: 1, 2: 3, 4: 5, 6: 7}  # rules, each arm by itself
    (study / "runs/condition0004-seed000002.h5").unlink()
    assert [each["pairs"] for each in json.loads(ok(*words))["paired"] if each["condition"] == 4] == [2, 2, 2]


def test_what_was_analysed_is_kept_and_a_killed_one_goes_on(tmp):
    study = tmp / "study"
    shutil.copytree(small_study(), study)
    shutil.copytree(study, tmp / "whole")
    words = ["--synapse", "none", "--discard-ms", 100, "--duration-ms", 40000, "--json", "-"]
    whole = ok("analyze", "lyapunov", tmp / "whole", *words, "--quiet", "--jobs", 3)
    with subprocess.Popen([str(given.program), "analyze", "lyapunov", str(study), *map(str, words), "--jobs", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 300
        while len(kept(study)) < 2 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode == -signal.SIGINT and 2 <= len(kept(study)) < 24, (process.returncode, kept(study))
    before = {path: path.stat().st_mtime_ns for path in kept(study)}
    done = stillpoint("analyze", "lyapunov", study, *words, "--jobs", 1)
    assert done.returncode == 0 and done.stdout == whole, "a killed analysis that went on says other things"
    assert f"{24 - len(before)}/{24 - len(before)} runs" in done.stderr, done.stderr
    assert {path: path.stat().st_mtime_ns for path in before} == before and len(kept(study)) == 24
    # Other options are another place; a damaged file, and one of a run that was made again, is analysed anew.
    ok("analyze", "lyapunov", study, *KINDS["lyapunov"][0], "--quiet")
    assert len(kept(study)) == 48 and {path: path.stat().st_mtime_ns for path in before} == before
    damaged, other = list(before)[:2]
    text = damaged.read_text()
    damaged.write_text(text[:40])
    with h5py.File(study / "runs" / other.with_suffix(".h5").name, "r+") as file:
        file["provenance"].attrs["finished"] = np.bytes_("2001-01-01T00:00:00Z")
        file["final/network/W"][...] *= 2
    again = json.loads(ok("analyze", "lyapunov", study, *words, "--quiet"))
    assert damaged.read_text() == text and other.stat().st_mtime_ns != before[other]
    changed = [(condition["number"], one["seed"]) for condition, first in zip(again["conditions"], json.loads(whole)["conditions"])
               for one, value in zip(condition["numbers"]["leading"]["values"], first["numbers"]["leading"]["values"]) if one != value]
    assert changed == [(int(other.stem[9:13]), int(other.stem[18:]))], changed
    # Where nothing can be kept, all is said.
    shutil.rmtree(tmp / "whole/analyses")
    write(tmp / "whole/analyses", "in the way")
    done = stillpoint("analyze", "lyapunov", tmp / "whole", *words, "--quiet")
    assert done.returncode == 0 and done.stdout == whole and done.stderr.count("is not kept") == done.stderr.count("\n") == 1, done.stderr


def test_networks_that_cannot_be_analysed_are_counted_and_named(tmp):
    study = write(tmp / "s.ini", STUDY)
    ok("run", study, "--out", tmp / "out", "--quiet", *settings("grid.study.arm=tcr tcr_yoked", "study.seeds=2", "training.updates=2"))
    words = "analyze", "lyapunov", tmp / "out", "--quiet", "--exponents", 2, "--duration-ms", 200, "--discard-ms", 0
    text = ok(*words, "--json", tmp / "a.json")
    found = json.loads((tmp / "a.json").read_text())
    assert [condition["networks"] for condition in found["conditions"]] == [2, 0] and found["conditions"][1]["numbers"]["leading"]["mean"] is None
    assert [(each["condition"], each["seed"]) for each in found["not_analysed"]] == [(1, 1), (1, 2)] and "yoked" in found["not_analysed"][0]["problem"]
    assert "not analysed: 2 of 2 networks of #1 tcr_yoked (seeds 1, 2): synapse.current = yoked" in text, text
    assert [(each["pairs"], each["mean"], each["p"]) for each in found["paired"]] == [(0, None, None)] * 3
    for number in "kaplan_yorke_dimension", "positive_sum":
        assert found["conditions"][0]["numbers"][number]["mean"] is not None or found["conditions"][0]["numbers"][number]["undefined"] == 2


def test_what_cannot_be_asked_of_a_study_is_one_line(tmp):
    study = tmp / "study"
    shutil.copytree(small_study(), study)
    shutil.copytree(study, tmp / "begun", ignore=shutil.ignore_patterns("*.h5"))
    (tmp / "mine").mkdir()
    for kind in KINDS:
        refused("analyze", kind, tmp / "mine", names=["mine", "holds no study"])
        refused("analyze", kind, tmp / "begun", names=["begun", "no finished runs"])
    refused("analyze", "lyapunov", study, "--json", tmp / "mine", names=["--json", "is a directory"])
    refused("analyze", "lyapunov", study, "--json", study / "study.json", names=["--json", "belongs to the study"])
    refused("analyze", "lyapunov", study, "--json", runs(study)[0], names=["--json", "belongs to the study"])
    for kind in "phases", "follow":
        refused("analyze", kind, study, "--plot", tmp / "a.svg", names=["--plot", "one network"])
    refused("analyze", "lyapunov", study, *KINDS["lyapunov"][0], "--quiet", "--against", "#8", names=["--against", "#8", "#0 to #7"])
    refused("analyze", "lyapunov", study, "--jobs=-1", names=["--jobs = -1"])
    refused("analyze", "lyapunov", study, "--quiet", "--exponents", 999, names=["--exponents = 999", "from 1 to"])
    refused("analyze", "cycles", study, "--quiet", names=["give --as flow"])
    assert not (study / "analyses").exists(), "what was refused left something behind"
    run = runs(study)[0]
    for option in ["--against", "#0"], ["--jobs", 2], ["--quiet"]:
        refused("analyze", "lyapunov", run, *option, names=[option[0], "belongs to the directory of a study"])
    ok("analyze", "dimension", study, *KINDS["dimension"][0], "--quiet")
    before = kept(study)[0].read_text()
    refused("analyze", "lyapunov", run, "--json", kept(study)[0], names=["--json", "belongs to the study"])
    assert kept(study)[0].read_text() == before
    assert "Or the directory of a study: leading, kaplan_yorke_dimension" in ok("analyze", "lyapunov", "--help")


if __name__ == "__main__":
    sys.exit(main(globals()))
