"""The user's files stay as they are while a run reads them, or the run says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from geozone.project import FigureFile, Project, RegisterFile
from geozone.read.door.seal import Seal


@contextmanager
def sealed(project: Project) -> Iterator[Callable[[], None]]:
    """Make sure that none of the user's files changes in a block, so that what it reads and what it hashes are the same.

    Yields
    ------
    Callable
        Makes sure of it again, for who reads a file after the block: that it is still as it was when the block began.

    Raises
    ------
    InputError
        If a file is missing, or was changed when the block ends.
    """
    seals = [Seal.of(path) for path in files_of(project)]

    def hold() -> None:
        for seal in seals:
            seal.hold()

    yield hold
    hold()


def files_of(project: Project) -> list[Path]:
    """Return the user's files of a project, each once."""
    specs = [project.layers[name] for name in sorted(project.own)]
    specs += [spec for older in project.older.values() for spec in older]
    files = [source.path for spec in specs for source in spec.sources if isinstance(source.path, Path)]
    tables: list[RegisterFile | FigureFile] = [*project.registers, *project.figures]
    files += [table.path for table in tables if isinstance(table.path, Path)]
    return list(dict.fromkeys(files))


def in_files(project: Project) -> bool:
    """Whether all that a project is made of lies in files; a database may be large, and hold something else by now."""
    specs = [*project.layers.values(), *(spec for older in project.older.values() for spec in older)]
    places: list[Path | str] = [source.path for spec in specs for source in spec.sources]
    places += [table.path for table in project.registers]
    places += [table.path for table in project.figures]
    return all(isinstance(place, Path) for place in places)
