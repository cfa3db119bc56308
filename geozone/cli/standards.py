"""Deliveries held against a standard, and the rules by which findings are known."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geozone.cli.help import option
from geozone.cli.options import CSV, JSON, LANG, cli
from geozone.cli.progress import part_of, progress_bar, say
from geozone.errors import DataError, GeozoneError, UsageError
from geozone.messages import Language, text

if TYPE_CHECKING:
    from geozone.model import Finding, Layer
    from geozone.overlay.features import Progress
    from geozone.standards.declared import Standard
    from geozone.standards.delivery import Delivery

STANDARD = option(
    "--standard",
    "standard",
    metavar="ID|FILE.toml",
    words="standard",
)


@cli.command("rule")
@click.argument("code", required=False)
@STANDARD
@JSON
@CSV
@LANG
def rule_command(code: str | None, standard: str | None, form: str | None, lang: Language) -> None:
    """Explain the rule CODE by which a finding is known: what it tells, where it stands and how sure that is, an example, its remedy."""
    from geozone import table_output
    from geozone.lists.rules import explained, rules_table
    from geozone.standards.declared import load_standard

    chosen = load_standard(standard) if standard else None
    if code is None:
        table = rules_table(chosen, lang)
        click.echo(table_output.show(table if form else table_output.readable(table, lang), form))
        return
    said = explained(code, chosen)
    if form == "json":
        click.echo(
            json.dumps(
                {name: {"zh": one.zh, "en": one.en} for name, one in said.items()},
                ensure_ascii=False,
                indent=1,
            )
        )
    elif form == "csv":
        click.echo(table_output.show([{name: one.get(lang) for name, one in said.items()}], form))
    else:
        for name, one in said.items():
            click.echo(
                text("standards.explained_line", name=text(f"standards.explained_{name}"), said=one).get(lang)
            )


@dataclass(frozen=True, slots=True)
class Held:
    """A layer of a delivery with what was found in it; what is about the delivery as a whole stands with an empty layer."""

    file: str
    layer: Layer
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class Against:
    """What files are held against, and how they are read."""

    standard: str
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of holding files against a standard."""

    standard: Standard
    held: list[Held]
    code: int  # exit code
    failed: int  # files and layers that cannot be read


def check_deliveries(
    files: tuple[str | Path, ...],
    against: Against,
    *,
    repair: Path | None,
    failing: Path | None,
    form: str | None,
    every: bool,
    lang: Language,
) -> None:
    """Hold each file against a standard, print what was found, and end with the code that it makes."""
    if repair is not None:
        raise UsageError("standards.repair_apart")
    with progress_bar(lang, compiles=False) as progress:
        outcome = _hold_against(files, against, progress, lang)
    write_failing([(one.file, one.layer, one.findings) for one in outcome.held], failing, lang)
    _show_outcome(outcome, form, lang, every=every)
    end_with(outcome.code)


def _hold_against(
    files: tuple[str | Path, ...], against: Against, progress: Progress, lang: Language
) -> Outcome:
    """Hold each file against a standard, and tell on standard error what was decided and what it rests on."""
    from geozone.addresses import shown_path
    from geozone.checks.report import has_errors
    from geozone.standards.declared import load_standard
    from geozone.standards.reading import read_deliveries

    standard = load_standard(against.standard)
    held: list[Held] = []
    failed: list[GeozoneError] = []

    def told(layer: str | None, error: GeozoneError) -> None:
        reason = text("standards.layer_unread", layer=layer, reason=error.text) if layer else error.text
        say(text("cli.failed", reason=reason).get(lang))
        failed.append(error)

    for number, path in enumerate(files):
        reading, holding = (part_of(progress, 2 * number + half, 2 * len(files)) for half in range(2))
        file = shown_path(path, against.layer).name
        try:
            deliveries = read_deliveries(
                path,
                layer=against.layer,
                crs=against.crs,
                encoding=against.encoding,
                told=told,
                progress=reading,
            )
        except GeozoneError as error:
            told(None, error)
            continue
        if len(deliveries) > 1:
            several = text("standards.several_deliveries", file=file, count=len(deliveries))
            say(several.get(lang))
        for place, delivery in enumerate(deliveries):
            part = part_of(holding, place, len(deliveries))
            held += _held_delivery(f"{file}/{delivery.place}".rstrip("/"), standard, delivery, part, lang)
    code = max((error.exit_code for error in failed), default=0)
    if any(has_errors(one.findings) for one in held):
        code = max(code, DataError.exit_code)
    return Outcome(standard, held, code, len(failed))


