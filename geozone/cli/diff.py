"""The command that holds two deliveries against each other."""

from __future__ import annotations

from pathlib import Path

import click

from geozone.cli.help import option
from geozone.cli.options import CSV, JSON, LANG, PATH, cli
from geozone.cli.progress import progress_bar
from geozone.messages import Language


@cli.command("diff")
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
@option("--all", "every", is_flag=True, words="every_difference")
@JSON
@CSV
@LANG
def diff_command(old: Path, new: Path, form: str | None, every: bool, lang: Language) -> None:
    """Tell what differs between OLD and NEW: builds (folders) or GeoPackages that geozone wrote, edited or not."""
    from geozone import table_output
    from geozone.diff import compare, difference_rows, difference_text

    with progress_bar(lang, compiles=False) as progress:
        found = compare(old, new, progress=progress)
    if form:
        click.echo(table_output.show(difference_rows(found, lang), form) if found or form == "csv" else "[]")
    else:
        click.echo(difference_text(found, lang, every=every))
