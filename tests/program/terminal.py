#!/usr/bin/env python3
"""What a terminal of 80 columns shows, and what its shell completes."""
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

from support import given, main, ok, refused, small_study


def shown(*words, columns=80):
    """What the program writes to a terminal of so many columns, line by line."""
    own, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    running = subprocess.Popen([str(given.program), *map(str, words)], stdout=its, stdin=subprocess.DEVNULL)
    os.close(its)
    text = b""
    while True:
        try:
            more = os.read(own, 65536)
        except OSError:  # Linux: the other end is closed
            break
        if not more:
            break
        text += more
    os.close(own)
    assert running.wait() == 0
    return text.decode().replace("\r", "").splitlines()


def test_everything_fits_into_80_columns(tmp):
    """Tables folded, text broken, nothing lost; where no terminal is, a line stays a line."""
    for words in (["summary", small_study()], ["compare", small_study()], ["list", "tasks"], ["list", "training"], ["analyze"], ["--help"],
                  ["summary", "--help"], ["analyze", "follow", "--help"]):
        lines = shown(*words)
        long = [line for line in lines if len(line) > 80 and not line.startswith("  stillpoint ")]  # examples are to be copied
        assert lines and not long, (words, long)
        if words[0] not in ("summary", "compare") or "--help" in words:  # narrow tables name conditions in another way
            lost = set(ok(*words).split()) - set(" ".join(lines).split())
            assert not lost, (words, lost)
    columns = [[word for line in shown("compare", small_study(), columns=c) for word in line.split() if "p" == word] for c in (80, 400)]
    assert columns[0] == columns[1] != []
    assert max(map(len, ok("list", "tasks").splitlines())) > 110


def test_analyze_alone_says_which_question_each_kind_answers(tmp):
    alone = ok("analyze")
    assert alone == ok("analyze", "--help") and all(kind in alone for kind in ("fixed-points", "phases", "lyapunov", "memories"))


def test_bash_completes_commands_options_and_kinds(tmp):
    script = ok("completion", "bash")
    assert script in ok("completion", "zsh") != script

    def completed(*words):
        typed = " ".join(f"'{word}'" for word in ("stillpoint", *words))
        asked = f"{script}\nCOMP_WORDS=({typed}) COMP_CWORD={len(words)}\n_stillpoint\necho ${{COMPREPLY[*]}}"
        path = f"{Path(given.program).resolve().parent}:{os.environ['PATH']}"
        return subprocess.run(["bash", "-c", asked], check=True, capture_output=True, text=True, env={**os.environ, "PATH": path}).stdout.split()

    assert completed("su") == ["submit", "summary"]
    assert completed("summary", "--f") == ["--format"] and completed("analyze", "lyapunov", "--exp") == ["--exponents"]
    assert completed("analyze", "fi") == ["fixed-points"] and completed("list", "sy") == ["synapses"]
    assert completed("summary", "res") == []  # files are bash's own affair
    refused("completion", "fish", names=["bash, zsh"])


if __name__ == "__main__":
    sys.exit(main(globals()))
