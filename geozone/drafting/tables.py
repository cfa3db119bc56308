"""Tables: which of their sheets are registers, layers of points, or reported figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geozone.drafting.entries import FIGURES, LAYER, REGISTER, Entry, LeftOut, Look
from geozone.drafting.names import Match, Name, matches
from geozone.drafting.vectors import look_at_layer, names_of, take_origin
from geozone.errors import GeozoneError
from geozone.figures.tables import read_figures
from geozone.manifest.inputs import load_layers, load_registers
from geozone.manifest.roles import load_roles
from geozone.messages import text
from geozone.model import Basis, Zone
from geozone.read.tables import find_table
from geozone.registers.files import Grid, plain_tables, read_grids
from geozone.registers.headings import Headings, find_headings
from geozone.registers.reader import read_register
from geozone.registers.subject import subject_of
from geozone.registers.tables import ALL_SHEETS
from geozone.vintages import parse_vintage

_ALIKE = 0.5  # of the names of two sheets, from which on both list the same items
_SEVERAL = 2  # or more: a table that is named in its file
_UNIT_CODES = ("county_code", "city_code", "province_code")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet that is a register, and what it was recognised by."""

    grid: Grid
    headings: Headings
    match: Match


def look_at_table(path: Path, folder: Path) -> Look:
    """Return the registers and layers of points of a table; what is neither is left out, and may hold figures."""
    try:
        grids = [grid for grid in read_grids(path) if grid.visible and any(map(any, grid.rows))]
    except GeozoneError as error:
        return Look([], [LeftOut(path, "", error.text)])
    look, sheets = Look(), dict[str, list[_Sheet]]()
    for grid in grids:
        inside = grid.title or path.stem
        points = find_table(grid.rows, {}) is not None
        headings = find_headings(grid)
        titles = _titles(grid, headings)
        chosen = _chosen(path, folder, grid, headings, alone=len(grids) == 1, points=points)
        if chosen is None:
            look.left_out.append(_left_out(path, grid, len(grids), headings, points=points))
        elif chosen.kind == LAYER:
            look.add(look_at_layer(path, inside, folder, alone=len(grids) == 1, titles=titles, chosen=chosen))
        else:
            found = _headings(grid, chosen.id)
            assert found is not None
            sheets.setdefault(chosen.id, []).append(_Sheet(grid, found, chosen))
    for one in sheets.values():
        look.entries.append(_register(path, folder, one, len(grids)))
    return look


def look_at_records(path: Path, folder: Path) -> Look:
    """Return the registers among the tables without geometry of a GeoPackage or geodatabase; the others are left out.

    Several tables of one register are entries of their own, since a project takes one table of such a file.
    """
    look = Look()
    for name in plain_tables(path):
        try:
            (grid,) = read_grids(path, name)
        except GeozoneError as error:
            look.left_out.append(LeftOut(path, name, error.text))
            continue
        grid.title = name
        headings = find_headings(grid)
        chosen = _chosen(path, folder, grid, headings, alone=False, points=False)
        if chosen is None:
            look.left_out.append(_left_out(path, grid, _SEVERAL, headings, points=False))
            continue
        found = _headings(grid, chosen.id)
        assert found is not None
        look.entries.append(_register(path, folder, [_Sheet(grid, found, chosen)], _SEVERAL, record=True))
    return look


def _chosen(
    path: Path, folder: Path, grid: Grid, headings: Headings | None, *, alone: bool, points: bool
) -> Match | None:
    """Return what a table is: by its own names, by the heading of its names, else by the file's."""
    titles = _titles(grid, headings)
    own = names_of(path, grid.title, folder, alone=alone, titles=titles)
    chosen = _meant(grid, own, points=points) or _meant(grid, _of_headings(headings), points=False)
    if chosen is not None or alone:
        return chosen
    return _meant(grid, names_of(path, grid.title, folder, alone=True, titles=titles), points=points)


def look_for_figures(path: Path, folder: Path, zone: Zone) -> Entry | None:
    """Return a table as one of reported figures; None where no row of it gives any."""
    try:
        found = read_figures(path, basis=Basis.WORKING, zone=zone)
        grids = read_grids(path)
    except GeozoneError:
        return None
    if not found.taken or found.taken < found.skipped:
        return None
    entry = Entry(FIGURES, "", path, "", {})
    titles = [cell for grid in grids for row in grid.rows[:3] for cell in dict.fromkeys(row) if cell]
    names = names_of(path, "", folder, alone=True)
    cells = [cell for grid in grids for row in grid.rows for cell in row]
    take_origin(entry, names, [*titles, *cells], "vintage")
    entry.keys.pop("vintage")
    entry.guesses = entry.guesses[:1] if entry.keys["basis"] == Basis.WORKING else []
    entry.reasons = [entry.reasons[0]] if entry.keys["basis"] != Basis.WORKING else []
    entry.reasons.insert(0, text("drafting.figures", taken=found.taken, skipped=found.skipped))
    return entry


