"""What every result has: items, a table whose columns are documented, a picture, words."""
import inspect
import re

import numpy as np
import pytest
from matplotlib import pyplot

import stillpoint as sp

TWO = sp.Network([[0, 2], [2, 0]])
TASK = sp.tasks.FlipFlop(bits=1, slots=3)
STUDY = {
    "study": {"name": "of results", "seeds": 2}, "grid": {"study.arm": ["none", "tcr"], "rule.name": ["bptt", "e_prop"]},
    "network": {"size": 10}, "integration": {"dt_ms": 10}, "task": {"slots": 3, "delay_ms": 100}, "shadow": {"rules": "uoro"},
    "training": {"updates": 20, "batch": 4, "checkpoints": "every 2"},
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return sp.run_study(STUDY, tmp_path_factory.mktemp("study") / "out", progress=False)


@pytest.fixture(scope="module")
def results(study, tmp_path_factory):
    trained = sp.train(sp.Network.random(10, task=TASK), TASK, updates=60, batch=4, shadows=[sp.UORO()], progress=False)
    return {type(found).__name__: found for found in (
        sp.fixed_points(TWO, starts=16), sp.slow_points(sp.Network([[2.0]], b=[0.54]), starts=16), sp.cycles(sp.Network([[2, -2], [2, 2]]), samples=2),
        sp.basins(TWO, samples=20), sp.lyapunov(TWO, duration_ms=500), sp.follow([sp.Network([[w]]) for w in (0.5, 1.5)]),
        sp.phases(np.exp(-np.arange(50) / 10 + 0.05 * np.sin(np.arange(50) ** 2)), resamples=20), sp.check_gradients("e_prop", draws=100),
        trained, trained.curve, study, study.runs, study.runs[0], sp.restructuring(study, walks=19, progress=False),
        sp.predict(study, tmp_path_factory.mktemp("report"), size=(5, 10), only="creep", all=True, progress=False),
    )}


def test_every_result_has_a_table_a_picture_and_words(results):
    assert set(results) >= {name for name in sp.__all__ if hasattr(getattr(sp, name), "to_dataframe")}
    for found in results.values():
        ax = pyplot.figure().subplots()
        assert found.plot(ax) is ax and found.plot() is not ax and ax.get_xlabel() and len(found.to_dataframe().columns)
        assert len(repr(found)) > 12 and "object at" not in repr(found)
        pyplot.close("all")


def columns_in(*documented):
    """What matches the names of "name, name : type" before what they are; OPTION and RULE stand for any."""
    said = [line for each in documented for line in re.findall(r"^ *([\w., ]+) : \S.*\n +\S", inspect.getdoc(each), re.MULTILINE)]
    names = [re.escape(name) for line in said for name in line.split(", ")]
    return re.compile("|".join(re.sub("OPTION|RULE", r"[\\w.]+", name) for name in names))


#: Where the columns of tables that show attributes of others are documented.
ATTRIBUTES_OF = {"Study": [sp.Run], "Runs": [sp.Run], "Run": [sp.Curve], "Trained": [sp.Curve, sp.Curve.to_dataframe]}


def test_every_column_of_every_table_is_documented(results, study):
    tables = [(found.to_dataframe(), ATTRIBUTES_OF.get(name, [type(found), type(found).to_dataframe])) for name, found in results.items()]
    tables += [
        (study.conditions, [sp.Study.conditions]), (study.compare(), [sp.Study.compare]), (study.summary(), [sp.Study.summary, sp.Study.compare]),
        (study.compare(by="rule.name", equal_seconds=True), [sp.Study.compare]), (results["Predictions"].values(), [sp.Predictions.values]),
    ]
    for table, documented in tables:
        assert len(table) or "update" in table
        known = columns_in(*documented)
        assert not [name for name in table if name not in study.runs[0].varied and not known.fullmatch(name)], documented


def test_tables_of_conditions_have_the_same_columns_whatever_is_compared(study, tmp_path):
    alone = sp.run_study({**STUDY, "grid": {"rule.name": ["bptt"]}}, tmp_path / "alone", progress=False)
    for mine, other in ((study.compare(), alone.compare()), (study.summary(), alone.summary())):
        of_options = [name for name in mine if name.startswith(("condition.", "alignment.")) and name not in other]
        assert [name for name in mine if name not in of_options] == other.columns.tolist() and "comparison" not in mine


def test_words_say_as_what_and_without_what_a_network_was_looked_at(results):
    fold = sp.Network([[2.0]], b=[0.54], synapse=sp.TCR())
    assert repr(sp.slow_points(fold, starts=4)).startswith("1 slow point of the flow, without the synapse TCR, passed in 1555 ms; ")
    assert "through 2 networks, without the synapse TCR: " in repr(sp.follow([fold, fold.replace(b=[0.5])]))
    assert "synapse" not in repr(results["SlowPoints"]) + repr(results["Followed"])
    assert repr(results["Cycles"]).startswith("1 limit cycle of the flow, period ")
    assert results["Basins"].to_dataframe().period_ms.isna().all() and not results["Basins"].period_ms.any()


@pytest.mark.parametrize("name", ["FixedPoints", "SlowPoints", "Cycles", "Basins", "Lyapunov", "Curve"])
def test_items(results, name):
    found = results[name]
    assert len(found) == len(list(found)) == len(found[:]) > 0 and len(found[1:]) == len(found) - 1
    assert vars(found[0]).keys() == vars(found[-1]).keys() and found[0] != found[0] and "object at" not in repr(found[0])
    for own, array in found._EACH.items():
        assert all(np.array_equal(getattr(one, own), values) for one, values in zip(found, getattr(found, array), strict=True))
    with pytest.raises(IndexError, match=f"index: {len(found)}; there are {len(found)}, from 0"):
        found[len(found)]
    with pytest.raises(TypeError, match="index: 'state'; expected a whole number"):
        found["state"]


def test_an_item_has_its_values_by_name(results):
    point = results["FixedPoints"][0]
    assert point.stable and point.state.shape == (2,) and repr(point).startswith("state of shape (2,), eigenvalues of shape (2,)")
    with pytest.raises(AttributeError, match="stabel"):
        point.stabel
