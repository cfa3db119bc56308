"""The page of any table: indicators of any units, without a zone, a document or a target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.errors import DataError, UsageError
from geozone.manifest.declared import nearest
from geozone.manifest.indicators import ALWAYS, REPORTED, Indicator
from geozone.manifest.measures import load_measures
from geozone.manifest.units import is_share_unit, read_unit
from geozone.messages import NO_TEXT, Text, message, room, text
from geozone.model import CRS, Basis, Finding, Kind, Level, Rate, Severity, Zone, ZoneResult
from geozone.overlay.cutting import polygons_in
from geozone.overlay.plane import Geometries, area_km2
from geozone.rates.figures import VALUE, Figure, Figures
from geozone.rates.wording import value_text
from geozone.vintages import YEAR

Words = str | tuple[str, str] | Text  # in one language for both, or Chinese and English
KEY = "table"  # of the whole, in the place of a zone
_PAGE = "page_"  # texts that stand in the place of those of the maps of zones
_NAMED = 10  # keys that a finding names


@dataclass(frozen=True, slots=True)
class Table:
    """A table of indicators with what is told of it; see `geozone.api.page`."""

    title: Text
    source: Text
    whole: Text  # what all units together are called
    titles: Mapping[str, Text]  # of the columns that are indicators, in the order of the page
    units: Mapping[str, str]  # unit of measure of each
    dates: Mapping[str, str]  # date that each describes; empty where nobody says
    totals: Mapping[str, float]  # values of the whole
    basis: Basis


def table_result(
    table: pd.DataFrame, units: gpd.GeoDataFrame, given: Table, *, by: str, name: str
) -> ZoneResult:
    """Return a table and its units as the page takes them.

    1. A row and a unit belong together by their key; what has no counterpart is told, and so is what was repaired.
    2. Every column is an indicator whose numbers are taken as they are, those in per cent as fractions. Nothing is added up: the
       whole has numbers where they are given.

    Parameters
    ----------
    table
        One row a unit.
    units
        Areas with a CRS.
    given
        What is told of the table.
    by, name
        The columns of `units` with their keys and names; `by` is that of the table too, or its index has the keys.

    Raises
    ------
    UsageError
        If a column, a CRS or a key is missing, keys are not unique, or a unit is no area.
    DataError
        If a value is no finite number, or no row has a unit.
    """
    frame, shapes, found = _areas(units, by, name)
    rows = _rows(table, by, given)
    codes = frame["code"].tolist()
    known = rows.index.isin(codes)
    if not known.any():
        raise DataError("table_page.no_units", by=by)
    found += list(_told(rows.index[~known].tolist(), "rows_without_unit"))
    found += list(_told([code for code in codes if code not in rows.index], "units_without_row"))
    everything = _with_whole(frame, shapes, given)
    values = pd.concat([rows[known].reindex(codes), pd.DataFrame([given.totals], index=[KEY])])
    indicators = {column: _indicator(column, place, given) for place, column in enumerate(given.titles)}
    rates, figures = [], []
    for unit in everything.itertuples(index=False):
        for column, indicator in indicators.items():
            value = values[column].get(unit.code) if column in values else None
            if value is None or pd.isna(value):
                continue
            rates.append(_rate(unit, indicator, float(value), given))
            figures.append(_figure(rates[-1], given))
    return ZoneResult(
        zone=Zone(KEY, given.title, KEY, (), (Level.COUNTY,), ()),
        title=given.title,
        review_number="",
        units=everything,
        layers={},
        mosaic=pd.DataFrame(),
        rates=rates,
        targets=[],
        documents={},
        registers={},
        findings=found,
        indicators=indicators,
        figures=Figures(figures),
    )


def page_words(unit_word: Text | None = None) -> dict[str, Text]:
    """Return the texts of the page that differ from those of zones; `unit_word` is what the units are called."""
    words = {key.removeprefix(_PAGE): one for key, one in room("table_page").items() if key.startswith(_PAGE)}
    return words if unit_word is None else words | {"level_county": unit_word, "units_title": unit_word}


def table_story(result: ZoneResult, source: Text) -> Text:
    """Return how many units and indicators there are, and the units with the highest and the lowest value of the first one."""
    units = [rate for rate in result.rates if rate.level is Level.COUNTY]
    said = text(
        "table_page.story_count",
        units=len(result.units) - 1,
        indicators=len(result.indicators),
        source=source,
    )
    first = next(iter(result.indicators.values()))
    own = [rate for rate in units if rate.indicator == first.id]
    ends = sorted(own, key=lambda rate: rate.value or 0.0)
    if not ends or ends[0].value == ends[-1].value:
        return said
    return said + text(
        "table_page.story_ends",
        title=first.title,
        highest=ends[-1].unit_name,
        high=value_text(ends[-1]),
        lowest=ends[0].unit_name,
        low=value_text(ends[0]),
    )


def described(
    table: pd.DataFrame,
    by: str,
    *,
    title: Words,
    source: Words,
    whole: Words | None,
    titles: Mapping[str, Words] | None,
    measured_in: Mapping[str, str],
    dates: str | Mapping[str, str],
    totals: Mapping[str, float],
    basis: str,
) -> Table:
    """Return what is told of a table; the parameters are those of `geozone.api.page`.

    Raises
    ------
    UsageError
        If something is told of a column that is no indicator, there is no column of numbers, or no such basis.
    """
    named = {str(column): words for column, words in (titles or _numbers(table, by)).items()}
    by_column = dict.fromkeys(named, dates) if isinstance(dates, str) else dates
    for column in (*measured_in, *by_column, *totals):
        if column not in named:
            params = {"name": column, "columns": ", ".join(named)}
            raise UsageError("table_page.no_column", table=text("table_page.the_table"), **params)
    bases = [one.value for one in Basis]
    if basis not in bases:
        raise UsageError("table_page.no_basis", name=basis, nearest=nearest(basis, bases))
    return Table(
        title=as_text(title),
        source=as_text(source),
        whole=text("table_page.whole") if whole is None else as_text(whole),
        titles={column: as_text(words) for column, words in named.items()},
        units={column: _unit_of_measure(measured_in.get(column, "")) for column in named},
        dates={column: str(by_column.get(column, "")) for column in named},
        totals=dict(totals),
        basis=Basis(basis),
    )


def as_text(words: Words) -> Text:
    """Return words in both languages."""
    if isinstance(words, Text):
        return words
    return Text(words, words) if isinstance(words, str) else Text(*words)


def _numbers(table: pd.DataFrame, by: str) -> dict[str, str]:
    """Return the columns of numbers of a table but for its key, under their own names."""
    found = {str(column): str(column) for column in table.select_dtypes("number").columns if column != by}
    if not found:
        raise UsageError("table_page.no_numbers")
    return found


def _unit_of_measure(words: str) -> str:
    """Return the id of a unit however it is written; of one that nobody knows the words themselves."""
    read = read_unit(words) if words else None
    return read.unit if read is not None and read.multiple == 1 else words


def _areas(units: gpd.GeoDataFrame, by: str, name: str) -> tuple[pd.DataFrame, Geometries, list[Finding]]:
    """Return the keys and names of units, their areas in EPSG:4490, and what was found."""
    title = text("table_page.the_units")
    for column in (by, name):
        _has(units, column, title)
    if units.crs is None:
        raise UsageError("table_page.no_crs")
    codes = _keys(units[by], by, title)
    shapes = units.geometry.to_crs(CRS).to_numpy().copy()  # what is repaired stays as it is for the caller
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes) | (shapely.get_dimensions(shapes) != 2)
    if empty.any():
        raise UsageError("table_page.no_areas", units=_some(np.array(codes)[empty].tolist()))
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = [
        shapely.multipolygons(polygons_in(one))
        for one in shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    ]
    names = _names(units[name], codes)
    english = _names(units["name_en"], names) if "name_en" in units else names
    frame = pd.DataFrame({"code": codes, "name": names, "name_en": english})
    return frame, shapes, list(_told(np.array(codes)[broken].tolist(), "repaired", Severity.NOTE))


def _names(values: pd.Series[Any], instead: Sequence[str]) -> list[str]:
    """Return names as texts, and others where there is none."""
    given = zip(values.isna(), values, instead, strict=True)
    return [other if empty or not str(value).strip() else str(value) for empty, value, other in given]


def _rows(table: pd.DataFrame, by: str, given: Table) -> pd.DataFrame:
    """Return the indicators of a table by the keys of the units, every value a finite number or missing."""
    title = text("table_page.the_table")
    table = table.rename(columns=str)  # years, say
    for column in given.titles:
        _has(table, column, title)
    keys = _keys(table[by] if by in table else table.index.to_series(), by, title)
    rows = pd.DataFrame({column: table[column].to_numpy() for column in given.titles}, index=pd.Index(keys))
    for column in given.titles:
        numbers = pd.to_numeric(rows[column], errors="coerce").astype(float)
        wrong = (numbers.isna() & rows[column].notna()) | np.isinf(numbers)
        if wrong.any():
            unit = str(rows.index[wrong][0])
            raise DataError(
                "table_page.not_a_number", name=column, unit=unit, value=rows.loc[wrong, column].iloc[0]
            )
        rows[column] = numbers
    return rows


def _keys(values: pd.Series[Any], by: str, table: Text) -> list[str]:
    """Return keys as texts: a whole number reads the same in whatever type a table keeps it."""
    empty = values.isna().to_numpy()
    if empty.any():
        raise UsageError("table_page.keys_empty", table=table, by=by, row=int(empty.argmax()) + 1)
    if pd.api.types.is_float_dtype(values) and (values % 1 == 0).all():
        values = values.astype("int64")
    keys = values.astype(str).str.strip()
    twice = keys[keys.duplicated()].drop_duplicates().tolist()
    if twice:
        raise UsageError("table_page.keys_twice", table=table, by=by, keys=_some(twice))
    return keys.tolist()


def _has(table: pd.DataFrame, column: str, title: Text) -> None:
    if column not in table.columns:
        columns = ", ".join(map(str, table.columns))
        raise UsageError("table_page.no_column", table=title, name=column, columns=columns)


def _with_whole(frame: pd.DataFrame, shapes: Geometries, given: Table) -> gpd.GeoDataFrame:
    """Return the units with the whole of them as the last row."""
    shapes = np.append(shapes, shapely.union_all(shapes))
    whole = {"code": KEY, "name": given.whole.zh, "name_en": given.whole.en}
    units = pd.concat([frame, pd.DataFrame([whole])], ignore_index=True)
    units["level"] = [Level.COUNTY.value] * len(frame) + [Level.ZONE.value]
    units["parent"] = [KEY] * len(frame) + [""]
    units["area_km2"] = area_km2(shapes, CRS)
    return gpd.GeoDataFrame(units, geometry=shapes, crs=CRS)


def _indicator(column: str, place: int, given: Table) -> Indicator:
    return Indicator(
        id=column,
        title=given.titles[column],
        measure=load_measures()[REPORTED],
        unit=given.units[column],
        levels=(Level.COUNTY, Level.ZONE),
        told=ALWAYS,
        part_of=None,
        map_rank=place,
        extent="",
        note=None,
    )


def _rate(unit: Any, indicator: Indicator, value: float, given: Table) -> Rate:
    value = value / 100 if is_share_unit(indicator.unit) else value
    return Rate(
        zone=KEY,
        unit_code=unit.code,
        unit_name=Text(unit.name, unit.name_en),
        level=Level(unit.level),
        indicator=indicator.id,
        kind=Kind.REPORTED,
        numerator=None,
        denominator=None,
        unit=indicator.unit,
        value=value,
        low=value,
        high=value,
        basis=given.basis,
        target_id=None,
        comparator=None,
        target_value=None,
        target_year=None,
        verdict=None,
        gap=None,
        gap_unit=None,
        vintage=given.dates[indicator.id] or None,
        method=text("table_page.method"),
        note=NO_TEXT,
    )


def _figure(rate: Rate, given: Table) -> Figure:
    year = YEAR.search(rate.vintage or "")
    assert rate.value is not None
    return Figure(
        indicator=rate.indicator,
        scope=rate.unit_code,
        scope_name=rate.unit_name,
        year=int(year[0]) if year else None,
        value=rate.value,
        unit=rate.unit,
        comparator="=",
        kind=VALUE,
        basis=given.basis,
        source=given.source,
        published=rate.vintage or "",
    )


def _told(keys: Sequence[str], kind: str, severity: Severity = Severity.WARNING) -> Iterator[Finding]:
    """Yield the finding that some keys are concerned, if any is."""
    if keys:
        said = message(f"table_page.{kind}", count=len(keys), keys=_some(keys))
        yield Finding(kind, severity, KEY, said, message(f"table_page.{kind}_remedy"))


def _some(keys: Sequence[str]) -> str:
    return ", ".join(keys[:_NAMED]) + (" …" if len(keys) > _NAMED else "")
