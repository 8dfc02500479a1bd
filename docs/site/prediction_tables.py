"""Tables that are made of the report that `predict DIR --out DIR/report` writes.

    overview 10                              the first ten lines of the report's overview
    tcr, static: creep, residual_200         by rates: a line for each prediction, a column for each hypothesis
    tcr, high_pass per setting: creep        a line for each setting, both hypotheses in a cell
    per variant: creep, residual_200         a line for each prediction, a column for each form of a hypothesis, where a setting has several
    rehearsal                                what classifiers make of recordings, a line for each size"""
import json
import re

from study_results import refuse


def number(value):
    return "-" if value is None else f"{value:.3g}"


def estimate(of):
    if of is None or of["value"] is None:
        return "-"
    return number(of["value"]) + (f" [{number(of['interval'][0])}, {number(of['interval'][1])}]" if of["interval"] else "")


def overview(report, count):
    lines = [line for line in (report / "predictions.md").read_text().split("## Overview")[1].split("\n## ")[0].splitlines() if line.startswith("|")]
    if count + 2 > len(lines):
        refuse(report / "predictions.md", f"{len(lines) - 2} predictions in its overview", f"ask for as many, not for {count}")
    return lines[:count + 2]


def by_hypothesis(rows, hypotheses):
    return [["prediction", *hypotheses], *([row["name"], *(estimate(row["hypotheses"].get(name)) for name in hypotheses)] for row in rows)]


def by_setting(rows, hypotheses):
    of = {}
    for row in rows:
        for each in sorted(row["settings"], key=lambda each: each["study"]):  # variants of later studies stand outside of the table
            of.setdefault((row["name"], each["setting"], each["hypothesis"]), each["value"])
    settings = list(dict.fromkeys(setting for _, setting, _ in of))
    head = ["setting", *(f"{row['name']}: {', '.join(hypotheses)}" for row in rows)]
    return [head, *([setting, *(", ".join(number(of.get((row["name"], setting, name))) for name in hypotheses) for row in rows)] for setting in settings)]


def by_variant(rows):
    met = dict.fromkeys((each["setting"], each["variant"]) for row in rows for each in row["settings"] if each["variant"])
    settings = [setting for setting, _ in met]
    met = [(setting, variant) for setting, variant in met if settings.count(setting) > 1]
    with_setting = len({setting for setting, _ in met}) > 1
    return [["prediction", *(f"{setting}, {variant}" if with_setting else variant for setting, variant in met)],
            *([row["name"], *(estimate(next((each for each in row["settings"] if (each["setting"], each["variant"]) == at), None)) for at in met)] for row in rows)]


def right(matrix):
    low, high = matrix["right_interval"]
    return f"{matrix['right']:.2f} [{low:.2f}, {high:.2f}]"


def recognised(matrix, focus):
    """Of recordings of the focus those that are found, and none of these; of the others those that are taken for it."""
    answer = matrix["answers"].index(focus)
    own = next(row["counts"] for row in matrix["rows"] if row["truth"] == focus)
    others = [row["counts"] for row in matrix["rows"] if row["truth"] != focus]
    return f"{own[answer]} of {sum(own)}, {own[-1]} none", f"{sum(counts[answer] for counts in others)} of {sum(map(sum, others))}"


def rehearsal(said):
    focus = said["focus"]
    names = [f"{focus} found", f"taken for {focus}"]
    cells = [["neurons x trials", "right", *names, *(f"with variants: {name}" for name in names), f"{focus} left out of the classifier: none of these"]]
    for size in said["rehearsals"]:
        absent = next((each for each in size["left_out"] if each["hypothesis"] == focus), None)
        cells.append([f"{size['neurons']} x {size['trials']}", right(size["within"]), *recognised(size["within"], focus), *recognised(size["variants"], focus),
                      f"{absent['none_of_these']} of {absent['networks']}" if absent else "-"])
    return cells


def lines(directory, text):
    """Of a table in Markdown."""
    report = directory / "report"
    if not (report / "predictions.json").is_file():
        refuse(report, "has no predictions.json", f"make it: stillpoint predict {directory} .. --out {report}")
    said = json.loads((report / "predictions.json").read_text())
    if found_count := re.fullmatch(r"overview (\d+)", text):
        return overview(report, int(found_count[1]))
    if text == "rehearsal":
        cells = rehearsal(said)
    else:
        hypotheses, _, names = text.partition(":")
        hypotheses, _, per = hypotheses.partition("per ")
        known = {row["name"]: row for row in said["predictions"]}
        for name in (names := [name.strip() for name in names.split(",")]):
            if name not in known:
                refuse(f"prediction {name}", f"is none of {report}", f"it has {', '.join(known)}")
        rows, hypotheses = [known[name] for name in names], [name.strip() for name in hypotheses.split(",")]
        cells = {"": by_hypothesis, "setting": by_setting, "variant": lambda rows, _: by_variant(rows)}[per.strip()](rows, hypotheses)
    table = ["| " + " | ".join(line) + " |" for line in cells]
    return [table[0], "|" + "---|" * len(cells[0]), *table[1:]]
