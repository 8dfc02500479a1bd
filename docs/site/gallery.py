"""Writes the pages of the gallery (docs/gallery.md) anew, and a picture of each as it opens, from the result directories of these studies.

usage: scripts/docs --gallery DIR... [PROGRAM]

A page that is made so is linked below a comment that says the study, and options of `report` as `--against tcr`:

    <!-- page of experiments/studies/quickstart.ini -->

It becomes docs/gallery/quickstart.html and quickstart.png, by the file's name."""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from study_results import ROOT, refuse, studies_of, study_file, summary_of

PAGE = re.compile(r"^<!-- page of (\S+?\.ini)((?: --(?:by|against) \S+)*) -->$", re.MULTILINE)
WIDTH, HEIGHT = 1000, 1600  # of a picture


def picture(page, out):
    """As a reader sees the page when it opens."""
    browser = shutil.which("chromium") or refuse("chromium", "there is none", "run scripts/install-deps --browser")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run([browser, "--headless", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}",
                        f"--screenshot={out}", page.as_uri()], check=True, capture_output=True)


def main(words):
    studies, program = studies_of("--gallery", words)
    shown = {study_file(file)["study"]["name"]: (file, options) for file, options in PAGE.findall((ROOT / "docs/gallery.md").read_text())}
    for name, directory in studies.items():
        if name not in shown:
            refuse(directory, f"docs/gallery.md shows no page of the study {name}", f"it shows {', '.join(shown)}")
        file, options = shown[name]
        summary_of(directory, file, options, program)
        page = ROOT / "docs/gallery" / f"{Path(file).stem}.html"
        subprocess.run([program, "report", directory, "--out", page, *options.split()], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        picture(page, page.with_suffix(".png"))
        print(f"written: {page.relative_to(ROOT)} and its picture")


if __name__ == "__main__":
    main(sys.argv[1:])
