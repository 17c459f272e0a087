"""Write every notebook as a page that works without a network:
`python notebooks/pages.py FOLDER`.

Each page carries its pictures, films and interactive figures in itself. Formulas become
MathML, which browsers draw without a script. Code is folded to a line that says what it
does, captions are captions, and pictures are described by them. `index.html` shows the
book at a glance, a picture and a sentence for each notebook.

`--language zh` writes the pages in that language besides, in a folder of that name:
`translations.py` knows the texts. What is not translated stays English, and says so.
"""

from __future__ import annotations

import argparse
import ast
import base64
import contextlib
import html
import io
import json
import re
import string
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import nbformat
from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from PIL import Image
from pygments.formatters import HtmlFormatter

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))
import alive  # noqa: E402  # stands beside this file, as do
import opening  # noqa: E402
import page_panels  # noqa: E402
import references  # noqa: E402
import translations  # noqa: E402
from translations import ENGLISH, Words  # noqa: E402

from dputils.widgets.hosting import renewed  # noqa: E402

OPENING = opening.PICTURE
ARTICLE = "https://distill.pub/2018/differentiable-parameterizations"
TITLE = "Differentiable Image Parameterizations, as a book that runs"
LEFT_OUT = {"colab", "injected-parameters"}  # cells for other places than a page
DICTIONARY = "dputils-words"  # of a page that is not English, for its scripts
THIS_LANGUAGE = "English"  # what a language calls itself
LEAD = (
    "How a picture is written down decides which picture an optimization finds. The "
    "article that showed it, {}, as notebooks: every figure is computed here, and "
    "every claim is measured."
)
LICENCE = (
    "Prose and pictures are under CC BY 4.0, code under the MIT licence. What is drawn "
    "from a photograph or a painting names its source beside it."
)
THANKS = (
    "Thanks to Alexander Mordvintsev, Nicola Pezzotti, Ludwig Schubert and Chris Olah, "
    "whose article this is a reading of; to the authors of Lucid, PyTorch, timm and "
    "scikit-image; and to the photographers whose pictures come with the last."
)
# kinds of output that are pictures; figures are HTML
SEEN = {"image/png", "image/jpeg", "image/svg+xml", "text/html"}
CAPTION = re.compile(rf"\*\*{opening.FIGURE} ")  # how a caption begins
CARD = 800, 800  # pixels of a picture in the index, at most
PARTS = {
    ".": None,
    "browser": "In your browser",
    "appendix": "Appendices",
    "assignments": "Assignments",
}


class Page(NamedTuple):
    """A notebook and what the table of contents says of it."""

    source: Path
    target: str  # relative to the site, with forward slashes
    title: str
    claim: str  # as Markdown
    thumbnail: Path


CELLS = """{%- extends 'basic/index.html.j2' -%}
{% block input_group %}<details class="code">
<summary>{{ cell | purpose }}</summary>
{{ super() }}</details>
{% endblock input_group %}
{% block data_svg scoped -%}
<div class="output_svg output_subarea {{ extra_class }}">
<img alt="{{ output.metadata['image/svg+xml'].alt | escape_html }}"
src="data:image/svg+xml;base64,{{ output.data['image/svg+xml'] | text_base64 }}"></div>
{%- endblock data_svg %}"""


def purpose(cell: nbformat.NotebookNode, say: Words = ENGLISH) -> str:
    """What a cell of code does, as HTML of one line: the names that it defines and what
    it shows, or else what it computes.
    """
    lines = [line for line in cell.source.splitlines() if line.strip()]
    many = say("1 line") if len(lines) == 1 else say("{} lines", len(lines))
    try:
        body = ast.parse(re.sub(r"(?m)^[%!].*$", "", cell.source)).body
    except SyntaxError:
        body = []
    shown = set().union(*(output.get("data", {}) for output in cell.get("outputs", [])))
    does = []
    if "parameters" in cell.metadata.get("tags", []):
        does = [say("parameters: what you may want to change")]
    elif body and all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in body):
        does = [say("imports")]
    elif names := [
        n.name for n in body if isinstance(n, (ast.FunctionDef, ast.ClassDef))
    ]:
        does = [say("defines {}", as_code(names))]
    if shown & SEEN:
        does.append(say("draws the figure below"))
    elif "text/markdown" in shown:
        does.append(say("writes the table below"))
    elif not does and cell.get("outputs"):
        does = [say("prints the lines below")]
    elif not does and (names := assigned(body)):
        does = [say("computes {}", as_code(names))]
    if not does and lines and all(line.startswith("#") for line in lines):
        does = [html.escape(lines[0].strip("# "))]  # a place for the reader's code
    if not does:
        last = ast.unparse(body[-1]).splitlines()[0] if body else cell.source.strip()
        does = [as_code([last if len(last) <= 60 else last[:58].rstrip() + " …"])]
    return f'{say(", ").join(does)} <span class="lines">{many}</span>'


