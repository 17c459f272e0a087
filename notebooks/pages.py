"""Write every notebook as a page that works without a network:
`python notebooks/pages.py FOLDER`.

Each page carries its pictures, films and interactive figures in itself. Formulas become
MathML, which browsers draw without a script. Code is folded to a line that says what it
does, captions are captions, and pictures are described by them. `index.html` shows the
book at a glance, a picture and a sentence for each notebook.
"""

from __future__ import annotations

import argparse
import ast
import base64
import html
import io
import re
import string
import sys
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
import opening  # noqa: E402  # stands beside this file, as do
import page_panels  # noqa: E402
import references  # noqa: E402

OPENING = opening.PICTURE
ARTICLE = "https://distill.pub/2018/differentiable-parameterizations"
TITLE = "Differentiable Image Parameterizations, as a book that runs"
LEFT_OUT = {"colab", "injected-parameters"}  # cells for other places than a page
CARD = 800, 800  # pixels of a picture in the index, at most
PARTS = {".": None, "appendix": "Appendices", "assignments": "Assignments"}


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
{% endblock input_group %}"""


def purpose(source: str, metadata: dict | None = None) -> str:
    """What a cell of code does, as HTML of one line: its first comment, or the names
    that it defines, or how it ends.
    """
    tags = (metadata or {}).get("tags", [])
    lines = [line for line in source.splitlines() if line.strip()]
    count = f'<span class="lines">{len(lines)} line{"s" * (len(lines) != 1)}</span>'
    if lines and lines[0].startswith("# "):
        return f"{html.escape(lines[0].strip('# '))} {count}"
    try:
        body = ast.parse(re.sub(r"(?m)^[%!].*$", "", source)).body
    except SyntaxError:
        body = []
    kinds = ast.FunctionDef, ast.ClassDef
    names = [node.name for node in body if isinstance(node, kinds)]
    if "parameters" in tags:
        what = "parameters: what you may want to change"
    elif names:
        what = "defines " + ", ".join(f"<code>{name}</code>" for name in names)
    elif body and all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in body):
        what = "imports"
    else:
        last = ast.unparse(body[-1]).splitlines()[0] if body else source.strip()
        last = last if len(last) <= 60 else last[:58].rstrip() + " …"
        what = f"<code>{html.escape(last)}</code>"
    return f"{what} {count}"


def section(name: str) -> str:
    """A heading of a page's own, as headings of notebooks are."""
    anchor = html.escape(re.sub(r"\s+", "-", name))
    return (
        f'<h2 id="{anchor}">{html.escape(name)}<a class="anchor-link" '
        f'aria-label="link to this section" href="#{quote(anchor)}">¶</a></h2>'
    )


class Renderer(IPythonRenderer):
    """Markdown with formulas as MathML, links to the other pages, and nothing from
    elsewhere.
    """

    def block_math(self, body):
        return f'<div class="formula">{to_mathml(body, "block")}</div>'

    def paragraph(self, text):
        if not re.match(r"<strong>Figure ", text):
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
        # as in Jupyter
        anchor = re.sub(r"\s+", "-", html.unescape(re.sub(r"<[^>]+>", "", text)))
        return (
            f'<h{level} id="{html.escape(anchor)}">{text}<a class="anchor-link" '
            'aria-label="link to this section" '
            f'href="#{quote(anchor)}">¶</a></h{level}>\n'
        )

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
            url, pages = re.subn(r"\.ipynb(?=$|#)", ".html", url)
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

    def __init__(self, folder):
        super().__init__(raw_template=CELLS, embed_images=True)
        self.references = references.read()
        self.known, self.cited = references.by_address(self.references), []
        self.folder = str(folder)
        self.register_filter("markdown2html", self.in_cell)
        self.register_filter(
            "purpose", lambda cell: purpose(cell.source, cell.metadata)
        )

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
        return MarkdownWithMath(renderer=renderer).render(source)

    def back_matter(self):
        """References of what was written so far, how to cite, licence, thanks."""
        cited = [each for each in self.references if each.key in self.cited]
        rows = "".join(f"<li>{each.to_html()}</li>" for each in cited)
        listed = f"{section('References')}<ol>{rows}</ol>" if rows else ""
        article = next(
            each for each in self.references if each.key == references.ARTICLE_KEY
        )
        bibtex = html.escape(f"{references.book_bibtex()}\n\n{article.source}")
        return (
            f'<div class="text_cell back">{listed}{section("Cite, licence, thanks")}'
            "<p>To cite this book, and the article that it follows:</p>"
            f'<div class="highlight"><pre>{bibtex}</pre></div>'
            "<p>Prose and pictures are under CC BY 4.0, code under the MIT licence. "
            "What is drawn from a photograph or a painting names its source beside "
            "it.</p><p>Thanks to Alexander Mordvintsev, Nicola Pezzotti, Ludwig "
            "Schubert and Chris Olah, whose article this is a reading of; to the "
            "authors of Lucid, PyTorch, timm and scikit-image; and to the "
            "photographers whose pictures come with the last.</p></div>"
        )


