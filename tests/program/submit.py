#!/usr/bin/env python3
"""The job that a study is submitted as: its script, what is refused before anything is written, what sbatch says."""
import os
import re
import shutil
import subprocess
import sys

import h5py

from support import SMALL, all_contents, given, main, ok, refused, runs, settings, stillpoint, write


def slurm_that(tmp, says, code=0):
    """The environment of a login node whose sbatch says this; what it was given lies beside it."""
    folder = tmp / f"bin{code}"
    folder.mkdir(exist_ok=True)
    write(folder / "sbatch", f"#!/bin/sh\necho \"$@\" >{tmp}/given\n{says}\nexit {code}\n").chmod(0o755)
    write(folder / "squeue", f"#!/bin/sh\necho 'RUNNING {tmp}/out/cluster/job.sh'\necho 'PENDING {tmp}/out/cluster/job.sh'\n"
          f"echo 'RUNNING {tmp}/other.sh'\n").chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:/usr/bin:/bin"}


def no_slurm(tmp):
    (tmp / "bin").mkdir(exist_ok=True)
    return {**os.environ, "PATH": str(tmp / "bin")}


def options_in(script):
    return dict((line[len("#SBATCH --"):] + "=").split("=")[:2] for line in script.splitlines() if line.startswith("#SBATCH --"))


def test_a_dry_run_prints_the_script_and_changes_nothing(tmp):
    study = write(tmp / "my study.ini", SMALL)
    script = ok("submit", study, "--out", tmp / "o'ut", "--tasks", 4, "--time", "1-0", "--partition", "long", "--sbatch", "mem=4G",
                "--sbatch", "comment=a b", "--sbatch", "exclusive", "--dry-run", *settings("network.gain=3"))
    assert sorted(path.name for path in tmp.iterdir()) == ["my study.ini"]
    found = options_in(script)
    assert found == {"job-name": "stillpoint-small", "array": "1-4", "time": "1-0", "partition": "long", "requeue": "", "open-mode": "append",
                     "signal": "B:TERM@120", "output": f'"{tmp}/o\'ut/cluster/%A_%a.log"',
                     "mem": "4G", "comment": '"a b"', "exclusive": ""}, found
    assert f"sbatch --parsable '{tmp}/o'\\''ut/cluster/job.sh'" in script
    last = script.splitlines()[-1]
    assert last.startswith(f"exec {given.program} run ") and last.endswith("--leave --quiet --set network.gain=3"), last


def test_the_script_runs_under_every_batch_system_and_none(tmp):
    study = write(tmp / "s.ini", SMALL)
    ok("run", study, "--out", tmp / "one", "--quiet")
    for variables, says in [({}, "task none of job none"),
                            ({"SLURM_ARRAY_JOB_ID": "7", "SLURM_JOB_ID": "9", "SLURM_ARRAY_TASK_ID": "2", "SLURM_CPUS_PER_TASK": "1"}, "task 2 of job 7"),
                            ({"PBS_JOBID": "7.head", "PBS_ARRAY_INDEX": "3", "NCPUS": "2"}, "task 3 of job 7.head"),
                            ({"JOB_ID": "7", "SGE_TASK_ID": "4", "NSLOTS": "1"}, "task 4 of job 7")]:
        out = tmp / "out"
        job = stillpoint("submit", study, "--out", out, env=slurm_that(tmp, "echo 123"))
        assert job.returncode == 0, job.stderr
        done = subprocess.run(["sh", out / "cluster/job.sh"], capture_output=True, text=True, cwd="/", env={"PATH": os.environ["PATH"], **variables})
        assert done.returncode == 0 and says in done.stdout, (done.stdout, done.stderr)
        assert all_contents(out) == all_contents(tmp / "one")
        shutil.rmtree(out)