def as_code(names: list[str]) -> str:
    """At most three names, as HTML."""
    shown = ", ".join(f"<code>{html.escape(name)}</code>" for name in names[:3])
    return shown + " …" * (len(names) > 3)


def assigned(body: list[ast.stmt]) -> list[str]:
    """The names that a cell's own lines give values to, each once."""
    targets = [
        each for node in body if isinstance(node, ast.Assign) for each in node.targets
    ]
    names = [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]
    return list(dict.fromkeys(name for name in names if not name.startswith("_")))


def heading(text: str, level: int, say: Words) -> str:
    """A heading, given as HTML, with a link to itself; named as in Jupyter."""
    anchor = re.sub(r"\s+", "-", html.unescape(re.sub(r"<[^>]+>", "", text)))
    return (
        f'<h{level} id="{html.escape(anchor)}">{text}<a class="anchor-link" '
        f'aria-label="{say("link to this section")}" '
        f'href="#{quote(anchor)}">¶</a></h{level}>\n'
    )


def is_page(url: str) -> bool:
    """Whether a link leads to a page that is written in Markdown."""
    name = Path(url.partition("#")[0]).name
    return name.endswith(".md") and (FOLDER / "browser" / name).is_file()


class Renderer(IPythonRenderer):
    """Markdown with formulas as MathML, links to the other pages, and nothing from
    elsewhere.
    """

    def block_math(self, body):
        return f'<div class="formula">{to_mathml(body, "block")}</div>'

    def paragraph(self, text):
        if not re.match(f"<strong>{opening.FIGURE} ", text):
            return super().paragraph(text)
        return f'<figure class="caption"><figcaption>{text}</figcaption></figure>\n'

    def table(self, text):
        return f'<div class="table"><table>\n{text}</table></div>\n'

    def inline_math(self, body):
        return to_mathml(body, "inline")

    # nbconvert would close a <details> whose end is in a later block
    def block_html(self, html):
        return super().block_html(html) if "<img" in html else html

    def heading(self, text, level, **attrs):
        return heading(text, level, self.say)

    def link(self, text, url, title=None):
        if (cited := self.known.get(references.plain(url))) is not None:
            if cited.key not in self.cited:
                self.cited.append(cited.key)
            shown = super().link(text, url, title)
            if cited.key == references.ARTICLE_KEY:  # nobody needs to be told each time
                return shown
            note = f'<span class="note" role="note">{cited.to_html()}</span>'
            return f'<span class="cite">{shown}{note}</span>'
        if "://" not in url and not url.startswith(("#", "mailto:")):
            ending = r"\.(ipynb|md)(?=$|#)" if is_page(url) else r"\.ipynb(?=$|#)"
            url, pages = re.subn(ending, ".html", url)
            if not pages:  # a file of the project, which no page takes along
                return text
        return super().link(text, url, title)

    def image(self, text, url, title=None):
        if "://" in url:  # a badge, for instance: offline, its words do
            return html.escape(text)
        return super().image(text, url, title)


