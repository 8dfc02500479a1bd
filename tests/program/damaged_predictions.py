#!/usr/bin/env python3
"""What `check` and `power` read, with anything missing or wrong: a result, or one line that names the file."""
import copy
import json
import shutil
import sys

import h5py

from support import main, ok, refused, small_run, small_study, stillpoint

RATES = ["--f-max-hz", 200]


class Held:
    """A report of one prediction, cut down to one entry of each kind, and a recording to hold against it."""

    def __init__(self, tmp):
        self.report, self.session, self.damaged = tmp / "report", tmp / "session.nwb", tmp / "damaged"
        ok("predict", small_study(), "--out", self.report, "--all", "--only", "residual_200", "--size", "4x10", "--jobs", 2, "--half-step", 0,
           "--quiet", *RATES)
        ok("export-nwb", small_run("none"), self.session, "--experiments", "rest,step", "--neurons", 12, "--trials", 12, "--no-rates", *RATES)
        self.whole = {name: json.loads((self.report / name).read_text()) for name in ("predictions.json", "animals.json")}
        predictions = self.whole["predictions.json"]
        predictions["experiments"] = {name: predictions["experiments"][name] for name in ("rest", "step")}
        self.damaged.mkdir()
        self.write()

    def write(self, name=None, text=None):
        for each, whole in self.whole.items():
            (self.damaged / each).write_text(text if each == name else json.dumps(whole))

    def checked(self, session=None):
        return stillpoint("check", session or self.session, "--against", self.damaged, "--json", "-")

    def answer(self, shown, named, session=None):
        """What is printed; None where it is refused in one line that names it."""
        done = self.checked(session)
        shown = f"{shown}: exit {done.returncode}: {done.stdout[:200]} {done.stderr}"
        assert done.returncode in (0, 2), shown
        if done.returncode == 2:
            assert done.stdout == "" and done.stderr.count("\n") == 1 and named in done.stderr and "memory" not in done.stderr, shown
            return None
        assert "NaN" not in done.stdout and "nan" not in done.stdout and "inf" not in done.stdout.replace("information", ""), shown
        return json.loads(done.stdout)


def places(value, path=()):
    """Every entry, of a list the first: the others are alike."""
    if path:
        yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], path + (key,))
    elif isinstance(value, list) and value:
        yield from places(value[0], path + (0,))


def entry(value, path):
    for key in path:
        value = value[key]
    return value


def wrong_values(right):
    yield from (None, True, [], {}, [[]])
    yield from (("", 3) if not isinstance(right, str) else (3, "two\nlines"))
    if isinstance(right, (int, float)):
        yield from (-1, 0, 0.5, 1e300, -1e300, 1e19, 1e-300)


def test_every_entry_of_a_report(tmp):
    held = Held(tmp)
    whole = held.answer("whole", "")
    residual = next(each for each in whole["predictions"] if each["name"] == "residual_200")
    assert residual["cannot_tell"] is None and len(residual["hypotheses"]) == 2, residual
    tried = read = 0
    for name, right in held.whole.items():
        for path in list(places(right)):
            changed = copy.deepcopy(right)
            del entry(changed, path[:-1])[path[-1]]
            held.write(name, json.dumps(changed))
            without = held.answer(f"{name} without {path}", name)
            tried += 1
            if without == whole and not isinstance(path[-1], int):
                continue  # nobody reads it
            read += 1
            for wrong in wrong_values(entry(right, path)):
                changed = copy.deepcopy(right)
                entry(changed, path[:-1])[path[-1]] = wrong
                held.write(name, json.dumps(changed))
                held.answer(f"{name}: {path} = {wrong!r}", name)
    assert tried > 90 and read > 30, (tried, read)


