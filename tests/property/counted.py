"""How many features a damaged file declares, counted without geozone: what a reader must give or tell of.

Whatever can be counted in the file itself is: a change within its structure may take a feature out, and that is none lost.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq

KINDS = {
    "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection",
}  # fmt: skip
_SHAPE = re.compile(r"(POLYGON|MULTIPOLYGON) ?\(\(+-?\d")
_PATHS = {
    ".kml": ("Placemark", "coordinates"),
    ".gml": ("featureMember", "posList"),
}
_TOLD = {"register": ("已建成", "建设中"), "figures": ("37.9",)}
_SHEET = "xl/worksheets/sheet1.xml"


def declared(path: Path) -> int | None:
    """Return how many features a file declares by its own count; None where nothing can be said of it."""
    count = _COUNTS.get(path.suffix)
    if count is None:
        return None
    try:
        return count(path)
    except (ValueError, TypeError, OSError, sqlite3.Error, struct.error, zipfile.BadZipFile,
            ET.ParseError, LookupError, NotImplementedError, RuntimeError):  # fmt: skip
        return None


def _geojson(path: Path) -> int:
    document = json.loads(path.read_bytes())
    items = document["features"] if document.get("type") == "FeatureCollection" else []
    shapes = [item.get("geometry") for item in items if isinstance(item, dict)]
    return sum(
        isinstance(shape, dict) and shape.get("type") in KINDS and bool(shape.get("coordinates"))
        for shape in shapes
    )


def _geopackage(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        if database.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            return 4
        return int(database.execute("SELECT count(*) FROM a WHERE typeof(geom) = 'blob'").fetchone()[0])


def _shapefile(path: Path) -> int:
    raw, place, found = path.read_bytes(), 100, 0
    while place + 12 <= len(raw):
        _, length, kind = struct.unpack_from(">ii", raw, place) + struct.unpack_from("<i", raw, place + 8)
        found += kind == 5
        place += 8 + max(length, 0) * 2
    return found


def _markup(path: Path) -> int:
    item, shape = _PATHS[path.suffix]
    root = ET.fromstring(path.read_bytes())
    items = [node for node in root.iter() if node.tag.rpartition("}")[2] == item]
    return sum(
        any(inner.tag.rpartition("}")[2] == shape and (inner.text or "").strip() for inner in node.iter())
        for node in items
    )


def _lines(path: Path) -> int:
    raw = path.read_bytes()
    if (
        path.stem in _TOLD
    ):  # every item has a status, every figure its value: a row that lost its end is none that is gone
        return sum(raw.count(word.encode()) for word in _TOLD[path.stem])
    words = raw.decode("gb18030", "replace")
    if path.suffix == ".mif":
        return len(re.findall(r"(?m)^Region +\d", words))
    return sum(bool(_SHAPE.search(line)) for line in words.splitlines())


def _parquet(path: Path) -> int:
    return sum(value is not None for value in pq.read_table(path)["geometry"].to_pylist())


def _workbook(path: Path) -> int | None:
    """Return the rows with three cells that hold something, below the headings."""
    with zipfile.ZipFile(path) as archive:
        root = ET.parse(io.BytesIO(archive.read(_SHEET))).getroot()
    space = root.tag.rpartition("}")[0] + "}"
    rows = [
        [cell for cell in row.iter(f"{space}c") if "".join(cell.itertext()).strip()]
        for row in root.iter(f"{space}row")
    ]
    return max(sum(len(cells) >= 3 for cells in rows) - 1, 0)


_COUNTS: dict[str, Callable[[Path], int | None]] = {
    ".geojson": _geojson,
    ".gpkg": _geopackage,
    ".shp": _shapefile,
    ".kml": _markup,
    ".gml": _markup,
    ".csv": _lines,
    ".mif": _lines,
    ".parquet": _parquet,
    ".xlsx": _workbook,
}
