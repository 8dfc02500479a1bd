#!/usr/bin/env python3
"""What the program is told to write: refused before anything is computed where something would be lost, whole or not at all."""
import resource
import shutil
import signal
import subprocess
import sys
import time

from support import STUDIES, example_network, example_trials, given, main, ok, refused, runs, settings, small_run, small_study, write


def bytes_of(directory):
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def commands(study, out):
    """Every command that writes a file, told to write `out`."""
    run = runs(study)[0]
    yield ["analyze", "phases", run, "--json", out]
    yield ["analyze", "fixed-points", run, "--starts", 2, "--json", out]
    yield ["analyze", "restructuring", study, "--json", out]
    yield ["simulate", run, "--out", out]
    yield ["export-nwb", run, out]
    if out.suffix == ".svg":
        yield ["figure", study, "--out", out]
        yield ["task", "flip_flop", "--plot", out]
        yield ["analyze", "phases", run, "--plot", out]
        yield ["analyze", "follow", run, "--plot", out]
        yield ["analyze", "restructuring", study, "--plot", out]


def test_nothing_is_written_over_what_would_be_lost(tmp):
    study = tmp / "study"
    shutil.copytree(small_study(), study)
    run, other = runs(study)[:2]
    network, trials = example_network(tmp / "n.h5"), example_trials(tmp / "t.h5")
    foreign = shutil.copy(other, tmp / "copy.h5")
    write(study / "tuning.json", "[]")
    (tmp / "link.json").symlink_to(other)
    (tmp / "linked").symlink_to(study)
    (tmp / "hard.json").hardlink_to(run)
    (tmp / "dir.svg").mkdir()
    shutil.copy(STUDIES[0], tmp / "s.ini")
    before = bytes_of(tmp)
    lost = [(run, "choose another"), (other, "study"), (study / "study.json", "study"), (study / "tuning.json", "study"), (study / "runs.index", "study"), (study / "runs/new.h5", "study"),
            (tmp / "linked/study.json", "study"), (tmp / "link.json", "study"), (tmp / "hard.json", "lost"), (network, "lost"), (trials, "lost"),
            (foreign, "lost"), (tmp / "dir.svg", "directory"), (tmp / "s.ini", "lost"), (tmp / "none/a.svg", "no directory"), ("/dev/null", "regular")]
    for out, why in lost:
        for words in commands(study, type(tmp)(out)):
            refused(*words, names=[str(out), why])
    refused("analyze", "phases", run, "--json", tmp / "a.svg", "--plot", tmp / "a.svg", names=["--json"])
    refused("analyze", "phases", run, "--json", "", names=["--json", "(empty)"])
    for words in commands(study, type(tmp)("-")):
        if "--json" not in words:
            refused(*words, cwd=tmp, names=["-", "standard output"])
    refused("task", "flip_flop", "--plot", "-", cwd=tmp, names=["--plot", "standard output"])
    table = write(tmp / "curve.csv", "update,loss\n" + "".join(f"{i},{1 / (i + 1)}\n" for i in range(30)))
    refused("analyze", "phases", table, "--json", table, names=["--json", "input"])
    refused("simulate", network, "--out", trials, "--task", "file", *settings(f"task.file={trials}", "integration.dt_ms=10"), names=["--out", "input"])
    table.unlink()
    assert bytes_of(tmp) == before


def test_a_full_disk_leaves_the_old_file_and_no_partial(tmp):
    study = small_study()
    run = runs(study)[0]

    def no_space():  # a write past 100 bytes fails, as on a full disk
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    for number, words in enumerate([["analyze", "lyapunov", run, "--duration-ms", 400, "--synapse", "none", "--json"], ["figure", study, "--out"], ["simulate", run, "--quiet", "--out"], ["task", "flip_flop", "--plot"], ["export-nwb", run, "--trials", 2, "--quiet"]]):
        out = tmp / f"{number}.{'nwb' if words[0] == 'export-nwb' else 'svg'}"
        if words[0] != "simulate":
            ok(*words, out)
        else:  # a recording, which may be written again
            ok(*words, out, "--record", "rate")
        before = out.read_bytes()
        refused(*words, out, names=["cannot be written"], preexec_fn=no_space)
        assert out.read_bytes() == before
    assert sorted(path.name for path in tmp.iterdir()) == ["0.svg", "1.svg", "2.svg", "3.svg", "4.nwb"]
    with open("/dev/full", "w") as full:
        done = subprocess.run([given.program, "summary", study], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2 and "standard output" in done.stderr, done


def test_a_stopped_session_leaves_the_old_file_and_no_partial(tmp):
    out, run = tmp / "s.nwb", small_run("tcr", seed=3)
    ok("export-nwb", run, out, "--trials", 2, "--quiet")
    before = out.read_bytes()
    for number in signal.SIGINT, signal.SIGTERM:
        process = subprocess.Popen([given.program, "export-nwb", run, out, "--trials", "20000"], stderr=subprocess.PIPE, text=True)
        while not list(tmp.glob("*.partial")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        error = process.communicate(timeout=60)[1]
        assert process.returncode == 128 + number and error == f"stopped by signal {int(number)}; nothing is written\n", (process.returncode, error)
        assert out.read_bytes() == before and [path.name for path in tmp.iterdir()] == ["s.nwb"]


def test_numbers_on_the_command_line_are_those_of_study_files(tmp):
    run, study = runs(small_study())[0], write(tmp / "s.ini", "[study]\nname = s\n")
    refused("run", study, "--out", tmp / "out", "--jobs", "x", names=["--jobs = x", "must be an integer"])
    for value in "x", "nan", "inf", "", "1ms":
        refused("simulate", run, "--out", tmp / "a.h5", "--duration-ms", value, names=["--duration-ms", "must be a number"])
    refused("simulate", run, "--out", tmp / "a.h5", "--trials", "2.5", names=["--trials = 2.5", "must be an integer"])
    refused("task", "flip_flop", "--seed", "one", names=["--seed = one", "must be an integer"])
    refused("analyze", "lyapunov", run, "--exponents", "1e", names=["--exponents = 1e", "must be an integer"])
    said = ok("simulate", run, "--out", tmp / "a.h5", "--trials", "1e1", "--duration-ms", "+1e2")
    (tmp / "a.h5").unlink()
    assert said == ok("simulate", run, "--out", tmp / "a.h5", "--trials", 10, "--duration-ms", 100)


if __name__ == "__main__":
    sys.exit(main(globals()))
