"""What the pages of docs/ and README.md show: their blocks of code, and the commands of the program in them."""
import re

from support import SOURCE

PAGES = [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]


def blocks(page):
    """(language, text) of fenced blocks and, with language "", of indented ones, in their order."""
    found, inside = [], None
    for line in page.read_text().splitlines():
        if inside is not None and line.startswith("```"):
            inside = None
        elif line.startswith("```"):
            inside = line[3:].strip() or "text"
            found.append([inside, ""])
        elif inside is not None:
            found[-1][1] += line + "\n"
        elif line.startswith("    "):
            if not found or found[-1][0] or before.strip() and not before.startswith("    "):
                found.append(["", ""])
            found[-1][1] += line[4:] + "\n"
        before = line
    return [tuple(block) for block in found]


def files(page):
    """Blocks that are files, by the name that they begin with as a comment."""
    return {name[1]: text for _, text in blocks(page) if (name := re.match(r"# ([\w.]+\.\w+)\n", text))}


def lines_in(text, *programs):
    """Its lines that begin with the name of one of the programs, with those that they go on in."""
    return [line for line in re.sub(r"\\\n\s*", "", text).splitlines() if line.split(" ")[0] in programs]


def commands_shown(page):
    """Those of the program, in blocks without a language."""
    return [line for language, text in blocks(page) if not language for line in lines_in(text, "stillpoint")]


def commands_named(page):
    """Those of the program, between backticks."""
    prose = re.sub(r"^```.*?^```|^    .*?$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`(stillpoint [^`]+)`", prose)
