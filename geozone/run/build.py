"""The files of a build: page, GeoPackage, tables and run record of every zone, and the index over the folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path

from geozone.choices import EDITIONS
from geozone.maps.basemap import BaseMap
from geozone.project import Project, embedded_project
from geozone.run import jobs
from geozone.run.options import Options
from geozone.run.processes import Processes
from geozone.run.swap import one_build
from geozone.system import processors


def build(
    projects: Iterable[Project],
    out: Path,
    options: Options | None = None,
    *,
    edition: str = EDITIONS[0],
    base_map: BaseMap | None = None,
) -> list[Path]:
    """Build the files of one or more zones, and the index over every zone that the folder then holds.

    All files are written beside those that are there, and take their places together at the end (`geozone.run.swap`).
    Zones of embedded data alone are built in several processes, as many as there are processors (or `Options.threads`): one
    for each zone, or for the page of a single one.

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
        If `out` cannot be written to, another build is writing to it, or the disk is full.
    """
    options = options or Options()
    projects = list(projects)
    processes = _processes(projects, options)
    with one_build(out) as stage:
        folders = Folders(out, stage)
        if processes < 2:
            written = _alone(projects, folders, options, edition, base_map)
        elif len(projects) > 1:
            written = _together(projects, folders, options, edition, base_map, processes)
        else:
            written = _with_help(projects[0], folders, options, edition, base_map)
    return [out / path.name for path in written]


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the files of a build go, and where they are written before."""

    out: Path
    stage: Path


def _alone(
    projects: Sequence[Project],
    folders: Folders,
    options: Options,
    edition: str,
    base_map: BaseMap | None,
) -> list[Path]:
    """Build zones one after the other in this process."""
    # not imported by a process that has others do the work
    from geozone.run.folder import write_index  # noqa: PLC0415
    from geozone.run.output import build_zone  # noqa: PLC0415

    written: list[Path] = []
    for project in projects:
        written += build_zone(project, folders.stage, options, edition=edition, base_map=base_map)
    return [*written, write_index(folders.out, options.lang, options.notice, stage=folders.stage)]


def _processes(projects: Sequence[Project], options: Options) -> int:
    """Return how many processes build zones: one where the projects do not go by the keys of their zones."""
    if options.workers is not None or options.scheduler is not None:
        return 1
    if len({project.zone.key for project in projects}) < len(projects):
        return 1
    if any(project != embedded_project(project.zone.key) for project in projects):
        return 1  # what it rests on may be large, and would be held twice
    return min(max(len(projects), 2), options.threads or processors())


def _together(  # noqa: PLR0917 - one private step of `build`
    projects: Sequence[Project],
    folders: Folders,
    options: Options,
    edition: str,
    base_map: BaseMap | None,
    number: int,
) -> list[Path]:
    """Build zones at a time: each is computed in one process, and its parts are written by whichever is free."""
    # the largest first, so that nobody waits for it at the end
    keys = [one.zone.key for one in sorted(projects, key=lambda project: -len(project.zone.members))]
    with Processes(number, options) as processes:
        computed = {processes.start(jobs.compute, key, edition): key for key in keys}
        parts, recorded = {}, {}
        for future in as_completed(computed):
            work = future.result()[0]
            page = processes.start(jobs.write_page, work, folders.stage, base_map)
            parts[future] = page, processes.start(jobs.write_data, work, folders.stage)
        for future, files in parts.items():
            outputs = [output for part in files for output in processes.result(part)]
            recorded[computed[future]] = processes.start(
                jobs.write_run, future.result()[0], folders.stage, edition, outputs
            )
        written: list[Path] = []
        of_key = {key: future for future, key in computed.items()}
        for project in projects:  # told in their order, whichever was ready first
            processes.result(of_key[project.zone.key])
            files_of_zone = processes.result(recorded[project.zone.key])
            written += files_of_zone
        return [*written, processes.result(processes.start(jobs.write_index, folders.out, folders.stage))]


def _with_help(
    project: Project, folders: Folders, options: Options, edition: str, base_map: BaseMap | None
) -> list[Path]:
    """Build one zone, whose page another process writes, which has made itself ready meanwhile."""
    with Processes(1, options) as helper:
        helper.start(jobs.make_ready)
        work = jobs.compute(project.zone.key, edition, options)
        page = helper.start(jobs.write_page, work, folders.stage, base_map)
        data = jobs.write_data(work, folders.stage, options)
        written = jobs.write_run(work, folders.stage, edition, [*helper.result(page), *data], options)
        return [*written, jobs.write_index(folders.out, folders.stage, options)]