def test_what_is_wrong_in_a_report_is_named(tmp):
    held = Held(tmp)
    right = held.whole["animals.json"]
    list_of_networks = ("predictions", "residual_200", "tcr", 0)
    network = list_of_networks + (0,)
    for name, path, wrong, words in [
            ("animals.json", ("sizes",), [], ["sizes = []", "one or more"]),
            ("animals.json", ("sizes",), None, ["sizes = null", "a list"]),
            ("animals.json", ("sizes", 0, "neurons"), -1, ["sizes/0/neurons = -1", "a whole number from 1"]),
            ("animals.json", ("sizes", 0, "trials"), 1e300, ["sizes/0/trials = 1e+300"]),
            ("animals.json", ("predictions", "residual_200", "tcr"), [], ["predictions/residual_200/tcr = []", "as many as there are sizes"]),
            ("animals.json", network + ("seed",), 0.5, ["tcr/0/0/seed = 0.5", "a whole number"]),
            ("animals.json", network + ("setting",), 3, ["tcr/0/0/setting = 3", "text"]),
            ("animals.json", network + ("sessions", 0), 1e300, ["tcr/0/0/sessions/0 = 1e+300"]),
            ("animals.json", network + ("sessions", 0), "x", ["tcr/0/0/sessions/0 = \"x\""]),
            ("animals.json", ("kind",), "power", ["its kind is \"power\""]),
            ("predictions.json", ("f_max_hz",), 0, ["f_max_hz = 0"]),
            ("predictions.json", ("stimulated",), -3, ["stimulated = -3"]),
            ("predictions.json", ("recording", "recording.signal"), "light", ["recording.signal = \"light\"", "spikes or calcium"]),
            ("predictions.json", ("recording", "recording.bin_ms"), -1, ["recording.bin_ms = -1"]),
            ("predictions.json", ("experiments", "step", "experiment.after_ms"), 0, ["experiments/step/experiment.after_ms = 0"]),
            ("predictions.json", ("predictions", 0, "pairs", 0, "neurons"), 0, ["pairs/0/neurons = 0"])]:
        changed = copy.deepcopy(held.whole[name])
        entry(changed, path[:-1])[path[-1]] = wrong
        held.write(name, json.dumps(changed))
        refused("check", held.session, "--against", held.damaged, names=[name, "damaged" if path != ("kind",) else "kind", *words])
        if name == "animals.json":
            refused("power", held.damaged, "--prediction", "residual_200", "--a", "static", "--b", "tcr", names=[name, *words])
    changed = copy.deepcopy(right)
    del entry(changed, network)["seed"]
    held.write("animals.json", json.dumps(changed))
    refused("check", held.session, "--against", held.damaged, names=["animals.json", "tcr/0/0/seed is missing", "stillpoint predict"])
    for name in held.whole:
        text = json.dumps(held.whole[name])
        for cut in (0, 1, len(text) // 10, len(text) // 2, len(text) - 1):
            held.write(name, text[:cut])
            refused("check", held.session, "--against", held.damaged, names=[name, "damaged"])
        for text in ("[]", "3", "null", "\"predictions\""):
            held.write(name, text)
            refused("check", held.session, "--against", held.damaged, names=[name])


def test_a_session_without_a_value_keeps_its_place(tmp):
    """The networks of one prediction lack their first session: it is null, and the second is not taken for it."""
    held = Held(tmp)
    for network in entry(held.whole["animals.json"], ("predictions", "residual_200", "tcr", 0)):
        assert len(network["sessions"]) == 2
        network["sessions"][0] = None
    held.write()
    one = held.answer("null", "")
    two = tmp / "second.nwb"
    ok("export-nwb", small_run("none"), two, "--experiments", "rest,step", "--neurons", 12, "--trials", 12, "--no-rates", "--session", 2, *RATES)
    both = json.loads(ok("check", held.session, two, "--against", held.damaged, "--json", "-"))
    of = [next(each for each in result["predictions"] if each["name"] == "residual_200")["hypotheses"]["tcr"] for result in (one, both)]
    networks = [network["sessions"][1] for network in entry(held.whole["animals.json"], ("predictions", "residual_200", "tcr", 0))
                if network["sessions"][1] is not None]
    for law in of:
        assert abs(law["mean"] - sum(networks) / len(networks)) < 1e-12, (law, networks)
    for network in entry(held.whole["animals.json"], ("predictions", "residual_200", "tcr", 0)):
        network["sessions"] = [None, None]
    held.write()
    without = held.answer("all null", "")
    assert "undefined" in next(each for each in without["predictions"] if each["name"] == "residual_200")["cannot_tell"], without


def test_every_single_deletion_from_a_recording(tmp):
    held = Held(tmp)
    with h5py.File(held.session) as file:
        objects, attributes = [], [("/", name) for name in file.attrs]

        def visit(name, node):
            objects.append(name)
            attributes.extend((name, attribute) for attribute in node.attrs)
        file.visititems(visit)
    assert len(objects) > 40 and len(attributes) > 80, (len(objects), len(attributes))
    results = 0
    for path, attribute in [(path, None) for path in objects] + attributes:
        damaged = shutil.copy(held.session, tmp / "damaged.nwb")
        with h5py.File(damaged, "r+") as file:
            if attribute is None:
                del file[path]
            else:
                del file[path].attrs[attribute]
        results += held.answer(f"without {path} {attribute or ''}", "damaged.nwb", damaged) is not None
    assert results > len(attributes) // 2, results
    whole = held.session.read_bytes()
    for share in (0.1, 0.5, 0.99):
        (tmp / "damaged.nwb").write_bytes(whole[:int(share * len(whole))])
        refused("check", tmp / "damaged.nwb", "--against", held.damaged, names=["damaged.nwb", "truncated"])


if __name__ == "__main__":
    sys.exit(main(globals()))
