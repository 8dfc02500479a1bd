"""Writes tables of studies into the pages of docs/ anew, from the result directories of these studies.

usage: scripts/docs --tables DIR... [PROGRAM]

A table that is made so stands between two comments:

    <!-- table of experiments/studies/quickstart.ini: arm | reached | updates | accuracy | V start | V end -->
    <!-- not made yet -->

which say the study and the columns (options that the study varies, as arm, gain or rule, and those of COLUMNS) and, once it is made, the
seeds and the programs. A directory is taken where it is of that very study, whole: its name, seeds and options are those of the file, and no run is missing."""
import configparser
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = re.compile(r"^<!-- table of (\S+?\.ini): (.+) -->\n(?:\|.*\n|\n)*<!-- (?:\d+ seeds?, .*|not made yet) -->$", re.MULTILINE)


def interval(bounds, form="{:.0f}"):
    return "[" + ", ".join(form.format(bound) for bound in bounds) + "]"


def updates(row):
    """Where fewer than half of the runs reached criterion the median lies beyond the budget."""
    said = [f">{row['budget']}" if value is None else f"{value:g}" for value in (row["median_updates"], *row["median_updates_interval"])]
    return f"{said[0]} [{said[1]}, {said[2]}]"


def compared(row, told):
    return "-" if row["comparison"] is None or (said := told(row["comparison"])) is None else said


COLUMNS = {
    "reached": lambda row: f"{row['reached']}/{row['runs']} " + interval(100 * bound for bound in row["reached_interval"]),
    "updates": updates,
    "accuracy": lambda row: f"{row['final_accuracy']:.3f}",
    "V start": lambda row: f"{row['speed']['start']:.2f}",
    "V end": lambda row: f"{row['speed']['end']:.2f}",
    "p (Holm)": lambda row: compared(row, lambda of: None if of["p_holm"] is None else f"{of['p_holm']:.2g}"),
    "Cliff's delta": lambda row: compared(row, lambda of: f"{of['cliffs_delta']:+.2f} " + interval(of["cliffs_delta_interval"], "{:+.2f}")),
}


def refuse(what, why, do):
    print(f"scripts/docs: {what}: {why}; {do}", file=sys.stderr)
    raise SystemExit(2)


def study_file(name):
    ini = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=("#", ";"))
    ini.optionxform = str
    ini.read(ROOT / name)
    return ini


# --- is a directory of this study? -----------------------------------------------------------------------------------

def same(given, used):
    """Of a study file's value and the one that runs had, of conditions that it does not concern "-"."""
    def value(text):
        try:
            return float(text)
        except ValueError:
            return " ".join(text.split())
    return all(value(each) in (value(given), "-") for each in used.split(" | "))


def other_than(directory, file):
    """Why a directory is not of the study file; None: it is."""
    ini = study_file(file)
    used = dict(line.split(" = ", 1) for line in json.loads((directory / "study.json").read_text())["identity"].splitlines())
    if "tune.seeds" in used:
        used["tune.seeds"], used["tune.first_seed"] = used["tune.seeds"].split(" from ")
    for section in set(ini.sections()) - {"study", "quick"}:
        for key, given in ini[section].items():
            name = f"{section}.{key}"
            if name != "training.updates" and not same(given, used.get(name, "not known")):  # of which a study may be given more
                return f"{name} = {used.get(name, 'not known')}, in {file} {given}"
    first, count = ini.getint("study", "first_seed", fallback=1), ini.getint("study", "seeds", fallback=1)
    seeds = {int(path.stem.split("-seed")[1]) for path in (directory / "runs").glob("condition*-seed*.h5")}
    if seeds != set(range(first, first + count)):
        return f"seeds {min(seeds, default='none')} to {max(seeds, default='none')}, in {file} {first} to {first + count - 1}"
    return None


def summary_of(directory, file, program):
    """Rows of `summary` of a directory that is of the study file, whole."""
    if (why := other_than(directory, file)) is not None:
        refuse(directory, why, f"run {file} as it is, without --quick")
    rows = json.loads(subprocess.run([program, "summary", directory, "--format", "json"], check=True, capture_output=True, text=True).stdout)
    budget = study_file(file)["training"]["updates"]
    for row in rows:
        if row["budget"] != int(budget):
            refuse(directory, f"training.updates = {row['budget']}, in {file} {budget}", f"run {file} as it is, without --quick")
        if row["missing"] or row["running"] or row["runs"] != row["planned"]:
            refuse(directory, f"{row['runs']} of {row['planned']} runs of condition #{row['number']}", f"run {file} to its end")
    return rows


# --- a table ---------------------------------------------------------------------------------------------------------

def short_name(option):
    section, name = option.split(".")
    return section if name in ("name", "kind") else name


def text_of(file, columns, rows):
    varied = {short_name(name): name for name in rows[0]["condition"]}
    names = [name.strip() for name in columns.split("|")]
    for name in names:
        if name not in COLUMNS and name not in varied:
            refuse(f"column {name} of the table of {file}", "there is none", f"known are {', '.join([*varied, *COLUMNS])}")
    body = [[f"{row['condition'][varied[name]]}" if name in varied else COLUMNS[name](row) for name in names] for row in rows]
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names), *("| " + " | ".join(line) + " |" for line in body)]
    programs = " and ".join(sorted({made for row in rows for made in row["programs"]}))
    return "\n".join([f"<!-- table of {file}: {columns} -->\n", *lines, f"\n<!-- {rows[0]['runs']} seeds, {programs} -->"])


def main(words):
    program, studies = ROOT / "build/release/stillpoint", {}
    if words and Path(words[-1]).is_file():
        program = words.pop()
    for word in words or [refuse("--tables", "DIR is missing", "give what `stillpoint run --out` wrote")]:
        if not (Path(word) / "study.json").is_file():
            refuse(word, "has no study.json", "give what `stillpoint run --out` wrote")
        studies[json.loads((Path(word) / "study.json").read_text())["name"]] = Path(word)
    found, pages = set(), {}

    def made(match):
        name = study_file(match[1])["study"]["name"]
        if name not in studies:
            return match[0]
        found.add(name)
        return text_of(match[1], match[2], summary_of(studies[name], match[1], program))

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
