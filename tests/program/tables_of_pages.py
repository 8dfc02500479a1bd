#!/usr/bin/env python3
"""Tables that scripts/docs --tables writes into pages, and pages of the gallery: what the program says of the study, and of no other and no unfinished one."""
import contextlib
import io
import json
import re
import shutil
import sys

from support import SMALL, SOURCE, given, main, ok, runs, settings, write

sys.path.insert(0, str(SOURCE / "docs/site"))
import gallery  # noqa: E402
import study_results  # noqa: E402
import summary_columns  # noqa: E402
import tables  # noqa: E402


def written(tmp, *words, by=tables):
    """The pages of a tree with one page, tables of which are written; what is said on standard error where that is refused."""
    study_results.ROOT = by.ROOT = tmp
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            by.main([*map(str, words), str(given.program)])
    except SystemExit as refused:
        assert refused.code == 2 and said.getvalue().count("\n") == 1, said.getvalue()
        return said.getvalue()
    return (tmp / "docs/page.md").read_text()


def tree(tmp, columns, options=""):
    (tmp / "docs").mkdir()
    write(tmp / "docs/page.md", f"Before.\n\n<!-- table of s.ini{options}: {columns} -->\n\n<!-- not made yet -->\n\nAfter.\n")
    write(tmp / "s.ini", SMALL + "criterion = 0.4\n")


def test_cells_are_those_that_summary_prints(tmp):
    tree(tmp, "arm | reached | updates | accuracy | V start | V end | Cliff's delta")
    ok("run", tmp / "s.ini", "--out", tmp / "r", "--quiet")
    text = written(tmp, tmp / "r")
    rows = [[cell.strip() for cell in line.strip("| \n").split(" | ")] for line in text.splitlines() if line.startswith("| ")]
    assert [row[0] for row in rows] == ["arm", "none", "tcr"], text
    summary = ok("summary", tmp / "r")
    for *cells, delta in rows[1:]:  # of its second table, which has no row of the condition that others are compared with
        row = " +".join(map(re.escape, [*cells[:3], "0", *cells[3:]]))  # none diverged
        assert re.search(rf"^#\d +{row} ", summary, re.MULTILINE), (cells, summary)
        assert delta == "-" or re.search(rf"^#\d +{cells[0]} .* {re.escape(delta)}$", summary, re.MULTILINE), (delta, summary)
    assert text.startswith("Before.\n\n<!--") and text.endswith("-->\n\nAfter.\n") and "<!-- 3 seeds, stillpoint " in text, text
    assert written(tmp, tmp / "r") == text


def test_options_that_are_numbers_and_names_of_sections(tmp):
    tree(tmp, "gain | rule | reached")
    write(tmp / "s.ini", SMALL.replace("study.arm = none tcr", "network.gain = 1 2.5\nrule.name = bptt e_prop").replace("\ngain = 2", ""))
    ok("run", tmp / "s.ini", "--out", tmp / "r", "--quiet")
    assert re.findall(r"^\| ([\d.]+ \| \w+) \| \d/3", written(tmp, tmp / "r"), re.MULTILINE) == ["1 | bptt", "1 | e_prop", "2.5 | bptt", "2.5 | e_prop"]
    named = tables.options_of([{"condition": {"network.gain": 1, "freeze_in.updates": 0, "oja.rate": 1, "optimizer.rate": 1}}], summary_columns.COLUMNS)
    assert list(named) == ["gain", "freeze_in.updates", "rate", "optimizer.rate"], named  # in full where a column or an option has the name


def rows_of(text):
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]


def test_a_crossed_table_has_a_column_for_each_value(tmp):
    tree(tmp, "gain | runs, accuracy per rule | V start per rule")
    write(tmp / "s.ini", SMALL.replace("study.arm = none tcr", "network.gain = 1 2.5\nrule.name = bptt e_prop").replace("\ngain = 2", ""))
    ok("run", tmp / "s.ini", "--out", tmp / "r", "--quiet")
    crossed = rows_of(written(tmp, tmp / "r"))
    assert crossed[0] == ["gain", *(f"{name}, rule {rule}" for name in ("runs, accuracy", "V start") for rule in ("bptt", "e_prop"))], crossed
    page = (tmp / "docs/page.md").read_text()
    write(tmp / "docs/page.md", re.sub("ini: .* -->", "ini: gain | rule | runs | accuracy | V start -->", page))
    plain = {(gain, rule): cells for gain, rule, *cells in rows_of(written(tmp, tmp / "r"))[1:]}
    for gain, *cells in crossed[1:]:
        both = [plain[gain, rule] for rule in ("bptt", "e_prop")]
        assert cells == [", ".join(each[:2]) for each in both] + [each[2] for each in both], (cells, both)
    for columns, said in (("gain | runs", "2 conditions are in one row"), ("rule", "2 conditions are in one row"), ("gain | runs per seeds", "column seeds"), ("gain, runs", "column gain")):
        write(tmp / "docs/page.md", re.sub("ini: .* -->", f"ini: {columns} | accuracy per rule -->", page))
        assert said in written(tmp, tmp / "r")


