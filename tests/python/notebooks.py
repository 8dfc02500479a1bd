"""The notebooks of docs run from top to bottom, and show what their text says."""
import warnings
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "docs/notebooks"
# Said of what a notebook has made.
SHOWN = {
    "1_first_network": "assert trained.outcome == 'reached' and points.stable.sum() >= 4",
    "2_fixed_points_of_pytorch": (
        "assert found.stable.sum() == 8 and len(found) >= 27\n"
        "assert len(descended) >= 8 and also_in(descended, found.states) == len(descended)"),
    "3_two_rules": "assert len(study.runs) == 12 and compared['comparison.updates.interval'].iloc[1] is not None",
    "4_prediction_and_recording": (
        "contrast = found.values().query('prediction == \"pairing_contrast\"').set_index('hypothesis').value\n"
        "assert contrast['static'] == 0 < contrast['tcr'] and session.stat().st_size > 10000"),
}


def test_every_notebook_is_tried():
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(SHOWN)


@pytest.mark.parametrize("name", SHOWN)
def test_runs(name):
    """As long as it takes: on a busy machine a kernel needs more than the usual minute to start, and ctest ends what hangs."""
    book = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    nbformat.validate(book)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells), "outputs are not committed"
    book.cells.append(nbformat.v4.new_code_cell(SHOWN[name]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Jupyter's own
        NotebookClient(book, timeout=None, startup_timeout=600, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}).execute()
