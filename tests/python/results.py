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
    return [
        sp.fixed_points(TWO, starts=16), sp.slow_points(sp.Network([[2.0]], b=[0.54]), starts=16), sp.cycles(sp.Network([[2, -2], [2, 2]]), samples=2),
        sp.basins(TWO, samples=20), sp.lyapunov(TWO, duration_ms=500), sp.follow([sp.Network([[w]]) for w in (0.5, 1.5)]),
        sp.phases(np.exp(-np.arange(50) / 10 + 0.05 * np.sin(np.arange(50) ** 2)), resamples=20), sp.check_gradients("e_prop", draws=100),
        trained, trained.curve, study, study.runs, study.runs[0], sp.restructuring(study, walks=19, progress=False),
        sp.predict(study, tmp_path_factory.mktemp("report"), size=(5, 10), only="creep", all=True, progress=False),
    ]


def listed_in(documented):
    """Names of "name, name : type", followed by what they are."""
    said = re.findall(r"^ *([\w., ]+) : \S.*\n +\S", documented or "", re.MULTILINE)
    return [one for line in said for one in line.split(", ")]


def documented_by(*sources):
    """Names in small letters; OPTION and RULE stand for any."""
    names = [name for source in sources for name in listed_in(inspect.getdoc(source))]
    return re.compile("|".join(re.sub("OPTION|RULE", r"[\\w.]+", name.replace(".", r"\.")) for name in names))


def test_every_result_has_a_table_a_picture_and_words(results):
    kinds = {type(found) for found in results}
    assert kinds >= {kind for name in sp.__all__ if hasattr(kind := getattr(sp, name), "__dataclass_fields__")}
    for found in results:
        ax = pyplot.figure().subplots()
        assert len(found.to_dataframe().columns) and found.plot(ax) is ax and found.plot() is not ax and ax.get_xlabel()
        assert len(repr(found)) > 12 and "object at" not in repr(found) and "=<" not in repr(found)
        pyplot.close("all")


def test_every_column_of_every_table_is_documented(results, study):
    varied = set(study.runs[0].varied)
    predictions = results[-1]
    tables = [(found.to_dataframe(), (type(found).to_dataframe, type(found))) for found in results]
    tables += [
        (study.runs.to_dataframe(), (sp.Run,)), (study.to_dataframe(), (sp.Run,)), (study.runs[0].to_dataframe(), (sp.Curve,)),
        (study.conditions, (sp.Study.conditions,)), (study.compare(), (sp.Study.compare,)), (study.compare(by="rule.name"), (sp.Study.compare,)),
        (study.summary(), (sp.Study.summary, sp.Study.compare)), (predictions.values(), (sp.Predictions.values,)),
    ]
    for table, sources in tables:
        if type(sources[-1]) is type and sources[-1] in (sp.Runs, sp.Study, sp.Run, sp.Trained) and len(sources) == 2:
            sources = (*sources, sp.Run, sp.Curve, sp.Curve.to_dataframe)
        known = documented_by(*sources)
        assert not [name for name in table.columns if name not in varied and not known.fullmatch(name)], sources
        assert len(table)


def test_tables_of_conditions_have_the_same_columns_whatever_is_compared(study):
    alone = sp.Study.compare(study, by="rule.name")
    nothing = study.compare(by="network.gain") if "network.gain" in study.runs[0].varied else study.compare()
    assert alone.columns.tolist() == nothing.columns.tolist() and "comparison" not in alone


@pytest.mark.parametrize("place", range(5))
def test_items(results, place):
    found = results[place]
    assert len(found) == len(list(found)) == len(found[:]) > 0 and len(found[1:]) == len(found) - 1
    first, last = found[0], found[-1]
    assert vars(first).keys() == vars(last).keys() and "object at" not in repr(first) and first == first and first != found[0]
    for name, array in found._EACH.items():
        for i, one in enumerate(found):
            assert np.array_equal(getattr(one, name), getattr(found, array)[i])
    with pytest.raises(IndexError, match=f"index: {len(found)}; there are {len(found)}, from 0"):
        found[len(found)]
    with pytest.raises(TypeError, match="index: 'state'; expected a whole number"):
        found["state"]


def test_a_point_is_read_as_a_sentence_would_be(results):
    point = results[0][0]
    assert point.stable and point.state.shape == (2,) and repr(point).startswith("state of shape (2,), eigenvalues of shape (2,)")
    assert [one.stable for one in results[0]] == results[0].stable.tolist()
