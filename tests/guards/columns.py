"""Read out of our source which module sets columns of which table, for the guard of one owner a table."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from archive import models
from tests.guards.source import Module, modules

TABLES = {
    name: frozenset(column.key for column in getattr(models, name).__table__.columns)
    for name in models.__all__
    if hasattr(getattr(models, name), "__table__")
}
_WITH_COLUMN: Mapping[str, frozenset[str]] = {
    column: frozenset(name for name, columns in TABLES.items() if column in columns)
    for column in {column for columns in TABLES.values() for column in columns}
}
_STATEMENTS = {"insert", "update", "delete", "insert_one"}
_READ = {"scalar", "scalars", "execute"}
_STEPS = {"advance", "begin_many", "StreamStep"}
_BINDING = (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.comprehension)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# What `_WITH_COLUMN` would take for a row, and is one of Flask or of a verb's answer.
_NO_ROWS = {"self", "g", "answer", "done"}

Parts = tuple[frozenset[str], ...]
Setting = tuple[str, frozenset[str]]
"""Where columns are set, and of which tables that may be: of several when nothing tells which."""


@dataclass(frozen=True)
class _Source:
    """A module, and what is known of names in it: where they come from, what they hold or return."""

    module: Module
    names: Mapping[str, str]
    tables: Mapping[str, str]
    returns: Mapping[str, Parts]
    fields: Mapping[str, frozenset[str]]


def settings(module: Module, found: Iterable[Module]) -> Iterator[Setting]:
    """Give where a module sets columns: by name, in a statement, by a row made, by a step with changes."""
    found = tuple(found)
    noun = module.name.split(".")[1] if "." in module.name else ""
    source = _Source(module, _imported(module), _tables(module), _returns(found), _fields(found, noun))
    yield from _made(source, module.tree, {})


def _made(source: _Source, scope: ast.AST, outer: Mapping[str, frozenset[str]]) -> Iterator[Setting]:
    known, module = {**outer, **_known(source, scope)}, source.module
    for node in _own_nodes(scope):
        if isinstance(node, (*_FUNCTIONS, ast.Lambda)):
            yield from _made(source, node, known)
        elif isinstance(node, ast.Call):
            yield from ((module.at(node), table) for table in _by_call(node, known, source))
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield from ((module.at(node), table) for table in _by_name(node, known, source))


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Walk a scope without going into the functions in it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_FUNCTIONS, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def _by_name(
    node: ast.Attribute, known: Mapping[str, frozenset[str]], source: _Source
) -> Iterator[frozenset[str]]:
    row = ast.unparse(node.value)
    if node.attr == "status" or row in _NO_ROWS:  # a status is the history's
        return
    might = known.get(row)
    if might is None:
        told = _told(source, node.value, known)
        might = frozenset[str]().union(*told) if told else _WITH_COLUMN.get(node.attr, frozenset())
    if might := frozenset(name for name in might if node.attr in TABLES[name]):
        yield might


def _by_call(
    call: ast.Call, known: Mapping[str, frozenset[str]], source: _Source
) -> Iterator[frozenset[str]]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    if called in TABLES and source.names.get(called, "").startswith("archive.models"):
        yield frozenset({called})
    if called in _STATEMENTS and call.args:
        table = _table(call.args[0], source)
        if table:
            yield frozenset({table})
        elif isinstance(call.func, ast.Attribute) and ast.unparse(call.func).endswith("session.delete"):
            yield known.get(ast.unparse(call.args[0])) or frozenset()
    if called == "setattr":
        yield known.get(ast.unparse(call.args[0])) or frozenset()
    if called in _STEPS:
        changes = [word.value for word in call.keywords if word.arg == "changes"]
        at = 0 if called == "StreamStep" else 1
        things = known.get(ast.unparse(call.args[at])) if len(call.args) > at else None
        if called == "begin_many" and ast.unparse(call.args[1]) in TABLES:
            yield frozenset({ast.unparse(call.args[1])})
        elif (changes or (called == "StreamStep" and len(call.args) > 2)) and things:
            yield things


def _table(node: ast.expr, source: _Source) -> str:
    text = ast.unparse(node).removesuffix(".__table__")
    own = text if text in TABLES and source.names.get(text, "").startswith("archive.models") else ""
    return source.tables.get(text, own)


def _tables(module: Module) -> dict[str, str]:
    """Return the names by which a module knows tables, its own and those of another module it imports."""
    own, imported = _named_tables(), _imported(module)
    return _own_tables(module) | {
        name: table
        for name, dotted in imported.items()
        if (table := own.get(dotted.rpartition(".")[0], {}).get(dotted.rpartition(".")[2]))
    }


@cache
def _named_tables() -> dict[str, dict[str, str]]:
    found = {module.name: _own_tables(module) for module in modules("archive")}
    return {name: tables for name, tables in found.items() if tables}


def _own_tables(module: Module) -> dict[str, str]:
    return {
        ast.unparse(node.targets[0]): table
        for node in module.tree.body
        if isinstance(node, ast.Assign) and (table := _model_of_table(node.value))
    }


def _model_of_table(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and node.attr == "__table__":
        return ast.unparse(node.value) if ast.unparse(node.value) in TABLES else ""
    return ""


@cache
def _imported(module: Module) -> dict[str, str]:
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def _known(source: _Source, scope: ast.AST) -> dict[str, frozenset[str]]:
    """Return of which tables the variables of a scope are rows, as far as annotations and calls tell."""
    found: dict[str, frozenset[str]] = {}
    if isinstance(scope, _FUNCTIONS):
        arguments = (*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs)
        found |= {one.arg: _named(one.annotation) for one in arguments if one.annotation}
    binding = [node for node in _own_nodes(scope) if isinstance(node, _BINDING)]
    for node in sorted(binding, key=lambda one: getattr(one, "lineno", 0)):
        for target, value in _bound(node):
            _note(found, target, _told(source, value, found))
        if isinstance(node, ast.AnnAssign):
            _note(found, node.target, (_named(node.annotation),))
    return found


def _bound(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Give what a node binds to a name, and to what."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, ast.NamedExpr):
        yield node.target, node.value
    elif isinstance(node, (ast.For, ast.comprehension)):
        yield node.target, node.iter


def _note(found: dict[str, frozenset[str]], target: ast.expr, parts: Parts | None) -> None:
    if isinstance(target, ast.Tuple):
        for at, one in enumerate(target.elts):
            _note(found, one, (parts[at],) if parts and len(parts) == len(target.elts) else None)
    elif isinstance(target, ast.Name) and parts:
        found[target.id] = found.get(target.id, frozenset()).union(*parts)


def _told(source: _Source, node: ast.expr, found: Mapping[str, frozenset[str]]) -> Parts | None:
    """Return what rows an expression is, a tuple's part by part; None when nothing tells."""
    if isinstance(node, ast.Name):
        return (found[node.id],) if node.id in found else None
    if isinstance(node, ast.Attribute) and node.attr in source.fields:
        return (source.fields[node.attr],)
    if isinstance(node, ast.ListComp) and isinstance(node.elt, ast.Name):
        for one in node.generators:
            if ast.unparse(one.target) == node.elt.id:
                return _told(source, one.iter, found)
    if isinstance(node, ast.Call):
        dotted = ast.unparse(node.func)
        first, _dot, rest = dotted.partition(".")
        home = source.names.get(first, f"{source.module.name}.{first}")
        full = f"{home}.{rest}".rstrip(".")
        if full in source.returns:
            return source.returns[full]
        if dotted in TABLES:
            return (frozenset({dotted}),)
        if dotted[0].isupper():  # one of our own classes that is no table
            return (frozenset(),)
    spoken = frozenset(
        name.id
        for one in ast.walk(node)
        if isinstance(one, ast.Call)
        for name in one.args
        if isinstance(name, ast.Name) and name.id in TABLES
    )
    read = frozenset[str]().union(
        *(
            found.get(ast.unparse(name)) or ()
            for one in ast.walk(node)
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in _READ
            for name in one.args
        )
    )
    return (spoken | read,) if spoken | read else None


