"""Result directories that pages are made of: each of the study file that a page names, with the options it names, whole."""
import configparser
import json
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = r'((?: --(?:by|against|set) (?:"[^"\n]*"|[^\s":])+)*)'  # of a comment that names a study


def refuse(what, why, do):
    print(f"scripts/docs: {what}: {why}; {do}", file=sys.stderr)
    raise SystemExit(2)


def sets_and_others(options):
    """KEY, VALUE of each --set, and the options that `summary` takes."""
    words, sets, others = iter(shlex.split(options)), [], []
    for word in words:
        if word == "--set":
            sets.append(next(words).split("=", 1))
        else:
            others += [word, next(words)]
    return sets, others


def study_file(name, sets=()):
    """As `run` has it with these --set: of an option that varies they are its values."""
    ini = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=("#", ";"))
    ini.optionxform = str
    ini.read(ROOT / name)
    for key, value in sets:
        section, _, option = ("grid", ".", key) if ini.has_option("grid", key) else key.partition(".")
        ini.has_section(section) or ini.add_section(section)
        ini.set(section, option, value)
    return ini


def studies_of(flag, words):
    """Result directories with the names of their studies, and the program: what the command line names."""
    program, studies, words = ROOT / "build/release/stillpoint", {}, list(words)
    if words and Path(words[-1]).is_file():
        program = words.pop()
    for word in words or [refuse(flag, "DIR is missing", "give what `stillpoint run --out` wrote")]:
        if not (Path(word) / "study.json").is_file():
            refuse(word, "has no study.json", "give what `stillpoint run --out` wrote")
        studies[Path(word)] = json.loads((Path(word) / "study.json").read_text())["name"]
    return studies, program


def same(given, used):
    """Of a study file's value and the one that runs had, of conditions that it does not concern "-"."""
    def value(text):
        try:
            return float(text)
        except ValueError:
            return " ".join(text.split())
    return all(value(each) in (value(given), "-") for each in used.split(" | "))


def other_than(directory, file, sets=()):
    """Why a directory is not of the study file; None: it is."""
    ini = study_file(file, sets)
    used = dict(line.split(" = ", 1) for line in json.loads((directory / "study.json").read_text())["identity"].splitlines())
    if "tune.seeds" in used:
        used["tune.seeds"], used["tune.first_seed"] = used["tune.seeds"].split(" from ")
    for section in (name for name in ini.sections() if name not in ("study", "quick")):
        for key, given in ini[section].items():
            name = f"{section}.{key}"
            had = used.get(name, "not varied" if section in ("grid", "tune") else "-")  # -: concerns no condition
            if name != "training.updates" and not same(given, had):  # of which a study may be given more
                return f"{name} = {had}, in {file} {given}"
    first, count = ini.getint("study", "first_seed", fallback=1), ini.getint("study", "seeds", fallback=1)
    seeds = {int(path.stem.split("-seed")[1]) for path in (directory / "runs").glob("condition*-seed*.h5")}
    if seeds != set(range(first, first + count)):
        return f"seeds {min(seeds, default='none')} to {max(seeds, default='none')}, in {file} {first} to {first + count - 1}"
    return None


def directory_of(file, options, studies, why):
    """The one of the study file with these options; None: there is none, and `why` has the reason for each that is of the same name."""
    sets, _ = sets_and_others(options)
    found = []
    for directory, name in studies.items():
        if name == study_file(file, sets)["study"]["name"]:
            reason = other_than(directory, file, sets)
            why.setdefault(directory, reason)
            if reason is None:
                why[directory] = None
                found.append(directory)
    if len(found) > 1:
        refuse(found[1], f"{file}{options} is {found[0]} already", "give one of them")
    return found[0] if found else None


def refuse_unused(studies, why, none):
    """Directories that no comment asks for, by what directory_of found."""
    for directory, name in studies.items():
        if directory not in why:
            refuse(directory, f"{none} of the study {name}", "mark one (docs/site)")
        if why[directory] is not None:
            refuse(directory, why[directory], "give the study as the page has it, without --quick")


def said_by(program, *words):
    """What a command of the program says as JSON."""
    said = subprocess.run([program, *words], capture_output=True, text=True)
    if said.returncode != 0:
        refuse(" ".join(map(str, words)), said.stderr.strip(), "mend the comment of the page that asks for it")
    return json.loads(said.stdout)


def summary_of(directory, file, options, program):
    """Rows of `summary` of a directory of the study file, which has to be whole."""
    sets, others = sets_and_others(options)
    rows = said_by(program, "summary", directory, "--format", "json", *others)
    budget = study_file(file, sets)["training"]["updates"]
    for row in rows:
        if row["budget"] != int(budget):
            refuse(directory, f"training.updates = {row['budget']}, in {file} {budget}", f"run {file} as it is, without --quick")
        if row["missing"] or row["running"] or row["runs"] != row["planned"]:
            refuse(directory, f"{row['runs']} of {row['planned']} runs of condition #{row['number']}", f"run {file} to its end")
    return rows