def to_mathml(formula: str, display: str) -> str:
    """A formula as MathML. Raises: ValueError for a command that would be shown as it
    is typed.
    """
    made = convert(
        re.sub(r"\\arg(?![a-zA-Z])", r"\\mathrm{arg}", formula.strip()), display=display
    )
    if unknown := re.search(r"\\[a-zA-Z]+", re.sub(r"<[^>]+>", "", made)):
        raise ValueError(
            f"{unknown[0]} in the formula {formula.strip()!r} cannot be "
            "turned into MathML; write it with another command"
        )
    return made


def describe(path: Path) -> Page:
    """Title and claim from the first cell: its heading, and its first paragraph in
    bold.
    """
    first = nbformat.read(path, as_version=4).cells[0].source
    title = re.search(r"^# (.+)$", first, re.M)
    claim = re.search(r"^\*\*(.+?)\*\*\s*$", first, re.M | re.S)
    number = re.match(r"\d+", path.stem)
    return Page(
        path,
        path.relative_to(FOLDER).with_suffix(".html").as_posix(),
        re.sub(r"^\W*(\d+\s*·|Appendix:)\s*", "", title[1]) if title else path.stem,
        " ".join(claim[1].split()) if claim else "",
        path.parent / "thumbnails" / f"{number[0] if number else path.stem}.jpg",
    )


