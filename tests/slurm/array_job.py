#!/usr/bin/env python3
"""Studies on a real Slurm cluster (scripts/test-slurm): what its tasks make together, killed and requeued, and what it refuses."""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "program"))
from support import SMALL, all_contents, main, ok, refused, settings, stillpoint, write  # noqa: E402

STUDY = SMALL.replace("seeds = 3", "seeds = 30").replace("updates = 12", "updates = 1000").replace("size = 20", "size = 50")


def slurm(*words):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def submitted(*words):
    said = ok("submit", *words)
    return re.match(r"submitted job (\d+): ", said)[1]


def status(out):
    return json.loads(ok("status", out, "--format", "json"))


def wait_until(what, seconds=120):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)
    return found


def ended(job):
    return wait_until(lambda: not slurm("squeue", "--noheader", "--jobs", job))


def tasks_at_work(out):
    """Process by task of the job, of those that have a run."""
    found = {}
    for run in status(out)["running_runs"]:
        with contextlib.suppress(FileNotFoundError):  # it has just ended
            environment = Path(f"/proc/{run['process']}/environ").read_bytes()
            found[int(re.search(rb"SLURM_ARRAY_TASK_ID=(\d+)", environment)[1])] = int(run["process"])
    return found


def logs(out):
    return {int(path.stem.split("_")[1]): path.read_text() for path in (out / "cluster").glob("*.log")}


def test_eight_tasks_two_of_them_killed_and_requeued_are_one_process_to_the_bit(tmp):
    study, out = write(tmp / "s.ini", STUDY), tmp / "a folder, 100% ours"
    ok("run", study, "--out", tmp / "one", "--quiet")
    job = submitted(study, "--out", out, "--tasks", 8, "--time", 30)
    study.unlink()  # the tasks have what was submitted
    wait_until(lambda: (out / "runs").exists() and len(tasks_at_work(out)) == 8)
    now = status(out)
    assert now["running"] == 8 and now["failed"] == 0 and now["finished"] + now["left"] == 52, now
    assert {run["host"] for run in now["running_runs"]} == {os.uname().nodename}, now
    assert all(run["since"].startswith("20") for run in now["running_runs"]), now
    assert now["left"] > 20, "it is nearly over before tasks are killed"
    slurm("scontrol", "requeue", f"{job}_3")  # SIGTERM, as one that makes room for others
    os.kill(tasks_at_work(out)[5], signal.SIGKILL)  # as one whose node fails
    wait_until(lambda: "FAILED" in slurm("scontrol", "show", "job", f"{job}_5"))
    slurm("scontrol", "requeue", f"{job}_5")
    ended(job)
    for task in 3, 5:
        shown = slurm("scontrol", "show", "job", f"{job}_{task}")
        assert "Restarts=1" in shown and "JobState=COMPLETED" in shown, shown
        assert logs(out)[task].count(f"task {task} of job {job} begins") == 2, logs(out)[task]
    assert "stopped by signal 15" in logs(out)[3]
    assert all_contents(out) == all_contents(tmp / "one") and len(all_contents(out)) == 60
    assert [path for path in (out / "runs").iterdir() if path.suffix != ".h5"] == []
    now = status(out)
    assert (now["finished"], now["running"], now["failed"], now["left"], now["seconds_left"]) == (60, 0, 0, 0, 0), now


def test_a_task_that_is_told_keeps_its_runs_and_another_one_goes_on(tmp):
    study, out = write(tmp / "s.ini", STUDY), tmp / "out"
    long = [study, "--out", out, *settings("study.arm=none", "study.seeds=2", "training.updates=100000"), "--sbatch", "cpus-per-task=2"]
    job = submitted(*long, "--tasks", 1)
    wait_until(lambda: (out / "runs").exists() and status(out)["running"] == 2)  # as SLURM_CPUS_PER_TASK has it
    more = stillpoint("submit", *long)
    assert more.returncode == 0 and "1 running and 0 waiting" in more.stderr, more.stderr
    slurm("scancel", re.match(r"submitted job (\d+): ", more.stdout)[1])
    slurm("scancel", "--batch", "--signal", "TERM", job)  # as --signal=B:TERM@120 does before the time is over
    ended(job)
    now = status(out)
    assert now["kept"] == now["left"] == 2 and now["running"] == 0, now
    assert "stopped by signal 15" in logs(out)[1], logs(out)


def test_what_the_cluster_refuses_is_one_line(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    for words, names in [(["--partition", "nowhere"], ["Invalid partition name specified", "sinfo"]),
                         (["--sbatch", "cpus-per-task=64"], ["More processors requested than permitted"]),
                         (["--time", "2-0"], ["time limit"]),
                         (["--sbatch", "no-such-option=1"], ["no-such-option"])]:
        refused("submit", study, "--out", out, *words, names=["sbatch refuses", "nothing was submitted", *names])
    assert slurm("squeue", "--noheader") == "" and status(out)["left"] == 6
    nowhere = write(tmp / "slurm.conf", re.sub(r"SlurmctldPort=\d+", "SlurmctldPort=9", Path(os.environ["SLURM_CONF"]).read_text()))
    refused("submit", study, "--out", out, names=["Unable to contact slurm controller"], env={**os.environ, "SLURM_CONF": str(nowhere)})
    shutil.rmtree(out)


if __name__ == "__main__":
    sys.exit(main(globals()))
