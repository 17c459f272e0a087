"""What a student handed in for an exercise: what `check` was last given, or, where
nothing is checked, the function at the notebook's end.

Both the notebook and grading go by this. The notebook has the function itself; grading
has the text, and takes from it the statements that the function needs.
"""

import ast
import symtable
from collections.abc import Sequence

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def code_of(statements: Sequence[ast.stmt], number: str, name: str) -> tuple[str, str]:
    """Code that binds `name` to what was handed in for an exercise.

    Args: the notebook's statements, the exercise's number, its function's name.
    Returns: the code up to the last check of the exercise, and up to the end, for
        blanks that were filled in below their check. Empty if there is none.
    """
    at_the_end = needed_code(statements, name)
    for k in reversed(range(len(statements))):
        given = _checked(statements[k], number)
        if given is None:
            continue
        before = list(statements[:k])
        if not (isinstance(given, ast.Name) and given.id == name):
            before += ast.parse(f"{name} = {ast.unparse(given)}").body
        return needed_code(before, name) or at_the_end, at_the_end
    return at_the_end, at_the_end


def needed_code(statements: Sequence[ast.stmt], name: str) -> str:
    """The statements that a name needs: those that bind or change what it uses.

    That goes on transitively, and no other statement is in it: a training run elsewhere
    in the notebook, or a cell that patches a library, is never executed. Empty if the
    name is nowhere bound.
    """
    bound = [bound_names(statement) for statement in statements]
    if not any(name in names for names in bound):
        return ""
    imported = {
        name
        for statement, names in zip(statements, bound)
        if isinstance(statement, (ast.Import, ast.ImportFrom))
        for name in names
    }
    makes = [
        names | (changed_names(statement) - imported)
        for statement, names in zip(statements, bound)
    ]
    needed, chosen = {name}, set[int]()
    while True:
        more = {
            k
            for k, names in enumerate(makes)
            if k not in chosen and (needed & names or "*" in names)
        }
        if not more:
            break
        chosen |= more
        for k in more:
            needed |= _used_names(statements[k])
    return "\n".join(written(statements[k]) for k in sorted(chosen)) + "\n"


def written(statement: ast.stmt) -> str:
    """The statement as it was written, if that is known: `ast.unparse` gives up on long
    sums.
    """
    return getattr(statement, "written", None) or ast.unparse(statement)


def bound_names(statement: ast.stmt) -> set[str]:
    """Names that a top-level statement binds; "*" for a star import."""
    names = set()
    for node in _at_this_level(statement):
        if isinstance(node, DEFINITIONS):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(
                (alias.asname or alias.name).partition(".")[0] for alias in node.names
            )
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            names.add(node.name)
    return names


def changed_names(statement: ast.stmt) -> set[str]:
    """Names of things that a top-level statement fills or changes in place.

    `table["a"] = 1`, `helper.scale = 2`, `del table["a"]`, `items.append(3)`,
    `setattr(helper, "scale", 2)`, also inside loops. What a function that is called
    does to its arguments is not seen.
    """
    names = set()
    for node in _at_this_level(statement):
        if isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(
            node.ctx, ast.Load
        ):
            names.add(_owner(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            call = node.value
            if isinstance(call.func, ast.Attribute):
                names.add(_owner(call.func))
            elif getattr(call.func, "id", "") in ("setattr", "delattr") and call.args:
                names.add(_owner(call.args[0]))
    return names - {""}


def _owner(node):
    """The name at the root of `name.a["b"].c`, or nothing."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _at_this_level(statement):
    """Its nodes, without those inside functions, classes and comprehensions.

    No recursion: a sum of 1,500 terms is 1,500 levels deep.
    """
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*DEFINITIONS, *_SCOPES)):
            waiting.extend(ast.iter_child_nodes(node))


def _checked(statement, number):
    """What a statement gives to `check` for this exercise, or None."""
    for node in _at_this_level(statement):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        named = {word.arg: word.value for word in node.keywords}
        given = [*node.args, *(named[n] for n in ("number", "function") if n in named)]
        if (
            name == "check"
            and len(given) >= 2
            and isinstance(given[0], ast.Constant)
            and given[0].value == number
        ):
            return given[1]
    return None


def _used_names(statement):
    """Global names that a top-level statement uses, not those local to a function."""
    names = {
        node.target.id
        for node in ast.walk(statement)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }

    def visit(table, top):
        names.update(
            symbol.get_name()
            for symbol in table.get_symbols()
            if (symbol.is_referenced() if top else symbol.is_global())
        )
        for child in table.get_children():
            visit(child, False)

    visit(symtable.symtable(written(statement), "<notebook>", "exec"), True)
    return names
