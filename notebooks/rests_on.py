"""What the claims of a notebook rest on: when it changes, they are measured again.

Three things: the code that the measuring cells reach, the data files that they read,
and the version of PyTorch. The code is followed by name, from definition to definition:
a claim that uses `fourier_image` rests on that function, on the basis and the colours
that it calls, and not on the pyramid that stands in the same file. Comments,
docstrings, annotations and layout compute nothing and are left out.

What is not followed: names that exist only as text (`getattr`, `import_module`), what a
decorator keeps of a function that is found by other means, and other people's packages
but PyTorch, their pictures included.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import hashlib
import importlib.metadata
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "dputils"
# Tags of the cells that claims are made of.
COMPUTING = {"parameters", "injected-parameters", "claims"}
MEASURING = COMPUTING | {"imports"}
# Fields of a syntax tree that only say something about the code.
WORDS = {"annotation", "returns", "type_comment", "kind", "type_params"}


def measuring_cells(notebook: nbformat.NotebookNode, tags: set[str]) -> Iterator[str]:
    """Sources of the code cells with one of these tags, without IPython's commands."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and tags & set(cell.metadata.get("tags", [])):
            # At the left margin: a wrapped line may begin with an operator.
            yield re.sub(r"(?m)^(%%?[A-Za-z]|![^=]).*$", "", cell.source)


@functools.cache
def canonical(node: ast.AST) -> tuple:
    """A syntax tree as nested tuples: the same for all versions of Python, however the
    code is laid out, whatever it says in comments, docstrings and annotations.
    """

    def plain(value: object) -> object:
        if isinstance(value, list):
            return tuple(plain(child) for child in value if not is_words(child))
        return canonical(value) if isinstance(value, ast.AST) else repr(value)

    fields = ((k, v) for k, v in ast.iter_fields(node) if k not in WORDS)
    kept = [(k, plain(v)) for k, v in fields if v is not None and v != []]
    return (type(node).__name__, *sorted(kept, key=lambda pair: pair[0]))


def is_words(node: object) -> bool:
    """A docstring, or another string that nobody takes."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def is_for_types(node: ast.AST) -> bool:
    """`if TYPE_CHECKING:` never runs."""
    test = getattr(node, "test", None)
    name = getattr(test, "attr", getattr(test, "id", None))
    return isinstance(node, ast.If) and name == "TYPE_CHECKING"


def running(node: ast.AST) -> Iterator[ast.AST]:
    """The node and what is below it, without annotations and what is for types only."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in WORDS:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not is_for_types(child):
                    yield from running(child)


