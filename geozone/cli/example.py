"""The command that writes a complete synthetic set of inputs."""

from __future__ import annotations

from pathlib import Path

import click

from geozone.cli.help import option
from geozone.cli.options import LANG, PATH, cli
from geozone.example import ZONES
from geozone.messages import Language, text


@cli.command("example")
@click.argument("folder", type=PATH)
@option("--zone", type=click.Choice(ZONES), default=ZONES[0], show_default=True, words="example_zone")
@LANG
def example_command(folder: Path, zone: str, lang: Language) -> None:
    """Write a complete synthetic set of inputs of a zone into FOLDER, as offices keep them, with its project.toml."""
    from geozone.example import write_example

    project = write_example(folder, zone)
    click.echo(text("example.written", path=folder, project=project).get(lang), err=True)
    click.echo(project)
