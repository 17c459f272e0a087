"""Every notebook is complete, was executed in order, reads well without a kernel, and
stays small.
"""

import ast
import base64
import io
import json
import platform
import re
import tokenize
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from PIL import Image
from scripts import load_script

from dputils.media import data_url, read_image
from dputils.widgets.meanings import meaning

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(
    path
    for path in FOLDER.rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts and "assignments" not in path.parts
)
SECTIONS = [
    "00_why_parameterization_matters",
    "01_aligned_interpolation",
    "02_style_transfer_beyond_vgg",
    "03_cppn",
    "04_transparency",
    "05_textures_through_rendering",
    "06_style_transfer_3d",
    "07_beyond_geometry_and_material",
    "08_beyond_gradients_and_a_zoo",
]
ARTICLE = "https://distill.pub/2018/differentiable-parameterizations"
MAX_BYTES = 3_000_000
PICTURES = {"image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml"}

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(notebook) -> list:
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.source.strip()
    ]


def code_lines(cell) -> list[str]:
    return [line for line in cell.source.splitlines() if line.strip()]


def shows_picture(output) -> bool:
    data = output.get("data", {})
    html = data.get("text/html", "")
    return bool(PICTURES & set(data)) or any(
        mark in html for mark in ("<img", "<svg", "<video", "<canvas")
    )


def test_the_sections_are_there():
    stems = [path.stem for path in NOTEBOOKS]
    assert [stem for stem in SECTIONS if stem not in stems] == []


@every_notebook
def test_notebook_is_valid(path):
    nbformat.validate(json.loads(path.read_text(encoding="utf-8")))


@every_notebook
def test_opens_with_title_and_article(path):
    cell = read(path).cells[0]
    assert cell.cell_type == "markdown"
    assert re.search(r"^# \S", cell.source, re.M), "the first cell needs a title"
    assert ARTICLE in cell.source, "the first cell links the article's section"


def test_the_first_thing_one_sees_is_the_gallerys_opening():
    """Six final pictures, above all code, as `python notebooks/opening.py` puts them
    there.
    """
    cell = read(FOLDER / f"{SECTIONS[0]}.ipynb").cells[0]
    picture = ROOT / "data" / "gallery" / "opening.jpg"
    held = base64.b64decode(cell.attachments[picture.name]["image/jpeg"])
    assert held == picture.read_bytes(), "python notebooks/opening.py"
    assert len(held) <= 400_000, f"{len(held)} bytes in a cell that opens every time"
    assert f"](attachment:{picture.name})" in cell.source


HEADED = [
    path
    for path in NOTEBOOKS
    if "(attachment:header.jpg)" in read(path).cells[0].source
]


@pytest.mark.parametrize("path", HEADED, ids=lambda path: path.stem)
def test_a_header_shows_what_the_notebook_drew(path):
    """The picture above all code is a copy of the thumbnail cell's, as `python
    notebooks/opening.py` makes it, and doing it again changes nothing.
    """
    opening, notebook = load_script("notebooks/opening.py"), read(path)
    before = notebook.cells[0].copy()
    held = base64.b64decode(before.attachments[opening.HEADER]["image/jpeg"])
    again = opening.attach_header(notebook)
    assert notebook.cells[0].source == before.source, f"opening.py {path.stem}"
    one, other = (Image.open(io.BytesIO(data)) for data in (held, again))
    assert one.size == other.size
    apart = np.asarray(one, dtype=float) - np.asarray(other, dtype=float)
    assert np.abs(apart).mean() < 4, "another picture than below"
    assert one.width <= 900 and len(held) <= 120_000
    assert before.source.index("attachment:header.jpg") < before.source.index(ARTICLE)


