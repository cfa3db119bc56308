"""The command that holds two deliveries against each other."""

from __future__ import annotations

from pathlib import Path

import click

from geozone.cli.options import CSV, JSON, LANG, PATH, cli
from geozone.messages import Language


@cli.command("diff")
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
@click.option("--all", "every", is_flag=True, help="Tell every difference, not the first of each kind.")
@JSON
@CSV
@LANG
def diff_command(old: Path, new: Path, form: str | None, every: bool, lang: Language) -> None:
    """Tell what differs between OLD and NEW: builds (folders) or GeoPackages that geozone wrote, edited or not.

    Items of registers and features of layers, field by field: added, deleted, changed, moved, key changed; targets,
    reported figures, rates, and the verdicts that flipped with what they changed by. --json and --csv give every one.

    \b
    Examples:
      geozone diff maps_2025 maps
      geozone diff bth.gpkg bth_returned.gpkg --json
    """
    from geozone import listing
    from geozone.diff import compare, difference_rows, difference_text

    found = compare(old, new)
    if form:
        click.echo(listing.show(difference_rows(found, lang), form) if found or form == "csv" else "[]")
    else:
        click.echo(difference_text(found, lang, every=every))
