"""Result directories that pages are made of: each of the study file that a page names, whole."""
import configparser
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def refuse(what, why, do):
    print(f"scripts/docs: {what}: {why}; {do}", file=sys.stderr)
    raise SystemExit(2)


def study_file(name):
    ini = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=("#", ";"))
    ini.optionxform = str
    ini.read(ROOT / name)
    return ini


def studies_of(flag, words):
    """Result directories by the names of their studies, and the program: what the command line names."""
    program, studies, words = ROOT / "build/release/stillpoint", {}, list(words)
    if words and Path(words[-1]).is_file():
        program = words.pop()
    for word in words or [refuse(flag, "DIR is missing", "give what `stillpoint run --out` wrote")]:
        if not (Path(word) / "study.json").is_file():
            refuse(word, "has no study.json", "give what `stillpoint run --out` wrote")
        studies[json.loads((Path(word) / "study.json").read_text())["name"]] = Path(word)
    return studies, program


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


def summary_of(directory, file, options, program):
    """Rows of `summary` of a directory, which has to be of the study file, whole."""
    if (why := other_than(directory, file)) is not None:
        refuse(directory, why, f"run {file} as it is, without --quick")
    said = subprocess.run([program, "summary", directory, "--format", "json", *options.split()], capture_output=True, text=True)
    if said.returncode != 0:
        refuse(directory, said.stderr.strip(), f"mend the options of the table of {file}")
    rows = json.loads(said.stdout)
    budget = study_file(file)["training"]["updates"]
    for row in rows:
        if row["budget"] != int(budget):
            refuse(directory, f"training.updates = {row['budget']}, in {file} {budget}", f"run {file} as it is, without --quick")
        if row["missing"] or row["running"] or row["runs"] != row["planned"]:
            refuse(directory, f"{row['runs']} of {row['planned']} runs of condition #{row['number']}", f"run {file} to its end")
    return rows
