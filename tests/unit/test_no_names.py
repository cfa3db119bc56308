"""Python knows no role, layer, indicator, register or status by name (scripts: test_page_names)."""

import ast
from functools import cache
from pathlib import Path

from sources import tree_of

import geozone
from geozone.catalog import load_catalog
from geozone.manifest.indicators import load_indicators
from geozone.manifest.inputs import load_layers, load_registers
from geozone.manifest.roles import load_roles
from geozone.model import Status

PACKAGE = Path(geozone.__file__).parent
# words that are ids and mean something else in code
ORDINARY = {
    "area": "a kind of geometry, and of rates",
    "line": "a kind of geometry",
    "point": "a kind of geometry",
    "place": "a position in a list",
    "places": "positions in a list, and the rows of the documents' places",
    "plain": "as opposed to weighted, or packed",
    "unknown": "also of a code, and of a vintage that nobody states",
}
# and where a name is no choice of what to do
PLACES = {
    ("__init__.py", "barrier"): "the public function",
    ("terrain/continuity.py", "barrier"): "what its function is given, in its messages",
    ("overlay/area_choices.py", "coastline"): "a column: which shore the land is cut with",
    ("rates/robustness.py", "coastline"): "the same column",
}
# modules that may name things, and why
APART = {
    "model.py": "the statuses are declared there",
    "example": "its tables make layers and registers of each kind",
}


def names():
    """Return every declared id, but for the ordinary words."""
    return declared_names() - set(ORDINARY)


def declared_names():
    statuses = {status.value for status in Status}
    return {*load_roles(), *load_layers(), *load_catalog(), *load_indicators(), *load_registers(), *statuses}


def python_files():
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        if "node_modules" not in inside.parts and inside.parts[0] not in APART:
            yield path, inside.as_posix()


def literals(tree):
    """Yield the strings of a module that are no docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


@cache
def written():
    """Return every string of the package with its module and line."""
    return [(shown, line, word) for path, shown in python_files() for line, word in literals(tree_of(path))]


def named_in_python():
    known = names()
    for shown, line, word in written():
        if word in known and (shown, word) not in PLACES:
            yield f"{shown}:{line}: {word}"


def test_no_python_names_what_the_tables_declare():
    assert list(named_in_python()) == []


def test_a_name_in_code_would_be_found():
    tree = ast.parse(
        '"""redline"""\nx = "redline"\ndef f():\n    """redline"""\n    return {"bay_completion": 1}\n'
    )
    assert [word for _, word in literals(tree) if word in names()] == ["redline", "bay_completion"]


def test_every_exception_is_needed():
    assert set(ORDINARY) <= declared_names()
    assert set(PLACES) <= {(shown, word) for shown, _, word in written()}
