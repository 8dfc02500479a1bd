"""The reference: every command, analysis, network, rule, task, synapse .. with its options, as the program itself says
(`--help`, `list WHAT --json`). Nothing of it is written by hand."""
import json
import re
import subprocess
from pathlib import Path

DOCS = Path(__file__).parents[1]


def pages(program):
    """Text of each page by its name."""
    def said(*words):
        return subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout

    commands = [help_section(said(name, "--help"), name) for name in names_in(said("--help"))]
    kinds = [help_section(said("analyze", kind, "--help"), kind, explained(kind)) for kind in names_in(said("analyze", "--help"))]
    found = {"commands": "# Commands\n\n" + "\n".join(commands), "analyses": "# Kinds of analysis\n\n" + "\n".join(kinds)}
    for name in re.search(r"list (\S+)", said("list", "--help"))[1].split("|"):
        found[name] = list_page(name, json.loads(said("list", name, "--json")))
    return found


def names_in(text):
    """The indented names that a help page explains."""
    return re.findall(r"^  ([a-z][\w-]*) {2,}\S", text, re.MULTILINE)


def explained(kind):
    """The section of analyses.md that has this kind's method."""
    for section in re.split(r"^## ", (DOCS / "analyses.md").read_text(), flags=re.MULTILINE)[1:]:
        heading = section.split("\n")[0]
        if heading == kind or f"stillpoint analyze {kind} " in section:
            return f"Method, and when it is poor: [{heading}](../analyses.md#{heading.lower().replace(' ', '-')})."
    raise ValueError(f"docs/analyses.md has no section on analyze {kind}")


# --- help of a command -----------------------------------------------------------------------------------------------

def help_section(text, name, link=""):
    usage, _, rest = text.partition("\n\n")
    rest, _, example = rest.partition("\nexample:\n")
    told, _, options = rest.partition("\noptions:\n")
    words, _, more = told.partition("JSON: ")
    schema, _, after = more.partition("\n")
    parts = [f"## {name}", block(usage.removeprefix("usage: ")), prose(words), link, "JSON:\n\n" + block(unfolded(schema)) if schema else "",
             prose(after), table(["option", "default", ""], options_rows(options)) if options else "", "Example:\n\n" + block(example.strip())]
    return "\n\n".join(part for part in parts if part) + "\n"


def prose(words):
    """Text as it is; names that it explains become a list."""
    return re.sub(r"^  ([\w-]+) +", r"- **\1**: ", escaped(words).replace("\\`", "`").rstrip(), flags=re.MULTILINE)


def unfolded(schema):
    """One key a line, with all that is within it."""
    depth, outer, lines = 0, int(schema.startswith("{")), [""]
    for mark in schema:
        depth += (mark in "{[(") - (mark in "}])")
        lines[-1] += mark
        if mark == "," and depth == outer:
            lines.append("")
    return ("\n" + outer * " ").join(line.strip() for line in lines)


def options_rows(text):
    """The second column begins where that of --help does. Its lines are wrapped, and words of half a line or more are cut."""
    lines = [line for line in text.splitlines() if line.strip()]
    column, width, rows, last = text.index("show this help"), max(map(len, lines)), [], ""
    for line in lines:
        name, meaning = line[:column].strip(), line[column:]
        if name:
            rows.append([name, meaning])
        else:
            cut = len(last) == width and len(last.split(" ")[-1]) >= (width - column) // 2
            rows[-1][1] = rows[-1][1] + meaning if cut else rows[-1][1].rstrip() + " " + meaning
        last = line
    for name, meaning in rows:
        flag, _, default = name.removesuffix(")").partition(" (=")
        yield code(flag.removesuffix(" arg").replace("-h [ --help ]", "--help")), code(default), cell(meaning)


# --- list WHAT -------------------------------------------------------------------------------------------------------

def list_page(name, entries):
    parts, seen = [f"# {name[0].upper()}{name[1:]}", f"As `stillpoint list {name}` prints them."], {}
    if not any(entry["parameters"] or "preset" in entry for entry in entries):
        return "\n\n".join([*parts, table(["name", ""], [(code(entry["name"]), cell(entry["help"])) for entry in entries])]) + "\n"
    for entry in entries:
        parts += [f"## {entry['name']}", escaped(entry["help"])]
        options = json.dumps(entry["parameters"])
        if options in seen:
            parts.append(f"Options: those of [{seen[options]}](#{seen[options]}).")
        elif entry["parameters"]:
            seen[options] = entry["name"]
            rows = [(code(each["name"]), code(each["default"]), cell(each["help"]), cell(each["allowed"])) for each in entry["parameters"]]
            parts.append(table(["option", "default", "", "allowed"], rows))
        for preset, values in {**entry.get("presets", {}), **({"Sets": entry["preset"]} if "preset" in entry else {})}.items():
            parts.append(f"{preset}: " + ", ".join(f"`{key} = {value}`" for key, value in values.items()))
    return "\n\n".join(parts) + "\n"


# --- Markdown --------------------------------------------------------------------------------------------------------

def block(text):
    return f"```{{.text .wrapped}}\n{text}\n```"


def table(head, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def escaped(text):
    return re.sub(r"([*_\[\]`\\])", r"\\\1", text).replace("<", "&lt;").strip()


def cell(text):
    return escaped(text).replace("|", "\\|")


def code(text):
    return "`" + text.strip().replace("|", "\\|") + "`" if text.strip() else ""
