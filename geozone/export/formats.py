"""A zone in the exchange formats: one file for those that hold many layers, a folder for those that hold one."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
from pyogrio.errors import DataLayerError, DataSourceError

from geozone.choices import FORMATS, OPTIONS, PAPERS, Atlas, Paper
from geozone.errors import UsageError
from geozone.export.desktop import write_project
from geozone.export.dxf import write_dxf
from geozone.export.encoded_files import write_mapinfo, write_shapefile
from geozone.export.geometry import crs_of, in_system
from geozone.export.geopackage import write_geopackage
from geozone.export.result_tables import content
from geozone.export.table import Table
from geozone.export.tables import safe_cell, table_csv
from geozone.export.vector_files import fields_of, write_vector
from geozone.export.workbook import write_workbook
from geozone.files import put, whole_file
from geozone.messages import Language
from geozone.model import Level, ZoneResult

DICTIONARY = "fields.csv"
SOURCES = "sources.csv"
_DPI = 200  # of a picture
_DICTIONARY_COLUMNS = (
    "file",
    "field",
    "column",
    "title_zh",
    "title_en",
    "type",
    "domain",
    "shortened",
    "replaced",
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen of an export; each for some formats only (`geozone.choices.OPTIONS`), None for what is usual."""

    encoding: str | None = None  # of the texts of shapefiles and MapInfo files: UTF-8 or GBK
    crs: str | None = None  # of the coordinates
    paper: Paper | None = None
    dpi: int | None = None  # of a picture
    rate: str | None = None  # the indicator that colours the units
    breaks: Sequence[float] | None = None  # upper class bounds of it, as fractions
    atlas: Atlas | None = None  # a sheet for each unit of a level


