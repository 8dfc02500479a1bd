#!/usr/bin/env python3
"""Learning curves as people have them: every kind of file gives what the plain table of the same numbers gives, to the bit."""
import io
import json
import sys

import h5py
import numpy as np

from support import main, ok, refused, stillpoint, write

STEP = np.arange(0, 800, 20)
LOSS = np.exp(-2.5 * (STEP >= 400) + 0.05 * np.random.default_rng(4).normal(size=STEP.size))
ACCURACY = np.where(STEP >= 400, 0.9, 0.25)
ROWS = [(int(step), float(loss)) for step, loss in zip(STEP, LOSS)]
WITH_ACCURACY = [(*row, float(value)) for row, value in zip(ROWS, ACCURACY)]
OTHER = [0.5 + i for i in range(len(ROWS))]


def table(header, rows, by=",", end="\n"):
    return "".join(by.join(map(str, row)) + end for row in ([header] if header else []) + list(rows))


def aligned(rows):
    return "".join("".join(f"{value:>26}" for value in row) + "\n" for row in rows)


def decimal_commas(rows):
    return [[str(value).replace(".", ",") for value in row] for row in rows]


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(*unnamed, save=np.savez, **named):
    file = io.BytesIO()
    save(file, *unnamed, **named)
    return file.getvalue()


def savetxt(**options):
    file = io.StringIO()
    np.savetxt(file, np.column_stack([STEP, LOSS]), fmt="%.17g", **options)
    return file.getvalue()


def lines(objects):
    return "".join(json.dumps(one) + "\n" for one in objects)


def every_second(header, rows):
    """A row of validation, without the training's loss, after each row of training."""
    return table(header, [row for i, (step, loss) in enumerate(rows) for row in ((i, step, loss, ""), (i, step, "", 0.5 + i))])


def of_trainer():
    """As HuggingFace's trainer keeps it: evaluations between, a summary at the end."""
    log = [{"epoch": step / 100, "learning_rate": 1e-3, "loss": loss, "step": step} for step, loss in ROWS]
    log.insert(7, {"epoch": 1.3, "eval_loss": 0.3, "eval_runtime": 1.2, "step": 130})
    return {"best_metric": None, "global_step": 800, "log_history": log + [{"epoch": 8.0, "step": 800, "train_loss": 0.4, "total_flos": 0}],
            "is_world_process_zero": True}


def records(kinds):
    array = np.zeros(STEP.size, dtype=kinds)
    array["step"], array["loss"] = STEP, LOSS
    return array


