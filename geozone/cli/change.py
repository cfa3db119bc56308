"""The command on two vintages of a layer."""

from __future__ import annotations

from pathlib import Path

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
    SOURCE,
    THREADS,
    ZONES_CRS,
    cli,
    deliver_map,
    deliver_result,
)
from geozone.cli.progress import progress_bar
from geozone.messages import Language


@cli.command("change")
@click.argument("old", type=SOURCE)
@click.argument("new", type=SOURCE)
@click.argument("zones", type=SOURCE)
@BY
@CRS
@ZONES_CRS
@option(
    "--out",
    type=PATH,
    words="change_out",
)
@JSON
@CSV
@EVERY
@LANG
@THREADS
def change_command(
    old: str | Path,
    new: str | Path,
    zones: str | Path,
    by: str | None,
    crs: str | None,
    zones_crs: str | None,
    out: Path | None,
    form: str | None,
    every: bool,
    lang: Language,
    threads: int | None,
) -> None:
    """What a layer gained and lost between two vintages, OLD and NEW, in each of ZONES; overlaps counted once."""
    with loading():
        from geozone import table_output
        from geozone.api import change, mapped_change

    if out:
        table_output.require_ending(out, MAP_ENDINGS)
    mapped = out is not None and out.suffix.lower() in MAP_ENDINGS
    with progress_bar(lang) as progress:
        options = {"by": by, "crs": crs, "zones_crs": zones_crs, "threads": threads, "progress": progress}
        if not mapped:
            table = change(old, new, zones, **options)  # type: ignore[arg-type]  # each option by its own name
        else:
            table, places = mapped_change(old, new, zones, **options)  # type: ignore[arg-type]  # the same
    if not mapped:
        deliver_result(table.reset_index(), out, form, lang, every=every)
        return
    from geozone.export.zone_layers import write_change

    assert out is not None
    deliver_map(table, out, lang, every=every, write=lambda rows: write_change(rows, places, out, lang))
