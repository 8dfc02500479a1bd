#!/usr/bin/env python3
"""The pages: every command of the program that they show is one that it takes, what the tutorial and the guides show runs from
the first line to the last, and identifiers of papers have the form of such. Links and anchors: scripts/docs."""
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from pages import PAGES, blocks, commands_named, commands_shown, files, lines_in
from support import SMALL, SOURCE, given, main, ok, runs, write

FOLLOWED = [SOURCE / "docs/tutorial.md", *sorted((SOURCE / "docs/guides").glob("*.md"))]  # from the first line to the last
# Places that a usage leaves open, and its notation; what stands between quotes is a value.
USAGE = re.compile(r"[\[|]|\.\.\.|\b(KIND|NAME|COMMAND|FILE|REPORT|RUN|RUN_OR_SIMULATION\.h5)(?![.\w])")
# What pages compare varies in it, and it has checkpoints.
STUDY = SMALL.replace("[grid]", "inapplicable = skip\n[grid]\nrule.name = e_prop force\nnetwork.feedback = none uniform") + "checkpoints = every 3\n"
# A study as a page shows it takes minutes: of as many neurons, updates and seeds it takes seconds.
SMALLER = " --set network.size=20 --set training.updates=12 --set training.batch=4 --set integration.dt_ms=10 --set study.seeds=2"


def environment():
    return {**os.environ, "PATH": f"{given.program.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}"}


def folder_for(tmp, number, page):
    """A directory in which what a page names is there, as far as it is shown or something can stand for it."""
    folder = tmp / str(number)
    (folder / "results").mkdir(parents=True)
    for name, what in {"DIR": tmp / "study", "STUDYDIR": tmp / "study", "results/quickstart": tmp / "study", "RUN.h5": tmp / "run.h5",
                       "NETWORK.h5": tmp / "run.h5", "experiments": SOURCE / "experiments"}.items():
        (folder / name).symlink_to(what)
    write(folder / "STUDY.ini", STUDY)
    write(folder / "curve.csv", "update,loss\n" + "".join(f"{i},{1 / (1 + i)}\n" for i in range(40)))
    for name, text in files(page).items():
        write(folder / name, text)
    return folder


def usage_is_right(command):
    """Its command and options are those of `--help`."""
    words = [word for word in re.split(r"[\s\[\]]+", command) if word]
    if words[1].isupper() or words[2:3] == ["..."]:
        return True
    name = words[1:2] if words[1] != "analyze" or len(words) == 2 else ["analyze", "fixed-points" if words[2] == "KIND" else words[2]]
    known = set(re.findall(r"--[a-z][a-z-]*", ok(*name, "--help")))
    wrong = [word for word in words if word.startswith("--") and word not in known | {"--help"}]
    assert not wrong, f"{command}: {wrong} are no options of {' '.join(name)}"


def accepted(command, folder):
    """Whether it ran, if only as far as a file that is not here, or to where it was at work for a while."""
    words = shlex.split(command, comments=True)
    words += ["--dry-run"] if words[1] == "submit" and "--dry-run" not in words else []
    try:
        done = subprocess.run([given.program, *words[1:]], cwd=folder, env=environment(), capture_output=True, text=True, timeout=1.5)
    except subprocess.TimeoutExpired:
        return "stopped"
    if done.returncode == 0:
        return "ran"
    missing = re.match(r"(\S+): (no such file|cannot be read|does not exist|there is none)", done.stderr)
    assert done.returncode == 2 and missing and missing[1] in re.split("[ =]", " ".join(words)), f"{command}: exit {done.returncode}: {done.stderr}"
    return "without its input"


def test_every_command_of_every_page_is_one_that_the_program_takes(tmp):
    ok("run", write(tmp / "study.ini", STUDY), "--out", tmp / "study", "--quiet")
    shutil.copy(runs(tmp / "study")[-1], tmp / "run.h5")
    found = sorted({(command, page) for page in PAGES for command in commands_named(page) + (commands_shown(page) if page not in FOLLOWED else [])})
    told = {}
    for number, (command, page) in enumerate(found):
        bare = " ".join(shlex.split(command, comments=True))
        try:
            if len(bare.split()) == 2 or USAGE.search(re.sub(r"\"[^\"]*\"|'[^']*'", "", re.sub(r" #.*", "", command))):
                usage_is_right(bare)
                how = "usage"
            else:
                how = accepted(command, folder_for(tmp, number, page))
        except AssertionError as problem:
            raise AssertionError(f"{page.relative_to(SOURCE)}: {problem}") from None
        told.setdefault(how, []).append(command)
    print({how: len(those) for how, those in told.items()})
    assert len(told["ran"]) > 20 and len(told["usage"]) > 20, told


