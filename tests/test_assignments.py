"""The assignments as they are handed out: three notebooks from one source, which belong
together.
"""

import json
import os
import re
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from scripts import load_script

from dputils.checks import (
    examine,
    find_exercise,
    list_assignments,
    list_exercises,
    list_experiments,
    plain,
)
from dputils.checks.grading import grade_folder

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks" / "assignments"


pytest.importorskip("jupytext")
build = load_script("notebooks/assignments/build.py")
SOURCES = build.sources()
every_source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def texts(notebook, kind):
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def test_every_assignment_has_a_source():
    assert {path.stem.partition("_")[0] for path in SOURCES} == set(list_assignments())


# ---- what is stored ----------------------------------------------------------------


@every_source
def test_the_notebooks_are_those_of_the_source(path):
    """The stored files' cells are what the builder makes today; run `make assignments`
    after a change.
    """
    source = build.read_source(path)
    for kind, target in build.targets(path).items():
        made, stored = build.variant(source, kind), read(target)
        assert [cell.source for cell in made.cells] == [
            cell.source for cell in stored.cells
        ], f"{target.name} is old"
        assert [cell.metadata for cell in made.cells] == [
            cell.metadata for cell in stored.cells
        ]


@every_source
def test_student_is_solution_minus_blanks(path):
    files = build.targets(path)
    student, solution = read(files["student"]), read(files["solution"])
    build.prove(student, solution)
    assert "SOLUTION" not in "\n".join(texts(solution, "markdown")), (
        "an answer is still to be written"
    )
    assert not any(cell.get("outputs") for cell in student.cells)
    for word in ("BLANK", "# END", "RUBRIC", "MARKS", *build.FOLDED, "FOLDED"):
        assert not any(
            word in cell.source for book in (student, solution) for cell in book.cells
        )


@every_source
def test_the_solution_was_run_and_passes(path):
    notebook = read(build.targets(path)["solution"])
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    printed = "".join(
        output.get("text", "") for cell in cells for output in cell.outputs
    )
    assert not any(
        output.output_type == "error" for cell in cells for output in cell.outputs
    )
    for number in list_exercises(path.stem.partition("_")[0]):
        assert f"✓ Exercise {number}, " in printed
    assert "still empty" not in printed and "✗" not in printed


@every_source
def test_it_has_what_an_assignment_needs(path):
    assignment, notebook = (
        path.stem.partition("_")[0],
        read(build.targets(path)["student"]),
    )
    prose, code = "\n".join(texts(notebook, "markdown")), texts(notebook, "code")
    assert (
        re.match(rf"# Assignment {assignment[1:]}: \S", prose)
        and "distill.pub/2018/differentiable-param" in prose
    )
    assert "minutes" in prose
    assert sum(bool(cell.get("attachments")) for cell in notebook.cells) >= 1, (
        "a picture of the expected result"
    )
    for tag in ("colab", "imports", "parameters"):
        assert sum(tag in cell.metadata.get("tags", []) for cell in notebook.cells) == 1
    exercises = list_exercises(assignment)
    assert 3 <= len(exercises) <= 7
    for number, exercise in exercises.items():
        (blank,) = [text for text in code if f'@exercise("{number}")' in text]
        assert (
            f"def {exercise.name}(" in blank
            and "raise NotImplementedError()" in blank
            and '"""' in blank
        )
        assert f'check("{number}", {exercise.name}, student=student_id)' in code
        assert f"Exercise {number}: {exercise.title}" in prose
    for number, experiment in list_experiments(assignment).items():
        assert f"({number})" in prose and all(
            sentence in prose for sentence, _ in experiment.rubric
        )
        assert any(text.startswith(f"# Experiment {number}\n") for text in code)
        assert (
            f"{number}: {experiment.title}" in prose
            or f"{number} {experiment.title}" in prose
        )
    assert prose.count(build.STUB) >= len(list_experiments(assignment)) + 1, (
        "places to write predictions and findings"
    )


@every_source
def test_files_are_small_and_name_no_local_path(path):
    for target in build.targets(path).values():
        text = target.read_text(encoding="utf-8")
        assert len(text.encode()) <= build.MAX_BYTES
        assert not re.findall(r"\.\./shared\S*|/(?:home|root|Users|work|tmp)/\S*", text)
        nbformat.validate(json.loads(text))
        wide = [
            line
            for cell in read(target).cells
            for line in cell.source.split("\n")
            if cell.cell_type == "code" and len(line) > 120
        ]
        assert not wide


