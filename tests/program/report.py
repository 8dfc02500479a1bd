#!/usr/bin/env python3
"""The page of a study: what it says of studies that are whole, unfinished, damaged; what it refuses."""
import json
import re
import shutil
import sys
import xml.etree.ElementTree as xml
from html import unescape
from urllib.parse import unquote

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
        pdf = path.with_suffix(".pdf").read_bytes()
        assert pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF") and b"/Font" in pdf, path


def test_figures_of_analyses_beside_the_study_are_shown(tmp):
    study = copied(tmp)
    ok("figure", study, "--out", study / "figure.svg")
    write(study / "events.svg", '<svg xmlns="http://www.w3.org/2000/svg"><title>"events" & more</title><script>alert(1)</script></svg>')
    ok("report", study)
    html = (study / "report.html").read_text()
    assert 'alt="events.svg" src="data:image/svg+xml,%3Csvg' in html and "<script>alert" not in html
    assert "figure.svg" not in html


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
    assert "1 network is not in this table: nothing is kept of it by this program" in text_of(out / "report.html")
    # A damaged file is named in one line, and the page is made.
    (out / "followed.json").write_text((out / "followed.json").read_text().replace('"along"', '"gone"', 1))
    ok("report", out)
    assert "followed.json: is damaged: checkpoints/0/points/0/along is missing" in text_of(out / "report.html")


def test_restructuring_events_that_were_measured_are_shown(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    ok("run", study, "--out", out, "--quiet", *settings("training.checkpoints=every 10", "training.updates=120"))
    ok("analyze", "restructuring", out, "--quiet", "--plot", tmp / "events.svg")
    ok("report", out)
    page = out / "report.html"
    assert "of 3 measured runs have an event" in text_of(page)
    shown = re.search(r'alt="restructuring" src="data:image/svg[+]xml,(.*?)"', page.read_text()).group(1)
    assert unquote(shown) == (tmp / "events.svg").read_text()
    next((out / "restructuring").glob("*.json")).unlink()
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
