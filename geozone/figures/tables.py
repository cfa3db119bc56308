"""Tables of reported figures that a user supplies, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from geozone.addresses import shown_path
from geozone.figures.lines import Line, LineCount, read_lines
from geozone.figures.merging import agreed
from geozone.figures.remarks import Telling
from geozone.figures.row_attributes import RowReader
from geozone.figures.scopes import Scopes
from geozone.figures.sheets import open_sheets
from geozone.figures.table_titles import look_around
from geozone.figures.titles import Titles
from geozone.figures.value_columns import Names
from geozone.figures.values import Cell, measured
from geozone.figures.zones import twins_of
from geozone.manifest.indicators import Indicator, load_indicators
from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import Basis, Finding, Severity, Zone
from geozone.rates.figures import Figure
from geozone.registers.gazetteer import embedded_gazetteer


class FiguresRead(NamedTuple):
    """What a table of figures holds."""

    figures: list[Figure]
    findings: list[Finding]
    taken: int  # rows that gave a figure
    skipped: int  # rows that gave none


def read_figures(
    path: Path | str,
    *,
    basis: Basis,
    zone: Zone,
    indicators: Mapping[str, Indicator] | None = None,
    source: Text | None = None,
    sheet: str | None = None,
    layer: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> FiguresRead:
    """Read a table of reported figures.

    A row is one figure (unit or zone, indicator, year, value, unit, source), or there is a column for every year or
    indicator. Headings may be Chinese or English (``layers/figures/words.toml``), below titles, in up to three rows. What
    is not understood to the last word is not taken, and told.

    Parameters
    ----------
    path
        CSV (UTF-8, UTF-16 or GBK), XLSX, XLS, a table of a GeoPackage, or the address of a database; of what geozone wrote
        its ``figures``.
    basis
        Where the figures stand; a row may say otherwise in a column of its own.
    zone
        The zone that they serve: of several units of one name its own are meant, and a figure from elsewhere is told.
    indicators
        What may be asked, by id; the product's own unless told otherwise.
    source
        Who reported them, where a row does not say; else the name of the file.
    sheet, layer
        Sheet of a workbook, ``"*"`` for all that hold figures; table of a GeoPackage or database.
    fields
        Column of figures -> heading, where the vocabulary does not know it.

    Returns
    -------
    FiguresRead
        The figures in the units of their indicators, in the order of the rows; where the zone has one member, each figure of
        either stands for both. Findings, and how many rows gave a figure and how many did not.

    Raises
    ------
    InputError
        If the file is missing or cannot be read, has no headings of figures, has several sheets of figures of which none
        is named, or `fields` names a column or heading that there is not.
    """
    given, path = path, shown_path(path, layer)
    telling, count = Telling(path.name), LineCount()
    titles = Titles(load_indicators() if indicators is None else indicators)
    scopes = Scopes(zone, embedded_gazetteer)
    placed, of_reader = [], []
    for grid, headings in open_sheets(given, sheet or layer, fields, Names(titles, scopes), telling):
        of_reader += grid.findings
        around = look_around(path, grid, headings, titles=titles, scopes=scopes, telling=telling)
        reader = RowReader(headings, around, titles, scopes, basis, telling)
        for line in read_lines(grid, headings, titles, scopes, count=count, telling=telling):
            found = list(_figures(line, reader, source or Text(path.name, path.name)))
            placed += [(figure, line.label) for figure in found]
            count.taken += bool(found)
            count.skipped["unclear"] += not found
    certain = agreed(placed, telling)
    _tell_rows(count, len(certain), telling)
    both = dict.fromkeys(twin for one in certain for twin in (one, *twins_of(one, zone)))
    return FiguresRead(list(both), [*of_reader, *telling.findings], count.taken, count.skipped.total())


def _figures(line: Line, reader: RowReader, source: Text) -> Iterator[Figure]:
    """Yield the figures of a row."""
    said = reader.read(line)
    if said is None:
        return
    columns = {one.at: one for one in reader.headings.values}
    reader.look_at_remark(line, said)
    for at, written in line.values:
        column = columns[at]
        ids, of = reader.indicators(line, said, column), reader.scope(line, said, column)
        year, agree = reader.year(line, said, column) if ids and of else (None, False)
        if of is None or not agree:
            continue
        cell = Cell(written, column.heading, reader.units(said, column), reader.headings.units)
        for key in ids:
            value = measured(cell, reader.titles.indicators[key], reader.teller(line))
            if value is not None and (comparator := reader.comparator(line, said, cell, value)):
                scope = reader.held_for(line, of, year, reader.titles.indicators[key])
                yield Figure(
                    indicator=key,
                    scope=scope.id,
                    scope_name=scope.name,
                    year=year.year if year else None,
                    value=value.value,
                    unit=value.unit,
                    comparator=comparator,
                    kind=said.kind or column.kind,
                    basis=reader.basis_of(line),
                    source=_either(reader.text(line, "source"), source),
                    published=reader.published(line),
                    period=year.period if year else NO_TEXT,
                    context=scope.context,
                    superseded=reader.flag(line, "superseded"),
                    preliminary=reader.flag(line, "preliminary")
                    or value.preliminary
                    or bool(year and year.preliminary),
                    note=value.note + reader.text(line, "note"),
                    places=value.places,
                )


def _either(words: Text, others: Text) -> Text:
    return words if words.zh else others


def _tell_rows(count: LineCount, figures: int, telling: Telling) -> None:
    skipped = {reason: number for reason, number in sorted(count.skipped.items()) if number}
    words = [
        text("figures.skipped", reason=text(f"figures.row_{reason}"), number=n)
        for reason, n in skipped.items()
    ]
    why = listed(words, "; ")
    if not count.taken:
        telling.tell("none")
    counts: dict[str, Any] = {"total": count.rows, "taken": count.taken, "figures": figures}
    if skipped:
        telling.tell("rows_skipped", "", Severity.NOTE, why=why, **counts)
    else:
        telling.tell("rows", "", Severity.NOTE, **counts)