def _titles(grid: Grid, headings: Headings | None) -> list[str]:
    """Return what stands above the headings of a sheet."""
    rows = grid.rows[: headings.start] if headings else grid.rows[:1]
    return list(dict.fromkeys(cell for row in rows for cell in row if cell))


def _of_headings(headings: Headings | None) -> list[Name]:
    """Return the heading of the names, which may say what is listed."""
    if headings is None or "name" not in headings.columns:
        return []
    return [Name("heading", headings.names[headings.columns["name"]])]


def _meant(grid: Grid, names: Sequence[Name], *, points: bool) -> Match | None:
    """Return what a sheet is by its names, as far as its headings agree."""
    for match in matches(names):
        if match.kind == REGISTER:
            headings = _headings(grid, match.id)
            if headings is not None and headings.is_register:
                return match
        elif points and 0 in load_roles()[load_layers()[match.id].role].dimensions:
            return match
    return None


def _headings(grid: Grid, register: str) -> Headings | None:
    known = load_registers()[register]
    return find_headings(grid, None, subject_of(known.role, known.id, known.level))


def _left_out(path: Path, grid: Grid, count: int, headings: Headings | None, *, points: bool) -> LeftOut:
    kind = "points" if points else "register" if headings is not None and headings.is_register else "table"
    return LeftOut(path, grid.title if count > 1 else "", text(f"drafting.unknown_{kind}"))


def _register(path: Path, folder: Path, sheets: list[_Sheet], count: int, *, record: bool = False) -> Entry:
    """Return the sheets of a workbook that list one register as an entry, read once to see that they can be."""
    first = sheets[0]
    known = load_registers()[first.match.id]
    keys = {"role": known.role} if known.id == known.role else {"role": known.role, "id": known.id}
    if known.level is not None:
        keys["level"] = known.level.value
    entry = Entry(REGISTER, known.id, path, "", keys, reasons=[first.match.reason], record=record)
    if first.match.guessed:
        entry.guessed = True
        place = text(f"drafting.place_{first.match.place}")
        entry.guesses.append(text("drafting.guessed_by_place", place=place))
    if count > 1:
        first = _choose(entry, sheets)
    cells = (cell for row in first.grid.rows for cell in row)
    about = names_of(path, first.grid.title, folder, alone=True, titles=_titles(first.grid, first.headings))
    take_origin(entry, about, cells, "as_of")
    try:
        found = read_register(
            path, role=known.role, basis=Basis(entry.keys["basis"]), id=known.id, level=known.level,
            as_of=entry.keys["as_of"], layer=entry.inside if record else None,
            sheet=None if record else entry.inside or None,
        )  # fmt: skip
    except GeozoneError as error:
        entry.doubts.append(text("drafting.unreadable", reason=error.text))
        return entry
    entry.reasons.append(text("drafting.items", count=len(found.items)))
    for codes in (found.items[column] for column in _UNIT_CODES if column in found.items):
        entry.codes.update(str(code)[:6] for code in codes if code)
    if found.findings:
        entry.reasons.append(text("drafting.findings", count=len(found.findings)))
    return entry


def _choose(entry: Entry, sheets: list[_Sheet]) -> _Sheet:
    """Choose among the sheets of a register: the only one, the newest, or all where each lists other items."""
    titles = "、".join(sheet.grid.title for sheet in sheets)
    if len(sheets) == 1:
        entry.inside = sheets[0].grid.title
        return sheets[0]
    dated = {date: sheet for sheet in sheets if (date := parse_vintage(sheet.grid.title))}
    if len(dated) == len(sheets):
        newest = dated[max(dated)]
        entry.inside = newest.grid.title
        entry.guesses.append(text("drafting.newest_sheet", sheet=newest.grid.title, sheets=titles))
        return newest
    names = Counter(name for sheet in sheets for name in _item_names(sheet))
    if sum(number > 1 for number in names.values()) > _ALIKE * len(names):
        entry.doubts.append(text("drafting.several_sheets", sheets=titles))
        return sheets[0]
    entry.inside = ALL_SHEETS
    entry.reasons.append(text("drafting.all_sheets", count=len(sheets)))
    return sheets[0]


def _item_names(sheet: _Sheet) -> set[str]:
    place = sheet.headings.columns["name"]
    return {row[place] for row in sheet.grid.rows[sheet.headings.below :] if place < len(row) and row[place]}
