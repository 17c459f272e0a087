"""`make site` without a browser: what is in the pages, and what is not."""

import base64
import html
import io
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from PIL import Image
from scripts import load_script

pytest.importorskip("latex2mathml", reason="latex2mathml is not installed")


def encoded(colour, kind):
    """A small picture as base64."""
    file = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


ATTACHED = encoded("orange", "PNG")
FOLDER = Path(__file__).resolve().parent.parent / "notebooks"


@pytest.fixture(scope="module")
def pages():
    return load_script("notebooks/pages.py")


@pytest.fixture
def small_book(pages, tmp_path, monkeypatch):
    """A book of two notebooks in a folder of its own, and the folder for its site."""
    first = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(
                "# Zero\n\n**A claim with $a < b$\nin "
                "it.**\n\nMore, with $$x^2$$ and "
                "`$5`.\n\n[next](appendix/one.ipynb#there) "
                "[out](https://example.org/x.ipynb) "
                "[`data/README.md`](../data/README.md#there) there\n\n[![Open "
                "in "
                "Colab](https://example.org/badge.svg)](https://example.org)"
            ),
            nbformat.v4.new_code_cell("install = 1", metadata={"tags": ["colab"]}),
            nbformat.v4.new_code_cell(
                "print('<b>')", outputs=[nbformat.v4.new_output("stream", text="<b>\n")]
            ),
        ]
    )
    with_picture = nbformat.v4.new_markdown_cell("![q](attachment:q)")
    with_picture.attachments = {"q": {"image/png": ATTACHED}}
    second = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Appendix: one\n\n![p](p.png)"),
            with_picture,
        ]
    )
    book = tmp_path / "book"
    (book / "appendix").mkdir(parents=True)
    nbformat.write(first, book / "00_zero.ipynb")
    nbformat.write(second, book / "appendix" / "one.ipynb")
    (book / "appendix" / "p.png").write_bytes(b"\x89PNG")
    shutil.copytree(pages.FOLDER / "page", book / "page")
    monkeypatch.setattr(pages, "FOLDER", book)
    return tmp_path / "site"


def test_pages_mirror_the_notebooks(pages, small_book):
    written = pages.write_site(small_book)
    assert [path.relative_to(small_book).as_posix() for path in written] == [
        "index.html",
        "00_zero.html",
        "appendix/one.html",
    ]
    zero, one = (path.read_text(encoding="utf-8") for path in written[1:])
    assert 'href="appendix/one.html#there"' in zero, "links lead to the pages"
    assert 'href="https://example.org/x.ipynb"' in zero, (
        "links that lead elsewhere stay"
    )
    assert 'href="../00_zero.html"' in one and 'href="../index.html"' in one
    assert "<code>data/README.md</code> there" in zero and "README.md#" not in zero, (
        "files of the project are named, and not linked"
    )
    assert "install = 1" not in re.sub("<[^>]+>", "", zero), (
        "the Colab cell has no business on a page"
    )
    assert "&lt;b&gt;" in zero and "<b>\n" not in zero, "printed text stays text"


def test_formulas_become_mathml_and_dollars_in_code_stay(pages, small_book):
    pages.write_site(small_book)
    zero = (small_book / "00_zero.html").read_text(encoding="utf-8")
    assert zero.count("<math") == 2 and zero.count('<math display="block"') == 1
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in zero and "<code>$5</code>" in zero


def test_a_formula_is_drawn_whole_or_refused(pages):
    assert "arg" in re.sub(
        "<[^>]+>", "", pages.to_mathml(r"x = \arg\max_y f(y)", "inline")
    )
    braces = pages.to_mathml(r"\{x\} + \Bigl\{ y \Bigr\}", "block")
    assert re.sub("<[^>]+>", "", braces).replace("&#x0007B;", "{").count("{") == 2
    assert "\\" not in braces
    with pytest.raises(
        ValueError, match=r"\\nosuchthing.* cannot be turned into MathML"
    ):
        pages.to_mathml(r"\nosuchthing{x}", "block")


def test_a_folded_answer_stays_folded(pages):
    text = pages.Exporter(FOLDER).to_html(
        "<details><summary>Answer</summary>\n\nIt *grows*.\n\n</details>\n\nMore."
    )
    assert re.search(r"<details>.*<em>grows</em>.*</details>\s*<p>More", text, re.S)
    assert text.count("</details>") == 1


