"""Columns of tables that are made of `summary` and `compare --equal-seconds`."""
from study_results import said_by


def number(value, form):
    """As the program's own tables have it."""
    if value is None:
        return "-"
    text = form.format(value)
    return "0" if "+" in form and float(text) == 0 else text


def interval(bounds, form="{:.0f}"):
    return "[" + ", ".join(number(bound, form) for bound in bounds) + "]"


def share(row):
    return f"{row['reached']}/{row['runs']} " + interval(100 * bound for bound in row["reached_interval"])


def updates(row):
    """To criterion, or ms of training; where fewer than half of the runs reached it the median lies beyond the budget."""
    form = ".1f" if row.get("unit") == "ms" else "g"
    said = [f">{row['budget']:{form}}" if value is None else f"{value:{form}}" for value in (row["median_updates"], *row["median_updates_interval"])]
    return f"{said[0]} [{said[1]}, {said[2]}]"


def compared(row, told):
    """Of the condition that others are compared with there is nothing to say."""
    return "-" if row["comparison"] is None else told(row["comparison"])


def estimate(value, bounds, form):
    return number(value, form) + (f" {interval(bounds, form)}" if bounds else "")


def difference(name):
    return lambda row: compared(row, lambda of: estimate(of[name]["value"], of[name]["interval"], "{:+.0f}") if of[name] else "-")


COLUMNS = {
    "runs": lambda row: f"{row['reached']}/{row['runs']}",
    "reached": share,
    "updates": updates,
    "accuracy": lambda row: number(row["final_accuracy"], "{:.3f}"),
    "final loss": lambda row: number(row["final_loss"], "{:.3f}"),
    "V start": lambda row: number(row["speed"]["start"], "{:.2f}"),
    "V end": lambda row: number(row["speed"]["end"], "{:.2f}"),
    "over": lambda row: f"{100 * row['over_stability_bound']:.0f} % over" if row["over_stability_bound"] else "-",
    "collapsed": lambda row: f"{row['collapsed']}/{row['runs']}",
    "unmatched": lambda row: f"{row['unmatched']}/{row['runs']}" if row["unmatched"] else "-",
    "pairs": lambda row: compared(row, lambda of: f"{of['pairs']}"),
    "difference of reached": difference("reached_points"),
    "difference of updates": difference("updates"),
    "ms/update": lambda row: f"{1000 * row['equal time']['seconds_per_update']:.3g}",
    "reached in equal time": lambda row: share(row["equal time"]),
    "ms of training": lambda row: updates(row["equal time"]),
    "p of reached (Holm)": lambda row: compared(row, lambda of: number(of["p_reached_holm"], "{:.2g}")),
    "p (Holm)": lambda row: compared(row, lambda of: number(of["p_holm"], "{:.2g}")),
    "Cliff's delta": lambda row: compared(row, lambda of: estimate(of["cliffs_delta"], of["cliffs_delta_interval"], "{:+.2f}")),
}
EQUAL_TIME = ("ms/update", "reached in equal time", "ms of training")


def rows(directory, text, summary, program):
    """Those of `summary`; with columns of equal time, what `compare --equal-seconds` says besides."""
    if any(name in text for name in EQUAL_TIME):
        for row, other in zip(summary, said_by(program, "compare", directory, "--equal-seconds", "--format", "json"), strict=True):
            row["equal time"] = other
    return summary
