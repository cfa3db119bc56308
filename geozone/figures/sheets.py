"""The tables of a file: which of its sheets hold figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

from pyogrio.errors import DataSourceError

from geozone.addresses import is_database, shown_path
from geozone.errors import InputError
from geozone.figures.headings import COLUMNS, Headings, find_headings
from geozone.figures.remarks import Telling
from geozone.figures.value_columns import Names
from geozone.model import Severity
from geozone.read.door import vector
from geozone.read.door.database import is_database_file
from geozone.registers.files import Grid, read_grids

ALL_SHEETS = "*"
OWN_TABLE = "figures"  # of the GeoPackages that geozone writes
_SHOWN = 50  # headings that a message lists at most
_TABLE = 3  # rows and columns from which a sheet is a table rather than a remark


def open_sheets(
    given: Path | str,
    wanted: str | None,
    fields: Mapping[str, str] | None,
    names: Names,
    telling: Telling,
) -> list[tuple[Grid, Headings]]:
    """Return the tables of a file that hold figures, with their headings.

    Parameters
    ----------
    given
        The file, or the address of a database.
    wanted
        Its sheet or table; ``"*"`` for all sheets that hold figures.
    fields
        Column of figures -> heading, where the vocabulary does not know it.
    names
        The indicators, units, zones and places that a heading may name.
    telling
        Takes what is told of sheets that are not read.

    Raises
    ------
    InputError
        If the file is missing or cannot be read, no sheet holds figures, several do and none is named, or `fields` names
        a column or heading that there is not.
    """
    path = shown_path(given, wanted)
    _check_fields(path, fields)
    if not (is_database(given) or path.exists()):
        raise InputError("figures.missing", path=path)
    try:
        table = None if wanted == ALL_SHEETS else wanted or _own_table(path)
        grids = read_grids(given, table, own=OWN_TABLE)
    except InputError as error:
        if error.message.key == "registers.markup":
            raise InputError("figures.markup", path=path) from error
        raise
    headed = [(grid, find_headings(grid, names, fields)) for grid in grids]
    chosen = _chosen(path, headed, wanted)
    for grid, headings in headed:
        if not any(grid is one for one, _ in chosen):
            _tell_left_out(grid, headings, telling)
    for grid, headings in chosen:
        _require_fields(path, headings, fields or {})
        if wanted == ALL_SHEETS and grid.title:
            grid.labels = [f"{grid.title}!{label}" for label in grid.labels]
    return chosen


def _chosen(
    path: Path, headed: Sequence[tuple[Grid, Headings | None]], wanted: str | None
) -> list[tuple[Grid, Headings]]:
    fit = [(grid, found) for grid, found in headed if found is not None and found.is_table]
    seen = [one for one in fit if one[0].visible or len(headed) == 1]
    if not seen and fit:
        raise InputError("figures.only_hidden", path=path, sheets="、".join(grid.title for grid, _ in fit))
    if not seen:
        best = max(
            (found for _, found in headed if found is not None), key=lambda one: one.score, default=None
        )
        if best is None:
            raise InputError("figures.no_headings", path=path)
        column = "value" if not best.values else "indicator"
        raise InputError(
            "figures.no_column",
            path=path,
            column=column,
            headings="、".join(filter(None, best.names[:_SHOWN])),
        )
    if wanted != ALL_SHEETS and len(seen) > 1:
        raise InputError(
            "figures.several_sheets", path=path, sheets="、".join(grid.title for grid, _ in seen)
        )
    return seen


def _tell_left_out(grid: Grid, headings: Headings | None, telling: Telling) -> None:
    """Tell a sheet that is not read although it could be meant."""
    if not any(map(any, grid.rows)):
        return
    if headings is not None and headings.is_table:
        telling.tell("hidden_sheet", sheet=grid.title)
    elif grid.visible:
        filled = sorted(sum(map(bool, row)) for row in grid.rows)
        is_table = len(filled) >= _TABLE and filled[-_TABLE] >= _TABLE
        telling.tell(
            "unread_sheet", severity=Severity.WARNING if is_table else Severity.NOTE, sheet=grid.title
        )


def _check_fields(path: Path, fields: Mapping[str, str] | None) -> None:
    if fields is not None and not isinstance(fields, Mapping):
        raise InputError("figures.fields", path=path, value=str(fields))
    for column, heading in (fields or {}).items():
        if not isinstance(heading, str):
            raise InputError("figures.fields", path=path, value=f"{column} = {heading}")
        if column not in COLUMNS:
            near = get_close_matches(column, COLUMNS, n=1, cutoff=0.0)[0]
            raise InputError(
                "figures.bad_field", path=path, column=column, near=near, choices=", ".join(COLUMNS)
            )


def _require_fields(path: Path, headings: Headings, fields: Mapping[str, str]) -> None:
    for column, heading in fields.items():
        if column not in headings.columns:
            near = get_close_matches(heading, headings.names, n=1, cutoff=0.0)
            raise InputError(
                "figures.no_field", path=path, column=column, heading=heading, near=near[0] if near else "",
                headings="、".join(filter(None, headings.names[:_SHOWN])),
            )  # fmt: skip


def _own_table(path: Path) -> str | None:
    """Return the table of figures of a GeoPackage that geozone wrote."""
    if not is_database_file(path):
        return None
    with suppress(DataSourceError):  # the reader tells what is wrong
        return OWN_TABLE if OWN_TABLE in dict(vector.layers(path)) else None
    return None