def _held_delivery(
    file: str, standard: Standard, delivery: Delivery, progress: Progress, lang: Language
) -> list[Held]:
    """Hold one delivery against a standard; tell what was decided when it was read, and what was not held."""
    from geozone.standards.checking import not_held
    from geozone.standards.rules import how_sure

    for table in delivery.tables:
        for decision in table.layer.decisions:
            say(f"{file}: {decision.reason.get(lang)}")
    title, count = standard.title, len(standard.rules)
    line = text("standards.held", file=file, title=title, rules=count, certainties=how_sure(standard))
    say(line.get(lang))
    if skipped := not_held(standard, delivery):
        codes = ", ".join(rule.code for rule in skipped)
        say(text("standards.single_layer", file=file, codes=codes).get(lang))
    found = _by_layer(file, standard, delivery, progress)
    if not any(one.findings for one in found):
        key = "no_finding_in_rest" if delivery.unread else "no_finding"
        say(text(f"standards.{key}", file=file).get(lang))
    return found


def _by_layer(file: str, standard: Standard, delivery: Delivery, progress: Progress) -> list[Held]:
    import geopandas as gpd

    from geozone.checks.report import all_findings
    from geozone.model import CRS, Layer
    from geozone.standards.checking import check_delivery

    found = check_delivery(standard, delivery, progress=progress)
    names = {table.name for table in delivery.tables}
    held = [
        Held(file, table.layer, all_findings(table.layer, [one for one in found if one.layer == table.name]))
        for table in delivery.tables
    ]
    nothing = Layer(delivery.name, gpd.GeoDataFrame(geometry=[], crs=CRS))
    apart = all_findings(nothing, [one for one in found if one.layer not in names])
    return [*held, Held(file, nothing, apart)] if apart else held


def _show_outcome(outcome: Outcome, form: str | None, lang: Language, *, every: bool) -> None:
    """Print what was found: a table for people, or every finding as JSON or CSV with how sure its rule is."""
    from geozone import table_output
    from geozone.checks.report import finding_rows, group_rows, grouped, report, to_json

    sure = {rule.code: rule.source.certainty for rule in outcome.standard.rules}
    if form == "json":
        reports = [report(one.file, one.layer, one.findings) for one in outcome.held]
        for each in reports:
            each["standard"] = outcome.standard.id
            for finding in each["findings"]:
                finding["certainty"] = sure.get(finding["code"])
        click.echo(to_json(reports), nl=False)
        return
    rows = []
    for one in outcome.held:
        single = every or form is not None
        found = finding_rows(one.findings, lang) if single else group_rows(grouped(one.findings), lang)
        for row in found:
            word = sure.get(row["code"])
            certainty = text(f"words.certainty_{word}").get(lang) if word else ""
            rows.append({"file": one.file, **row, "certainty": certainty})
    if rows:
        click.echo(table_output.show(rows, form))


def write_failing(checked: list[tuple[str, Layer, list[Finding]]], path: Path | None, lang: Language) -> None:
    """Write the features that findings are about, where that was asked for."""
    if path is None:
        return
    from geozone.export import failing

    count = failing.write_failing(checked, path, lang)
    click.echo(text("standards.failing_written", path=path, count=count).get(lang), err=True)


def end_with(code: int) -> None:
    """End the process where something was found or could not be read."""
    if code:
        sys.exit(code)
