"""Which format a file is of, by its content first and its name second."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from geozone.errors import InputError
from geozone.messages import Text, text
from geozone.read.door.content import bytes_of

_HEAD = 1 << 16


class Format(StrEnum):
    """The formats that are read."""

    SHAPEFILE = "ESRI Shapefile"
    GEOPACKAGE = "GeoPackage"
    GEODATABASE = "file geodatabase"
    GEOJSON = "GeoJSON"
    TOPOJSON = "TopoJSON"
    ESRIJSON = "Esri JSON"
    FLATGEOBUF = "FlatGeobuf"
    GEOPARQUET = "GeoParquet"
    KML = "KML"
    GML = "GML"
    GPX = "GPX"
    DXF = "DXF"
    TAB = "MapInfo TAB"
    MIF = "MapInfo MIF"
    CSV = "CSV"
    XLSX = "XLSX"
    PARCELS = "land-parcel coordinates TXT"
    ARCHIVE = "archive"
    FOLDER = "folder"


# the GDAL drivers that each format is read with; what GDAL would read with any other is refused
DRIVERS = {
    Format.SHAPEFILE: ("ESRI Shapefile",),
    Format.GEOPACKAGE: ("GPKG", "SQLite"),
    Format.GEODATABASE: ("OpenFileGDB",),
    Format.GEOJSON: ("GeoJSON", "GeoJSONSeq"),
    Format.TOPOJSON: ("TopoJSON",),
    Format.ESRIJSON: ("ESRIJSON",),
    Format.FLATGEOBUF: ("FlatGeobuf",),
    Format.KML: ("LIBKML", "KML"),
    Format.GML: ("GML",),
    Format.GPX: ("GPX",),
    Format.DXF: ("DXF",),
    Format.TAB: ("MapInfo File",),
    Format.MIF: ("MapInfo File",),
}
# drivers that fetch other files or addresses; on the command line they are not loaded
REACHING_DRIVERS = (
    "VRT", "OGR_VRT", "GTI", "DERIVED", "STACIT", "STACTA", "GDALG", "HTTP", "WMS", "WMTS", "WCS", "OGCAPI", "WFS", "OAPIF",
    "CSW", "DAAS", "EEDA", "EEDAI", "PLMOSAIC", "PLSCENES", "NGW", "Rasdaman", "Carto", "AmigoCloud", "Elasticsearch",
    "PostgreSQL", "PostGISRaster", "MySQL", "MSSQLSpatial", "ODBC", "PGeo", "OCI", "HANA", "MongoDBv3", "ADBC", "GMLAS",
    "TileDB", "Zarr", "XODR", "GTFS",
)  # fmt: skip
# a file that belongs to another one, and the endings that one may have
SIDECARS = {
    ".shx": (".shp",), ".dbf": (".shp", ".tab"), ".prj": (".shp",), ".cpg": (".shp",), ".sbn": (".shp",),
    ".sbx": (".shp",), ".qix": (".shp",), ".mid": (".mif",), ".dat": (".tab",), ".map": (".tab",),
    ".id": (".tab",), ".ind": (".tab",), ".xsd": (".gml",), ".gfs": (".gml",), ".gpkg-wal": (".gpkg",),
    ".gpkg-shm": (".gpkg",),
}  # fmt: skip
# endings of the files that are opened with a raster of the same name: world files, headers, georeference, statistics, overviews
RASTER_SIDECARS = (
    ".tfw", ".tifw", ".tiffw", ".wld", ".jgw", ".jpgw", ".jpegw", ".pgw", ".pngw", ".bpw", ".bmpw", ".gfw", ".gifw", ".j2w",
    ".jp2w", ".blw", ".bqw", ".bsw", ".biw", ".ww", ".hdr", ".prj", ".aux", ".aux.xml", ".ovr", ".msk", ".rrd", ".ige", ".clr",
    ".stx", ".sta", ".imd", ".rpb", ".rpc", "_rpc.txt", ".sgrd", ".mgrd", ".mpr", ".mp#", ".grf", ".csy", ".rdc", ".rst", ".ref", ".ers",
    ".smp", ".sdat",
)  # fmt: skip
_MAGIC = (
    (b"SQLite format 3\x00", Format.GEOPACKAGE),
    (b"fgb", Format.FLATGEOBUF),
    (b"PAR1", Format.GEOPARQUET),
    (b"\x00\x00\x27\x0a", Format.SHAPEFILE),
    (b"PK\x03\x04", Format.ARCHIVE),
    (b"PK\x05\x06", Format.ARCHIVE),
    (b"\x1f\x8b", Format.ARCHIVE),
    (b"BZh", Format.ARCHIVE),
    (b"\xfd7zXZ\x00", Format.ARCHIVE),
    (b"!table", Format.TAB),
    (b"!Table", Format.TAB),
    (b"AutoCAD Binary DXF", Format.DXF),
)
# formats that are not read: what begins so, and the name of the text that says what to do instead
_REFUSED_MAGIC = (
    (b"AC10", "dwg"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "rar"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"\x00\x01\x00\x00Standard Jet DB", "mdb"),
    (b"\x00\x01\x00\x00Standard ACE DB", "mdb"),
    (b"%PDF", "picture"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"II*\x00", "raster"),
    (b"MM\x00*", "raster"),
    (b"CDF", "raster"),
    (b"\x89HDF", "raster"),
)
_REFUSED_ENDINGS = {
    ".dwg": "dwg", ".rar": "rar", ".7z": "rar", ".xls": "xls", ".et": "xls", ".mdb": "mdb", ".mxd": "project",
    ".aprx": "project", ".qgs": "project", ".qgz": "project", ".lyr": "project", ".lyrx": "project",
    ".pdf": "picture", ".tif": "raster", ".tiff": "raster", ".img": "raster", ".asc": "raster", ".nc": "raster",
}  # fmt: skip
_ROOTS = {
    "kml": Format.KML,
    "gpx": Format.GPX,
    "featurecollection": Format.GML,
    "featuremembers": Format.GML,
    "gmlfeaturecollection": Format.GML,
}
_PROLOG = re.compile(r"\s*(<\?.*?\?>|<!--.*?-->)", re.DOTALL)
_ROOT = re.compile(r"\s*<(?:[\w.\-]+:)?([\w.\-]+)([^>]*)", re.DOTALL)
# how text formats begin; the first that matches decides
_BEGINNINGS = (
    (re.compile(r'[{\[].*"type"\s*:\s*"Topology"', re.DOTALL), Format.TOPOJSON),
    (re.compile(r'[{\[].*"geometryType"\s*:\s*"esri', re.DOTALL), Format.ESRIJSON),
    (re.compile(r"[{\[]"), Format.GEOJSON),
    (re.compile(r"version\s+\d+\s*[\r\n]+\s*charset", re.IGNORECASE), Format.MIF),
    (re.compile(r"(999\s*[\r\n].*?[\r\n]\s*)?0\s*[\r\n]+\s*SECTION", re.DOTALL), Format.DXF),
)
_TEXT_ENDINGS = {".csv", ".tsv", ".txt", ".wkt"}


def detect(path: Path, shown: Path | None = None) -> Format:
    """Return the format of a file or folder.

    Raises
    ------
    InputError
        If it is empty, or of a format that is not read.
    """
    shown = shown or path
    if path.is_dir():
        inside = {item.name.lower() for item in path.iterdir()}
        return Format.GEODATABASE if "a00000001.gdbtable" in inside else Format.FOLDER
    head = bytes_of(path, _HEAD)
    if not head.strip(b"\x00 \t\r\n"):
        raise InputError("read.empty_file", path=shown)
    ending = path.suffix.lower()
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return Format.XLSX if found is Format.ARCHIVE and ending in {".xlsx", ".xlsm"} else found
    if head[257:262] == b"ustar":
        return Format.ARCHIVE
    for magic, name in _REFUSED_MAGIC:
        if head.startswith(magic):
            raise _refusal(shown, name)
    kind = _detect_text(head, ending, shown)
    if kind is None:
        raise _refusal(shown, _REFUSED_ENDINGS.get(ending, _looks(head)))
    return kind


def refusal(path: Path) -> Text | None:
    """Return what a file is that is known and not read; None where it is read, or may be anything."""
    try:
        detect(path)
    except InputError as error:
        reason = error.message.params.get("reason")
        return reason if isinstance(reason, Text) and reason != text("read.format_other") else None
    return None


def _detect_text(head: bytes, ending: str, shown: Path) -> Format | None:
    words = _decode_head(head)
    start = words.lstrip("\ufeff\x1e \t\r\n")
    if start.startswith("<"):
        return _detect_xml(start, shown)
    if "[地块坐标]" in words or "[属性描述]" in words:
        return Format.PARCELS
    for pattern, kind in _BEGINNINGS:
        if pattern.match(start):
            return kind
    if ending == ".mif":
        return Format.MIF
    return Format.CSV if ending in _TEXT_ENDINGS and "\x00" not in words[:1000] else None


def _decode_head(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    try:
        return head[:-4].decode("utf-8") if len(head) == _HEAD else head.decode("utf-8")
    except UnicodeDecodeError:
        return head.decode("gb18030", "replace")


def _detect_xml(start: str, shown: Path) -> Format | None:
    while match := _PROLOG.match(start):
        start = start[match.end() :]
    if re.match(r"\s*<!DOCTYPE\s+html|\s*<html", start, re.IGNORECASE):
        raise _refusal(shown, "html")
    match = _ROOT.match(start)
    if match is None:
        return None
    kind = _ROOTS.get(match[1].lower())
    return kind or (Format.GML if "opengis.net/gml" in match[2] else None)


def _looks(head: bytes) -> str:
    """Return the text that says what a file is that is not read."""
    if (
        head[:1] in {b"\x03", b"\x83", b"\x8b", b"\x30"}
        and len(head) > 32
        and 1 <= head[2] <= 12
        and 1 <= head[3] <= 31
    ):
        return "dbf"
    return "other"


def _refusal(shown: Path, name: str) -> InputError:
    return InputError("read.unknown_format", path=shown, reason=text(f"read.format_{name}"))
