"""Tables that are made of the report that `predict DIR --out DIR/report` writes.

    overview 10                              the first ten lines of the report's overview
    tcr, static: creep, residual_200         by rates: a line for each prediction, a column for each hypothesis
    tcr, high_pass per setting: creep        a line for each setting, both hypotheses in a cell
    per variant: creep, residual_200         a line for each prediction, a column for each form of a hypothesis, where a setting has several
    learning by rates: delay_speed           of the days of training, before, during and after the fall of the loss; by sessions as well
    lead of 4 sessions: delay_decoding       days from the first change of a statistic to the fall
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


def of_learning(said, names, asked, wanted):
    chosen = [each for each in said.get(asked, []) if each["statistic"] in names and wanted(each)]
    if not chosen:
        refuse("predictions.json", f"holds no {asked} of {', '.join(names)}", "it needs networks of every day of training, and statistics that its run was asked for")
    return chosen


def learning(said, measured, names):
    cells = [["hypothesis", "loss falls", "statistic", "before", "during", "after", "during less before", "after less before", "networks"]]
    for each in of_learning(said, names, "learning", lambda each: each["measured"] == measured):
        parts = (estimate({"value": each[part], "interval": each[f"{part}_interval"]}) for part in ("before", "during", "after", "during_less_before", "after_less_before"))
        cells.append([each["hypothesis"], each["verdict"], each["statistic"], *parts, str(each["networks"])])
    return cells


def lead(said, sessions, names):
    cells = [["hypothesis", "loss falls", "statistic", "found in", "lead (days)", "95 % of days in random order below", "p"]]
    for each in of_learning(said, names, "lead", lambda each: each["sessions_per_day"] == sessions):
        at_random = each["null"] or {"high": None, "p": None}
        cells.append([each["hypothesis"], each["verdict"], each["statistic"], f"{each['found']} of {each['networks']}",
                      estimate({"value": each["lead_days"], "interval": each["interval"]}), number(at_random["high"]), number(at_random["p"])])
    return cells


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
    names = [name.strip() for name in text.partition(":")[2].split(",")]
    if text == "rehearsal":
        cells = rehearsal(said)
    elif found := re.match(r"learning by (rates|sessions):", text):
        cells = learning(said, found[1], names)
    elif found := re.match(r"lead of (\d+) sessions?:", text):
        cells = lead(said, int(found[1]), names)
    else:
        hypotheses, _, per = text.partition(":")[0].partition("per ")
        known = {row["name"]: row for row in said["predictions"]}
        for name in names:
            if name not in known:
                refuse(f"prediction {name}", f"is none of {report}", f"it has {', '.join(known)}")
        rows, hypotheses = [known[name] for name in names], [name.strip() for name in hypotheses.split(",")]
        cells = {"": by_hypothesis, "setting": by_setting, "variant": lambda rows, _: by_variant(rows)}[per.strip()](rows, hypotheses)
    table = ["| " + " | ".join(line) + " |" for line in cells]
    return [table[0], "|" + "---|" * len(cells[0]), *table[1:]]
