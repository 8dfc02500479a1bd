#!/usr/bin/env python3
"""Attractors followed through learning."""
import json
import re
import sys
import xml.etree.ElementTree as xml

import h5py
import numpy as np

from support import example_network, main, ok, refused, runs, settings, write


LEARNING = """
[study]
name = follow
[network]
size = 16
gain = 1.8
[integration]
dt_ms = 10
[task]
name = flip_flop
bits = 1
[training]
updates = 60
batch = 8
checkpoints = every 20
[optimizer]
name = adam
rate = 1e-2
[rule]
name = bptt
"""


def learned(out, *entries):
    """The run file of a network that learned to flip one bit."""
    ok("run", write(out.with_suffix(".ini"), LEARNING), "--out", out, "--quiet", *settings("study.seeds=1", *entries))
    path, = runs(out)
    return path


def test_follow_attractors_through_learning(tmp):
    path = learned(tmp / "runs")
    text = ok("analyze", "follow", path, "--json", tmp / "a.json", "--plot", tmp / "a.svg")
    found = json.loads((tmp / "a.json").read_text())
    assert (found["kind"], found["as"], found["followed"], found["starts"]) == ("follow", "map", "stable", 16), found
    assert [at["update"] for at in found["checkpoints"]] == [0, 20, 40, 60]
    # Every point is one of the network that the file holds, by numpy alone.
    with h5py.File(path) as file:
        groups = ["initial/network", "checkpoints/00000020/network", "checkpoints/00000040/network", "final/network"]
        for at, name in zip(found["checkpoints"], groups):
            W, b = np.array(file[name]["W"], dtype=float), np.array(file[name]["b"], dtype=float)
            assert at["points"], at
            for point in at["points"]:
                x = np.array(point["state"])
                assert np.abs(np.tanh(W @ x + b) - x).max() < 1e-9, point
                J = 0.2 * np.diag(1 - x ** 2) @ W + 0.8 * np.eye(16)
                sizes = np.abs(np.linalg.eigvals(J))
                assert point["stable"] == (sizes.max() < 1) and point["index"] == (sizes > 1).sum(), point
                assert np.isclose(np.hypot(*point["leading"]), sizes.max(), atol=1e-8), point
        # Every change lies where the interpolated network has an eigenvalue at the border.
        networks = {at["update"]: (np.array(file[name]["W"], dtype=float), np.array(file[name]["b"], dtype=float)) for at, name in zip(found["checkpoints"], groups)}
    assert found["changes"], "no attractor appeared in training"
    for change in found["changes"]:
        (u, v), s = change["between"], change["s"]
        assert 0 < s < 1 and np.isclose(change["update"], u + s * (v - u)) and change["tracks"], change
        W, b = ((1 - s) * one + s * other for one, other in zip(networks[u], networks[v]))
        x = np.array(change["state"])
        assert np.abs(np.tanh(W @ x + b) - x).max() < 1e-8, change
        sizes = np.linalg.eigvals(0.2 * np.diag(1 - x ** 2) @ W + 0.8 * np.eye(16))
        assert np.abs(np.abs(sizes) - 1).min() < 1e-5, change
        assert change["type"] in text and change["effect"] in text, text
        between = "and" if change["effect"].startswith("pair") else "to"
        assert f"{change['index_before']} {between} {change['index_after']}" in text, text
    assert text.startswith("left out: task flip_flop\n") and found["left_out"] == ["task flip_flop"]
    assert "synapse" not in text and "without" not in (tmp / "a.svg").read_text(), text  # for a run that has one, see below
    root = xml.parse(tmp / "a.svg").getroot()
    written = [element.text for element in root.iter() if element.tag.endswith("text")]
    shown = {change["type"] for change in found["changes"]}
    for track in {point["track"] for at in found["checkpoints"] for point in at["points"]} - {None}:
        assert any(word and word.split(":")[0] == str(track) for word in written), (track, written)
    # Below them the loss, with the update of the criterion where it was reached; the memories of the task stand at their attractors.
    with h5py.File(path) as file:
        reached = file.attrs.get("reached_at")
    assert "loss" in written and (f"criterion, reached at update {reached}" in written) == (reached is not None), written
    held = json.loads(ok("analyze", "memories", path, "--json", "-"))["memories"]
    for number in {memory["attractor"] for memory in held} - {None}:
        names = [str(memory["memory"]) for memory in held if memory["attractor"] == number]
        assert f"{number}: memor{'y' if len(names) == 1 else 'ies'} {', '.join(names)}" in written, (held, written)
    assert not ({"birth", "death", "flip"} - shown) & set(written), written
    assert root.tag.endswith("svg") and "update" in (tmp / "a.svg").read_text()
    ok("analyze", "follow", path, "--json", tmp / "b.json", "--plot", tmp / "b.svg")
    assert all((tmp / f"a.{end}").read_bytes() == (tmp / f"b.{end}").read_bytes() for end in ("json", "svg"))
    ok("analyze", "follow", path, "--plot", tmp / "log.svg", "--log-updates", "--as", "flow", "--starts", 4, "--seed", 2)
    assert "update + 1" in (tmp / "log.svg").read_text() and "update + 1" not in (tmp / "a.svg").read_text()