class Exporter(HTMLExporter):
    """The body of a page: nbconvert's plain template with our Markdown, and with code
    folded.
    """

    def __init__(self, folder, say=ENGLISH):
        super().__init__(raw_template=CELLS, embed_images=True)
        self.say = say
        self.references = references.read()
        self.known, self.cited = references.by_address(self.references), []
        self.folder = str(folder)
        self.register_filter("markdown2html", self.in_cell)
        self.register_filter("purpose", lambda cell: purpose(cell, say))
        # stands behind the highlighting of code
        self.register_filter("clean_html", self.put_by)
        self.highlighted = []

    def put_by(self, code):
        """A place for highlighted code. It is our own and needs no cleaning, and its
        thousands of elements would be taken apart once more with the whole page.
        """
        self.highlighted.append(code)
        return f"<!--code {len(self.highlighted) - 1}-->"

    def from_notebook_node(self, *given, **options):
        text, resources = super().from_notebook_node(*given, **options)
        whole = re.sub(
            r"<!--code (\d+)-->", lambda place: self.highlighted[int(place[1])], text
        )
        return whole, resources

    @pass_context
    def in_cell(self, context, source):
        return self.to_html(source, context.get("cell", {}).get("attachments", {}))

    def to_html(self, source, attachments=None):
        """Markdown as HTML; `attachments` are the pictures that the cell carries."""
        renderer = Renderer(
            escape=False,
            embed_images=True,
            path=self.folder,
            attachments=attachments or {},
        )
        renderer.known, renderer.cited = self.known, self.cited
        renderer.say = self.say
        return MarkdownWithMath(renderer=renderer).render(source)

    def back_matter(self):
        """References of what was written so far, how to cite, licence, thanks."""
        say = self.say
        cited = [each for each in self.references if each.key in self.cited]
        rows = "".join(f"<li>{each.to_html()}</li>" for each in cited)
        listed = f"{heading(say('References'), 2, say)}<ol>{rows}</ol>" if rows else ""
        article = next(
            each for each in self.references if each.key == references.ARTICLE_KEY
        )
        bibtex = html.escape(f"{references.book_bibtex()}\n\n{article.source}")
        title = heading(say("Cite, licence, thanks"), 2, say)
        return (
            f'<div class="text_cell back">{listed}{title}'
            f"<p>{say('To cite this book, and the article that it follows:')}</p>"
            f'<div class="highlight"><pre>{bibtex}</pre></div>'
            f"<p>{say(LICENCE)}</p><p>{say(THANKS)}</p></div>"
        )


def to_mathml(formula: str, display: str) -> str:
    """A formula as MathML. Raises: ValueError for a command that would be shown as it
    is typed.
    """
    known = re.sub(r"\\arg(?![a-zA-Z])", r"\\mathrm{arg}", formula.strip())
    # a brace after \bigl and its kin keeps the stroke before it
    made = re.sub(r">\\([{}])<", r">\1<", convert(known, display=display))
    if unknown := re.search(r"\\([a-zA-Z]+|\S)", re.sub(r"<[^>]+>", "", made)):
        raise ValueError(
            f"{unknown[0]} in the formula {formula.strip()!r} cannot be "
            "turned into MathML; write it with another command"
        )
    return made


def load(path: Path, say: Words = ENGLISH) -> tuple[nbformat.NotebookNode, dict | None]:
    """A notebook in that language, and what its figures say; None where it stays
    English. A page in Markdown is a notebook of one cell.
    """
    if path.suffix == ".md":
        cell = nbformat.v4.new_markdown_cell(path.read_text(encoding="utf-8"))
        notebook = nbformat.v4.new_notebook(cells=[cell])
    else:
        notebook = nbformat.read(path, as_version=4)
    translation = translations.read(path, say.language)
    if translation is None:
        return notebook, {} if say is ENGLISH else None
    translations.translate(notebook, translation, say)
    return notebook, translations.dictionary(translation, say)


def describe(path: Path, say: Words = ENGLISH) -> Page:
    """Title and claim from the first cell: its heading, and its first paragraph in
    bold.
    """
    first = load(path, say)[0].cells[0].source
    title = re.search(r"^# (.+)$", first, re.M)
    claim = re.search(r"^\*\*(.+?)\*\*\s*$", first, re.M | re.S)
    number = re.match(r"\d+", path.stem)
    name = re.sub(r"^\W*(\d+\s*·|Appendix:)\s*", "", title[1]) if title else path.stem
    return Page(
        path,
        path.relative_to(FOLDER).with_suffix(".html").as_posix(),
        name[:1].upper() + name[1:],
        " ".join(claim[1].split()) if claim else "",
        path.parent / "thumbnails" / f"{number[0] if number else path.stem}.jpg",
    )


