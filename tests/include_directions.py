#!/usr/bin/env python3
"""Fails on an #include against the direction of dependency: sim <- {plasticity, tasks, analysis} <- experiments.

usage: include_directions.py SOURCE_DIRECTORY
"""
import re
import sys
from pathlib import Path

ALLOWED = {
    "sim": {"sim"},
    "plasticity": {"plasticity", "sim"},
    "tasks": {"tasks", "sim"},
    "analysis": {"analysis", "sim"},
    "experiments": {"experiments", "plasticity", "tasks", "analysis", "sim"},
}


def violations(files):
    """(file, line) of every include of a folder that the file's own folder may not see."""
    found = []
    for path, text in files:
        folder = path.split("/")[0]
        for line in text.splitlines():
            match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not match:
                continue
            target = match.group(1)
            from_root = "/" in target
            known = target.split("/")[0] in ALLOWED
            if known and target.split("/")[0] not in ALLOWED[folder] or (not from_root and target != "build_info.hpp"):
                found.append((path, line.strip()))
    return found


def main():
    root = Path(sys.argv[1])
    files = [(str(path.relative_to(root)), path.read_text()) for folder in ALLOWED for path in sorted((root / folder).rglob("*.[ch]pp"))]
    assert len(files) > 20, "the sources were not found"
    # The check itself must be able to fail.
    assert violations([("sim/a.cpp", '#include "tasks/task.hpp"')]) and violations([("tasks/a.cpp", '#include "plasticity/rule.hpp"')])
    assert not violations([("experiments/a.cpp", '#include "sim/types.hpp"')])
    wrong = violations(files)
    for path, line in wrong:
        print(f"{path}: {line}: against the direction of dependency, or not written from the root")
    print(f"{len(files) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
