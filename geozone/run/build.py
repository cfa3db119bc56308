"""The files of a build: page, GeoPackage, tables and run record of every zone, and the index over the folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import as_completed
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from geozone.choices import EDITIONS
from geozone.maps.basemap import BaseMap
from geozone.messages import Text
from geozone.project import Project, embedded_project
from geozone.run import jobs
from geozone.run.crate import write_folder_crate
from geozone.run.finished import INDEX, Finished, heard
from geozone.run.options import Options, held_against
from geozone.run.processes import Processes
from geozone.run.sealed import files_of, in_files, sealed
from geozone.run.swap import one_build
from geozone.system import processors

_SMALL = 50 << 20  # bytes of files: what is read from them may be held twice


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
    for each zone, or a second one for belts, page and GeoPackage of a single one. So is a single zone of little data of the user's own.

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
        <zone>_run.json``, and ``index.html`` and ``ro-crate-metadata.json``, which list the zones of earlier builds into the
        folder too.

    Raises
    ------
    UsageError
        If `out` cannot be written to, another build is writing to it, or the disk is full.
    """
    options = options or Options()
    projects = list(projects)
    alone = len({project.zone.key for project in projects}) == len(projects)  # no zone is written twice
    finished = Finished.of(options if alone else replace(options, cache=False), edition, base_map)
    with one_build(out) as stage, ExitStack() as held:
        for project in projects:
            held.enter_context(sealed(project))
        keys = [finished.key(project) for project in projects]
        files = [finished.recall(*one, stage) for one in zip(projects, keys, strict=True)]
        left = [place for place, recalled in enumerate(files) if recalled is None]
        told: list[list[Text]] = [[] for _ in left]
        work = Work(
            [projects[place] for place in left],
            [
                heard(held_against(projects[place], options), lines)
                for place, lines in zip(left, told, strict=True)
            ],
            Folders(out, stage),
            finished,
        )
        for place, made in zip(left, _made(work, options), strict=True):
            files[place] = made
        held.close()  # what was hashed is what was read, else nothing is kept
        for place, lines in zip(left, told, strict=True):
            finished.keep(keys[place], files[place] or [], lines)
        written = [path for paths in files for path in paths or []]
        described = write_folder_crate(out, stage, options.lang)
    return [out / path.name for path in (*written, out / INDEX, described)]


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the files of a build go, and where they are written before."""

    out: Path
    stage: Path


@dataclass(frozen=True, slots=True)
class Work:
    """What a build has to make: zones, with how each is done, and where their files go."""

    projects: Sequence[Project]
    options: Sequence[Options]
    folders: Folders
    finished: Finished

    @property
    def edition(self) -> str:
        """What is made of them."""
        return self.finished.edition

    @property
    def base_map(self) -> BaseMap | None:
        """What lies under their maps."""
        return self.finished.base_map


def _made(work: Work, options: Options) -> list[list[Path]]:
    """Make the files of zones, and the index over them and those that the folder holds besides."""
    processes = _processes(work.projects, options)
    if not work.projects or processes < 2:
        return _alone(work, options)
    if len(work.projects) > 1:
        return _together(work, options, processes)
    return [_with_help(work)]


def _alone(work: Work, options: Options) -> list[list[Path]]:
    """Build zones one after the other in this process."""
    files = []
    for project, how in zip(work.projects, work.options, strict=True):
        # not imported by a process that has others do the work, or finds it done
        from geozone.run.output import build_zone  # noqa: PLC0415

        files.append(
            build_zone(project, work.folders.stage, how, edition=work.edition, base_map=work.base_map)
        )
    out, stage = work.folders.out, work.folders.stage
    work.finished.index(
        out, stage, lambda notice: jobs.write_index(out, stage, replace(options, notice=notice))
    )
    return files


def _processes(projects: Sequence[Project], options: Options) -> int:
    """Return how many processes build zones: one where the projects do not go by the keys of their zones."""
    if options.workers is not None or options.scheduler is not None:
        return 1
    if len({project.zone.key for project in projects}) < len(projects):
        return 1
    if any(project != embedded_project(project.zone.key) for project in projects) and (
        len(projects) > 1 or not _is_small(projects[0])
    ):
        return 1  # what it rests on may be large, and would be held twice
    return min(max(len(projects), 2), options.threads or processors())


def _is_small(project: Project) -> bool:
    """Whether all that the user supplies lies in files, and these are small."""
    if not in_files(project):
        return False
    paths = [part for path in files_of(project) for part in (path.rglob("*") if path.is_dir() else (path,))]
    try:
        return sum(path.stat().st_size for path in paths) <= _SMALL
    except OSError:  # whoever reads it tells
        return False


def _together(work: Work, options: Options, number: int) -> list[list[Path]]:
    """Build zones at a time: each is computed in one process, and its parts are written by whichever is free."""
    out, stage = work.folders.out, work.folders.stage
    # the largest first, so that nobody waits for it at the end
    order = sorted(range(len(work.projects)), key=lambda place: -len(work.projects[place].zone.members))
    with Processes(number, options) as processes:
        computed = {
            processes.start(jobs.compute, work.projects[place].zone.key, work.edition): place
            for place in order
        }
        parts, recorded = {}, {}
        for future in as_completed(computed):
            result = future.result()[0]
            page = processes.start(jobs.write_page, result, stage, work.base_map, None)
            parts[future] = page, processes.start(jobs.write_data, result, stage)
        for future, files in parts.items():
            notice = work.options[computed[future]].notice
            outputs = [output for part in files for output in processes.result(part, notice)]
            recorded[computed[future]] = processes.start(
                jobs.write_run, future.result()[0], stage, work.edition, outputs
            )
        of_place = {place: future for future, place in computed.items()}
        written = []
        for place, how in enumerate(work.options):  # told in their order, whichever was ready first
            processes.result(of_place[place], how.notice)
            written.append(processes.result(recorded[place], how.notice))
        work.finished.index(
            out, stage, lambda notice: processes.result(processes.start(jobs.write_index, out, stage), notice)
        )
        return written


def _with_help(work: Work) -> list[Path]:
    """Build one zone; another process looks at its belts meanwhile, and then writes its page and its GeoPackage."""
    ((project,), (how,)) = work.projects, work.options
    out, stage = work.folders.out, work.folders.stage
    with Processes(1, how) as helper:
        helper.start(jobs.make_ready)
        started = datetime.now(UTC)
        # after the other process has begun
        from geozone.run import output  # noqa: PLC0415
        from geozone.run.ahead import Ahead  # noqa: PLC0415

        ahead = Ahead(helper)
        result = output.compute_zone(project, how, edition=work.edition, ahead=ahead)
        computed = jobs.Computed.of(result, started)
        page = helper.start(jobs.write_page, computed, stage, work.base_map, ahead.pictures())
        tables = output.data_tables(result, how)
        package = helper.start(jobs.write_package, computed, stage, tables)
        data = jobs.described_all(output.write_tables(result, stage, how, tables))
        outputs = [*helper.result(page), *helper.result(package), *data]
        record = output.write_run(result, stage, how, edition=work.edition, outputs=outputs, started=started)
        work.finished.index(
            out, stage, lambda notice: helper.result(helper.start(jobs.write_index, out, stage), notice)
        )
        return [*(stage / one["name"] for one in outputs), record]
