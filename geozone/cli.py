"""The command line: results on stdout, progress and messages on stderr.

Exit codes: 0 done; 1 the data has findings that stop the job; 2 wrong usage; 3 input missing or unreadable;
4 internal error (with a traceback only under ``--debug``).
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import click
import pandas as pd
from tqdm import tqdm

import geozone
from geozone import listing
from geozone.api import OpenProject, coverage, mosaic
from geozone.errors import DataError, GeozoneError, UsageError
from geozone.explain import explain, lines_of
from geozone.export.formats import FOLDER_FORMATS, FORMATS, write_format
from geozone.export.postgis import write_postgis
from geozone.messages import Language, Text, text
from geozone.project import Project, embedded_project, load_project
from geozone.rates.documents import verify_documents
from geozone.rates.targets import targets_table, verification_table
from geozone.run.build import OUTPUT_STEPS, build, write_map
from geozone.run.compute import STEPS, Options
from geozone.seeds import load_zones
from geozone.verify import verify_build
from geozone.versions import versions

_PATH = click.Path(path_type=Path)
_LANG = click.option(
    "--lang",
    type=click.Choice(get_args(Language)),
    default="zh",
    show_default=True,
    help="Language of texts.",
)
_FORM = click.option("--json", "form", flag_value="json", help="Print JSON.")
_CSV = click.option("--csv", "form", flag_value="csv", help="Print CSV.")
_THREADS = click.option(
    "--workers", type=click.IntRange(min=1), help="Threads to use; one a processor by default."
)
_PROJECT = click.option("--project", "project_file", type=_PATH, help="Your project file (project.toml).")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(geozone.__version__, prog_name="geozone")
def cli() -> None:
    """Maps, completion rates and GeoPackages for the Beautiful China pilot zones.

    \b
    Examples:
      geozone build bth yrd hebei          all files of three zones into maps/
      geozone build --project project.toml your own layers and registers
      geozone rates bth --json             the rates of a zone
      geozone explain bth bay_completion   from a number to its items and clause
    """


@cli.command("build")
@click.argument("zones", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Build every declared zone.")
@_PROJECT
@click.option("--out", type=_PATH, default=Path("maps"), show_default=True, help="Folder for the files.")
@_LANG
@_THREADS
def build_command(
    zones: tuple[str, ...],
    every: bool,
    project_file: Path | None,
    out: Path,
    lang: Language,
    workers: int | None,
) -> None:
    """Build the map, GeoPackage, tables and run record of zones.

    \b
    Examples:
      geozone build bth
      geozone build --all --out results --lang en
      geozone build --project project.toml
    """
    projects = _projects(zones, every=every, project_file=project_file)
    with tqdm(total=len(projects) * len(STEPS + OUTPUT_STEPS), unit="step", file=sys.stderr) as bar:
        written = build(projects, out, Options(lang=lang, threads=workers, progress=_advance(bar, lang)))
    for path in written:
        click.echo(path)


@cli.command("zones")
@_FORM
@_CSV
@_LANG
def zones_command(form: str | None, lang: Language) -> None:
    """List the declared zones."""
    click.echo(listing.show(listing.zones(lang), form))


@cli.command("layers")
@click.argument("zone", required=False)
@_FORM
@_CSV
@_LANG
def layers_command(zone: str | None, form: str | None, lang: Language) -> None:
    """List the embedded layers, or those that serve a zone."""
    click.echo(listing.show(listing.layers(zone, lang), form))


@cli.command("targets")
@click.argument("what", nargs=-1, metavar="[ZONE] | verify DIR")
@_FORM
@_CSV
@_LANG
def targets_command(what: tuple[str, ...], form: str | None, lang: Language) -> None:
    """List what the policy documents demand, or verify it against their text.

    `verify DIR` finds every registered figure in the documents (UTF-8 text) in DIR; a figure that differs or is not
    found makes the exit code 1.

    \b
    Examples:
      geozone targets hebei --json
      geozone targets verify documents/
    """
    if what[:1] == ("verify",) and len(what) == 2:
        verification = verify_documents(Path(what[1]))
        click.echo(listing.show(verification_table(verification), form))
        if verification.faults:
            sys.exit(DataError.exit_code)
        return
    if len(what) > 1:
        raise UsageError("cli.targets_usage")
    click.echo(listing.show(targets_table(what[0] if what else None, lang), form))


@cli.command("rates")
@click.argument("zone", required=False)
@_PROJECT
@_FORM
@_CSV
@_LANG
@_THREADS
def rates_command(
    zone: str | None, project_file: Path | None, form: str | None, lang: Language, workers: int | None
) -> None:
    """Print the rates of a zone, held against its targets.

    \b
    Examples:
      geozone rates bth
      geozone rates --project project.toml --csv > rates.csv
    """
    click.echo(listing.show(_open(zone, project_file, lang, workers).rates(), form))


@cli.command("map")
@click.argument("zone", required=False)
@_PROJECT
@click.option("--out", type=_PATH, help="File to write; <zone>.html by default.")
@_LANG
@_THREADS
def map_command(
    zone: str | None, project_file: Path | None, out: Path | None, lang: Language, workers: int | None
) -> None:
    """Write the web map of a zone."""
    opened = _open(zone, project_file, lang, workers)
    click.echo(write_map(opened.result, out or Path(f"{opened.project.zone.key}.html"), lang))


@cli.command("export")
@click.argument("zone", required=False)
@_PROJECT
@click.option(
    "--format", "kind", type=click.Choice(FORMATS), default="gpkg", show_default=True, help="Format."
)
@click.option("--out", type=_PATH, help="File (or folder, for formats of one layer a file) to write.")
@click.option("--postgis", metavar="URL", help="Write into this PostGIS database instead (postgresql://...).")
@_LANG
@_THREADS
def export_command(
    zone: str | None,
    project_file: Path | None,
    kind: str,
    out: Path | None,
    postgis: str | None,
    lang: Language,
    workers: int | None,
) -> None:
    """Export a zone's layers and tables.

    \b
    Examples:
      geozone export bth --format shp --out bth_shapefiles
      geozone export hebei --format pdf
      geozone export bth --postgis postgresql://user@localhost/gis
    """
    opened = _open(zone, project_file, lang, workers)
    if postgis:
        for table in write_postgis(opened.result, postgis, lang=lang):
            click.echo(table)
        return
    key = opened.project.zone.key
    name = f"{key}_{kind}" if kind in FOLDER_FORMATS else f"{key}.{kind}"
    written = write_format(opened.result, out or Path(name), kind, lang=lang)
    for path in written:
        click.echo(path)


@cli.command("coverage")
@click.argument("layer", type=_PATH)
@click.argument("zones", type=_PATH)
@click.option("--by", help="Field of the zones that names them; the row number by default.")
@click.option("--out", type=_PATH, help="File to write (.csv, .json, .xlsx or .parquet) instead of printing.")
@_FORM
@_CSV
@_LANG
@_THREADS
def coverage_command(
    layer: Path,
    zones: Path,
    by: str | None,
    out: Path | None,
    form: str | None,
    lang: Language,
    workers: int | None,
) -> None:
    """Net coverage of LAYER in each of ZONES, overlaps counted once.

    \b
    Examples:
      geozone coverage redline.gpkg counties.shp --by XZQDM
      geozone coverage redline.gdb counties.gpkg --out coverage.csv
    """
    del lang
    if out:
        listing.require_ending(out)
    _deliver(coverage(layer, zones, by=by, threads=workers).reset_index(), out, form)


@cli.command("mosaic")
@click.argument("zones", type=_PATH)
@click.argument("layers", type=_PATH, nargs=-1, required=True)
@click.option("--by", help="Field of the zones that names them; the row number by default.")
@click.option("--out", type=_PATH, help="File to write (.csv, .json, .xlsx or .parquet) instead of printing.")
@_FORM
@_CSV
@_LANG
@_THREADS
def mosaic_command(
    zones: Path,
    layers: tuple[Path, ...],
    by: str | None,
    out: Path | None,
    form: str | None,
    lang: Language,
    workers: int | None,
) -> None:
    """Area of every combination of LAYERS in each of ZONES.

    \b
    Example:
      geozone mosaic counties.gpkg redline.gpkg barrier.gpkg --by code --out mosaic.csv
    """
    del lang
    if out:
        listing.require_ending(out)
    named: dict[str, Path] = {}
    for path in layers:
        if path.stem in named:
            raise UsageError("cli.layers_same_name", name=path.stem)
        named[path.stem] = path
    _deliver(mosaic(named, zones, by=by, threads=workers), out, form)


@cli.command("explain")
@click.argument("zone")
@click.argument("indicator")
@click.argument("unit", required=False)
@_PROJECT
@_FORM
@_LANG
@_THREADS
def explain_command(
    zone: str,
    indicator: str,
    unit: str | None,
    project_file: Path | None,
    form: str | None,
    lang: Language,
    workers: int | None,
) -> None:
    """Explain a number: its items, features, layer, method and clause.

    INDICATOR is an indicator or the id of a demand; UNIT a code or name, the zone itself by default. With --project,
    ZONE must be the project's own.

    \b
    Examples:
      geozone explain bth bay_completion
      geozone explain bth redline_coverage 130300 --lang en
    """
    opened = _open(None, project_file, lang, workers) if project_file else _open(zone, None, lang, workers)
    if opened.project.zone.key != zone:
        raise UsageError("cli.other_zone", zone=zone, project=opened.project.zone.key)
    found = explain(opened.result, indicator, unit)
    if form == "json":
        rows = [{"kind": line.kind, "text": line.text.get(lang)} for line in found]
        click.echo(listing.show(pd.DataFrame(rows), form))
    else:
        click.echo("\n".join(lines_of(found, lang)))


@cli.command("verify")
@click.argument("folder", type=_PATH)
@_FORM
@_CSV
@_LANG
def verify_command(folder: Path, form: str | None, lang: Language) -> None:
    """Verify that the files of a build are as recorded and agree with each other.

    \b
    Example:
      geozone verify maps
    """
    checks = verify_build(folder)
    rows = [
        {"file": check.file, "passed": check.passed, "message": check.message.get(lang)} for check in checks
    ]
    click.echo(listing.show(pd.DataFrame(rows), form))
    if not all(check.passed for check in checks):
        sys.exit(DataError.exit_code)


@cli.command("versions")
@_FORM
@_CSV
@_LANG
def versions_command(form: str | None, lang: Language) -> None:
    """Print every GDAL, GEOS and PROJ in the process."""
    del lang
    found = [{"name": name, **parts} for name, parts in versions().items()]
    click.echo(listing.show(pd.DataFrame(found), form))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with the code that the module's text states."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    if debug:
        arguments.remove("--debug")
    lang: Language = "en" if "en" in _following(arguments, "--lang") else "zh"
    try:
        cli.main(args=arguments, prog_name="geozone", standalone_mode=False)
    except GeozoneError as error:
        _fail(text("cli.failed", reason=error.text), lang, error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(UsageError.exit_code)
    except click.Abort:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last stop: a bug becomes exit code 4
        if debug:
            traceback.print_exc()
        _fail(text("cli.internal", reason=f"{type(error).__name__}: {error}"), lang, GeozoneError.exit_code)


def _following(arguments: list[str], option: str) -> list[str]:
    pairs = pairwise(arguments)
    after = [value for name, value in pairs if name == option]
    return after + [item.partition("=")[2] for item in arguments if item.startswith(f"{option}=")]


def _fail(reason: Text, lang: Language, code: int) -> None:
    click.echo(reason.get(lang), err=True)
    sys.exit(code)


def _advance(bar: tqdm[Any], lang: Language) -> Callable[[Text], None]:
    def step(name: Text) -> None:
        bar.set_description(name.get(lang))
        bar.update()

    return step


def _projects(zones: tuple[str, ...], *, every: bool, project_file: Path | None) -> list[Project]:
    if project_file:
        if zones or every:
            raise UsageError("cli.zone_and_project")
        return [load_project(project_file)]
    keys = tuple(load_zones()) if every else zones
    if not keys:
        raise UsageError("cli.no_zone")
    return [embedded_project(key) for key in dict.fromkeys(keys)]


def _open(zone: str | None, project_file: Path | None, lang: Language, threads: int | None) -> OpenProject:
    (project,) = _projects((zone,) if zone else (), every=False, project_file=project_file)
    return OpenProject(project, Options(lang=lang, threads=threads))


def _deliver(frame: pd.DataFrame, out: Path | None, form: str | None) -> None:
    if out is None:
        click.echo(listing.show(frame, form))
    else:
        listing.write(frame, out)
        click.echo(out)
