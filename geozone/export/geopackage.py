"""The GeoPackage of a zone: every layer and table, styled and described for desktop GIS."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geozone.errors import UsageError
from geozone.export.desktop import Entry, add_project, project_archive
from geozone.export.geopackage_schema import FIXED_DATE, add_columns, add_styles, settle
from geozone.export.indicators import main_rate
from geozone.export.qml import qml
from geozone.export.qml_labels import feature_label, unit_label
from geozone.export.result_tables import content
from geozone.export.table import Table
from geozone.files import put, whole_file
from geozone.manifest.roles import load_roles
from geozone.messages import Language, text
from geozone.model import Level, ZoneResult
from geozone.symbology import breaks as class_bounds
from geozone.symbology import rate_classes

_VERSION = "1.2"  # read by every GDAL and QGIS in use, GDAL 3.6 included


def write_geopackage(
    result: ZoneResult,
    path: Path,
    *,
    lang: Language = "zh",
    rate: str | None = None,
    breaks: Sequence[float] | None = None,
    tables: list[Table] | None = None,
) -> None:
    """Write a zone as a GeoPackage.

    1. Every layer and table of `content`, in EPSG:4490, one geometry type a layer, with spatial indexes.
    2. Identifier and description of each in `gpkg_contents`; source, licence, basis and accuracy as layer metadata.
    3. Column aliases and value domains (schema extension), and a QGIS style for each (`layer_styles`).
    4. A QGIS project with groups, themes and layouts (`geozone.export.desktop`).
    5. A fixed date throughout: the same input gives the same bytes.

    Parameters
    ----------
    result
        What the run computed.
    path
        Where to write; a file that stands there is replaced when the new one is whole.
    lang
        Language of identifiers, aliases and notes; names of layers and columns are ASCII in both.
    rate
        Indicator that the style of ``units`` colours by; None takes the first of `indicators.main_rates` that has values.
    breaks
        Upper class bounds of that rate as fractions; None takes those of `geozone.symbology.breaks`.
    tables
        What `content` returns of the result, where it is at hand.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    tables = _told_apart(content(result, lang) if tables is None else tables, lang)
    main = main_rate(result, rate)
    styles = {table.name: _style(table, result, lang, main, breaks) for table in tables}
    entries = [_entry(table, result, styles[table.name], lang, main) for table in tables]
    project = project_archive(result, entries, path.name, lang)
    write_tables(tables, styles, path, lang, project=(result.zone.key, project))


