"""Translations say what the English says: the same formulas, links, code and numbers
cell by cell, and nothing that is out of date.
"""

import ast
import inspect
import json
import re
from collections import Counter

import nbformat
import pytest
from scripts import load_script

from dputils.widgets import LivePanel, hosting, live_panel
from dputils.widgets.hosting import STATIC

pytest.importorskip("latex2mathml", reason="latex2mathml is not installed")
pages = load_script("notebooks/pages.py")
translations = pages.translations
FILES = sorted(translations.HOME.glob("*/*.md"))
by_name = pytest.mark.parametrize(
    "path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}"
)
SAY = r'\bsay\(\s*"((?:[^"\\]|\\.)*)"'
STATE = r'(?m)^mount\(component, "\w+", (.*)\);$'
# how a still can be woken, and what LivePanel calls its picture
BELOW_STILLS = {
    text.strip()
    for text in re.findall(r">([^<>{}]+)<", hosting.WAKE + live_panel.HINT)
    if text.strip()
} | {inspect.signature(LivePanel).parameters["alt"].default, " to "}
# how many a unit means, in either language
UNITS = {"million": 1e6, "万": 1e4, "千": 1e3}


def both(path):
    """The notebook, and what a file makes of it."""
    notebook = nbformat.read(translations.notebook_of(path), as_version=4)
    return notebook, translations.parse(path.read_text(encoding="utf-8"))


def take(pattern, text):
    """All places where a pattern fits, with spaces made one, and the text without."""
    found = [" ".join(match[0].split()) for match in re.finditer(pattern, text, re.S)]
    return Counter(found), re.sub(pattern, " ", text, flags=re.S)


def facts(text):
    """What no translation may change: {kind: how often each stands there}."""
    found = {}
    found["code"], text = take(r"`[^`]+`", text)
    found["formulas"], text = take(r"\$\$.+?\$\$|\$[^$\n]+\$", text)
    found["targets"], text = take(r"(?<=\])\([^)\s]+\)", text)
    found["tags"], text = take(r"</?[a-z][^>]*>", text)
    found["headings"] = Counter(re.findall(r"^#+ ", text, re.M))
    found["items"] = Counter(re.findall(r"^(?:[-*] |\d+\. )", text, re.M))
    found["bars of tables"] = Counter({"|": text.count("|")})
    number = rf"(\d+(?:\.\d+)?|[¼½¾⅓⅔])\s*({'|'.join(UNITS)})?"
    found["numbers"] = Counter(
        float(digits) * UNITS[unit] if unit else digits
        for digits, unit in re.findall(number, text)
    )
    return found


@by_name
def test_every_cell_is_translated_and_none_is_out_of_date(path):
    notebook, translation = both(path)
    assert translations.complaints(notebook, translation) == [], (
        "mend the text, then: python notebooks/translations.py LANGUAGE NOTEBOOK "
        "--accept"
    )


@by_name
def test_formulas_links_code_and_numbers_are_those_of_the_english(path):
    notebook, translation = both(path)
    differences = []
    for cell in notebook.cells:
        if cell.cell_type != "markdown" or cell.id not in translation.cells:
            continue
        english, said = facts(cell.source), facts(translation.cells[cell.id][1])
        for kind in english:
            if lost := english[kind] - said[kind]:
                differences.append(f"{cell.id}: {kind} lost: {dict(lost)}")
            if added := said[kind] - english[kind]:
                differences.append(f"{cell.id}: {kind} added: {dict(added)}")
    assert not differences, "\n".join(differences)


@by_name
def test_nothing_but_names_stays_english(path):
    """No four English words in a row, in tables of claims neither."""
    notebook, translation = both(path)
    say = translations.words(path.parent.name)
    translations.translate(notebook, translation, say)
    rows = [
        line.split(" | ")[0]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for line in output.get("data", {}).get("text/markdown", "").splitlines()
    ]
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert len(rows) > 2, "the claims"
    plain = r"`[^`]+`|\$[^$]+\$|\([^)\s]*\)|<[^>]+>|\$\$.+?\$\$"
    for text in [*texts, *rows]:
        words = re.sub(plain, " ", text, flags=re.S)
        assert not re.search(r"(?:\b[a-z]{2,}\b[ ,]+){4}", words), text[:300]


def test_what_was_changed_is_noticed_and_stays_english():
    cell = nbformat.v4.new_markdown_cell("One 1")
    other = nbformat.v4.new_markdown_cell("Two")
    notebook = nbformat.v4.new_notebook(cells=[cell, other])
    text = "\n".join(
        translations.block(c.id, translations.mark(c.source), said)
        for c, said in ((cell, "一 1"), (other, "二"))
    )
    translation = translations.parse(text)
    assert translations.complaints(notebook, translation) == []
    other.source = "Two, or three"
    assert translations.complaints(notebook, translation) == [f"{other.id} is stale"]
    translations.translate(notebook, translation, translations.ENGLISH)
    assert [c.source for c in notebook.cells] == ["一 1", "Two, or three"]
    notebook.cells = [nbformat.v4.new_markdown_cell("New"), cell]
    assert len(translations.complaints(notebook, translation)) == 3


def test_a_badge_changes_no_mark():
    badge = load_script("notebooks/badges.py").badge(
        "https://github.com/a/b", "c.ipynb"
    )
    assert translations.mark(f"Text\n\n{badge}") == translations.mark("Text")
    assert translations.mark("Text.") != translations.mark("Text")


