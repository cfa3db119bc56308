"""The files of a build: page, GeoPackage, tables and run record of every zone, and the index over the folder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from geozone.choices import EDITIONS
from geozone.export.geopackage import write_geopackage
from geozone.export.record import write_record
from geozone.export.result_tables import content
from geozone.export.tables import write_tables
from geozone.files import make_folder, whole_file
from geozone.maps.basemap import BaseMap
from geozone.maps.edition import public_edition
from geozone.maps.page import render_page
from geozone.messages import Language, text
from geozone.model import ZoneResult
from geozone.project import Project
from geozone.run.compute import Options, compute
from geozone.run.folder import write_index

OUTPUT_STEPS = ("page", "geopackage", "tables")


def build(
    projects: Iterable[Project],
    out: Path,
    options: Options | None = None,
    *,
    edition: str = EDITIONS[0],
    base_map: BaseMap | None = None,
) -> list[Path]:
    """Build the files of one or more zones, and the index over every zone that the folder then holds.

    Parameters
    ----------
    projects
        The zones with their layers and registers.
    out
        Folder for the files; it is made when it is missing.
    options
        How the run is done.
    edition
        ``full``, or ``public``: coarse geometry, sensitive layers as shares only (`public_edition`).
    base_map
        Images under the maps; without one the pages ask no host for anything.

    Returns
    -------
    list of Path
        What was written: per zone ``<zone>.html, <zone>.gpkg, <zone>_rates.csv, <zone>_rates.json, <zone>.xlsx,
        <zone>_run.json``, and ``index.html``, which lists the zones of earlier builds into the folder too.

    Raises
    ------
    UsageError
        If `out` cannot be written to.
    """
    options = options or Options()
    make_folder(out)
    written: list[Path] = []
    for project in projects:
        started = datetime.now(UTC)
        result = compute(project, options)
        if edition == "public":
            result = public_edition(result)
        outputs = write_zone(result, out, options, base_map=base_map)
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
            },
            outputs=outputs,
            started=started,
            finished=datetime.now(UTC),
        )
        written += [*outputs, record]
    return [*written, write_index(out, options.lang, options.notice)]


def write_zone(
    result: ZoneResult, out: Path, options: Options, *, base_map: BaseMap | None = None
) -> list[Path]:
    """Write the page, the GeoPackage and the tables of one zone."""
    options.progress(text("run.step_page"))
    page = write_map(result, out / f"{result.zone.key}.html", options.lang, base_map=base_map)
    options.progress(text("run.step_geopackage"))
    package = out / f"{result.zone.key}.gpkg"
    tables = content(result, options.lang)
    write_geopackage(result, package, lang=options.lang, tables=tables)
    options.progress(text("run.step_tables"))
    return [page, package, *write_tables(result, out, lang=options.lang, tables=tables)]


def write_map(result: ZoneResult, path: Path, lang: Language, *, base_map: BaseMap | None = None) -> Path:
    """Write the page of one zone."""
    _write_text(path, render_page(result, lang=lang, base_map=base_map))
    return path


def _write_text(path: Path, content: str) -> None:
    with whole_file(path) as unfinished:
        unfinished.write_text(content, "utf-8", newline="\n")
