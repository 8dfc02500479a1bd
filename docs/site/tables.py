"""Writes tables of studies into the pages of docs/ anew, from the result directories of these studies.

usage: scripts/docs --tables DIR... [PROGRAM]

A table that is made so stands between two comments:

    <!-- table of experiments/studies/quickstart.ini: arm | reached | updates | accuracy | V start | V end -->
    <!-- not made yet -->

which say the study and the columns (options that the study varies, as arm, gain or rule, and those of COLUMNS) and, once it is made, the
seeds and the programs; until then an older table may stand there. `quickstart.ini --against tcr` compares as `summary` does with these
options. In a crossed table

    gain | runs, updates per beta

is a column for each value of beta, with both numbers in a cell. A directory is taken where it is of that very study, whole: its name, seeds and
options are those of the file, and no run is missing."""
import re
import sys

from study_results import ROOT, refuse, studies_of, study_file, summary_of

TABLE = re.compile(r"^<!-- table of (\S+?\.ini)((?: --(?:by|against) [^\s:]+)*): (.+) -->\n"
                   r"(?:\|.*\n|\n)*<!-- (?:\d+ seeds?, .*|not made yet) -->$", re.MULTILINE)


def number(value, form):
    """As the program's own tables have it."""
    if value is None:
        return "-"
    text = form.format(value)
    return "0" if "+" in form and float(text) == 0 else text


def interval(bounds, form="{:.0f}"):
    return "[" + ", ".join(number(bound, form) for bound in bounds) + "]"


def updates(row):
    """Where fewer than half of the runs reached criterion the median lies beyond the budget."""
    said = [f">{row['budget']}" if value is None else f"{value:g}" for value in (row["median_updates"], *row["median_updates_interval"])]
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
    "reached": lambda row: f"{row['reached']}/{row['runs']} " + interval(100 * bound for bound in row["reached_interval"]),
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
    "p (Holm)": lambda row: compared(row, lambda of: number(of["p_holm"], "{:.2g}")),
    "Cliff's delta": lambda row: compared(row, lambda of: estimate(of["cliffs_delta"], of["cliffs_delta_interval"], "{:+.2f}")),
}


def short_name(option):
    section, name = option.split(".")
    return section if name in ("name", "kind") else name


def options_of(rows):
    """Options that vary, by the names that columns have: in full where the short one is taken."""
    varied = {}
    for name in rows[0]["condition"]:
        short = short_name(name)
        varied[name if short in COLUMNS or short in varied else short] = name
    return varied


def columns_of(file, text, varied):
    """Of each column its names and the option, if any, of which each value has a column of its own."""
    columns = []
    for column in text.split("|"):
        said, _, per = column.strip().partition(" per ")
        names = [name.strip() for name in said.split(",")]
        known = COLUMNS if per or len(names) > 1 else {**varied, **COLUMNS}
        for name, among in [*((name, known) for name in names), *([(per, varied)] if per else [])]:
            if name not in among:
                refuse(f"column {name} of the table of {file}", "there is none", f"known are {', '.join(among)}")
        columns.append((names, per))
    return columns


def cell(names, row):
    """Several numbers in a cell: those that there are."""
    said = [COLUMNS[name](row) for name in names]
    return ", ".join([text for text in said if text != "-"] or said[:1])


def text_of(file, options, text, rows):
    varied = options_of(rows)
    columns = columns_of(file, text, varied)
    across = {varied[per] for _, per in columns if per}
    lines, head = {}, []
    for row in rows:
        lines.setdefault(tuple(value for name, value in row["condition"].items() if name not in across), []).append(row)
    body = [[] for _ in lines]
    for names, per in columns:
        values = list(dict.fromkeys(row["condition"][varied[per]] for row in rows)) if per else [None]
        alone = [each for _, each in columns].count(per) == 1
        head += [", ".join([*([] if per and alone else names), *([f"{per} {value}"] if per else [])]) for value in values]
        for cells, group in zip(body, lines.values()):
            for value in values:
                fitting = [row for row in group if value is None or row["condition"][varied[per]] == value]
                if names[0] in varied and varied[names[0]] not in across:
                    cells.append(f"{group[0]['condition'][varied[names[0]]]}")
                elif len(fitting) > 1:
                    refuse(f"column {names[0]} of the table of {file}", f"{len(fitting)} conditions are in one row", "say `per` which option")
                else:
                    cells.append(cell(names, fitting[0]) if fitting else "-")
    table = ["| " + " | ".join(line) + " |" for line in (head, *body)]
    table.insert(1, "|" + "---|" * len(head))
    programs = " and ".join(sorted({made for row in rows for made in row["programs"]}))
    return "\n".join([f"<!-- table of {file}{options}: {text} -->\n", *table, f"\n<!-- {rows[0]['runs']} seeds, {programs} -->"])


def main(words):
    (studies, program), found, pages = studies_of("--tables", words), set(), {}

    def made(match):
        name = study_file(match[1])["study"]["name"]
        if name not in studies:
            return match[0]
        found.add(name)
        return text_of(*match.groups(), summary_of(studies[name], match[1], match[2], program))

    for page in sorted((ROOT / "docs").rglob("*.md")):
        before = page.read_text()
        if (after := TABLE.sub(made, before)) != before:
            pages[page] = after
    for name in set(studies) - found:
        refuse(studies[name], f"no page has a table of the study {name}", "mark one (docs/site/tables.py)")
    for page, text in pages.items():
        page.write_text(text)
        print(f"written: {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
