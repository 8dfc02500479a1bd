#!/usr/bin/env python3
"""Phases of a learning curve."""
import json
import sys
import xml.etree.ElementTree as xml

import h5py
import numpy as np

from support import example_network, main, ok, refused, write


def test_phases_of_a_learning_curve(tmp):
    """A step of known place, as a table and as a run file; a steady decay; a constant; and every kind of bad input."""
    update, rng = np.arange(0, 1000, 10), np.random.default_rng(3)
    noise = 0.05 * rng.normal(size=update.size)
    curves = {"abrupt": np.exp(noise - 3 * (update >= 400)), "gradual": np.exp(noise - update / 300), "none": np.exp(noise)}

    def table(name, loss, at=update, header="update,loss"):
        return write(tmp / f"{name}.csv", header + "\n" + "".join(f"{u},{value}\n" for u, value in zip(at, loss)))

    for name, loss in curves.items():
        path = table(name, loss)
        text = ok("analyze", "phases", path, "--json", tmp / "a.json", "--plot", tmp / "a.svg", "--seed", 3, "--bootstrap", 99)
        assert name in text, text
        found = json.loads((tmp / "a.json").read_text())
        assert found["kind"] == "phases" and found["verdict"] == name
        assert ok("analyze", "phases", path, "--json", "-", "--seed", 3, "--bootstrap", 99) == (tmp / "a.json").read_text()
        drawn = "".join(xml.parse(tmp / "a.svg").getroot().itertext())
        assert {"abrupt": "drop at update 400", "gradual": "gradual", "none": "no fall"}[name] in drawn
        assert (found["drop"] is None) == (name != "abrupt")
        assert [phase["name"] for phase in found["phases"]] == {"abrupt": ["search", "drop", "comprehension"], "gradual": ["descent"],
                                                                "none": ["search"]}[name]
    drop = json.loads(ok("analyze", "phases", table("abrupt", curves["abrupt"]), "--json", "-"))["drop"]
    assert (drop["from"], drop["update"], drop["to"]) == (390, 400, 400) and drop["low"] <= 400 <= drop["high"]

    with h5py.File(tmp / "run.h5", "w") as file:
        file["curve/update"], file["curve/loss"], file["curve/accuracy"] = update, curves["abrupt"], (update >= 400) * 1.0
    found = json.loads(ok("analyze", "phases", tmp / "run.h5", "--json", "-"))
    assert found["drop"] == drop and [phase["accuracy"] for phase in found["phases"]] == [0, 0.5, 1]

    good = curves["abrupt"]
    def changed(values, place, value): return [*values[:place], value, *values[place + 1:]]
    cases = [(table("few", good[:10]), ["points = 10", "20"]), (table("inf", changed(good, 7, "inf")), ["line 9", "loss = inf"]),
             (table("zero", changed(good, 7, 0)), ["loss = 0 at update 70", "above 0"]), (table("word", changed(good, 7, "low")), ["line 9", "loss = low"]),
             (table("same", good, changed(update, 7, 60)), ["update = 80", "equal"]), (table("gap", good, changed(update, 99, 1990)), ["update = 1990", "equal"]),
             (table("column", good, header="update,reward"), ["columns = update, reward", "--column"]), (table("ragged", changed(good, 7, "1,2")), ["line 9", "3 fields"]),
             (write(tmp / "empty.csv", ""), ["holds no table"]), (tmp / "absent.csv", ["absent.csv", "cannot be read"]), (tmp, ["holds no study"]),
             (example_network(tmp / "network.h5"), ["/curve"])]
    for path, names in cases:
        refused("analyze", "phases", path, names=[path.name, *names])
    refused("analyze", "phases", tmp / "abrupt.csv", "--bootstrap", 3, names=["--bootstrap = 3"])
    refused("analyze", "phases", tmp / "abrupt.csv", "--seed", -1, names=["--seed = -1"])
    refused("analyze", "phases", tmp / "abrupt.csv", "--plot", tmp / "a.png", names=["--plot", ".svg"])
    refused("analyze", "phases", names=["FILE is missing"])


if __name__ == "__main__":
    sys.exit(main(globals()))
