#!/usr/bin/env python3
"""The page of a study: what it says of studies that are whole, unfinished, damaged; what it refuses."""
import json
import math
import re
import shutil
import sys
import xml.etree.ElementTree as xml
from html import unescape

from support import SMALL, main, ok, refused, runs, settings, small_study, stillpoint, write


def text_of(path):
    """What a reader reads: no tags, style, scripts."""
    html = re.sub(r"(?s)<(script|style|svg).*?</\1>", "", path.read_text())
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def data_of(path):
    return json.loads(re.search(r'(?s)id="data">(.*?)</script>', path.read_text()).group(1))


def copied(tmp):
    return shutil.copytree(small_study(), tmp / "study")


def test_a_page_holds_the_numbers_of_the_summary_and_asks_for_nothing(tmp):
    study = copied(tmp)
    assert ok("report", study) == f"{study}/report.html\n"
    page = study / "report.html"
    assert data_of(page)["summary"] == json.loads(ok("summary", study, "--format", "json"))
    assert "24 of 24 planned runs are done" in text_of(page)
    html = re.sub(r'xmlns="http://www.w3.org/2000/svg"', "", page.read_text())
    html = re.sub(r"(?s)<script type=\"module\">.*?</script>", "", html)
    assert not re.search(r"(src|href)=\"(?!#|data:)", html) and "://" not in html
    assert page.stat().st_size < 5e6
    assert "of type 1 (types: 0: channel 0 had more pulses, 1: channel 1), noise left out" in text_of(page)
    ok("summary", study)  # the page is no part of the study


def test_the_same_study_gives_the_same_bytes(tmp):
    study = copied(tmp)
    ok("report", study, "--out", tmp / "a.html")
    ok("report", study, "--out", tmp / "b.html")
    assert (tmp / "a.html").read_bytes() == (tmp / "b.html").read_bytes()


def test_the_study_file_on_the_page_is_the_study(tmp):
    study = copied(tmp)
    ok("report", study)
    file = re.search(r'(?s)<pre id="study-file"[^>]*>(.*?)</pre>', (study / "report.html").read_text()).group(1)
    again = write(tmp / "again.ini", unescape(file))
    before = {path: path.stat().st_mtime_ns for path in runs(study)}
    ok("run", again, "--out", study, "--quiet")
    assert before == {path: path.stat().st_mtime_ns for path in runs(study)}


def test_an_unfinished_study_is_reported_as_such(tmp):
    study = copied(tmp)
    runs(study)[0].unlink()
    ok("report", study)
    text = text_of(study / "report.html")
    assert "UNFINISHED: 23 of 24 planned runs are done" in text
    assert "Nobody works on it now" in text
    assert re.search(r"Missing, #0 .*?: 1 of 3 runs \(seed 1\)", text), text


def test_a_damaged_run_is_named_and_left_out(tmp):
    study = copied(tmp)
    broken = runs(study)[3]
    broken.write_bytes(broken.read_bytes()[:1000])
    done = stillpoint("report", study)
    assert done.returncode == 0 and broken.name in done.stderr, done.stderr
    page = study / "report.html"
    assert "Damaged and left out" in text_of(page) and broken.name in text_of(page)
    assert [row["runs"] for row in data_of(page)["summary"]] == [3, 2, 3, 3, 3, 3, 3, 3]
    refused("summary", study, names=[broken.name])


def test_figures_are_files_of_one_column(tmp):
    study = copied(tmp)
    ok("report", study, "--figures", tmp / "figures")
    files = sorted((tmp / "figures").glob("*.svg"))
    names = {path.stem for path in files}
    assert {"learning-curves", "learning-curves-logarithmic", "runs-at-criterion", "shares", "medians", "differences"} <= names, names
    for path in files:
        root = xml.parse(path).getroot()
        assert root.get("width") == "252.28pt", path
        assert list(root.iter("{http://www.w3.org/2000/svg}text")), path
        if path.stem.startswith("portrait"):
            assert {"a trial; colours are types of trials", "where a trial begins"} <= {each.text for each in root.iter("{http://www.w3.org/2000/svg}text")}
        pdf = path.with_suffix(".pdf").read_bytes()
        assert pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF") and b"/Font" in pdf, path