def write_tables(
    tables: Sequence[Table],
    styles: Mapping[str, str],
    path: Path,
    lang: Language,
    *,
    project: tuple[str, bytes] | None = None,
) -> None:
    """Write layers and tables to a GeoPackage, with their styles, aliases and value domains, and a QGIS project.

    Parameters
    ----------
    tables
        What to write; no two may have one title.
    styles
        The QGIS style of each by its name.
    path
        Where to write; a file that stands there is replaced when the new one is whole.
    lang
        Language of identifiers and aliases.
    project
        Name and content of a QGIS project.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    with whole_file(path) as unfinished:
        package = unfinished.with_name("package.gpkg")  # GDAL warns of any other ending
        # nobody sees the file before it is whole: no write of it need wait for the disk, or be undone from there
        with _configured(
            {"OGR_CURRENT_DATE": FIXED_DATE, "OGR_SQLITE_SYNCHRONOUS": "OFF", "OGR_SQLITE_JOURNAL": "MEMORY"}
        ):
            for number, table in enumerate(tables):
                _write(table, package, lang, first=number == 0, target=path)
        try:
            with closing(sqlite3.connect(package)) as database:
                database.execute("PRAGMA synchronous = OFF")
                database.execute("PRAGMA journal_mode = MEMORY")
                add_columns(database, tables, lang)
                add_styles(database, tables, styles, lang)
                if project is not None:
                    add_project(database, *project, FIXED_DATE)
                settle(database)
        except sqlite3.Error as error:
            raise UsageError("files.unwritable", path=path, reason=str(error)) from error
        put(package, unfinished)


def _write(table: Table, path: Path, lang: Language, *, first: bool, target: Path) -> None:
    spec = table.spec
    metadata = {"TITLE": table.title.get(lang), "DESCRIPTION": table.description.get(lang)}
    if spec is not None:
        metadata |= {
            "SOURCE": spec.source.get(lang),
            "LICENCE": spec.licence,
            "BASIS": spec.basis.value,
            "VINTAGE": spec.vintage,
            "ACCURACY": spec.accuracy.get(lang),
        }
    options = {
        "FID": "fid",
        "IDENTIFIER": _identifier(table, lang),
        "DESCRIPTION": table.description.get(lang),
    }
    if table.geometry:
        options |= {"GEOMETRY_NAME": "geom", "SPATIAL_INDEX": "YES"}
    try:
        pyogrio.write_dataframe(
            table.frame,
            path,
            layer=table.name,
            driver="GPKG",
            use_arrow=True,
            geometry_type=table.geometry,
            dataset_options={"VERSION": _VERSION} if first else None,
            layer_options=options,
            layer_metadata={name: value for name, value in metadata.items() if value},
        )
    except (DataSourceError, DataLayerError) as error:
        raise UsageError("files.unwritable", path=target, reason=str(error)) from error


def _told_apart(tables: Sequence[Table], lang: Language) -> list[Table]:
    """Return tables of which no two have one title, as a GeoPackage demands: the later ones take their name to it."""
    taken: set[str] = set()
    found = []
    for table in tables:
        one = table
        if _identifier(table, lang) in taken:
            one = replace(table, title=text("words.qualified", title=table.title, word=table.name))
        taken.add(_identifier(one, lang))
        found.append(one)
    return found


def _identifier(table: Table, lang: Language) -> str:
    """Return a title that is unique in the file, as a GeoPackage demands of the parts of a split layer too."""
    for ending in ("points", "lines", "areas"):
        if table.name.endswith(f"_{ending}"):
            return text("words.qualified", title=table.title, word=text(f"export.part_{ending}")).get(lang)
    return table.title.get(lang)


def _style(
    table: Table, result: ZoneResult, lang: Language, rate: str | None, breaks: Sequence[float] | None
) -> str:
    if table.name != "units":
        role = load_roles().get(table.spec.role) if table.spec else None
        named_to = role.named_to if role and role.layer == table.name else 0
        label = feature_label(lang, named_to) if named_to else None
        return qml(
            table.style, table.geometry, table.columns, lang, label=label, role=role.id if role else None
        )
    present = set(result.units["level"])
    levels = [level for level in Level if level.value in present]
    column = rate if rate in table.frame.columns else None
    values = table.frame.loc[table.frame["finest"], column].tolist() if column else []
    classes = rate_classes(class_bounds(values, 100.0) if breaks is None else breaks)
    return qml(
        table.style,
        table.geometry,
        table.columns,
        lang,
        rate=column,
        classes=classes,
        levels=levels,
        label=unit_label(lang),
    )


def _entry(table: Table, result: ZoneResult, style: str, lang: Language, rate: str | None) -> Entry:
    """Return a table as the QGIS project has it; the units have a second style that leaves them empty."""
    name = _identifier(table, lang)
    if table.name != "units":
        return Entry(table, name, style)
    present = set(result.units["level"])
    levels = [level for level in Level if level.value in present]
    outlines = qml(
        table.style, table.geometry, table.columns, lang, levels=levels, label=unit_label(lang), filled=False
    )
    titles = {column.name: column.title.get(lang) for column in table.columns}
    return Entry(table, name, style, outlines, titles.get(rate or "", ""))


@contextmanager
def _configured(options: dict[str, str]) -> Iterator[None]:
    """Set GDAL options for a block; GDAL holds them for the whole process."""
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(options))