# ---- marks, hints, questions ---------------------------------------------------------

STAGES = re.compile(
    r"<!-- NUDGE -->\n(.+?)\n<!-- FORMULA -->\n(.+?)\n"
    r"<!-- LINE -->\n```python\n(.+?)\n```\n<!-- FOLDED -->",
    re.S,
)


def prose_of(path):
    """The texts of a source, with their markers."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"^# ?", "", text, flags=re.M)


def statements(path):
    """`{number: text}`: what stands between an exercise's heading and its blank."""
    parts = re.split(r"^## Exercise (\d\.\d): ", prose_of(path), flags=re.M)[1:]
    return {
        number: text.partition(f'@exercise("{number}")')[0]
        for number, text in zip(parts[::2], parts[1::2])
    }


@every_source
def test_every_exercise_has_marks_minutes_and_three_hints(path):
    assignment, found = path.stem.partition("_")[0], statements(path)
    assert set(found) == set(list_exercises(assignment))
    for number, text in found.items():
        (marks,) = build.MARKS.finditer(text)
        assert marks[1] == number
        (stages,) = STAGES.findall(text)
        assert "$" in stages[1] or "`" in stages[1], f"{number}: no formula"
        assert len({*stages}) == 3
        # nothing stands between the hints and the blank
        assert text.partition("```\n<!-- FOLDED -->")[2].strip() == "%%", number


@every_source
def test_the_minutes_add_up(path):
    """Those of the exercises to the table's, the table's to what the text says."""
    prose = prose_of(path)
    minutes = {m[1]: int(m[4]) for m in build.MARKS.finditer(prose)}
    rows = re.findall(r"^\| (\d\.\d.*?) \| .+ \| (\d+) \|$", prose, re.M)
    for numbers, said in rows:
        named = re.findall(r"\d\.\d", numbers)
        chosen = [n for n in minutes if named[0] <= n <= named[-1]]
        assert not chosen or sum(minutes[n] for n in chosen) == int(said), numbers
    low, high = re.search(r"(\d+) to\s+(\d+)\s+minutes", prose).groups()
    assert int(low) <= sum(int(said) for _, said in rows) <= int(high)


def lines_of(hint):
    return [line for line in hint.split("\n") if line.strip()]


def words_of(code):
    """Its names, numbers and signs, without comments and `...`."""
    words = re.findall(r"\w+|\.\.\.|[^\w\s]", re.sub("#.*", "", code))
    return [word for word in words if word != "..."]


