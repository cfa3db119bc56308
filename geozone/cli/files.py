"""Commands on any files: coverage, mosaic, check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geozone.choices import MAP_ENDINGS
from geozone.cli.help import option
from geozone.cli.loading import loading
from geozone.cli.options import (
    BY,
    CRS,
    CSV,
    EVERY,
    JSON,
    LANG,
    PATH,
    SCHEDULER,
    SOURCE,
    TABLE_OUT,
    THREADS,
    WORKERS,
    ZONES_CRS,
    cli,
    deliver_map,
    deliver_result,
)
from geozone.cli.progress import part_of, progress_bar, say
from geozone.cli.standards import STANDARD, Against, check_deliveries, end_with, write_failing
from geozone.errors import DataError, GeozoneError, UsageError
from geozone.messages import Language, text

if TYPE_CHECKING:
    import pandas as pd

    from geozone.model import Finding, Layer
    from geozone.overlay.features import Progress


@cli.command("coverage")
@click.argument("layer", type=SOURCE)
@click.argument("zones", type=SOURCE)
@BY
@CRS
@ZONES_CRS
@option(
    "--out",
    type=PATH,
    words="coverage_out",
)
@JSON
@CSV
@EVERY
@LANG
@THREADS
@WORKERS
@SCHEDULER
def coverage_command(
    layer: str | Path,
    zones: str | Path,
    by: str | None,
    crs: str | None,
    zones_crs: str | None,
    out: Path | None,
    form: str | None,
    every: bool,
    lang: Language,
    threads: int | None,
    workers: int | None,
    scheduler: str | None,
) -> None:
    """Net coverage of LAYER in each of ZONES, overlaps counted once."""
    with loading():
        from geozone import table_output
        from geozone.api import coverage, mapped_coverage

    if out:
        table_output.require_ending(out, MAP_ENDINGS)
    mapped = out is not None and out.suffix.lower() in MAP_ENDINGS
    with progress_bar(lang) as progress:
        table = (mapped_coverage if mapped else coverage)(
            layer,
            zones,
            by=by,
            crs=crs,
            zones_crs=zones_crs,
            threads=threads,
            workers=workers,
            scheduler=scheduler,
            progress=progress,
        )
    if out is None or not mapped:
        deliver_result(table.reset_index(), out, form, lang, every=every)
        return
    from geozone.export.zone_layers import write_coverage

    deliver_map(table, out, lang, every=every, write=lambda rows: write_coverage(rows, out, lang))


@cli.command("mosaic")
@click.argument("zones", type=SOURCE)
@click.argument("layers", type=SOURCE, nargs=-1, required=True)
@BY
@CRS
@ZONES_CRS
@TABLE_OUT
@JSON
@CSV
@EVERY
@LANG
@THREADS
@WORKERS
@SCHEDULER
def mosaic_command(
    zones: str | Path,
    layers: tuple[str | Path, ...],
    by: str | None,
    crs: str | None,
    zones_crs: str | None,
    out: Path | None,
    form: str | None,
    every: bool,
    lang: Language,
    threads: int | None,
    workers: int | None,
    scheduler: str | None,
) -> None:
    """Area of every combination of LAYERS in each of ZONES."""
    with loading():
        from geozone import table_output
        from geozone.api import mosaic
        from geozone.read.address import split_layer

    if out:
        table_output.require_ending(out)
    named: dict[str, str | Path] = {}
    for source in layers:
        path, inside = split_layer(source)
        name = inside or Path(path).stem
        if name in named:
            raise UsageError("cli.layers_same_name", name=name)
        named[name] = source
    with progress_bar(lang) as progress:
        table = mosaic(
            named,
            zones,
            by=by,
            crs=crs,
            zones_crs=zones_crs,
            threads=threads,
            workers=workers,
            scheduler=scheduler,
            progress=progress,
        )
    deliver_result(table, out, form, lang, every=every)


@cli.command("check")
@click.argument("files", type=SOURCE, nargs=-1, required=True)
@option("--layer", words="check_layer")
@CRS
@option("--encoding", words="encoding")
@option("--repair", "out", type=PATH, words="repair")
@STANDARD
@option("--failing", type=PATH, words="failing")
@JSON
@CSV
@EVERY
@LANG
def check_command(
    files: tuple[str | Path, ...],
    layer: str | None,
    crs: str | None,
    encoding: str | None,
    out: Path | None,
    standard: str | None,
    failing: Path | None,
    form: str | None,
    every: bool,
    lang: Language,
) -> None:
    """Check files: what was decided when reading, what is wrong where, and what to do about it."""
    with loading():
        from geozone.addresses import is_database
        from geozone.checks.report import has_errors
        from geozone.read import list_layers

    if standard is not None:
        against = Against(standard, layer=layer, crs=crs, encoding=encoding)
        check_deliveries(files, against, repair=out, failing=failing, form=form, every=every, lang=lang)
        return
    checked: list[_Checked] = []
    code = failed = 0
    with progress_bar(lang, compiles=False) as progress:
        for number, path in enumerate(files):
            part = part_of(progress, number, len(files))
            try:
                found = [layer] if layer else [] if is_database(path) else [*list_layers(path)]
                names: list[str | None] = [*found] or [None]
                for place, name in enumerate(names):
                    steps = part_of(part, place, len(names))
                    one = _checked(path, name, steps, crs=crs, encoding=encoding, mend=out is not None)
                    checked.append(one)
                    for decision in one.layer.decisions:
                        say(f"{one.file}: {decision.reason.get(lang)}")
                    code = max(code, DataError.exit_code if has_errors(one.findings) else 0)
            except GeozoneError as error:
                say(text("cli.failed", reason=error.text).get(lang))
                failed += 1
                code = max(code, error.exit_code)
    if out and checked:
        from geozone.export.repaired import write_repaired

        for said in write_repaired([one.repaired for one in checked if one.repaired], out):
            click.echo(said.get(lang), err=True)
        click.echo(text("cli.written", path=out).get(lang), err=True)
    write_failing([(one.file, one.layer, one.findings) for one in checked], failing, lang)
    _show_checked(checked, failed, form, lang, every=every)
    end_with(code)


@dataclass(frozen=True, slots=True)
class _Checked:
    """A layer with what was found in it, and as repaired with its ledger where that was asked for."""

    file: str
    layer: Layer
    findings: list[Finding]
    repaired: tuple[Layer, pd.DataFrame] | None

    def rows(self, lang: Language, *, one_by_one: bool) -> list[dict[str, Any]]:
        from geozone.checks.report import finding_rows, group_rows, grouped

        rows = finding_rows(self.findings, lang) if one_by_one else group_rows(grouped(self.findings), lang)
        return [{"file": self.file, **row} for row in rows]


def _show_checked(
    checked: list[_Checked], failed: int, form: str | None, lang: Language, *, every: bool
) -> None:
    from geozone import table_output
    from geozone.checks.report import report, to_json

    if form == "json":
        reports = [
            report(one.file, one.layer, one.findings, one.repaired and one.repaired[1]) for one in checked
        ]
        click.echo(to_json(reports), nl=False)
    elif any(one.findings for one in checked):
        rows = [row for one in checked for row in one.rows(lang, one_by_one=every or form is not None)]
        click.echo(table_output.show(rows, form))
    elif checked:
        key = "cli.nothing_found_in_rest" if failed else "cli.nothing_found"
        click.echo(text(key, count=len(checked), failed=failed).get(lang), err=True)


def _checked(
    path: str | Path,
    name: str | None,
    progress: Progress,
    *,
    crs: str | None,
    encoding: str | None,
    mend: bool,
) -> _Checked:
    from geozone.addresses import is_database, without_password
    from geozone.checks import check, repair
    from geozone.checks.report import all_findings
    from geozone.read import read_layer

    count = 3 if mend else 2  # read, checked, repaired
    progress(0, count)
    layer = read_layer(path, layer=name, crs=crs, encoding=encoding)
    progress(1, count)
    found = all_findings(layer, check(layer))
    progress(2, count)
    shown = without_password(str(path)) if is_database(path) else Path(path).name
    return _Checked(shown, layer, found, repair(layer) if mend else None)
