#!/usr/bin/env python3
"""Studies of many runs: what is kept beside them of their files, DIR/runs.index, and that it never says what they do not."""
import errno
import json
import os
import shutil
import struct
import subprocess
import sys
import time
import zlib

import h5py

from support import SMALL, faulty, given, main, ok, refused, runs, stillpoint, write

SEEDS = 60
SETTLED = 2.2  # seconds after which a file's times tell it from a later version
REPORTS = [["summary"], ["summary", "--format", "csv"], ["summary", "--format", "json"], ["compare", "--format", "json", "--equal-seconds"]]


def change(path, **attributes):
    with h5py.File(path, "r+") as file:
        for name, value in attributes.items():
            file.attrs.modify(name, value)


def large_study(tmp, name="large", wait=True):
    """Of 120 runs: one is trained of each condition, the others have its file with numbers of their own."""
    out = tmp / name
    ok("run", write(tmp / f"{name}.ini", SMALL.replace("name = small", f"name = {name}")), "--out", out, "--quiet", "--set", "study.seeds=1")
    for first in runs(out):
        for seed in range(2, SEEDS + 1):
            path = first.with_name(first.name.replace("000001", f"{seed:06d}"))
            shutil.copy(first, path)
            change(path, seed=seed, final_loss=1 + 0.01 * seed)
    time.sleep(SETTLED if wait else 0)
    return out


def reports(out):
    """Every report of a study, and what is said on standard error."""
    done = [stillpoint(command, out, *words) for command, *words in REPORTS] + [stillpoint("figure", out, "--out", out.with_suffix(".svg"))]
    assert all(each.returncode == 0 for each in done), [each.stderr for each in done]
    return [each.stdout for each in done[:-1]] + [out.with_suffix(".svg").read_bytes()], "".join(each.stderr for each in done)


def index_of(out):
    return out / "runs.index"


def without_index(out):
    index_of(out).unlink(missing_ok=True)
    said = []
    for command, *words in REPORTS:
        said.append(ok(command, out, *words))
        index_of(out).unlink(missing_ok=True)
    ok("figure", out, "--out", out.with_suffix(".svg"))
    index_of(out).unlink(missing_ok=True)
    return said + [out.with_suffix(".svg").read_bytes()]


def losses(out):
    return [row["final_loss"] for row in json.loads(ok("summary", out, "--format", "json"))]


def test_reports_are_the_same_with_an_index_and_without(tmp):
    out = large_study(tmp)
    expected = without_index(out)
    ok("summary", out)
    kept = index_of(out).read_bytes()
    assert reports(out) == (expected, "")
    assert index_of(out).read_bytes() == kept, "an index that is up to date is left alone"
    assert sorted(path.name for path in out.iterdir()) == ["planned", "runs", "runs.index", "study.json"]


def test_the_index_is_what_is_read(tmp):
    """A number that is changed in it, checksum included, is shown: the test above compares two ways, not one with itself."""
    out = large_study(tmp)
    before = losses(out)
    kind, checksum, packed = index_of(out).read_bytes().split(b"\n", 2)
    assert checksum.decode() == f"{zlib.crc32(packed):08x}"
    changed = packed.replace(struct.pack("d", 1 + 0.01 * 7), struct.pack("d", 100.0), 1)
    assert changed != packed
    index_of(out).write_bytes(kind + b"\n" + f"{zlib.crc32(changed):08x}\n".encode() + changed)
    assert losses(out) != before


def test_a_file_that_is_changed_added_or_removed_is_seen(tmp):
    out = large_study(tmp)
    ok("summary", out)
    path = runs(out)[3]
    before, bytes_before, status = losses(out)[0], path.read_bytes(), path.stat()

    change(path, final_loss=50.0)  # in place, of the same size, and dated back
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size and path.stat().st_mtime_ns == status.st_mtime_ns
    assert losses(out)[0] > before + 0.5

    other = tmp / "other.h5"  # by renaming, of the same size, dated as the one before
    other.write_bytes(bytes_before)
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.rename(path)
    assert losses(out)[0] == before

    path.unlink()
    assert json.loads(ok("summary", out, "--format", "json"))[0]["runs"] == SEEDS - 1
    path.write_bytes(bytes_before)
    assert json.loads(ok("summary", out, "--format", "json"))[0]["runs"] == SEEDS and losses(out)[0] == before
    path.write_bytes(bytes_before[:-100])
    refused("summary", out, names=[path.name])
    path.write_bytes(bytes_before)
    assert reports(out)[0] == without_index(out)


