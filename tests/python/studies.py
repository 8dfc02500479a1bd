"""Studies run and read from Python, against the program's files in the eyes of h5py; Ctrl-C, bars, mistakes."""
import json
import os
import signal
import subprocess
import sys

import h5py
import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot

import stillpoint as sp

SMALL = {
    "study": {"name": "small", "seeds": 2},
    "grid": {"rule.name": ["bptt", "e_prop"], "network.gain": [0.8, 1.5]},
    "network": {"size": 12},
    "integration": {"dt_ms": 10},
    "task": {"name": "flip_flop"},
    "training": {"updates": 12, "batch": 4, "checkpoints": "every 5"},
}
INI = """
[study]
name = small
seeds = 2
[grid]
rule.name = bptt e_prop
network.gain = 0.8 1.5
[network]
size = 12
[integration]
dt_ms = 10
[task]
name = flip_flop
[training]
updates = 12
batch = 4
checkpoints = every 5
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return sp.run_study(SMALL, tmp_path_factory.mktemp("study") / "out", jobs=2, progress=False)


def contents(path):
    """Every dataset and attribute of a run file but where and when it was made."""
    found = {}

    def visit(name, item):
        if not name.startswith("provenance"):
            found.update({f"{name}:{key}": np.asarray(value).tobytes() for key, value in item.attrs.items()})
            if isinstance(item, h5py.Dataset):
                found[name] = item[()].tobytes()

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


def test_a_study_is_the_program_s(program, tmp_path, small):
    (tmp_path / "small.ini").write_text(INI)
    program("run", tmp_path / "small.ini", "--out", tmp_path / "out", "--quiet")
    of_file = sp.run_study(tmp_path / "small.ini", tmp_path / "of_file", progress=False)
    for study in (small, of_file):
        assert (study.directory / "study.json").read_bytes() == (tmp_path / "out/study.json").read_bytes()
        names = sorted(path.name for path in (tmp_path / "out/runs").glob("*.h5"))
        assert sorted(run.path.name for run in study.runs) == names and len(names) == 8
        for name in names:
            assert contents(study.directory / "runs" / name) == contents(tmp_path / "out/runs" / name), name


def test_tables(small):
    table = small.runs.to_dataframe()
    assert table.columns[:2].tolist() == ["rule.name", "network.gain"] and len(table) == len(small.runs) == 8
    for run, (_, row) in zip(small.runs, table.iterrows(), strict=True):
        with h5py.File(run.path) as file:
            assert row.seed == run.seed == file.attrs["seed"] and row.outcome == run.outcome == file.attrs["outcome"].decode()
            assert row.final_loss == file.attrs["final_loss"] and row.final_accuracy == file.attrs["final_accuracy"]
            assert row["network.gain"] == run.options["network.gain"] == file["options"].attrs["network.gain"]
            assert run.updates == file["options"].attrs["training.updates"] == 12
    assert table.reached_at.isna().all() and str(table.reached_at.dtype) == "Int64"
    conditions = small.conditions
    assert conditions["network.gain"].tolist() == [0.8, 1.5, 0.8, 1.5] and conditions.index.name == "condition"
    assert conditions.planned.tolist() == conditions.done.tolist() == [2] * 4 and conditions.missing.sum() == 0
    assert len(small.compare(by=["rule.name"])) == 4


def test_a_summary_is_that_of_the_program(small, program):
    expected, found = json.loads(program("summary", small.directory, "--format", "json")), small.summary()
    for name in ("label", "runs", "reached", "median_updates", "final_loss"):
        assert [one[name] for one in expected] == found[name].astype(object).where(found[name].notna(), None).tolist(), name
    assert len(small) == len(list(small)) == 8 and small.summary(by="rule.name").shape[0] == 4


def test_curves(small):
    curves = small.curves()
    assert dict(curves.loss.sizes) == {"run": 8, "update": 12} and curves.speed.attrs["units"] == "1/s"
    for i, run in enumerate(small.runs):
        with h5py.File(run.path) as file:
            for name in ("loss", "accuracy", "speed"):
                assert np.array_equal(curves[name][i], file[f"curve/{name}"]) and np.array_equal(run.curve[name], file[f"curve/{name}"])
            assert np.array_equal(run.array("curve/strength"), file["curve/strength"])
            assert np.array_equal(run.array("final/network/W"), file["final/network/W"])
    assert not {"condition", "seed"} & set(curves.attrs) and small.runs[:2].curves().attrs == {"condition": 0}
    assert curves["rule.name"].values.tolist() == ["bptt"] * 4 + ["e_prop"] * 4
    assert curves.loss.groupby("rule.name").mean().sizes["rule.name"] == 2


def test_curves_of_several_lengths(tmp_path):
    easy = {**SMALL, "grid": {"rule.name": ["bptt", "e_prop"]}}
    easy["training"] = {"updates": 40, "batch": 4, "criterion": 0.5, "stop_at_criterion": True}
    study = sp.run_study(easy, tmp_path / "out", progress=False)
    lengths = [run.curve.sizes["update"] for run in study.runs]
    curves = study.curves()
    assert curves.sizes["update"] == max(lengths) and np.isfinite(curves.loss).sum("update").values.tolist() == lengths


def test_networks(small):
    run = small.runs[3]
    assert run.checkpoints == [0, 5, 10]
    with h5py.File(run.path) as file:
        for at, group in (("start", "initial"), ("end", "final"), (5, "checkpoints/00000005")):
            assert np.array_equal(run.network(at).W, file[group]["network/W"])
    for wrong, kind, words in [("middle", ValueError, "start, end"), (7, ValueError, "5, 10"), (2.5, TypeError, "at")]:
        with pytest.raises(kind, match=words):
            run.network(wrong)
    with pytest.raises(ValueError, match="curve/nothing"):
        run.array("curve/nothing")


def test_words_and_pictures(small):
    assert repr(small) == "Study small: 4 conditions over rule.name, network.gain, 8 of 8 runs done; 0 reached criterion, 0 diverged"
    assert "condition 1: rule.name = bptt, network.gain = 1.5; seed 2" in repr(small.runs[3])
    assert len(small.runs[2:4]) == 2 and repr(small.runs) == "8 finished runs" and small.runs[-1] is small[7]
    with pytest.raises(IndexError, match="index: 99; there are 8, from 0"):
        small.runs[99]
    with pytest.raises(TypeError, match=r"index: 'tcr'; expected .*those of a condition: \[run for run in runs if run.condition == 0\]"):
        small.runs["tcr"]
    ax = pyplot.figure().subplots()
    assert small.plot(ax) is ax and len(ax.get_legend().get_texts()) == 4
    pyplot.close("all")


def test_files_are_read_when_they_are_asked_for(tmp_path):
    study = sp.run_study({**SMALL, "grid": {"rule.name": ["bptt", "e_prop"]}}, tmp_path / "out", progress=False)
    study.runs[0].path.unlink()
    assert len(study.to_dataframe()) == 4
    for read in (lambda run: run.curve, lambda run: run.network(), lambda run: run.checkpoints):
        with pytest.raises(FileNotFoundError):
            read(study.runs[0])
    again = sp.open_study(study.directory)
    assert "3 of 4 runs done" in repr(again) and again.conditions.missing.tolist() == [1, 0]


def test_options_over_a_study_and_its_quick_version(program, tmp_path):
    ini = INI + "[quick]\nstudy.seeds = 1\ntraining.updates = 3\n"
    (tmp_path / "s.ini").write_text(ini)
    program("run", tmp_path / "s.ini", "--out", tmp_path / "out", "--quick", "--set", "network.size=7", "--set", "grid.network.gain=0.8", "--quiet")
    over = {"network.size": 7, "grid.network.gain": [0.8]}
    of_file = sp.run_study(tmp_path / "s.ini", tmp_path / "of_file", options=over, quick=True, progress=False)
    given = {**SMALL, "quick": {"study.seeds": 1, "training.updates": 3}}
    of_dict = sp.run_study(given, tmp_path / "of_dict", options=over, quick=True, progress=False)
    for study in (of_file, of_dict):
        assert (study.directory / "study.json").read_bytes() == (tmp_path / "out/study.json").read_bytes()
        assert len(study.runs) == 2 and {run.updates for run in study.runs} == {3}
    whole = sp.run_study(given, tmp_path / "whole", options={"training.updates": 1}, progress=False)
    assert len(whole.runs) == 8 and {run.updates for run in whole.runs} == {1}
    for options, words in [({"options": {"network.sise": 1}}, "network.size"), ({"quick": True}, "quick")]:
        with pytest.raises(ValueError, match=words):
            sp.run_study(SMALL, tmp_path / "wrong", progress=False, **options)
    with pytest.raises(TypeError, match="network.size"):
        sp.run_study(SMALL, tmp_path / "wrong", progress=False, options={"network.size": None})
    assert not (tmp_path / "wrong").exists()


def test_curves_through_netcdf(tmp_path, small):
    curves = small.curves()
    curves.to_netcdf(tmp_path / "curves.nc")
    with xr.open_dataset(tmp_path / "curves.nc") as again:
        xr.testing.assert_identical(again.load(), curves)


def test_progress_is_seen(tmp_path):
    seen = []
    sp._core.run_study("", sp._run_study._entries(SMALL), [], False, str(tmp_path / "out"), 2, lambda *now: seen.append(now))
    assert seen[-1] == ("runs", 8, 8, 1.0) and all(what == "runs" and of == 8 for what, _, of, _ in seen)
    assert [now[3] for now in seen] == sorted(now[3] for now in seen)


def test_a_bar(tmp_path, capfd):
    sp.run_study(SMALL, tmp_path / "out")
    shown = capfd.readouterr()
    assert "8/8 runs 100%" in shown.err and shown.out == ""
    sp.run_study(SMALL, tmp_path / "out", progress=False)
    assert capfd.readouterr().err == ""


def test_what_the_watcher_raises_ends_the_study(tmp_path):
    def see(*now):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        sp._core.run_study("", sp._run_study._entries(SMALL), [], False, str(tmp_path / "out"), 1, see)


LONG = {**SMALL, "grid": {"rule.name": ["bptt", "e_prop"]}, "training": {"updates": 3000, "batch": 4, "checkpoints": "none"}}


@pytest.mark.parametrize("number, handler, raised", [
    (signal.SIGINT, "", "KeyboardInterrupt"),
    (signal.SIGTERM, "import signal\ndef mine(*_):\n    raise RuntimeError('mine')\nsignal.signal(signal.SIGTERM, mine)\n", "RuntimeError: mine"),
])
def test_a_signal_keeps_what_the_runs_have_reached(tmp_path, number, handler, raised):
    """Ctrl-C, and a handler of one's own: nothing is lost, and the same call goes on to the same bits."""
    whole = sp.run_study(LONG, tmp_path / "whole", progress=False)
    code = (f"{handler}import contextlib, signal, stillpoint as sp\n"
            f"def see(what, done, of, share):\n    if share > 0: signal.raise_signal({int(number)})\n"  # some runs have begun
            "sp._progress.bar = lambda shown: contextlib.nullcontext(see)\n"
            f"sp.run_study({LONG!r}, {str(tmp_path / 'out')!r}, jobs=2)\n")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr
    assert raised in said, said
    kept = list((tmp_path / "out/runs").glob("*.unfinished"))
    assert kept and len(list((tmp_path / "out/runs").glob("*.h5"))) < 4
    assert " of 4 runs done" in (words := repr(sp.open_study(tmp_path / "out"))) and f"{len(kept)} kept on their way" in words
    assert raised != "KeyboardInterrupt" or "the same call goes on there" in said
    study = sp.run_study(LONG, tmp_path / "out", progress=False)
    for run, other in zip(study.runs, whole.runs, strict=True):
        assert contents(run.path) == contents(other.path)


