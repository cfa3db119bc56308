"""Headings that a register lacks, that cannot be told apart, or that nothing reads: refused or told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path

from geozone.errors import InputError
from geozone.model import Severity
from geozone.registers.files import Grid
from geozone.registers.headings import Headings
from geozone.registers.words import measured_heading, plain, register_words

_TELLING_ROWS_APART = (
    "left_out",
    "several",
)  # kinds of headings that say nothing where all rows have the same
_SHOWN = 50  # headings that a message lists at most


def require_headings(
    headings: Headings | None, grid: Grid, path: Path, fields: Mapping[str, str] | None = None
) -> Headings:
    """Return the headings of a grid that is to be read as a register.

    Raises
    ------
    InputError
        If there are none, the name or the status has no column, a heading that the user names is not there, or two
        columns of one heading differ.
    """
    if headings is None:
        if fields:
            names = "、".join(cell for cell in (grid.rows or [[]])[0] if cell)
            column, heading = next(iter(fields.items()))
            raise InputError(
                "registers.no_field", path=path, column=column, heading=heading, headings=names, near=""
            )
        raise InputError("registers.no_headings", path=path)
    _require_fields(headings, path, fields or {})
    for column, found in (("name", "name" in headings.columns), ("status", headings.is_register)):
        if not found:
            written = "、".join(headings.names[:_SHOWN])
            raise InputError("registers.no_column", path=path, column=column, headings=written)
    _refuse_doubles(headings, grid, path, fields or {})
    return headings


def tell_unused(headings: Headings, grid: Grid, tell: Callable[..., None]) -> None:
    """Tell which columns are not read although their headings look like a status, a date or a measure.

    A second status that nobody reads (复核状态: 未通过) is graver than a date.
    """
    used = {*headings.columns.values(), *headings.further.values(), *headings.names_of_units, headings.units}
    used |= {*headings.statuses, *headings.marks}
    found: dict[str, list[str]] = {}
    for place, name in enumerate(headings.names):
        kind = "" if place in used or place in grid.hidden_columns else _alike(name)
        cells = [row[place] if place < len(row) else "" for row in grid.rows[headings.below :] if any(row)]
        if kind and any(cells) and not (kind in _TELLING_ROWS_APART and len(set(cells)) == 1):
            found.setdefault(kind, []).append(name)
    apart = {kind: found.pop(kind, []) for kind in ("status", *_TELLING_ROWS_APART)}
    others = [name for names in found.values() for name in names]
    for kind, severity, names in (
        ("unused_status", Severity.WARNING, apart["status"]),
        ("unused_left_out", Severity.WARNING, apart["left_out"]),
        ("unused_several", Severity.WARNING, apart["several"]),
        ("unused_columns", Severity.NOTE, others),
    ):
        if names:
            tell(kind, grid.labels[headings.start], severity, headings="、".join(names))


def _alike(heading: str) -> str:
    """Return what a heading looks like, a kind of the vocabulary; empty for any other."""
    leaf = re.sub(r"#\d+$", "", heading.rpartition("/")[2])
    measured = measured_heading(leaf)
    word = plain(leaf) if measured is None else plain(measured[0])
    for kind, ends in register_words("unused_headings").items():
        if word.endswith(tuple(ends)):
            return str(kind)
    return ""


def _require_fields(headings: Headings, path: Path, fields: Mapping[str, str]) -> None:
    for column, heading in fields.items():
        place = headings.columns.get(column, headings.further.get(column))
        leaf = "" if place is None else headings.names[place].rpartition("/")[2]
        if place is None or heading not in {headings.names[place], leaf}:
            near = get_close_matches(heading, headings.names, n=1, cutoff=0.0)
            raise InputError(
                "registers.no_field",
                path=path,
                column=column,
                heading=heading,
                headings="、".join(headings.names[:_SHOWN]),
                near=near[0] if near else "",
            )


def _refuse_doubles(headings: Headings, grid: Grid, path: Path, fields: Mapping[str, str]) -> None:
    """Refuse two columns under one heading that matters, unless they hold the same or the user names one."""
    for column, place in headings.columns.items():
        base, _, number = headings.names[place].rpartition("#")
        if not number.isdigit() or not base or fields.get(column) == headings.names[place]:
            continue
        others = [
            other
            for other, name in enumerate(headings.names)
            if other != place and name.rpartition("#")[0] == base
        ]
        for other in others if column not in {"status", "note", "source"} else []:
            cells = [
                [row[at] if at < len(row) else "" for at in (place, other)]
                for row in grid.rows[headings.below :]
            ]
            if any(one != two for one, two in cells):
                raise InputError(
                    "registers.doubled_heading",
                    path=path,
                    heading=base,
                    column=column,
                    one=headings.names[place],
                    other=headings.names[other],
                )