def bound_names(statement: ast.stmt) -> set[str]:
    """Names that a statement at the top of a file binds, those of imports left out."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    if isinstance(statement, definitions):
        return {statement.name}
    below = list(ast.walk(statement))
    own = {  # a comprehension's variables are its own
        name
        for node in below
        if isinstance(node, ast.comprehension)
        for name in ast.walk(node.target)
    }
    named = {node.name for node in below if isinstance(node, definitions)}
    return named | {
        node.id
        for node in below
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Store)
        and node not in own
    }


class Source:
    """Code: the statements at its top by the names that they bind, and its imports."""

    def __init__(self, text: str, module: str, is_door: bool = False):
        self.module, self.is_door = module, is_door
        self.imports: dict[str, tuple[str, str]] = {}
        # What binds no name, and runs on import all the same, stands under "".
        self.statements: dict[str, list[ast.stmt]] = {"": []}
        for statement in ast.parse(text).body:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                self.imports |= self.imported(statement)
            elif not is_words(statement) and not is_for_types(statement):
                for name in bound_names(statement) or {""}:
                    self.statements.setdefault(name, []).append(statement)
                if isinstance(statement, (ast.If, ast.Try, ast.With)):
                    for node in ast.walk(statement):
                        self.imports |= self.imported(node)

    def imported(self, node: ast.AST) -> dict[str, tuple[str, str]]:
        """What an import takes from the package: `{bound name: (module, name there)}`,
        with "" as the name of the module itself.
        """
        found = {}
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.split(".")[0]
                found[alias.asname or whole] = (whole, "")
        elif isinstance(node, ast.ImportFrom):
            parts = self.module.split(".")
            base = parts[: len(parts) - node.level + self.is_door] if node.level else []
            module = ".".join(filter(None, [*base, node.module]))
            for alias in node.names:
                found[alias.asname or alias.name] = (module, alias.name)
        return {k: v for k, v in found.items() if v[0].split(".")[0] == PACKAGE}


parsed = functools.cache(Source)


@dataclasses.dataclass
class Uses:
    """What code names: alone, as `base.member`, and in imports of its own."""

    names: set[str]
    members: set[tuple[str, str]]
    imports: dict[str, tuple[str, str]]


@functools.cache
def uses(tree: ast.AST, source: Source) -> Uses:
    nodes, found = list(running(tree)), Uses(set(), set(), {})
    bases = set()
    for node in nodes:
        found.imports |= source.imported(node)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.members.add((node.value.id, node.attr))
            bases.add(node.value)
    alone = (n for n in nodes if isinstance(n, ast.Name) and n not in bases)
    found.names = {node.id for node in alone}
    return found


class Code:
    """The package's definitions, followed by name from where they are used.

    `reached` holds them, `{(module, name): syntax trees}`.
    """

    def __init__(self, root: Path = ROOT):
        self.root = root
        self.sources: dict[str, Source | None] = {}
        self.reached: dict[tuple[str, str], tuple] = {}
        self.asked: set[tuple[str, str]] = set()

    def source(self, module: str) -> Source | None:
        """The code of a module; None where the package has no such module."""
        if module not in self.sources:
            place = self.root.joinpath(*module.split("."))
            # The front door is lazy: the stub beside it says where its names are.
            doors = [place / "__init__.pyi", place / "__init__.py"]
            files = [*doors, place.with_suffix(".py")]
            path = next((file for file in files if file.is_file()), None)
            self.sources[module] = (
                None
                if path is None
                else parsed(path.read_text(encoding="utf-8"), module, path in doors)
            )
        return self.sources[module]

    def is_module(self, module: str, name: str) -> bool:
        return self.source(f"{module}.{name}" if name else module) is not None

    def follow(self, module: str, name: str) -> None:
        """Reach a name of a module, and what that reaches in turn."""
        if name and self.is_module(module, name):
            module, name = f"{module}.{name}", ""
        source = self.source(module)
        if source is None or (module, name) in self.asked:
            return
        self.asked.add((module, name))
        # With a name comes what runs on import. A module that is handed around counts
        # as a whole.
        for each in [name, ""] if name else [*source.statements, *source.imports]:
            if each in source.imports:  # a door, or a name that passes through
                self.follow(*source.imports[each])
            statements = source.statements.get(each, [])
            passes = each in source.imports or name in source.imports
            if (module, each) not in self.reached and (statements or not passes):
                self.reached[module, each] = tuple(map(canonical, statements))
                for statement in statements:
                    self.follow_uses(statement, source)

    def follow_uses(self, tree: ast.AST, source: Source) -> None:
        """Reach what a piece of code names."""
        used = uses(tree, source)
        imports = source.imports | used.imports

        def follow(name: str) -> None:
            if name in imports:
                self.follow(*imports[name])
            elif name in source.statements:
                self.follow(source.module, name)

        if "*" in used.imports:
            self.follow(used.imports["*"][0], "")
        for base, member in used.members:
            # Of `module.name` the name is reached, and not all of the module.
            if base in imports and self.is_module(*imports[base]):
                self.follow(".".join(filter(None, imports[base])), member)
            else:
                follow(base)
        for name in used.names:
            follow(name)


def code_reached(notebook: nbformat.NotebookNode, root: Path = ROOT) -> Code:
    """What the measuring cells of a notebook reach in the package."""
    code = Code(root)
    cells = Source("\n".join(measuring_cells(notebook, MEASURING)), "notebook")
    for text in measuring_cells(notebook, COMPUTING):
        code.follow_uses(ast.parse(text), cells)
    return code


def code_print(notebook: nbformat.NotebookNode, root: Path = ROOT) -> str:
    """Changes with the measuring cells and with the code that they reach."""
    reached = sorted(code_reached(notebook, root).reached.items())
    cells = [canonical(ast.parse(t)) for t in measuring_cells(notebook, COMPUTING)]
    return short_hash(repr((reached, cells)).encode())


def data_prints(files: Iterable[str], root: Path = ROOT) -> dict[str, str]:
    """`{file in data/: hash}`; code that draws counts with its whole folder."""
    found = {}
    for name in sorted(files):
        path = root / "data" / name
        many = sorted(path.parent.glob("*.py")) if path.suffix == ".py" else [path]
        there = [file.read_bytes() for file in many if file.is_file()]
        found[name] = short_hash(b"\0".join(there))
    return found


def torch_version() -> str:
    """Major and minor: what mends a bug is too little to measure everything again."""
    return ".".join(importlib.metadata.version("torch").split(".")[:2])


def short_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def seal(code: str, read: Iterable[str], claims: list[dict]) -> dict[str, object]:
    """What a notebook stores: its claims, and what they rest on."""
    data = data_prints(read)
    return {"claims": claims, "code": code, "data": data, "torch": torch_version()}


def why_stale(
    notebook: nbformat.NotebookNode, root: Path = ROOT, *, any_torch: bool = False
) -> str | None:
    """Why the claims stored in a notebook must be measured again; None: they stand.

    With `any_torch` they stand, whichever PyTorch measured them.
    """
    kept = notebook.metadata.get("measured", {})
    if "code" not in kept:
        return "they were never measured"
    if kept["code"] != code_print(notebook, root):
        return "the code they rest on has changed"
    now = data_prints(kept["data"], root)
    if changed := [name for name in now if now[name] != kept["data"][name]]:
        return f"data has changed: {', '.join(changed)}"
    if not any_torch and kept["torch"] != torch_version():
        return f"PyTorch {kept['torch']} measured them, {torch_version()} is here"
    return None
