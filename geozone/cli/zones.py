"""Commands on a zone: build, rates, map, export, explain, verify."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import click

from geozone.choices import ATLASES, EDITIONS, FOLDER_FORMATS, FORMATS, PAPERS, Atlas, Paper
from geozone.cli.help import option
from geozone.cli.loading import loading
from geozone.cli.options import (
    CSV,
    EVERY,
    JSON,
    LANG,
    NO_CACHE,
    PATH,
    PROJECT,
    SCHEDULER,
    THREADS,
    WORKERS,
    chosen_projects,
    cli,
    opened,
    run_options,
    tell_reused,
)
from geozone.cli.progress import progress_bar, step_bar
from geozone.errors import DataError, UsageError
from geozone.maps.basemap import BaseMap, parse_base_map
from geozone.messages import Language, text

_BASE_MAP = option(
    "--base-map",
    metavar="MAP",
    callback=lambda _context, _option, value: parse_base_map(value) if value else None,
    words="base_map",
)


def _percents(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> tuple[float, ...] | None:
    """Return bounds in percent as fractions."""
    if value is None:
        return None
    try:
        bounds = tuple(float(part) / 100 for part in value.replace("，", ",").split(","))
    except ValueError as error:
        raise UsageError("cli.bad_breaks", value=value) from error
    if list(bounds) != sorted(set(bounds)) or not 0 <= bounds[0] <= bounds[-1]:
        raise UsageError("cli.bad_breaks", value=value)
    return bounds


@cli.command("build")
@click.argument("zones", nargs=-1)
@option("--all", "every", is_flag=True, words="build_all")
@PROJECT
@option("--out", type=PATH, default=Path("maps"), show_default=True, words="build_out")
@option(
    "--edition",
    type=click.Choice(EDITIONS),
    default=EDITIONS[0],
    show_default=True,
    words="edition",
)
@_BASE_MAP
@option(
    "--since",
    type=PATH,
    words="since",
)
@option("--all-findings", "every_finding", is_flag=True, words="every_finding")
@NO_CACHE
@LANG
@THREADS
@WORKERS
@SCHEDULER
def build_command(
    zones: tuple[str, ...],
    every: bool,
    project_file: Path | None,
    out: Path,
    edition: str,
    base_map: BaseMap | None,
    since: Path | None,
    every_finding: bool,
    no_cache: bool,
    lang: Language,
    threads: int | None,
    workers: int | None,
    scheduler: str | None,
) -> None:
    """Build the map, GeoPackage, tables and run record of zones."""
    with loading():
        from geozone.run.build import build
        from geozone.run.closing import closing_lines
        from geozone.run.options import OUTPUT_STEPS, STEPS, Options

    projects = chosen_projects(zones, every=every, project_file=project_file)
    with step_bar(len(projects) * len(STEPS + OUTPUT_STEPS), lang) as steps:
        options = Options(
            lang=lang,
            threads=threads,
            workers=workers,
            scheduler=scheduler,
            progress=steps.advance,
            notice=steps.notice,
            since=since,
            every_finding=every_finding,
            cache=not no_cache,
        )
        written = build(projects, out, options, edition=edition, base_map=base_map)
    for path in written:
        click.echo(path)
    for line in closing_lines(out, [project.zone.key for project in projects]):
        click.echo(line.get(lang), err=True)


@cli.command("rates")
@click.argument("zone", required=False)
@PROJECT
@JSON
@CSV
@EVERY
@NO_CACHE
@LANG
@THREADS
def rates_command(
    zone: str | None,
    project_file: Path | None,
    form: str | None,
    every: bool,
    no_cache: bool,
    lang: Language,
    threads: int | None,
) -> None:
    """Print the rates of a zone, held against its targets: those that matter first, by indicator."""
    with loading():
        from geozone import table_output
        from geozone.checks.findings import is_wrong
        from geozone.lists.rates import rate_list

    project = opened(zone, project_file, run_options(lang, threads, every=every, cache=not no_cache))
    if form:
        click.echo(table_output.show(project.rates(), form))
    else:
        table = rate_list(project.rated.result, lang, every=every)
        if table.rows:
            click.echo(table_output.show(table_output.readable(table.rows, lang, "rates"), form))
        else:
            click.echo(text("lists.rates_none").get(lang), err=True)
        for line in table.left_out:
            click.echo(line.get(lang), err=True)
    tell_reused(project.rated.result, lang)
    if any(is_wrong(finding) for finding in project.rated.result.findings):
        sys.exit(DataError.exit_code)


@cli.command("map")
@click.argument("zone", required=False)
@PROJECT
@option("--out", type=PATH, words="map_out")
@_BASE_MAP
@EVERY
@NO_CACHE
@LANG
@THREADS
def map_command(
    zone: str | None,
    project_file: Path | None,
    out: Path | None,
    base_map: BaseMap | None,
    every: bool,
    no_cache: bool,
    lang: Language,
    threads: int | None,
) -> None:
    """Write the web map of a zone."""
    with loading():
        from geozone.reuse.reuse import Reuse
        from geozone.run.output import write_map

    project = opened(zone, project_file, run_options(lang, threads, every=every, cache=not no_cache))
    path = out or Path(f"{project.project.zone.key}.html")
    reuse = Reuse.between_runs(wanted=not no_cache)
    click.echo(write_map(project.result, path, lang, base_map=base_map, reuse=reuse))
    tell_reused(project.result, lang)


@cli.command("export")
@click.argument("zone", required=False)
@PROJECT
@option("--format", "kind", type=click.Choice(FORMATS), default="gpkg", show_default=True, words="format")
@option("--out", type=PATH, words="export_out")
@option("--encoding", words="export_encoding")
@option(
    "--crs",
    words="export_crs",
)
@option("--paper", type=click.Choice(PAPERS), words="paper")
@option(
    "--atlas",
    type=click.Choice(ATLASES),
    words="atlas",
)
@option("--dpi", type=click.IntRange(20, 1200), words="dpi")
@option("--rate", words="rate")
@option("--breaks", callback=_percents, words="breaks")
@option("--postgis", metavar="URL", words="postgis")
@option("--schema", words="schema")
@EVERY
@NO_CACHE
@LANG
@THREADS
def export_command(
    zone: str | None,
    project_file: Path | None,
    kind: str,
    out: Path | None,
    encoding: str | None,
    crs: str | None,
    paper: Paper | None,
    atlas: Atlas | None,
    dpi: int | None,
    rate: str | None,
    breaks: tuple[float, ...] | None,
    postgis: str | None,
    schema: str | None,
    every: bool,
    no_cache: bool,
    lang: Language,
    threads: int | None,
) -> None:
    """Export a zone's layers and tables."""
    with loading():
        from geozone.export.formats import Choices, require_fitting, write_format
        from geozone.export.postgis import write_postgis

    choices = Choices(encoding, crs, paper, dpi, rate, breaks, atlas)
    require_fitting(kind, choices)
    project = opened(zone, project_file, run_options(lang, threads, every=every, cache=not no_cache))
    if postgis:
        for table in write_postgis(project.result, postgis, schema=schema, lang=lang):
            click.echo(table)
        return
    key = project.project.zone.key
    name = f"{key}_{kind}" if kind in FOLDER_FORMATS else f"{key}.{kind}"
    tell_reused(project.result, lang)
    if atlas:
        name = f"{key}_atlas_{atlas}.{kind}"
    result = project.result
    with progress_bar(lang) if atlas else nullcontext() as progress:
        written = write_format(result, out or Path(name), kind, lang=lang, choices=choices, progress=progress)
    for path in written:
        click.echo(path)


