"""What a user names as a source: a file, a layer inside a file (``FILE:LAYER``), or a database table."""

from __future__ import annotations

from pathlib import Path

from geozone.addresses import is_database
from geozone.read.safety import is_web_address
from geozone.system import is_drive


def split_layer(path: str | Path) -> tuple[str | Path, str | None]:
    """Return a source and the layer inside it that ``FILE:LAYER`` names.

    A path that exists as it is written is that file, whatever colons are in it; else what follows the last colon is the
    layer, if what stands before it exists. A database address stays whole.

    Examples
    --------
    >>> split_layer("absent.gpkg:redline")
    ('absent.gpkg:redline', None)
    """
    written = str(path)
    if is_database(written) or is_web_address(written) or _exists(written):
        return path, None
    file, colon, layer = written.rpartition(":")
    if not (colon and file and layer) or is_drive(file) or not _exists(file):
        return path, None
    return (Path(file) if isinstance(path, Path) else file), layer


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # a name too long, or with a null byte
        return False
