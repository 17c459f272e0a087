"""References: one home, no dead key, no paper that is linked and missing there."""

import re
from pathlib import Path

import nbformat
import pytest
from scripts import load_script

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"


@pytest.fixture(scope="module")
def references():
    return load_script("notebooks/references.py")


@pytest.fixture(scope="module")
def links(references):
    """Where links of all notebooks lead: `{address: notebooks}`."""
    found = {}
    for path in FOLDER.rglob("*.ipynb"):
        if ".ipynb_checkpoints" in path.parts:
            continue
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for address in re.findall(r"https?://[^\s)>\"]+", cell.source):
                    found.setdefault(address, set()).add(path.name)
    return found


def test_every_entry_is_cited_and_every_paper_has_one(references, links):
    entries = references.read()
    cited = {references.plain(address) for address in links}
    dead = [each.key for each in entries if not each.addresses & cited]
    assert not dead, f"nobody cites {dead}"
    known = references.by_address(entries)
    lost = {
        address: names
        for address, names in links.items()
        if references.PAPER.match(address) and references.plain(address) not in known
    }
    assert not lost, f"references.bib has no entry for {lost}"


def test_an_entry_is_read_and_said(references, tmp_path):
    path = tmp_path / "x.bib"
    entry = (
        "@article{a2020,\n  author = {Doe, Jane and Roe, R. and others},\n"
        "  title = {On <x>},\n  year = {2020},\n  doi = {10.1/AB},\n"
        "  url = {https://arxiv.org/abs/1.2},\n}\n"
    )
    path.write_text(entry)
    (each,) = references.read(path)
    assert each.words() == "Jane Doe et al.: On <x>. 2020"
    assert each.addresses == {"https://doi.org/10.1/ab", "https://arxiv.org/abs/1.2"}
    assert "<i>On &lt;x&gt;</i>" in each.to_html()
    assert 'href="https://doi.org/10.1/AB">doi:10.1/AB' in each.to_html()
    path.write_text(entry + entry)
    with pytest.raises(ValueError, match="a2020 stands twice|stands twice"):
        references.read(path)
    path.write_text(entry.replace("year", "yaer"))
    with pytest.raises(ValueError, match="a2020 in x.bib has no year"):
        references.read(path)


@pytest.mark.parametrize(
    "address",
    ["http://arxiv.org/abs/1706.06083#s", "https://arxiv.org/pdf/1706.06083v2.pdf"],
)
def test_addresses_that_mean_the_same_are_one(references, address):
    assert references.plain(address) == "https://arxiv.org/abs/1706.06083"


def test_entries_name_all_authors_and_agree_with_themselves(references):
    for each in references.read():
        assert "others" not in each.fields["author"], each.key
        first = re.findall(r"\w+", each.fields["author"].partition(",")[0].lower())
        year = each.fields["year"]
        assert any(each.key.startswith(word) for word in first) and year in each.key
        if number := re.search(r"arxiv\.org/abs/(\S+)", each.fields["url"]):
            assert each.fields["doi"] == f"10.48550/arXiv.{number[1]}"
            assert f"20{number[1][:2]}" == year, f"{each.key}: the year on arXiv"
