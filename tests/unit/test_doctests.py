"""The examples of the docstrings run, and give what stands there."""

import doctest
import importlib
from pathlib import Path

import pytest

import geozone

PACKAGE = Path(geozone.__file__).parent
WRITTEN = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if "node_modules" not in path.parts and ">>> " in path.read_text("utf-8")
)


def test_there_are_examples():
    assert len(WRITTEN) > 10


@pytest.mark.parametrize("name", WRITTEN)
def test_the_examples_of_a_module_are_true(name):
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted
    assert found.failed == 0