def test_nothing_comes_from_elsewhere(pages, small_book):
    pages.write_site(small_book)
    zero, one = (
        (small_book / name).read_text(encoding="utf-8")
        for name in ("00_zero.html", "appendix/one.html")
    )
    assert '<a href="https://example.org">Open in Colab</a>' in zero, (
        "a badge becomes its words"
    )
    assert 'src="data:image/png;base64,iVBOR' in one, "pictures travel in the page"
    assert f'src="data:image/png;base64,{ATTACHED}"' in one, (
        "and so do those that a cell carries"
    )
    for text in (zero, one):
        assert not re.search(
            r'(src|href)="(?!data:|#|https?://|(\.\./)*[\w/]+\.html)', text
        )
        assert not re.search(
            r'<(img|script|link|video|source)[^>]+(src|href)="https?:', text
        )


def test_index_shows_title_claim_and_part(pages, small_book):
    text = pages.write_site(small_book)[0].read_text(encoding="utf-8")
    assert (
        '<span class="number">00</span> Zero</a>' in text
        and "A claim with <math" in text
    )
    assert text.count('<img alt="" src="data:image/jpeg') == 1, (
        "what a text brings along"
    )
    assert "<h2>Appendices</h2>" in text and ">One</a>" in text, (
        "the word Appendix stands in the heading already; a title begins large"
    )
    assert "Assignments" not in text, "no heading without notebooks"


def test_every_notebook_of_the_book_can_be_described(pages):
    described = [
        pages.describe(path)
        for path in sorted(FOLDER.glob("0*.ipynb"))
        + sorted((FOLDER / "appendix").glob("*.ipynb"))
    ]
    assert len(described) >= 9
    assert [page.source.stem for page in described if not page.claim] == [], (
        "the first cell has a claim in bold"
    )
    assert [
        page.source.stem for page in described if not page.thumbnail.is_file()
    ] == [], "a cell tagged thumbnail"
    assert len({page.target for page in described}) == len(described)


def test_code_is_a_line_that_says_what_it_does(pages):
    data = lambda kind: nbformat.v4.new_output("display_data", {kind: "QUJD"})
    lines = nbformat.v4.new_output("stream", name="stdout", text="1")
    drawn, table = data("image/jpeg"), data("text/markdown")

    def said(source, outputs=(), tags=()):
        cell = nbformat.v4.new_code_cell(source, outputs=list(outputs))
        cell.metadata["tags"] = list(tags)
        return re.sub("<[^>]+>", "", pages.purpose(cell))

    climb = "def climb(x):\n    return x\n\n\nclass Ball:\n    pass"
    assert said(climb) == "defines climb, Ball 4 lines"
    assert said(climb, [drawn]) == "defines climb, Ball, draws the figure below 4 lines"
    assert said("import torch\nfrom a import b") == "imports 2 lines"
    assert said("show(x)", [lines, drawn]) == "draws the figure below 1 line"
    assert said("claims()", [lines, table]) == "writes the table below 1 line"
    assert said("print(1)", [lines]) == "prints the lines below 1 line"
    assert said("# why\na = b[c] = 1\na, d = 2, 3") == "computes a, b, c … 3 lines"
    assert said("%config a = 1\nshow(1 < 2)") == "show(1 &lt; 2) 2 lines"
    own = "# Experiment 0.6\n# YOUR CODE HERE (a < b)"
    assert said(own) == "Experiment 0.6 2 lines", "a place for the reader's code"
    assert said("not python at all") == "not python at all 1 line"
    assert len(said("f(" + "x, " * 99 + ")")) < 90
    assert "you may want" in said("a = 1", tags=["parameters"])


def test_a_page_opens_with_its_best_picture(pages, small_book):
    """Also where the notebook's file has no room for a copy of it."""
    path = pages.FOLDER / "00_zero.ipynb"
    book = nbformat.read(path, as_version=4)
    jpeg = {"image/jpeg": encoded("teal", "JPEG")}
    cell = nbformat.v4.new_code_cell(
        "draw()",
        outputs=[nbformat.v4.new_output("display_data", jpeg)],
        metadata={"tags": ["thumbnail"]},
    )
    caption = nbformat.v4.new_markdown_cell("**Figure 0.9** *A teal field.* Look.")
    book.cells += [cell, caption]
    nbformat.write(book, path)
    page = pages.body(path)
    claim, byline, picture, below, drawn = (
        page.index(words)
        for words in (
            "A claim with",
            'class="byline"',
            'alt="A teal field. Look."',
            "Figure 0.9, drawn below.",
            "draws",
        )
    )
    assert claim < byline < picture < below < drawn
    said = re.sub("<[^>]+>", "", page[byline:picture])
    assert "Mordvintsev, Pezzotti, Schubert and Olah (Distill, 2018)" in said
    assert "attachments" not in nbformat.read(path, as_version=4).cells[0]


