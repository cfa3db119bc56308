"""What a file holds, for who names a result by it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from geozone.files import digest
from geozone.model import LayerSource
from geozone.read.door.seal import companions
from geozone.reuse.values import NotPackableError


def bytes_read(source: Path | str) -> dict[str, str]:
    """Return the digests of a file and of what is read with it, by name.

    Raises
    ------
    NotPackableError
        If it is no file, for a database may hold something else by now, or cannot be read.
    """
    if not (isinstance(source, Path) and source.exists()):
        raise NotPackableError(str(source))
    try:
        return {path.name: digest(path) for path in (source, *companions(source))}
    except OSError as error:  # whoever reads it tells
        raise NotPackableError(str(source)) from error


def bytes_of(sources: Iterable[LayerSource]) -> list[dict[str, str]]:
    """Return `bytes_read` of each file of a layer.

    Raises
    ------
    NotPackableError
        If one of them is no file.
    """
    return [bytes_read(source.path) for source in sources]