def test_what_is_submitted_is_told_and_a_second_time_helps_the_first(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    done = stillpoint("submit", study, "--out", out, env=slurm_that(tmp, "echo 'a word of the site' >&2; echo '123;north'"))
    assert done.returncode == 0 and done.stdout == f"submitted job 123: 6 tasks for 6 runs; next: stillpoint status {out}\n", done.stdout
    assert "sbatch: a word of the site\n" in done.stderr, done.stderr
    assert "1 running and 1 waiting: 6 more will help them" in done.stderr, done.stderr
    assert (tmp / "given").read_text() == f"--parsable {out}/cluster/job.sh\n"
    assert options_in((out / "cluster/job.sh").read_text())["array"] == "1-6"  # as many as runs
    assert (out / "cluster/study.ini").read_text() == SMALL and (out / "study.json").exists()
    ok("run", study, "--out", out, "--quiet")
    (tmp / "given").unlink()
    done = stillpoint("submit", study, "--out", out, env=slurm_that(tmp, "echo 124"))
    assert done.returncode == 0 and "nothing to submit" in done.stderr and not (tmp / "given").exists(), done.stderr
    done = stillpoint("submit", study, "--out", out, *settings("training.updates=20", "study.seeds=2"), env=slurm_that(tmp, "echo 125"))
    assert done.returncode == 0 and "4 tasks for 4 runs" in done.stdout, (done.stdout, done.stderr)  # they go on to a larger budget


def test_what_cannot_be_submitted_is_one_line(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    fine = slurm_that(tmp, "echo 123")
    for words, names in [(["--time", "soon"], ["--time soon", "12:00:00"]), (["--time", "1:2:3:4"], ["--time"]), (["--time", ""], []),
                         (["--time", "4"], ["--time 4", "5 minutes", "2 min 0 s"]), (["--time", "0:4:59"], ["5 minutes"]),
                         (["--tasks", "0"], ["--tasks 0"]), (["--sbatch", "--mem=4G"], ["--sbatch"]), (["--sbatch", "MEM"], ["--sbatch MEM"]),
                         (["--sbatch", "array=1-3"], ["array=1-3", "--tasks"]), (["--sbatch", "time=3"], ["--time"]),
                         (["--partition", "a b"], ["--partition a b"]), (settings("network.gian=2"), ["network.gian", "network.gain"])]:
        if names:
            refused("submit", study, "--out", out, *words, names=names, env=fine)
    refused("submit", study, "--out", tmp / 'o"ut', names=["--out"], env=fine)
    refused("submit", study, names=["--out DIR"], env=fine)
    (tmp / "mine").mkdir()
    write(tmp / "mine/thesis.txt", "x")
    refused("submit", study, "--out", tmp / "mine", "--dry-run", names=["not empty"], env=fine)
    assert not out.exists() and not (tmp / "given").exists() and len(list((tmp / "mine").iterdir())) == 1


def test_what_sbatch_refuses_is_passed_on_in_one_line(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    says = "echo 'sbatch: error: Your account is over its limit' >&2; echo 'sbatch: error: Batch job submission failed: Job violates policy' >&2"
    refused("submit", study, "--out", out, names=["Your account is over its limit; Batch job submission failed: Job violates policy", "--dry-run"],
            env=slurm_that(tmp, says, 1))
    refused("submit", study, "--out", out, names=["exit code 3"], env=slurm_that(tmp, "", 3))
    refused("submit", study, "--out", out, names=["sbatch refuses"], env=slurm_that(tmp, "echo all is well"))
    refused("submit", study, "--out", out, names=["sbatch is not found", "PBS", f"{out}/cluster/job.sh", "docs/clusters.md"], env=no_slurm(tmp))
    ok("run", study, "--out", out, "--quiet")  # what was begun is a study like any other


def test_a_time_in_which_no_run_is_kept_is_refused_once_that_is_known(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    ok("run", study, "--out", out, "--quiet", *settings("study.seeds=1"))
    with h5py.File(runs(out)[0], "a") as file:
        file["provenance"].attrs["wall_seconds"] = 1000.0
    fine = slurm_that(tmp, "echo 123")
    refused("submit", study, "--out", out, "--time", "19", names=["20 minutes", "16 min 40 s", "control"], env=fine)
    assert stillpoint("submit", study, "--out", out, "--time", "20", env=fine).returncode == 0


def test_runs_at_a_time_are_as_many_as_the_batch_system_gave(tmp):
    study = write(tmp / "s.ini", SMALL)
    words = ["run", study, "--quiet", *settings("training.updates=300", "study.seeds=4", "network.size=60")]
    for variables, most in [({"SLURM_CPUS_PER_TASK": "1", "SLURM_CPUS_ON_NODE": "2"}, 1), ({"SLURM_CPUS_ON_NODE": "1"}, 1), ({"NSLOTS": "1"}, 1),
                            ({"PBS_JOBID": "1", "NCPUS": "1"}, 1), ({"NCPUS": "1"}, 2), ({"SLURM_CPUS_PER_TASK": "64"}, 2)]:
        out, seen = tmp / "out", 0
        child = subprocess.Popen(["taskset", "-c", ",".join(map(str, sorted(os.sched_getaffinity(0))[:2])), given.program, *map(str, words),
                                  "--out", out], env={**os.environ, **variables})
        while child.poll() is None:
            seen = max(seen, len({path.name.split(".")[0] for path in out.glob("runs/*.claim-0")}))
        assert child.wait() == 0 and seen == min(most, os.cpu_count()), (variables, seen)
        shutil.rmtree(out)
    refused(*words, "--out", tmp / "out", names=["SLURM_CPUS_PER_TASK", "many", "integer"], env={**os.environ, "SLURM_CPUS_PER_TASK": "many"})
    assert not re.search("runs/.*h5", " ".join(map(str, tmp.rglob("*"))))


if __name__ == "__main__":
    sys.exit(main(globals()))