def lend_pictures(notebook: nbformat.NotebookNode, path: Path) -> None:
    """An assignment is handed out without outputs. Where a caption waits for what the
    cell above it draws, show what the same cell of the solution drew.
    """
    solved = path.parent / "solutions" / path.name
    if not solved.is_file():
        return
    drawn = {cell.id: cell for cell in nbformat.read(solved, as_version=4).cells}
    for cell, below in zip(notebook.cells, notebook.cells[1:]):
        if cell.cell_type == "code" and CAPTION.match(below.source):
            found = drawn[cell.id].get("outputs", [])
            cell.outputs = [o for o in found if SEEN & o.get("data", {}).keys()]


def body(path: Path, say: Words = ENGLISH) -> str | None:
    """A notebook's cells and outputs as HTML; None if it is not translated."""
    notebook, known = load(path, say)
    if known is None:
        return None
    lend_pictures(notebook, path)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if not LEFT_OUT & set(cell.metadata.get("tags", []))
    ]
    if "attachments" not in notebook.cells[0]:
        with contextlib.suppress(ValueError):  # nothing is tagged as its best picture
            opening.attach_header(notebook, say)
    if re.match(r"\d", path.stem):  # a section
        first = notebook.cells[0]
        byline = f'<p class="byline">{after(say)}</p>\n\n'
        first.source = opening.below_claim(first.source, byline)
    opening.describe_pictures(notebook, say)
    for output in (each for cell in notebook.cells for each in cell.get("outputs", [])):
        if "text/html" in output.get("data", {}):
            output.data["text/html"] = renewed(output.data["text/html"])
    put_panel(notebook, path.stem)
    exporter = Exporter(path.parent, say)
    text, _ = exporter.from_notebook_node(notebook)
    if path.parent.name == "assignments":
        work = say(
            "This page is for reading. To work on it, open {} in Jupyter.", at(path)
        )
        text = f'<p class="text_cell quiet">{work}</p>{text}'
    text = re.sub(r'data-panel="(\w+)"', lambda it: page_panels.attribute(it[1]), text)
    text += exporter.back_matter()
    return word_list(known) + text if known and "data-dputils" in text else text


def word_list(known: dict[str, str]) -> str:
    """What figures and panels read their words from, where a page is not English."""
    listed = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    safe = listed.replace("<", "\\u003c")  # nothing in it ends the element
    return f'<script type="application/json" id="{DICTIONARY}">{safe}</script>'


def put_panel(notebook: nbformat.NotebookNode, stem: str) -> None:
    """In the place of a live panel, which needs a kernel, one that runs in the page."""
    for cell in notebook.cells:
        if "live" not in cell.metadata.get("tags", []):
            continue
        for output in cell.get("outputs", []):
            still = output.get("data", {}).get("text/html", "")
            if still and stem in page_panels.panels():
                place = f"<div {page_panels.attribute(stem)}>{''.join(still)}</div>"
                output.data["text/html"] = place


def after(say: Words) -> str:
    """The article, its authors and year, as HTML."""
    return say(
        "After {} by Mordvintsev, Pezzotti, Schubert and Olah (Distill, 2018)",
        f'<a href="{ARTICLE}">Differentiable Image Parameterizations</a>',
    )


def at(path: Path) -> str:
    """Where a notebook lies in the project, as HTML."""
    return f"<code>{html.escape(path.relative_to(FOLDER.parent).as_posix())}</code>"


def contents(text: str, say: Words = ENGLISH) -> str:
    """Links to the sections of a page, from its headings in HTML."""
    found = re.findall(r'<h2 id="([^"]+)">(.*?)<a [^>]*anchor-link', text, re.S)
    rows = "".join(
        f'<li><a href="#{quote(html.unescape(anchor))}">{name.strip()}</a></li>'
        for anchor, name in found
    )
    return (
        f'<details class="contents" open><summary>{say("Contents")}</summary>'
        f"<ol>{rows}</ol></details>"
        if len(found) > 1
        else ""
    )