def _named(annotation: ast.expr | None) -> frozenset[str]:
    """Return the models an annotation names."""
    if annotation is None:
        return frozenset()
    return frozenset(
        node.id for node in ast.walk(annotation) if isinstance(node, ast.Name) and node.id in TABLES
    )


@cache
def _returns(found: tuple[Module, ...]) -> dict[str, Parts]:
    """Return of which tables the functions return rows, by dotted name; of a tuple part by part."""
    said: dict[str, Parts] = defaultdict(tuple)
    for module in found:
        for node in module.tree.body:
            if isinstance(node, _FUNCTIONS) and node.returns is not None:
                parts = _parts(node.returns)
                if any(parts):
                    said[f"{module.name}.{node.name}"] = parts
    return dict(said)


@cache
def _fields(found: tuple[Module, ...], noun: str) -> dict[str, frozenset[str]]:
    """Return of which tables the fields of a noun's own classes are rows."""
    said: dict[str, frozenset[str]] = {}
    for module in found:
        if f"{module.name}.".startswith(f"archive.{noun}."):
            for made in ast.walk(module.tree):
                for node in made.body if isinstance(made, ast.ClassDef) else ():
                    if isinstance(node, ast.AnnAssign):
                        name = ast.unparse(node.target)
                        said[name] = said.get(name, frozenset()) | _named(node.annotation)
    return said


def _parts(annotation: ast.expr) -> Parts:
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "tuple":
        inner = annotation.slice
        return tuple(_named(one) for one in inner.elts) if isinstance(inner, ast.Tuple) else (_named(inner),)
    return (_named(annotation),)
