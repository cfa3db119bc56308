"""A copy of the declarations that a test may change, in the place of those that are shipped."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import geozone
from geozone import files

_APART = ("geozone.maps.frontend", "geozone.qgis_plugin")  # scripts of the page, and modules of QGIS's Python


class Declared:
    """A folder with copies of ``seeds`` and of the tables in ``layers``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shipped = {name: files.shipped(name) for name in ("seeds", "layers")}
        shutil.copytree(shipped["seeds"], root / "seeds")
        (root / "layers").mkdir()
        for item in shipped["layers"].iterdir():
            if item.name == "data":
                (root / "layers" / "data").symlink_to(item)
            elif item.is_file():
                shutil.copy(item, root / "layers")
            elif item.name in {"registers", "figures"}:
                shutil.copytree(item, root / "layers" / item.name)

    def add(self, file: str, block: str) -> int:
        """Add a block at the end of a table; return its first line."""
        path = self.root / file
        written = path.read_text("utf-8").rstrip("\n") + "\n\n"
        path.write_text(written + block.strip() + "\n", "utf-8")
        forget()
        return written.count("\n") + 1

    def change(self, file: str, old: str, new: str) -> int:
        """Change one place of a table; return its line."""
        path = self.root / file
        written = path.read_text("utf-8")
        assert written.count(old) >= 1, old
        at = written.index(old)
        path.write_text(written[:at] + new + written[at + len(old) :], "utf-8")
        forget()
        return written[:at].count("\n") + 1


@contextmanager
def changed_declarations(folder: Path) -> Iterator[Declared]:
    """Let geozone read a copy of its declarations, which may be changed, for as long as the context lasts."""
    _import_all()  # what is derived at the import of a module is derived from what is shipped
    declared = Declared(folder)
    home = files._PACKAGE
    files._PACKAGE = folder / "geozone"
    forget()
    try:
        yield declared
    finally:
        files._PACKAGE = home
        forget()


def forget() -> None:
    """Forget everything that geozone has read and kept."""
    for keeping in _import_all():
        keeping.cache_clear()


@cache
def _import_all() -> list[Any]:
    """Import every module, and return the functions that keep what they return."""
    for module in pkgutil.walk_packages(geozone.__path__, "geozone."):
        if not module.name.startswith(_APART) and module.name != "geozone.__main__":
            importlib.import_module(module.name)
    kept = [
        value
        for name, module in sys.modules.items()
        if name == "geozone" or name.startswith("geozone.")
        for value in vars(module).values()
        if callable(getattr(value, "cache_clear", None))
    ]
    return list({id(value): value for value in kept}.values())