def test_comparisons_are_those_of_the_options_of_summary(tmp):
    tree(tmp, "arm | difference of reached | difference of updates | p (Holm)", " --against tcr")
    write(tmp / "s.ini", SMALL.replace("none tcr", "none tcr tcr_permuted") + "criterion = 0.4\n")
    ok("run", tmp / "s.ini", "--out", tmp / "r", "--quiet")
    summary = ok("summary", tmp / "r", "--against", "tcr")
    rows = rows_of(written(tmp, tmp / "r"))[1:]
    assert rows[1] == ["tcr", "-", "-", "-"] and len(rows) == 3, rows
    for arm, reached, updates, p in (rows[0], rows[2]):
        row = " +".join([re.escape(reached), r"\S+", re.escape(updates), re.escape(p)])
        assert re.search(f"^#\\d +{arm} .* {row} ", summary, re.MULTILINE), (row, summary)
    page = (tmp / "docs/page.md").read_text()
    write(tmp / "docs/page.md", page.replace("--against tcr", "--against matched_speed"))
    assert "matched_speed" in written(tmp, tmp / "r")


def test_columns_of_equal_time_are_those_of_compare(tmp):
    tree(tmp, "rule | updates | ms/update | reached in equal time | ms of training")
    write(tmp / "s.ini", SMALL.replace("study.arm = none tcr", "rule.name = bptt e_prop") + "criterion = 0.8\n")
    ok("run", tmp / "s.ini", "--out", tmp / "r", "--quiet")
    compared = ok("compare", tmp / "r", "--equal-seconds")
    for rule, updates, *cells in rows_of(written(tmp, tmp / "r"))[1:]:
        each, reached, training = map(re.escape, cells)
        assert re.search(rf"^#\d +{rule} +{reached} +{training} +{each} ", compared, re.MULTILINE), (cells, compared)
        assert "." not in updates, updates


def test_a_study_with_options_set_is_that_study_alone(tmp):
    tree(tmp, "arm | reached", ' --set network.kind=leaky_rate --set study.arm="none tcr_permuted" --set study.first_seed=5 --against none')
    write(tmp / "s.ini", SMALL.replace("study.arm", "network.kind = leaky_rate plrnn\nstudy.arm").replace("size = 20", "size = 20\nA = 0.7"))  # of PLRNNs alone
    ok("run", tmp / "s.ini", "--out", tmp / "s", "--quiet")
    assert "grid.network.kind = leaky_rate plrnn, in s.ini leaky_rate; give the study as the page has it" in written(tmp, tmp / "s")
    ok("run", tmp / "s.ini", "--out", tmp / "r", "--quiet", *settings("network.kind=leaky_rate", "study.arm=none tcr_permuted", "study.first_seed=5"))
    assert [row[0] for row in rows_of(written(tmp, tmp / "r"))] == ["arm", "none", "tcr_permuted"]
    shutil.copytree(tmp / "r", tmp / "again")
    assert "is " in written(tmp, tmp / "r", tmp / "again")
    page = (tmp / "docs/page.md").read_text()
    write(tmp / "docs/page.md", page.replace('="none tcr_permuted"', "=tcr_permuted").replace(" --against none", "").replace("arm | ", ""))
    ok("run", tmp / "s.ini", "--out", tmp / "one", "--quiet", *settings("network.kind=leaky_rate", "study.arm=tcr_permuted", "study.first_seed=5"))
    assert len(rows_of(written(tmp, tmp / "one"))) == 2  # what a grid had is an option like others