@cli.command("explain")
@click.argument("zone")
@click.argument("indicator")
@click.argument("unit", required=False)
@PROJECT
@JSON
@EVERY
@NO_CACHE
@LANG
@THREADS
def explain_command(
    zone: str,
    indicator: str,
    unit: str | None,
    project_file: Path | None,
    form: str | None,
    every: bool,
    no_cache: bool,
    lang: Language,
    threads: int | None,
) -> None:
    """Explain a number: its items, features, layer, method and clause."""
    from geozone import table_output
    from geozone.explain import explain, lines_of

    project = opened(
        None if project_file else zone,
        project_file,
        run_options(lang, threads, every=every, cache=not no_cache),
    )
    if project.project.zone.key != zone:
        raise UsageError("cli.other_zone", zone=zone, project=project.project.zone.key)
    found = explain(project.result, indicator, unit)
    if form == "json":
        rows = [{"kind": line.kind, "text": line.text.get(lang)} for line in found]
        click.echo(table_output.show(rows, form))
    else:
        click.echo("\n".join(lines_of(found, lang)))


@cli.command("verify")
@click.argument("folder", type=PATH)
@option("--postgis", metavar="URL", words="verify_postgis")
@option("--signers", type=PATH, metavar="FILE", words="verify_signers")
@JSON
@CSV
@LANG
def verify_command(
    folder: Path, postgis: str | None, signers: Path | None, form: str | None, lang: Language
) -> None:
    """Verify that the files of a build are as recorded, agree with each other, and say what their data give."""
    from geozone import table_output
    from geozone.verify import verify_build

    with progress_bar(lang) as progress:
        checks = verify_build(folder, progress=progress, postgis=postgis, signers=signers)
    rows = [
        {"file": check.file, "passed": check.passed, "message": check.message.get(lang)} for check in checks
    ]
    click.echo(table_output.show(rows, form))
    failures = [check for check in checks if not check.passed]
    for check in failures:  # the table may cut them short
        click.echo(text("cli.verify_failed", file=check.file, reason=check.message).get(lang), err=True)
    if failures:
        sys.exit(DataError.exit_code)