def test_facts_are_counted():
    english = facts("1.3 million of $x^2$ and `a 1`, see [it](b.ipynb)")
    assert english == facts("[见](b.ipynb)：`a 1` 与 $x^2$，共 130 万")
    assert english != facts("[见](b.ipynb)：`a 1` 与 $x^2$，共 1.3 万")
    assert english != facts("[见](c.ipynb)：`a 1` 与 $x^2$，共 130 万")


def test_tables_of_claims_speak_the_language():
    say = translations.words("zh")
    row = "| x | 1.5 (1 … 2, 3 runs) | ≥ 0.85 and ≤ 1.15 | in 2 of 3 runs |"
    assert translations.table_row(row, {"x": "甲"}, say) == (
        "| 甲 | 1.5 (1 … 2, 3 次) | ≥ 0.85 且 ≤ 1.15 | 3 次中有 2 次 |"
    )
    assert translations.table_row("no table", {}, say) == "no table"


def said_by_scripts():
    """Each text that `say` is asked for in the figures' scripts."""
    scripts = (path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    return {text for script in scripts for text in re.findall(SAY, script)}


def in_state(state):
    """What a figure's state has that is shown: labels, titles, captions, choices."""
    for name, value in state.items():
        if name in ("labels", "titles", "captions"):
            yield from value
        elif name in ("alt", "name", "credit", "unit"):
            yield value
        elif name in ("pickers", "choices", "presets"):
            for each in value:
                yield from in_state(each)


@by_name
def test_figures_speak_the_language(path):
    """What their controls say, and what is read aloud of them, has a translation."""
    notebook, translation = both(path)
    say = translations.words(path.parent.name)
    known, untold, figures = translations.dictionary(translation, say), set(), 0
    translations.translate(notebook, translation, say)
    for output in (each for cell in notebook.cells for each in cell.get("outputs", [])):
        page = output.get("data", {}).get("text/html", "")
        for state in re.findall(STATE, page):
            figures += 1
            texts = filter(None, in_state(json.loads(state)))
            untold |= {
                text for text in texts if translations.look_up(text, known) == text
            }
        for found in re.finditer(translations.SHOWN, page):
            text = found["text"] or found["attribute"] or ""
            untold |= (
                {text}
                if re.search(r"(?:[A-Za-z]{2,}[ ,]+){2}[a-z]{2}", text)
                else set()
            )
    assert figures, "there is one to look at"
    assert not untold, "add them below <!-- phrases -->"


def test_words_are_found_with_and_without_numbers():
    known = {
        "frame {} of {}": "第 {} 帧，共 {} 帧",
        "2 eyes": "双眼",
        "a": "甲",
        " to ": "到",
    }
    assert translations.look_up("frame 3 of 8.5", known) == "第 3 帧，共 8.5 帧"
    assert translations.look_up("2 eyes", known) == "双眼"
    assert translations.look_up("3 eyes", known) == "3 eyes"
    page = '<script>"a"</script><b title="a" alt="a to a">a<i>b</i> a </b><a>to</a>'
    assert translations.in_html(page, known) == (
        '<script>"a"</script><b title="甲" alt="甲到甲">甲<i>b</i> 甲 </b><a>to</a>'
    )


@pytest.mark.parametrize("language", translations.languages())
def test_the_words_of_pages_are_all_there_and_no_more(language):
    """Each text that `say` is asked for, found by reading the scripts."""
    wanted = set(translations.TABLE_WORDS)
    for name in ("pages.py", "alive.py", "opening.py", "translations.py"):
        tree = ast.parse((pages.FOLDER / name).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in ("say", "other") and isinstance(
                first := node.args[0], ast.Name
            ):
                if first.id.isupper():
                    wanted.add(getattr(pages, first.id))
            elif called == "say" and isinstance(first, ast.Constant):
                wanted.add(first.value)
    wanted |= {part for part in pages.PARTS.values() if part}
    wanted |= said_by_scripts() | pages.page_panels.words() | BELOW_STILLS
    assert set(translations.words(language).known) == wanted


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="no translation into 'xx'; there are en, zh"):
        translations.words("xx")
    with pytest.raises(ValueError, match="has no words for 'Never said'; add them"):
        translations.words("zh")("Never said")
    twice = translations.block("a", "0", "x") * 2
    with pytest.raises(ValueError, match="cell 'a' stands twice"):
        translations.parse(twice)
    with pytest.raises(ValueError, match="english => said, not '- x'"):
        translations.parse(translations.PHRASES + "- x\n")


def test_a_file_is_begun_and_accepted(tmp_path, monkeypatch):
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("Text"),
            nbformat.v4.new_code_cell("a = 1"),
        ]
    )
    path = tmp_path / "00_x.ipynb"
    nbformat.write(notebook, path)
    monkeypatch.setattr(translations, "HOME", tmp_path / "translations")
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    (tmp_path / "translations" / "zh").mkdir(parents=True)
    assert translations.main(["zh", str(path), "--begin"]) == 0
    assert translations.main(["zh"]) == 1, "not accepted yet"
    assert translations.main(["zh", str(path), "--accept"]) == 0
    assert translations.main([]) == 0
    with pytest.raises(FileExistsError):
        translations.main(["zh", str(path), "--begin"])
