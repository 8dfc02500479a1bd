#!/usr/bin/env python3
"""Summary and figure of a study."""
import csv
import json
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

from support import SMALL, given, main, ok, refused, runs, settings, small_study, write


def test_summary_and_figure(tmp):
    study = small_study()
    rows = json.loads(ok("summary", study, "--format", "json"))
    keys = {"condition", "runs", "reached", "diverged", "reached_interval", "median_updates", "median_updates_interval", "final_accuracy",
            "final_loss", "speed", "over_stability_bound", "seconds_per_update", "unmatched", "budget", "comparison", "number", "label", "planned", "running", "missing"}
    assert len(rows) == 8 and all(keys <= set(row) for row in rows)
    assert rows[0]["condition"] == {"study.arm": "none", "network.gain": 1, "rule.name": "bptt"}
    assert rows[0]["comparison"] is None and rows[4]["comparison"]["against"]["number"] == 0 and rows[4]["comparison"]["pairs"] == 3
    against_tcr = json.loads(ok("summary", study, "--format", "json", "--against", "tcr"))
    assert against_tcr[4]["comparison"] is None and against_tcr[0]["comparison"]["against"]["label"].startswith("tcr")
    assert len(ok("summary", study, "--format", "csv").splitlines()) == 9
    assert all(row["runs"] == row["planned"] == 3 and row["missing"] == row["running"] == 0 for row in rows)
    assert "UNFINISHED" not in ok("summary", study)
    ok("figure", study, "--out", tmp / "f.svg")
    texts = [node.text for node in xml.parse(tmp / "f.svg").iter("{http://www.w3.org/2000/svg}text")]
    assert any("update" in (text or "") for text in texts)
    for words, rules in (["--only", "network.gain=2", "--only", "rule.name=bptt"], {"bptt"}), (["--only", "gain=2.0"], {"bptt", "e_prop"}), (
            ["--only", "network.gain=2", "--only", "rule=bptt", "--only", "3"], {"bptt", "e_prop"}):
        ok("figure", study, "--out", tmp / "f.svg", *words)
        texts = [node.text or "" for node in xml.parse(tmp / "f.svg").iter("{http://www.w3.org/2000/svg}text")]
        legend = [text for text in texts if text.startswith("#")]
        assert {text.split("rule = ")[1].split(" ")[0] for text in legend} == rules, (words, legend)
        assert all("gain = 2, rule = " in text for text in legend) and len(legend) == (3 if "3" in words else 2 * len(rules)), (words, legend)
    refused("figure", study, "--out", tmp / "g.svg", "--only", "gain=7", names=["--only", "gain=7", "network.gain=2"])


def test_an_unfinished_study_says_so(tmp):
    """Runs that are missing, running (a claim of a process that lives) or kept are counted on the row, and above the table."""
    study, out = write(tmp / "s.ini", SMALL.replace("updates = 12", "updates = 40000")), tmp / "out"
    ok("run", study, "--out", out, "--quiet", *settings("training.updates=3"))
    for path in runs(out)[1:3] + runs(out)[5:]:
        path.unlink()
    text = ok("summary", out)
    assert "UNFINISHED: 3 of 6 planned runs are done, 0 running, 3 missing;" in text, text
    assert re.search(r"\n#0  none +1/3 ", text) and re.search(r"\n#1  tcr +2/3 ", text), text
    assert "UNFINISHED: 3 of 6" in ok("compare", out)
    ok("figure", out, "--out", tmp / "f.svg")

    out = tmp / "begun"
    process = subprocess.Popen([given.program, "run", study, "--out", out, "--quiet", "--jobs", "2"])
    try:
        while len(list(out.glob("runs/*.claim-0"))) < 2:
            time.sleep(0.05)
        rows = json.loads(ok("summary", out, "--format", "json"))
        assert [(row["planned"], row["runs"], row["running"], row["missing"], row["kept"]) for row in rows] == [(3, 0, 1, 2, 0)] * 2, rows
        process.send_signal(signal.SIGTERM)
    finally:
        process.wait()
    rows = json.loads(ok("summary", out, "--format", "json"))
    assert [(row["running"], row["missing"], row["kept"]) for row in rows] == [(0, 3, 1)] * 2, rows
    assert "UNFINISHED: 0 of 6 planned runs are done, 0 running, 6 missing (2 kept on their way)" in ok("summary", out)
    refused("compare", out, names=["no run is finished yet"])

    # A directory that an earlier program wrote: what it planned is not noted, its files tell the least.
    out = tmp / "out"
    for path in (out / "planned").iterdir():
        path.unlink()
    (out / "planned").rmdir()
    assert "UNFINISHED: 3 of at least 4 planned" in ok("summary", out)
    (out / "planned").mkdir()
    (out / "planned" / "seeds000001-000003.json").write_text('{"first_seed": 1, "seeds": "many"}')
    refused("summary", out, names=["seeds000001-000003.json", "damaged"])