def test_a_header_is_placed_named_and_kept_small():
    opening = load_script("notebooks/opening.py")
    file = io.BytesIO()
    noise = torch.randint(0, 256, (700, 1400, 3), dtype=torch.uint8)
    Image.fromarray(noise.numpy()).save(file, "PNG")
    png = base64.b64encode(file.getvalue()).decode()
    output = nbformat.v4.new_output("display_data", {"image/png": png})
    thumbnail = nbformat.v4.new_code_cell("1", metadata={"tags": ["thumbnail"]})
    thumbnail.outputs = [output]
    title, text = "# Small\n\n**A claim\nin bold.**\n\n", "Its [text](x)."
    caption = "**Figure 7.3** *Noise*, see [7](y). It has `no` form. " + "Words " * 50
    markdown = nbformat.v4.new_markdown_cell
    cells = [markdown(title + text), thumbnail, markdown(caption + "\n\nMore.")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    opening.refresh(notebook)
    assert notebook.cells[0].source == title + text, "only who has one gets it renewed"
    for _ in range(2):
        picture = opening.attach_header(notebook)
        opening.refresh(notebook)
        assert notebook.cells[0].source == (
            title + "![Noise, see 7. It has no form.](attachment:header.jpg)\n\n"
            "*Figure 7.3, drawn below.*\n\n" + text
        )
    shown = Image.open(io.BytesIO(picture))
    assert shown.format == "JPEG" and shown.width <= 900 and len(picture) <= 120_000
    thumbnail.outputs = []
    with pytest.raises(ValueError, match="no cell tagged `thumbnail` shows"):
        opening.attach_header(notebook)


@every_notebook
def test_one_parameter_cell(path):
    tagged = [
        cell
        for cell in read(path).cells
        if "parameters" in cell.metadata.get("tags", [])
    ]
    assert len(tagged) == 1 and tagged[0].cell_type == "code"
    for node in ast.parse(tagged[0].source).body:
        assert isinstance(node, (ast.Assign, ast.AnnAssign)), (
            "the parameter cell only assigns: overrides come after it"
        )


@every_notebook
def test_was_executed_in_order_without_error(path):
    cells = code_cells(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), (
        f"make run NB={path.stem}"
    )
    errors = [
        output.ename
        for cell in cells
        for output in cell.outputs
        if output.output_type == "error"
    ]
    assert not errors


@every_notebook
def test_cells_are_short(path):
    long = {
        number: len(code_lines(cell))
        for number, cell in enumerate(code_cells(read(path)), 1)
        if len(code_lines(cell)) > 25
    }
    assert not long, f"code cells with more than 25 lines: {long}"


@every_notebook
def test_file_is_small_and_static(path):
    assert path.stat().st_size <= MAX_BYTES, f"{path.stat().st_size / 1e6:.2f} MB"
    notebook = read(path)
    assert "widgets" not in notebook.metadata, (
        "widget state makes the file large and shows nothing without a kernel"
    )
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert "application/vnd.jupyter.widget-view+json" not in output.get(
                "data", {}
            )


@every_notebook
def test_pictures_have_captions(path):
    """A caption is in the cell's call (caption=...), in its output ("Figure ..."), or
    opens the cell right below.
    """
    cells, bare = read(path).cells, []
    for index, cell in enumerate(cells):
        if cell.cell_type != "code" or not any(map(shows_picture, cell.outputs)):
            continue
        below = (
            cells[index + 1].source
            if index + 1 < len(cells) and cells[index + 1].cell_type == "markdown"
            else ""
        )
        data = [output.get("data", {}) for output in cell.outputs]
        shown = "".join(
            part.get(kind, "")
            for part in data
            for kind in ("text/html", "text/markdown")
        )
        call = re.search(r"caption\s*=\s*[fr]?[\"'(]", cell.source)
        if not (call or "Figure" in shown or re.match(r"\W*(Figure|Fig\.)\s", below)):
            bare.append(cell.execution_count)
    assert not bare, f"code cells {bare} show pictures without a caption"


@every_notebook
def test_figures_are_numbered_once(path):
    text = "\n".join(
        cell.source for cell in read(path).cells if cell.cell_type == "markdown"
    )
    numbers = re.findall(r"^\W*\*\*Figure\s+([\w.]+?)[.:]?\*\*", text, re.M)
    assert len(numbers) == len(set(numbers)), (
        f"a figure number is used twice: {numbers}"
    )


def logical_lines(source: str) -> int:
    """Statements and heads of blocks, whatever the layout breaks them into."""
    tokens = tokenize.generate_tokens(io.StringIO(source + "\n").readline)
    return sum(token.type == tokenize.NEWLINE for token in tokens)


def test_a_long_call_is_one_logical_line():
    assert (
        logical_lines("f(\n    1,\n    2,\n)\n\n# words\nfor x in y:\n    z = x") == 3
    )


@every_notebook
def test_prose_outweighs_code(path):
    notebook = read(path)
    prose = " ".join(
        cell.source for cell in notebook.cells if cell.cell_type == "markdown"
    )
    prose = re.sub(r"```.*?```|<[^>]+>|\]\([^)]*\)", " ", prose, flags=re.S)
    words = len(re.findall(r"[A-Za-z][\w'’-]*", prose))
    lines = sum(
        logical_lines(re.sub(r"(?m)^\s*[%!].*$", "", cell.source))
        for cell in code_cells(notebook)
        if "colab" not in cell.metadata.get("tags", [])
    )  # it installs, and is folded away
    assert words >= 7 * lines, (
        f"{words} words, {lines} lines of code: {words / max(lines, 1):.1f} per line, "
        "7 wanted"
    )


@every_notebook
def test_names_no_local_path(path):
    text = "\n".join(
        [cell.source for cell in read(path).cells]
        + [
            output.get("text", "")
            for cell in code_cells(read(path))
            for output in cell.outputs
        ]
    )
    found = re.findall(r"\.\./shared\S*|/(?:home|root|Users|work|tmp)/\S*", text)
    assert not found, "a path of one machine means nothing on another"


# --- notebooks/execute.py, on small notebooks of our own ---


def load_execute():
    return load_script("notebooks/execute.py")


def write_notebook(path: Path, *sources: str) -> Path:
    cells = [
        nbformat.v4.new_markdown_cell("# Small"),
        nbformat.v4.new_code_cell(
            "size = 128\nname = 'owl'\ndraft_steps = 500",
            metadata={"tags": ["parameters"]},
        ),
        *map(nbformat.v4.new_code_cell, sources),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def streams(notebook) -> str:
    return "".join(
        output.text
        for cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "stream"
    )


@pytest.mark.slow
def test_execute_overrides_tidies_and_repeats(tmp_path, capsys):
    execute = load_execute()
    path = write_notebook(
        tmp_path / "small.ipynb",
        "print(size, name)\nprint(object())",
        (
            "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)):\n    "
            "pass\nprint('half', end='\\r')\nprint('done')"
        ),
        "import matplotlib.pyplot as plt\nplt.plot([size]);",
        (
            "%config InlineBackend.figure_formats = ['svg']\nplt.fill([0, 1, size], "
            "[0, size, 1], hatch='x');"
        ),
    )
    texts = []
    for run in ("first", "second"):
        arguments = [
            str(path),
            "--output",
            str(tmp_path / run),
            "--set",
            "size=64",
            "name=snail",
        ]
        assert execute.main(arguments) == 0
        texts.append((tmp_path / run / "small.ipynb").read_text(encoding="utf-8"))
    assert texts[0] == texts[1], "two runs of the same notebook differ"
    ran = nbformat.reads(texts[0], as_version=4)
    assert streams(ran) == "64 snail\n<object object at 0x...>\ndone\n"
    assert "image/png" in texts[0] and "image/svg+xml" in texts[0]
    assert ran.cells[2].metadata["tags"] == ["injected-parameters"]
    assert [cell.execution_count for cell in code_cells(ran)] == [1, 2, 3, 4, 5, 6]
    assert "widgets" not in ran.metadata and "iopub" not in texts[0]
    # as JupyterLab writes it, so that saving there changes nothing
    assert ran.metadata["kernelspec"]["display_name"] == "Python 3 (ipykernel)"
    assert ran.metadata["language_info"]["version"] == platform.python_version()
    described = [
        output.metadata["image/png"]["alt"]
        for cell in code_cells(ran)
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert described and all(described)
    assert code_cells(read(path))[0].execution_count is None, (
        "the source was replaced although --output was given"
    )
    assert "OK  small.ipynb" in capsys.readouterr().out


def test_execute_names_notebook_and_error_and_keeps_the_file(tmp_path, capsys):
    execute = load_execute()
    path = write_notebook(tmp_path / "broken.ipynb", "raise ValueError('no such owl')")
    before = path.read_bytes()
    assert execute.main([str(path)]) == 1
    printed = capsys.readouterr().out
    assert "FAILED  broken.ipynb" in printed and "no such owl" in printed
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["nothing_like_it"], "no notebook 'nothing_like_it'"),
        (["PATH", "--set", "size"], "not of the form name=value"),
        (
            ["PATH", "--set", "sise=64", "--output", "out"],
            "no parameter 'sise' in these notebooks; there are: size",
        ),
        (
            ["PATH", "--set", "size=64"],
            (
                "--set would store a changed run in place of the book's; add --output "
                "FOLDER"
            ),
        ),
        (
            ["PATH", "--brief", "8"],
            (
                "--brief would store a changed run in place of the book's; add "
                "--output FOLDER"
            ),
        ),
        (["PATH", "--jobs", "0"], "--jobs 0: at least 1"),
        (
            ["PATH", "--skip", "claims"],
            (
                "--skip would store a changed run in place of the book's; add --output "
                "FOLDER"
            ),
        ),
    ],
)
def test_execute_refuses_careless_use(tmp_path, capsys, arguments, message):
    path = write_notebook(tmp_path / "small.ipynb", "print(size)")
    with pytest.raises(SystemExit):
        load_execute().main(
            [str(path) if argument == "PATH" else argument for argument in arguments]
        )
    assert message in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
