"""The files of one zone: page, GeoPackage, tables and run record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geozone.choices import EDITIONS
from geozone.export.desktop import write_project
from geozone.export.geopackage import write_geopackage
from geozone.export.record import write_record
from geozone.export.result_tables import content
from geozone.export.table import Table
from geozone.export.tables import write_book, write_rates
from geozone.files import whole_file
from geozone.maps.basemap import BaseMap
from geozone.maps.edition import public_edition
from geozone.messages import Language, text
from geozone.model import ZoneResult
from geozone.project import Project
from geozone.reuse.folder import cache_folder
from geozone.reuse.reuse import Reuse
from geozone.run.ahead import Ahead
from geozone.run.compute import compute
from geozone.run.options import Options
from geozone.run.sealed import sealed
from geozone.run.since import compared, release_of, unchanged

if TYPE_CHECKING:
    from geozone.maps.pictures import Pictures


def build_zone(
    project: Project,
    out: Path,
    options: Options,
    *,
    edition: str = EDITIONS[0],
    base_map: BaseMap | None = None,
) -> list[Path]:
    """Compute a zone and write its files and its run record, which is the last of them; see `geozone.run.build.build`."""
    started = datetime.now(UTC)
    with sealed(project):  # the page reads elevation once more
        result = compute_zone(project, options, edition=edition)
        outputs = write_zone(result, out, options, base_map=base_map)
    return [*outputs, write_run(result, out, options, edition=edition, outputs=outputs, started=started)]


def compute_zone(
    project: Project, options: Options, *, edition: str, ahead: Ahead | None = None
) -> ZoneResult:
    """Compute a zone as an edition shows it, and hold it against its last release where the options name one.

    A part of it is done by another process, where there is one (`geozone.run.compute.compute_rated`).
    """
    # what cannot be compared is told before the long work
    release = release_of(project.zone, options, edition)
    with unchanged(release):
        result = compute(project, options, ahead=ahead)
        shown = public_edition(result) if edition == "public" else result
        return shown if release is None else compared(shown, release, options)


def write_zone(
    result: ZoneResult, out: Path, options: Options, *, base_map: BaseMap | None = None
) -> list[Path]:
    """Write the page, the GeoPackage and the tables of one zone."""
    return [write_page(result, out, options, base_map=base_map), *write_data(result, out, options)]


def write_page(
    result: ZoneResult,
    out: Path,
    options: Options,
    *,
    base_map: BaseMap | None = None,
    pictures: Pictures | None = None,
) -> Path:
    """Write the page of one zone into a folder, with pictures that were drawn ahead."""
    options.progress(text("run.step_page"))
    reuse = Reuse.between_runs(wanted=options.cache)
    path = out / f"{result.zone.key}.html"
    return write_map(result, path, options.lang, base_map=base_map, reuse=reuse, pictures=pictures)


def write_data(result: ZoneResult, out: Path, options: Options) -> list[Path]:
    """Write the GeoPackage and the tables of one zone into a folder."""
    tables = data_tables(result, options)
    return [*write_package(result, out, options, tables), *write_tables(result, out, options, tables)]


def data_tables(result: ZoneResult, options: Options) -> list[Table]:
    """Return what the GeoPackage and the tables of one zone are written from."""
    return content(result, options.lang, Reuse.between_runs(wanted=options.cache))


def write_package(result: ZoneResult, out: Path, options: Options, tables: list[Table]) -> list[Path]:
    """Write the GeoPackage of one zone, and the QGIS project beside it, from what `data_tables` returns."""
    options.progress(text("run.step_geopackage"))
    package = out / f"{result.zone.key}.gpkg"
    write_geopackage(result, package, lang=options.lang, tables=tables)
    project = out / f"{result.zone.key}.qgz"
    write_project(package, project)
    return [package, project]


def write_tables(result: ZoneResult, out: Path, options: Options, tables: list[Table]) -> list[Path]:
    """Write the rates and the workbook of one zone, from what `data_tables` returns."""
    options.progress(text("run.step_tables"))
    return [
        *write_rates(result, out, options.lang, tables),
        write_book(result, out, options.lang, tables),
    ]


def write_run(
    result: ZoneResult,
    out: Path,
    options: Options,
    *,
    edition: str,
    outputs: Iterable[Path | Mapping[str, Any]],
    started: datetime,
) -> Path:
    """Write the run record of one zone into a folder, with its files as `described`."""
    record = out / f"{result.zone.key}_run.json"
    write_record(
        result,
        record,
        parameters={
            "lang": options.lang,
            "threads": options.threads,
            "workers": options.workers,
            "scheduler": options.scheduler,
            "edition": edition,
            **({} if options.since is None else {"since": options.since}),
            "cache": cache_folder() if options.cache else None,
        },
        outputs=outputs,
        started=started,
        finished=datetime.now(UTC),
    )
    return record


def write_map(
    result: ZoneResult,
    path: Path,
    lang: Language,
    *,
    base_map: BaseMap | None = None,
    reuse: Reuse | None = None,
    pictures: Pictures | None = None,
) -> Path:
    """Write the page of one zone."""
    from geozone.maps.page import render_page  # noqa: PLC0415 - another process may write it

    page = render_page(result, lang=lang, base_map=base_map, reuse=reuse, pictures=pictures)
    _write_text(path, page)
    return path


def _write_text(path: Path, content: str) -> None:
    with whole_file(path) as unfinished:
        unfinished.write_text(content, "utf-8", newline="\n")
