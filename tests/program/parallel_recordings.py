#!/usr/bin/env python3
"""Chunks of spikes are inflated by all threads, and statistics computed side by side: the numbers are those of one thread.

scripts/check-full runs it under the thread sanitizer as well."""
import sys

from large_recordings import on_one_processor, recording
from support import main, ok, stillpoint

UNITS = [150_000, 1000, 0, 200_000, 80_000, 70_000]  # chunks are of 65536


def test_observations_are_the_same_on_any_number_of_threads(tmp):
    files = [recording(tmp / f"{name}.nwb", counts, 20) for name, counts in (("a", UNITS), ("b", UNITS[::-1]))]
    words = ("observe", *files, "--window", "-1000..2000", "--bin-ms", 50, "--plot", tmp / "all.svg", "--json", "-")
    all_threads, figure = ok(*words), (tmp / "all.svg").read_bytes()
    alone = stillpoint(*words, preexec_fn=on_one_processor)
    assert alone.returncode == 0 and alone.stdout == all_threads and (tmp / "all.svg").read_bytes() == figure


if __name__ == "__main__":
    sys.exit(main(globals()))
