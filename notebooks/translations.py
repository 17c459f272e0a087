"""Translations: texts of notebooks in other languages, apart from their code.

`translations/zh/words.json` has the words of the pages themselves, and a Markdown file
beside it, named after a notebook, has that notebook's text: one block a cell, under a
line with the cell's id and a mark of the English that it translates. Where the English
has changed since, the page shows the English, and a test says so.

`python notebooks/translations.py` lists what is missing, stale or left over. With a
language, a notebook's path and `--begin` it writes a file with the English, to be
translated; with `--accept` it marks a file's blocks as right for the English of today.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat

FOLDER = Path(__file__).resolve().parent
HOME = FOLDER / "translations"
WORDS = "words.json"
BLOCK = re.compile(r"^<!-- cell (\S+) (\S+) -->\n", re.M)
PHRASES = "<!-- phrases -->\n"
NUMBER = re.compile(r"\d+(?:\.\d+)?")
# in HTML: a piece of text or what describes an element, beside what nobody reads
SHOWN = re.compile(
    r"<(script|style)\b.*?</\1>|(?<=>)(?P<text>[^<>]*[^<>\s][^<>]*)(?=<)"
    r'|\b(?:alt|title|aria-label)="(?P<attribute>[^"]+)"',
    re.S,
)
BADGE = re.compile(r"\s*\[!\[Open in Colab\]\([^)]*\)\]\([^)]*\)")


class Words:
    """The words of pages in one language: `say("Contents")`, `say("{} lines", 3)`.

    Raises: ValueError for words that the language's file does not have.
    """

    def __init__(self, language: str = "en", known: dict[str, str] | None = None):
        self.language, self.known = language, known

    def __call__(self, text: str, *values: object) -> str:
        if self.known is not None:
            if text not in self.known:
                raise ValueError(
                    f"translations/{self.language}/{WORDS} has no words for {text!r}; "
                    "add them there"
                )
            text = self.known[text]
        return text.format(*values) if values else text


ENGLISH = Words()
# what tables of claims say besides the claims
TABLE_WORDS = "claim", "median (range)", "bar", "holds", "yes", "**no**"


class Translation(NamedTuple):
    """A notebook's text in another language."""

    cells: dict[str, tuple[str, str]]  # by id: mark of the English, text
    phrases: dict[str, str]  # of printed tables and of figures


def mark(source: str) -> str:
    """The beginning of the SHA-256 of a cell's text. A badge, which only says where the
    repository is, does not count.
    """
    text = BADGE.sub("", source).strip()
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def languages() -> list[str]:
    return sorted(path.parent.name for path in HOME.glob(f"*/{WORDS}"))


def words(language: str) -> Words:
    """Raises: ValueError for a language that has no translation."""
    if language == "en":
        return ENGLISH
    if language not in (there := languages()):
        raise ValueError(
            f"no translation into {language!r}; there are {', '.join(['en', *there])}. "
            f"A new one begins with a copy of translations/zh/{WORDS}"
        )
    path = HOME / language / WORDS
    return Words(language, json.loads(path.read_text(encoding="utf-8")))


def parse(text: str) -> Translation:
    """A translation's file. Raises: ValueError if a cell stands there twice, or a
    phrase has no arrow.
    """
    text, _, listed = text.partition(PHRASES)
    _, *parts = BLOCK.split(text)
    cells: dict[str, tuple[str, str]] = {}
    for name, seen, said in zip(parts[::3], parts[1::3], parts[2::3]):
        if name in cells:
            raise ValueError(f"cell {name!r} stands twice in the translation")
        cells[name] = seen, said.strip()
    phrases = {}
    for line in filter(str.strip, listed.splitlines()):
        english, arrow, said = line.removeprefix("- ").partition(" => ")
        if not arrow:
            raise ValueError(f"a phrase is written - english => said, not {line!r}")
        phrases[english] = said
    return Translation(cells, phrases)


def read(notebook: Path, language: str) -> Translation | None:
    """A notebook's translation; None where there is none."""
    path = HOME / language / f"{notebook.stem}.md"
    return parse(path.read_text(encoding="utf-8")) if path.is_file() else None


def complaints(notebook: nbformat.NotebookNode, translation: Translation) -> list[str]:
    """What is not translated, or was changed since, or is there no more."""
    texts = {c.id: c.source for c in notebook.cells if c.cell_type == "markdown"}
    found = [f"{name} is missing" for name in texts if name not in translation.cells]
    for name, (seen, _) in translation.cells.items():
        if name not in texts:
            found.append(f"{name} is left over")
        elif seen != mark(texts[name]):
            found.append(f"{name} is stale")
    return found


def dictionary(translation: Translation, say: Words) -> dict[str, str]:
    """What figures and panels of a notebook are told: the words of all pages, and what
    the notebook itself calls things. `say` in `parts.js` reads it as `look_up` does.
    """
    return {**(say.known or {}), **translation.phrases}