def faces() -> str:
    """The text's face, upright and italic, as a style sheet that carries them: a page
    opened from a folder may load no font beside it.
    """
    rules = []
    for style in ("normal", "italic"):
        path = FOLDER / "page" / "fonts" / f"source-serif-4-latin-400-{style}.woff2"
        data = base64.b64encode(path.read_bytes()).decode()
        rules.append(
            f'@font-face {{ font-family: "Source Serif 4"; font-style: {style}; '
            f"src: url(data:font/woff2;base64,{data}) format('woff2'); }}\n"
        )
    return "".join(rules)


def document(
    title: str,
    content: str,
    up: str,
    links: str = "",
    say: Words = ENGLISH,
    editions: Iterable[tuple[Words, str]] = (),
    note: str = "",
    source: Path | None = None,
) -> str:
    """A whole page. `up` leads to the folder of index.html; `editions` are the same
    page in other languages; a `note` stands above the text of one that is English;
    `source` is what it was made from.
    """
    folder = FOLDER / "page"
    light, dark = (
        HtmlFormatter(style=style, nobackground=True).get_style_defs(".highlight")
        for style in ("xcode", "github-dark")
    )
    css = (folder / "style.css").read_text(encoding="utf-8")
    page = string.Template((folder / "document.html").read_text(encoding="utf-8"))
    return page.substitute(
        title=html.escape(title),
        style=f"\n{faces()}{css}{light}\n"
        f"@media (prefers-color-scheme: dark) {{ {dark} }}",
        script=(folder / "script.js").read_text(encoding="utf-8"),
        contents=contents(content, say),
        # one for all editions, at the top of the site
        steer=f'<script defer src="{up}{"" if say is ENGLISH else "../"}'
        f'{page_panels.SCRIPT}"></script>'
        if page_panels.MARK in content
        else "",
        up=up,
        book=say(TITLE),
        links=links,
        content=content,
        lang=say.language,
        text_lang="en" if note else say.language,
        note=f'<p class="edition" lang="{say.language}">{note}</p>' if note else "",
        languages="".join(
            f'<a href="{target}" lang="{other.language}" '
            f'hreflang="{other.language}">{other(THIS_LANGUAGE)}</a>'
            for other, target in editions
        ),
        nav=say("Book"),
        fold=say("Show all code"),
        source=after(say),
        licence=say("Prose and pictures CC BY 4.0, code MIT"),
        made_from=f"<span>{say('Made from {}', at(source))}</span>" if source else "",
    )


def card_picture(page: Page) -> bytes:
    """A JPEG for the index, whole and sharp on a phone's screen: what the cell tagged
    `thumbnail` shows, or the small copy of it that README has, or the first picture
    that a text brings along; b"" where there is none.
    """
    cells = load(page.source)[0].cells
    best = (c for c in cells if "thumbnail" in c.metadata.get("tags", []))
    shown = next(filter(None, map(opening.shown_by, best)), None)
    if shown is None and page.thumbnail.is_file():
        return page.thumbnail.read_bytes()
    brought = (
        data
        for c in cells
        for file in c.get("attachments", {}).values()
        for kind, data in file.items()
        if kind in SEEN
    )
    if shown is None and (first := next(brought, "")):
        shown = base64.b64decode(first)
    if shown is None:
        return b""
    picture = Image.open(io.BytesIO(shown)).convert("RGB")
    picture.thumbnail(CARD, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80, optimize=True)
    return file.getvalue()


def index(
    pages: list[Page],
    say: Words = ENGLISH,
    editions: Iterable[tuple[Words, str]] = (),
) -> str:
    """The book at a glance: a picture, a title and a sentence for each notebook."""
    article = f'<a href="{ARTICLE}"><i>Differentiable Image Parameterizations</i></a>'
    exporter, content = (
        Exporter(FOLDER, say),
        [f'<h1>{say(TITLE)}</h1><p class="lead">{say(LEAD, article)}</p>'],
    )
    if OPENING.is_file():
        data = base64.b64encode(OPENING.read_bytes()).decode()
        said = say("One picture of each of the six sections, drawn by their notebooks.")
        picture = f'<img alt="{said}" src="data:image/jpeg;base64,{data}">'
        moving = alive.overlay(FOLDER, OPENING, say)
        content.append(f'<p class="opening">{picture}{moving}</p>')
    for folder, part in PARTS.items():
        rows = []
        for page in pages:
            if Path(page.target).parent.as_posix() != folder:
                continue
            number = re.match(r"\d+", page.source.stem)
            picture = ""
            if card := card_picture(page):
                data = base64.b64encode(card).decode()
                picture = (
                    f'<a href="{page.target}" tabindex="-1" aria-hidden="true">'
                    f'<img alt="" '
                    f'src="data:image/jpeg;base64,{data}"></a>'
                )
            rows.append(
                f'<div>{picture}</div><div><h3><a href="{page.target}">'
                + (f'<span class="number">{number[0]}</span> ' if number else "")
                + f"{html.escape(re.sub(r'^[0-9]+ · ', '', page.title))}</a></h3>"
                + f"{exporter.to_html(page.claim)}</div>"
            )
        if rows:
            content.append(
                (f"<h2>{say(part)}</h2>" if part else "")
                + f'<div class="book">{"".join(rows)}</div>'
            )
    return document(say(TITLE), "".join(content), "", say=say, editions=editions)


