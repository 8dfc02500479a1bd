#!/usr/bin/env python3
"""Files that are no learning curves, or could be two, are refused in one line that says what to do, and nothing is written."""
import io
import json
import sys
import zipfile

import numpy as np

from phases_files import LOSS, ROWS, STEP, decimal_commas, lines, npy, npz, put, table
from support import main, refused


def of_type(array, kind):
    made = npy(array)
    assert b"'<f8'" in made
    return made.replace(b"'<f8'", kind)


def with_word(word, header="step,loss"):
    return header + "\n" + table(None, [*ROWS[:9], (180, word), *ROWS[10:]])


def damaged(contents, place, by):
    return contents[:place] + by + contents[place + len(by):]


def bad_files():
    """Name, contents, options, what the one line has to say."""
    many = table(["step", "train_loss", "val_loss"], [(a, b, b) for a, b in ROWS])
    plain = table(["step", "loss"], ROWS)
    packed, whole = npz(save=np.savez_compressed, loss=LOSS, step=STEP), npz(loss=LOSS, step=STEP)
    workbook = io.BytesIO()
    with zipfile.ZipFile(workbook, "w") as file:
        file.writestr("xl/workbook.xml", "<workbook/>")
    yield "word.csv", with_word("low"), [], ["line 11: loss = low", "must be a finite number"]
    yield "hex.csv", with_word("0x1p3"), [], ["line 11: loss = 0x1p3"]
    yield "inf.csv", with_word("inf"), [], ["line 11: loss = inf"]
    yield "comma.csv", with_word('"0,5"'), [], ["line 11: loss = 0,5"]
    yield "mixed.tsv", table(["step", "loss"], [*ROWS[:9], ("1,000", 0.5), *ROWS[9:]], "\t"), [], ["line 11: step = 1,000", "decimal sign"]
    yield "thousands.csv", table(["step", "loss"], [*decimal_commas(ROWS[:9]), ("1.000,5", 1)], ";"), [], ["line 11: step = 1.000,5"]
    yield "date.csv", table(["time", "loss"], [("2026-01-01", b) for _, b in ROWS]), [], ["line 2: time = 2026-01-01"]
    yield "units.csv", table(["step", "loss"], [("[1]", "[nats]"), *ROWS]), [], ["line 2: loss = [nats]"]
    yield "prose.txt", "It was a long night.\nNothing was learned.\n", [], ["columns"]
    yield "one.csv", table(["loss"], LOSS[:, None]), [], ["columns = loss", "--update rows"]
    yield "bare.txt", table(None, LOSS[:, None]), [], ["columns = 1", "--update rows"]
    yield "headers.csv", plain + plain, [], [f"line {len(ROWS) + 2}", "header again"]
    yield "runs_without_header.csv", plain + table(None, ROWS), [], ["step = 40 steps in 80 rows", "one run", "--update"]
    yield "batches.csv", table(["epoch", "batch", "loss"], [(i // 10, i % 10, b) for i, (_, b) in enumerate(ROWS)]), [], ["batch = 10 steps in 40 rows", "--update rows"]
    yield "nan.csv", table(["step", "loss"], [(a, "nan") for a, _ in ROWS]), [], ["loss = no number", f"{len(ROWS)} rows"]
    yield "steps.csv", table(["step", "loss"], [("", b) for _, b in ROWS]), [], ["loss = no number", "step"]
    yield "two.csv", many, [], ["columns = train_loss, val_loss", "--column"]
    yield "same.csv", table(["step", "loss", "loss"], [(a, b, b) for a, b in ROWS]), [], ["columns = loss, loss", "--column"]
    yield "same2.csv", table(["step", "loss", "loss"], [(a, b, b) for a, b in ROWS]), ["--column", "loss"], ["--column = loss", "2 columns"]
    yield "steps2.csv", table(["step", "Step", "loss"], [(a, a, b) for a, b in ROWS]), [], ["columns = step, Step", "--update"]
    yield "runs.csv", table(["Step", "a - loss", "b - loss"], [(a, b, b) for a, b in ROWS]), [], ["a - loss, b - loss", "--column"]
    yield "reward.csv", table(["step", "reward"], ROWS), [], ["columns = step, reward", "--column", "--rising"]
    yield "no_step.csv", table(["seconds", "loss"], ROWS), [], ["columns = seconds, loss", "--update rows"]
    yield "three.csv", table(None, [(a, b, b) for a, b in ROWS]), [], ["no header and 3 columns", "--update 1 --column 2"]
    yield "absent.csv", plain, ["--column", "lss"], ["--column = lss", "step, loss", "did you mean loss?"]
    yield "absent2.csv", plain, ["--update", "3"], ["--update = 3", "from 1 to 2"]
    yield "twice.csv", plain, ["--column", "step"], ["--column = step", "steps as well"]
    yield "ragged.csv", plain + "800,1,2\n", [], [f"line {len(ROWS) + 2} = 3 fields", "must have 2"]
    yield "short.csv", plain + "800\n", [], [f"line {len(ROWS) + 2} = 1 fields"]
    yield "empty.csv", "", [], ["holds no table"]
    yield "blank.csv", "\n \n# a comment\n", [], ["holds no table"]
    yield "header.csv", "step,loss\n", [], ["points = 0"]
    yield "wide.csv", "step" + ",a" * 20000 + "\n", [], ["columns = more than 10000"]
    yield "torn.jsonl", lines({"step": a, "loss": b} for a, b in ROWS) + '{"step": 8', [], [f"line {len(ROWS) + 1}", "no JSON"]
    yield "list.jsonl", '{"step": 0, "loss": 1}\n[1, 2]\n', [], ["line 2", "object"]
    yield "word.jsonl", '{"step": 0, "loss": 1}\n{"step": 1, "loss": "low"}\n', [], ["line 2: loss = low"]
    yield "truth.jsonl", '{"step": 0, "loss": 1}\n{"step": 1, "loss": true}\n', [], ["line 2: loss = true"]
    yield "inf.jsonl", '{"step": 0, "loss": 1}\n{"step": 1, "loss": -Infinity}\n', [], ["line 2: loss = -inf"]
    yield "torn.json", '[{"step": 0, "loss": 1},', [], ["no JSON"]
    yield "deep.json", "[" * 100000, [], ["nested too deeply"]
    yield "list.json", json.dumps(list(LOSS)), [], ["columns = 1", "--update rows"]
    yield "nothing.json", "[]", [], ["empty list"]
    yield "no_names.json", "[{}, {}]", [], ["has no columns"]
    yield "settings.json", '{"lr": 0.1}', [], ["no columns"]
    yield "pairs.json", "[[0, 1], [1]]", [], ["entry 2 = 1 values"]
    yield "lengths.json", '{"step": [0, 1, 2], "loss": [1, 2]}', [], ["loss = 2 values", "must be 3, as many as in step"]
    yield "history.json", '{"log_history": 3}', [], ["log_history"]
    yield "inf.npy", npy(np.where(STEP == 60, np.inf, LOSS)), [], ["column values = inf at update 3", "finite"]
    yield "cube.npy", npy(LOSS.reshape(2, 4, 5)), [], ["shape = (2, 4, 5)"]
    yield "scalar.npy", npy(np.array(1.0)), [], ["shape = ()"]
    yield "complex.npy", npy(LOSS.astype(complex)), [], ["c16", "real numbers"]
    yield "words.npy", npy(np.array(["a", "b"])), [], ["U4", "real numbers"]
    yield "objects.npy", npy(np.array([1, None], dtype=object)), [], ["holds more than numbers"]
    yield "cut.npy", npy(LOSS)[:-1], [], ["is damaged", "last value"]
    yield "huge.npy", npy(LOSS).replace(b"(40,), }" + 11 * b" ", b"(9999999999999999,), }", 1), [], ["is damaged", "last value"]
    yield "header.npy", b"\x93NUMPY\x01\x00\xff\xff{", [], ["is damaged", "header"]
    yield "no_header.npy", b"\x93NUMPY", [], ["is damaged", "header"]
    yield "kind.npy", of_type(LOSS, b"'<q8'"), [], ["q8", "real numbers"]
    yield "arrays.npz", npz(train_loss=LOSS, val_loss=LOSS, step=STEP), [], ["train_loss, val_loss", "--column"]
    yield "lengths.npz", npz(loss=LOSS[1:], step=STEP), [], ["loss = 39 values", "must be 40, as many as in step"]
    yield "matrix.npz", npz(loss=LOSS.reshape(4, 10), step=STEP), [], ["loss: shape = (4, 10)"]
    yield "workbook.xlsx", workbook.getvalue(), [], ["without arrays of NumPy", "CSV"]
    yield "cut.npz", packed[:-30], [], ["is damaged"]
    yield "sum.npz", damaged(whole, whole.index(b"\n") + 9, b"\x07"), [], ["is damaged", "checksum"]
    yield "packed.npz", damaged(packed, packed.index(b"loss.npy") + 60, b"\xff\xff\xff"), [], ["is damaged"]
    yield "zeros.csv", plain + "\0", [], ["is no text"]
    yield "absent", None, [], ["cannot be read"]


def test_bad_files_are_refused_in_one_line(tmp):
    failed = []
    for name, contents, options, names in bad_files():
        path = tmp / name
        if contents is not None:
            put(path, contents)
        try:
            refused("analyze", "phases", path, *options, "--json", tmp / "out.json", "--plot", tmp / "out.svg", names=[name, *names])
        except AssertionError as problem:
            failed.append(str(problem))
        assert not (tmp / "out.json").exists() and not (tmp / "out.svg").exists(), name
    assert not failed, "\n".join(failed)


if __name__ == "__main__":
    sys.exit(main(globals()))
