#!/usr/bin/env python3
"""Phases of a learning curve."""
import json
import sys
import xml.etree.ElementTree as xml

import h5py
import numpy as np

from support import example_network, main, ok, refused, write


def test_phases_of_a_learning_curve(tmp):
    """A step of known place, as a table and as a run file; a dip; three steps; a steady decay; a constant; and every kind of bad input."""
    update, rng = np.arange(0, 1000, 10), np.random.default_rng(3)
    noise = 0.05 * rng.normal(size=update.size)
    steps = sum(size * (update >= at) for size, at in ((0.7, 250), (2, 500), (1, 750)))
    curves = {"abrupt": np.exp(noise - 3 * (update >= 400)), "gradual": np.exp(noise - update / 300), "none": np.exp(noise),
              "undone": np.exp(noise - 1.0 * ((update >= 400) & (update < 600))), "three": np.exp(noise - steps)}
    drawn_words = {"abrupt": "abrupt: drop at update 400", "gradual": "gradual", "none": "no fall", "undone": "undone: drop at update 400", "three": "the largest of 3"}
    named = {"abrupt": ["search", "drop", "comprehension"], "gradual": ["descent"], "none": ["search"], "undone": ["search", "drop", "return"],
             "three": ["search", "drop", "plateau", "drop", "plateau", "drop", "comprehension"]}

    def table(name, loss, at=update, header="update,loss"):
        return write(tmp / f"{name}.csv", header + "\n" + "".join(f"{u},{value}\n" for u, value in zip(at, loss)))

    for name, loss in curves.items():
        path, verdict = table(name, loss), "abrupt" if name == "three" else name
        text = ok("analyze", "phases", path, "--json", tmp / "a.json", "--plot", tmp / "a.svg", "--seed", 3, "--bootstrap", 99)
        assert f"verdict  {verdict}\n" in text, text
        written = (tmp / "a.json").read_text()
        found = json.loads(written)
        assert found["kind"] == "phases" and found["verdict"] == verdict and "Infinity" not in written and "NaN" not in written
        assert ok("analyze", "phases", path, "--json", "-", "--seed", 3, "--bootstrap", 99) == written
        drawn = "".join(xml.parse(tmp / "a.svg").getroot().itertext())
        assert drawn_words[name] in drawn, drawn
        assert (found["drop"] is None) == (name in ("gradual", "none")) == (found["drops"] == [])
        assert [phase["name"] for phase in found["phases"]] == named[name]
        assert len(found["drops"]) == text.count("drop     at") + text.count("another  at")
        if found["drop"]:
            assert found["drop"] in found["drops"] and found["drop"]["undone"] == (name == "undone") == ("undone;" in text)
            assert found["evidence"]["delta_bic"] == found["drop"]["delta_bic"]
    assert [(drop["from"], drop["to"]) for drop in found["drops"]] == [(240, 250), (490, 500), (740, 750)] and found["drop"] == found["drops"][1]
    drop = json.loads(ok("analyze", "phases", table("abrupt", curves["abrupt"]), "--json", "-"))["drop"]
    assert (drop["from"], drop["update"], drop["to"]) == (390, 400, 400) and drop["low"] <= 400 <= drop["high"]
    for key, mean in ("loss_before", noise[34:40].mean()), ("loss_after", noise[40:46].mean() - 3):
        assert abs(np.log(drop[key]) - mean) < 1e-9, (key, drop)

    with h5py.File(tmp / "run.h5", "w") as file:
        file["curve/update"], file["curve/loss"], file["curve/accuracy"] = update, curves["abrupt"], (update >= 400) * 1.0
    found = json.loads(ok("analyze", "phases", tmp / "run.h5", "--json", "-"))
    assert found["drop"] == drop and [phase["accuracy"] for phase in found["phases"]] == [0, 0.5, 1]

    # Missing updates, and a loss that is 0 at times: on the scale of its values.
    kept = np.delete(np.arange(update.size), [10, 11, 12, 60])
    gap = json.loads(ok("analyze", "phases", table("missing", curves["abrupt"][kept], update[kept]), "--json", "-"))
    assert (gap["drop"]["from"], gap["drop"]["to"]) == (390, 400) and gap["evidence"]["scale"] == "logarithm"
    zero = json.loads(ok("analyze", "phases", table("zeros", np.maximum(0, curves["abrupt"] - 0.05)), "--json", "-"))
    assert zero["evidence"]["scale"] == "linear" and zero["drop"]["to"] == 400 and zero["drop"]["loss_after"] < 0.01

    good = curves["abrupt"]
    def changed(values, place, value): return [*values[:place], value, *values[place + 1:]]
    cases = [(table("few", good[:10]), ["points = 10", "20"]), (table("inf", changed(good, 7, "inf")), ["line 9", "loss = inf"]),
             (table("word", changed(good, 7, "low")), ["line 9", "loss = low"]),
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
