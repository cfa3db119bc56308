"""What the title of a table or sheet says of its figures where no column does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from geozone.errors import InputError
from geozone.figures.headings import Headings
from geozone.figures.remarks import Telling
from geozone.figures.scopes import Scope, Scopes
from geozone.figures.titles import Titles
from geozone.figures.years import only_year
from geozone.model import Severity
from geozone.registers.files import Grid


@dataclass(frozen=True, slots=True)
class Around:
    """What holds for all figures of a table."""

    scope: Scope | None = None
    indicators: tuple[str, ...] = ()
    year: int | None = None


def look_around(
    path: Path, grid: Grid, headings: Headings, *, titles: Titles, scopes: Scopes, telling: Telling
) -> Around:
    """Return what stands above a table, or on its sheet, and in no column; it is told.

    Raises
    ------
    InputError
        If nothing says whom the figures speak of, or what they are.
    """
    around = [headings.title, grid.title]
    scope: Scope | None = None
    indicators: tuple[str, ...] = ()
    year: int | None = None
    if headings.unused:
        telling.tell("unused", severity=Severity.NOTE, headings="、".join(headings.unused))
    if "year" not in headings.columns and not all(one.year for one in headings.values):
        year = next((named for title in around if (named := only_year(title))), None)
        if year:
            telling.tell("title_year", severity=Severity.NOTE, year=year)
    if "indicator" not in headings.columns and not all(one.indicators for one in headings.values):
        indicators = next((ids for title in around if (ids := titles.inside(title))), indicators)
        if not indicators:
            raise _missing(path, "indicator", headings)
        telling.tell("title_indicator", severity=Severity.NOTE, indicator=titles.title(indicators[0]))
    if not headings.has_scope:
        scope = next((found for title in around if (found := scopes.named_in(title)) is not None), None)
        if scope is None and not _has_sections(grid, headings, scopes):
            raise _missing(path, "unit_name", headings)
        if scope is not None and not scope.doubt:
            telling.tell("title_scope", severity=Severity.NOTE, scope=scope.name)
    return Around(scope, indicators, year)


def _has_sections(grid: Grid, headings: Headings, scopes: Scopes) -> bool:
    """Tell whether headings within the table name scopes."""
    rows = (set(filter(None, row)) for row in grid.rows[headings.below :])
    return any(scopes.named_in(next(iter(row))) is not None for row in rows if len(row) == 1)


def _missing(path: Path, column: str, headings: Headings) -> InputError:
    names = "、".join(filter(None, headings.names))
    return InputError("figures.no_column", path=path, column=column, headings=names)