def look_up(text: str, known: dict[str, str]) -> str:
    """What a figure says, in the page's language, English where it has no words.

    Numbers are not part of an entry: "frame 3 of 8" is found under "frame {} of {}".
    """
    said = known.get(text) or known.get(NUMBER.sub("{}", text))
    if said is None:
        return text
    numbers = iter(NUMBER.findall(text))
    return said if text in known else re.sub(r"\{\}", lambda _: next(numbers), said)


def in_html(page: str, known: dict[str, str]) -> str:
    """A figure's HTML with what one reads and hears of it in the page's language."""

    def renew(found: re.Match[str]) -> str:
        text = found["text"] or found["attribute"]
        if text is None:  # a script, a style sheet
            return found[0]
        english = html.unescape(text.strip())
        said = look_up(english, known)
        if said == english and len(ends := english.split(" to ")) == 2:  # a film's
            said = known.get(" to ", " to ").join(look_up(end, known) for end in ends)
        before, _, after = found[0].rpartition(text.strip())
        return before + html.escape(said) + after

    return SHOWN.sub(renew, page)


def translate(
    notebook: nbformat.NotebookNode, translation: Translation, say: Words
) -> None:
    """Put the translation into a notebook: texts, tables in outputs,
    what figures say. What is stale stays English.
    """
    known = dictionary(translation, say)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            seen, said = translation.cells.get(cell.id, ("", ""))
            if seen == mark(cell.source):
                cell.source = said
            continue
        for output in cell.get("outputs", []):
            for kind in ("image/png", "image/jpeg"):  # the caption describes them
                output.get("metadata", {}).get(kind, {}).pop("alt", None)
            if "text/markdown" in output.get("data", {}):
                output.data["text/markdown"] = "\n".join(
                    table_row(line, translation.phrases, say)
                    for line in output.data["text/markdown"].splitlines()
                )
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = in_html(output.data["text/html"], known)


def table_row(line: str, phrases: dict[str, str], say: Words) -> str:
    """A row of a table of claims, by the notebook's phrases and the table's words."""

    def entry(text: str) -> str:
        if text in phrases:
            return phrases[text]
        if text in TABLE_WORDS:
            return say(text)
        text = re.sub(r"in (\d+) of (\d+) runs", say(r"in \1 of \2 runs"), text)
        text = re.sub(r"(\d+) runs", say(r"\1 runs"), text)
        return re.sub(r"(?<=\d) and (?=[≥≤])", say(" and "), text)

    if not line.startswith("| "):
        return line
    return f"| {' | '.join(map(entry, line.strip('| ').split(' | ')))} |"


def block(name: str, seen: str, text: str) -> str:
    return f"<!-- cell {name} {seen} -->\n{text.strip()}\n"


def begin(path: Path, language: str) -> Path:
    """A file with a notebook's English text, to be translated. Raises: FileExistsError
    for one that was begun before.
    """
    texts = (c for c in nbformat.read(path, as_version=4).cells if c.source)
    blocks = [block(c.id, "new", c.source) for c in texts if c.cell_type == "markdown"]
    target = HOME / language / f"{path.stem}.md"
    with target.open("x", encoding="utf-8") as file:
        file.write("\n".join([*blocks, PHRASES]))
    return target


def accept(path: Path, language: str) -> Path:
    """Mark all blocks as translations of the English of today."""
    cells = nbformat.read(path, as_version=4).cells
    marks = {cell.id: mark(cell.source) for cell in cells}
    target = HOME / language / f"{path.stem}.md"
    renew = lambda m: f"<!-- cell {m[1]} {marks.get(m[1], m[2])} -->\n"
    text = BLOCK.sub(renew, target.read_text(encoding="utf-8"))
    target.write_text(text, encoding="utf-8")
    return target


def notebook_of(translated: Path) -> Path:
    """The notebook that a file translates. Raises: ValueError if there is none."""
    found = [
        p for p in FOLDER.rglob(f"{translated.stem}.ipynb") if "." not in p.parent.name
    ]
    if not found:
        raise ValueError(f"{translated} translates no notebook")
    return found[0]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("language", nargs="?", help="one only, such as zh")
    parser.add_argument("notebook", nargs="?", type=Path, help="one only: its path")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--begin", action="store_true", help="write the English to a file"
    )
    what.add_argument("--accept", action="store_true", help="stale blocks are right")
    options = parser.parse_args(arguments)
    if options.begin or options.accept:
        if options.notebook is None:
            parser.error("--begin and --accept take a language and a notebook's path")
        if not options.notebook.is_file():
            parser.error(f"there is no {options.notebook}; name it with its folder")
        act = begin if options.begin else accept
        print(act(options.notebook, options.language))
        return 0
    wrong = 0
    for path in sorted(HOME.glob(f"{options.language or '*'}/*.md")):
        source = notebook_of(path)
        if options.notebook and source.stem != options.notebook.stem:
            continue
        translation = parse(path.read_text(encoding="utf-8"))
        found = complaints(nbformat.read(source, as_version=4), translation)
        wrong += len(found)
        print("\n  ".join([f"{path.parent.name}/{path.name}: {len(found)}", *found]))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
