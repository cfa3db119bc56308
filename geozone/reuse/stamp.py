"""What every result rests on beside its inputs: geozone itself, byte by byte, and the libraries that it computes with."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from geozone.files import shipped
from geozone.reuse.values import packed
from geozone.versions import versions

_PACKAGE = Path(__file__).parent.parent
_OTHERS = (
    "numba",
    "scipy",
    "rasterio",
    "openpyxl",
    "pypinyin",
    "xlrd",
)  # compute, but stand in no list of versions
_NO_PART = {
    "__pycache__",
    "node_modules",
    "frontend",
}  # made from the sources, or what the assets are made from


@cache
def stamp() -> str:
    """Return a digest of the code, declarations, texts, embedded data and scripts of geozone, and of all versions."""
    total = sha256(packed([platform.platform(), platform.machine(), versions(), dict(_others())]))
    for path in _own_files():
        total.update(f"{path.parent.name}/{path.name}\0".encode())
        total.update(sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _others() -> Iterator[tuple[str, str]]:
    for name in _OTHERS:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def _own_files() -> Iterator[Path]:
    for folder in dict.fromkeys((_PACKAGE, shipped("seeds"), shipped("layers"))):
        for parent, folders, files in os.walk(folder):
            folders[:] = sorted(set(folders) - _NO_PART)
            yield from (path for name in sorted(files) if (path := Path(parent, name)).is_file())
