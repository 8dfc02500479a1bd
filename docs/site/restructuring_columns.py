"""Columns of tables that are made of `analyze restructuring`, with all descriptors and with those that see the phase space alone."""
import statistics

from study_results import said_by

PHASE_SPACE = "attractors,settled,field,slowest,exponent"


def whole(value):
    return "none" if value is None else f"{value:.0f}"


def first_event(row):
    """Update, runs without one censored: none, where it lies beyond the last."""
    return "{} [{}, {}]".format(*map(whole, (row["first_event"]["median"], *row["first_event"]["interval"])))


def before(row):
    """Runs with an event before the onset of their drop (so many on average where events are shifted, p)."""
    if (test := row["shifted_events"]) is None:
        return "-"
    p = test["p_event_before_drop"]
    return f"{test['event_before_drop']} ({test['null_event_before_drop']:.1f}, {'<0.001' if p < 0.001 else f'{p:.3f}'})"


def lead(row):
    if (found := row["lead"]) is None:
        return "-"
    return whole(found["mean"]) + (f" [{whole(found['interval'][0])}, {whole(found['interval'][1])}]" if "interval" in found else "")


def onset(row):
    """Median over the abrupt drops."""
    found = [run["drop_onset"]["update"] for run in row["each"] if run["verdict"] == "abrupt"]
    return whole(statistics.median(found)) if found else "-"


def shuffled(row):
    found = row["shuffled_targets"]
    return "-" if found is None else f"{found['with_event_by_walks_alone']}/{found['paths']}"


BY_EVENTS = {"first event": first_event, "before": before, "lead": lead, "shuffled": shuffled}
COLUMNS = {
    "drop / gradual / none": lambda row: f"{row['abrupt']} / {row['gradual']} / {row['no_drop']}",
    "onset": onset,
    **BY_EVENTS,
    **{f"{name} (phase space)": lambda row, of=of: of(row["phase space"]) for name, of in BY_EVENTS.items()},
}


def rows(directory, text, summary, program):
    """Conditions that are judged; with columns of the phase space, what is found by its descriptors."""
    def found(*options):
        return said_by(program, "analyze", "restructuring", directory, "--quiet", "--json", "-", *options)["conditions"]

    judged = found()
    for row, other in zip(judged, found("--descriptors", PHASE_SPACE) if "(phase space)" in text else judged, strict=True):
        row["phase space"] = other
    return judged