def test_execute_reports_claims_and_skips_what_it_is_told_to(tmp_path, capsys):
    execute = load_execute()
    measure = (
        "from dputils.book import Claim\nclaims = [Claim('it grows', [1, size], "
        "at_least=3)]"
    )
    path = write_notebook(tmp_path / "small.ipynb", "print('long')", measure)
    notebook = read(path)
    notebook.cells[2:2] = [
        nbformat.v4.new_markdown_cell("Text.\n\n## Slow, very\n\nMore.")
    ]
    notebook.cells[4:4] = [nbformat.v4.new_markdown_cell("## Next")]
    nbformat.write(notebook, path)
    options = [
        str(path),
        "--output",
        str(tmp_path / "out"),
        "--report",
        str(tmp_path / "report.json"),
    ]
    assert execute.main([*options, "--set", "size=2", "--skip", "Slow, very"]) == 0
    ran = json.loads((tmp_path / "report.json").read_text())["small.ipynb"]
    assert (
        ran["seconds"] > 0
        and ran["bytes"] == (tmp_path / "out" / "small.ipynb").stat().st_size
    )
    text = "it grows: 1.5 (1 … 2, 2 runs), bar ≥ 3: DOES NOT HOLD"
    assert ran["claims"] == [
        {"text": text, "bar": "≥ 3", "verdict": "no", "values": [1.0, 2.0]}
    ]
    assert "DOES NOT HOLD" in capsys.readouterr().out, (
        "a claim that fails is said at once"
    )
    stored = read(tmp_path / "out" / "small.ipynb")
    assert "long" not in streams(stored) and not any(
        "_json" in cell.source for cell in stored.cells
    )