def test_ctrl_c_ends_a_study_at_once(tmp_path, interrupted):
    endless = {**LONG, "training": {"updates": 10**7, "batch": 4, "checkpoints": "none"}}
    assert "KeyboardInterrupt" in interrupted(f"import stillpoint as sp\nsp.run_study({endless!r}, {str(tmp_path / 'out')!r}, jobs=2)\n")


def test_signals_stay_as_they_are(small):
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)}
    sp.run_study(SMALL, small.directory, progress=False)
    assert before == {number: signal.getsignal(number) for number in before}
    with open(f"/proc/{os.getpid()}/status") as status:  # at the level below Python's: SIGTERM, SIGHUP are not caught
        caught = int(next(line for line in status if line.startswith("SigCgt")).split()[1], 16)
    assert not caught & (1 << (signal.SIGTERM - 1)) and not caught & (1 << (signal.SIGHUP - 1))


def test_warnings(tmp_path, capfd):
    sparse = {**SMALL, "network": {"size": 12, "density": 0.05}}
    with pytest.warns(RuntimeWarning, match="no recurrent input") as caught:
        sp.run_study(sparse, tmp_path / "out", progress=False)
    assert caught[0].filename == __file__ and capfd.readouterr().err == ""


@pytest.mark.parametrize("study, kind, words", [
    ({"network": {"sise": 12}}, ValueError, ["network.sise", "network.size"]),
    ({"network": {"size": "many"}}, ValueError, ["network.size", "many"]),
    ({"network": {"size": None}}, TypeError, ["network.size", "None"]),
    ({"network": 12}, TypeError, ["network", "section"]),
    ({}, ValueError, ["empty"]),
    ("no.ini", FileNotFoundError, ["no.ini"]),
])
def test_mistakes_in_a_study(tmp_path, study, kind, words):
    with pytest.raises(kind) as raised:
        sp.run_study(study, tmp_path / "out", progress=False)
    assert all(word in str(raised.value) for word in words) and "\n" not in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_other_mistakes(tmp_path, small):
    with pytest.raises(ValueError, match="study"):
        sp.run_study({**SMALL, "network": {"size": 13}}, small.directory, progress=False)
    with pytest.raises(ValueError, match="jobs"):
        sp.run_study(SMALL, tmp_path / "out", jobs=-1)
    with pytest.raises(ValueError, match="study.json"):
        sp.open_study(tmp_path)
    with pytest.raises(NotADirectoryError, match=f"study.json: a file; .*, {small.directory}$"):
        sp.open_study(small.directory / "study.json")
    with pytest.raises(IsADirectoryError, match="; open_study opens the study in it"):
        sp.Network.load(small.directory)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        sp.open_study(tmp_path / "nowhere")
    broken = small.runs[0].path.read_bytes()
    copy = tmp_path / "broken"
    (copy / "runs").mkdir(parents=True)
    (copy / "study.json").write_bytes((small.directory / "study.json").read_bytes())
    (copy / "runs" / small.runs[0].path.name).write_bytes(broken[: len(broken) // 2])
    with pytest.raises(ValueError, match=small.runs[0].path.name):
        sp.open_study(copy)


def test_two_studies_at_once(tmp_path):
    import threading

    found = {}
    threads = [threading.Thread(target=lambda i=i: found.update({i: sp.run_study(SMALL, tmp_path / str(i), jobs=1, progress=False)})) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(contents(a.path) == contents(b.path) for a, b in zip(found[0].runs, found[1].runs, strict=True))