def write_site(folder: Path, language: str = "en") -> list[Path]:
    """Write all pages below `folder`, and those in another language besides, below a
    folder of its name; returns their paths, English first, each index.html before its
    pages. Raises: ValueError for a language without translations.
    """
    sources = [
        path
        for path in sorted([*FOLDER.rglob("*.ipynb"), *FOLDER.glob("browser/*.md")])
        if ".ipynb_checkpoints" not in path.parts
        and path.parent.relative_to(FOLDER).as_posix() in PARTS
    ]
    known = {"en": ENGLISH, language: translations.words(language)}
    bodies = {path: body(path) for path in sources}
    written = []
    for name, say in known.items():
        # from the top of this edition to those of the others
        back = "" if say is ENGLISH else "../"
        ways = [
            (other, back + ("" if other is ENGLISH else f"{key}/"))
            for key, other in known.items()
            if other is not say
        ]
        home = folder if say is ENGLISH else folder / name
        written += write_edition(home, sources, bodies, say, ways)
    if any(page_panels.MARK in text for text in bodies.values() if text):
        for shared in page_panels.write_scripts(folder):
            print(f"{shared}  {shared.stat().st_size / 1e6:.2f} MB", flush=True)
    return written


def write_edition(
    folder: Path,
    sources: list[Path],
    english: dict[Path, str],
    say: Words,
    ways: list[tuple[Words, str]],
) -> list[Path]:
    """Write the pages in one language; returns their paths, index.html first. `ways`
    lead to the folders of the other languages.
    """
    pages = [describe(path, say) for path in sources]
    order = [
        page
        for part in PARTS
        for page in pages
        if Path(page.target).parent.as_posix() == part
    ]
    written = [folder / "index.html"]
    folder.mkdir(parents=True, exist_ok=True)
    there = [(other, f"{way}index.html") for other, way in ways]
    written[0].write_text(index(order, say, there), encoding="utf-8")
    for number, page in enumerate(order):
        up = "../" * page.target.count("/")
        near = [
            (order[k], mark)
            for k, mark in ((number - 1, "← {}"), (number + 1, "{} →"))
            if 0 <= k < len(order)
        ]
        links = " &nbsp; ".join(
            f'<a href="{up}{other.target}">{mark.format(html.escape(other.title))}</a>'
            for other, mark in near
        )
        target = folder / page.target
        target.parent.mkdir(parents=True, exist_ok=True)
        text = english[page.source] if say is ENGLISH else body(page.source, say)
        there = [(other, f"{up}{way}{page.target}") for other, way in ways]
        note = say("This page is not translated yet; here is the English.")
        whole = document(
            page.title,
            text or english[page.source],
            up,
            links,
            say,
            there,
            note="" if text else note,
            source=page.source,
        )
        target.write_text(whole, encoding="utf-8")
        written.append(target)
        print(f"{target}  {target.stat().st_size / 1e6:.2f} MB", flush=True)
    return written


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER.parent / "site")
    parser.add_argument(
        "--language", default="en", help="write this language's pages besides: zh"
    )
    options = parser.parse_args(arguments)
    try:
        written = write_site(options.folder, options.language)
    except ValueError as error:
        parser.error(str(error))
    indexes = [path for path in written if path.name == "index.html"]
    print(f"open {indexes[-1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
