"""How a run is done, and the steps that it tells of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from geozone.messages import Language, Text

if TYPE_CHECKING:
    from geozone.project import Project

STEPS = ("read", "check", "overlay", "rates")
OUTPUT_STEPS = ("page", "geopackage", "tables")
Progress = Callable[[Text], None]


def _silent(step: Text) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is done."""

    lang: Language = "zh"
    threads: int | None = None
    workers: int | None = None  # processes of a cluster on this machine, for the overlay
    scheduler: str | None = None  # address of a running cluster
    progress: Progress = field(default=_silent)
    notice: Progress = field(default=_silent)  # what was decided about the user's own data, and found in it
    since: Path | None = (
        None  # the last release, which a build is held against: a GeoPackage or a folder of them
    )
    every_finding: bool = False  # tell findings one by one, not the first of each kind with their number
    cache: bool = False  # take results of earlier runs again, where all that they were made from is the same


def held_against(project: Project, options: Options) -> Options:
    """Return options with the last release that a project file names, unless they name one themselves."""
    return options if options.since is not None else replace(options, since=project.since)