@pytest.mark.slow
def test_execute_runs_several_at_a_time_and_briefly(tmp_path, capsys):
    meet = (
        "from pathlib import Path\nimport time\nPath('{}').touch()\nfor _ in "
        "range(3000):\n    time.sleep(0 if Path('{}').exists() else 0.1)\nassert "
        "Path('{}').exists(), 'nobody came'"
    )
    paths = [
        write_notebook(
            tmp_path / f"{one}.ipynb",
            meet.format(one, other, other),
            "print(draft_steps)",
        )
        for one, other in (("left", "right"), ("right", "left"))
    ]
    options = ["--jobs", "2", "--brief", "3", "--output", str(tmp_path / "out")]
    assert load_execute().main([*map(str, paths), *options]) == 0
    assert "2 notebooks in" in capsys.readouterr().out
    assert [streams(read(tmp_path / "out" / path.name)) for path in paths] == [
        "3\n"
    ] * 2


def test_execute_refuses_large_files():
    execute = load_execute()
    cell = nbformat.v4.new_code_cell("1", execution_count=1)
    with pytest.raises(
        execute.NotebookError, match="3.50 MB, at most 3 MB; largest: code cell 1"
    ):
        execute.check(nbformat.v4.new_notebook(cells=[cell]), 3_500_000)
    execute.check(nbformat.v4.new_notebook(cells=[cell]), 3_020_000)
    cell.execution_count = 3
    with pytest.raises(
        execute.NotebookError, match=r"execution counts are \[3\], not 1 to 1"
    ):
        execute.check(nbformat.v4.new_notebook(cells=[cell]), 100)


