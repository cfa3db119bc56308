"""Rasters written as text: GDAL makes zeros of the values that are missing at the end of one, and ignores further ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from geozone.errors import InputError
from geozone.read.door.content import opened

_DRIVERS = {"AAIGrid", "GRASSASCIIGrid"}
_HEADER = re.compile(rb"\s*(?!nan\b|inf\b)[A-Za-z]", re.IGNORECASE)
_AT_ONCE = 1 << 22  # bytes


def refuse_other_count(dataset: Any, local: Path, shown: Path) -> None:
    """Refuse a grid in text whose values are fewer or more than its header says.

    Raises
    ------
    InputError
        If they are.
    """
    if dataset.driver not in _DRIVERS or not local.is_file():
        return
    stated, found = dataset.width * dataset.height, _values(local)
    if found != stated:
        raise InputError("raster.values_count", path=shown, stated=stated, found=found)


def _values(path: Path) -> int:
    """Return how many words follow the lines of the header."""
    count = 0
    with opened(path) as stream:
        line = stream.readline(_AT_ONCE)
        while _HEADER.match(line) or (line and not line.strip()):
            line = stream.readline(_AT_ONCE)
        rest = line
        while block := stream.read(_AT_ONCE):
            words = (rest + block).split()
            rest = words.pop() if words and not block[-1:].isspace() else b""  # the last one may go on
            count += len(words)
    return count + len(rest.split())
