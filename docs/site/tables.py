"""Writes tables of studies into the pages of docs/ anew, from the result directories of these studies.

usage: scripts/docs --tables DIR... [PROGRAM]

A table that is made so stands between two comments:

    <!-- table of experiments/studies/quickstart.ini: arm | reached | updates | accuracy | V start | V end -->
    <!-- not made yet -->

which say the study and the columns (options that the study varies, as arm, gain or rule, and those of summary_columns.py) and, once it is
made, the seeds and the programs; until then an older table may stand there. `quickstart.ini --against tcr` compares as `summary` does with
these options, `quickstart.ini --set network.gain=1.5` is the study that `run` makes of this, `restructuring of` in the place of `table of`
asks `analyze restructuring` (restructuring_columns.py), `predictions of` the report of `predict` in DIR/report (prediction_tables.py). In a
crossed table

    gain | runs, updates per beta

is a column for each value of beta, with both numbers in a cell. A directory is taken where it is of that very study, whole: its name, seeds and
options are those of the file, and no run is missing."""
import re
import sys

import prediction_tables
import restructuring_columns
import summary_columns
from study_results import OPTIONS, ROOT, directory_of, refuse, refuse_unused, studies_of, summary_of

MARK = re.compile(r"^<!-- (table|restructuring|predictions) of (\S+?\.ini)" + OPTIONS + r": (.+) -->\n"
                  r"(?:\|.*\n|\n)*<!-- (?:\d+ seeds?, .*|not made yet) -->$", re.MULTILINE)
SOURCES = {"table": summary_columns, "restructuring": restructuring_columns}


def short_name(option):
    section, name = option.split(".")
    return section if name in ("name", "kind") else name


def options_of(rows, known):
    """Options that vary, by the names that columns have: in full where the short one is taken."""
    varied = {}
    for name in rows[0]["condition"]:
        short = short_name(name)
        varied[name if short in known or short in varied else short] = name
    return varied


def columns_of(file, text, varied, measured):
    """Of each column its names and the option, if any, of which each value has a column of its own."""
    columns = []
    for column in text.split("|"):
        said, _, per = column.strip().partition(" per ")
        names = [name.strip() for name in said.split(",")]
        known = measured if per or len(names) > 1 else {**varied, **measured}
        for name, among in [*((name, known) for name in names), *([(per, varied)] if per else [])]:
            if name not in among:
                refuse(f"column {name} of the table of {file}", "there is none", f"known are {', '.join(among)}")
        columns.append((names, per))
    return columns


def option_text(value):
    """Of a file, that a network starts from, its name."""
    return f"{value}".rpartition("/")[2]


def cell(measured, names, row):
    """Several numbers in a cell: those that there are."""
    said = [measured[name](row) for name in names]
    return ", ".join([text for text in said if text != "-"] or said[:1])


def lines_of(file, text, rows, measured):
    """Of a table in Markdown, a line for each condition, or for those that are alike but for what the columns are crossed by."""
    varied = options_of(rows, measured)
    columns = columns_of(file, text, varied, measured)
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
                    cells.append(option_text(group[0]["condition"][varied[names[0]]]))
                elif len(fitting) > 1:
                    refuse(f"column {names[0]} of the table of {file}", f"{len(fitting)} conditions are in one row", "say `per` which option")
                else:
                    cells.append(cell(measured, names, fitting[0]) if fitting else "-")
    table = ["| " + " | ".join(line) + " |" for line in (head, *body)]
    return [table[0], "|" + "---|" * len(head), *table[1:]]


def made(kind, file, options, text, directory, program):
    """A table between its comments."""
    summary = summary_of(directory, file, options, program)
    if kind == "predictions":
        lines = prediction_tables.lines(directory, text)
    else:
        lines = lines_of(file, text, SOURCES[kind].rows(directory, text, summary, program), SOURCES[kind].COLUMNS)
    programs = " and ".join(sorted({each for row in summary for each in row["programs"]}))
    return "\n".join([f"<!-- {kind} of {file}{options}: {text} -->\n", *lines, f"\n<!-- {summary[0]['runs']} seeds, {programs} -->"])


def main(words):
    (studies, program), why, pages = studies_of("--tables", words), {}, {}

    def anew(match):
        directory = directory_of(match[2], match[3], studies, why)
        return match[0] if directory is None else made(*match.groups(), directory, program)

    for page in sorted((ROOT / "docs").rglob("*.md")):
        before = page.read_text()
        if (after := MARK.sub(anew, before)) != before:
            pages[page] = after
    refuse_unused(studies, why, "no page has a table")
    for page, text in pages.items():
        page.write_text(text)
        print(f"written: {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
