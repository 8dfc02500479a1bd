#!/usr/bin/env python3
"""No file crashes the program: whatever is in it, it is read, or refused in one printable line that names it."""
import fcntl
import json
import shutil
import sys

import h5py
import numpy as np

from support import SMALL, attributes, example_network, example_trials, main, ok, refused, settings, small_run, small_study, write


def put_link(name, link):
    def change(file):
        del file[name]
        file[name] = link
    return change


def put_dataset(name, **options):
    def change(file):
        del file[name]
        file.create_dataset(name, **options)
    return change


def put_group(name):
    def change(file):
        del file[name]
        file.create_group(name)
    return change


def put_attribute(where, name, value):
    def change(file):
        file[where].attrs[name] = value
    return change


def remove(name):
    def change(file):
        del file[name]
    return change


def remove_attribute(where, name):
    def change(file):
        del file[where].attrs[name]
    return change


def rename(name, to):
    def change(file):
        file.move(name, to)
    return change


NOTHING = h5py.Empty("f8")

# Changes, and what the refusal has to name.
def of_network(g):
    """Of the network in group g."""
    return [
        (put_dataset(f"{g}", data=1.0), "is no group"),
        (remove(f"{g}"), "missing"),
        (put_link(f"{g}", h5py.SoftLink(f"/{g}")), "cannot be opened"),
        (put_group(f"{g}/W"), "W: is no dataset"),
        (put_dataset(f"{g}/W", data=NOTHING), "W: is empty"),
        (put_dataset(f"{g}/W", data=np.array([b"a"])), "W: must hold real numbers"),
        (put_dataset(f"{g}/W", shape=(2, 2, 2), dtype="f8"), "W: has 3 axes"),
        (put_dataset(f"{g}/W", shape=(1 << 15, 1 << 15), dtype="f8"), "0 bytes"),
        (put_dataset(f"{g}/W", shape=(1 << 15, 1 << 15), dtype="f8", chunks=(64, 64), compression="gzip"), "0 bytes"),
        (put_dataset(f"{g}/W", shape=(1 << 40, 1 << 20), dtype="f8", chunks=(64, 64)), "can be read"),
        (put_dataset(f"{g}/W", shape=(0, 1 << 40), dtype="f8"), "can be read"),
        (put_link(f"{g}/W", h5py.SoftLink(f"/{g}/W")), "W: cannot be opened"),
        (put_link(f"{g}/W", h5py.SoftLink("/nowhere")), "W: cannot be opened"),
        (put_link(f"{g}/W", h5py.ExternalLink("/dev/zero", "/W")), "W: cannot be opened"),
        (put_dataset(f"{g}/W", shape=(2, 2), dtype="f8", external="/dev/zero"), "other files"),
        (rename(f"{g}/W", f"{g}/W\nX"), "W\\x0aX"),
        (put_attribute(f"{g}", "kind", ["leaky_rate", "lstm"]), "kind: must be one value"),
        (put_attribute(f"{g}", "kind", h5py.Empty("S5")), "kind: must be one value"),
        (put_attribute(f"{g}", "kind", 3), "kind: must be text"),
        (put_attribute(f"{g}", "kind", "\x1b[31m" + 5000 * "x"), "bytes"),
        (put_attribute(f"{g}", "rate_hz", np.nan), "rate_hz"),
        (put_attribute(f"{g}", "rate_hz", np.array([(1.0, 2)], dtype=[("a", "f8"), ("b", "i4")])[0]), "rate_hz: must be a number"),
        (put_dataset(f"{g}/tau_ms", data=np.nan), "tau_ms"),
    ]