def test_figures_of_analyses_beside_the_study_are_shown(tmp):
    study = copied(tmp)
    ok("figure", study, "--out", study / "figure.svg")
    write(study / "events.svg", '<svg xmlns="http://www.w3.org/2000/svg"><title>"events" &amp; more</title><script>alert(1)</script></svg>')
    ok("report", study)
    html = (study / "report.html").read_text()
    assert 'alt="events.svg" src="data:image/svg+xml,%3Csvg' in html and "<script>alert" not in html
    assert 'alt="figure.svg"' not in html and "figure.svg: is left out: its title is the study's" in text_of(study / "report.html")


def test_what_is_no_svg_is_named_and_not_shown(tmp):
    study = copied(tmp)
    svg = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
    for name, text in {"cut": svg.format("<g>")[:-3], "crossed": svg.format("<g><a></g></a>"), "words": "a figure", "empty": "",
                       "html": "<html><svg xmlns='http://www.w3.org/2000/svg'/></html>", "bare": "<svg/>", "entity": svg.format("&nbsp;")}.items():
        write(study / f"{name}.svg", text)
    write(study / "whole.svg", '<?xml version="1.0"?><!DOCTYPE svg><!-- -->\n<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>')
    ok("report", study)
    html, text = (study / "report.html").read_text(), text_of(study / "report.html")
    assert re.findall(r'<img alt="(\w+)\.svg"', html) == ["whole"]
    for name in ("cut", "crossed", "words", "empty", "html", "bare", "entity"):
        assert f"{name}.svg: is left out: is no SVG that can be shown: " in text, (name, text)


def numbers(root, tag, name):
    return [float(each.get(name)) for each in root.iter("{http://www.w3.org/2000/svg}" + tag)]


def test_figures_have_the_width_and_the_size_of_text_that_are_asked_for(tmp):
    study = copied(tmp)
    file = write(tmp / "journal.style", "# of a journal\nwidth = 180  # mm\nfont = 10.5\n")
    for name, style in {"usual": [], "wide": ["--style", "width=180"], "file": ["--style", file], "letters": ["--style", "letters=true"]}.items():
        ok("report", study, "--figures", tmp / name, *style)
    names = sorted(path.name for path in (tmp / "usual").glob("*.svg"))
    assert len(names) > 6
    for name in names:
        usual, wide, scaled, lettered = (xml.parse(tmp / of / name).getroot() for of in ("usual", "wide", "file", "letters"))
        for root in (wide, scaled):
            assert root.get("width") == "510.24pt" and root.get("viewBox").split()[2] == "510.24", name
        assert set(numbers(usual, "text", "font-size")) == set(numbers(wide, "text", "font-size")) <= {7, 8}
        assert set(numbers(scaled, "text", "font-size")) == {1.5 * size for size in set(numbers(usual, "text", "font-size"))}
        assert max(numbers(wide, "text", "x")) > 252, name  # what is drawn takes the width
        radii = [set(numbers(root, "circle", "r")) for root in (usual, scaled)]
        assert radii[1] == {round(1.5 * radius, 2) for radius in radii[0]}
        bold = [each.text for each in lettered.iter("{http://www.w3.org/2000/svg}text") if each.get("font-weight") == "bold"]
        assert len(bold) == 1 and numbers(lettered, "text", "y")[0] > 0, (name, bold)
    letters = {name: next(each.text for each in xml.parse(tmp / "letters" / name).iter("{http://www.w3.org/2000/svg}text")) for name in names}
    assert letters["learning-curves.svg"] == letters["learning-curves-logarithmic.svg"] == "a" and letters["runs-at-criterion.svg"] == "b"
    maps = [letters[name] for name in names if name.startswith("map-")]  # one figure with a choice, as the two curves are
    assert len(maps) == 3 and len(set(maps)) == 1, maps
    assert len(set(letters.values())) == len(names) - 1 - 2, letters
    for pdf in (tmp / "file").glob("*.pdf"):
        width = float(re.search(rb"/MediaBox \[ 0 0 ([0-9.]+)", pdf.read_bytes()).group(1))
        assert abs(width - 510.24) < 0.01, (pdf, width)


def test_a_style_that_cannot_be_drawn_is_refused(tmp):
    study, figures = copied(tmp), tmp / "figures"
    for style, said in {"width=": ["width", "a number"], "widht=89": ["widht", "width"], "width=89,width=90": ["width", "twice"], "": ["(empty)", "KEY=VALUE"],
                        "font=2": ["font", "3"], "letters=perhaps": ["letters", "true or false"], "width=40": ["width = 40", "7 pt", "57 mm"],
                        "nowhere.style": ["nowhere.style", "KEY=VALUE"], "width=89,": ["KEY=VALUE"]}.items():
        refused("report", study, "--figures", figures, "--style", style, names=["--style", *said])
    refused("report", study, "--figures", figures, "--style", write(tmp / "bad", "\nwidth 89\n"), names=["--style", "bad", "line 2", "KEY=VALUE"])
    refused("report", study, "--style", "width=120", names=["--style", "--figures"])
    assert not figures.exists()