@every_source
def test_the_third_hint_is_a_line_and_no_solution(path):
    """It is in the solution (`...` for a part of it), of which it is less than half,
    and run alone, whether or not its value is returned, it does not pass.
    """
    source = build.read_source(path)
    for number, text in statements(path).items():
        task, hint = find_exercise(number), lines_of(STAGES.findall(text)[0][2])
        (cell,) = (c for c in source.cells if f'@exercise("{number}")' in c.source)
        solution = [
            line.strip() for line in build.CODE.search(cell.source)[3].split("\n")
        ]
        for line in hint:
            pattern = re.escape(line).replace(re.escape("..."), ".+")
            assert any(re.fullmatch(pattern, one) for one in solution), (number, line)
        assert len(hint) <= max(1, len(lines_of("\n".join(solution))) // 3), number
        share = len(words_of("\n".join(hint))) / len(words_of("\n".join(solution)))
        assert share < 0.45, (number, hint)
        imports = next(
            c.source for c in source.cells if "imports" in c.metadata.get("tags", [])
        )
        head = cell.source[: build.CODE.search(cell.source).start()]
        returned = "return " + hint[-1].removeprefix("return ").partition(" = ")[2]
        for body in (hint, [*hint[:-1], returned]):
            space = {}
            exec(imports, space)
            try:
                exec("\n".join([head, *(f"    {line}" for line in body)]), space)
            except SyntaxError:
                continue  # there is nothing to return
            assert not examine(task, plain(space[task.name]), "hints").passed, number


@every_source
def test_questions_have_folded_answers(path):
    prose = prose_of(path)
    questions = re.findall(
        r"^\*\*Question\.\*\* (.+?\?)\n\n<!-- ANSWER -->\n(.+?)\n<!-- FOLDED -->",
        prose,
        re.M | re.S,
    )
    assert 2 <= len(questions) == prose.count("**Question.**") <= 4
    shown = "\n".join(texts(read(build.targets(path)["student"]), "markdown"))
    for question, answer in questions:
        assert (
            f"{question}\n\n<details>\n<summary>Answer</summary>\n\n{answer}" in shown
        )


# ---- the proof finds what is wrong -------------------------------------------------

SMALL = '''# %% [markdown]
# # Small

# %% [markdown]
# #### Your finding (1.6)
#
# <!-- BLANK -->
# Much.
# <!-- END -->

# %%
@exercise("1.1")
def frequencies(height, width):
    """Text."""
    # BLANK 2 lines
    a = 1
    return a
    # END


# %%
check("1.1", frequencies, student=student_id)

# %%
# Experiment 1.6
# BLANK plot
plot()
# END
'''


@pytest.fixture
def small(tmp_path):
    (tmp_path / "A1_small.py").write_text(SMALL)
    source = build.read_source(tmp_path / "A1_small.py")
    return {kind: build.variant(source, kind) for kind in build.VARIANTS}


def test_blanks_in_the_three_variants(small):
    student, solution, grader = (
        small["student"].cells,
        small["solution"].cells,
        small["nbgrader"].cells,
    )
    assert student[2].source.endswith(
        '"""Text."""\n    # YOUR CODE HERE (2 lines)\n    raise NotImplementedError()'
    )
    assert solution[2].source.endswith('"""Text."""\n    a = 1\n    return a')
    assert (
        "    ### BEGIN SOLUTION\n    a = 1\n    return a\n    ### END SOLUTION"
        in grader[2].source
    )
    assert student[1].source.endswith(build.STUB) and solution[1].source.endswith(
        "\nMuch."
    )
    assert student[4].source == "# Experiment 1.6\n# YOUR CODE HERE (plot)"
    assert (
        solution[4].source == "# Experiment 1.6\nplot()"
        and "SOLUTION" not in grader[4].source
    )
    marks = [cell.metadata.get("nbgrader", {}) for cell in grader]
    ids = [mark.get("grade_id") for mark in marks]
    assert ids == [None, "experiment-1-6-finding", "exercise-1-1", "check-1-1", None]
    assert marks[3]["points"] == find_exercise("1.1").points and marks[3]["locked"]
    assert (
        "### BEGIN HIDDEN TESTS" in grader[3].source
        and "HIDDEN" not in student[3].source
    )


@pytest.mark.parametrize(
    "cell, old, new",
    [
        (2, "Text.", "Other text."),
        (2, "def frequencies(height, width)", "def frequencies(width, height)"),
        (3, "check", "examine"),
        (0, "Small", "Smaller"),
        (4, "# Experiment 1.6", "# Experiment 1.7"),
    ],
)
def test_the_proof_sees_a_changed_cell(small, cell, old, new):
    build.prove(small["student"], small["solution"])
    small["student"].cells[cell].source = (
        small["student"].cells[cell].source.replace(old, new)
    )
    with pytest.raises(build.BuildError, match="minus its blanks"):
        build.prove(small["student"], small["solution"])


def test_the_proof_sees_long_blanks_and_missing_cells(small):
    cell = small["solution"].cells[2]
    cell.source = cell.source.replace("a = 1", "a = 1" + "\n    b = 2" * 12)
    with pytest.raises(build.BuildError, match="at most 12"):
        build.prove(small["student"], small["solution"])
    del small["student"].cells[-1]
    with pytest.raises(build.BuildError, match="cells for students"):
        build.prove(small["student"], small["solution"])


def test_the_proof_sees_wrong_solutions_and_filled_blanks(tmp_path):
    path = SOURCES[0]
    files = build.targets(path)
    number, exercise = next(iter(list_exercises(path.stem.partition("_")[0]).items()))
    broken = read(files["solution"])
    for cell in broken.cells:
        if f'@exercise("{number}")' in cell.source:
            cell.source = re.sub(r"\n    return .*", "\n    return 0", cell.source)
    nbformat.write(broken, tmp_path / "broken.ipynb")
    with pytest.raises(build.BuildError, match="the solution fails its own check"):
        build.prove_checks(files["student"], tmp_path / "broken.ipynb")
    with pytest.raises(build.BuildError, match=f"the empty blank of {number}"):
        build.prove_checks(files["solution"], files["solution"])
    silent = read(files["student"])
    with pytest.raises(build.BuildError, match="says nothing about"):
        build.prove_messages(silent)


def test_the_builder_names_what_is_missing(small):
    with pytest.raises(build.BuildError, match="no source 'A99'; there are"):
        build.sources(["A99"])
    small["student"].cells[0].source += "\n![x](attachment:ring)"
    with pytest.raises(build.BuildError, match="no cell tagged expected-ring"):
        build.attach(small["student"], {})


@pytest.mark.parametrize("address", [None, "https://github.com/someone/book"])
def test_colab_installs_what_the_teacher_says(monkeypatch, address):
    badges = build.load_neighbour("badges")
    monkeypatch.setattr(badges, "address", lambda *root: address)
    monkeypatch.setattr(build, "load_neighbour", lambda name: badges)

    def installs(**options):
        cells = build.read_source(SOURCES[0], **options).cells
        (cell,) = (c for c in cells if "colab" in c.metadata.get("tags", []))
        return re.search("^source = (.*?)(?:  #.*)?$", cell.source, re.M)[1]

    assert installs() == (repr(f"git+{address}") if address else "None")
    wheel = "https://example.org/x.whl"
    assert installs(package=wheel) == repr(wheel)
    badge = f"/notebooks/assignments/{SOURCES[0].stem}.ipynb)"
    opening = build.read_source(SOURCES[0]).cells[0].source
    assert (badge in opening) == (address is not None)


def test_texts_are_taken_over_without_a_run(tmp_path, monkeypatch, capsys):
    badges = build.load_neighbour("badges")
    monkeypatch.setattr(build, "load_neighbour", lambda name: badges)
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    (tmp_path / "source").mkdir()
    path = tmp_path / "source" / "A1_small.py"
    path.write_text(SMALL)
    source = build.read_source(path)
    for kind, target in build.targets(path).items():
        build.write(build.variant(source, kind), target)
    path.write_text(SMALL.replace("Much.", "Little."))
    assert build.main(["--texts", "A1"]) == 0
    assert "Little." in read(tmp_path / "solutions" / "A1_small.ipynb").cells[1].source
    path.write_text(SMALL.replace("a = 1", "a = 2"))
    assert build.main(["--texts", "A1"]) == 1
    assert "changed code" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["class.zip", "class"])