OF_A_RUN = [
    (put_attribute("/", "seed", np.nan), "seed"),
    (put_attribute("/", "seed", -1), "seed = -1"),
    (put_attribute("/", "seed", 0.5), "seed = 0.5"),
    (put_attribute("/", "seed", 1e300), "seed"),
    (put_attribute("/", "outcome", "perhaps"), "outcome = perhaps"),
    (put_attribute("/", "diverged_at", np.inf), "diverged_at"),
    (remove_attribute("options", "training.updates"), "training.updates: missing"),
    (remove_attribute("options", "training.stop_at_criterion"), "training.stop_at_criterion: missing"),
    (put_attribute("options", "training.stop_at_criterion", "perhaps"), "training.stop_at_criterion = perhaps"),
    (put_attribute("options", "training.updates", np.nan), "training.updates = nan"),
    (put_dataset("curve/loss", data=np.ones(3)), "loss = 3 values"),
    (put_dataset("curve/update", data=np.full(12, np.nan)), "update = nan"),
    (rename("checkpoints/00000005", "checkpoints/latest"), "latest"),
    (put_dataset("curve", data=1.0), "curve: is no group"),
    (put_dataset("options", data=1.0), "options: is no group"),
]


def changed(path, change):
    with h5py.File(path, "r+") as file:
        change(file)
    return path


def test_networks_of_wrong_contents(tmp):
    for i, (change, word) in enumerate(of_network("network")):
        path = changed(example_network(tmp / f"network{i}.h5"), change)
        refused("simulate", path, "--out", tmp / "out.h5", names=[path.name, word])
        refused("analyze", "fixed-points", path, names=[path.name, word])
        assert not (tmp / "out.h5").exists()


def test_runs_of_wrong_contents(tmp):
    directory = tmp / "study"
    shutil.copytree(small_study(), directory)
    path = directory / "runs" / small_run("tcr").name
    whole = path.read_bytes()
    for change, word in of_network("final/network") + OF_A_RUN:
        path.write_bytes(whole)
        changed(path, change)
        refused("analyze", "follow", path, names=[path.name, word])
        if (change, word) in OF_A_RUN and "latest" not in word:
            refused("summary", directory, names=[path.name, word, "remove it"])
    path.write_bytes(whole)
    changed(path, rename("initial/network/b", "initial/network/r0"))
    refused("analyze", "follow", path, names=[path.name])
    path.write_bytes(whole)
    with h5py.File(path, "r+") as file:  # of another size than the rest
        for name in "W", "W_in", "W_out", "b", "tau_ms":
            values = file[f"initial/network/{name}"][()]
            del file[f"initial/network/{name}"]
            file[f"initial/network/{name}"] = values[tuple(slice(0, 10) if n == 20 else slice(None) for n in values.shape)]
    refused("analyze", "follow", path, names=[path.name, "initial network"])
    path.write_bytes(whole)
    with h5py.File(path) as file:
        wider = np.ones((20, file["final/network/W_in"].shape[1] + 1))
    changed(path, put_dataset("final/network/W_in", data=wider))
    refused("analyze", "fixed-points", path, "--visited", "trials", names=[path.name, "inputs"])


def test_trials_and_curves_of_wrong_contents(tmp):
    study = write(tmp / "s.ini", SMALL)
    for change, word in [(put_dataset("inputs", data=NOTHING), "inputs: is empty"), (put_group("mask"), "mask: is no dataset"),
                         (put_dataset("condition", data=np.full(30, 0.5)), "condition = 0.5"),
                         (put_attribute("/", "dt_ms", [10.0, 10.0]), "dt_ms: must be one value"),
                         (put_dataset("targets", shape=(1 << 20, 1 << 20, 1 << 20), dtype="f8", chunks=(1, 1, 1)), "can be read")]:
        trials = changed(example_trials(tmp / "trials.h5"), change)
        refused("run", study, "--out", tmp / "out", *settings("task.name=file", f"task.file={trials}"), names=["trials.h5", word])
    run = tmp / "run.h5"
    shutil.copy(small_run("tcr"), run)
    changed(run, put_dataset("curve/accuracy", data=np.ones(3)))
    refused("analyze", "phases", run, names=["run.h5", "accuracy = 3 values"])
    refused("analyze", "phases", "/dev/zero", names=["/dev/zero", "is no text"])
    refused("analyze", "phases", write(tmp / "c.csv", "update,loss\n1,0\x1b\n"), names=["line 2", "loss = 0\\x1b"])