def test_followed_attractors_are_drawn_from_their_numbers_as_the_command_draws_them(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    ok("run", study, "--out", out, "--quiet", *settings("training.checkpoints=every 10", "study.seeds=2"))
    ok("analyze", "follow", runs(out)[0], "--json", out / "followed.json", "--plot", out / "drawn.svg")
    ok("analyze", "lyapunov", out, "--exponents", 2, "--quiet")
    ok("report", out, "--figures", tmp / "figures")
    html = (out / "report.html").read_text()
    assert (tmp / "figures/follow-1.svg").read_text() == (out / "drawn.svg").read_text()
    assert "followed.json" in text_of(out / "report.html") and "drawn.svg" not in html
    data = data_of(out / "report.html")
    assert any(row[0] == "point" for row in data["tables"]["follow-1"]["rows"]), data["tables"]["follow-1"]
    # What is kept of all networks is what the analysis says of them.
    told = json.loads(ok("analyze", "lyapunov", out, "--exponents", 2, "--quiet", "--json", "-"))
    table = data["tables"]["networks-1"]
    largest = table["columns"].index(told["numbers"][0]["name"])
    assert [row[largest] for row in table["rows"]] == [each["numbers"][told["numbers"][0]["name"]]["mean"] for each in told["conditions"]], table
    assert {"networks-1-paired"} <= set(data["tables"]) and "nothing is kept" not in html
    next((out / "analyses").glob("lyapunov-*/*.json")).unlink()
    ok("report", out)
    assert "1 network is not in this table: what is kept of this network is not of this program and this run" in text_of(out / "report.html")
    # A damaged file is named in one line, and the page is made.
    (out / "followed.json").write_text((out / "followed.json").read_text().replace('"along"', '"gone"', 1))
    ok("report", out)
    assert "followed.json: is damaged: checkpoints/0/points/0/along is missing" in text_of(out / "report.html")


def test_followed_attractors_of_which_there_are_none_are_told_in_words(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    ok("run", study, "--out", out, "--quiet", *settings("training.checkpoints=every 10", "study.seeds=1"))
    found = json.loads(ok("analyze", "follow", runs(out)[0], "--json", "-"))
    found.update(tracks=0, branches=[], changes=[], matched=[])
    found["run"]["holds"] = {}
    for checkpoint in found["checkpoints"]:
        checkpoint["points"] = []
    write(out / "none.json", json.dumps(found))
    ok("report", out, "--figures", tmp / "figures")
    said = f"{found['run']['file']}: no fixed point was found at {len(found['checkpoints'])} checkpoints, updates 0 to 12: nothing is followed."
    assert said in text_of(out / "report.html"), (said, text_of(out / "report.html"))
    assert not (tmp / "figures/follow-1.svg").exists()


def curves():
    """Learning curves of every kind, as tables: they fall at once, three times, slowly, not, and come back."""
    update = range(0, 1000, 10)
    noise = [0.05 * math.sin(0.7 * u * u) for u in update]
    falls = {"abrupt": lambda u: 3 * (u >= 400), "gradual": lambda u: u / 300, "none": lambda u: 0, "undone": lambda u: 400 <= u < 600,
             "three": lambda u: 0.7 * (u >= 250) + 2 * (u >= 500) + (u >= 750)}
    for name, fall in falls.items():
        yield name, "update,loss\n" + "".join(f"{u},{math.exp(e - fall(u))}\n" for u, e in zip(update, noise))


def test_phases_and_observations_are_drawn_from_their_numbers_as_the_commands_draw_them(tmp):
    study, page = copied(tmp), tmp / "study/report.html"
    plotted = {}
    for number, (name, table) in enumerate(sorted(curves()), 1):
        text = ok("analyze", "phases", write(tmp / f"{name}.csv", table), "--json", study / f"{name}.json", "--plot", study / f"{name}.svg", "--bootstrap", 20)
        assert f"verdict  {'abrupt' if name == 'three' else name}\n" in text, text
        plotted[f"phases-{number}"] = (study / f"{name}.svg").read_text()
    ok("export-nwb", runs(study)[0], tmp / "session.nwb", "--experiments", "rest,step", "--neurons", 12, "--trials", 12, "--no-rates", "--f-max-hz", 200)
    for number, words in enumerate([["--condition", "experiment"], []], 1):
        seen = study / "seen"
        seen.mkdir(exist_ok=True)
        ok("observe", tmp / "session.nwb", "--window", "0..1000", *words, "--quiet", "--json", seen / f"{number}.json", "--plot", study / f"of-{number}.svg")
        plotted[f"observation-{number}"] = (study / f"of-{number}.svg").read_text()
        assert plotted[f"observation-{number}"].count("unit ") >= 3
    ok("report", study, "--figures", tmp / "figures")
    for name, picture in plotted.items():
        assert (tmp / f"figures/{name}.svg").read_text() == picture, name
    html, data = page.read_text(), data_of(page)
    assert "data:image/svg" not in html, re.findall('<img alt="[^"]*"', html)
    drop = json.loads((study / "abrupt.json").read_text())["drop"]
    assert ["drop", drop["update"], drop["low"], drop["high"], None] in data["tables"]["phases-1"]["rows"]
    assert {"mean", "autocorrelation, by lag"} < {row[0] for row in data["tables"]["observation-1"]["rows"]}

    def changed(path, change):
        found = json.loads(path.read_text())
        change(found)
        path.write_text(json.dumps(found))

    # What does not hold what its figure needs is said, and its picture is shown; what is damaged is named.
    changed(study / "abrupt.json", lambda found: found.pop("curve"))
    changed(study / "none.json", lambda found: found.update(curve=None))
    changed(study / "three.json", lambda found: found["curve"]["loss"].pop())
    changed(study / "seen/1.json", lambda found: found.pop("kind"))
    changed(study / "seen/2.json", lambda found: found["sessions"][0]["rasters"][0].update(unit=1e9))
    ok("report", study)
    text, html = text_of(page), page.read_text()
    for said in ("abrupt.json: a result of `stillpoint analyze phases`, not drawn from its numbers, for it does not hold its curve, which earlier versions left out",
                 "none.json: a result of `stillpoint analyze phases`, not drawn from its numbers, for it does not hold its curve, of more than 20000 points",
                 "seen/1.json: a result of `stillpoint observe`, not drawn from its numbers, for it does not hold spikes of single units, which earlier versions left out",
                 "three.json: is damaged: curve/loss", "seen/2.json: is damaged: sessions/0/rasters/0/unit"):
        assert said in text, (said, text)
    assert set(re.findall('<img alt="([^"]*)"', html)) == {"abrupt.svg", "none.svg", "three.svg", "of-1.svg", "of-2.svg"}


def test_lyapunov_spectra_are_drawn_from_their_numbers(tmp):
    study, page = copied(tmp), tmp / "study/report.html"

    def dots():
        return (tmp / "figures/lyapunov-1.svg").read_text().count("h0")

    ok("analyze", "lyapunov", runs(study)[0], "--exponents", 5, "--duration-ms", 500, "--discard-ms", 100, "--json", study / "spectrum.json")
    found = json.loads((study / "spectrum.json").read_text())
    ok("report", study, "--figures", tmp / "figures")
    rows = data_of(page)["tables"]["lyapunov-1"]["rows"]
    assert rows == [[i + 1, *numbers] for i, numbers in enumerate(zip(found["exponents_per_s"], found["standard_errors_per_s"]))], rows
    assert dots() == 5 and "Lyapunov spectrum" in text_of(page)

    found["exponents_per_s"][3:] = found["standard_errors_per_s"][3:] = [None, None]  # of a network that is not invertible
    (study / "spectrum.json").write_text(json.dumps(found))
    ok("report", study, "--figures", tmp / "figures")
    assert data_of(page)["tables"]["lyapunov-1"]["rows"][3] == [4, None, None] and "2 of -infinity are not drawn." in text_of(page)
    assert dots() == 3

    found["standard_errors_per_s"].pop()
    (study / "spectrum.json").write_text(json.dumps(found))
    ok("report", study)
    assert "spectrum.json: is damaged: standard_errors_per_s" in text_of(page) and "lyapunov-1" not in data_of(page)["tables"]


def test_a_curve_of_very_many_points_is_not_kept_in_its_json(tmp):
    for points, kept in (20000, True), (20001, False):
        table = write(tmp / "long.csv", "update,loss\n" + "".join(f"{u},{1 + 0.01 * math.sin(u * u)}\n" for u in range(points)))
        curve = json.loads(ok("analyze", "phases", table, "--json", "-", "--bootstrap", 20))["curve"]
        assert (curve is not None) == kept, points


def test_figures_of_an_earlier_report_are_named_and_stay(tmp):
    study, figures = copied(tmp), tmp / "figures"
    done = stillpoint("report", study, "--figures", figures)
    assert done.returncode == 0 and "remark" not in done.stderr, done.stderr
    done = stillpoint("report", study, "--figures", figures)
    assert "remark" not in done.stderr, done.stderr
    for name in "old.svg", "old.pdf", "notes.txt":
        write(figures / name, "x")
    done = stillpoint("report", study, "--figures", figures)
    assert f"remark: {figures} holds 2 other figures, which this report did not write: old.pdf, old.svg\n" in done.stderr, done.stderr
    for k in range(9):
        write(figures / f"a{k}.svg", "x")
    done = stillpoint("report", study, "--figures", figures)
    assert "holds 11 other figures, which this report did not write: a0.svg, a1.svg, a2.svg, a3.svg, a4.svg, a5.svg, ..\n" in done.stderr, done.stderr
    assert all((figures / name).read_text() == "x" for name in ("old.svg", "old.pdf", "notes.txt", "a8.svg"))


def test_restructuring_events_are_shown_without_runs_that_are_damaged_or_not_measured(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    ok("run", study, "--out", out, "--quiet", *settings("training.checkpoints=every 10", "training.updates=120"))
    ok("analyze", "restructuring", out, "--quiet", "--walks", 10)
    ok("report", out)
    page = out / "report.html"
    assert "of 3 measured runs have an event" in text_of(page) and "not measured yet" not in text_of(page)
    broken, paths = runs(out)[0], runs(out)
    broken.write_bytes(broken.read_bytes()[:1000])
    (out / "restructuring" / paths[-1].with_suffix(".json").name).unlink()
    ok("report", out)
    text, rows = text_of(page), data_of(page)["tables"]["restructuring"]["rows"]
    assert f"Damaged and left out: {broken}" in text
    assert text.count("of 2 measured runs have an event") == 2, text
    assert "Restructuring events are without runs that are not measured yet, #1 tcr: seed 3; `stillpoint analyze restructuring" in text, text
    assert rows and not {(0, 1), (1, 3)} & {(row[0], row[2]) for row in rows}, rows


def test_restructuring_events_that_were_measured_are_shown(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    ok("run", study, "--out", out, "--quiet", *settings("training.checkpoints=every 10", "training.updates=120"))
    ok("analyze", "restructuring", out, "--quiet", "--plot", tmp / "events.svg")
    ok("report", out)
    page = out / "report.html"
    assert "of 3 measured runs have an event" in text_of(page)
    ok("report", out, "--figures", tmp / "figures")
    plotted, drawn = (re.findall("<circle.*", (tmp / of).read_text()) for of in ("events.svg", "figures/restructuring.svg"))
    assert plotted == drawn and len(drawn) > 1, (plotted, drawn)
    assert "By chance alone 5 % of runs would have an event" in text_of(page)
    for kept in (out / "restructuring").glob("*.json"):
        kept.unlink()
    ok("report", out)
    assert "Restructuring events are not shown" in text_of(page)


def test_runs_without_checkpoints_are_told_how_to_keep_them(tmp):
    study = write(tmp / "s.ini", SMALL)
    ok("run", study, "--out", tmp / "out", "--quiet", *settings("training.checkpoints=none", "study.seeds=1"))
    ok("report", tmp / "out")
    assert "training.checkpoints = log keeps some" in text_of(tmp / "out/report.html")


def test_what_cannot_be_reported_is_refused(tmp):
    study = copied(tmp)
    refused("report", names=["DIR"])
    refused("report", tmp / "nowhere", names=[f"{tmp}/nowhere", "does not exist"])
    (tmp / "other").mkdir()
    refused("report", tmp / "other", names=["holds no study"])
    refused("report", study, "--out", study / "runs/page.html", names=["--out", "belongs to the study"])
    refused("report", study, "--out", tmp / "page.txt", names=["--out", ".html"])
    refused("report", study, "--out", tmp / "none/page.html", names=["--out", "there is no directory"])
    refused("report", study, "--figures", study / "runs", names=["--figures", "belongs to the study"])
    refused("report", study, "--figures", study / "study.json", names=["--figures"])
    assert not (study / "report.html").exists()
    for path in runs(study):
        path.unlink()
    refused("report", study, names=["has no finished runs"])


if __name__ == "__main__":
    sys.exit(main(globals()))
