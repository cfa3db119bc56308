"""Commands on what is declared: zones, layers, targets, versions."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pandas as pd

from geozone import listing
from geozone.cli.options import CSV, JSON, LANG, cli
from geozone.errors import DataError, UsageError
from geozone.messages import Language, text
from geozone.policy.documents import verify_documents
from geozone.policy.targets import targets_table, verification_table
from geozone.versions import versions


def _shown(table: pd.DataFrame, form: str | None, lang: Language, name: str) -> str:
    """Return a table in words for people, in codes for programs."""
    return listing.show(table if form else listing.readable(table, lang, name), form)


@cli.command("zones")
@JSON
@CSV
@LANG
def zones_command(form: str | None, lang: Language) -> None:
    """List the declared zones."""
    click.echo(_shown(listing.zones(lang), form, lang, "zones"))


@cli.command("layers")
@click.argument("zone", required=False)
@JSON
@CSV
@LANG
def layers_command(zone: str | None, form: str | None, lang: Language) -> None:
    """List the embedded layers, or those that serve a zone."""
    click.echo(_shown(listing.layers(zone, lang), form, lang, "layers"))


@cli.command("targets")
@click.argument("what", nargs=-1, metavar="[ZONE] | verify DIR")
@JSON
@CSV
@LANG
def targets_command(what: tuple[str, ...], form: str | None, lang: Language) -> None:
    """List the targets of the policy documents, or verify them against the text.

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
    click.echo(_shown(targets_table(what[0] if what else None, lang), form, lang, "targets"))


@cli.command("versions")
@JSON
@CSV
@LANG
def versions_command(form: str | None, lang: Language) -> None:
    """Print every GDAL, GEOS and PROJ in the process."""
    del lang
    found = [{"name": name, **parts} for name, parts in versions().items()]
    click.echo(listing.show(pd.DataFrame(found), form))
