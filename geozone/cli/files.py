"""Commands on any files: coverage, mosaic, check."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pandas as pd

from geozone import listing
from geozone.api import coverage, mosaic
from geozone.checks import check, repair
from geozone.checks.report import all_findings, finding_rows, has_errors, report, to_json
from geozone.cli.options import (
    BY,
    CSV,
    JSON,
    LANG,
    PATH,
    SCHEDULER,
    TABLE_OUT,
    THREADS,
    WORKERS,
    cli,
    deliver,
    progress_bar,
)
from geozone.errors import DataError, GeozoneError, UsageError
from geozone.export.repaired import write_repaired
from geozone.messages import Language, text
from geozone.model import Layer
from geozone.read import list_layers, read_layer


@cli.command("coverage")
@click.argument("layer", type=PATH)
@click.argument("zones", type=PATH)
@BY
@TABLE_OUT
@JSON
@CSV
@LANG
@THREADS
@WORKERS
@SCHEDULER
def coverage_command(
    layer: Path,
    zones: Path,
    by: str | None,
    out: Path | None,
    form: str | None,
    lang: Language,
    threads: int | None,
    workers: int | None,
    scheduler: str | None,
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
    with progress_bar() as progress:
        table = coverage(
            layer, zones, by=by, threads=threads, workers=workers, scheduler=scheduler, progress=progress
        )
    deliver(table.reset_index(), out, form)


@cli.command("mosaic")
@click.argument("zones", type=PATH)
@click.argument("layers", type=PATH, nargs=-1, required=True)
@BY
@TABLE_OUT
@JSON
@CSV
@LANG
@THREADS
@WORKERS
@SCHEDULER
def mosaic_command(
    zones: Path,
    layers: tuple[Path, ...],
    by: str | None,
    out: Path | None,
    form: str | None,
    lang: Language,
    threads: int | None,
    workers: int | None,
    scheduler: str | None,
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
    with progress_bar() as progress:
        table = mosaic(
            named, zones, by=by, threads=threads, workers=workers, scheduler=scheduler, progress=progress
        )
    deliver(table, out, form)


@cli.command("check")
@click.argument("files", type=PATH, nargs=-1, required=True)
@click.option("--layer", help="The layer inside the file; all of them by default.")
@click.option("--crs", help="Coordinate reference system, where the file is silent or wrong.")
@click.option("--encoding", help="Text encoding, where the file is silent or wrong.")
@click.option(
    "--repair", "out", type=PATH, help="Write the repaired layers and the ledger to this GeoPackage."
)
@JSON
@CSV
@LANG
def check_command(
    files: tuple[Path, ...],
    layer: str | None,
    crs: str | None,
    encoding: str | None,
    out: Path | None,
    form: str | None,
    lang: Language,
) -> None:
    """Check files: what was decided when reading, what is wrong where, and what to do about it.

    The exit code is 1 if anything is an error, 3 if a file cannot be read; the other files are checked all the same.

    \b
    Examples:
      geozone check redline.shp
      geozone check *.gpkg --json > findings.json
      geozone check redline.gdb --repair repaired.gpkg
    """
    reports, rows, code = [], [], 0
    repaired: list[tuple[Layer, pd.DataFrame]] = []
    for path in files:
        try:
            names: list[str | None] = [layer] if layer else [*list_layers(path)]
            for name in names or [None]:
                read = read_layer(path, layer=name, crs=crs, encoding=encoding)
                found = all_findings(read, check(read))
                ledger = None
                if out:
                    mended, ledger = repair(read)
                    repaired.append((mended, ledger))
                reports.append(report(path.name, read, found, ledger))
                rows += [{"file": path.name, **row} for row in finding_rows(found, lang)]
                for decision in read.decisions:
                    click.echo(f"{path.name}: {decision.reason.get(lang)}", err=True)
                code = max(code, DataError.exit_code if has_errors(found) else 0)
        except GeozoneError as error:
            click.echo(text("cli.failed", reason=error.text).get(lang), err=True)
            code = max(code, error.exit_code)
    if out and repaired:
        _write_repaired(repaired, out, lang)
    if form == "json":
        click.echo(to_json(reports), nl=False)
    elif rows:
        click.echo(listing.show(pd.DataFrame(rows), form))
    else:
        said = "cli.nothing_found" if not code else "cli.some_unread"
        click.echo(text(said, count=len(reports)).get(lang), err=True)
    if code:
        sys.exit(code)


def _write_repaired(repaired: list[tuple[Layer, pd.DataFrame]], out: Path, lang: Language) -> None:
    for said in (*write_repaired(repaired, out), text("cli.written", path=out)):
        click.echo(said.get(lang), err=True)