def write_format(
    result: ZoneResult,
    path: Path,
    format: str,  # noqa: A002 - the word of the command line
    *,
    lang: Language = "zh",
    choices: Choices | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write a zone in one format.

    ``gpkg``, ``xlsx``, ``pdf`` and ``png`` are one file; ``qgz`` is a QGIS project with its GeoPackage, ``dxf`` a drawing of
    the outlines with its system beside it. ``fgb``, ``parquet``, ``geojson``, ``shp``, ``mif`` and ``tab`` hold one layer a file, so `path`
    becomes a folder with a file for each layer, ``.csv`` (``.parquet``) for the tables, ``fields.csv`` (what each field
    means) and ``sources.csv`` (basis, source, licence, vintage, accuracy and note of each layer). All are in EPSG:4490
    unless `choices` says otherwise; a drawing is in a plane.

    Parameters
    ----------
    result
        What the run computed.
    path
        File or folder to write. A folder that stands there is replaced only if it was written by this function.
    format
        One of `FORMATS`.
    lang
        Language of names and notes.
    choices
        What else may be chosen of the format.
    progress
        Called with how many sheets of an atlas are done, and of how many.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    UsageError
        If the format is unknown, an option is not one of it, the output cannot be written, or a text does not fit the
        encoding.
    """
    choices = choices or Choices()
    require_fitting(format, choices)
    match format:
        case "gpkg":
            write_geopackage(result, path, lang=lang, rate=choices.rate, breaks=choices.breaks)
        case "qgz":
            package = path.with_suffix(".gpkg")
            write_geopackage(result, package, lang=lang, rate=choices.rate, breaks=choices.breaks)
            write_project(package, path)
            return [path, package]
        case "dxf":
            return write_dxf(content(result, lang), path, choices.crs)
        case "xlsx":
            write_workbook(result, content(result, lang), path, lang)
        case "pdf" if choices.atlas is not None:
            _write_atlas(result, path, choices.atlas, lang=lang, choices=choices, progress=progress)
        case "pdf" | "png":
            _write_sheet(result, path, format, lang, choices)
        case _:
            return _write_folder(content(result, lang), path, format, lang=lang, choices=choices)
    return [path]


def require_fitting(format: str, choices: Choices) -> None:  # noqa: A002 - as above
    """Refuse a format that there is none of, and a choice that is none of the format.

    Raises
    ------
    UsageError
        If it is so.
    """
    if format not in FORMATS:
        raise UsageError("export.unknown_format", format=format, choices=", ".join(FORMATS))
    for option, formats in OPTIONS.items():
        if getattr(choices, option) is not None and format not in formats:
            raise UsageError("export.no_option", option=option, format=format, formats=", ".join(formats))


def _write_sheet(
    result: ZoneResult,
    path: Path,
    format: str,  # noqa: A002 - as above
    lang: Language,
    choices: Choices,
) -> None:
    from geozone.export.sheet import write_sheet  # noqa: PLC0415 - matplotlib is slow to load

    write_sheet(
        result,
        path,
        lang=lang,
        kind=format,
        paper=choices.paper or PAPERS[0],
        rate=choices.rate,
        breaks=choices.breaks,
        dpi=choices.dpi or _DPI,
    )


def _write_atlas(
    result: ZoneResult,
    path: Path,
    atlas: Atlas,
    *,
    lang: Language,
    choices: Choices,
    progress: Callable[[int, int], None] | None,
) -> None:
    from geozone.export.atlas import write_atlas  # noqa: PLC0415 - as above

    write_atlas(
        result,
        path,
        Level(atlas),
        lang=lang,
        paper=choices.paper or PAPERS[0],
        rate=choices.rate,
        breaks=choices.breaks,
        progress=progress,
    )


def _in_crs(table: Table, crs: str | None) -> Table:
    """Return a layer in another system; a table without shapes as it is."""
    if crs is None or not table.geometry:
        return table
    shapes = in_system(table.frame.geometry, crs_of(crs))
    frame = gpd.GeoDataFrame(table.frame.drop(columns="geometry"), geometry=shapes, crs=shapes.crs)
    return replace(table, frame=frame)


def _write_folder(
    tables: list[Table],
    path: Path,
    format: str,  # noqa: A002 - as above
    *,
    lang: Language,
    choices: Choices,
) -> list[Path]:
    write, encoding = _WRITERS[format], choices.encoding or "UTF-8"
    dictionary: list[dict[str, str]] = []
    with whole_folder(path, DICTIONARY) as folder:
        for table in (_in_crs(one, choices.crs) for one in tables):
            try:
                if table.geometry:
                    name = f"{table.name}.{format}"
                    rows = write(table, folder / name, encoding)
                elif format == "parquet":
                    name = f"{table.name}.parquet"
                    rows = _write_parquet(table, folder / name, encoding)
                else:
                    name = f"{table.name}.csv"
                    table_csv(table, folder / name)
                    rows = fields_of(table)
            except (DataSourceError, DataLayerError, OSError) as error:
                raise UsageError(
                    "files.unwritable", path=path / f"{table.name}.{format}", reason=str(error)
                ) from error
            dictionary += [{"file": name, **row} for row in rows]
        _write_rows(folder / DICTIONARY, _DICTIONARY_COLUMNS, dictionary)
        _write_sources(folder / SOURCES, tables, lang)
        names = sorted(item.name for item in folder.iterdir())
    return [path / name for name in names]


def _write_flatgeobuf(table: Table, path: Path, encoding: str) -> list[dict[str, str]]:
    del encoding
    write_vector(
        table, table.frame, path, "FlatGeobuf", {"TITLE": table.title.zh, "DESCRIPTION": table.description.zh}
    )
    return fields_of(table)


def _write_geojson(table: Table, path: Path, encoding: str) -> list[dict[str, str]]:
    """Write GeoJSON with the CRS named in it: RFC 7946 would silently make CGCS2000 into WGS 84."""
    del encoding
    write_vector(table, table.frame, path, "GeoJSON", {"RFC7946": "NO", "DESCRIPTION": table.description.zh})
    return fields_of(table)


def _write_parquet(table: Table, path: Path, encoding: str) -> list[dict[str, str]]:
    del encoding
    frame = table.frame.astype({item.name: "string" for item in table.columns if item.type == "text"})
    if isinstance(frame, gpd.GeoDataFrame):
        frame.to_parquet(path, index=False, schema_version="1.1.0", write_covering_bbox=True)
    else:
        frame.to_parquet(path, index=False)
    return fields_of(table)


_WRITERS: dict[str, Callable[[Table, Path, str], list[dict[str, str]]]] = {
    "fgb": _write_flatgeobuf,
    "geojson": _write_geojson,
    "parquet": _write_parquet,
    "shp": write_shapefile,
    "mif": write_mapinfo,
    "tab": write_mapinfo,
}


def _write_sources(path: Path, tables: list[Table], lang: Language) -> None:
    columns = ("layer", "title_zh", "title_en", "basis", "source", "licence", "vintage", "accuracy", "note")
    rows = [
        {
            "layer": table.name,
            "title_zh": table.title.zh,
            "title_en": table.title.en,
            "basis": spec.basis.value if (spec := table.spec) else "",
            "source": spec.source.get(lang) if spec else "",
            "licence": spec.licence if spec else "",
            "vintage": spec.vintage if spec else "",
            "accuracy": spec.accuracy.get(lang) if spec else "",
            "note": (spec.note if spec and spec.note else table.description).get(lang),
        }
        for table in tables
    ]
    _write_rows(path, columns, rows)


def _write_rows(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows({name: safe_cell(value) for name, value in row.items()} for row in rows)


@contextmanager
def whole_folder(path: Path, mark: str) -> Iterator[Path]:
    """Yield a temporary folder that takes the place of `path` when the block ends well.

    Parameters
    ----------
    path
        The folder to write.
    mark
        A file that each folder written so holds; one without it is somebody else's and is not touched.

    Raises
    ------
    UsageError
        If `path` is a file or a folder of other files, or cannot be written to.
    """
    if path.exists() and not (path.is_dir() and ((path / mark).is_file() or not any(path.iterdir()))):
        raise UsageError("export.folder_in_use", path=path)
    with whole_file(path) as unfinished:
        unfinished.mkdir()
        yield unfinished
        if path.exists():
            put(path, unfinished.parent / "replaced")  # goes away with the temporary folder