def follow(page, folder):
    """Does what a page says: writes the files whose names are the comments that they begin with, and gives the commands."""
    (folder / "experiments").symlink_to(SOURCE / "experiments")
    done = 0
    for name, text in files(page).items():
        write(folder / name, text)
    for line in [line for language, text in blocks(page) if not language for line in lines_in(text, "stillpoint", "python3")]:
        command = line + SMALLER * line.startswith("stillpoint run ")
        ran = subprocess.run(command, shell=True, cwd=folder, env=environment(), capture_output=True, text=True, timeout=100)
        assert ran.returncode == 0, f"{page.relative_to(SOURCE)}: {command}: exit {ran.returncode}: {ran.stderr}"
        done += 1
    return done


def test_the_tutorial_and_the_guides_run_from_the_first_line_to_the_last(tmp):
    """But for the guide to rules, whose code is an example, and a test, of its own."""
    done = {}
    for page in FOLLOWED:
        (tmp / page.stem).mkdir()
        done[page.stem] = follow(page, tmp / page.stem)
    print(done)
    assert done["tutorial"] > 8 and all(done[name] > 3 for name in ("task", "network", "data")), done


def test_studies_that_pages_show_are_ones_that_the_program_takes(tmp):
    shown = [(page, text) for page in PAGES if page not in FOLLOWED for language, text in blocks(page)
             if language == "ini" and "[experiment]" not in text]
    for number, (page, text) in enumerate(shown):
        write(tmp / f"{page.stem}{number}.ini", text if "[grid]" in text else text + "\n[grid]\nstudy.arm = none tcr\n")  # so that options of synapses count
        how = accepted(f"stillpoint run {page.stem}{number}.ini --out {number}", tmp)
        assert how in ("ran", "stopped"), f"{page.relative_to(SOURCE)}: {how}: {text}"
    assert len(shown) > 2, shown


def test_files_that_the_page_on_formats_writes_are_read(tmp):
    script = "".join(text for language, text in blocks(SOURCE / "docs/file-formats.md") if language == "python")
    subprocess.run([sys.executable, "-c", script], cwd=tmp, check=True, timeout=60)
    ok("simulate", tmp / "network.h5", "--out", tmp / "free.h5")
    ok("task", "file", "--set", f"task.file={tmp / 'trials.h5'}", "--dt", 10)
    refused = subprocess.run([given.program, "simulate", "network.h5", "--inputs", "inputs.h5", "--out", "out.h5"], cwd=tmp, capture_output=True, text=True)
    assert refused.returncode == 2 and "inputs.h5" in refused.stderr and "channel" in refused.stderr, refused  # read: it has one, the network two


def test_every_page_is_reached_from_the_first_and_every_analysis_answers_a_question(tmp):
    reached, new = set(), {SOURCE / "README.md"}
    while new:
        page = new.pop()
        reached.add(page)
        linked = {(page.parent / target).resolve() for target in re.findall(r"\]\(([^)#\s:]+\.md)(?:#[^)]*)?\)", page.read_text())}
        new |= linked - reached
    assert reached == set(PAGES), {path.name for path in reached ^ set(PAGES)}
    kinds = re.findall(r"^  ([a-z-]+) {2,}", ok("analyze", "--help"), re.MULTILINE)
    unanswered = [kind for kind in kinds if f"[{kind}](analyses.md#" not in (SOURCE / "docs/which-analysis.md").read_text()]
    assert len(kinds) > 5 and not unanswered, unanswered


def test_identifiers_of_papers_have_the_form_of_such(tmp):
    doi, arxiv = r"10\.\d{4,9}/[\w(][^\s\"`*]*[\w)]", r"(\d\d(0[1-9]|1[0-2])\.\d{4,5}(v\d+)?|[a-z-]+/\d{7})\b"
    form = re.compile(rf"doi:{doi}|doi\.org/{doi}|arxiv:{arxiv}|arxiv\.org/abs/{arxiv}", re.IGNORECASE)
    rooms = [path for room in ("sim", "plasticity", "tasks", "analysis", "experiments", "python", "tests") for path in (SOURCE / room).rglob("*.[ch]pp")]
    found = 0
    for path in [*PAGES, SOURCE / "CITATION.cff", *rooms]:
        text = path.read_text()
        for mention in re.finditer(r"\bdoi(:|\.org/)|\barxiv(:|\.org/)", text, re.IGNORECASE):
            shown = text[mention.start():mention.start() + 70].split("\n")[0]
            assert form.match(text, mention.start()), f"{path.relative_to(SOURCE)}: {shown}"
            found += 1
        for label, target in re.findall(r"\[(?:doi|arXiv):([^\]]+)\]\(https://(?:doi\.org|arxiv\.org/abs)/((?:[^()\s]|\([^)]*\))+)\)", text):
            assert label == target, f"{path.relative_to(SOURCE)}: {label} leads to {target}"
    assert found > 200, found


if __name__ == "__main__":
    sys.exit(main(globals()))
