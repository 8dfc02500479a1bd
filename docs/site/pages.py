"""What the site has and docs/ has not: the first page, which is README.md; the reference, which the program writes (reference.py);
files of the repository that pages link to. On the site a link to a source file that is a paragraph of its own is the file itself."""
import os
import posixpath
import re
import sys
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
import reference  # noqa: E402

LINK = re.compile(r"(?P<alone>(?<=\n\n))?\[(?P<text>[^\]\n]+)\]\((?P<target>[^)#\s:]+)\)(?P<end>(?=\n\n|\n?\Z))?")
LANGUAGES = {".cpp": "cpp", ".hpp": "cpp", ".def": "cpp", ".py": "python", ".ini": "ini", ".txt": "cmake"}


def on_config(config):
    pages = reference.pages(os.environ["STILLPOINT"])
    config.extra["reference"] = pages
    (last,) = [entry for entry in config.nav if entry.get("Reference")]
    last["Reference"] = [f"reference/{name}.md" for name in pages]
    return config


def on_files(files, config):
    # Seen from docs/, as all other pages are.
    home = re.sub(r"\]\((?!\w+:|#)(?:(docs)/)?", lambda link: "](" if link[1] else "](../", (ROOT / "README.md").read_text())
    made = {"index.md": home, **{f"reference/{name}.md": text for name, text in config.extra["reference"].items()}}
    for uri, text in made.items():
        files.append(File.generated(config, uri, content=text))
    for asset in "iframe-worker.js", "look.css":
        files.append(File.generated(config, f"assets/{asset}", abs_src_path=str(HERE / asset)))
    return files


def on_page_markdown(markdown, page, config, files):
    folder = posixpath.dirname(page.file.src_uri)

    def out_of_docs(link):
        path = posixpath.normpath(posixpath.join("docs", folder, link["target"]))
        if path.startswith("docs/"):
            return link[0]
        if path.startswith("..") or not (ROOT / path).is_file():
            raise PluginError(f"{page.file.src_uri}: links to {link['target']}, which is no file of the repository")
        if link["alone"] is not None and link["end"] is not None and Path(path).suffix in LANGUAGES:
            return f'{link["text"]}:\n\n```{LANGUAGES[Path(path).suffix]}\n--8<-- "{path}"\n```'
        uri = f"files/{path}"
        if files.get_file_from_path(uri) is None:
            files.append(File.generated(config, uri, abs_src_path=str(ROOT / path)))
        return f"[{link['text']}]({posixpath.relpath(uri, folder or '.')})"

    return LINK.sub(out_of_docs, markdown)


def on_page_content(html, page, config, files):
    # A bar in the code of a table is written \| on GitHub, whose reader takes the stroke away there.
    return re.sub(r"<td.*?</td>", lambda cell: cell[0].replace("\\|", "|"), html, flags=re.DOTALL)


def on_post_page(output, page, config):
    asked = re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]+)", output)
    if asked:
        raise PluginError(f"{page.file.src_uri}: the page would ask another host for {', '.join(asked)}")
    return output
