"""Predictions from Python are the program's; a table, a picture, words; Ctrl-C."""
import json
import pickle

import pandas as pd
import pytest
from matplotlib import pyplot

import stillpoint as sp

RIVALS = {
    "study": {"name": "rivals", "seeds": 4}, "grid": {"study.arm": ["none", "tcr"]}, "network": {"size": 20, "gain": 1.5, "tau_ms": 20},
    "task": {"slots": 3, "delay_ms": 100}, "integration": {"dt_ms": 10}, "noise": {"drive": 0.1}, "training": {"updates": 8, "batch": 4},
}
ONLY = ["creep", "pairing_contrast"]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return sp.run_study(RIVALS, tmp_path_factory.mktemp("rivals") / "study", progress=False)


def test_they_are_the_program_s(program, tmp_path, study):
    program("predict", study.directory, "--out", tmp_path / "program", "--all", "--only", ",".join(ONLY), "--size", "5x10", "--size", "10x20", "--quiet")
    found = sp.predict(study, tmp_path / "module", size=[(5, 10), (10, 20)], only=ONLY, all=True, progress=False)
    for name in ("predictions.json", "predictions.csv", "predictions.md", "animals.json", "creep.svg"):
        assert (tmp_path / "module" / name).read_bytes() == (tmp_path / "program" / name).read_bytes(), name
    assert found.report == json.loads((tmp_path / "module/predictions.json").read_text())
    table, written = found.to_dataframe(), pd.read_csv(tmp_path / "program/predictions.csv")
    for name in ("prediction", "a", "b", "neurons", "trials", "holds_in"):
        assert table[name].tolist() == written[name].tolist(), name
    for name in ("difference", "difference_low", "auc", "auc_high", "animals_80"):
        assert table[name].astype(float).round(6).equals(written[name].astype(float).round(6)), name
    contrast = found.values().query("prediction == 'pairing_contrast'").set_index("hypothesis")
    assert contrast.value["static"] == 0 < contrast.low["tcr"]
    ax = pyplot.figure().subplots()
    assert found.plot(ax, "creep") is ax and found.plot() is not ax
    assert "2 predictions of 8 networks under static, tcr" in repr(found)
    pyplot.close("all")


def test_what_a_microscope_sees(program, tmp_path, study):
    words = ["--set", "recording.signal=calcium", "--set", "recording.calcium_decay_ms=300", "--set", "recording.gain_sd=0.2"]
    program("predict", study.directory, "--out", tmp_path / "program", "--all", "--only", "creep", "--size", "5x10", *words, "--quiet")
    imaging = sp.Recording(signal="calcium", calcium_decay_ms=300, gain_sd=0.2)
    sp.predict(study, tmp_path / "module", size=(5, 10), only="creep", recording=imaging, all=True, progress=False)
    for name in ("predictions.json", "predictions.md"):
        assert (tmp_path / "module" / name).read_bytes() == (tmp_path / "program" / name).read_bytes(), name
    listed = dict(line.split()[:2] for line in program("list", "recording").splitlines() if line.strip().startswith("recording."))
    assert {f"recording.{name}": value for name, value in sp.Recording()._texts().items()} == listed
    assert pickle.loads(pickle.dumps(imaging)) == imaging and imaging.calcium_decay_ms == 300 and "decay_ms=300" in repr(imaging)


@pytest.mark.parametrize("options, kind, words", [
    ({"only": "creeping"}, ValueError, ["only", "creep"]),
    ({"size": (5, 3)}, ValueError, ["size", "(5, 3)"]),
    ({"size": "5x10"}, TypeError, ["size", "neurons, trials"]),
    ({"size": (21, 10)}, ValueError, ["size", "20"]),
    ({"f_max_hz": 0}, ValueError, ["f_max_hz"]),
    ({"jobs": -1}, ValueError, ["jobs"]),
    ({"recording": {"signal": "calcium"}}, TypeError, ["recording", "Recording()"]),
    ({"all": False}, ValueError, ["criterion"]),
])
def test_mistakes(tmp_path, study, options, kind, words):
    with pytest.raises(kind) as raised:
        sp.predict(study, tmp_path / "out", **{"all": True, "only": ONLY, "progress": False, **options})
    assert all(word in str(raised.value) for word in words), raised.value


# In a simulation; in an estimate, which takes longer than the simulation of its trials.
@pytest.mark.parametrize("only, trials, after", [("creep", 4000, 0), ("dimension_at_rest", 1000, 4)])
def test_ctrl_c(tmp_path, study, only, trials, after, interrupted):
    """Where runs are measured on threads."""
    assert "KeyboardInterrupt" in interrupted(
        f"import stillpoint as sp\nsp.predict({str(study.directory)!r}, {str(tmp_path / 'out')!r}, size=(20, {trials}), only={only!r}, "
        "all=True, jobs=2)\n", after=after)