def test_restructuring_is_as_its_analysis_has_it(tmp):
    names = ("first event", "before", "lead")
    tree(tmp, " | ".join(["arm", "drop / gradual / none", *names, "shuffled", *(f"{name} (phase space)" for name in names)]))
    write(tmp / "docs/page.md", (tmp / "docs/page.md").read_text().replace("table of", "restructuring of"))
    study = SMALL.replace("none tcr", "none tcr\ncontrol.targets = own shuffled").replace("gain = 2", "gain = 0.5")
    study = study.replace("updates = 12\nbatch = 4", "updates = 200\nbatch = 16\ncheckpoints = every 10\n[optimizer]\nname = sgd\nrate = 0.1")
    write(tmp / "s.ini", study + "[task]\ndelay_ms = 100\n")
    ok("run", tmp / "s.ini", "--out", tmp / "r", "--quiet")
    rows = [dict(zip(names, row)) for names, *rows in [rows_of(written(tmp, tmp / "r"))] for row in rows]
    seen = set()
    for of, options in (("", ()), (" (phase space)", ("--descriptors", "attractors,settled,field,slowest,exponent"))):
        said = ok("analyze", "restructuring", tmp / "r", "--quiet", *options)
        for row, number in zip(rows, (0, 2), strict=True):
            counts = " +".join(row["drop / gradual / none"].split(" / "))
            assert re.search(rf"^#{number} .*  3 +{counts} +0 +\d +{re.escape(row[f'first event{of}'])} ", said, re.MULTILINE), (row, said)
            before = re.fullmatch(r"(\d) \(([\d.]+), ([<\d.]+)\)", row[f"before{of}"])
            lead = " +".join(map(re.escape, [*before.groups(), row[f"lead{of}"]])) if before else None
            assert before is None or re.search(rf"^#{number} .* {lead} ", said, re.MULTILINE), (row, said)
        seen.add((rows[0][f"first event{of}"], rows[0][f"before{of}"]))
    assert len(seen) == 2 and all(before != "-" for _, before in seen), seen  # the two differ, and there are leads to compare


def test_predictions_are_those_of_the_report_of_predict(tmp):
    tree(tmp, "overview 1")
    page = (tmp / "docs/page.md").read_text().replace("table of", "predictions of")
    write(tmp / "docs/page.md", page + page.replace("overview 1", "static, tcr: creep") + page.replace("overview 1", "tcr, static per setting: creep"))
    write(tmp / "s.ini", SMALL.replace("study.arm", "network.gain = 1 2\nstudy.arm").replace("\ngain = 2", "") + "[noise]\ndrive = 0.1\n")
    ok("run", tmp / "s.ini", "--out", tmp / "r", "--quiet")
    assert "has no predictions.json" in written(tmp, tmp / "r")
    ok("predict", tmp / "r", "--out", tmp / "r/report", "--only", "creep,residual_200", "--size", "6x6", "--half-step", "0", "--all", "--quiet")
    report = (tmp / "r/report/predictions.md").read_text()
    overview, by_rates, settings_ = re.findall(r"(?:^\|.*\n)+", written(tmp, tmp / "r"), re.MULTILINE)
    assert overview in report and overview.count("\n") == 3, overview
    creep = report.split(". creep\n")[1].split("\n## ")[0]
    for hypothesis, cell in zip(("static", "tcr"), rows_of(by_rates)[1][1:], strict=True):
        assert f"| {hypothesis} | {cell} | " in creep, (hypothesis, cell, creep)
    assert [row[0] for row in rows_of(settings_)] == ["setting", "gain = 1", "gain = 2"], settings_
    assert all(len(row[1].split(", ")) == 2 for row in rows_of(settings_)), settings_
    values = [row[1] for row in rows_of(settings_)]

    # a second study's form of a hypothesis, in one setting, stands beside the first and not in its place
    said = json.loads((tmp / "r/report/predictions.json").read_text())
    own = next(row for row in said["predictions"] if row["name"] == "creep")["settings"]
    for each in own:
        each["variant"] = "beta = 100" if each["hypothesis"] == "tcr" else ""
    first = next(each for each in own if each["hypothesis"] == "tcr" and each["setting"] == "gain = 2")
    own.insert(0, {**first, "study": 2, "variant": "beta = 10", "value": 7.25, "interval": [7, 7.5]})
    said["learning"] = [{"hypothesis": "tcr", "verdict": "abrupt", "statistic": statistic, "measured": measured, "networks": 3,
                         **{name: value for at, part in enumerate(("before", "during", "after", "during_less_before", "after_less_before"), start)
                            for name, value in ((part, at), (f"{part}_interval", [at - 1, at + 1]))}}
                        for statistic, measured, start in (("creep", "rates", 2), ("creep", "sessions", 4), ("other", "rates", 6))]
    said["lead"] = [{"hypothesis": "tcr", "verdict": "abrupt", "statistic": "creep", "sessions_per_day": sessions, "lead_days": lead, "interval": None, "found": 1,
                     "networks": 3, "null": {"high": 2.5, "p": 0.25} if lead is not None else None} for sessions, lead in ((1, 3), (4, None))]
    write(tmp / "r/report/predictions.json", json.dumps(said))
    asked = ("tcr, static per setting: creep", "per variant: creep", "learning by rates: creep", "lead of 1 session: creep", "lead of 4 sessions: creep")
    write(tmp / "docs/page.md", "".join(page.replace("overview 1", text) for text in asked))
    per_setting, per_variant, learning, one, four = (rows_of(table) for table in re.findall(r"(?:^\|.*\n)+", written(tmp, tmp / "r"), re.MULTILINE))
    assert [row[1] for row in per_setting[1:]] == values[1:], (per_setting, values)
    assert per_variant[0] == ["prediction", "beta = 10", "beta = 100"] and per_variant[1][1] == "7.25 [7, 7.5]", per_variant
    assert per_variant[1][2].split(" ")[0] == per_setting[2][1].split(", ")[0], (per_variant, per_setting)
    assert learning[1:] == [["tcr", "abrupt", "creep", *(f"{at} [{at - 1}, {at + 1}]" for at in range(2, 7)), "3"]], learning
    assert one[1:] == [["tcr", "abrupt", "creep", "1 of 3", "3", "2.5", "0.25"]] and four[1][4:] == ["-"] * 3, (one, four)
    write(tmp / "docs/page.md", page.replace("overview 1", "lead of 2 sessions: creep"))
    assert "holds no lead of creep" in written(tmp, tmp / "r")

    write(tmp / "docs/page.md", page.replace("overview 1", "overview 3"))
    assert "2 predictions in its overview" in written(tmp, tmp / "r")
    write(tmp / "docs/page.md", page.replace("overview 1", "tcr: creeps"))
    assert "prediction creeps: is none of" in written(tmp, tmp / "r")


