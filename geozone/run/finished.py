"""Zones that an earlier build made of the very same inputs: their files are taken again, and what was told is told again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geozone.errors import InputError
from geozone.export.sealed_record import write_sealed
from geozone.files import digest, shipped, whole_file
from geozone.maps.basemap import BaseMap
from geozone.messages import Text, text
from geozone.project import Project
from geozone.reuse.files import bytes_read
from geozone.reuse.reuse import Reuse, Reused, key_of
from geozone.reuse.values import NotPackableError, paths_in
from geozone.run.options import OUTPUT_STEPS, STEPS, Options, held_against
from geozone.run.sealed import files_of, in_files
from geozone.seeds import load_zones

INDEX = "index.html"
RECORD = "_run.json"
INDEXED = (RECORD, "_rates.json", ".gpkg", ".html")  # files of a zone that an index is made from
_WHAT = "zone"
_HOW = [one.name for one in fields(Options) if one.name not in {"progress", "notice", "cache"}]
_OF_A_RUN = (
    "started",
    "finished",
    "seconds",
    "timing",
    "reuse",
    "seal",
)  # in a record, what is not of its zone


_COPIES = 4  # of what is kept, in memory while it is packed and looked at


@dataclass(frozen=True, slots=True)
class Finished:
    """The finished zones of earlier builds.

    Parameters
    ----------
    options
        How the build is done.
    edition, base_map
        What it makes (`geozone.run.build.build`).
    """

    options: Options
    edition: str
    base_map: BaseMap | None
    reuse: Reuse

    @classmethod
    def of(cls, options: Options, edition: str, base_map: BaseMap | None) -> Finished:
        """Return those that a build may take again; none where it takes nothing."""
        return cls(options, edition, base_map, Reuse.between_runs(wanted=options.cache))

    def key(self, project: Project) -> str | None:
        """Return what names the files of a zone, None where that cannot be told before the work is done.

        The inputs are hashed here, byte by byte; who builds a zone afterwards has to hold them as they are (`sealed`).
        """
        options = self.options
        if self.reuse.store is None or held_against(project, options).since or not _all_hashed(project):
            return None
        try:
            files = {str(path): bytes_read(path) for path in files_of(project)}
            how = [getattr(options, name) for name in _HOW]
            return key_of(_WHAT, project.zone.key, [project, files, how, self.edition, self.base_map])
        except (NotPackableError, InputError, OSError):  # an input that is not there is told where it is read
            return None

    def recall(self, project: Project, key: str | None, stage: Path) -> list[Path] | None:
        """Write the files of a zone as they were, with the record of this run, and tell what was told; None if they are not kept."""
        started = datetime.now(UTC)
        if key is None:
            return None
        found, kept = self.reuse.kept(_WHAT, project.zone.key, key, [Text])
        if not found:
            return None
        for _ in STEPS + OUTPUT_STEPS:
            self.options.progress(text("run.step_reused"))
        for line in kept["told"]:
            self.options.notice(line)
        for name, content in kept["files"].items():
            with whole_file(stage / name) as unfinished:
                unfinished.write_bytes(content)
        record = json.loads(kept["record"])
        finished = datetime.now(UTC)
        record |= {
            "started": started.isoformat(),
            "finished": finished.isoformat(),
            "seconds": (finished - started).total_seconds(),
            "timing": [],  # its steps were taken by an earlier run
            "reuse": [asdict(Reused(_WHAT, project.zone.key, key))],
        }
        write_sealed(record, stage / f"{project.zone.key}{RECORD}")
        return [*(stage / name for name in kept["files"]), stage / f"{project.zone.key}{RECORD}"]

    def keep(self, key: str | None, written: Sequence[Path], told: Sequence[Text]) -> None:
        """Keep the files of a zone, of which the last is its run record, and what was told of it."""
        if key is None:
            return
        *files, record = written
        largest = self.reuse.store.largest // _COPIES if self.reuse.store else 0
        if sum(path.stat().st_size for path in written) > largest:
            return  # what is too large is not held in memory either
        kept = {
            "files": {path.name: path.read_bytes() for path in files},
            "record": record.read_text("utf-8"),
            "told": list(told),
        }
        self.reuse.keep(key, kept, [Text])

    def index(self, folder: Path, stage: Path, make: Callable[[Callable[[Text], None]], object]) -> Path:
        """Return the index over a folder as it will be with the files of a stage, made now or before of files that say the same.

        Parameters
        ----------
        folder, stage
            As for `geozone.run.folder.write_index`.
        make
            Writes the index into the stage; what it has to tell goes to the function that it is given.
        """
        path = stage / INDEX

        def made() -> dict[str, Any]:
            told: list[Text] = []
            make(told.append)
            return {"content": path.read_text("utf-8"), "told": told}

        kept = self.reuse.result(
            "index", "", lambda: [list(_indexed(folder, stage)), self.options.lang], made, [Text]
        )
        for line in kept["told"]:
            self.options.notice(line)
        if not path.exists():
            with whole_file(path) as unfinished:
                unfinished.write_text(kept["content"], "utf-8", newline="\n")
        return path


def heard(options: Options, told: list[Text]) -> Options:
    """Return options with which all that is told is noted too."""

    def notice(line: Text) -> None:
        told.append(line)
        options.notice(line)

    return replace(options, notice=notice)


def staged(name: str, folder: Path, stage: Path | None) -> Path:
    """Return where a file of a folder lies while a build into it is under way: in its stage, if it is written anew."""
    return stage / name if stage and (stage / name).exists() else folder / name


def _all_hashed(project: Project) -> bool:
    """Whether every input is a file that is hashed: a database may hold something else by now."""
    if not in_files(project):
        return False
    named = {path for path in paths_in(project) if shipped("layers") not in Path(path).parents}
    return named <= {*map(str, files_of(project)), str(project.path)}


def _indexed(folder: Path, stage: Path) -> Iterator[tuple[str, Any]]:
    """Yield what an index is made from, apart from when it was made: by file a digest, or that it is there, or not."""
    for key in load_zones():
        for ending in INDEXED:
            path = staged(f"{key}{ending}", folder, stage)
            if not path.is_file():
                yield path.name, None
            elif ending == RECORD:
                yield path.name, _of_the_zone(path)
            else:
                yield path.name, ending == ".html" or digest(path)


def _of_the_zone(record: Path) -> Any:
    try:
        held = json.loads(record.read_text("utf-8"))
        return {name: value for name, value in held.items() if name not in _OF_A_RUN}
    except (ValueError, AttributeError):
        return digest(record)
