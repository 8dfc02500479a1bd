#!/usr/bin/env python3
"""The small study that the subjects share: `make` runs it anew, `check` fails if a subject changed it.

usage: small_study.py make|check PROGRAM DIR
"""
import hashlib
import json
import shutil
import sys
from pathlib import Path

import support


def fingerprints(directory):
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(directory.rglob("*")) if path.is_file()}


def main():
    what, support.given.program, directory = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3])
    kept = directory.with_suffix(".json")
    if what == "make":
        shutil.rmtree(directory, ignore_errors=True)
        support.make_small_study(directory)
        kept.write_text(json.dumps(fingerprints(directory)))
        return 0
    before, after = json.loads(kept.read_text()), fingerprints(directory)
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    for path in changed:
        print(f"{path}: changed by a subject, which others may have read; it should have changed a copy")
    return 1 if changed or not before else 0


if __name__ == "__main__":
    sys.exit(main())