def test_unstable_points_are_followed_too_where_asked(tmp):
    # Strongly coupled, this network begins with unstable points alone, of which one becomes stable and a pair vanishes.
    path = learned(tmp / "strong", "network.gain=2.5", "training.checkpoints=none")
    stable, every = (json.loads(ok("analyze", "follow", path, *words, "--every-spectrum", "--json", "-")) for words in ([], ["--all"]))
    assert (stable["followed"], every["followed"]) == ("stable", "all")
    assert stable["tracks"] < every["tracks"] and len(stable["changes"]) < len(every["changes"]), (stable["changes"], every["changes"])
    assert any(change["index_before"] > 0 and change["index_after"] > 0 for change in every["changes"]), every["changes"]


def test_a_run_without_checkpoints_has_its_first_and_its_last_network(tmp):
    ends = learned(tmp / "ends", "training.checkpoints=none")
    assert [at["update"] for at in json.loads(ok("analyze", "follow", ends, "--json", "-"))["checkpoints"]] == [0, 60]
    # What it leaves out of a run with a synapse is said, and the network that cannot be followed is named.
    for kind, words in ("tcr", "leaves the points"), ("tsodyks_markram", "moves the points"):
        with h5py.File(ends, "a") as file:
            file["final/network"].require_group("synapse").attrs["kind"] = kind
        told = ok("analyze", "follow", ends, "--plot", tmp / f"{kind}.svg")
        assert re.match(rf"left out: synapse {kind} \(which {words} [^)]+\), task flip_flop\n", told), told
        assert told.count("synapse") == 1 and f"; without synapse {kind}<" in (tmp / f"{kind}.svg").read_text(), told
    with h5py.File(ends, "a") as file:
        file["initial/network/W"][0, 1] = np.nan
    refused("analyze", "follow", ends, names=["group /initial/network: W = not finite"])


def test_a_branch_that_grows_without_bound_leaves_the_figure_to_scale(tmp):
    # x = relu(w x + 5) has no solution from w = 1 on: the axis is that of the points that there are.
    relu = learned(tmp / "relu", "training.checkpoints=none", "network.nonlinearity=relu")
    with h5py.File(relu, "a") as file:
        for name, w in ("initial/network", 0.5), ("final/network", 1.5):
            W = 0.1 * file[name]["W"][...]
            W[0] = w * np.eye(16)[0]
            file[name]["W"][...], file[name]["b"][...] = W, np.linspace(5, 6, 16)
    told = ok("analyze", "follow", relu, "--plot", tmp / "relu.svg")
    assert "the figure names no memories" not in told, told
    with h5py.File(relu, "a") as file:
        file["options"].attrs["task.name"] = "fast_tracking"
    nameless = ok("analyze", "follow", relu, "--plot", tmp / "nameless.svg")
    assert "the figure names no memories: " in nameless and "the figure names" not in ok("analyze", "follow", relu), nameless
    assert "grows without bound" in told and "1 track, 1 change" in told, told
    written = [element.text for element in xml.parse(tmp / "relu.svg").getroot().iter() if element.tag.endswith("text")]
    numbers = [float(word.replace("−", "-")) for word in written if word and word.replace("−", "").replace(".", "").isdigit()]
    assert max(numbers) <= 60 and {"stable", "death", "1"} <= set(written) and not {"unstable", "not followed"} & set(written), written


def test_what_cannot_be_followed_is_refused(tmp):
    path = learned(tmp / "runs", "training.updates=2", "training.checkpoints=none")
    refused("analyze", "follow", example_network(tmp / "plain.h5"), names=["plain.h5: is not a run file: one is needed here, as `stillpoint run` writes it\n"])
    refused("analyze", "follow", path, "--start", 4, names=["unrecognised option '--start'"])
    refused("analyze", "follow", path, "--starts", 0, names=["--starts = 0"])
    refused("analyze", "follow", path, "--birth-cost", 0, names=["--birth-cost = 0"])
    refused("analyze", "follow", path, "--input", "1,2,3,4,5", names=["--input = 5 values"])
    refused("analyze", "follow", path, "--as", "tree", names=["--as = tree"])
    refused("analyze", "follow", path, "--plot", tmp / "a.png", names=["--plot", ".svg"])
    refused("analyze", "follow", path, "--log-updates", names=["--log-updates", "--plot"])
    assert "example:" in ok("analyze", "follow", "--help")


if __name__ == "__main__":
    sys.exit(main(globals()))