def test_other_and_unfinished_studies_are_refused_and_nothing_is_written(tmp):
    tree(tmp, "arm | reached")
    before = (tmp / "docs/page.md").read_text()
    ok("run", tmp / "s.ini", "--out", tmp / "other", "--quiet", *settings("network.gain=1"))
    assert "network.gain = 1, in s.ini 2;" in written(tmp, tmp / "other")
    plain = (tmp / "s.ini").read_text()
    write(tmp / "s.ini", plain.replace("study.arm = none tcr", "study.arm = none tcr\nnetwork.gain = 1 2").replace("\ngain = 2", ""))
    assert "grid.network.gain = not varied, in s.ini 1 2;" in written(tmp, tmp / "other")
    write(tmp / "s.ini", plain)
    ok("run", tmp / "s.ini", "--out", tmp / "few", "--quiet", *settings("study.seeds=2"))
    assert "seeds 1 to 2, in s.ini 1 to 3;" in written(tmp, tmp / "few")
    ok("run", tmp / "s.ini", "--out", tmp / "longer", "--quiet", *settings("training.updates=14"))
    assert "training.updates = 14, in s.ini 12;" in written(tmp, tmp / "longer")
    ok("run", tmp / "s.ini", "--out", tmp / "later", "--quiet", *settings("study.first_seed=4"))
    assert "seeds 4 to 6, in s.ini 1 to 3;" in written(tmp, tmp / "later")
    ok("run", tmp / "s.ini", "--out", tmp / "r", "--quiet")
    shutil.copytree(tmp / "r", tmp / "part")
    runs(tmp / "part")[-1].unlink()
    assert "2 of 3 runs of condition #1" in written(tmp, tmp / "part")
    ok("run", tmp / "s.ini", "--out", tmp / "unknown", "--quiet", *settings("study.name=unknown"))
    assert "no page has a table of the study unknown" in written(tmp, tmp / "r", tmp / "unknown")
    assert "has no study.json" in written(tmp, tmp / "docs") and "DIR is missing" in written(tmp)
    assert (tmp / "docs/page.md").read_text() == before
    write(tmp / "docs/page.md", before.replace("reached", "reach"))
    assert "column reach " in written(tmp, tmp / "r")


def test_the_gallery_has_pages_of_the_studies_that_it_names(tmp):
    tree(tmp, "arm | reached")
    (tmp / "docs/gallery").mkdir()
    write(tmp / "docs/gallery.md", "<!-- page of s.ini --against tcr -->\n")
    gallery.picture = lambda page, out: None  # which takes a browser
    ok("run", tmp / "s.ini", "--out", tmp / "r", "--quiet")
    written(tmp, tmp / "r", by=gallery)
    assert "Does none learn more often, or faster, than tcr?" in (tmp / "docs/gallery/s.html").read_text()
    ok("run", tmp / "s.ini", "--out", tmp / "few", "--quiet", *settings("study.seeds=2"))
    assert "seeds 1 to 2, in s.ini 1 to 3;" in written(tmp, tmp / "few", by=gallery)
    ok("run", tmp / "s.ini", "--out", tmp / "unknown", "--quiet", *settings("study.name=unknown"))
    assert "docs/gallery.md shows no page of the study unknown" in written(tmp, tmp / "unknown", by=gallery)


if __name__ == "__main__":
    sys.exit(main(globals()))