def body(path: Path) -> str:
    """A notebook's cells and outputs as HTML."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if not LEFT_OUT & set(cell.metadata.get("tags", []))
    ]
    opening.describe_pictures(notebook)
    put_panel(notebook, path.stem)
    exporter = Exporter(path.parent)
    text, _ = exporter.from_notebook_node(notebook)
    return text + exporter.back_matter()


def put_panel(notebook: nbformat.NotebookNode, stem: str) -> None:
    """In the place of a live panel, which needs a kernel, one that runs in the page."""
    for cell in notebook.cells:
        if "live" not in cell.metadata.get("tags", []):
            continue
        for output in cell.get("outputs", []):
            still = output.get("data", {}).get("text/html", "")
            if still and stem in page_panels.panels():
                output.data["text/html"] = page_panels.place(
                    page_panels.panels()[stem], "".join(still)
                )


def contents(text: str) -> str:
    """Links to the sections of a page, from its headings in HTML."""
    found = re.findall(r'<h2 id="([^"]+)">(.*?)<a [^>]*anchor-link', text, re.S)
    rows = "".join(
        f'<li><a href="#{quote(html.unescape(anchor))}">{name.strip()}</a></li>'
        for anchor, name in found
    )
    return (
        '<details class="contents" open><summary>Contents</summary>'
        f"<ol>{rows}</ol></details>"
        if len(found) > 1
        else ""
    )


def document(title: str, content: str, up: str, links: str = "") -> str:
    """A whole page. `up` leads to the folder of index.html."""
    folder = FOLDER / "page"
    light, dark = (
        HtmlFormatter(style=style, nobackground=True).get_style_defs(".highlight")
        for style in ("xcode", "github-dark")
    )
    css = (folder / "style.css").read_text(encoding="utf-8")
    page = string.Template((folder / "document.html").read_text(encoding="utf-8"))
    return page.substitute(
        title=html.escape(title),
        style=f"\n{css}{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}",
        script=(folder / "script.js").read_text(encoding="utf-8"),
        contents=contents(content),
        steer=f'<script defer src="{up}{page_panels.SCRIPT}"></script>'
        if "data-dputils-steer" in content
        else "",
        up=up,
        book=TITLE,
        links=links,
        content=content,
        article=ARTICLE,
    )


def card_picture(page: Page) -> bytes:
    """A JPEG for the index, whole and sharp on a phone's screen: what the cell tagged
    `thumbnail` shows, or the small copy of it that README has; b"" where there is none.
    """
    cells = nbformat.read(page.source, as_version=4).cells
    best = (c for c in cells if "thumbnail" in c.metadata.get("tags", []))
    shown = next(filter(None, map(opening.shown_by, best)), None)
    if shown is None:
        return page.thumbnail.read_bytes() if page.thumbnail.is_file() else b""
    picture = Image.open(io.BytesIO(shown)).convert("RGB")
    picture.thumbnail(CARD, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80, optimize=True)
    return file.getvalue()


def index(pages: list[Page]) -> str:
    """The book at a glance: a picture, a title and a sentence for each notebook."""
    exporter, content = (
        Exporter(FOLDER),
        [
            f'<h1>{TITLE}</h1><p class="lead">How a picture is written down decides '
            "which picture an optimization finds. The article that showed it, "
            f'<a href="{ARTICLE}"><i>Differentiable Image Parameterizations</i></a>, '
            "as notebooks: every figure is computed here, and every claim is "
            "measured.</p>"
        ],
    )
    if OPENING.is_file():
        data = base64.b64encode(OPENING.read_bytes()).decode()
        said = "One picture of each of the six sections, drawn by their notebooks."
        picture = f'<img alt="{said}" src="data:image/jpeg;base64,{data}">'
        content.append(f'<p class="opening">{picture}</p>')
    for folder, heading in PARTS.items():
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
                (f"<h2>{heading}</h2>" if heading else "")
                + f'<div class="book">{"".join(rows)}</div>'
            )
    return document(TITLE, "".join(content), "")


def write_site(folder: Path) -> list[Path]:
    """Write all pages below `folder`; returns their paths, index.html first."""
    sources = [
        path
        for path in sorted(FOLDER.rglob("*.ipynb"))
        if ".ipynb_checkpoints" not in path.parts
        and path.parent.relative_to(FOLDER).as_posix() in PARTS
    ]
    pages = [describe(path) for path in sources]
    order = [
        page
        for part in PARTS
        for page in pages
        if Path(page.target).parent.as_posix() == part
    ]
    written = [folder / "index.html"]
    folder.mkdir(parents=True, exist_ok=True)
    written[0].write_text(index(order), encoding="utf-8")
    steered = False
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
        text = document(page.title, body(page.source), up, links)
        target.write_text(text, encoding="utf-8")
        written.append(target)
        steered = steered or "data-dputils-steer" in text
        print(f"{target}  {target.stat().st_size / 1e6:.2f} MB", flush=True)
    if steered:
        shared = folder / page_panels.SCRIPT
        shared.write_text(page_panels.script(), encoding="utf-8")
        print(f"{shared}  {shared.stat().st_size / 1e6:.2f} MB", flush=True)
    return written


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER.parent / "site")
    written = write_site(parser.parse_args(arguments).folder)
    print(f"open {written[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
