#!/usr/bin/env python3
"""What a study says while it runs: of the time left nothing without ground, of what runs warn one line and a count."""
import os
import pty
import re
import shlex
import subprocess
import sys

from support import SMALL, given, main, ok, settings, stillpoint, write


def drawn(*words):
    """Every state that the progress of a run of the program takes on a terminal."""
    terminal, standard_error = pty.openpty()
    process = subprocess.Popen([given.program, *map(str, words)], stderr=standard_error, stdout=subprocess.DEVNULL)
    os.close(standard_error)
    text = b""
    try:
        while part := os.read(terminal, 4096):
            text += part
    except OSError:  # the other end is closed
        pass
    assert process.wait() == 0, text
    os.close(terminal)
    return re.findall(r"(\d+)/(\d+) ([a-z ]+), ([^\r]*?) +(?=[\r\n])", text.decode())


def test_no_time_left_is_told_before_every_condition_was_measured(tmp):
    study = write(tmp / "s.ini", SMALL.replace("study.arm = none tcr", "network.size = 5 200").replace("size = 20\n", ""))
    states = drawn("run", study, "--out", tmp / "out", "--jobs", 1, *settings("training.updates=1000"))
    done = [int(state[0]) for state in states]
    assert done == sorted(done) and done[-1] == 6 and states[-1][3].startswith("took "), states
    for number, total, what, time in states:
        assert total == "6" and what == "runs", states
        # Nobody knows what the second condition takes while it has not begun, nor when it has for a moment.
        if number == "0":
            assert time.endswith(" so far"), states
        elif number not in "16":
            assert re.fullmatch(r"(\d+ min )?\d+ s left", time), states
    while_slow = [time for number, _, _, time in states if number == "1"]
    assert len(while_slow) > 1 and all(time.endswith(" so far") for time in while_slow[:2]), states


def test_tuning_tells_its_own_time_and_a_continued_study_knows_what_runs_took(tmp):
    study = write(tmp / "s.ini", SMALL + "[tune]\nrate = 1 2\nseeds = 1\n")
    states = drawn("run", study, "--out", tmp / "out", "--jobs", 1, *settings("training.updates=100"))
    tuning = [state for state in states if state[2] == "tuning runs"]
    assert len(tuning) >= 4 and tuning[-1][0] == "4" and tuning[-1][3].startswith("took "), states
    assert all(time.endswith((" so far", " left for them")) for *_, time in tuning[:-1]), states
    assert ", at the upper edge of rate" in ok("summary", tmp / "out") or ", at the lower edge of rate" in ok("summary", tmp / "out")
    states = drawn("run", study, "--out", tmp / "out", "--jobs", 1, *settings("training.updates=100", "study.seeds=5"))
    assert [state[2] for state in states] == ["runs"] * len(states) and all("so far" not in time for *_, time in states), states


def test_warnings_of_one_kind_come_once_with_a_count(tmp):
    """As run_files.py has it: W is only scaled down, which does not help a network that is calmer than its TCR network."""
    study = write(tmp / "s.ini", SMALL.replace("seeds = 3", "seeds = 2").replace("updates = 12", "updates = 2"))
    said = stillpoint("run", study, "--out", tmp / "out", *settings("study.arm=matched_chaos", "grid.network.gain=0.8 0.7")).stderr
    first, *others = [line for line in said.splitlines() if line.startswith("warning")]
    assert re.fullmatch(r"warning: #[01] matched_chaos, gain = 0.[78], seed [12]: chaos could not be matched: \S+ /s, the TCR network has \S+ /s", first), said
    assert others == ["warning: control not matched: 4 runs of these conditions: #0 matched_chaos, gain = 0.8 (2); #1 matched_chaos, gain = 0.7 (2)"], said
    said = stillpoint("run", study, "--out", tmp / "one", *settings("study.arm=matched_chaos", "network.gain=0.8", "study.seeds=1")).stderr
    assert said.count("warning") == 1 and "#0 matched_chaos, seed 1: chaos could not be matched" in said, said


def test_the_command_that_is_named_next_can_be_copied(tmp):
    out = tmp / "networks of o'Keefe"
    said = stillpoint("run", write(tmp / "s.ini", SMALL), "--out", out, *settings("training.updates=1", "study.seeds=1")).stderr
    assert shlex.split(re.search("next: (.*)\n", said).group(1)) == ["stillpoint", "summary", str(out)], said


def test_of_portraits_networks_are_counted(tmp):
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet", *settings("training.updates=2", "study.seeds=1"))
    assert {what for _, _, what, _ in drawn("report", tmp / "out")} == {"networks"}


if __name__ == "__main__":
    sys.exit(main(globals()))