# Name of the file: what is in it, further options, columns that are said, whether they were guessed.
FILES = {
    "plain.csv": (table(["update", "loss"], ROWS), [], "update", "loss", False),
    "case.csv": (table([" Step", "LOSS "], ROWS), [], "Step", "LOSS", True),
    "quotes.csv": (table(['"Global step"', '"the ""net"", Train Loss"'], [[f'"{a}"', f'"{b}"'] for a, b in ROWS]), [], "Global step", None, True),
    "mark.csv": ("\ufeff" + table(["epoch", "loss"], ROWS, end="\r\n"), [], "epoch", "loss", True),
    "mac.csv": (table(["epoch", "loss"], ROWS, end="\r"), [], "epoch", "loss", True),
    "tabs.tsv": (table(["iteration", "train_loss"], ROWS, "\t"), [], "iteration", "train_loss", True),
    "bars.txt": (table(["it", "mse"], ROWS, " | "), [], "it", "mse", True),
    "excel.csv": (table(["step", "loss"], decimal_commas(ROWS), ";", "\r\n"), [], "step", "loss", True),
    "excel_no_header.csv": (table(None, decimal_commas(ROWS), ";"), [], "column 1", "column 2", True),
    "excel.tsv": (table(None, decimal_commas(ROWS), "\t"), [], "column 1", "column 2", True),
    "points.csv": (table(["step", "loss"], ROWS, ";"), [], "step", "loss", True),
    "spaces.txt": (aligned([("step", "loss"), *ROWS]), [], "step", "loss", True),
    "r.txt": ('"step" "loss"\n' + "".join(f'"{i}" {a} {b}\n' for i, (a, b) in enumerate(ROWS, 1)), [], "step", "loss", True),
    "no_header.csv": (table(None, ROWS), [], "column 1", "column 2", True),
    "no_header3.csv": (table(None, [(0, b, a) for a, b in ROWS]), ["--update", 3, "--column", 2], "column 3", "column 2", False),
    "savetxt.txt": (savetxt(), [], "column 1", "column 2", True),
    "savetxt_header.txt": (savetxt(header="made by a lab\nstep loss"), [], "step", "loss", True),
    "comments.csv": ("# lab 7\n" + table(["step", "loss"], ROWS[:9]) + "# paused\n\n  \n" + table(None, ROWS[9:]), [], "step", "loss", True),
    "tensorboard.csv": (table(["Wall time", "Step", "Value"], [(1.7e9 + i, *row) for i, row in enumerate(ROWS)]), [], "Step", "Value", True),
    "tensorboard.json": (json.dumps([[1.7e9, *row] for row in ROWS]), ["--update", 2, "--column", 3], "column 2", "column 3", False),
    "wandb.csv": (table([f'"{name}"' for name in ("Step", "hazy-sun-3 - train_loss", "hazy-sun-3 - train_loss__MIN", "hazy-sun-3 - train_loss__MAX")],
                        [(f'"{a}"', f'"{b}"', f'"{b / 2}"', f'"{b * 2}"') for a, b in ROWS]), [], "Step", "hazy-sun-3 - train_loss", True),
    "history.csv": (table(["_step", "_runtime", "name", "train/loss"], [(a, 0.1, "run one", b) for a, b in ROWS]), [], "_step", "train/loss", True),
    "keras.csv": (table(["epoch", "accuracy", "loss", "val_accuracy", "val_loss"], [(a, c, b, 0.5, 0.7) for a, b, c in WITH_ACCURACY]), [],
                  "epoch", "loss", True),
    "keras.json": (json.dumps({"loss": list(LOSS), "val_loss": OTHER, "epochs": list(map(int, STEP)), "name": "x"}), [], "epochs", "loss", True),
    "lightning.csv": (every_second(["epoch", "step", "train_loss", "val_loss"], ROWS), ["--column", "train_loss"], "step", "train_loss", True),
    "trainer_state.json": (json.dumps(of_trainer(), indent=2), [], "step", "loss", True),
    "log.jsonl": (lines({"step": a, "loss": b, "note": "x", "lr": None} for a, b in ROWS), [], "step", "loss", True),
    "rows.json": (json.dumps([{"Step": a, "train loss": str(b)} for a, b in ROWS]), [], "Step", "train loss", True),
    "frame.json": (json.dumps({"step": {str(i): a for i, (a, _) in enumerate(ROWS)}, "loss": {str(i): b for i, (_, b) in enumerate(ROWS)}}), [],
                   "step", "loss", True),
    "pairs.json": (json.dumps(ROWS), [], "column 1", "column 2", True),
    "frame.csv": (table(["", "loss", "lr"], [(a, b, 0.1) for a, b in ROWS]), [], "(no name)", "loss", True),
    "t2.npy": (npy(np.column_stack([STEP, LOSS])), [], "column 1", "column 2", True),
    "2t.npy": (npy(np.stack([STEP, LOSS])), [], "column 1", "column 2", True),
    "fortran.npy": (npy(np.asfortranarray(np.column_stack([STEP, LOSS]))), [], "column 1", "column 2", True),
    "fortran_2t.npy": (npy(np.asfortranarray(np.stack([STEP, LOSS]))), [], "column 1", "column 2", True),
    "records.npy": (npy(records([("name", "U7"), ("step", ">i4"), ("on", "?"), ("loss", "<f8")])), [], "step", "loss", True),
    "padded.npy": (npy(records(np.dtype([("loss", ">f8"), ("step", "<u2")], align=True))), [], "step", "loss", True),
    "named.npz": (npz(loss=LOSS, step=STEP.astype("i2")[:, None], lr=0.1), [], "step", "loss", True),
    "packed.npz": (npz(save=np.savez_compressed, train_loss=LOSS, epoch=STEP), [], "epoch", "train_loss", True),
    "unnamed.npz": (npz(STEP, LOSS), [], "column arr_0", "column arr_1", True),
    "one.npz": (npz(np.column_stack([STEP, LOSS])), [], "column 1", "column 2", True),
    "chosen.csv": (table(["step", "t", "loss", "reward"], [(0, a, 1, b) for a, b in ROWS]), ["--update", "T", "--column", "REWARD"], "t", "reward", False),
    "late.csv": (table(["step", "loss"], [(a, b, "") for a, b in ROWS]), [], "step", "loss", True),
}

# Those whose rows are not taken as they stand: file, and what is said of the rows.
ROWS_LEFT_OUT = {
    "missing.csv": (table(["step", "loss"], [*ROWS[:5], ("", 9), ("NA", 9), (90, "NaN"), (93, ""), (95, "null"), (99, "N/A"), *ROWS[5:]]), (6, 0, False)),
    "lines.jsonl": (lines([*({"step": a, "loss": b} for a, b in ROWS), {"step": 7}, {"step": 9, "loss": float("nan")}, {"loss": None, "other": float("inf")}]),
                    (3, 0, False)),
    "resumed.csv": (table(["step", "loss"], [*ROWS[:20], (400, 7), (420, 8), *ROWS[20:]]), (0, 2, True)),
    "shuffled.csv": (table(["step", "loss"], ROWS[::-1]), (0, 0, True)),
    "missing.npy": (npy(np.vstack([np.column_stack([STEP, LOSS]), [[7, np.nan], [np.nan, 1]]])), (2, 0, False)),
}


def put(path, contents):
    path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    return path


def phases(path, *options):
    """The answer without the names of file, columns and axes, and what is said of the columns."""
    found = json.loads(ok("analyze", "phases", path, "--bootstrap", 20, "--json", "-", *options))
    assert found.pop("file") == path.name
    for name in "step", "name":
        found["curve"].pop(name)
    return found, found.pop("columns")


