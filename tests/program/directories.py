#!/usr/bin/env python3
"""What a study does to the directory it is given: nothing to what is not its own, and nothing by halves."""
import resource
import shutil
import signal
import sys
import xml.etree.ElementTree as xml

import h5py

from support import SMALL, all_contents, main, ok, refused, runs, settings, write


def curves(figure):
    """What the legend of a figure calls its curves, each followed by the number of its runs."""
    texts = [node.text or "" for node in xml.parse(figure).iter("{http://www.w3.org/2000/svg}text")]
    return [text.split(" (n = ")[0] for text in texts if " (n = " in text]


def test_foreign_directories_stay_untouched(tmp):
    study = write(tmp / "s.ini", SMALL)
    ok("run", study, "--out", tmp / "out", "--quiet")
    before = all_contents(tmp / "out")
    refused("run", study, "--out", tmp / "out", *settings("network.gain=3"), names=["holds another study", "network.gain = 2", "3 here"])
    assert all_contents(tmp / "out") == before
    (tmp / "mine").mkdir()
    write(tmp / "mine/thesis.txt", "x")
    refused("run", study, "--out", tmp / "mine", names=["not empty"])
    assert [path.name for path in (tmp / "mine").iterdir()] == ["thesis.txt"]
    (tmp / "begun").mkdir()
    write(tmp / "begun/study.json.partial", "{")  # killed while it wrote its description
    ok("run", study, "--out", tmp / "begun", "--quiet")
    refused("run", study, "--out", tmp / "s.ini", names=["s.ini", "not a directory"])
    refused("run", study, "--out", "/proc/nothing", names=["/proc/nothing"])
    refused("summary", tmp / "mine", names=["mine", "no study"])
    refused("summary", tmp / "out", "--format", "xml", names=["--format", "xml", "json"])
    refused("figure", tmp / "out", "--out", "/proc/nothing/f.svg", names=["/proc/nothing/f.svg: cannot be written"])
    refused("figure", tmp / "out", "--out", tmp / "f.svg", "--only", "study.arm=yoked", names=["--only", "study.arm=yoked", "study.arm=tcr"])
    ok("figure", tmp / "out", "--out", tmp / "tcr.svg", "--only", "study.arm=tcr")
    assert curves(tmp / "tcr.svg") == ["#1 tcr"]
    for name in "tcr", "1", "#1", "#1 tcr", "arm=tcr":
        ok("figure", tmp / "out", "--out", tmp / "again.svg", "--only", name)
        assert (tmp / "again.svg").read_text() == (tmp / "tcr.svg").read_text(), name
    refused("figure", tmp / "out", "--out", tmp / "f.svg", "--only", "study.arm=tcr", "--only", "study.arm=yoked", names=["--only study.arm=yoked", "study.arm=tcr"])
    ok("figure", tmp / "out", "--out", tmp / "both.svg", "--only", "study.arm=tcr", "--only", "study.arm=none")
    ok("figure", tmp / "out", "--out", tmp / "all.svg")
    assert (tmp / "both.svg").read_text() == (tmp / "all.svg").read_text() and curves(tmp / "all.svg") == ["#0 none", "#1 tcr"]
    refused("figure", tmp / "out", "--out", tmp / "f.svg", "--panels", "network.gain", names=["--panels", "network.gain", "study.arm"])
    shutil.copytree(tmp / "out", tmp / "started", ignore=shutil.ignore_patterns("*.h5"))
    refused("figure", tmp / "started", "--out", tmp / "f.svg", names=["started", "no run"])
    assert not (tmp / "f.svg").exists()
    refused("figure", tmp / "out", "--out", tmp / "f.png", names=["f.png", ".svg"])
    refused("summary", tmp / "out", "--format", "json", "--against", "yoked", names=["--against", "yoked", "tcr"])
    ok("run", study, "--out", tmp / "out", "--quiet", *settings("study.seeds=4"))  # more seeds are the same study
    assert len(all_contents(tmp / "out")) == 8
    run = runs(tmp / "out")[-1]
    with h5py.File(run, "r+") as file:
        del file["curve"]
    for _ in range(2):  # to have been refused mends nothing
        refused("summary", tmp / "out", names=[run.name, "remove it"])
    for text in "not hdf5", "":
        write(run, text)
        refused("summary", tmp / "out", names=[run.name, "remove it"])
        refused("run", study, "--out", tmp / "out", "--quiet", *settings("study.seeds=4"), names=[run.name, "remove it"])
    whole = runs(tmp / "out")[0].read_bytes()
    run.write_bytes(whole[:len(whole) // 2])
    refused("run", study, "--out", tmp / "out", "--quiet", *settings("study.seeds=4"), names=[run.name, "remove it"])
    run.unlink()
    ok("run", study, "--out", tmp / "out", "--quiet", *settings("study.seeds=4"))
    assert len(all_contents(tmp / "out")) == 8


def test_a_full_disk_is_one_line_and_loses_nothing(tmp):
    study = write(tmp / "s.ini", SMALL)
    ok("run", study, "--out", tmp / "out", "--quiet", *settings("study.seeds=1"))
    before = all_contents(tmp / "out")

    def no_space():  # a write past 5 kB fails, as on a full disk
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))

    refused("run", study, "--out", tmp / "out", "--quiet", names=["cannot be written"], preexec_fn=no_space)
    assert all_contents(tmp / "out") == before
    ok("run", study, "--out", tmp / "out", "--quiet")
    assert len(all_contents(tmp / "out")) == 6


if __name__ == "__main__":
    sys.exit(main(globals()))
