"""The group of commands, and the options that several of them share.

A command imports what it works with when it runs: to list the commands, or the zones, nobody waits for GDAL and pandas.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

import geozone
from geozone.aligned import WIDTH
from geozone.cli.help import Group, Option, option
from geozone.errors import DataError, UsageError
from geozone.messages import Language, Text, text

if TYPE_CHECKING:
    import pandas as pd

    from geozone.model import ZoneResult
    from geozone.opened import OpenProject
    from geozone.project import Project
    from geozone.run.options import Options

PATH = click.Path(path_type=Path)
_Command = TypeVar("_Command", bound=Callable[..., Any])


class Source(click.ParamType[str | Path]):
    """A file, ``FILE:LAYER`` or the address of a database, which stays as it is written."""

    name = "source"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | Path:
        """Return the address of a database as text, everything else as a path."""
        from geozone.addresses import is_database

        del param, ctx
        return value if is_database(value) else Path(value)


SOURCE = Source()
CRS = option("--crs", words="crs")
ZONES_CRS = option("--zones-crs", words="zones_crs")
LANG = option(
    "--lang",
    type=click.Choice(get_args(Language)),
    default="zh",
    show_default=True,
    words="lang",
)
JSON = option("--json", "form", flag_value="json", words="json")
PROJECT = option("--project", "project_file", type=PATH, words="project")
BY = option("--by", words="by")
TABLE_OUT = option("--out", type=PATH, words="table_out")
THREADS = option("--threads", type=click.IntRange(min=1), words="threads")
WORKERS = option("--workers", type=click.IntRange(min=1), words="workers")
SCHEDULER = option("--scheduler", metavar="ADDRESS", words="scheduler")
NO_CACHE = option("--no-cache", is_flag=True, words="no_cache")
_CSV = option("--csv", "form", flag_value="csv", words="csv")
_WIDE = option(
    "--wide",
    is_flag=True,
    expose_value=False,
    callback=lambda _context, _option, wide: WIDTH.set(None) if wide else None,
    words="wide",
)


def _printing(command: _Command) -> _Command:
    """Let a command print a table: as CSV, or for reading, on a terminal as wide as that or wider."""
    return _CSV(_WIDE(command))


CSV = _printing
EVERY = option(
    "--all",
    "--all-findings",
    "every",
    is_flag=True,
    words="every",
)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(geozone.__version__, prog_name="geozone", cls=Option, words=text("help.version"))
def cli() -> None:
    """Maps, completion rates and GeoPackages for the Beautiful China pilot zones."""


def chosen_projects(zones: tuple[str, ...], *, every: bool, project_file: Path | None) -> list[Project]:
    """Return the projects that a call names.

    Raises
    ------
    UsageError
        If it names none, or a zone beside a project file.
    """
    from geozone.project import embedded_project, load_project
    from geozone.seeds import load_zones

    if project_file:
        if zones or every:
            raise UsageError("cli.zone_and_project")
        return [load_project(project_file)]
    keys = tuple(load_zones()) if every else zones
    if not keys:
        raise UsageError("cli.no_zone")
    return [embedded_project(key) for key in dict.fromkeys(keys)]


def run_options(
    lang: Language, threads: int | None = None, *, every: bool = False, cache: bool = False
) -> Options:
    """Return how a run is done that tells its decisions and findings on stderr."""
    from geozone.run.options import Options

    return Options(
        lang=lang,
        threads=threads,
        notice=lambda line: click.echo(line.get(lang), err=True),
        every_finding=every,
        cache=cache,
    )


def opened(zone: str | None, project_file: Path | None, options: Options) -> OpenProject:
    """Return the one project that a call names, opened."""
    from geozone.opened import OpenProject

    (project,) = chosen_projects((zone,) if zone else (), every=False, project_file=project_file)
    return OpenProject(project, options)


def tell_reused(result: ZoneResult, lang: Language) -> None:
    """Tell on stderr how much was taken from earlier runs, if anything was."""
    if count := len(list(result.reused)):
        click.echo(text("cli.reused", count=count).get(lang), err=True)


def deliver_result(
    table: pd.DataFrame, out: Path | None, form: str | None, lang: Language, *, every: bool
) -> None:
    """Tell what a result rests on, and print or write it with the columns of `marked`.

    Ends with exit code 1 after that if something was found that makes it wrong.
    """
    tell_result(table, lang, every=every)
    deliver(marked(table), out, form)
    exit_if_wrong(table)


def deliver_map(
    table: pd.DataFrame,
    out: Path,
    lang: Language,
    *,
    every: bool,
    write: Callable[[pd.DataFrame], list[Text]],
) -> None:
    """Tell and write a result as `deliver_result`, to a file with its geometry; `write` returns what it has to tell."""
    tell_result(table, lang, every=every)
    for line in write(marked(table.reset_index())):
        click.echo(line.get(lang), err=True)
    click.echo(out)
    exit_if_wrong(table)


def marked(table: pd.DataFrame) -> pd.DataFrame:
    """Return a result with a column that says whether its input was complete, and another one where its rows must not be added up."""
    from geozone.overlay.losses import told
    from geozone.overlay.zone_overlaps import PARTIAL, SUMS_WRONG

    rows = table.assign(complete=table.attrs["complete"])
    if any(finding.kind in SUMS_WRONG for finding in told(table)):
        rows = rows.assign(**{PARTIAL: True})
    return rows


def tell_result(table: pd.DataFrame, lang: Language, *, every: bool) -> None:
    """Tell on stderr what was decided and found about the input of a result."""
    from geozone.checks.report import finding_lines
    from geozone.overlay.losses import decided, told

    for layer, decision in decided(table):
        click.echo(text("run.decision", layer=layer, reason=decision.reason).get(lang), err=True)
    for line in finding_lines(told(table), every=every):
        click.echo(line.get(lang), err=True)


def exit_if_wrong(table: pd.DataFrame) -> None:
    """End with exit code 1 if something was found that makes a result wrong."""
    from geozone.checks.findings import is_wrong
    from geozone.overlay.losses import told

    if any(is_wrong(finding) for finding in told(table)):
        sys.exit(DataError.exit_code)


def deliver(table: pd.DataFrame, out: Path | None, form: str | None) -> None:
    """Print a table, or write it to a file."""
    from geozone import table_output

    if out is None:
        click.echo(table_output.show(table, form))
    else:
        table_output.write(table, out)
        click.echo(out)