def test_an_assignment_shows_what_its_captions_speak_of(pages, small_book):
    """It is handed out without outputs; its solution has them."""
    cell = nbformat.v4.new_code_cell("show(mine())")
    other = nbformat.v4.new_code_cell("check(mine)")
    cells = [
        nbformat.v4.new_markdown_cell("# Assignment 9: <b>\n\n**A claim.**"),
        other,
        nbformat.v4.new_markdown_cell("Some text."),
        cell,
        nbformat.v4.new_markdown_cell("**Figure A9.1** *A red field.* Look."),
    ]
    folder = pages.FOLDER / "assignments"
    (folder / "solutions").mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "A9.ipynb")
    red = {"image/png": encoded("red", "PNG")}
    cell.outputs = [
        nbformat.v4.new_output("stream", text="right"),
        nbformat.v4.new_output("display_data", red),
    ]
    other.outputs = [nbformat.v4.new_output("display_data", red)]
    solved = nbformat.v4.new_notebook(cells=cells)
    nbformat.write(solved, folder / "solutions" / "A9.ipynb")
    page = pages.body(folder / "A9.ipynb")
    assert page.count(red["image/png"]) == 1, "the one with a caption"
    assert 'alt="Figure A9.1: A red field. Look."' in page and "right" not in page
    assert page.index("book/assignments/A9.ipynb</code> in Jupyter") < page.index("<h1")


def test_every_caption_of_an_assignment_has_its_picture(pages):
    for path in sorted((FOLDER / "assignments").glob("A*.ipynb")):
        figures = re.split(r'<figure class="caption">', pages.body(path))[:-1]
        assert figures, path.name
        above = [part[part.rfind("<h2") :] for part in figures]
        bare = [part[-80:] for part in above if "<img" not in part]
        assert not bare, f"{path.name}: captions below nothing, after {bare}"


def test_the_opening_is_alive_where_the_notebooks_have_what_moves(pages, tmp_path):
    overlay = pages.alive.overlay(FOLDER, pages.OPENING)
    assert 20_000 < len(overlay) <= 300_000, "bytes in the index"
    assert overlay.count('class="tile"') == 4
    played = set(re.findall(r"animation: (\w+)", overlay))
    assert played == set(re.findall(r"@keyframes (\w+)", overlay)), "each has its rules"
    assert "<script" not in overlay and 'aria-hidden="true"' in overlay
    assert pages.alive.overlay(tmp_path, pages.OPENING) == "", "then it is a still"