def test_every_kind_of_file_gives_what_the_plain_table_gives(tmp):
    plain, _ = phases(put(tmp / "plain.csv", FILES["plain.csv"][0]))
    assert plain["verdict"] == "abrupt" and (plain["drop"]["from"], plain["drop"]["to"]) == (380, 400)
    for name, (contents, options, update, value, guessed) in FILES.items():
        path = put(tmp / name, contents)
        found, columns = phases(path, *options)
        with_accuracy = [phase.pop("accuracy") for phase in found["phases"]]
        assert found["phases"] == [{k: v for k, v in phase.items() if k != "accuracy"} for phase in plain["phases"]], name
        assert {**found, "phases": 0} == {**plain, "phases": 0}, name
        assert with_accuracy == ([0.25, 0.575, 0.9] if name == "keras.csv" else 3 * [None]), (name, with_accuracy)
        assert columns["update"] == update and columns["guessed"] == guessed, (name, columns)
        assert value is None or columns["value"] == value, (name, columns)
        assert name in ("lightning.csv", "trainer_state.json") or (columns["rows_left_out"], columns["rows_repeated"]) == (0, 0), (name, columns)
        first = ok("analyze", "phases", path, "--bootstrap", 20, *options).split("\n")[0]
        assert first == f"columns  {update} and {columns['value']}" + guessed * " (guessed; --update, --column choose others)", (name, first)


def test_rows_without_a_number_or_with_a_step_that_comes_again(tmp):
    plain, _ = phases(put(tmp / "plain.csv", FILES["plain.csv"][0]))
    for name, (contents, of_rows) in ROWS_LEFT_OUT.items():
        path = put(tmp / name, contents)
        found, columns = phases(path)
        assert found == plain, name
        assert (columns["rows_left_out"], columns["rows_repeated"], columns["rows_sorted"]) == of_rows, (name, columns)
        said = ok("analyze", "phases", path, "--bootstrap", 20).split("\n")[1]
        assert said.startswith("rows     "), (name, said)
        assert ("without a number" in said, "comes again" in said, "sorted" in said) == tuple(map(bool, of_rows)), (name, said)


def test_rows_are_counted_where_that_is_asked_for_or_there_is_nothing_else(tmp):
    counted = put(tmp / "counted.csv", table(["update", "loss"], enumerate(LOSS)))
    plain, _ = phases(counted)
    for name, contents, options in [("vector.npy", npy(LOSS), []), ("column.npy", npy(LOSS[:, None]), []), ("row.npz", npz(loss=LOSS[None]), []),
                                    ("one.csv", table(["loss"], LOSS[:, None]), ["--update", "rows"]),
                                    ("bare.txt", table(None, LOSS[:, None]), ["--update", "rows"]), ("list.json", json.dumps(list(LOSS)), ["--update", "rows"]),
                                    ("two.csv", table(["a", "loss"], zip(OTHER, LOSS)), ["--update", "rows"])]:
        found, columns = phases(put(tmp / name, contents), *options)
        assert found == plain and columns["update"] == ("rows" if options else "column index"), (name, columns)
    for name, array in ("single", np.float32(LOSS)), ("half", np.float16(LOSS)):
        as_text, _ = phases(put(tmp / f"{name}.csv", table(["update", "loss"], enumerate(map(float, array)))))
        assert phases(put(tmp / f"{name}.npy", npy(array)))[0] == as_text, name


def test_other_curves_of_a_run_file(tmp):
    with h5py.File(tmp / "run.h5", "w") as file:
        file["curve/update"], file["curve/loss"], file["curve/accuracy"], file["curve/speed"] = STEP, LOSS, ACCURACY, LOSS * 3
    found, columns = phases(tmp / "run.h5")
    assert (columns["update"], columns["value"], columns["accuracy"], columns["guessed"]) == ("update", "loss", "accuracy", False)
    assert [phase["accuracy"] for phase in found["phases"]] == [0.25, 0.575, 0.9]
    plain, _ = phases(put(tmp / "speed.csv", table(["update", "loss"], zip(STEP, LOSS * 3))))
    found, columns = phases(tmp / "run.h5", "--column", "speed")
    assert found == plain and columns["value"] == "speed"
    refused("analyze", "phases", tmp / "run.h5", "--column", "sped", names=["run.h5", "--column = sped", "speed"])
    with h5py.File(tmp / "empty.h5", "w") as file:
        file.create_group("curve")
    refused("analyze", "phases", tmp / "empty.h5", names=["empty.h5", "no columns"])


def test_text_from_a_pipe(tmp):
    path = write(tmp / "c.csv", FILES["plain.csv"][0])
    with open(path) as file:
        piped = stillpoint("analyze", "phases", "/dev/stdin", "--bootstrap", 20, stdin=file)
    assert piped.stdout == ok("analyze", "phases", path, "--bootstrap", 20), piped


if __name__ == "__main__":
    sys.exit(main(globals()))
