"""What a folder or an unpacked archive holds: data sets, archives inside it, and files that lie beside."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from geozone.errors import InputError
from geozone.read.bulk import filled_layers, spatial_layers
from geozone.read.door.content import opened
from geozone.read.formats import Format, detect

# a file of one of these endings may be a data set of its own
_DATA_ENDINGS = {
    ".shp", ".gpkg", ".geojson", ".json", ".topojson", ".fgb", ".parquet", ".geoparquet", ".kml", ".gml", ".gpx", ".dxf",
    ".tab", ".mif", ".csv", ".tsv", ".xlsx", ".xlsm", ".txt", ".xml",
}  # fmt: skip
_CLOSED = {".rar", ".7z"}  # archives that are not opened
ARCHIVES = {".zip", ".kmz", ".gz", ".tgz", ".tar", ".bz2", ".tbz2", ".xz", ".txz"}
TABLES = {Format.CSV, Format.XLSX}  # often lists or notes beside the data
_SEVERAL_LAYERS = {Format.GEOPACKAGE, Format.GEODATABASE, Format.KML, Format.GML, Format.GPX}
_MARKUP = {Format.KML, Format.GML, Format.GPX}
_FIRST_TABLE = "a00000001.gdbtable"
_HEAD = 1 << 16
_LINES, _HEADING = 6, 30  # lines of a table that are looked at, characters of a heading
_SPATIAL_JSON = re.compile(rb'"(features|geometry|coordinates|geometries|arcs)"')
# a table without any of these words in its first lines holds no places
_PLACES = re.compile(
    r"经度|纬度|东经|北纬|坐标|几何|lon|lng|lat|wkt|wkb|geom|easting|northing|shape|polygon|point|linestring"
    r"|(?<![a-z])[xy](?![a-z])",
    re.IGNORECASE,
)


@dataclass
class Contents:
    """The files of a folder and of the folders below."""

    root: Path
    found: list[Path] = field(default_factory=list)  # data sets
    beside: list[Path] = field(default_factory=list)  # tables and archives that were left alone
    archives: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)

    def name(self, path: Path) -> str:
        """Return how a file is called from the root."""
        return path.relative_to(self.root).as_posix() if path != self.root else path.name


def contents_of(folder: Path) -> Contents:
    """Return the data sets of a folder; tables and archives count only where there is nothing else."""
    contents = Contents(folder)
    tables: list[Path] = []
    for path in _walk(folder):
        if path.suffix.lower() in ARCHIVES and _kind(path) is Format.ARCHIVE:
            contents.archives.append(path)
        elif path.is_dir():
            contents.found.append(path)
        elif path.suffix.lower() in _DATA_ENDINGS and (kind := _kind(path)) is not None:
            if kind in TABLES:
                tables.append(path)
            elif _is_data(path, kind):
                contents.found.append(path)
        else:
            contents.others.append(path)
    drawn = {item.with_suffix("") for item in contents.found if item.suffix.lower() == ".tab"}
    contents.found = [
        item for item in contents.found if item.suffix.lower() != ".mif" or item.with_suffix("") not in drawn
    ]
    placed = [item for item in tables if _holds_places(item)] or tables
    if contents.found:
        contents.beside = [*tables, *contents.archives]
    elif not contents.archives:
        contents.found = placed
        contents.beside = [item for item in tables if item not in placed]
    else:
        contents.beside = tables
    return contents


def is_packed(path: Path) -> bool:
    """Tell whether a file is an archive of a kind that is not opened."""
    return path.suffix.lower() in _CLOSED


def is_geodatabase(folder: Path) -> bool:
    """Tell whether a folder is a file geodatabase, whatever it is called."""
    return any(item.name.lower() == _FIRST_TABLE for item in folder.iterdir())


def layers_of_data_set(path: Path, shown: Path) -> list[str]:
    """Return the names of the layers inside a data set that can have several; none where its name is that of its layer."""
    try:
        kind = detect(path, shown)
        names = spatial_layers(path, shown) if kind in _SEVERAL_LAYERS else []
        # a KMZ has a root document that only points to others
        return filled_layers(path, names) if kind is Format.KML else names
    except InputError:
        return []


def _walk(folder: Path) -> list[Path]:
    """Return all files and geodatabases of a folder, those of macOS left out."""
    if is_geodatabase(folder):
        return [folder]
    found: list[Path] = []
    for root, folders, files in os.walk(folder):
        inside = Path(root)
        folders.sort()
        for name in list(folders):
            if name == "__MACOSX":
                folders.remove(name)
            elif is_geodatabase(inside / name):
                found.append(inside / name)
                folders.remove(name)
        found += [inside / name for name in sorted(files) if not name.startswith("._")]
    return found


def _kind(path: Path) -> Format | None:
    try:
        return detect(path)
    except (InputError, OSError):
        return None


def _is_data(path: Path, kind: Format) -> bool:
    """Tell whether a file of a text format is spatial data, not a description of some."""
    ending = path.suffix.lower()
    if ending == ".xml":
        return kind in _MARKUP
    if ending == ".json":
        with opened(path) as stream:
            return bool(_SPATIAL_JSON.search(stream.read(_HEAD)))
    return kind is not Format.ARCHIVE


def _holds_places(path: Path) -> bool:
    """Tell whether the first lines of a table speak of places; of a workbook that is not known."""
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        return True
    with opened(path) as stream:
        head = stream.read(_HEAD)
    try:
        words = head.decode("utf-8-sig")
    except UnicodeDecodeError:
        words = head.decode("gb18030", "replace")
    lines = [line for line in words.splitlines() if line.strip()][:_LINES]
    for separator in ",;\t|":
        rows = [line.split(separator) for line in lines]
        headed = [number for number, row in enumerate(rows) if len(row) > 1 and any(map(_is_place, row))]
        if headed and len(rows) > headed[0] + 1 and len(rows[headed[0] + 1]) >= len(rows[headed[0]]):
            return True
    return False


def _is_place(cell: str) -> bool:
    return len(cell) <= _HEADING and bool(_PLACES.search(cell))