def test_pictures_are_described_by_their_captions(pages):
    jpeg = {"image/jpeg": "QUJD"}
    cells = [
        nbformat.v4.new_raw_cell("neither code nor text"),
        nbformat.v4.new_markdown_cell("## Noise"),
        nbformat.v4.new_code_cell(
            "a", outputs=[nbformat.v4.new_output("display_data", data=jpeg)]
        ),
        nbformat.v4.new_markdown_cell("**Figure 9.1** *Left:* noise. Right: a `cat`."),
        nbformat.v4.new_code_cell(
            "b",
            outputs=[
                nbformat.v4.new_output("display_data", data=dict(jpeg)),
                nbformat.v4.new_output(
                    "display_data",
                    data=dict(jpeg),
                    metadata={"image/jpeg": {"alt": "its own words"}},
                ),
            ],
        ),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    pages.opening.describe_pictures(notebook)
    outputs = [o for c in cells if c.cell_type == "code" for o in c.outputs]
    alts = [output.metadata["image/jpeg"]["alt"] for output in outputs]
    assert alts == [
        "Figure 9.1: Left: noise. Right: a cat.",
        "A picture of the section “Noise”",
        "its own words",
    ]


def test_a_drawing_is_described_on_its_page(pages, small_book):
    """nbconvert would say that nobody described it."""
    path = pages.FOLDER / "00_zero.ipynb"
    book = nbformat.read(path, as_version=4)
    svg = {"image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg"/>'}
    drawn = nbformat.v4.new_output("display_data", data=svg)
    caption = nbformat.v4.new_markdown_cell('**Figure 0.2** A "loss" that falls.')
    book.cells += [nbformat.v4.new_code_cell("draw()", outputs=[drawn]), caption]
    nbformat.write(book, path)
    page = pages.body(path)
    assert "No description" not in page
    (said,) = re.findall(r"<img alt=(.*?)\s+src=.data:image/svg", page, re.S)
    assert html.unescape(said[1:-1]) == 'Figure 0.2: A "loss" that falls.'


def test_pages_have_captions_contents_and_folded_code(pages, small_book):
    path = pages.FOLDER / "00_zero.ipynb"
    book = nbformat.read(path, as_version=4)
    book.cells += [
        nbformat.v4.new_markdown_cell(
            "**Figure 0.1** A picture.\n\n## One\n\n## `Two` & 3"
        ),
        nbformat.v4.new_markdown_cell("| a | b |\n|---|---|\n| 1 | 2 |"),
    ]
    nbformat.write(book, path)
    pages.write_site(small_book)
    zero = (small_book / "00_zero.html").read_text(encoding="utf-8")
    assert "<figcaption><strong>Figure 0.1</strong> A picture.</figcaption>" in zero
    assert zero.count('<details class="code">') == 1, "Colab's cell is left out"
    names = re.search(r'class="contents".*?</details>', zero, re.S)[0]
    assert 'href="#One"' in names and "<code>Two</code> &amp; 3" in names
    assert '<div class="table"><table>' in zero
    assert 'class="contents"' not in (small_book / "appendix" / "one.html").read_text()


def test_another_language_has_a_folder_of_its_own(
    pages, small_book, tmp_path, monkeypatch
):
    """Texts and words of the page; what is not translated says so."""
    translations = pages.translations
    home = tmp_path / "translations"
    shutil.copytree(translations.HOME / "zh", home / "zh")
    monkeypatch.setattr(translations, "HOME", home)
    path = pages.FOLDER / "00_zero.ipynb"
    book = nbformat.read(path, as_version=4)
    book.cells.append(nbformat.v4.new_code_cell("x = 1"))
    nbformat.write(book, path)
    first = book.cells[0]
    said = "# 零\n\n**论断 $a < b$。**\n\n**图 0.1** 题注。\n\n[续](appendix/one.ipynb)"
    text = translations.block(first.id, translations.mark(first.source), said)
    (home / "zh" / "00_zero.md").write_text(
        f"{text}\n{translations.PHRASES}", encoding="utf-8"
    )
    written = pages.write_site(small_book, "zh")
    assert [path.relative_to(small_book).as_posix() for path in written[3:]] == [
        "zh/index.html",
        "zh/00_zero.html",
        "zh/appendix/one.html",
    ]
    texts = [path.read_text(encoding="utf-8") for path in written]
    english, zero, one = texts[1], texts[4], texts[5]
    assert '<html lang="en">' in english and '<html lang="zh">' in zero
    assert '<a href="zh/00_zero.html" lang="zh" hreflang="zh">中文</a>' in english
    assert '<a href="../00_zero.html" lang="en" hreflang="en">English</a>' in zero
    assert 'href="../../appendix/one.html" lang="en"' in one
    assert "<title>零</title>" in zero and 'href="appendix/one.html"' in zero
    assert "<figcaption><strong>图 0.1</strong> 题注。</figcaption>" in zero
    assert "计算 <code>x</code> <span" in zero and "computes <code>x</code>" in english
    assert "显示全部代码" in zero and "Show all code" not in zero
    assert pages.DICTIONARY not in zero, "there is no figure that would read it"
    assert '<html lang="zh">' in one and '<main lang="en">' in one
    assert "本页尚未翻译" in one and "本页尚未翻译" not in zero
    assert "</span> 零</a>" in texts[3], "the index has the title"
    with pytest.raises(ValueError, match="there are en, zh"):
        pages.write_site(small_book, "xx")


def test_the_text_has_a_face_that_travels_in_the_page(pages, small_book):
    pages.write_site(small_book)
    zero = (small_book / "00_zero.html").read_text(encoding="utf-8")
    assert zero.count("src: url(data:font/woff2;base64,d09GMg") == 2
    assert len(pages.faces()) < 60_000
    assert re.search(r'body \{[^}]*"Source Serif 4"', zero)
    assert (FOLDER / "page" / "fonts" / "OFL.txt").is_file()