def test_an_index_that_cannot_be_used_is_made_anew(tmp):
    out, other = large_study(tmp, wait=False), large_study(tmp, "other")
    expected = without_index(out)
    for each in out, other:
        ok("summary", each)
    good = index_of(out).read_bytes()
    middle = len(good) // 2
    index_of(out).write_bytes(index_of(other).read_bytes())
    refused("summary", out, names=["runs.index", "is of another study", "remove it"])
    assert index_of(out).read_bytes() == index_of(other).read_bytes()
    for wrong, why in [(good[:middle], "damaged"), (b"", "damaged"), (good[:30], "damaged"),
                       (good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1:], "damaged"), (good + b"\0", "damaged"),
                       (good.replace(b"index 1", b"index 0", 1), "another version")]:
        index_of(out).write_bytes(wrong)
        done = stillpoint("summary", out)
        assert (done.returncode, done.stdout) == (0, expected[0]), (why, done)
        assert done.stderr.count("\n") == 1 and why in done.stderr and "runs.index" in done.stderr, (why, done.stderr)
        assert reports(out) == (expected, ""), why
    index_of(out).unlink()
    index_of(out).mkdir()
    done = stillpoint("summary", out)
    assert (done.returncode, done.stdout) == (0, expected[0]) and "warning" in done.stderr, done


def test_a_directory_that_cannot_be_written_is_read(tmp):
    out = large_study(tmp)
    expected = without_index(out)
    for kind in errno.EROFS, errno.ENOSPC:
        done = stillpoint("summary", out, env=faulty(tmp, out, errno=kind, **{"from": 1}, calls=1 << 30))
        assert (done.returncode, done.stdout) == (0, expected[0]), done
        assert done.stderr.count("\n") == 1 and "warning" in done.stderr and os.strerror(kind) in done.stderr, done.stderr
        assert not index_of(out).exists() and not list(out.glob("*.partial"))


def test_commands_at_the_same_time(tmp):
    """Some make the index, some read it, one removes it now and then."""
    out = large_study(tmp)
    expected = without_index(out)[0]
    for round in range(4):
        several = [subprocess.Popen([given.program, "summary", out], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(6)]
        if round % 2:
            index_of(out).unlink(missing_ok=True)
        for each in several:
            assert (*each.communicate(), each.returncode) == (expected, "", 0)
    assert reports(out)[1] == "" and not list(out.glob("*.partial"))


def test_what_has_just_been_written_is_not_kept(tmp):
    """Within the grain of a file system's clock a file may change and look as before."""
    out = large_study(tmp, wait=False)
    ok("summary", out)
    assert not index_of(out).exists()
    time.sleep(SETTLED)
    ok("summary", out)
    assert index_of(out).exists()


def test_small_studies_have_no_index(tmp):
    out = large_study(tmp)
    for path in runs(out)[:21]:
        path.unlink()
    ok("summary", out)
    assert not index_of(out).exists()


def test_damaged_run_files_are_counted_and_what_was_read_is_kept(tmp):
    out = large_study(tmp)
    for path in runs(out)[2:5]:
        path.write_bytes(b"damaged")
    refused("summary", out, names=[runs(out)[2].name, "2 more"])
    assert index_of(out).exists()
    for path in runs(out)[2:5]:
        path.unlink()
    assert [row["runs"] for row in json.loads(ok("summary", out, "--format", "json"))] == [SEEDS - 3, SEEDS]


if __name__ == "__main__":
    sys.exit(main(globals()))