def test_students_get_notebooks_without_solutions(tmp_path, name, capsys):
    target = tmp_path / name
    assert build.main(["A1", "A5", "--hand-out", str(target)]) == 0
    assert "without solutions" in capsys.readouterr().out
    if name.endswith(".zip"):
        with zipfile.ZipFile(target) as archive:
            archive.extractall(tmp_path / "opened")
        target = tmp_path / "opened"
    names = sorted(path.name for path in target.iterdir())
    assert names == ["A1_fourier_basis.ipynb", "A5_transparency.ipynb"]
    text = (target / names[0]).read_text("utf-8")
    assert "irfft2(scaled" not in text and text.count("    # YOUR CODE HERE") == 5
    assert build.main(["--hand-out", str(tmp_path / name)]) == 1
    assert "exists already" in capsys.readouterr().err


def test_a_solution_is_not_handed_out(tmp_path, monkeypatch, capsys):
    solution = build.targets(SOURCES[0])["solution"]
    both = {"student": solution, "solution": solution}
    monkeypatch.setattr(build, "targets", lambda path: both)
    assert build.main(["--hand-out", str(tmp_path / "class")]) == 1
    assert "is filled" in capsys.readouterr().err
    assert not (tmp_path / "class").exists()


# ---- grading and nbgrader ----------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs Linux or macOS")
def test_solutions_get_all_points_and_empty_notebooks_a_kind_word(tmp_path):
    for path in SOURCES:
        for kind in ("student", "solution"):
            target = tmp_path / path.stem / kind / path.with_suffix(".ipynb").name
            target.parent.mkdir(parents=True)
            target.write_bytes(build.targets(path)[kind].read_bytes())
    results = grade_folder(tmp_path, secret="test", seconds=60)
    assert len(results) == 2 * len(SOURCES)
    for result in results:
        states = {number: report.state for number, report in result.reports.items()}
        wanted = (
            "passed" if result.submission.path.parent.name == "solution" else "empty"
        )
        assert set(states.values()) == {wanted}, [
            report.message for report in result.reports.values()
        ]
        assert len(states) == len(list_exercises(result.submission.assignment))
        experiments = list_experiments(result.submission.assignment)
        if wanted == "passed":
            assert set(result.submission.answers) == set(experiments)
            assert sum(map(len, result.submission.answers.values())) > len(
                experiments
            ), "predictions and findings"
            assert result.submission.pictures, "the saved plot of the experiment"
        else:
            assert not result.submission.answers and not result.submission.pictures


