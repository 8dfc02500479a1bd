#!/usr/bin/env python3
"""Fails on an #include against the direction of dependency, sim <- {plasticity, tasks, analysis} <- experiments <- python and, within
experiments, options <- results <- runs <- study <- predictions <- recordings <- report <- cli; and on a public header that names
HDF5, Boost.Program_options or a word of the command line.

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
    "python": {"python", "experiments", "plasticity", "tasks", "analysis", "sim"},
}
ROOMS = ["options", "results", "runs", "study", "predictions", "recordings", "report", "cli"]  # each sees itself and those before it
GENERATED = {"build_info.hpp"}


def is_internal(path):
    """Not installed: the wrapper of HDF5, and what stands on it."""
    return path.startswith("sim/files/hdf5") or path == "sim/files/network_group.hpp"


def includes(text):
    for line in text.splitlines():
        match = re.match(r'\s*#\s*include\s+["<]([^">]+)[">]', line)
        if match:
            yield match.group(1), line.strip()


def against_the_arrows(files):
    """(file, line) of every include of a folder that the file's own folder may not see."""
    found = []
    for path, text in files:
        folder, *rest = path.split("/")
        for target, line in includes(text):
            if "<" in line:
                continue
            first, *more = target.split("/")
            wrong = first in ALLOWED and first not in ALLOWED[folder]
            wrong |= not more and target not in GENERATED
            if folder == first == "experiments" and len(rest) > 1:
                wrong |= ROOMS.index(more[0]) > ROOMS.index(rest[0])
            if wrong:
                found.append((path, line))
    return found


def not_for_the_public(files):
    """(file, line) in public headers, and flags or the program's name in any file of the libraries."""
    found = []
    for path, text in files:
        folder = path.split("/")[0]
        if folder == "experiments":
            continue
        if path.endswith(".hpp") and not is_internal(path):
            found += [(path, line) for target, line in includes(text)
                      if target.startswith(("H5", "boost/program_options")) or is_internal(target)]
        for line in text.splitlines():
            code = line.split("//")[0]
            if re.search(r'"[^"]*(--[a-z]|\bstillpoint [a-z]+)', code) or re.search(r"std::c(out|err)|fmt::print", code):
                found.append((path, line.strip()))
    return found


def main():
    root = Path(sys.argv[1])
    files = [(str(path.relative_to(root)), path.read_text()) for folder in ALLOWED for path in sorted((root / folder).rglob("*.[ch]pp"))]
    assert len(files) > 20, "the sources were not found"
    # The checks themselves must be able to fail.
    assert against_the_arrows([("sim/a.cpp", '#include "tasks/task.hpp"')]) and against_the_arrows([("tasks/a.cpp", '#include "plasticity/rule.hpp"')])
    assert against_the_arrows([("experiments/study/a.cpp", '#include "experiments/report/svg.hpp"')])
    assert not against_the_arrows([("experiments/cli/a.cpp", '#include "sim/types.hpp"\n#include "experiments/report/svg.hpp"')])
    assert not_for_the_public([("sim/a.hpp", "#include <H5Cpp.h>")]) and not_for_the_public([("tasks/a.hpp", '#include "sim/files/hdf5.hpp"')])
    assert not_for_the_public([("analysis/a.cpp", 'throw UserError("use --as map");')]) and not_for_the_public([("tasks/a.cpp", '"as `stillpoint run` writes"')])
    assert not not_for_the_public([("sim/a.cpp", '#include <H5Cpp.h>\n"stillpoint-run"')])
    wrong = against_the_arrows(files)
    for path, line in wrong:
        print(f"{path}: {line}: against the direction of dependency, or not written from the root")
    private = not_for_the_public(files)
    for path, line in private:
        print(f"{path}: {line}: not for a library (HDF5 or Boost.Program_options in a public header, a word of the command line)")
    failed = len(wrong) + len(private)
    print(f"{len(files) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
