"""The files of a build: page, GeoPackage, tables and run record of every zone, and the index over the folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import as_completed
from pathlib import Path

from geozone.choices import EDITIONS
from geozone.files import make_folder
from geozone.maps.basemap import BaseMap
from geozone.project import Project, embedded_project
from geozone.run import jobs
from geozone.run.options import Options
from geozone.run.processes import Processes


def build(
    projects: Iterable[Project],
    out: Path,
    options: Options | None = None,
    *,
    edition: str = EDITIONS[0],
    base_map: BaseMap | None = None,
) -> list[Path]:
    """Build the files of one or more zones, and the index over every zone that the folder then holds.

    Several zones of embedded data alone are built at a time, each in a process of its own, as many as there are processors
    (or `Options.threads`).

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
    projects = list(projects)
    at_once = _at_once(projects, options)
    if at_once < 2:
        return _one_by_one(projects, out, options, edition, base_map)
    keys = [project.zone.key for project in projects]
    largest = sorted(
        projects, key=lambda project: -len(project.zone.members)
    )  # nobody waits for it at the end
    with Processes(at_once, options) as processes:
        computed = {processes.start(jobs.compute, one.zone.key, edition): one.zone.key for one in largest}
        writing = {}
        for future in as_completed(computed):
            key, work = computed[future], future.result()[0]
            page = processes.start(jobs.write_page, work, out, base_map)
            writing[key] = work, page, processes.start(jobs.write_data, work, out)
        recorded = {}
        for key, (work, *parts) in writing.items():
            outputs = [output for part in parts for output in processes.result(part)]
            recorded[key] = outputs, processes.start(jobs.write_run, work, out, edition, outputs)
        written = []
        for future in sorted(computed, key=lambda future: keys.index(computed[future])):
            processes.result(future)
            outputs, record = recorded[computed[future]]
            written += [*(out / output["name"] for output in outputs), processes.result(record)]
        return [*written, processes.result(processes.start(jobs.write_index, out))]


def _at_once(projects: Sequence[Project], options: Options) -> int:
    """Return how many zones are built at a time: one where the projects do not go by the keys of their zones."""
    if options.workers is not None or options.scheduler is not None:
        return 1
    if len({project.zone.key for project in projects}) < len(projects):
        return 1
    if any(project != embedded_project(project.zone.key) for project in projects):
        return 1
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(len(projects), options.threads or processors)


def _one_by_one(
    projects: Iterable[Project], out: Path, options: Options, edition: str, base_map: BaseMap | None
) -> list[Path]:
    # not imported by a process that has others do the work
    from geozone.run.folder import write_index  # noqa: PLC0415
    from geozone.run.output import build_zone  # noqa: PLC0415

    written: list[Path] = []
    for project in projects:
        written += build_zone(project, out, options, edition=edition, base_map=base_map)
    return [*written, write_index(out, options.lang, options.notice)]