# One process for all assignments and students, because nbgrader takes long to start.
NBGRADER = """import json, os, sys
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader

api = NbGraderAPI(config=PyFileConfigLoader("nbgrader_config.py").load_config())
step, *names = sys.argv[1:]
handed_in = {
    name: [who for who in ("ada", "bob") if os.path.isdir(f"submitted/{who}/{name}")]
    for name in names
}
for name in names:
    if step == "generate":
        runs = [api.generate_assignment(name)]
    else:
        runs = [api.autograde(name, who) for who in handed_in[name]]
    for run in runs:
        assert run["success"], run.get("error") or run.get("log")
with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps({f"{who} {name}": {
        grade.name: grade.auto_score
        for notebook in book.find_submission(name, who).notebooks
        for grade in notebook.grades if grade.name.startswith("check")
    } for name in names for who in handed_in[name]}))
"""


def hand_in(released, solution):
    """A student's work: the solution's blanks or none. What lies between the exercises
    is cut out, to save minutes.
    """
    work = read(released)
    for cell in work.cells:
        marks, tags = cell.metadata.get("nbgrader"), cell.metadata.get("tags", [])
        if cell.cell_type != "code" or "imports" in tags or "parameters" in tags:
            continue
        if marks is None:
            cell.source = "pass"
        elif solution and marks["solution"]:
            cell.source = solution[cell.id]
    return work


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.skipif(find_spec("nbgrader") is None, reason="nbgrader is not installed")
def test_nbgrader_releases_and_grades(tmp_path):
    """nbgrader itself: what its generate_assignment makes of the sources, and its
    autograde of two students.
    """
    (tmp_path / "nbgrader_config.py").write_text(
        (FOLDER / "nbgrader" / "nbgrader_config.py").read_text()
    )
    files = {
        path.stem.partition("_")[0]: path.with_suffix(".ipynb").name for path in SOURCES
    }
    # Every notebook starts a kernel: an empty one is handed in only there.
    shortest = min(files, key=lambda name: len(list_exercises(name)))
    for path, (assignment, file) in zip(SOURCES, files.items()):
        folder = tmp_path / "source" / assignment
        folder.mkdir(parents=True)
        (folder / file).write_bytes(build.targets(path)["nbgrader"].read_bytes())

    # in a process of its own, because it wants the first import of distutils
    def nbgrader(step):
        # for its `alembic`
        beside = os.pathsep.join(
            [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
        )
        environment = {
            **os.environ,
            "MPLBACKEND": "Agg",
            "HOME": str(tmp_path),
            "PATH": beside,
        }
        result = subprocess.run(
            [sys.executable, "-c", NBGRADER, step, *files],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
        return json.loads(result.stdout.splitlines()[-1])

    nbgrader("generate")
    for path, (assignment, file) in zip(SOURCES, files.items()):
        released = tmp_path / "release" / assignment / file
        student, handed_out = read(build.targets(path)["student"]), read(released)
        for ours, theirs in zip(student.cells, handed_out.cells, strict=True):
            if "@exercise" in ours.source:
                assert "raise NotImplementedError()" in theirs.source
                assert (
                    re.sub(r"(# YOUR CODE HERE) \(.*\)", r"\1", ours.source)
                    == theirs.source
                )
            elif ours.cell_type == "code":
                assert "HIDDEN" not in theirs.source and ours.source in theirs.source
        assert "BEGIN SOLUTION" not in "\n".join(
            cell.source for cell in handed_out.cells
        )
        solution = {
            cell.id: cell.source for cell in read(build.targets(path)["solution"]).cells
        }
        for who in ("ada", "bob") if assignment == shortest else ("ada",):
            folder = tmp_path / "submitted" / who / assignment
            folder.mkdir(parents=True)
            nbformat.write(
                hand_in(released, solution if who == "ada" else None), folder / file
            )
    points = {
        assignment: {
            f"check-{number.replace('.', '-')}": exercise.points
            for number, exercise in list_exercises(assignment).items()
        }
        for assignment in files
    }
    wanted = {f"ada {assignment}": points[assignment] for assignment in files}
    wanted[f"bob {shortest}"] = dict.fromkeys(points[shortest], 0)
    assert nbgrader("autograde") == wanted