def test_the_summary_gives_alignment_in_every_form(tmp):
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet", *settings("study.arm=none", "grid.rule.name=bptt e_prop", "shadow.rules=uoro"))
    rows = list(csv.DictReader(ok("summary", tmp / "out", "--format", "csv").splitlines()))
    same = json.loads(ok("summary", tmp / "out", "--format", "json"))
    assert len(rows) == len(same) == 2
    for row, other in zip(rows, same):
        for rule in "uoro", "e_prop":
            for what in "cosine", "norm_ratio":
                value = row[f"alignment.{rule}.{what}"]
                assert (float(value) if value else None) == other["alignment"].get(rule, {}).get(what), (row, other)
    # UORO runs beside both rules; e-prop has an alignment where it is the rule that trains, and a network that BPTT trains has not.
    assert all(-1 < float(row["alignment.uoro.cosine"]) < 1 and float(row["alignment.uoro.norm_ratio"]) > 0 for row in rows), rows
    assert rows[0]["alignment.e_prop.cosine"] == "" and float(rows[1]["alignment.e_prop.cosine"]) > 0
    assert [row["cosine"] for row in json.loads(ok("compare", tmp / "out", "--format", "json"))] == [1, float(rows[1]["alignment.e_prop.cosine"])]


def flat(value, name):
    """The columns of one entry of the JSON: intervals by their ends, the parts of an object one by one."""
    if isinstance(value, dict):
        return {key: each for part, of_part in value.items() for key, each in flat(of_part, f"{name}.{part}").items()}
    if name == "programs":
        return {name: "; ".join(value)}
    if name.endswith("interval"):
        low, high = value if value else (None, None)
        stem = name[:-len("interval")].rstrip("_.")
        return {f"{stem}_low": low, f"{stem}_high": high}
    return {name: value}


def check_same_contents(command, directory, renamed):
    """Every entry of the JSON has its column in the CSV with the same value, and there are no other columns."""
    rows = list(csv.DictReader(ok(command, directory, "--format", "csv").splitlines()))
    columns = set()
    for row, entry in zip(rows, json.loads(ok(command, directory, "--format", "json")), strict=True):
        options = entry.pop("condition")
        columns |= set(options)
        assert all(row[option] == str(value) for option, value in options.items()), (row, options)
        for name, value in entry.items():
            for column, each in flat(value, name).items():
                column = renamed.get(column, column)
                if column is None or (isinstance(value, type(None)) and column == name and column not in row):
                    continue  # an object that this condition has not
                columns.add(column)
                assert column in row, (column, row)
                if isinstance(each, dict):  # a condition, by its label
                    continue
                assert (each is None and row[column] == "") or str(each).lower() == row[column].lower() or float(row[column]) == float(each), (column, each, row[column])
    return set(rows[0]) - columns


def test_csv_has_what_json_has(tmp):
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet",
       *settings("grid.rule.name=bptt e_prop", "shadow.rules=uoro", "grid.study.arm=none tcr matched_chaos", "training.updates=3", "study.seeds=2"))
    # What no condition of this study has (no controlled schedule) is the only content that the CSV has beside.
    compared = {f"comparison.{name}": name for name in
                ("test", "pairs", "set_apart", "p_reached_holm", "log_rank", "p", "p_holm", "comparisons", "cliffs_delta", "cliffs_delta_low", "cliffs_delta_high",
                 "reached_points_low", "reached_points_high")}
    compared |= {"comparison.reached_points.value": "reached_points", "comparison.updates.value": "updates_difference",
                 "comparison.updates_low": "updates_difference_low", "comparison.updates_high": "updates_difference_high",
                 "comparison.budget": "common_budget", "comparison.against.number": None, "comparison.against.label": None,
                 "comparison.reached_points": None, "comparison.updates": None}
    left = check_same_contents("summary", tmp / "out", compared | {"speed.start": "speed_start", "speed.end": "speed_end"})
    assert left == {"against", "set_point", "controlled_speed", "set_point_missed"}, left
    assert check_same_contents("compare", tmp / "out", compared) == {"against"}


if __name__ == "__main__":
    sys.exit(main(globals()))