def panel_controls(notebook) -> set[str]:
    """The names of the controls that a notebook gives to its panels."""
    found = []
    for cell in code_cells(notebook):
        tree = ast.parse(re.sub(r"(?m)^[%!].*$", "", cell.source))
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "controls":
                found.append(node.value)
            elif isinstance(node, ast.Assign):
                names = [ast.unparse(target) for target in node.targets]
                found += [node.value] if names == ["controls"] else []
    dicts = [node for node in found if isinstance(node, ast.Dict)]
    return {key.value for node in dicts for key in node.keys}


@pytest.mark.parametrize("stem", SECTIONS)
def test_every_control_of_a_panel_says_what_it_means(stem):
    names = panel_controls(read(FOLDER / f"{stem}.ipynb"))
    assert names, "each section has a panel"
    untold = {name for name in names if not meaning(name)}
    assert not untold, "they need words in dputils/widgets/meanings.py"


def test_every_control_of_the_pages_says_what_it_means():
    page_panels = load_script("notebooks/page_panels.py")
    untold = [
        (stem, control["name"])
        for stem, panel in page_panels.panels().items()
        for control in panel["controls"]
        if not control["tip"]
    ]
    assert not untold, "they need words in dputils/widgets/meanings.py"


@pytest.mark.slow
def test_only_the_books_own_files_must_be_small(tmp_path, monkeypatch):
    execute = load_execute()
    monkeypatch.setattr(execute, "MAX_BYTES", 100)
    arguments = [
        str(write_notebook(tmp_path / "small.ipynb", "print(size)")),
        "--output",
        str(tmp_path / "out"),
    ]
    assert execute.main(arguments) == 1
    assert execute.main([*arguments, "--set", "size=2"]) == 0


@pytest.mark.parametrize(
    "name, kept",
    [("03_cppn.ipynb", "03.jpg"), ("appendix/backgrounds.ipynb", "backgrounds.jpg")],
)
def test_execute_keeps_a_thumbnail_beside_the_notebook(tmp_path, name, kept):
    data = data_url(torch.rand(3, 500, 400), "jpeg").partition(",")[2]
    output = nbformat.v4.new_output("display_data", {"image/jpeg": data})
    cell = nbformat.v4.new_code_cell(
        "1", outputs=[output], metadata={"tags": ["thumbnail"]}
    )
    target = tmp_path / name
    target.parent.mkdir(exist_ok=True)
    load_execute().store_thumbnail(nbformat.v4.new_notebook(cells=[cell]), target)
    assert read_image(target.parent / "thumbnails" / kept).shape == (1, 3, 200, 160)


def test_execute_finds_appendices_by_name():
    execute = load_execute()
    found = [
        path for path in execute.find_notebooks([]) if path.parent.name == "appendix"
    ]
    assert found and all(
        execute.find_notebooks([path.stem]) == [path] for path in found
    )