def test_what_a_study_directory_says_of_itself(tmp):
    good = json.loads((small_study() / "study.json").read_text())
    for i, change in enumerate([{"conditions": 3}, {"conditions": [["a"]]}, {"name": 1}, {"identity": []}, {"left_out": [1]}, {"format": 2},
                                {"conditions": [[["a", "1"]], [["b", "1"]]]}]):
        directory = tmp / str(i)
        directory.mkdir()
        write(directory / "study.json", json.dumps({**good, **change}))
        refused("summary", directory, names=["study.json"])
    for text in "[]", "3", "{", "", "\x1b[31m":
        write(tmp / "0/study.json", text)
        refused("summary", tmp / "0", names=["study.json"])
    write(tmp / "0/study.json", json.dumps({**good, "conditions": []}))
    for text in "[1]", "[{\"chosen\": 7, \"candidates\": []}]", "{":
        write(tmp / "0/tuning.json", text)
        refused("summary", tmp / "0", names=["tuning.json"])


def test_studies_that_say_nothing_or_what_is_no_entry(tmp):
    for text in "", "# a comment\n\n", "[study]\n[network]\n":
        refused("run", write(tmp / "s.ini", text), "--out", tmp / "out", names=["s.ini: holds no entry"])
    refused("run", "/dev/null", "--out", tmp / "out", names=["/dev/null: holds no entry"])
    refused("run", "/dev/zero", "--out", tmp / "out", names=["/dev/zero", "is no text"])
    refused("run", tmp, "--out", tmp / "out", names=["is a directory"])
    refused("run", write(tmp / "s.ini", SMALL + "# x\nnonsense \x1b]0;x # y\n"), "--out", tmp / "out", names=[f"line {SMALL.count(chr(10)) + 2}: 'nonsense \\x1b]0;x'"])
    refused("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", *settings("network.size=\x1b[2J \u20ac" + 9000 * "y"), names=["network.size = \\x1b[2J", "bytes", "must be an integer"])
    axes = "[grid]\nnetwork.gain = {0}\nnetwork.tau_ms = {0}\noptimizer.rate = {0}\n".format(" ".join(map(str, range(1, 31))))
    refused("run", write(tmp / "s.ini", axes), "--out", tmp / "out", names=["grid", "9999"])
    assert not (tmp / "out").exists()
    ok("run", write(tmp / "s.ini", SMALL + "[tune]\nrate = 1e-310 1\n"), "--out", tmp / "out", "--quiet", *settings("study.seeds=1", "tune.seeds=1"))


def test_text_of_either_length_is_read_and_text_of_fixed_length_written(tmp):
    path = example_network(tmp / "network.h5")
    with h5py.File(path, "r+") as file:
        file["network"].attrs["kind"] = "leaky_rate"  # h5py: of variable length
        file["network"].attrs["nonlinearity"] = np.bytes_("tanh\0\0")
    ok("simulate", path, "--out", tmp / "out.h5", "--duration-ms", 100)
    ok("analyze", "fixed-points", tmp / "network.h5")
    with h5py.File(tmp / "out.h5") as file:
        for place in file, file["network"], file["options"]:
            for name in place.attrs:
                kind = h5py.check_string_dtype(place.attrs.get_id(name).dtype)
                assert kind is None or (kind.length is not None and kind.encoding == "utf-8"), name
        assert attributes(file)["format"] == "stillpoint-simulation"


def test_a_locked_file_is_read(tmp):
    path = example_network(tmp / "network.h5")
    with open(path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        ok("simulate", path, "--out", tmp / "out.h5", "--duration-ms", 100)


if __name__ == "__main__":
    sys.exit(main(globals()))
