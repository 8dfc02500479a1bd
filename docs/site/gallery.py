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

from study_results import OPTIONS, ROOT, directory_of, refuse, refuse_unused, sets_and_others, studies_of, summary_of

PAGE = re.compile(r"^<!-- page of (\S+?\.ini)" + OPTIONS + r" -->$", re.MULTILINE)
WIDTH, HEIGHT = 1000, 1600  # of a picture


def picture(page, out):
    """As a reader sees the page when it opens."""
    browser = shutil.which("chromium") or refuse("chromium", "there is none", "run scripts/install-deps --browser")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run([browser, "--headless", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}",
                        f"--screenshot={out}", page.as_uri()], check=True, capture_output=True)


def main(words):
    (studies, program), why = studies_of("--gallery", words), {}
    pages = [(file, options, directory_of(file, options, studies, why)) for file, options in PAGE.findall((ROOT / "docs/gallery.md").read_text())]
    refuse_unused(studies, why, "docs/gallery.md shows no page")
    for file, options, directory in pages:
        if directory is None:
            continue
        summary_of(directory, file, options, program)
        page = ROOT / "docs/gallery" / f"{Path(file).stem}.html"
        subprocess.run([program, "report", directory, "--out", page, *sets_and_others(options)[1]], check=True, capture_output=True)
        picture(page, page.with_suffix(".png"))
        print(f"written: {page.relative_to(ROOT)} and its picture")


if __name__ == "__main__":
    main(sys.argv[1:])
