"""References: `references.bib` is their one home, and a link to an entry cites it."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import NamedTuple

BIB = Path(__file__).resolve().parent / "references.bib"
ARTICLE_KEY = "mordvintsev2018differentiable"
# links that are papers wherever they stand
PAPER = re.compile(
    r"https?://(?:dx\.)?(?:doi\.org/|arxiv\.org/(?:abs|pdf)/|distill\.pub/20\d\d/"
    r"|(?:www\.)?jmlr\.org/papers/)"
)


class Reference(NamedTuple):
    """An entry of references.bib."""

    key: str
    fields: dict[str, str]
    source: str  # as it stands in the file

    @property
    def addresses(self) -> set[str]:
        """What a link that cites it may lead to."""
        found = {self.fields["url"]}
        if doi := self.fields.get("doi"):
            found.add(f"https://doi.org/{doi}")
        return {plain(address) for address in found}

    @property
    def authors(self) -> str:
        """At most three names, in the order of reading."""
        names = []
        for name in self.fields["author"].split(" and "):
            last, comma, first = name.strip("{}").partition(", ")
            names.append(f"{first} {last}" if comma else last)
        if len(names) > 3 or "others" in names:
            return f"{names[0]} et al."
        return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))

    def words(self) -> str:
        """Authors, title, place and year, as plain text."""
        where = ", ".join(
            filter(None, [self.fields.get("journal"), self.fields["year"]])
        )
        return f"{self.authors}: {self.fields['title']}. {where}"

    def to_html(self) -> str:
        """The same with its DOI, or its address, as a link."""
        doi = self.fields.get("doi")
        target = f"https://doi.org/{doi}" if doi else self.fields["url"]
        shown = f"doi:{doi}" if doi else re.sub(r"^https?://", "", target)
        title = html.escape(self.fields["title"])
        before, after = html.escape(self.words()).split(title, 1)
        return (
            f"{before}<i>{title}</i>{after}. "
            f'<a href="{html.escape(target)}">{html.escape(shown)}</a>'
        )


def plain(address: str) -> str:
    """An address without what does not matter: section, version, last slash."""
    address = re.sub(r"^http://", "https://", address.partition("#")[0])
    address = re.sub(
        r"arxiv\.org/pdf/([\d.]+?)(?:v\d+)?(?:\.pdf)?$", r"arxiv.org/abs/\1", address
    )
    return address.rstrip("/").lower()


def read(path: Path = BIB) -> list[Reference]:
    """All entries, in the order of the file. Raises: ValueError for one without author,
    title, year or url, and for a key or an address that stands there twice.
    """
    found, seen = [], set()
    text = path.read_text(encoding="utf-8")
    for match in re.finditer(r"^@(\w+)\{([^,\s]+),\n(.*?)^\}", text, re.M | re.S):
        fields = dict(re.findall(r"^\s*(\w+) = \{(.*)\},?$", match[3], re.M))
        if lost := {"author", "title", "year", "url"} - set(fields):
            raise ValueError(f"{match[2]} in {path.name} has no {min(lost)}")
        each = Reference(match[2], fields, match[0])
        if twice := ({each.key} | each.addresses) & seen:
            raise ValueError(f"{min(twice)} stands twice in {path.name}")
        seen |= {each.key} | each.addresses
        found.append(each)
    return found


def by_address(references: list[Reference]) -> dict[str, Reference]:
    return {address: each for each in references for address in each.addresses}


def book_bibtex() -> str:
    """An entry for this book itself."""
    return (
        "@misc{dip_book,\n"
        "  author = {{The authors of Differentiable Image Parameterizations, as a book"
        " that runs}},\n"
        "  title = {Differentiable Image Parameterizations, as a book that runs},\n"
        "  year = {2026},\n"
        "  note = {Notebooks after the Distill article of 2018, with a package},\n"
        "}"
    )
