"""Commands on what is declared: zones, roles, layers, indicators, targets, versions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geozone.cli.help import option
from geozone.cli.options import (
    CSV,
    EVERY,
    JSON,
    LANG,
    PATH,
    PROJECT,
    THREADS,
    chosen_projects,
    cli,
    run_options,
)
from geozone.errors import DataError, UsageError
from geozone.messages import Language, text

if TYPE_CHECKING:
    import pandas as pd

    from geozone import table_output
    from geozone.lists.missing import Missing


def _shown(table: pd.DataFrame | table_output.Rows, form: str | None, lang: Language, name: str) -> str:
    """Return a table in words for people, in codes for programs."""
    from geozone import table_output

    return table_output.show(table if form else table_output.readable(table, lang, name), form)


@cli.command("zones")
@JSON
@CSV
@LANG
def zones_command(form: str | None, lang: Language) -> None:
    """List the declared zones."""
    from geozone.lists.zones import zones_table

    click.echo(_shown(zones_table(lang), form, lang, "zones"))


@cli.command("layers")
@click.argument("zone", required=False)
@JSON
@CSV
@LANG
def layers_command(zone: str | None, form: str | None, lang: Language) -> None:
    """List the embedded layers, or those that serve a zone."""
    from geozone.lists.layers import layers_table

    click.echo(_shown(layers_table(zone, lang), form, lang, "layers"))


@cli.command("roles")
@JSON
@CSV
@LANG
def roles_command(form: str | None, lang: Language) -> None:
    """List what a layer can be: its roles, in the order in which they are drawn."""
    from geozone import table_output
    from geozone.lists.roles import roles_table

    click.echo(table_output.show(roles_table(lang), form))


@cli.command("indicators")
@click.argument("zone", required=False)
@PROJECT
@option("--missing", is_flag=True, words="missing")
@option("--template", "folder", type=PATH, words="template")
@JSON
@CSV
@EVERY
@LANG
@THREADS
def indicators_command(
    zone: str | None,
    project_file: Path | None,
    missing: bool,
    folder: Path | None,
    form: str | None,
    every: bool,
    lang: Language,
    threads: int | None,
) -> None:
    """List the questions that can be asked; of a zone those that its documents ask, and whether they are answered."""
    from geozone import table_output
    from geozone.lists.indicators import indicators_table
    from geozone.lists.missing import missing_inputs, missing_table
    from geozone.lists.template import require_new_folder, write_templates
    from geozone.opened import OpenProject
    from geozone.rates.compute import chosen_indicators

    asked = missing or folder is not None
    if zone is None and project_file is None:
        if asked:
            raise UsageError("lists.missing_needs_zone")
        click.echo(table_output.show(indicators_table(None, lang), form))
        return
    chosen = (zone,) if zone and project_file is None else ()
    (project,) = chosen_projects(chosen, every=False, project_file=project_file)
    if zone and project.zone.key != zone:
        raise UsageError("cli.other_zone", zone=zone, project=project.zone.key)
    if not asked:
        click.echo(table_output.show(indicators_table(project, lang), form))
        return
    if folder is not None:
        require_new_folder(folder)
    run = OpenProject(project, run_options(lang, threads, every=every))
    found = missing_inputs(run.rated.result, project)
    _tell_missing(found, project.title.get(lang), lang)
    if missing:
        click.echo(table_output.show(missing_table(found, lang), form))
    if folder is not None:
        named = (project.zone.key, project.title)
        asked_for = chosen_indicators(
            run.rated.result.indicators, run.rated.result.targets, project.indicators
        )
        for path in write_templates(found, asked_for, named, folder, lang):
            click.echo(path, err=missing)  # beside the table of what is missing, stdout stays a table


def _tell_missing(found: list[Missing], zone: str, lang: Language) -> None:
    count = len({one.target.id for one in found})
    key = "lists.missing_counted" if count else "lists.nothing_missing"
    click.echo(text(key, zone=zone, count=count).get(lang), err=True)


@cli.command("targets")
@click.argument("what", nargs=-1, metavar="[ZONE] | verify DIR")
@JSON
@CSV
@LANG
def targets_command(what: tuple[str, ...], form: str | None, lang: Language) -> None:
    """List the targets of the policy documents, or verify them against the text."""
    from geozone import table_output
    from geozone.figures.references import published
    from geozone.policy.documents import verify_documents
    from geozone.policy.targets import targets_table, verification_table

    if what[:1] == ("verify",) and len(what) == 2:
        verification = verify_documents(Path(what[1]))
        click.echo(table_output.show(verification_table(verification), form))
        for fault in verification.faults:
            line = text(
                f"cli.targets_{fault.outcome.value}",
                file=fault.file,
                line=fault.line or "-",
                clause=fault.clause,
                targets=", ".join(fault.targets) or "-",
                registered=fault.registered or fault.part,
                printed=fault.printed or "-",
            )
            click.echo(line.get(lang), err=True)
        if verification.faults:
            sys.exit(DataError.exit_code)
        return
    if len(what) > 1:
        raise UsageError("cli.targets_usage")
    click.echo(_shown(targets_table(published(), what[0] if what else None, lang), form, lang, "targets"))


@cli.command("versions")
@JSON
@CSV
@LANG
def versions_command(form: str | None, lang: Language) -> None:
    """Print every GDAL, GEOS and PROJ in the process."""
    from geozone import table_output
    from geozone.versions import versions

    del lang
    found = [{"name": name, **parts} for name, parts in versions().items()]
    click.echo(table_output.show(found, form))
