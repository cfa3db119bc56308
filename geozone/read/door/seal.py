"""What was hashed is what was read: a file that changes in between is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geozone.errors import InputError
from geozone.read.door.content import admitted
from geozone.read.formats import RASTER_SIDECARS, SIDECARS

_VECTORS = {ending for some in SIDECARS.values() for ending in some}
State = dict[Path, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Seal:
    """A file, or a folder, and what is read with it, as they were when a run began."""

    path: Path
    state: State  # of every file: which one it is, its size, when it was written

    @classmethod
    def of(cls, path: Path) -> Seal:
        """Return the seal of what is about to be read.

        Raises
        ------
        InputError
            If there is nothing.
        """
        return cls(path, _state(path))

    def hold(self) -> None:
        """Make sure that nothing has changed, so that what was read and what was hashed are the same.

        Raises
        ------
        InputError
            If the file, or one that is read with it, was changed, replaced or removed.
        """
        try:
            same = _state(self.path) == self.state
        except (InputError, OSError):
            same = False
        if not same:
            raise InputError("read.changed_meanwhile", path=self.path)


def companions(path: Path) -> list[Path]:
    """Return the files that are read with a file: those of its name with the endings of companions, the log of a database."""
    main = admitted(path)
    return [] if main.is_dir() else sorted(item for item in main.parent.iterdir() if _belongs(item, main))


def _state(path: Path) -> State:
    return {item: (found.st_ino, found.st_size, found.st_mtime_ns) for item, found in _states(admitted(path))}


def _states(main: Path) -> Iterator[tuple[Path, os.stat_result]]:
    items = main.rglob("*") if main.is_dir() else [main, *companions(main)]
    for item in items:
        if item.is_file():
            yield item, item.stat()


def _belongs(item: Path, main: Path) -> bool:
    if item.name in {f"{main.name}-wal", f"{main.name}-journal"}:
        return True
    if main.suffix.lower() in _VECTORS:
        return item.stem == main.stem and main.suffix.lower() in SIDECARS.get(item.suffix.lower(), ())
    if item == main:
        return False
    if item.suffix.lower() == main.suffix.lower() == ".adf":  # a grid of several files
        return True
    ending = item.name.removeprefix(main.stem).lower()
    return item.name.startswith(f"{main.name}.") or (item.name != ending and ending in RASTER_SIDECARS)
